"""Runs the clinical cases below `tests/rules/`, a tree of YAML files that mirrors `rules/` and holds no Python.

A file is a list of cases; `tests/rules/README.md` tells their form. Each case becomes one test, each row of its table
another, named by path and sentence. A case passes when every expected key has the expected value (of a mapping only the
keys named are compared, a list is compared whole), when the flags are as told, and when the independent checker accepts
the proof (of a table, which varies one proof, that of every fifth row).

A part, such as ``classification/acr-eular-2016/schirmer``, is read from what was derived, whether or not a printed
answer rests on it: ``result`` of a finding (``met``, ``not_met``, ``undetermined``); ``level``, ``low`` and ``high`` of
a grade; ``value`` of a table; ``low`` and ``high`` of a score; of a selection its ``members`` and
those that are ``open``, sorted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

import sjogren
from sjogren.engine.knowledge import Result

HERE = Path(__file__).resolve().parent
TREE = HERE / "rules"
EXAMPLES = HERE.parent / "examples"
APART = {"bases.yaml", "published.yaml"}
KEYS = {"name", "from", "base", "age", "facts", "first", "visits", "assume", "policy", "expect", "flags", "table"}
UNDETERMINED = "undetermined"
NEVER: Mapping[str, set[str]] = {
    name: {UNDETERMINED}
    for name in (
        "axis/symptom/sufficiently-assessed",
        "classification/japan-1999/pathology/pattern",
        "endpoint/hierarchy/lymphoma-current",
        "gland/lacrimal/no-staining",
        "gland/salivary/grade/implausible",
        "gland/structure/floor/minimum-data",
        "paediatric/child",
        "paediatric/japan-2018/excluded",
        "paediatric/work-up",
        "terminology/disease-name/older-set",
        "axis/dominance-over-time/accepted",
        "axis/dominance-over-time/recurred",
        "response/essdai-mcii/judged-on",
        "response/immunoglobulin-drug",
    )
} | {"classification/applicable": {"open"}}
"""Rules about what is recorded, or closed whatever is not: each has an answer in every case."""
BETWEEN = ("2026-01-05", "2026-06-22")
"""The dates of the two visits of a case that has a ``first``: 24 weeks."""
AGE = 50
"""Years, where a case leaves its age to the base: an adult."""


class ClinicalCase(NamedTuple):
    """A case as the library reads it, and what is expected at each visit by its index."""

    name: str
    patient: dict[str, Any]
    expect: dict[int, dict[str, dict[str, Any]]]
    flags: dict[int, list[str]]
    verified: bool = True
    """Whether its proof goes through the checker, which takes longer than all else."""


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


EVERY = 20
"""Rows of a table of which one proof goes through the checker."""
BASES: Mapping[str, Mapping[str, Any]] = read(TREE / "bases.yaml")
FILES = sorted(path for path in TREE.rglob("*.yaml") if path.name not in APART)
PUBLISHED: Mapping[str, Any] = read(TREE / "published.yaml")


# -- from a file to cases --------------------------------------------------------------------------------------------


def cases_of(path: Path) -> Iterator[ClinicalCase]:
    """The cases of one file, each row of a table as a case of its own."""
    for written in read(path):
        unknown = set(written) - KEYS
        assert not unknown, f"{path}: {written['name']!r} has keys that mean nothing: {sorted(unknown)}"
        assert {"name", "from", "base"} <= set(written), f"{path}: a case has a name, a source and a base: {written}"
        for index, row in enumerate(rows_of(written)):
            yield clinical_case(row)._replace(verified=index % EVERY == 0)


def rows_of(written: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The case itself, or one case for each row of its table."""
    if "table" not in written:
        yield written
        return
    table = written["table"]
    for row in table["rows"]:
        case = deepcopy({key: value for key, value in written.items() if key != "table"})
        changed, answers = row[: len(table["change"])], row[len(table["change"]) :]
        assert len(answers) == len(table["read"]), f"{written['name']!r}: the row {row} has not one entry a column"
        for column, value in zip(table["change"], changed, strict=True):
            change(case, column, value)
        for column, answer in zip(table["read"], answers, strict=True):
            rule, _, key = column.partition(" ")
            lay(case.setdefault("expect", {}).setdefault(rule, {}), key, answer)
        case["name"] = f"{written['name']} {changed}"
        yield case


