"""A de-identified case tells nothing of whose it is, and is concluded as the original is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import sjogren
from sjogren.facts import read_case
from sjogren.model.case import Case
from sjogren.ontology.drugs import read_drugs
from sjogren.report.bundle import bundle, read_bundle, replay
from sjogren.report.days import as_dates, as_days, days_of
from sjogren.report.deidentify import BadKey, deidentify, make_key, read_key, unchanged

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
KEY = b"0123456789abcdef0123456789abcdef"

TELLING = """\
id: SECRET-id
age: 93
sex: male
visits:
  - date: 2020-02-29
    label: SECRET-label
    facts:
      clinician_diagnosis: {value: true, source: SECRET-letter, note: SECRET-note}
      recorded_diagnosis: Secondary Sjögren's syndrome
      age_at_onset: 91.5
      age_at_diagnosis: {value: 92, date: 2019-12-01}
      disease_duration: 5.50
      anti_ssa_ro: {value: positive, date: 2019-11-30, status: preliminary}
      igg: [{value: 12.50}, {value: 1900, status: entered_in_error}]
      organ_specific_autoimmune_diseases: [SECRET-thyroid, Sjögren's disease]
      treatments:
        - {drug: RITUXIMAB, class: b_cell_depleting, start: 2020-01-01}
        - {drug: SECRET-drug, class: other, stop: 2020-02-01}
  - date: 2020-08-29
    facts:
      recorded_diagnosis: SECRET-diagnosis
      organ_specific_autoimmune_diseases: [SECRET-other]
"""


@pytest.fixture(scope="module")
def drugs() -> dict[str, str]:
    return read_drugs()


@pytest.fixture(scope="module")
def telling(kb: sjogren.KnowledgeBase, drugs: dict[str, str]) -> Case:
    return deidentify(read_case(TELLING, kb.vocabulary), KEY, kb.vocabulary, drugs)


def stated(case: Case, fact: str, visit: int = 0) -> list[str]:
    return [value.as_stated for value in case.visits[visit].values if value.fact == fact]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_concluded_as_before(path: Path, kb: sjogren.KnowledgeBase, drugs: dict[str, str]) -> None:
    case = kb.read(path)
    masked = deidentify(case, KEY, kb.vocabulary, drugs)
    before, after = kb.assess(case), kb.assess(masked)
    unchanged(case, before.data, after.data)  # raises where a conclusion differs

    assert {(value.source, value.note) for visit in masked.visits for value in visit.values} <= {("", "")}
    assert {visit.label for visit in masked.visits} == {""}
    assert case.id != masked.id
    assert case.digest != masked.digest


@pytest.mark.parametrize("name", ["synthetic-two-visits", "pmc8159963-2021-1"])
def test_a_de_identified_bundle_replays(
    name: str, kb: sjogren.KnowledgeBase, drugs: dict[str, str], tmp_path: Path
) -> None:
    case = kb.read(ROOT / "examples" / f"{name}.yaml")
    masked = deidentify(case, KEY, kb.vocabulary, drugs)
    out = tmp_path / "report.json"
    out.write_text(bundle(kb, [(masked, kb.assess(masked))], deidentified=True), encoding="utf-8")

    text = out.read_text(encoding="utf-8")
    assert case.id not in text
    assert case.digest not in text
    assert re.findall(r"\b\d{4}-\d\d-\d\d\b", text) == []
    assert [done.differences for done in replay(kb, read_bundle(out))] == [()]


def test_nothing_that_tells_whose_it_is_is_left(telling: Case, kb: sjogren.KnowledgeBase) -> None:
    said = bundle(kb, [(telling, kb.assess(telling))], deidentified=True)

    assert "SECRET" not in said
    assert telling.file == "<de-identified case>"
    assert re.findall(r"\b\d{4}-\d\d-\d\d\b", said) == []
    assert "12.50" in said


def test_an_unchanged_word_is_replaced_by_what_the_ontology_calls_it(telling: Case) -> None:
    assert stated(telling, "recorded_diagnosis") == ["Associated Sjögren disease"]
    assert stated(telling, "recorded_diagnosis", 1) == []
    assert stated(telling, "organ_specific_autoimmune_diseases") == ["Sjögren disease"]
    assert stated(telling, "organ_specific_autoimmune_diseases", 1) == []
    assert [treatment.drug for treatment in telling.visits[0].treatments] == ["rituximab", "other"]


def test_a_list_of_texts_that_named_nothing_does_not_come_to_say_that_there_is_none(
    kb: sjogren.KnowledgeBase, drugs: dict[str, str]
) -> None:
    for texts, kept in (([], ["[]"]), (["SECRET"], [])):
        case = kb.read({"id": "a", "age": 50, "facts": {"organ_specific_autoimmune_diseases": texts}})
        masked = deidentify(case, KEY, kb.vocabulary, drugs)
        assert stated(masked, "organ_specific_autoimmune_diseases") == kept


def test_intervals_stay_and_dates_are_days(telling: Case, kb: sjogren.KnowledgeBase) -> None:
    first, second = telling.visits
    assert first.date is not None
    assert second.date is not None
    assert (second.date - first.date).days == 182
    said = json.loads(bundle(kb, [(telling, kb.assess(telling))], deidentified=True))
    (case,) = [entry["case"] for entry in said["cases"]]
    assert [visit["date"] for visit in case["visits"]] == ["day 0", "day 182"]
    assert case["visits"][0]["facts"]["anti_ssa_ro"]["date"] == "day -91"
    assert case["visits"][0]["facts"]["treatments"][0]["start"] == "day -59"
    assert [visit["date"] for visit in said["cases"][0]["assessment"]["visits"]] == ["day 0", "day 182"]


def test_no_age_above_the_cap_is_left_or_can_be_worked_out(telling: Case) -> None:
    assert telling.age == 89  # 90 at most at the last visit, half a year later
    assert stated(telling, "age_at_onset") == ["90"]
    assert stated(telling, "age_at_diagnosis") == ["90"]
    assert stated(telling, "disease_duration") == ["1"]  # shorter by the four years that the age lost


@pytest.mark.parametrize(
    ("age", "told"), [("89", "89"), ("89.5", "90"), ("90", "90"), ("120", "90"), ("52.25", "52.25")]
)
def test_an_age_is_capped_only_above_89(age: str, told: str, kb: sjogren.KnowledgeBase) -> None:
    case = deidentify(read_case(f"{{id: a, age: {age}}}", kb.vocabulary), KEY, kb.vocabulary, {})
    assert float(case.age) == float(told)


def test_a_value_entered_in_error_is_left_out(telling: Case) -> None:
    assert stated(telling, "igg") == ["12.50"]


def test_the_hash_needs_the_key(telling: Case, kb: sjogren.KnowledgeBase) -> None:
    case = read_case(TELLING, kb.vocabulary)
    other = deidentify(case, KEY[::-1], kb.vocabulary, {})
    same = deidentify(case, KEY, kb.vocabulary, {})

    assert re.fullmatch(r"case-[0-9a-f]{16}", telling.id)
    assert telling.id == same.id != other.id


def test_without_a_dated_visit_days_count_from_the_first_date(kb: sjogren.KnowledgeBase) -> None:
    facts = [{"value": 1, "date": "2019-01-31"}, {"value": 2, "date": "2019-01-01"}]
    masked = deidentify(kb.read({"id": "a", "age": 50, "facts": {"focus_score": facts}}), KEY, kb.vocabulary, {})

    assert list(days_of(masked).values()) == ["day 30", "day 0"]


def test_dates_that_lie_too_far_apart_are_refused(kb: sjogren.KnowledgeBase) -> None:
    facts = {"focus_score": {"value": 1, "date": "0001-01-01"}}
    case = kb.read({"id": "a", "age": 50, "visits": [{"date": "2020-01-01", "facts": facts}]})
    with pytest.raises(sjogren.InputError, match="E170"):
        deidentify(case, KEY, kb.vocabulary, {})


def test_a_case_that_would_be_concluded_otherwise_is_refused(kb: sjogren.KnowledgeBase) -> None:
    case = kb.read(EXAMPLES[0])
    before = kb.assess(case).data
    after = json.loads(json.dumps(before))
    after["visits"][0]["conclusions"]["activity/essdai"]["low"] = 99
    after["visits"][0]["flags"] = ["other"]
    with pytest.raises(sjogren.InputError) as caught:
        unchanged(case, before, after)
    assert [finding.code for finding in caught.value.findings] == ["E171", "E171"]
    assert "activity/essdai" in str(caught.value.findings[0])


# -- days


def test_days_replace_dates_in_every_part_of_what_is_told() -> None:
    said = as_days({"a": ["on 1000-01-03", ("1000-01-03", 3, None)]}, {"1000-01-03": "day 2"})
    assert said == {"a": ["on day 2", ("day 2", 3, None)]}
    assert as_days("1000-01-04", {"1000-01-03": "day 2"}) == "1000-01-04"


def test_days_are_read_as_dates_where_dates_stand_and_nowhere_else() -> None:
    assert as_dates({"date": "day 2", "id": "day 2"}) == {"date": "1000-01-03", "id": "day 2"}
    assert as_dates({"visits": [{"date": "day -1"}]}) == {"visits": [{"date": "0999-12-31"}]}
    assert as_dates({"date": "day -999999"}) == {"date": "day -999999"}


# -- keys


def test_a_key_is_made_for_its_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key"
    make_key(path)

    assert path.stat().st_mode & 0o777 == 0o600
    key = read_key(path)
    assert len(key) == 64
    with pytest.raises(BadKey, match="exists"):
        make_key(path)
    assert read_key(path) == key
    with pytest.raises(BadKey, match="cannot be written"):
        make_key(tmp_path / "none" / "key")


@pytest.mark.parametrize(("size", "told"), [(0, "0 bytes"), (31, "31 bytes"), (5000, "more than 4096")])
def test_a_key_that_is_too_short_or_too_long_is_refused(size: int, told: str, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"k" * size + b"\n")
    with pytest.raises(BadKey, match=told):
        read_key(path)


def test_a_key_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadKey, match="cannot be read"):
        read_key(tmp_path / "none")
