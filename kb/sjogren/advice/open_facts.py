"""Which missing facts each open conclusion can still turn on, and what a test alone can make of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from sjogren.advice.cells import range_of
from sjogren.advice.patient import Patient, spanned
from sjogren.assess.assessor import Derived
from sjogren.compare.answers import nodes_of
from sjogren.model.rule import Rule
from sjogren.program.ir import Addend, Aggregate


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


class Totals:
    """Scores with a stated total at one visit: what their items leave open."""

    def __init__(self, derived: Derived, rules: Mapping[str, Rule]) -> None:
        self.derived, self.rules = derived, rules
        self.aggregates = {each.key: each for each in derived.program.aggregates if each.stated}

    def missing(self, aggregate: Aggregate) -> Iterator[tuple[str, Addend]]:
        """The items that are not known, or not exactly, each with the fact that states it."""
        for addend in aggregate.addends:
            rule = self.rules.get(addend.key)
            if rule is None:
                if addend.key not in self.derived.inputs:
                    yield addend.key, addend
                continue
            low, high = spanned(rule, self.derived.result)
            if low != high:
                yield rule.stated, addend

    def shifts(self, aggregate: Aggregate, facts: Collection[str]) -> set[tuple[Fraction, Fraction]]:
        """What these items can add to the least that a total comes to, and to the most."""
        found = {(Fraction(0), Fraction(0))}
        for fact, addend in self.missing(aggregate):
            rule = self.rules.get(addend.key)
            if fact not in facts or rule is None:
                continue
            counts = [addend.weight * count for _, count in addend.levels]
            low, high = (int(end) for end in spanned(rule, self.derived.result))
            steps = [(counts[at] - counts[low], counts[at] - counts[high]) for at in range(low, high + 1)]
            found = {(one + up, other + down) for (one, other), (up, down) in product(found, steps)}
        return found


def lacking(rule: Rule, derived: Derived) -> tuple[str, ...]:
    """The inputs that an open conclusion lacks, by the proof."""
    nodes = [f"{rule.id}=met"] if rule.kind == "CriteriaSet" else nodes_of(rule)
    keys = (key for node in nodes if node not in derived.result.truth for key in derived.lacks(node))
    return tuple(dict.fromkeys(keys))


def facts_of(patient: Patient, totals: Totals, positions: Iterable[int]) -> Iterator[str]:
    """The facts behind some inputs of a field: of a total also its items."""
    for position in positions:
        key = patient.field.variables[position].key
        yield key.partition("@")[0]
        aggregate = totals.aggregates.get(patient.field.stated.get(key, ""))
        if aggregate is not None:
            yield from (fact for fact, _ in totals.missing(aggregate))


def settles(patient: Patient, totals: Totals, facts: Collection[str]) -> bool:
    """Whether some results for these facts, all else left as it is, settle a conclusion."""
    cells: dict[int, Collection[int]] = {}
    for position, each in enumerate(patient.field.variables):
        if not patient.open[position]:
            continue
        aggregate = totals.aggregates.get(patient.field.stated.get(each.key, ""))
        if each.key.partition("@")[0] in facts:
            cells[position] = patient.open[position]
        elif aggregate is not None:
            low, high = totals.derived.result.spans[aggregate.key]
            if low is not None and high is not None:
                shifts = totals.shifts(aggregate, facts)
                cells[position] = {range_of(each, low + up, high + down) for up, down in shifts}
    return patient.can_settle(cells)
