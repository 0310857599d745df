"""Generated patients: facts of the shipped vocabulary with values on and around every threshold that a rule tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from hypothesis import strategies as st

from sjogren.model.vocabulary import FactDef, Vocabulary
from sjogren.program.ir import Program

FIRST = date(2026, 1, 12)
WORDS = ("positive", "negative")


def read_facts(program: Program) -> list[str]:
    """The facts that a program reads, by the names of the case file."""
    return sorted(
        {given.fact for given in program.inputs if not given.fact.startswith("policy:") and given.fact != "age"}
    )


def cuts(program: Program) -> dict[str, list[Fraction]]:
    """The thresholds at which each fact is tested."""
    found: dict[str, set[Fraction]] = {}
    for clause in program.clauses:
        for literal in clause.body:
            ends = {end.at for end in (literal.low, literal.high) if end}
            found.setdefault(literal.key.partition("@")[0], set()).update(ends)
    return {key: sorted(ends) for key, ends in found.items()}


def plain(number: Fraction) -> int | float:
    """A number as it would stand in a case file."""
    return int(number) if number.denominator == 1 else float(number)


def values(fact: FactDef, thresholds: list[Fraction]) -> st.SearchStrategy[Any]:
    """Valid values of one fact on one side, missing ones among them."""
    missing = st.sampled_from(["unknown", "not_done"])
    if fact.type == "boolean":
        return st.booleans() | st.sampled_from(WORDS) | missing
    if fact.type == "level":
        return st.sampled_from(fact.levels) | missing
    if fact.type == "code":
        return st.sampled_from(fact.codes) | missing
    if fact.type == "term":
        return st.sampled_from(["primary Sjögren's syndrome", "Sicca syndrome", "Sjögren disease", "no such name"])
    low, high = fact.minimum or Fraction(0), fact.maximum if fact.maximum is not None else Fraction(200)
    step = Fraction(1) if fact.type == "count" else Fraction(1, 100)
    near = {low, high, *(cut + change for cut in thresholds for change in (-step, Fraction(0), step))}
    if fact.type == "count":  # a threshold of a mean may lie between two counts
        near = {Fraction(floor(value)) for value in near}
    numbers: st.SearchStrategy[Any] = st.sampled_from([plain(one) for one in sorted(near) if low <= one <= high])
    words = st.sampled_from(["abnormal", "normal"]) if fact.abnormal else st.nothing()
    return numbers | words | missing


def by_side(fact: FactDef, value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value, or a mapping by side in which sides may be missing."""
    if not fact.laterality:
        return value
    return st.dictionaries(st.sampled_from(fact.sides), value, min_size=1)


@st.composite
def facts(draw: Callable[[st.SearchStrategy[Any]], Any], program: Program, vocabulary: Vocabulary) -> dict[str, Any]:
    """What one visit records."""
    thresholds, found = cuts(program), dict[str, Any]()
    for name in read_facts(program):
        if name.endswith("_total") or name == "esspri_score" or draw(st.integers(0, 1)) == 0:
            continue
        outer, _, member = name.partition(".")
        fact = vocabulary.facts[outer if vocabulary.facts[outer].type in {"codes", "diseases"} else name]
        if fact.type == "diseases":
            chosen = draw(st.lists(st.sampled_from(fact.codes), unique=True, max_size=2))
            found[outer] = [{"disease": code, "criteria_met": draw(st.booleans())} for code in chosen]
        elif fact.type == "codes":
            found[outer] = draw(st.lists(st.sampled_from(fact.codes), unique=True, max_size=2))
        elif member:
            found.setdefault(outer, {})[member] = draw(values(fact, thresholds.get(name, [])))
        else:
            found[name] = draw(by_side(fact, values(fact, thresholds.get(name, []))))
    if "essdai" in found and draw(st.integers(0, 2)) == 0:
        found["essdai_unlisted_domains"] = "no"
    return found


@st.composite
def patients(draw: Callable[[st.SearchStrategy[Any]], Any], program: Program, vocabulary: Vocabulary) -> dict[str, Any]:
    """A case with one or two visits, assumptions and policies."""
    visits = [
        {"date": (FIRST + timedelta(days=200 * index)).isoformat(), "facts": draw(facts(program, vocabulary))}
        for index in range(draw(st.sampled_from([1, 1, 1, 2])))
    ]
    case: dict[str, Any] = {"id": "generated", "age": draw(st.sampled_from([10, 52])), "visits": visits}
    for key, choices in (("assume", vocabulary.assumptions), ("policy", vocabulary.policies)):
        chosen = {name: draw(st.sampled_from(choice.values)) for name, choice in choices.items() if draw(st.booleans())}
        if chosen:
            case[key] = chosen
    return case


def without(case: Mapping[str, Any], keep: Callable[[int, str, str], bool]) -> dict[str, Any]:
    """The case with only those facts that ``keep`` wants, asked with visit, name and side."""
    visits = []
    for index, visit in enumerate(case["visits"]):
        kept: dict[str, Any] = {}
        for name, value in visit["facts"].items():
            if isinstance(value, Mapping):
                dotted = name in {"essdai", "esspri"}
                inner = {
                    part: one for part, one in value.items()
                    if (keep(index, f"{name}.{part}", "") if dotted else keep(index, name, part))
                }  # fmt: skip
                if inner:
                    kept[name] = inner
            elif name == "essdai_unlisted_domains" or keep(index, name, ""):
                kept[name] = value
        if "essdai" not in kept and "essdai" in visit["facts"]:
            kept.pop("essdai_unlisted_domains", None)
        visits.append({**visit, "facts": kept})
    return {**case, "visits": visits}
