"""A small knowledge base of the tests' own, with the questions and the words that come with the package."""

from __future__ import annotations

import shutil
from pathlib import Path

from sjogren._resources import data

SMALL = Path(__file__).parent / "small"


def small_knowledge(folder: Path) -> tuple[str, ...]:
    """The options of ``sjd ask`` for the small knowledge base, put together in a folder."""
    shutil.copytree(SMALL, folder, dirs_exist_ok=True)
    shutil.copytree(data("ontology") / "query", folder / "ontology" / "query")
    shutil.copy(data("rules") / "context.jsonld", folder / "rules")
    return ("--rules", str(folder / "rules"), "--ontology", str(folder / "ontology"))
