"""Minimal patterns: the fewest traits that settle a question, and few such patterns that cover all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from itertools import combinations
from typing import NamedTuple, TypeAlias

from sjogren.compare.diagrams import EVERYBODY, NOBODY, Diagrams, TooLarge

Box: TypeAlias = "dict[int, tuple[int, ...]]"
"""A pattern: for each trait that it names, the values that it allows."""

Ask: TypeAlias = "tuple[int, tuple[int, ...]]"
"""A trait and the values that it may have."""
Factors: TypeAlias = "tuple[tuple[Ask, ...], ...]"
"""What a pattern asks: of each factor one of its alternatives."""

MAX_PATTERNS = 2_000
"""Minimal patterns looked for; above that a comparison tells fewer, and says so."""


class Pattern(NamedTuple):
    """Minimal patterns told as one: one of the alternatives of every factor.

    A factor is a set of alternatives, each a trait with the values that it may have; most have one. ``new`` counts the
    combinations that the pattern adds to those told before it, ``all`` those that it holds for.
    """

    factors: Factors
    all: int
    new: int


class Cover(NamedTuple):
    """Patterns, the widest first, that together cover a question; ``left`` counts what they do not cover.

    ``minimal`` says how many minimal patterns there are (None: too many to look for all of them). ``always`` are the
    factors of every pattern that hold for all of the question, also for what is left.
    """

    patterns: tuple[Pattern, ...]
    minimal: int | None
    left: int
    always: Factors = ()


def cover(diagrams: Diagrams, question: int, possible: int, most: int) -> Cover:
    """At most ``most`` patterns of a question; what cannot occur may lie in them, and does not count."""
    wanted = diagrams.both(question, possible)
    if wanted == NOBODY:
        return Cover((), 0, 0)
    allowed = diagrams.either(question, diagrams.negate(possible))
    minimal: int | None = None
    try:
        primes = [tuple(sorted(box)) for box in _Primes(diagrams).of(allowed)]
        found = [box for box in primes if diagrams.both(diagrams.box(dict(box)), wanted) != NOBODY]
        minimal = len(found)
    except TooLarge:
        found = _some(diagrams, wanted, allowed, most)
    occurring = dict.fromkeys(_occurring(diagrams, box, wanted) for box in found)
    regions = {factors: _region(diagrams, factors) for factors in _factored(occurring)}
    waiting = [(-diagrams.count(diagrams.both(each, wanted)), len(key), key) for key, each in regions.items()]
    heapify(waiting)
    patterns: list[Pattern] = []
    left = wanted
    while left != NOBODY and waiting and len(patterns) < most:
        _, size, factors = heappop(waiting)
        region = regions[factors]
        new = diagrams.count(diagrams.both(region, left))
        entry = (-new, size, factors)
        if waiting and entry > waiting[0]:  # others may add more: what a pattern adds only ever shrinks
            if new:
                heappush(waiting, entry)
            continue
        if new:
            patterns.append(Pattern(factors, diagrams.count(diagrams.both(region, wanted)), new))
            left = diagrams.both(left, diagrams.negate(region))
    always = tuple(
        factor
        for factor in _shared(patterns)
        if diagrams.both(wanted, diagrams.negate(_region(diagrams, [factor]))) == NOBODY
    )
    return Cover(tuple(patterns), minimal, diagrams.count(left), always)


def _occurring(diagrams: Diagrams, box: tuple[Ask, ...], wanted: int) -> tuple[Ask, ...]:
    """A pattern without the values that cannot occur with the rest of it."""
    here = diagrams.both(diagrams.box(dict(box)), wanted)
    return tuple(
        (trait, tuple(value for value in values if diagrams.both(here, diagrams.values(trait, [value])) != NOBODY))
        for trait, values in box
    )


def _some(diagrams: Diagrams, wanted: int, allowed: int, most: int) -> list[tuple[Ask, ...]]:
    """Minimal patterns around one combination after another, where there are too many to look for all."""
    found: list[tuple[Ask, ...]] = []
    left = wanted
    while left != NOBODY and len(found) < most:
        box = _grown(diagrams, left, allowed)
        found.append(tuple(sorted(box.items())))
        left = diagrams.both(left, diagrams.negate(diagrams.box(box)))
    return found


def _region(diagrams: Diagrams, factors: Iterable[tuple[Ask, ...]]) -> int:
    return diagrams.all_of(
        diagrams.any_of(diagrams.values(trait, values) for trait, values in alternatives) for alternatives in factors
    )


def _factored(boxes: Iterable[tuple[Ask, ...]]) -> list[Factors]:
    """Patterns that differ in one factor are told as one, with the alternatives of that factor side by side."""
    found: dict[Factors, None] = {tuple((ask,) for ask in box): None for box in boxes}
    joined = True
    while joined:
        joined = False
        rests: dict[Factors, list[tuple[Ask, ...]]] = {}
        for factors in found:
            for position, alternatives in enumerate(factors):
                rests.setdefault((*factors[:position], *factors[position + 1 :]), []).append(alternatives)
        for rest, each in sorted(rests.items(), key=lambda pair: (-len(pair[1]), pair[0])):
            those = [one for one in each if _with(rest, one) in found]
            if len(those) < 2:  # nothing to tell side by side any more
                continue
            for one in those:
                del found[_with(rest, one)]
            found[_with(rest, tuple(sorted({ask for one in those for ask in one})))] = None
            joined = True
    return list(found)


def _with(rest: Factors, one: tuple[Ask, ...]) -> Factors:
    return tuple(sorted((*rest, one)))


def _grown(diagrams: Diagrams, left: int, allowed: int) -> Box:
    """One minimal pattern around a combination that is still left, widened trait by trait."""
    values = diagrams.first(left, [range(size) for size in diagrams.sizes])
    assert values is not None
    box: Box = {position: (value,) for position, value in enumerate(values)}
    for position, size in enumerate(diagrams.sizes):
        kept = box.pop(position)
        if diagrams.both(diagrams.box(box), diagrams.negate(allowed)) != NOBODY:
            for value in (each for each in range(size) if each not in kept):
                wider = {**box, position: (*kept, value)}
                if diagrams.both(diagrams.box(wider), diagrams.negate(allowed)) == NOBODY:
                    kept = (*kept, value)
            box[position] = tuple(sorted(kept))
    return box


class _Primes:
    """All minimal patterns of a diagram: boxes inside it that cannot be widened."""

    def __init__(self, diagrams: Diagrams) -> None:
        self.diagrams = diagrams
        self.memo: dict[int, list[tuple[Ask, ...]]] = {
            NOBODY: [],
            EVERYBODY: [()],
        }

    def of(self, one: int) -> list[tuple[Ask, ...]]:
        """The minimal patterns of one diagram."""
        known = self.memo.get(one)
        if known is not None:
            return known
        asks, children = self.diagrams.asks[one], self.diagrams.children[one]
        found = []
        for span in _spans(len(children)):
            common = self.diagrams.all_of(children[value] for value in span)
            others = [child for value, child in enumerate(children) if value not in span]
            for box in self.of(common):
                if others and self._fits(box, others):
                    continue
                found.append(((asks, span), *box) if others else box)
                if len(found) > MAX_PATTERNS:
                    raise TooLarge
        self.memo[one] = found
        return found

    def _fits(self, box: tuple[Ask, ...], others: list[int]) -> bool:
        """Whether the pattern holds for a further value as well, so that a wider one is found there."""
        whole = self.diagrams.box(dict(box))
        return any(self.diagrams.both(whole, self.diagrams.negate(other)) == NOBODY for other in others)


def _spans(count: int) -> Iterator[tuple[int, ...]]:
    for length in range(count, 0, -1):
        yield from combinations(range(count), length)


def _shared(patterns: Sequence[Pattern]) -> Factors:
    """The factors that all of several patterns have."""
    if len(patterns) < 2:  # one pattern shares nothing with others
        return ()
    return tuple(factor for factor in patterns[0].factors if all(factor in pattern.factors for pattern in patterns[1:]))
