"""The knowledge base as a static site: every rule, term, fact, source and endpoint has its page, linked both ways."""

from sjogren.browse.site import write_site

__all__ = ["write_site"]
