"""docs/coverage.md is what rules and ontology say today, and tells what a change of them does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sjogren._resources import data

pytestmark = [
    pytest.mark.checkout,
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),  # rdflib's JSON-LD
]


def lines(text: str, start: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(start)]


def test_the_file_is_up_to_date() -> None:
    from tools.coverage import FILE

    from sjogren.browse.coverage import document

    assert FILE.read_text(encoding="utf-8") == document(), "run python -m tools.coverage"


@pytest.mark.parametrize(
    ("file", "old", "new", "start", "said"),
    [
        (
            "rules/risk/lymphoma.yaml",
            "status: published",
            "status: consensus",
            "| risk |",
            "| risk |  | 1 |  |",
        ),
        (
            "ontology/facts.ttl",
            'sjd:noRuleBecause "No source that was seen gives a threshold."@en',
            'sjd:noRuleBecause "Too dear."@en',
            "| Too dear. |",
            "| Too dear. | beta2 microglobulin |",
        ),
        (
            "ontology/statement.ttl",
            "representedByRule <https://w3id.org/sjd/rule/axis/glandular>",
            "representedByRule <https://w3id.org/sjd/rule/axis/dominance>",
            "| ED-74 |",
            "rule: axis/dominance, endpoint/hierarchy |",
        ),
    ],
)
def test_a_change_of_rules_or_ontology_shows(
    tmp_path: Path, file: str, old: str, new: str, start: str, said: str
) -> None:
    from sjogren.browse.coverage import document

    folders = {name: Path(shutil.copytree(data(name), tmp_path / name)) for name in ("rules", "ontology")}
    path = tmp_path / file
    text = path.read_text(encoding="utf-8")
    place = text.index(old, text.find(start.strip("| ")) if start.startswith("| ED") else 0)
    path.write_text(text[:place] + new + text[place + len(old) :], encoding="utf-8")

    (line,) = lines(document(folders), start)
    assert line.endswith(said) or line == said
