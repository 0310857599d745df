"""A small knowledge base of the tests' own, with the questions that come with the package."""

from __future__ import annotations

import shutil
from pathlib import Path

from sjogren._resources import data

SMALL = Path(__file__).parent / "small"


def small_knowledge(folder: Path) -> tuple[str, ...]:
    """The options of ``sjd ask`` for the small knowledge base, put together in a folder."""
    ontology = folder / "ontology"
    shutil.copytree(SMALL / "ontology", ontology)
    shutil.copytree(data("ontology") / "query", ontology / "query")
    return ("--rules", str(SMALL / "rules"), "--ontology", str(ontology))