def change(case: dict[str, Any], column: str, value: Any) -> None:
    """Enter one cell of a table: a fact, ``facts`` (several at once), or a key of ``assume`` or ``policy``.

    With ``first.`` before it the fact is one of the first visit.
    """
    if column.startswith("first."):
        inner = {"facts": case.get("first", {})}
        change(inner, column.removeprefix("first."), value)
        case["first"] = inner["facts"]
    elif column == "facts":
        case["facts"] = {**case.get("facts", {}), **value}
    elif column.startswith(("assume.", "policy.")):
        if value != "drop":
            lay(case, column, value)
    else:
        lay(case.setdefault("facts", {}), column, value)


def lay(mapping: dict[str, Any], dotted: str, value: Any) -> None:
    """Enter a value under a name whose dots lead into mappings."""
    *outer, last = dotted.split(".")
    for key in outer:
        mapping = mapping.setdefault(key, {})
    mapping[last] = value


def clinical_case(written: Mapping[str, Any]) -> ClinicalCase:
    """A case as the library reads it: its facts laid over its base, at its first visit."""
    patient: dict[str, Any] = {"id": "case", "age": written.get("age", AGE)}
    patient |= {key: written[key] for key in ("assume", "policy") if key in written}
    base = BASES[written["base"]]
    if "first" in written:
        facts = over(base, written["first"]), over(base, written.get("facts", {}))
        patient["visits"] = [{"date": day, "facts": each} for day, each in zip(BETWEEN, facts, strict=True)]
        expect, flags = {1: written["expect"]}, {1: written["flags"]} if "flags" in written else {}
    elif "visits" not in written:
        patient["facts"] = over(base, written.get("facts", {}))
        expect, flags = {0: written["expect"]}, {0: written["flags"]} if "flags" in written else {}
    else:
        visits = written["visits"]
        first = over(base, visits[0]["facts"])
        patient["visits"] = [
            {"date": str(visit["date"]), "facts": visit.get("facts", {}) if index else first}
            for index, visit in enumerate(visits)
        ]
        expect = {index: visit["expect"] for index, visit in enumerate(visits) if "expect" in visit}
        flags = {index: visit["flags"] for index, visit in enumerate(visits) if "flags" in visit}
    assert expect, f"{written['name']!r} expects nothing"
    return ClinicalCase(written["name"], patient, expect, flags)


def over(base: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**base, **facts}
    return {name: value for name, value in merged.items() if value != "drop"}


CASES = [(path, case) for path in FILES for case in cases_of(path)]


# -- from an assessment to what can be compared ----------------------------------------------------------------------


class Reading:
    """What one case comes to: its printed conclusions, and every part as engine and reference evaluator derived it."""

    def __init__(self, kb: sjogren.KnowledgeBase, patient: Mapping[str, Any]) -> None:
        self.kb = kb
        self.case = kb.read(patient)
        self.assessment = kb.assess(self.case)
        self._derived: list[Result] = []

    def derived(self, visit: int) -> Result:
        """What holds at a visit."""
        if not self._derived:
            self._derived = self.kb._assessor.results(self.case)
        return self._derived[visit]

    def answer(self, visit: int, identifier: str) -> dict[str, Any]:
        """The printed keys of a conclusion, and what was derived of the rule."""
        printed = self.assessment.visits[visit]["conclusions"].get(identifier, {})
        rule = self.kb.rule(identifier)
        return {**part(rule, self.derived(visit)), **marked(rule, printed), **printed}


def marked(rule: sjogren.Rule, printed: Mapping[str, Any]) -> dict[str, Any]:
    """For a recommendation that marks endpoints: which marks any of them bears."""
    entries = [entry for value in printed.values() if isinstance(value, list) for entry in value]
    found = sorted({mark.mark for mark in rule.marks for entry in entries if entry.get(mark.mark)})
    return {"marked": found} if rule.marks else {}


