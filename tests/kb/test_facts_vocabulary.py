"""The gate over the real ontology: every fact of the contract can be recorded, and the bad cases are still refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sjogren._resources import data
from sjogren.errors import InputError
from sjogren.facts import case_template, read_case
from sjogren.model.vocabulary import SIDES, Vocabulary
from sjogren.ontology.reader import read_vocabulary

INVALID = Path(__file__).parents[1] / "invalid"
FACT_LINE = re.compile(r"^( *)# (?=[a-z0-9_]+: )", re.MULTILINE)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary(data("ontology"))


def test_the_template_is_valid_as_it_is_and_with_every_fact_uncommented(vocabulary: Vocabulary) -> None:
    template = case_template(vocabulary)
    assert read_case(template, vocabulary).visits[0].values == ()

    case = read_case(FACT_LINE.sub(r"\1", template), vocabulary)

    named = {value.fact.partition(".")[0] for value in case.visits[0].values}
    whole = {name for name in vocabulary.facts if "." not in name} - {"age", "essdai_unlisted_domains"}
    assert named | {"treatments"} == whole
    assert len(case.visits[0].treatments) == 1


def test_each_line_of_the_template_is_valid_alone(vocabulary: Vocabulary) -> None:
    template = case_template(vocabulary)
    lines = list(FACT_LINE.finditer(template))
    assert len(lines) > len([name for name in vocabulary.facts if "." not in name])

    for match in lines:
        read_case(template[: match.start()] + match[1] + template[match.end() :], vocabulary)


@pytest.mark.parametrize(("written", "term"), [
    ("primary Sjögren's syndrome", "PrimarySjogrenDisease"),
    ("Sjögren’s  SYNDROME", "SjogrenDisease"),
    ("something else", "unmapped"),
])  # fmt: skip
def test_a_recorded_name_is_mapped_by_the_labels_of_the_ontology(
    written: str, term: str, vocabulary: Vocabulary
) -> None:
    case = read_case({"id": "a", "age": 50, "facts": {"recorded_diagnosis": written}}, vocabulary)

    assert [(value.value, value.as_stated) for value in case.visits[0].values] == [(term, written)]


@pytest.mark.parametrize(("domain", "level"), [
    ("constitutional", "high"), ("glandular", "high"), ("central_nervous_system", "low"), ("biological", "high"),
])  # fmt: skip
def test_an_essdai_domain_has_only_its_published_levels(domain: str, level: str, vocabulary: Vocabulary) -> None:
    with pytest.raises(InputError) as caught:
        read_case({"id": "a", "age": 50, "facts": {"essdai": {domain: level}}}, vocabulary)

    assert [finding.code for finding in caught.value.findings] == ["E127"]
    assert read_case({"id": "a", "age": 50, "facts": {"essdai": {domain: "moderate"}}}, vocabulary).id == "a"


def test_every_fact_may_be_not_done(vocabulary: Vocabulary) -> None:
    names = [name for name in vocabulary.facts if "." not in name and name not in {"age", "essdai_unlisted_domains"}]
    case = read_case({"id": "a", "age": 50, "facts": dict.fromkeys(names, "not_done")}, vocabulary)

    assert {value.value for value in case.visits[0].values} == {None}
    assert {value.fact.partition(".")[0] for value in case.visits[0].values} == set(names) - {"treatments"}


def test_the_range_of_every_number_is_closed_at_its_ends(vocabulary: Vocabulary) -> None:
    numbers = [fact for fact in vocabulary.facts.values() if fact.type in {"number", "count"} and fact.name != "age"]
    assert numbers

    for fact in numbers:
        for end, beyond in ((fact.minimum, -1), (fact.maximum, 1)):
            for value, valid in () if end is None else ((end, True), (end + beyond, False)):
                stated: object = {fact.sides[0]: value} if fact.laterality in SIDES else value
                whole, _, member = fact.name.partition(".")
                facts = {whole: {member: stated} if member else stated}
                try:
                    read_case({"id": "a", "age": 50, "facts": facts}, vocabulary)
                    accepted = True
                except InputError:
                    accepted = False
                assert accepted is valid, (fact.name, value)


FOLDERS = sorted(path for path in INVALID.iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_the_bad_cases_are_refused_for_the_same_reason_and_their_twins_accepted(
    folder: Path, vocabulary: Vocabulary
) -> None:
    bad, good = next(folder.glob("bad.*")), next(folder.glob("good.*"))
    with pytest.raises(InputError) as caught:
        read_case(bad.read_bytes(), vocabulary, file=bad.name)

    expected = (folder / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert [str(finding).split(" ")[:2] for finding in caught.value.findings] == [
        line.split(" ")[:2] for line in expected
    ]
    assert read_case(good.read_bytes(), vocabulary).id
