"""Following an advice: no test is asked for that could change nothing, and at the end all is settled, or why not."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any

import pytest
from bench.cases import cases, registry
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.advice.putting import Place, put, said

import sjogren
from sjogren.advice import Advice, advise
from sjogren.advice.cells import value_of
from sjogren.advice.kept import fields_of
from sjogren.advice.patient import Patient
from sjogren.compare.answers import nodes_of
from sjogren.model.case import Case
from sjogren.model.vocabulary import FactDef
from sjogren.proof.printed import json_number

ROUNDS = 60
"""More than there are tests: an advice that goes round in circles is found out."""
EACH = 2
"""Every example is a dozen advices, so fewer of them are tried."""
HIGHEST = 200
KEPT = 0.5


def recorded(kb: sjogren.KnowledgeBase, case: Case) -> set[tuple[str, str]]:
    return {(key.partition("@")[0], key.partition("@")[2]) for key in kb.derived(case)[-1].inputs}


def value(fact: FactDef, chance: Random) -> Any:
    """Some value of a fact."""
    if fact.type in {"boolean", "codes", "diseases"}:
        return chance.random() < KEPT
    if fact.type == "level":
        return chance.choice(fact.levels)
    if fact.type == "code":
        return chance.choice(fact.codes)
    if fact.type == "term":
        return chance.choice(["primary Sjögren's syndrome", "Sjögren disease"])
    low, high = fact.minimum or Fraction(0), fact.maximum if fact.maximum is not None else Fraction(HIGHEST)
    whole = fact.type == "count"
    return (
        chance.randint(int(low), int(high)) if whole else json_number(low + (high - low) * chance.randint(0, 40) / 40)
    )


def results(kb: sjogren.KnowledgeBase, case: Case, facts: tuple[str, ...], chance: Random) -> list[Place]:
    """What a test finds for these facts, on every side of which nothing is recorded; members of a list together."""
    known = kb.vocabulary.facts
    here = recorded(kb, case)
    found: list[Place] = []
    for name in facts:
        whole = known.get(name.partition(".")[0])
        fact = known.get(name, whole)
        assert fact is not None
        together = fact.type == "codes" and name not in known
        names = [f"{fact.name}.{code}" for code in fact.codes] if together else [name]
        found += [
            (each, side, value(fact, chance))
            for each in names
            for side in fact.sides
            if (each, side) not in here and (each, side) not in {place[:2] for place in found}
        ]
    return consistent(kb, case, found)


def consistent(kb: sjogren.KnowledgeBase, case: Case, places: list[Place]) -> list[Place]:
    """The same without a narrower finding that is present beside a broader one that is absent."""
    stands: dict[tuple[str, str], Any] = {
        (each.fact, each.side): each.value for each in case.visits[-1].values if each.value is not None
    }
    stands |= {place[:2]: place[2] for place in places}
    for fact in kb.vocabulary.facts.values():
        if fact.narrower and stands.get((fact.name, "")) is False:
            places = [(name, side, False if name in fact.narrower else one) for name, side, one in places]
        if any(stands.get((name, "")) is True for name in fact.narrower):
            places = [(name, side, True if name == fact.name else one) for name, side, one in places]
    return places


def witness(patient: Patient, position: int) -> tuple[list[int], ...] | None:
    """Two complete records that differ in one input alone and are answered differently."""
    field = patient.field
    ways: dict[int, dict[int, int]] = {field.root: {}}
    failed: set[tuple[int, int]] = set()

    def apart(one: int, other: int, cells: dict[int, int]) -> dict[int, int] | None:
        if one == other or field.impossible in (one, other) or (one, other) in failed:
            return None
        if one < field.first and other < field.first:
            return cells
        asked = min(field.asks[one], field.asks[other])
        for cell in (patient.base[asked], *patient.open[asked]):
            left, right = (field.children[each][cell] if field.asks[each] == asked else each for each in (one, other))
            found = apart(left, right, {**cells, asked: cell})
            if found is not None:
                return found
        failed.add((one, other))
        return None

    for node in patient.below:
        asked = field.asks[node]
        if asked > position:
            break
        choices = (patient.base[asked], *patient.open[asked])
        for one, other in combinations(choices, 2) if asked == position else ():
            found = apart(field.children[node][one], field.children[node][other], ways[node])
            if found is not None:
                base = [found.get(index, cell) for index, cell in enumerate(patient.base)]
                return tuple([*base[:position], cell, *base[position + 1 :]] for cell in (one, other))
        for cell in choices:
            ways.setdefault(field.children[node][cell], {**ways[node], asked: cell})
    return None


def places(kb: sjogren.KnowledgeBase, patient: Patient, cells: list[int]) -> list[Place]:
    """What is to be recorded for a patient to be in these cells."""
    return [
        (each.key.partition("@")[0], each.side, value_of(each, cell, kb.vocabulary.terms))
        for each, cell, now in zip(patient.field.variables, cells, patient.base, strict=True)
        if cell != now
    ]


def matters(kb: sjogren.KnowledgeBase, case: Case, advice: Advice, chance: Random) -> None:
    """The first test can change a conclusion: two records that differ in one of its facts are answered differently."""
    test = advice.tests[0]
    assert test.can_change
    assert test.facts
    tried = 0
    for name in test.can_change:
        field = fields_of(kb).of(name, case)
        if isinstance(field, str):
            continue
        patient = Patient(field, kb.derived(case)[-1], kb.rules)
        if patient.answer == field.impossible:
            continue
        wanted = [at for at in patient.mattering if field.variables[at].key.partition("@")[0] in test.facts]
        if not wanted:  # through a total
            continue
        two = witness(patient, chance.choice(sorted(wanted)))
        assert two is not None, (test, name)
        answers = {said(kb, put(kb, case, places(kb, patient, cells)), name) for cells in two}
        assert len(answers) > 1, (test, name, two)
        tried += 1
        if tried == 2:
            return


def idle(kb: sjogren.KnowledgeBase, case: Case, advice: Advice, chance: Random) -> None:
    """Whatever the tests find that no longer matter, nothing that was open or settled becomes otherwise settled."""
    procedures: Mapping[str, Any] = kb.vocabulary.procedures
    totals = {each.stated for each in kb.knowledge.program.aggregates}
    facts = tuple(fact for one in advice.no_longer for fact in procedures[one.id].facts if fact not in totals)
    found = results(kb, case, tuple(fact for fact in facts if fact not in {"age", "treatments"}), chance)
    found = [place for place in found if place[0] in kb.vocabulary.facts or "." in place[0]]
    left = {each.conclusion for each in advice.unsettled} | {name for test in advice.tests for name in test.can_change}
    before, after = (kb.derived(one)[-1].result.truth for one in (case, put(kb, case, found)))
    for name in left:
        for node in nodes_of(kb.rules[name]):
            assert before.get(node) == after.get(node), (node, found)


@pytest.fixture(scope="module")
def drawn(kb: sjogren.KnowledgeBase) -> list[Case]:
    return [*registry(kb, 20), *cases(kb, 20)]


@settings(max_examples=max(1, settings().max_examples // EACH))
@given(st.integers(0, 39), st.integers(0, 10**6))
def test_following_the_advice_ends_settled_or_says_why_not(
    kb: sjogren.KnowledgeBase, drawn: list[Case], number: int, seed: int
) -> None:
    case, chance = drawn[number], Random(seed)  # noqa: S311 - patients, not secrets
    last = case.visits[-1]
    kept = tuple(each for each in last.values if chance.random() < KEPT)
    case = case._replace(visits=(*case.visits[:-1], last._replace(values=kept)))
    advice = advise(kb, case)
    matters(kb, case, advice, chance)
    idle(kb, case, advice, chance)
    for _ in range(ROUNDS):
        if not advice.tests:
            break
        before = recorded(kb, case)
        test = advice.tests[0]
        found = results(kb, case, test.facts, chance)
        assert found, test
        case = put(kb, case, found)
        assert recorded(kb, case) > before
        advice = advise(kb, case)
    else:
        raise AssertionError("the advice never ends")
    why = {each.conclusion: each.reason for each in advice.unsettled}
    assert all(why.values())
    conclusions = kb.assess(case).conclusions()
    for name, told in conclusions.items():
        if told.get("verdict") == "undetermined" or told.get("value") in {"undetermined", "indeterminate", "unknown"}:
            assert name in why, name
        elif "verdict" in told:
            assert name not in why
