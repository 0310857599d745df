"""The gate: every shape of the contract is read exactly, and what is not a case is refused as a whole."""

from __future__ import annotations

import os
import random
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kb.conftest_vocabulary import DISEASES, DOMAINS, PATTERNS, VOCABULARY

from sjogren.errors import Finding, InputError
from sjogren.facts import case_template, read_case, read_case_file
from sjogren.facts.codes import CODES
from sjogren.model.case import Case, Treatment, Value

EXAMPLE = """\
id: case-001
age: 52
sex: female
visits:
  - date: 2026-01-12
    label: baseline
    facts:
      clinician_diagnosis: true
      recorded_diagnosis: primary Sjögren’s  Syndrome
      schirmer_test: {right: 4, left: 11}
      unstimulated_whole_saliva_flow: {value: 1.5, unit: mL/15.min}
      anticholinergic_drug: none
      anti_ssa_ro: positive
      focus_score: not_done
      systemic_autoimmune_diseases: []
      essdai: {articular: moderate, biological: low}
      essdai_unlisted_domains: "no"
      esspri: {dryness: 7, fatigue: 6, pain: 3.5}
assume:
  unrecorded_exclusions: absent
policy: {}
"""


def read(facts: str | dict[str, object]) -> Case:
    """A case of one undated visit with these facts, as flow YAML or as Python values."""
    if isinstance(facts, str):
        return read_case(f"{{id: a, age: 50, facts: {facts}}}", VOCABULARY)
    return read_case({"id": "a", "age": 50, "facts": facts}, VOCABULARY)


def stated(case: Case, visit: int = 0) -> dict[tuple[str, str], object]:
    return {(value.fact, value.side): value.value for value in case.visits[visit].values}


def only(case: Case) -> Value:
    (value,) = case.visits[0].values
    return value


