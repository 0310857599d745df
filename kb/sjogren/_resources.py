"""Where the rules and the ontology lie: the only module that knows.

A wheel carries them as ``sjogren/_data/rules`` and ``sjogren/_data/ontology``; a checkout has them two folders up.
"""

from __future__ import annotations

from pathlib import Path

from sjogren.errors import Finding, KnowledgeError


def data(name: str) -> Path:
    """The folder ``rules`` or ``ontology``; raises `KnowledgeError` naming both places when it is in neither."""
    package = Path(__file__).resolve().parent
    places = (package.parents[1] / name, package / "_data" / name)
    checkout = (package.parents[1] / "pyproject.toml").is_file() and package.parent.name == "kb"
    for place in places if checkout else places[::-1]:
        if place.is_dir():
            return place
    raise KnowledgeError(
        [Finding(name, 0, "K001", f"the folder {name!r} is neither at {places[0]} nor at {places[1]}; reinstall.")]
    )
