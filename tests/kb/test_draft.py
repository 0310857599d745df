"""A case file that is being filled in: what is written into its text, and what stays as it was."""

from __future__ import annotations

import pytest

import sjogren
from sjogren._located import written_mappings
from sjogren.facts.answers import how_to_answer, missing, node_of
from sjogren.facts.casefile import read_case
from sjogren.facts.draft import HEAD, new_draft, with_value
from sjogren.model.case import Value
from sjogren.model.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return sjogren.open().vocabulary


def answered(text: str, name: str, answer: str, vocabulary: Vocabulary, side: str = "") -> str:
    """The text with an answer as it was typed."""
    fact = vocabulary.facts[name]
    return with_value(text, fact, side, node_of(fact, answer))


def values(text: str, vocabulary: Vocabulary) -> dict[tuple[str, str], object]:
    """What the last visit of a text says, by fact and side."""
    return {(value.fact, value.side): value.value for value in stated(text, vocabulary)}


def stated(text: str, vocabulary: Vocabulary) -> tuple[Value, ...]:
    return read_case(text, vocabulary).visits[-1].values


NEW = new_draft("case-1", "52", "female")
BLOCK = """\
# a head
id: a   # Sjögren, with a letter outside ASCII
age: 52
visits:
  - date: 2025-01-12
    facts: {anti_ssa_ro: positive}
  - date: 2026-01-12   # the last
    facts:
      # serology
      anti_ssb_la: negative   # by ELISA
      essdai:
        articular: low   # one joint
      schirmer_test: {right: 4}
      focus_score: not_done
assume: {unrecorded_exclusions: absent}   # as agreed
# the end
"""
SHAPES = {
    "new": NEW,
    "block": BLOCK,
    "windows": BLOCK.replace("\n", "\r\n"),
    "no line at the end": BLOCK.rstrip("\n"),
    "facts in braces": "id: a\nage: 52\nfacts: {anti_ssb_la: negative, essdai: {articular: low}}\nassume: {}\n",
    "no facts": "id: a\nage: 52\n",
    "empty facts": "id: a\nage: 52\nfacts:\n# nothing yet\nassume: {}\n",
    "a visit in braces": "id: a\nage: 52\nvisits:\n  - {date: 2026-01-12, label: x, facts: {anti_ssb_la: negative}}\n",
    "a visit without facts": "id: a\nage: 52\nvisits:\n  - date: 2026-01-12\n",
    "visits in braces": "id: a\nage: 52\nvisits: [{date: 2025-01-12}, {date: 2026-01-12}]\n",
    "JSON": '{"id": "a", "age": 52, "facts": {"anti_ssb_la": false, "essdai": {"articular": "low"}}}\n',
    "JSON with visits": '{"id": "a", "age": 52, "visits": [{"facts": {}},\n {"date": "2026-01-12"}]}\n'.replace(
        '{"facts": {}},\n ', ""
    ),
    "block text": "id: a\nage: 52\nfacts:\n  anti_ssb_la:\n    value: false\n    note: |\n      two\n      lines\n",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_a_case_takes_an_answer_and_keeps_what_it_had(shape: str, vocabulary: Vocabulary) -> None:
    text = SHAPES[shape]
    before = values(text, vocabulary)

    for name, side, answer in (
        ("anti_ssa_ro", "", "positive"),
        ("essdai.renal", "", "no"),
        ("essdai.muscular", "", "not done"),
        ("schirmer_test", "left", "11 mm"),
        ("stimulated_whole_saliva_flow", "", "0.5"),
        ("recorded_diagnosis", "", "no: # 'quoted' \"text\""),
        ("ocular_staining_score", "right", ""),
    ):
        text = answered(text, name, answer, vocabulary, side)
    after = values(text, vocabulary)

    assert after.items() >= before.items()
    assert after["anti_ssa_ro", ""] is True
    assert after["essdai.renal", ""] == "no"
    assert after["essdai.muscular", ""] is None
    assert after["schirmer_test", "left"] == 11
    assert after["ocular_staining_score", "right"] is None
    assert [each.as_stated for each in stated(text, vocabulary) if each.fact == "recorded_diagnosis"] == [
        "no: # 'quoted' \"text\""
    ]
    assert [each.as_stated for each in stated(text, vocabulary) if each.fact == "schirmer_test"][-1] == "11 mm"


def test_nothing_but_the_new_lines_is_different(vocabulary: Vocabulary) -> None:
    text = answered(BLOCK, "anti_ssa_ro", "true", vocabulary)
    text = answered(text, "essdai.renal", "low", vocabulary)
    text = answered(text, "schirmer_test", "11", vocabulary, "left")
    text = answered(text, "focus_score", "1.5", vocabulary)

    assert text == BLOCK.replace(
        "        articular: low   # one joint\n", "        articular: low   # one joint\n        renal: low\n"
    ).replace("{right: 4}", "{right: 4, left: 11}").replace(
        "      focus_score: not_done\n", "      focus_score: 1.5\n      anti_ssa_ro: true\n"
    )


def test_a_file_with_the_line_ends_of_windows_keeps_them(vocabulary: Vocabulary) -> None:
    text = answered(BLOCK.replace("\n", "\r\n"), "anti_ssa_ro", "true", vocabulary)

    assert "anti_ssa_ro: true\r\n" in text
    assert text.count("\n") == text.count("\r\n")


def test_json_stays_json(vocabulary: Vocabulary) -> None:
    import json

    for shape in ("JSON", "JSON with visits"):
        text = answered(SHAPES[shape], "anticholinergic_drug", "none", vocabulary)
        text = answered(text, "focus_score", "not done", vocabulary)
        text = answered(text, "systemic_autoimmune_diseases", "sle", vocabulary)
        read = json.loads(text)
        facts = read["facts"] if "facts" in read else read["visits"][-1]["facts"]
        assert facts["anticholinergic_drug"] == "none"
        assert facts["systemic_autoimmune_diseases"] == [{"disease": "sle", "criteria_met": True}]


def test_what_was_said_of_one_side_is_not_said_of_the_other(vocabulary: Vocabulary) -> None:
    text = 'id: a\nage: 52\nfacts:\n  schirmer_test: {value: {right: 4}, source: abstract, note: "printed"}\n'
    left, right = sorted(
        stated(answered(text, "schirmer_test", "11", vocabulary, "left"), vocabulary), key=lambda each: each.side
    )

    assert (right.source, right.note) == ("abstract", "printed")
    assert (left.source, left.note, left.value) == ("", "", 11)


def test_a_value_that_stands_stays_beside_the_new_one(vocabulary: Vocabulary) -> None:
    text = "id: a\nage: 52\nfacts:\n  focus_score: {value: 25, status: entered_in_error}\n"
    found = stated(answered(text, "focus_score", "1.5", vocabulary), vocabulary)

    assert [(each.as_stated, each.status) for each in found] == [("25", "entered_in_error"), ("1.5", "final")]


def test_not_known_takes_no_recorded_value_away(vocabulary: Vocabulary) -> None:
    text = "id: a\nage: 52\nfacts:\n  focus_score: abnormal\n  schirmer_test: {right: abnormal}\n"
    text = answered(text, "focus_score", "", vocabulary)
    text = answered(text, "schirmer_test", "not done", vocabulary, "right")

    assert values(text, vocabulary) == {("focus_score", ""): "abnormal", ("schirmer_test", "right"): "abnormal"}


def test_an_open_disease_is_settled_and_the_others_stay(vocabulary: Vocabulary) -> None:
    text = (
        "id: a\nage: 52\nfacts:\n  systemic_autoimmune_diseases:\n"
        "    - {disease: sle, criteria_met: unknown, source: chart}\n"
        "    - {disease: rheumatoid_arthritis, criteria_met: true}\n"
    )
    none = values(answered(text, "systemic_autoimmune_diseases", "none", vocabulary), vocabulary)
    sle = values(answered(text, "systemic_autoimmune_diseases", "sle, systemic_sclerosis", vocabulary), vocabulary)

    assert none["systemic_autoimmune_diseases.sle", ""] is False
    assert none["systemic_autoimmune_diseases.rheumatoid_arthritis", ""] is True
    assert sle["systemic_autoimmune_diseases.sle", ""] is True
    assert sle["systemic_autoimmune_diseases.systemic_sclerosis", ""] is True
    assert sle["systemic_autoimmune_diseases.mixed_connective_tissue_disease", ""] is False


@pytest.mark.parametrize(
    ("name", "answer", "value", "as_stated"),
    [
        ("anti_ssa_ro", "y", True, "true"),
        ("anti_ssa_ro", "No", False, "false"),
        ("anti_ssa_ro", "positive", True, "positive"),
        ("anti_ssa_ro", "Not done", None, "not_done"),
        ("anti_ssa_ro", "", None, "unknown"),
        ("unstimulated_whole_saliva_flow", "1.5 mL/15.min", "0.1", "1.5 mL/15.min"),
        ("unstimulated_whole_saliva_flow", "1.5 mL/15 min", "0.1", "1.5 mL/15.min"),
        ("unstimulated_whole_saliva_flow", "1.5mL/(15.min)", "0.1", "1.5 mL/(15.min)"),
        ("unstimulated_whole_saliva_flow", "abnormal", "abnormal", "abnormal"),
        ("focus_score", "4.50", "4.5", "4.50"),
        ("essdai.articular", "no", "no", "no"),
        ("biopsy_fibrosis", "absent", "absent", "absent"),
        ("anticholinergic_drug", "none", "none", "none"),
        ("organ_specific_autoimmune_diseases", "coeliac disease; vitiligo", "coeliac disease; vitiligo", None),
    ],
)
def test_an_answer_is_kept_as_it_was_typed(
    name: str, answer: str, value: object, as_stated: str | None, vocabulary: Vocabulary
) -> None:
    from fractions import Fraction

    (found,) = stated(answered(NEW, name, answer, vocabulary), vocabulary)

    assert found.value == (Fraction(value) if isinstance(value, str) and value[0].isdigit() else value)
    if as_stated is not None:
        assert found.as_stated == as_stated


def test_a_list_that_is_answered_is_complete(vocabulary: Vocabulary) -> None:
    found = values(answered(NEW, "sgus_pattern", "fibrous, fatty", vocabulary), vocabulary)
    none = values(answered(NEW, "sgus_pattern", "none", vocabulary), vocabulary)

    assert [name for (name, _), value in found.items() if value] == ["sgus_pattern.fibrous", "sgus_pattern.fatty"]
    assert set(none.values()) == {False}


def test_treatments_are_read_with_class_and_dates(vocabulary: Vocabulary) -> None:
    text = answered(NEW, "treatments", "rituximab: b_cell_depleting 2025-01-02; a drug: other", vocabulary)
    text = answered(text, "treatments", "another: secretagogue", vocabulary)
    found = read_case(text, vocabulary).visits[-1].treatments

    assert [(each.drug, each.drug_class, str(each.start)) for each in found] == [
        ("rituximab", "b_cell_depleting", "2025-01-02"),
        ("a drug", "other", "None"),
        ("another", "secretagogue", "None"),
    ]


def test_a_new_case_is_valid_under_a_head_of_comments(vocabulary: Vocabulary) -> None:
    text = new_draft('x"; # y', "0.25", "")
    case = read_case(text, vocabulary)

    assert text.startswith(HEAD)
    assert (case.id, case.sex, str(case.age)) == ('x"; # y', "unknown", "1/4")


@pytest.mark.parametrize("answer", ["", "unknown", "not known", "not done", "not_done", "NOT DONE"])
def test_words_for_no_value(answer: str) -> None:
    assert missing(answer) == ("not_done" if "done" in answer.casefold() else "unknown")


def test_every_fact_says_how_to_answer(vocabulary: Vocabulary) -> None:
    told = {name: how_to_answer(fact, vocabulary) for name, fact in vocabulary.facts.items()}

    assert all(told.values())
    assert told["age_at_onset"].startswith("a number, 0 to 120 years")
    assert told["schirmer_test"].startswith("a number, 0 to 35 mm/(5.min)")
    assert "abnormal" in told["schirmer_test"]


def test_a_mapping_is_found_where_it_stands() -> None:
    text = "a: 1\nb:\n  c: {d: 2, e: [3]}   # f\n  g:\n    - h: ö\n      i: |\n        j\n"
    blocks = written_mappings(text)

    assert {path: block.flow for path, block in blocks.items()} == {
        "": False, "b": False, "b.c": True, "b.g.0": False,
    }  # fmt: skip
    assert [text[entry.start : entry.end] for entry in blocks["b.c"].entries] == ["d: 2", "e: [3]"]
    assert [text[entry.start : entry.end] for entry in blocks["b.g.0"].entries] == ["h: ö", "i: |\n        j\n"]
    assert blocks["b.g.0"].column == len("    - ")
