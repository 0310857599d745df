"""The pair of the contract: its example case, and the conclusions that it promises for it, to the letter.

``contract/expected.json`` holds what is promised, ``…`` standing for anything; other conclusions may stand beside
those in it.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.cli.shell import CONTRACT, sjd

ENDPOINT = {
    "id", "label", "rank", "timepoint_weeks", "responder", "status", "verification", "supports", "contradicts",
    "patient_prioritised",
}  # fmt: skip
EXPECTED: dict[str, Any] = json.loads((CONTRACT / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def answer() -> Any:
    done = sjd("assess", CONTRACT / "case.yaml", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_the_top_is_as_promised(answer: Any) -> None:
    assert list(answer) == ["case", "knowledge_base", "notice", "assume", "policy", "visits"]
    assert {key: answer[key] for key in EXPECTED if key != "visits"} == {
        key: EXPECTED[key] for key in EXPECTED if key != "visits"
    }
    assert answer["knowledge_base"].keys() == {"version", "content_hash"}
    assert answer["knowledge_base"]["content_hash"].startswith("sha256:")


def test_each_visit_is_as_promised(answer: Any) -> None:
    assert len(answer["visits"]) == len(EXPECTED["visits"])
    for visit, promised in zip(answer["visits"], EXPECTED["visits"], strict=True):
        assert list(visit) == ["date", "label", "conclusions", "flags", "justification"]
        assert {key: visit[key] for key in ("date", "label", "flags")} == {
            key: promised[key] for key in ("date", "label", "flags")
        }


@pytest.mark.parametrize(
    ("index", "conclusion"),
    [(index, name) for index, visit in enumerate(EXPECTED["visits"]) for name in visit["conclusions"]],
)
def test_a_conclusion_has_exactly_these_keys_and_values(answer: Any, index: int, conclusion: str) -> None:
    promised = EXPECTED["visits"][index]["conclusions"][conclusion]
    found = answer["visits"][index]["conclusions"][conclusion]
    given = {key: ["…"] if promised.get(key) == ["…"] and value else value for key, value in found.items()}

    # As text, so that 5 and 5.0, true and 1 are told apart.
    assert json.dumps(given, sort_keys=True) == json.dumps(promised, sort_keys=True)


def test_every_endpoint_has_exactly_the_promised_keys(answer: Any) -> None:
    hierarchy = answer["visits"][0]["conclusions"]["endpoint/hierarchy"]
    entries = [
        (rank, entry)
        for value in hierarchy.values()
        if value != hierarchy["profile"]
        for rank, entry in enumerate(value, 1)
    ]
    for rank, entry in entries:
        assert set(entry) - {"not_validated_in_children"} >= ENDPOINT
        assert set(entry) <= ENDPOINT | {"not_validated_in_children", "statements"}
        assert entry["rank"] == rank
    assert any(entry["patient_prioritised"] for _, entry in entries)


def test_every_key_is_concluded_by_a_node_and_every_premise_exists(answer: Any) -> None:
    for visit in answer["visits"]:
        nodes = visit["justification"]["@graph"]
        identifiers = {node["id"] for node in nodes}
        assert {premise for node in nodes for premise in node.get("premises", ())} <= identifiers
        concluded = [node["concludes"] for node in nodes if "concludes" in node]
        for name, values in visit["conclusions"].items():
            for key, value in values.items():
                assert {"conclusion": name, "key": key, "value": value} in concluded