def part(rule: sjogren.Rule, derived: Result) -> dict[str, Any]:
    """What was derived of one rule, in the words of its kind."""
    truth = derived.truth
    match rule.kind:
        case "Finding":
            return {"result": {"T": "met", "F": "not_met"}.get(truth.get(rule.id, ""), UNDETERMINED)}
        case "Grade":
            steps = [(level, truth.get(f"{rule.id}>={level}")) for level in rule.levels[1:]]
            low = level_of([rule.levels[0], *(level for level, said in steps if said == "T")][-1])
            high = level_of([rule.levels[0], *(level for level, said in steps if said != "F")][-1])
            return {"level": low if low == high else UNDETERMINED, "low": low, "high": high}
        case "Score":
            span = derived.spans[rule.id]
            return {"low": number(span.low), "high": number(span.high)}
        case "Selection":
            said = {case.low: truth.get(f"{rule.id}={case.low}") for case in rule.cases}
            shown = sorted(value for value, holds in said.items() if holds == "T")
            return {"members": shown, "open": sorted(value for value, holds in said.items() if holds not in {"T", "F"})}
        case "Table" | "Recommendation":
            values = [case.low for case in rule.cases] + [rule.otherwise]
            given = [value for value in values if truth.get(f"{rule.id}={value}") == "T"]
            return {"value": given[0] if given else rule.if_undetermined or UNDETERMINED}
    return {}


def level_of(word: str) -> int | str:
    return int(word) if word.isdigit() else word


def number(value: Fraction | None) -> int | float | None:
    return None if value is None else int(value) if value.denominator == 1 else float(value)


