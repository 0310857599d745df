"""What the reference evaluator sees of a case: one cell for each thing that some rule asks about.

A number is seen as its place among the limits that a question compares it with, everything else as it is. What a rule
comes to depends on its cells alone, so it is worked out once for each state of them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

from sjogren.engine.knowledge import Inputs, Known, Span, add_up
from sjogren.model.vocabulary import Vocabulary

T = "T"
Slot: TypeAlias = int
"""The place of a cell."""


class Limits:
    """Limits in order, as whole numbers of a unit in which all of them are whole."""

    def __init__(self, limits: Sequence[Fraction]) -> None:
        self.scale = scale = lcm(*(limit.denominator for limit in limits))
        self.marks = [limit.numerator * (scale // limit.denominator) for limit in limits]

    def place(self, value: Fraction) -> int:
        """Where a value lies among the limits (odd) and the stretches between them (even)."""
        whole, rest = divmod(value.numerator * self.scale, value.denominator)
        before = bisect_right(self.marks, whole)
        return 2 * before if rest else before + bisect_left(self.marks, whole)

    def span(self, low: Fraction | None, high: Fraction | None) -> tuple[int, int]:
        """Where a span begins and ends."""
        first = 0 if low is None else self.place(low)
        if low is not None and low == high:
            return (first, first)
        return (first, 2 * len(self.marks) if high is None else self.place(high))


class Cells:
    """All cells; made while the rules are read, filled for each case."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.slots: dict[tuple[object, ...], Slot] = {}
        self.blank: list[Any] = []
        """What is seen where nothing is known."""
        self.readers: dict[str, list[tuple[Slot, Callable[[Known], Any]]]] = {}
        self.means: list[tuple[Slot, str, Limits]] = []
        self.scores: dict[str, list[tuple[Slot, Limits]]] = {}

    def of(self, inputs: Inputs) -> list[Any]:
        """The cells of a case before any rule was asked."""
        seen = self.blank.copy()
        readers = self.readers
        for key, known in inputs.items():
            for slot, read in readers.get(key, ()):
                seen[slot] = read(known)
        for slot, name, limits in self.means:
            seen[slot] = limits.span(*self._mean(name, inputs))
        return seen

    def _mean(self, name: str, inputs: Inputs) -> Span:
        fact = self.vocabulary.facts[name]
        parts = []
        for side in fact.sides:
            known = inputs.get(f"{name}@{side}")
            usable = known is not None and not known.qualitative
            span = Span(known.low, known.high) if known and usable else Span(fact.minimum, fact.maximum)
            parts.append((Fraction(1), span))
        return add_up("mean", parts)

    # -- making cells -------------------------------------------------------------------------------------------------

    def _new(self, name: tuple[object, ...], blank: Any) -> Slot:
        self.slots[name] = len(self.blank)
        self.blank.append(blank)
        return self.slots[name]

    def _read(self, kind: str, key: str, blank: Any, read: Callable[[Known], Any]) -> Slot:
        slot = self.slots.get((kind, key))
        if slot is None:
            slot = self._new((kind, key), blank)
            self.readers.setdefault(key, []).append((slot, read))
        return slot

    def flag(self, key: str) -> Slot:
        """Whether an input is true."""
        return self._read("flag", key, None, lambda known: known.truth == T)

    def code(self, key: str) -> Slot:
        """The word of an input."""
        return self._read("code", key, None, lambda known: known.code)

    def given(self, key: str) -> Slot:
        """Whether an input is known by more than a word for a number, and whether it is true."""
        return self._read("given", key, (False, False), lambda known: (not known.qualitative, known.truth == T))

    def whole(self, key: str) -> Slot:
        """All that is known of an input."""
        return self._read("whole", key, None, lambda known: known)

    def number(self, key: str, limits: tuple[Fraction, ...], *, qualitative: bool) -> Slot:
        """The place of a number among limits; ``qualitative`` also sees results recorded as abnormal or normal."""
        name = ("number", key, limits, qualitative)
        slot = self.slots.get(name)
        if slot is None:
            places = Limits(limits)
            unknown = places.span(None, None)

            def read(known: Known) -> tuple[int, int]:
                return unknown if known.qualitative and not qualitative else places.span(known.low, known.high)

            slot = self._new(name, unknown)
            self.readers.setdefault(key, []).append((slot, read))
        return slot

    def mean(self, fact: str, limits: tuple[Fraction, ...]) -> Slot:
        """The place of the mean of all sides of a fact."""
        name = ("mean", fact, limits)
        slot = self.slots.get(name)
        if slot is None:
            slot = self._new(name, None)
            self.means.append((slot, fact, Limits(limits)))
        return slot

    def score(self, key: str, limits: tuple[Fraction, ...]) -> Slot:
        """The place of a score among limits."""
        name = ("score", key, limits)
        slot = self.slots.get(name)
        if slot is None:
            slot = self._new(name, None)
            self.scores[key].append((slot, Limits(limits)))
        return slot

    def add_score(self, key: str) -> Slot:
        """The cell of a score as it is, by the rule that works it out."""
        self.scores[key] = []
        return self.add_result(key)

    def add_result(self, key: str) -> Slot:
        """The cell of a result, by the rule that works it out."""
        return self._new(("result", key), None)

    def result(self, key: str) -> Slot:
        """The cell of a result that an earlier rule has worked out."""
        return self.slots["result", key]
