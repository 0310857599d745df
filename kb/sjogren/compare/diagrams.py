"""Decision diagrams over variables with several values: sets of patients as small graphs, counted without listing them.

A diagram is a number: `NOBODY`, `EVERYBODY`, or a node that asks one variable and has a child for each of its values.
Equal sets are the same number. Variables are asked in the order of ``sizes``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod

NOBODY, EVERYBODY = 0, 1
MAX_NODES = 400_000
"""Above that a comparison is given up as too large, before memory is."""


class TooLarge(Exception):
    """A comparison grew beyond what can be worked out."""


class Diagrams:
    """All diagrams over one list of variables; ``sizes`` says how many values each has."""

    def __init__(self, sizes: Sequence[int], limit: int = MAX_NODES) -> None:
        self.sizes, self.limit = tuple(sizes), limit
        end = len(self.sizes)
        self.asks: list[int] = [end, end]
        self.children: list[tuple[int, ...]] = [(), ()]
        self._known: dict[tuple[int, tuple[int, ...]], int] = {}
        self._both: dict[tuple[int, int], int] = {}
        self._not: dict[int, int] = {NOBODY: EVERYBODY, EVERYBODY: NOBODY}

    def node(self, variable: int, children: tuple[int, ...]) -> int:
        """The diagram that asks a variable first, and goes on with the child of its value."""
        first = children[0]
        if all(child == first for child in children):
            return first
        key = (variable, children)
        found = self._known.get(key)
        if found is None:
            if len(self.asks) >= self.limit:
                raise TooLarge
            found = self._known[key] = len(self.asks)
            self.asks.append(variable)
            self.children.append(children)
        return found

    def values(self, variable: int, values: Iterable[int]) -> int:
        """All patients in whom a variable has one of the values."""
        chosen = set(values)
        return self.node(variable, tuple(int(value in chosen) for value in range(self.sizes[variable])))

    def negate(self, one: int) -> int:
        """All others."""
        found = self._not.get(one)
        if found is None:
            found = self.node(self.asks[one], tuple([self.negate(child) for child in self.children[one]]))
            self._not[one], self._not[found] = found, one
        return found

    def both(self, one: int, other: int) -> int:
        """Those in both."""
        if other in (one, EVERYBODY):
            return one
        if one == EVERYBODY:
            return other
        if NOBODY in (one, other):
            return NOBODY
        key = (one, other) if one < other else (other, one)
        found = self._both.get(key)
        if found is None:
            left, right = self.asks[one], self.asks[other]
            variable = min(left, right)
            count = self.sizes[variable]
            ones = self.children[one] if left == variable else (one,) * count
            others = self.children[other] if right == variable else (other,) * count
            found = self.node(variable, tuple([self.both(a, b) for a, b in zip(ones, others, strict=True)]))
            self._both[key] = found
        return found

    def either(self, one: int, other: int) -> int:
        """Those in at least one."""
        return self.negate(self.both(self.negate(one), self.negate(other)))

    def all_of(self, parts: Iterable[int]) -> int:
        """Those in every one."""
        found = EVERYBODY
        for part in parts:
            found = self.both(found, part)
        return found

    def any_of(self, parts: Iterable[int]) -> int:
        """Those in at least one of many."""
        return self.negate(self.all_of(self.negate(part) for part in parts))

    def given(self, one: int, fixed: Mapping[int, int]) -> int:
        """What is left to ask when some variables have a value."""
        return self.given_each([one], fixed)[0]

    def given_each(self, several: Iterable[int], fixed: Mapping[int, int]) -> tuple[int, ...]:
        """What is left of each of several diagrams."""
        last = max(fixed, default=-1)
        memo: dict[int, int] = {}

        def walk(node: int) -> int:
            variable = self.asks[node]
            if variable > last:
                return node
            found = memo.get(node)
            if found is None:
                if variable in fixed:
                    found = walk(self.children[node][fixed[variable]])
                else:
                    found = self.node(variable, tuple([walk(child) for child in self.children[node]]))
                memo[node] = found
            return found

        return tuple([walk(one) for one in several])

    def count(self, one: int) -> int:
        """How many combinations of values."""
        memo: dict[int, int] = {}

        def between(start: int, stop: int) -> int:
            return prod(self.sizes[start:stop])

        def walk(node: int) -> int:
            """Combinations of the variables from the one that the node asks."""
            if node <= EVERYBODY:
                return node
            found = memo.get(node)
            if found is None:
                after = self.asks[node] + 1
                found = sum(walk(child) * between(after, self.asks[child]) for child in self.children[node])
                memo[node] = found
            return found

        return walk(one) * between(0, self.asks[one])

    def support(self, parts: Iterable[int]) -> set[int]:
        """The variables that diagrams ask."""
        return {self.asks[node] for node in self.below(parts)}

    def below(self, parts: Iterable[int]) -> set[int]:
        """All nodes of some diagrams."""
        seen: set[int] = set()
        stack = list(parts)
        while stack:
            node = stack.pop()
            if node > EVERYBODY and node not in seen:
                seen.add(node)
                stack += self.children[node]
        return seen

    def box(self, spans: Mapping[int, Iterable[int]]) -> int:
        """All patients in whom each named variable has one of its given values."""
        found = EVERYBODY
        for variable in sorted(spans, reverse=True):
            chosen = set(spans[variable])
            found = self.node(
                variable, tuple(found if value in chosen else NOBODY for value in range(self.sizes[variable]))
            )
        return found

    def holds(self, one: int, values: Sequence[int]) -> bool:
        """Whether one combination of values is in the set."""
        while one > EVERYBODY:
            one = self.children[one][values[self.asks[one]]]
        return one == EVERYBODY

    def first(self, one: int, preferred: Sequence[Sequence[int]]) -> list[int] | None:
        """A combination in the set, each variable with the first of its preferred values that leads into it."""
        if one == NOBODY:
            return None
        found = []
        for variable, order in enumerate(preferred):
            if self.asks[one] == variable:
                value = next(value for value in order if self.children[one][value] != NOBODY)
                one = self.children[one][value]
            else:
                value = order[0]
            found.append(value)
        return found
