"""Which missing facts an open conclusion can still turn on, and what some of them alone can make of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import NamedTuple, TypeAlias

from sjogren.advice.cells import range_of
from sjogren.advice.kept import Fields
from sjogren.advice.patient import Patient, spanned
from sjogren.assess.assessor import Derived
from sjogren.compare.answers import nodes_of
from sjogren.model.case import Case
from sjogren.model.rule import RULE, Rule
from sjogren.program.ir import Addend, Aggregate
from sjogren.program.outline import resting_on

Levels: TypeAlias = "tuple[int, int]"
"""The least and the most that a grade comes to, by the place of its levels."""


class Open(NamedTuple):
    """A conclusion that is open.

    facts
        the missing facts that can still change it.
    patient
        the visit in the field of the conclusion; None where it has none.
    repeated
        recorded facts that it waits for, because the record does not count.
    """

    conclusion: str
    facts: frozenset[str]
    patient: Patient | None
    repeated: tuple[str, ...]


def lacking(rule: Rule, derived: Derived) -> tuple[str, ...]:
    """The inputs that an open conclusion lacks, by the proof."""
    nodes = [f"{rule.id}=met"] if rule.kind == "CriteriaSet" else nodes_of(rule)
    keys = (key for node in nodes if node not in derived.result.truth for key in derived.lacks(node))
    return tuple(dict.fromkeys(keys))


class Behind:
    """What lies behind stated levels and totals at one visit: the findings and items that they are made of."""

    def __init__(self, fields: Fields, case: Case, derived: Derived, rules: Mapping[str, Rule]) -> None:
        self.fields, self.case, self.derived, self.rules = fields, case, derived, rules
        self.stated = {rule.stated: rule for rule in rules.values() if rule.stated}
        self.totals = {each.key: each for each in derived.program.aggregates if each.stated}
        self._graded: dict[str, Patient | None] = {}
        self._missing: dict[str, frozenset[str]] = {}

    def facts(self, names: Iterable[str]) -> Iterator[str]:
        """Some missing facts; for a total its items, which are what is found out."""
        for name in names:
            rule = self.stated.get(name)
            if rule is None or rule.kind == "Grade":
                yield name
            else:
                yield from (fact for fact, _ in self._items(self.totals[rule.id]))

    def findings(self, facts: Iterable[str]) -> set[str]:
        """The missing findings that could change a level among some facts, where somebody finds them out beforehand."""
        graded = (self.stated.get(fact) for fact in facts)
        return {finding for rule in graded if rule and rule.kind == "Grade" for finding in self._findings(rule)}

    def _items(self, total: Aggregate) -> Iterator[tuple[str, Addend]]:
        """The items of a total that are not known, or not exactly, each with the fact that states it."""
        for addend in total.addends:
            rule = self.rules.get(addend.key)
            if rule is None:
                if addend.key not in self.derived.inputs:
                    yield addend.key, addend
            elif self._levels(rule)[0] != self._levels(rule)[1]:
                yield rule.stated, addend

    def _levels(self, rule: Rule) -> Levels:
        low, high = spanned(rule, self.derived.result)
        return int(low), int(high)

    def _grade(self, rule: Rule) -> Patient | None:
        """The visit in the field of the findings behind a level; None where that is not worked out."""
        if rule.id not in self._graded:
            field = self.fields.of(rule.id, self.case, opened=True)
            patient = None if isinstance(field, str) else Patient(field, self.derived, self.rules)
            if patient is not None and (
                patient.answer == patient.field.impossible
                or _places(rule, patient.field.answers[patient.answer]) != self._levels(rule)
            ):
                patient = None
            self._graded[rule.id] = patient
        return self._graded[rule.id]

    def _findings(self, rule: Rule) -> frozenset[str]:
        """The missing findings behind a level that is not stated that can still change what it comes to."""
        found = self._missing.get(rule.id)
        if found is None:
            low, high = self._levels(rule)
            if low == high or rule.stated in self.derived.inputs:
                found = frozenset()
            elif (patient := self._grade(rule)) is not None:
                variables = patient.field.variables
                found = frozenset(variables[at].key.partition("@")[0] for at in patient.mattering)
            else:
                missing = {each.fact for each in self.derived.program.inputs if each.key not in self.derived.inputs}
                found = frozenset(each.name for each in resting_on(self.rules, rule.id) if each.kind != RULE) & missing
            self._missing[rule.id] = found
        return found

    def settles(self, patient: Patient, facts: Collection[str]) -> bool:
        """Whether some results for these facts, all else left as it is, settle a conclusion."""
        cells = _cells(patient, facts)
        for position, each in enumerate(patient.field.variables):
            rule = self.stated.get(each.key)
            if rule is None or position in cells or not patient.open[position]:
                continue
            if rule.kind != "Grade":
                total = self.totals[rule.id]
                if all(fact in facts for fact, _ in self._items(total)):
                    cells[position] = patient.open[position]
                else:
                    spans = self._sums(total, facts)
                    cells[position] = {range_of(each, low, high) for low, high in spans}
        return any(patient.field.settled[answer] for answer in patient.reached(cells))

    def _sums(self, total: Aggregate, facts: Collection[str]) -> set[tuple[Fraction, Fraction]]:
        """What a total can come to when these facts are known: the least and the most."""
        low, high = self.derived.result.spans[total.key]
        if low is None or high is None:
            return set()
        found = {(low, high)}
        for fact, addend in self._items(total):
            rule = self.rules.get(addend.key)
            if rule is None or fact not in facts:
                continue
            counts = [addend.weight * count for _, count in addend.levels]
            start, end = self._levels(rule)
            steps = [(counts[at] - counts[start], counts[at] - counts[end]) for at in range(start, end + 1)]
            found = {(one + up, other + down) for (one, other), (up, down) in product(found, steps)}
        return found


def _cells(patient: Patient, facts: Collection[str]) -> dict[int, Collection[int]]:
    """The cells that inputs of some facts can be shown to be in."""
    return {
        position: patient.open[position]
        for position, each in enumerate(patient.field.variables)
        if patient.open[position] and each.key.partition("@")[0] in facts
    }


def _places(rule: Rule, words: str) -> Levels:
    """The levels of a grade that its answer in words names."""
    last = len(rule.levels) - 1
    spans = {
        rule.levels[low] if low == high else f"{rule.levels[low]} to {rule.levels[high]}": (low, high)
        for low in range(last + 1)
        for high in range(low, last + 1)
    }
    return spans.get(words, (0, last))