def errors(text: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_case(text, VOCABULARY)  # type: ignore[arg-type]  # what is wrong is what is tested
    assert all(finding.code in CODES for finding in caught.value.findings)
    return [finding.code for finding in caught.value.findings]


def repr_of_kind(value: object) -> str:
    return type(value).__name__


def facts_errors(facts: str) -> list[str]:
    return errors(f"{{id: a, age: 50, facts: {facts}}}")


def test_the_example_of_the_contract_is_read_to_the_letter() -> None:
    case = read_case(EXAMPLE, VOCABULARY)

    assert (case.id, case.age, case.sex) == ("case-001", Fraction(52), "female")
    assert case.assume == {"unrecorded_exclusions": "absent"}
    assert case.policy == {}
    assert (case.visits[0].date, case.visits[0].label) == (date(2026, 1, 12), "baseline")
    assert stated(case) == {
        ("clinician_diagnosis", ""): True,
        ("recorded_diagnosis", ""): "PrimarySjogrenDisease",
        ("schirmer_test", "right"): 4,
        ("schirmer_test", "left"): 11,
        ("unstimulated_whole_saliva_flow", ""): Fraction(1, 10),
        ("anticholinergic_drug", ""): "none",
        ("anti_ssa_ro", ""): True,
        ("focus_score", ""): None,
        **{(f"systemic_autoimmune_diseases.{code}", ""): False for code in DISEASES},
        **{(f"essdai.{domain}", ""): "no" for domain in DOMAINS},
        ("essdai.articular", ""): "moderate",
        ("essdai.biological", ""): "low",
        ("esspri.dryness", ""): 7,
        ("esspri.fatigue", ""): 6,
        ("esspri.pain", ""): Fraction(7, 2),
    }
    flow = next(value for value in case.visits[0].values if value.fact == "unstimulated_whole_saliva_flow")
    assert (flow.as_stated, flow.unit, flow.line, flow.date) == ("1.5 mL/15.min", "mL/min", 11, date(2026, 1, 12))
    unlisted = next(value for value in case.visits[0].values if value.fact == "essdai.constitutional")
    assert (unlisted.as_stated, unlisted.line) == ('essdai_unlisted_domains: "no"', 17)
    diagnosis = next(value for value in case.visits[0].values if value.fact == "recorded_diagnosis")
    assert diagnosis.as_stated == "primary Sjögren’s  Syndrome"


@pytest.mark.parametrize("text", ["{id: a, age: 50}", "{id: a, age: 50, facts: {}}", "{id: 7, age: 50, facts: null}"])
def test_a_case_without_facts_is_one_undated_visit_that_says_nothing(text: str) -> None:
    case = read_case(text, VOCABULARY)

    assert len(case.visits) == 1
    assert case.visits[0] == (None, "", (), ())
    assert case.sex == "unknown"


@pytest.mark.parametrize(("word", "value"), [
    ("true", True), ("present", True), ("positive", True), ('"positive"', True), ("True", True),
    ("false", False), ("absent", False), ("negative", False),
    ("null", None), ("~", None), ("", None), ("unknown", None), ("not_done", None), ('"not_done"', None),
])  # fmt: skip
def test_missing_is_never_negative(word: str, value: bool | None) -> None:
    assert only(read(f"{{anti_ssa_ro: {word}}}")).value is value


@pytest.mark.parametrize(("text", "value"), [
    ("0.1", "1/10"), ("4.5", "9/2"), ("1e-05", "1/100000"), (".5", "1/2"), ("5.", "5"), ("+2", "2"), ("1E1", "10"),
    ("0.10000000000000000000000000001", "10000000000000000000000000001/100000000000000000000000000000"),
])  # fmt: skip
def test_numbers_are_exact(text: str, value: str) -> None:
    assert only(read(f"{{focus_score: {text}}}")).value == Fraction(value)


@pytest.mark.parametrize("number", [0.1, "0.1", Decimal("0.1"), Fraction(1, 10)])
def test_every_kind_of_python_number_is_read_exactly(number: object) -> None:
    assert only(read({"focus_score": number})).value == Fraction(1, 10)


def test_a_fraction_without_decimal_form_stays_exact() -> None:
    assert only(read({"focus_score": Fraction(1, 3)})).value == Fraction(1, 3)


def test_python_values_and_the_file_give_the_same_case() -> None:
    facts = {
        "anti_ssa_ro": True,
        "schirmer_test": {"right": 4, "left": None},
        "esspri": {"pain": 3.5},
        "sgus_pattern": ["fatty"],
        "igg": {"value": 1700, "unit": "mg/dL", "date": date(2026, 1, 1)},
    }
    text = """{anti_ssa_ro: true, schirmer_test: {right: 4, left: null}, esspri: {pain: 3.5}, sgus_pattern: [fatty],
               igg: {value: 1700, unit: mg/dL, date: 2026-01-01}}"""

    assert read(facts).digest == read(text).digest


@pytest.mark.parametrize(
    "number", [".inf", "-inf", "NaN", ".nan", "1e31", "1e-31", "9007199254740992", "1" * 31, "1e999999999"]
)
def test_what_cannot_be_a_measurement_is_refused_before_it_is_computed(number: str) -> None:
    assert facts_errors(f"{{focus_score: {number}}}") == ["E124"]


@pytest.mark.parametrize(
    "number", [10**5000, Fraction(1, 10**500), float("nan"), float("inf"), Decimal("1e999999")], ids=repr_of_kind
)
def test_huge_python_numbers_are_refused(number: object) -> None:
    assert errors({"id": "a", "age": 50, "facts": {"focus_score": number}}) == ["E124"]


@pytest.mark.parametrize(
    "text",
    [
        "1_000",
        "0x10",
        "1/3",
        "1:30",
        "\N{ARABIC-INDIC DIGIT ONE}",
        "<5",
        "4 mm",
        "'1,5'",
        "true",
        "--1",
        "1e",
        "e5",
        ".",
    ],
)
def test_what_is_not_a_decimal_number_is_a_wrong_type(text: str) -> None:
    assert facts_errors(f"{{focus_score: {text}}}") == ["E121"]


def test_a_value_carries_what_is_said_beside_it() -> None:
    value = only(
        read("{igg: {value: 1600, unit: mg/dL, date: 2026-01-01, source: lab, note: fasting, status: preliminary}}")
    )

    assert value == Value(
        "igg", "", Fraction(16), "1600 mg/dL", "g/L", date(2026, 1, 1), 1, "lab", "fasting", "preliminary"
    )  # fmt: skip


@pytest.mark.parametrize("facts", [
    "{schirmer_test: {right: {value: 4, unit: mm}, left: {value: 11, unit: mm}}}",
    "{schirmer_test: {value: {right: 4, left: 11}, unit: mm}}",
    "{schirmer_test: {right: [{value: 4, unit: mm}], left: [{value: 11, unit: mm}]}}",
    "{schirmer_test: [{value: {right: 4, left: 11}, unit: mm}]}",
])  # fmt: skip
def test_sides_values_and_lists_may_be_nested_either_way(facts: str) -> None:
    assert stated(read(facts)) == {("schirmer_test", "right"): 4, ("schirmer_test", "left"): 11}


def test_a_test_that_was_not_done_was_not_done_on_either_side() -> None:
    assert stated(read("{schirmer_test: not_done}")) == {
        ("schirmer_test", "right"): None,
        ("schirmer_test", "left"): None,
    }


def test_one_side_alone_says_nothing_of_the_other() -> None:
    assert stated(read("{schirmer_test: {right: 4}}")) == {("schirmer_test", "right"): 4}


def test_glands_and_kinds_of_gland_are_sides_too() -> None:
    case = read("{sgus_omeract_grade: {left_parotid: 2}, sgus_hypoechoic_area_grade: {parotid: 1}}")

    assert stated(case) == {("sgus_omeract_grade", "left_parotid"): 2, ("sgus_hypoechoic_area_grade", "parotid"): 1}


def test_a_list_of_dated_values_keeps_them_all() -> None:
    case = read("{igg: [{value: 15, date: 2026-01-01}, {value: 18, date: 2026-02-01}]}")

    assert [(value.value, value.date) for value in case.visits[0].values] == [
        (15, date(2026, 1, 1)),
        (18, date(2026, 2, 1)),
    ]


def test_a_qualitative_result_is_a_word_with_a_published_threshold_behind_it() -> None:
    value = only(read("{focus_score: abnormal}"))

    assert (value.value, value.qualitative) == ("abnormal", True)
    assert facts_errors("{igg: abnormal}") == ["E121"]


def test_unlisted_domains_are_unrated_unless_said_otherwise() -> None:
    assert set(stated(read("{essdai: {articular: low}}"))) == {("essdai.articular", "")}
    assert set(stated(read('{essdai_unlisted_domains: "no"}')).values()) == {"no"}
    assert len(stated(read('{essdai_unlisted_domains: "no"}'))) == len(DOMAINS)


def test_a_listed_domain_that_is_unknown_stays_unknown() -> None:
    assert stated(read('{essdai: {articular: unknown}, essdai_unlisted_domains: "no"}'))["essdai.articular", ""] is None


def test_a_disease_counts_only_when_its_own_criteria_are_met() -> None:
    case = read("""{systemic_autoimmune_diseases: [{disease: sle, criteria_met: true},
        {disease: rheumatoid_arthritis, criteria_met: false}, {disease: systemic_sclerosis}]}""")

    assert list(stated(case).values()) == [True, False, None, False, False]


def test_an_unknown_list_is_unknown_for_every_member() -> None:
    assert stated(read("{sgus_pattern: not_done}")) == {(f"sgus_pattern.{code}", ""): None for code in PATTERNS}
    assert stated(read("{sgus_pattern: []}")) == {(f"sgus_pattern.{code}", ""): False for code in PATTERNS}
    assert stated(read("{sgus_pattern: [fatty]}"))["sgus_pattern.fatty", ""] is True


def test_a_recorded_name_that_no_label_matches_is_kept_as_written() -> None:
    value = only(read("{recorded_diagnosis: Gougerot's disease}"))

    assert (value.value, value.as_stated) == ("unmapped", "Gougerot's disease")


def test_an_organ_specific_disease_is_never_an_error() -> None:
    assert only(read("{organ_specific_autoimmune_diseases: [Hashimoto thyroiditis, something rare]}")).value == (
        "Hashimoto thyroiditis; something rare"
    )


def test_a_finding_that_is_not_due_to_the_disease_is_absent_for_the_essdai() -> None:
    value = only(read("{synovitis: {value: true, disease_related: false}}"))

    assert (value.value, value.as_stated) == (False, "true (not disease-related)")
    assert only(read("{synovitis: {value: true, disease_related: true}}")).value is True
    assert only(read("{synovitis: {value: true, disease_related: unknown}}")).value is None
    assert only(read("{neutrophils: {value: 0.4, disease_related: false}}")).value is None
    assert facts_errors("{anti_ssa_ro: {value: true, disease_related: false}}") == ["E111"]


def test_treatments_have_a_class_and_dates() -> None:
    case = read("{treatments: [{drug: rituximab, class: b_cell_depleting, start: 2026-01-01, stop: null}]}")

    assert case.visits[0].treatments == (Treatment("rituximab", "b_cell_depleting", date(2026, 1, 1), None),)
    assert facts_errors("{treatments: [{drug: x, class: other, start: 2026-02-01, stop: 2026-01-01}]}") == ["E131"]


def test_what_was_entered_in_error_is_kept_and_contradicts_nothing() -> None:
    case = read("{focus_score: [{value: 400, status: entered_in_error}, {value: 2}]}")

    assert [value.value for value in case.visits[0].values] == [400, 2]


def test_a_final_value_settles_two_preliminary_ones() -> None:
    preliminary = "{value: 1, status: preliminary}, {value: 2, status: preliminary}"

    assert facts_errors(f"{{focus_score: [{preliminary}]}}") == ["E132"]
    assert len(read(f"{{focus_score: [{preliminary}, 3]}}").visits[0].values) == 3


def test_a_word_that_a_number_confirms_is_no_contradiction() -> None:
    assert len(read("{focus_score: [abnormal, 2]}").visits[0].values) == 2
    assert facts_errors("{focus_score: [abnormal, 0.5]}") == ["E132"]


def test_the_same_amount_in_two_units_is_no_contradiction() -> None:
    assert len(read("{igg: [16, {value: 1600, unit: mg/dL}]}").visits[0].values) == 2


def test_a_later_visit_may_not_contradict_the_date_of_an_earlier_one() -> None:
    case = """
id: a
age: 50
visits:
  - {date: 2026-01-12, facts: {igg: 15}}
  - {date: 2026-02-12, facts: {igg: {value: 16, date: 2026-01-12}}}
"""
    with pytest.raises(InputError, match=re.escape("igg of 2026-01-12 is '16' here and '15' on line 5.")):
        read_case(case, VOCABULARY)


def test_texts_are_one_line_in_one_normal_form() -> None:
    assert only(read('{ethnicity: "Sjo\\u0308gren\\n\\tand"}')).value == "Sjögren  and"


@pytest.mark.parametrize("text", ["\\e[31mred", "a\\u0007", "a\\u202eb", "a\\u2028b"])
def test_no_text_can_write_to_a_terminal_what_the_file_does_not_show(text: str) -> None:
    assert facts_errors(f'{{ethnicity: "{text}"}}') == ["E133"]
    assert errors(f'{{id: "{text}", age: 50}}') == ["E133"]
    with pytest.raises(InputError) as caught:
        read(f'{{"{text}": 1, anti_ssa_ro: "{text}"}}')
    assert str(caught.value).replace("\n", "").isprintable()


def test_long_texts_are_refused() -> None:
    assert errors({"id": "a" * 201, "age": 50}) == ["E133"]
    assert errors({"id": "a", "age": 50, "facts": {"ethnicity": "a" * 10_001}}) == ["E133"]
    assert read({"ethnicity": "a" * 10_000}).id == "a"


def test_json_is_read_with_its_escapes_and_tabs() -> None:
    facts = '{"anti_ssa_ro":true, "essdai": {"articular":"no"}}'
    text = f'{{\n\t"id": "a\\/b \\ud83d\\ude00",\n\t"age":50,\n\t"facts": {facts}\n}}'

    assert read_case(text, VOCABULARY).id == "a/b 😀"
    assert stated(read_case(text, VOCABULARY)) == {("anti_ssa_ro", ""): True, ("essdai.articular", ""): "no"}


def test_a_byte_order_mark_is_accepted() -> None:
    assert read_case(b"\xef\xbb\xbfid: a\nage: 1\n", VOCABULARY).id == "a"
    assert read_case("\ufeffid: a\nage: 1\n", VOCABULARY).id == "a"


def test_all_errors_of_a_file_are_told_together_by_line() -> None:
    with pytest.raises(InputError) as caught:
        read_case("age: 200\nfacts:\n  anti_ssa: true\n  focus_score: 21\n  igg: {value: 3, unit: g}\n", VOCABULARY)

    assert [(finding.line, finding.code) for finding in caught.value.findings] == [
        (1, "E112"), (1, "E123"), (3, "E120"), (4, "E123"), (5, "E125"),
    ]  # fmt: skip
    assert "'anti_ssa_ro'" in caught.value.findings[2].hint


@pytest.mark.parametrize("value", [{1: 2}, {"anti_ssa_ro": object()}, {"anti_ssa_ro": b"x"}, {"igg": {2: 3}}])
def test_python_values_that_no_file_can_hold_are_refused(value: object) -> None:
    assert "E109" in errors({"id": "a", "age": 50, "facts": value})


def test_a_python_value_that_contains_itself_is_refused() -> None:
    loop: dict[str, object] = {}
    loop["igg"] = loop

    assert "E109" in errors({"id": "a", "age": 50, "facts": loop})


def test_the_digest_is_of_the_content() -> None:
    case = read_case(EXAMPLE, VOCABULARY)

    assert case.digest == read_case("# a comment\n" + EXAMPLE, VOCABULARY, file="other.yaml").digest
    assert case.digest.startswith("sha256:")
    assert case.digest != read_case(EXAMPLE.replace("age: 52", "age: 53"), VOCABULARY).digest
    assert case.digest != read_case(EXAMPLE.replace("pain: 3.5", "pain: 3.50"), VOCABULARY).digest


def test_a_hostile_file_of_many_unknown_names_is_refused_soon() -> None:
    names = "".join(f"  schirmer_tset_{number}: 1\n" for number in range(3000))

    assert len(errors(f"id: a\nage: 1\nfacts:\n{names}")) == 3000


def test_the_file_on_disk_is_read_like_the_text(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(EXAMPLE, encoding="utf-8")

    assert read_case_file(path, VOCABULARY) == read_case(EXAMPLE, VOCABULARY, file=str(path))
    assert read_case_file(os.fspath(path), VOCABULARY).file == str(path)


def test_every_code_that_the_gate_can_raise_is_in_the_table_and_every_one_there_can_be_raised() -> None:
    import sjogren.facts

    sources = Path(sjogren.facts.__file__).parent.glob("*.py")
    raised = {
        code for path in sources if path.name != "codes.py" for code in re.findall(r'"(E1\d\d)"', path.read_text())
    }

    assert raised == set(CODES)


@pytest.mark.parametrize(("facts", "codes"), [
    ("{igg: []}", ["E110"]),
    ("{igg: [[1]]}", ["E110"]),
    ("{igg: {value: {value: 1}}}", ["E110"]),
    ("{igg: {value: [1]}}", ["E110"]),
    ("{igg: {value: 1, unit: [g/L]}}", ["E110"]),
    ("{igg: {value: 1, date: [2026-01-01]}}", ["E110"]),
    ("{igg: {value: 1, status: {a: b}}}", ["E110"]),
    ("{igg: {value: 1, note: [a]}}", ["E110"]),
    ("{schirmer_test: {}}", ["E110"]),
    ("{schirmer_test: {right: []}}", ["E110"]),
    ("{schirmer_test: {right: {unit: mm}}}", ["E110"]),
    ("{schirmer_test: {value: {right: 4}, left: 5}}", ["E111"]),
    ("{schirmer_test: [4]}", ["E129"]),
    ("{schirmer_test: {both: 4}}", ["E129"]),
    ("{essdai: low}", ["E110"]),
    ("{essdai: {articular: {levels: low}}}", ["E110"]),
    ("{esspri: {tiredness: 3}}", ["E120"]),
    ("{synovitis: {value: true, disease_related: maybe}}", ["E121"]),
    ("{synovitis: {value: true, disease_related: [true]}}", ["E110"]),
    ("{sgus_pattern: {fatty: true}}", ["E110"]),
    ("{sgus_pattern: [[fatty]]}", ["E110"]),
    ("{systemic_autoimmune_diseases: [{disease: sle, value: true}]}", ["E111"]),
    ("{systemic_autoimmune_diseases: [{disease: sle, criteria_met: []}]}", ["E110"]),
    ("{systemic_autoimmune_diseases: [{disease: sle, criteria: true}]}", ["E111"]),
    ("{systemic_autoimmune_diseases: [{disease: sle, criteria_met: true}, {disease: sle, criteria_met: false}]}",
     ["E132"]),
    ("{treatments: rituximab}", ["E110"]),
    ("{treatments: [rituximab]}", ["E110"]),
    ("{treatments: [{drug: rituximab, class: other, from: 2026-01-01}]}", ["E111"]),
    ("{treatments: [{drug: [], class: other}]}", ["E110"]),
    ("{recorded_diagnosis: {a: b}}", ["E110"]),
    ("{essdai_unlisted_domains: [low]}", ["E110"]),
    ("{sex: female}", ["E120"]),
])  # fmt: skip
def test_a_wrong_shape_is_named_once(facts: str, codes: list[str]) -> None:
    assert facts_errors(facts) == codes


@pytest.mark.parametrize("text", [
    "{id: [a], age: 50}", "{id: a, age: [50]}", "{id: a, age: 50, sex: [female]}", "{id: a, age: 50, visits: 3}",
    "{id: a, age: 50, visits: [3]}", "{id: a, age: 50, assume: [absent]}", "{id: a, age: 50, policy: hocevar_cutoff}",
    "{id: a, age: 50, visits: [{label: [b]}]}", "{id: a, age: 50, visits: [{date: [2026-01-01]}]}",
    "{id: a, age: 50, visits: {}}", "3", "[]", "null",
])  # fmt: skip
def test_a_case_of_the_wrong_shape_is_refused(text: str) -> None:
    assert errors(text) == ["E110"]


@pytest.mark.parametrize("text", ["{id: null, age: 1}", "{id: '  ', age: 1}", "{id: a, age: unknown}"])
def test_what_is_required_cannot_be_unknown(text: str) -> None:
    assert errors(text) == ["E112"]


# -- template -------------------------------------------------------------------------------------------------------

FACT_LINE = re.compile(r"^( *)# (?=[a-z0-9_]+: )", re.MULTILINE)


def test_the_template_is_a_valid_case_as_it_is() -> None:
    case = read_case(case_template(VOCABULARY), VOCABULARY)

    assert case.visits[0].values == ()


def test_the_template_is_valid_with_every_fact_uncommented_and_has_them_all() -> None:
    text = FACT_LINE.sub(r"\1", case_template(VOCABULARY))
    case = read_case(text, VOCABULARY)

    named = {value.fact.partition(".")[0] for value in case.visits[0].values}
    assert named | {"treatments"} == {name for name in VOCABULARY.facts if "." not in name and name != "age"}
    assert len(case.visits[0].treatments) == 1
    assert set(case.assume) == set(VOCABULARY.assumptions)
    assert set(case.policy) == set(VOCABULARY.policies)


def test_each_line_of_the_template_is_valid_alone() -> None:
    template = case_template(VOCABULARY)
    for match in FACT_LINE.finditer(template):
        read_case(template[: match.start()] + match[1] + template[match.end() :], VOCABULARY)


# -- properties -----------------------------------------------------------------------------------------------------

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def refuse_or_read(case: object) -> None:
    findings: tuple[Finding, ...] = ()
    try:
        read_case(case, VOCABULARY)  # type: ignore[arg-type]  # what is wrong is what is tested
    except InputError as error:
        findings = error.findings
        assert findings
    assert all(finding.code in CODES for finding in findings)


@QUICK
@given(st.one_of(st.text(), st.binary()))
def test_no_text_raises_anything_but_an_input_error(text: str | bytes) -> None:
    refuse_or_read(text)


_WORDS = st.sampled_from(
    ["true", "no", "low", "4", "-1", "1e400", "nan", "mm", "2026-01-01", "final", "sle", "null", '"4"']
)
_KEYS = st.sampled_from(
    [*VOCABULARY.facts, "value", "unit", "date", "status", "right", "disease", "drug", "class", "fatigue"]
)
_TREES = st.recursive(
    st.one_of(_WORDS, st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=4)),
    max_leaves=12,
)


@QUICK
@given(st.dictionaries(_KEYS, _TREES, max_size=5), _TREES)
def test_no_tree_raises_anything_but_an_input_error(facts: dict[str, object], other: object) -> None:
    refuse_or_read({"id": "a", "age": 50, "facts": facts})
    refuse_or_read({"id": other, "age": other, "visits": [{"date": other, "label": other, "facts": other}, other]})
    refuse_or_read({"id": "a", "age": 50, "assume": other, "policy": other, "sex": other, "visits": other})


@QUICK
@given(st.randoms(use_true_random=False))
def test_the_order_of_facts_is_irrelevant(chance: random.Random) -> None:
    head, _, rest = EXAMPLE.partition("    facts:\n")
    lines = rest.partition("assume:")[0].splitlines(keepends=True)
    chance.shuffle(lines)
    shuffled = read_case(f"{head}    facts:\n{''.join(lines)}assume:{rest.partition('assume:')[2]}", VOCABULARY)

    assert shuffled.digest == read_case(EXAMPLE, VOCABULARY).digest
