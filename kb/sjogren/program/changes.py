"""Tests of change: the difference between what was measured at two visits, as an aggregate of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from sjogren.errors import did_you_mean
from sjogren.model.rule import FACT, NUMERIC, Group, Subject, Test, compared
from sjogren.model.vocabulary import FactDef, Vocabulary
from sjogren.program.block import AxisSpec, Formula
from sjogren.program.ir import Addend, Aggregate
from sjogren.program.leaves import change_of, key_of, number_leaf

if TYPE_CHECKING:
    from sjogren.model.rule import Rule
    from sjogren.program.collect import Collector


class Changes(ABC):
    """Turns tests of change into formulas, and makes the numbers over both eyes that they and others read."""

    compiler: Collector
    vocabulary: Vocabulary
    rules: dict[str, Rule]

    @abstractmethod
    def report(self, test: Test | Group, code: str, message: str, hint: str = "") -> Formula:
        """Note a finding at a condition."""

    def change(self, test: Test) -> Formula:
        """A test of the difference between two visits; it is known where both values are."""
        kind, name, _ = test.subject
        known = self.vocabulary.facts if kind == FACT else self.rules
        if name not in known:
            return self.report(test, *_unknown(kind, name, known))
        if test.op not in NUMERIC or not isinstance(test.value, Fraction):
            return self.report(test, "K211", f"a change is a number; test it with {', '.join(NUMERIC)}.")
        addends = [self._compared(test, subject) for subject in compared(test)]
        if None in addends:
            message = f"the change of {name!r} cannot be asked like this."
            return self.report(test, "K240", message, "A change is asked of a number or a score, with 'in' for eyes.")
        factor = Fraction(1)
        if test.unit:
            units = self.vocabulary.facts[name].units if kind == FACT and test.change == "absolute" else {}
            if test.unit not in units:
                hint = did_you_mean(test.unit, units, always=True) if units else "It has none."
                return self.report(test, "K212", f"{test.unit!r} is not a unit of this change.", hint)
            factor = units[test.unit]
        aggregate = change_of(test, self.compiler.current, tuple(each for each in addends if each))
        self.compiler.aggregates.setdefault(aggregate.key, aggregate)
        return number_leaf(AxisSpec("number", aggregate.key), test.op, test.value * factor, None, test.place.path)

    def _compared(self, test: Test, subject: Subject) -> Addend | None:
        if subject.kind != FACT:
            rule = self.rules.get(subject.name)
            return (
                Addend("aggregate", rule.id, Fraction(1)) if rule and rule.kind == "Score" and not test.where else None
            )
        fact = self.vocabulary.facts[subject.name]
        if fact.type not in {"number", "count"} or bool(fact.laterality) != (test.where == "mean_of_eyes"):
            return None
        if test.where:
            return Addend("aggregate", self.mean(test, fact), Fraction(1)) if fact.laterality == "eye" else None
        self.compiler.input(fact.name, "number")
        return Addend("number", fact.name, Fraction(1))

    def mean(self, test: Test, fact: FactDef) -> str:
        """The aggregate of a fact over both eyes."""
        key = f"{fact.name}@mean"
        addends = []
        for side in fact.sides:
            self.compiler.input(key_of(fact.name, side), "number")
            addends.append(
                Addend("number", key_of(fact.name, side), Fraction(1), minimum=fact.minimum, maximum=fact.maximum)
            )
        self.compiler.aggregates.setdefault(
            key, Aggregate(key, self.compiler.current, "mean", tuple(addends), "", test.place.path)
        )
        return key


def _unknown(kind: str, name: str, known: Iterable[str]) -> tuple[str, str, str]:
    """The finding for a fact or rule that does not exist."""
    code = "K201" if kind == FACT else "K202"
    return code, f"unknown {kind} {name!r}.", did_you_mean(name, known)
