"""A case written as case-file data is read to the same case, whatever shapes its file used."""

from __future__ import annotations

import json
from math import ceil
from pathlib import Path

import pytest

import sjogren
from sjogren.facts import read_case
from sjogren.facts.written import Number, written
from sjogren.model.case import Case
from sjogren.model.vocabulary import FactDef
from sjogren.report.lossless import compact

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))

SHAPES = """\
id: "null"
age: 52.25
visits:
  - date: 2020-01-01
    label: "=A1"
    facts:
      clinician_diagnosis: {value: positive, date: 2019-05-05, source: a, note: "null"}
      recorded_diagnosis: "  no such: name "
      schirmer_test:
        right: [{value: 4.50, date: 2019-01-01}, {value: +3, unit: mm, note: "mm"}]
        left: ~
      ocular_staining_score: [{value: {right: 3}, source: chart}, {value: {left: 4}, date: 2018-02-03}]
      unstimulated_whole_saliva_flow: {value: 1.50, unit: mL/15.min}
      stimulated_whole_saliva_flow: abnormal
      focus_score: [{value: 1, status: preliminary}, {value: 2.0}, {value: 900, status: entered_in_error}]
      anti_ssa_ro: Null
      anti_ssb_la: not_done
      sgus_pattern: [{value: [fibrous, fibrous, fatty], date: 2019-01-01}, {value: []}, {value: unknown}]
      systemic_autoimmune_diseases:
        value:
          - {disease: sle, criteria_met: false, date: 2010-01-01}
          - {disease: rheumatoid_arthritis, note: n}
          - {disease: systemic_sclerosis, criteria_met: true, status: final}
        source: letter
        status: preliminary
      organ_specific_autoimmune_diseases: [a; b, "", unknown]
      essdai: [{value: {articular: low, renal: unknown}, date: 2019-12-01}, {articular: low}]
      essdai_unlisted_domains: "no"
      esspri: {value: {pain: 3.0, fatigue: not_done}, source: form}
      palpable_purpura: true
      treatments:
        - {drug: x, class: other, start: 2001-01-01, stop: 2002-02-02}
        - {drug: "null", class: glucocorticoid}
  - date: 2021-01-01
    facts:
      systemic_autoimmune_diseases: unknown
      organ_specific_autoimmune_diseases: []
      sgus_pattern: not_done
assume: {unrecorded_exclusions: absent}
policy: {hocevar_cutoff: "15"}
"""


def apart_from_lines(case: Case) -> Case:
    visits = tuple(
        visit._replace(values=tuple(value._replace(line=0) for value in visit.values)) for visit in case.visits
    )
    return case._replace(visits=visits, file="")


def again(case: Case, kb: sjogren.KnowledgeBase) -> Case:
    return read_case(written(case, kb.vocabulary), kb.vocabulary)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_read_again_as_it_was(path: Path, kb: sjogren.KnowledgeBase) -> None:
    case = kb.read(path)

    assert apart_from_lines(again(case, kb)) == apart_from_lines(case)


def test_every_shape_of_the_contract_is_read_again_as_it_was(kb: sjogren.KnowledgeBase) -> None:
    case = read_case(SHAPES, kb.vocabulary)
    assert len(case.visits[0].values) > 40

    assert apart_from_lines(again(case, kb)) == apart_from_lines(case)


def values(fact: FactDef) -> list[object]:
    """Some values of a fact, whatever its type."""
    unit = max((each for each in fact.units if each != fact.unit), default="")
    match fact.type:
        case "boolean":
            return [True, "absent"]
        case "number" | "count":
            low = ceil(fact.minimum or 0)
            return [low, {"value": ceil(low / fact.units[unit]), "unit": unit}] if unit else [low]
        case "level":
            return [fact.levels[0], fact.levels[-1]]
        case "code":
            return list(fact.codes)
        case "codes":
            return [[], [fact.codes[0]], list(fact.codes)]
        case "diseases":
            return [[], [{"disease": code, "criteria_met": True} for code in fact.codes]]
        case "treatments":
            return [[{"drug": "a drug", "class": fact.codes[0], "start": "2019-01-01"}]]
        case "texts":
            return [[], ["one; two", "three"]]
        case _:
            return ["some text", "Sjögren disease"]


def shapes(fact: FactDef, value: object) -> list[object]:
    """The shapes in which a value may stand, by side and with what is said beside it."""
    if fact.type == "treatments":
        return [value]
    placed = {fact.sides[0]: value} if fact.laterality else value
    if isinstance(placed, dict) and "value" in placed:
        return [placed]
    return [placed, {"value": placed, "date": "2019-03-04", "source": "chart", "status": "preliminary"}]


def test_every_fact_is_read_again_as_it_was(kb: sjogren.KnowledgeBase) -> None:
    for fact in (each for each in kb.vocabulary.facts.values() if "." not in each.name and each.name != "age"):
        members = fact.members if fact.type == "mapping" else ()
        parts = [(kb.vocabulary.facts[f"{fact.name}.{member}"], member) for member in members] or [(fact, "")]
        for part, member in parts:
            for value in (*values(part), "unknown"):
                for shape in shapes(part, value):
                    facts = {fact.name: {member: shape} if member else shape}
                    case = kb.read({"id": "a", "age": 50, "visits": [{"date": "2020-01-01", "facts": facts}]})
                    assert apart_from_lines(again(case, kb)) == apart_from_lines(case), facts


def test_findings_not_due_to_the_disease_stay_so(kb: sjogren.KnowledgeBase) -> None:
    raw = [fact for fact in kb.vocabulary.facts.values() if fact.assumption == "unrecorded_essdai_findings"]
    boolean = next(fact.name for fact in raw if fact.type == "boolean" and "." not in fact.name)
    number = next(fact.name for fact in raw if fact.type == "number" and fact.unit and "." not in fact.name)
    facts = {
        boolean: {"value": True, "disease_related": False},
        number: {"value": Number("1.50"), "unit": kb.vocabulary.facts[number].unit, "disease_related": "unknown"},
    }
    case = kb.read({"id": "a", "age": 50, "facts": facts})
    assert [value.value for value in case.visits[0].values] == [False, None]

    assert apart_from_lines(again(case, kb)) == apart_from_lines(case)


def test_numbers_are_numbers_of_json_with_the_digits_that_were_stated(kb: sjogren.KnowledgeBase) -> None:
    case = read_case("{id: a, age: 50, facts: {igg: 12.50, focus_score: 1}}", kb.vocabulary)
    text = compact(written(case, kb.vocabulary))

    assert '"igg": 12.50' in text
    assert json.loads(text)["visits"][0]["facts"] == {"igg": 12.5, "focus_score": 1}


@pytest.mark.parametrize(("text", "shown"), [("0.25", "0.25"), ("52", "52"), ("0.001", "0.001"), ("10.5", "10.5")])
def test_the_age_is_exact(text: str, shown: str, kb: sjogren.KnowledgeBase) -> None:
    assert written(read_case(f"{{id: a, age: {text}}}", kb.vocabulary), kb.vocabulary)["age"] == shown