def differences(expected: Any, found: Any, where: str) -> Iterator[str]:
    """Where the answer is not as expected; of mappings only the expected keys are compared."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key, value in expected.items():
            if key in found:
                yield from differences(value, found[key], f"{where} {key}")
            else:
                yield f"{where}: has no {key!r}, only {sorted(found)}"
    elif isinstance(expected, float) and isinstance(found, int | float):
        if found != pytest.approx(expected, abs=0.005):
            yield f"{where}: expected {expected}, found {found}"
    elif expected != found or isinstance(expected, bool) != isinstance(found, bool):
        yield f"{where}: expected {expected}, found {found}"


def check(kb: sjogren.KnowledgeBase, case: ClinicalCase) -> None:
    """Assess a case and compare it, and let the independent checker judge its proof."""
    reading = Reading(kb, case.patient)
    wrong: list[str] = []
    for index, expected in case.expect.items():
        for rule, keys in expected.items():
            wrong += differences(keys, reading.answer(index, rule), f"visit {index}, {rule}")
    for index, flags in case.flags.items():
        wrong += differences(sorted(flags), reading.assessment.visits[index]["flags"], f"visit {index}, flags")
    assert not wrong, "\n".join(wrong)
    if case.verified:
        assert kb.verify(reading.assessment) == []


# -- the tests -------------------------------------------------------------------------------------------------------


def name_of(path: Path) -> str:
    return path.relative_to(TREE).with_suffix("").as_posix()


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{name_of(path)}::{case.name}") for path, case in CASES])
def test_case(kb: sjogren.KnowledgeBase, case: ClinicalCase) -> None:
    check(kb, case)


def test_each_case_is_told_once() -> None:
    told = [(path, case.name) for path, case in CASES]
    assert sorted({one for one in told if told.count(one) > 1}) == []


def test_every_rule_file_has_its_cases(kb: sjogren.KnowledgeBase) -> None:
    assert {f"rules/{name_of(path)}.yaml" for path in FILES} == {rule.place.file for rule in kb.rules.values()}


def test_every_rule_has_a_case_for_each_answer(kb: sjogren.KnowledgeBase) -> None:
    """So that no rule is left without a met, a not-met and an undetermined case."""
    told: dict[str, set[Any]] = {}
    for _, case in CASES:
        for expected in case.expect.values():
            for rule, keys in expected.items():
                told.setdefault(rule, set()).update(answers(kb.rule(rule).kind, keys))
    wanting = {rule.id: wanted(kb, rule) - told.get(rule.id, set()) for rule in kb.rules.values()}
    assert {rule: answer for rule, answer in wanting.items() if answer} == {}


def answers(kind: str, keys: Mapping[str, Any]) -> set[Any]:
    """The answers that one expectation tells about; of a score whether it is exact or open."""
    if kind == "Score" and {"low", "high"} <= set(keys):
        return {"exact" if keys["low"] == keys["high"] else "open"}
    if kind == "Grade":
        bounds = {str(keys[key]) for key in ("low", "high", "level") if key in keys}
        return bounds if "level" in keys or len(bounds) == 1 else {UNDETERMINED}
    if kind == "Selection":
        return {f"{value} {key}" for key in ("members", "open") for value in keys.get(key, [])}
    key = {
        "Finding": "result",
        "Grade": "level",
        "Table": "value",
        "CriteriaSet": "verdict",
        "Response": "verdict",
    }.get(kind, "profile")
    if kind == "Finding" and "value" in keys:
        return {{True: "met", False: "not_met"}.get(keys["value"], UNDETERMINED)}
    return {keys[key]} if key in keys else set()


def wanted(kb: sjogren.KnowledgeBase, rule: sjogren.Rule) -> set[Any]:
    """The answers that a rule can give."""
    match rule.kind:
        case "Score":
            return {"exact", "open"}
        case "Finding":
            return {"met", "not_met", UNDETERMINED} - NEVER.get(rule.id, set())
        case "Grade":
            return {*rule.levels, UNDETERMINED}
        case "CriteriaSet":
            gates = {"excluded": rule.exclude, "entry_not_met": rule.entry}
            return {"met", "not_met", UNDETERMINED, *(word for word, gate in gates.items() if gate)}
        case "Response":
            return {"responder", "non_responder", "not_evaluable"}
        case "Selection":
            return {
                f"{case.low} {key}"
                for case in rule.cases
                for key in ("members", "open")
                if key not in NEVER.get(rule.id, ())
            }
    words = {case.low for case in rule.cases} | {rule.otherwise, rule.if_undetermined or UNDETERMINED}
    terms = kb.vocabulary.terms
    found = {terms[word].label if word in terms else None if word == "null" else word for word in words}
    return found - NEVER.get(rule.id, set())


def test_every_example_has_its_expectation() -> None:
    told = {told["example"] for kind in ("published", "synthetic") for told in PUBLISHED[kind]}
    assert told == {path.stem for path in EXAMPLES.glob("*.yaml")}


@pytest.mark.parametrize("reading", PUBLISHED["readings"])
@pytest.mark.parametrize("told", [pytest.param(told, id=told["example"]) for told in PUBLISHED["published"]])
def test_published_case_under_each_reading(kb: sjogren.KnowledgeBase, told: Mapping[str, Any], reading: str) -> None:
    example = read(EXAMPLES / f"{told['example']}.yaml")
    patient = {**example, "assume": PUBLISHED["readings"][reading]}
    expected = {"classification/acr-eular-2016": told[reading], **told.get("other_sets", {}).get(reading, {})}
    check(kb, ClinicalCase(told["why"], patient, {0: expected}, {}))


@pytest.mark.parametrize("told", [pytest.param(told, id=told["example"]) for told in PUBLISHED["published"]])
def test_published_example_carries_the_first_reading(told: Mapping[str, Any]) -> None:
    first, *_ = PUBLISHED["readings"].values()
    assert read(EXAMPLES / f"{told['example']}.yaml")["assume"] == first


@pytest.mark.parametrize("told", [pytest.param(told, id=told["example"]) for told in PUBLISHED["synthetic"]])
def test_synthetic_example(kb: sjogren.KnowledgeBase, told: Mapping[str, Any]) -> None:
    patient = read(EXAMPLES / f"{told['example']}.yaml")
    check(kb, ClinicalCase(told["example"], patient, dict(enumerate(told["visits"])), {}))
