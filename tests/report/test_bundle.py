"""A bundle reproduces its assessments byte for byte, or says what differs; one that was edited is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import sjogren
from sjogren.facts import digest
from sjogren.report.bundle import Bundle, bundle, read_bundle, replay, versions
from sjogren.report.lossless import NotJson, compact, laid_out, read

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
EXAMPLE = ROOT / "examples" / "moutsopoulos-2014-1.yaml"
VISITS = ROOT / "examples" / "synthetic-two-visits.yaml"


@cache
def text_of(kb: sjogren.KnowledgeBase, *paths: Path) -> str:
    return bundle(kb, [(case, kb.assess(case)) for case in map(kb.read, paths)], command="sjd report")


def written(kb: sjogren.KnowledgeBase, folder: Path, *paths: Path) -> Path:
    out = folder / "report.json"
    out.write_text(text_of(kb, *paths), encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def fresh(kb: sjogren.KnowledgeBase) -> sjogren.KnowledgeBase:
    """Another engine, which has seen none of these cases."""
    return sjogren.KnowledgeBase(kb.knowledge)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_reproduced_byte_for_byte(
    path: Path, kb: sjogren.KnowledgeBase, fresh: sjogren.KnowledgeBase, tmp_path: Path
) -> None:
    old = read_bundle(written(kb, tmp_path, path))
    (done,) = replay(fresh if path == VISITS else kb, old)

    assert done == (kb.read(path).id, ())
    assert list(versions(kb, old)) == []
    assert compact(old.entries[0].assessment) == kb.assess(path).to_json()


def test_a_bundle_is_json_with_the_case_as_read_and_the_versions(kb: sjogren.KnowledgeBase, tmp_path: Path) -> None:
    data = json.loads(written(kb, tmp_path, EXAMPLE).read_text(encoding="utf-8"))

    assert data["knowledge_base"] == {"version": kb.version, "content_hash": kb.content_hash}
    assert {"sjogren-kb", "python", "durable-rules", "PyYAML", "rdflib"} == set(data["made_with"])
    (entry,) = data["cases"]
    assert entry["input_hash"] == kb.read(EXAMPLE).digest
    assert kb.read(entry["case"]).digest == entry["input_hash"]
    assert entry["assessment"] == kb.assess(EXAMPLE).data


def test_several_cases_are_replayed_in_order(kb: sjogren.KnowledgeBase, tmp_path: Path) -> None:
    old = read_bundle(written(kb, tmp_path, VISITS, EXAMPLE))

    assert [done.case for done in replay(kb, old)] == ["synthetic-two-visits", "moutsopoulos-2014-1"]


def test_settings_of_the_command_line_are_part_of_the_case(kb: sjogren.KnowledgeBase, tmp_path: Path) -> None:
    case = kb.read(EXAMPLE)._replace(assume={}, policy={"hocevar_cutoff": "15"})
    case = case._replace(digest=digest(case))
    out = tmp_path / "report.json"
    out.write_text(bundle(kb, [(case, kb.assess(case))]), encoding="utf-8")

    (done,) = replay(kb, read_bundle(out))
    assert done.differences == ()


# -- what differs


def edited(old: Bundle, change: Callable[[Any], None]) -> Bundle:
    """A bundle whose assessment says something else, as one of other rules would."""
    entry = old.entries[0]
    assessment = read(compact(entry.assessment))
    change(assessment)
    return old._replace(entries=(entry._replace(assessment=assessment),))


def verdict(assessment: Any) -> None:
    assessment["visits"][0]["conclusions"]["classification/acr-eular-2016"]["verdict"] = "not_met"


def score(assessment: Any) -> None:
    assessment["visits"][1]["conclusions"]["activity/essdai"]["low"] = 99


def flag(assessment: Any) -> None:
    assessment["visits"][0]["flags"].append("dizzy")


def proof(assessment: Any) -> None:
    assessment["visits"][0]["justification"]["@graph"][0]["text"] = "it was so"


def visit(assessment: Any) -> None:
    del assessment["visits"][1]


def conclusion(assessment: Any) -> None:
    del assessment["visits"][0]["conclusions"]["activity/essdai"]


def order(assessment: Any) -> None:
    assessment["visits"] = assessment.pop("visits")
    assessment["case"] = assessment.pop("case")


@pytest.mark.parametrize(
    ("change", "place", "before"),
    [
        (verdict, "visit 1, classification/acr-eular-2016, verdict", '"not_met"'),
        (score, "visit 2, activity/essdai, low", "99"),
        (flag, "visit 1, flags", '["dizzy"]'),
        (proof, "visit 1, proof", "it was so"),
        (visit, "number of visits", "1"),
        (conclusion, "visit 1, activity/essdai", '"nothing"'),
        (order, "order of keys", "as written"),
    ],
    ids=lambda each: each.__name__ if callable(each) else "",
)
def test_what_differs_is_told_by_conclusion_and_key(
    change: Callable[[Any], None], place: str, before: str, kb: sjogren.KnowledgeBase, tmp_path: Path
) -> None:
    old = read_bundle(written(kb, tmp_path, VISITS))
    (done,) = replay(kb, edited(old, change))

    found = {each.place: each for each in done.differences}
    assert list(found) == [place]
    assert found[place].before == before
    assert found[place].after != before


def test_other_advice_is_told(kb: sjogren.KnowledgeBase, tmp_path: Path) -> None:
    old = read_bundle(written(kb, tmp_path, VISITS))
    advice = {**old.entries[0].advice, "tests": []}
    (done,) = replay(kb, old._replace(entries=(old.entries[0]._replace(advice=advice),)))

    assert [(each.place, each.before) for each in done.differences] == [("advice, tests", "[]")]


def test_another_knowledge_base_is_told_first(kb: sjogren.KnowledgeBase, tmp_path: Path) -> None:
    old = read_bundle(written(kb, tmp_path, EXAMPLE))
    other = {**old.knowledge_base, "content_hash": "sha256:0"}
    made = {**old.made_with, "rdflib": "0.1"}

    found = list(versions(kb, old._replace(knowledge_base=other, made_with=made)))
    assert [each.place for each in found] == ["knowledge base, content_hash", "made with, rdflib"]
    assert found[0].before == '"sha256:0"'


def test_a_case_that_is_read_otherwise_is_told(kb: sjogren.KnowledgeBase, tmp_path: Path) -> None:
    old = read_bundle(written(kb, tmp_path, EXAMPLE))
    (done,) = replay(kb, old._replace(entries=(old.entries[0]._replace(input_hash="sha256:0"),)))

    assert [each.place for each in done.differences] == ["input"]


# -- what is refused


def spoiled(path: Path, spoil: Callable[[str], str]) -> Path:
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("spoil", "code", "told"),
    [
        (lambda text: text.replace('"verdict": "met"', '"verdict": "not_met"', 1), "E163", "expected sha256:"),
        (lambda text: re.sub(r'"age": ', '"age": 1', text, count=1), "E163", "expected sha256:"),
        (lambda text: text[: len(text) // 2], "E161", "cut off"),
        (lambda text: text.replace('"bundle": 1', '"bundle": 2'), "E162", "version 2; version 1 is expected"),
        (lambda text: text.replace("report bundle of", "shopping list of"), "E160", "expected 'report bundle"),
        (lambda _: "[]", "E160", "its kind is none"),
        (lambda _: "{}", "E160", "its kind is none"),
        (lambda text: text.replace('"bundle": 1', '"bundle": NaN'), "E161", "NaN"),
        (lambda text: text.replace('"bundle": 1', '"bundle": 1, "bundle": 1'), "E161", "given twice"),
        (lambda _: "[" * 100_000, "E161", "deep"),
    ],
)
def test_a_bundle_that_was_edited_or_cut_off_is_refused(
    spoil: Callable[[str], str], code: str, told: str, kb: sjogren.KnowledgeBase, tmp_path: Path
) -> None:
    path = written(kb, tmp_path, EXAMPLE)
    with pytest.raises(sjogren.InputError) as caught:
        read_bundle(spoiled(path, spoil))

    (finding,) = caught.value.findings
    assert finding.code == code
    assert finding.file == str(path)
    assert told in str(finding)


def test_the_layout_of_a_bundle_does_not_count(kb: sjogren.KnowledgeBase, tmp_path: Path) -> None:
    path = written(kb, tmp_path, EXAMPLE)
    old = read_bundle(path)

    assert read_bundle(spoiled(path, lambda text: compact(read(text)))) == old


@pytest.mark.parametrize(
    "change",
    [
        {"cases": {}},
        {"cases": [{"case": []}]},
        {"cases": [None]},
        {"made_with": "me"},
        {"deidentified": "no"},
        {"command": 1},
    ],
)
def test_a_bundle_of_another_shape_is_refused_although_its_digest_is_right(
    change: dict[str, Any], kb: sjogren.KnowledgeBase, tmp_path: Path
) -> None:
    from sjogren.report.bundle import _digest

    path = written(kb, tmp_path, EXAMPLE)
    data = {**read(path.read_text(encoding="utf-8")), **change}
    path.write_text(laid_out({**data, "digest": _digest(data)}, 3), encoding="utf-8")
    with pytest.raises(sjogren.InputError, match="E164"):
        read_bundle(path)


def test_a_bundle_whose_case_is_no_longer_valid_is_an_error_of_the_input(
    kb: sjogren.KnowledgeBase, tmp_path: Path
) -> None:
    old = read_bundle(written(kb, tmp_path, EXAMPLE))
    case = {**old.entries[0].case, "visits": [{"facts": {"schirmmer_test": "unknown"}}]}

    with pytest.raises(sjogren.InputError, match=re.escape("Did you mean 'schirmer_test'?")):
        list(replay(kb, old._replace(entries=(old.entries[0]._replace(case=case),))))


def test_a_file_that_cannot_be_read_is_an_error_of_the_input(tmp_path: Path) -> None:
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    for path, code in ((tmp_path / "none.json", "E101"), (tmp_path, "E101"), (tmp_path / "binary.json", "E160")):
        with pytest.raises(sjogren.InputError, match=code):
            read_bundle(path)


# -- numbers without loss


@pytest.mark.parametrize("text", ['{"a": 1.50, "b": [1e5, -0.0, 12345678901234567890.123456789]}', "[]", '"1.50"'])
def test_json_is_written_as_it_was_read(text: str) -> None:
    assert compact(read(text)) == text


def test_what_is_no_json_is_told_with_its_line() -> None:
    with pytest.raises(NotJson) as caught:
        read('{"a": 1,\n "b": }')
    assert caught.value.line == 2
