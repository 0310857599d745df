"""Families of small sets as graphs: minimal sets are counted and searched without listing them.

A family is a number: `NONE`, `NOTHING_NEEDED` (only the empty set), or a node that asks whether a set has one element.
Equal families are the same number. Elements are numbered in the order in which they are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NONE, NOTHING_NEEDED = 0, 1


class Families:
    """All families that are made for one question about one patient."""

    def __init__(self) -> None:
        self.element = [1 << 30, 1 << 30]
        self.without = [NONE, NONE]
        self.with_it = [NONE, NONE]
        self._known: dict[tuple[int, int, int], int] = {}
        self._done: dict[tuple[str, int, int], int] = {}
        self._counted: dict[int, int] = {NONE: 0, NOTHING_NEEDED: 1}
        self._sizes: dict[int, int | None] = {NONE: None, NOTHING_NEEDED: 0}

    def node(self, element: int, without: int, with_it: int) -> int:
        """The sets of one family, and those of another with an element added; both only have later elements."""
        if with_it == NONE:
            return without
        key = (element, without, with_it)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self.element)
            self.element.append(element)
            self.without.append(without)
            self.with_it.append(with_it)
        return found

    def _split(self, one: int, element: int) -> tuple[int, int]:
        if self.element[one] == element:
            return self.without[one], self.with_it[one]
        return one, NONE

    def either(self, one: int, other: int) -> int:
        """The sets of both families."""
        if one in (NONE, other):
            return other
        if other == NONE:
            return one
        key = ("or", min(one, other), max(one, other))
        found = self._done.get(key)
        if found is None:
            element = min(self.element[one], self.element[other])
            (left, left_with), (right, right_with) = self._split(one, element), self._split(other, element)
            found = self.node(element, self.either(left, right), self.either(left_with, right_with))
            self._done[key] = found
        return found

    def less(self, one: int, other: int) -> int:
        """The sets of a family that another does not have."""
        if one in (NONE, other):
            return NONE
        if other == NONE:
            return one
        key = ("less", one, other)
        found = self._done.get(key)
        if found is None:
            element = min(self.element[one], self.element[other])
            (left, left_with), (right, right_with) = self._split(one, element), self._split(other, element)
            found = self.node(element, self.less(left, right), self.less(left_with, right_with))
            self._done[key] = found
        return found

    def beyond(self, one: int, other: int) -> int:
        """The sets of a family that hold no set of another one."""
        if one in (NONE, other) or self.has_empty(other):
            return NONE
        if other == NONE:
            return one
        key = ("beyond", one, other)
        found = self._done.get(key)
        if found is None:
            element = min(self.element[one], self.element[other])
            (left, left_with), (right, right_with) = self._split(one, element), self._split(other, element)
            with_it = self.beyond(self.beyond(left_with, right_with), right)
            found = self.node(element, self.beyond(left, right), with_it)
            self._done[key] = found
        return found

    def has_empty(self, one: int) -> bool:
        """Whether the empty set is one of them."""
        while one > NOTHING_NEEDED:
            one = self.without[one]
        return one == NOTHING_NEEDED

    def count(self, one: int) -> int:
        """How many sets."""
        found = self._counted.get(one)
        if found is None:
            found = self._counted[one] = self.count(self.without[one]) + self.count(self.with_it[one])
        return found

    def size(self, one: int) -> int | None:
        """The size of the smallest set; None without one."""
        if one in self._sizes:
            return self._sizes[one]
        left, right = self.size(self.without[one]), self.size(self.with_it[one])
        sizes = [each for each in (left, right + 1 if right is not None else None) if each is not None]
        found = self._sizes[one] = min(sizes, default=None)
        return found

    def smallest(self, one: int) -> list[int]:
        """A smallest set of a family that has one."""
        found = []
        while one > NOTHING_NEEDED:
            left, right = self.size(self.without[one]), self.size(self.with_it[one])
            if right is not None and (left is None or right + 1 <= left):
                found.append(self.element[one])
                one = self.with_it[one]
            else:
                one = self.without[one]
        return found

    def product(self, factors: Sequence[Iterable[int]]) -> int:
        """The sets that have one element of each factor; factors have no element in common."""
        order = sorted(((element, at) for at, factor in enumerate(factors) for element in factor), reverse=True)
        # For each choice of factors that later elements are taken from, the sets so far: all from the last element on.
        found = {0: NOTHING_NEEDED}
        waiting = [0] * len(factors)
        for _, at in order:
            waiting[at] += 1
        for element, at in order:
            waiting[at] -= 1
            bit = 1 << at
            more = {taken | bit: sets for taken, sets in found.items() if not taken & bit}
            merged = dict(found)
            for taken, sets in more.items():
                merged[taken] = self.node(element, found.get(taken, NONE), sets)
            # Without an element left, a factor must have been taken from.
            found = {taken: sets for taken, sets in merged.items() if waiting[at] or taken & bit}
        return found.get((1 << len(factors)) - 1, NONE)

    def has(self, one: int, elements: Iterable[int]) -> bool:
        """Whether one set is in a family."""
        for element in sorted(elements):
            while self.element[one] < element:
                one = self.without[one]
            if self.element[one] != element:
                return False
            one = self.with_it[one]
        return self.has_empty(one)

    def holds_all(self, one: int, others: int) -> bool:
        """Whether every set of another family is in this one."""
        return self.less(others, one) == NONE

    def elements(self, one: int) -> set[int]:
        """Every element that some set has."""
        seen: set[int] = set()
        stack = [one]
        while stack:
            node = stack.pop()
            if node > NOTHING_NEEDED and node not in seen:
                seen.add(node)
                stack += [self.without[node], self.with_it[node]]
        return {self.element[node] for node in seen}
