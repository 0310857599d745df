"""What stands in brackets behind a step, for every form of the report."""

from __future__ import annotations

from sjogren.proof.told import Basis, places
from sjogren.report import english


def basis(found: Basis | None, *, cites: bool = True) -> str:
    """Rule, clause and sources in brackets; empty for a step that has none.

    cites
        whether the numbers of the sources are in the text; a form that links them writes them itself.
    """
    if found is None:
        return ""
    rule = ", ".join(part for part in (found.rule, found.clause) if part)
    numbers = places(found.cites) if cites else ""
    told = " ".join(part for part in (rule, numbers) if part)
    doubt = english.UNVERIFIED if found.unverified else ""
    inner = "; ".join(part for part in (told, doubt) if part)
    return f"[{inner}]" if inner else ""
