"""``sjd browse``: the knowledge base as a static site."""

from __future__ import annotations

from pathlib import Path

import click

from sjogren.assess.knowledge_base import open_knowledge_base
from sjogren.cli.options import example, knowledge_options


@click.command(epilog=example("sjd browse site"))
@click.argument("out", type=click.Path(path_type=Path))
@knowledge_options
def browse(out: Path, rules: Path | None, ontology: Path | None) -> None:
    """Write a static site to the folder OUT: every rule, term, fact, source and endpoint, linked both ways.

    Open OUT/index.html in a browser; neither a server nor a network is needed. A site that is there already is
    replaced, any other folder is left alone.
    """
    from sjogren.browse.site import NotASite, write_site

    knowledge_base = open_knowledge_base(rules, ontology)
    try:
        count = write_site(out, knowledge_base.knowledge, rules, ontology)
    except NotASite:
        raise click.BadParameter(f"{str(out)!r} holds something else; choose a new folder.", param_hint="OUT") from None
    except OSError as error:
        raise click.BadParameter(f"{str(out)!r} cannot be written: {error.strerror}.", param_hint="OUT") from None
    click.echo(f"{count} pages; start at {out / 'index.html'}")
