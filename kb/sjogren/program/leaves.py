"""Small parts of formulas and clauses: keys, ranges of numbers, what is known of an input."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from sjogren.model.rule import Rule, Test
from sjogren.program.block import AxisSpec, Leaf, after
from sjogren.program.ir import FALSE, TRUE, UNKNOWN, Addend, Aggregate, Boundary, Literal


class Scope(NamedTuple):
    """Where a condition stands: its rule, the eye or gland it is asked of, and whether *abnormal* may decide it."""

    rule: Rule
    side: str = ""
    qualitative: bool = False


def key_of(name: str, side: str) -> str:
    """The key of a fact or rule on a side."""
    return f"{name}@{side}" if side else name


def number_leaf(axis: AxisSpec, op: str, value: Fraction, step: Fraction | None, path: str) -> Leaf:
    """A numeric test as a range between cuts; among whole numbers the next one above takes the place of a fraction."""
    at = Boundary(Fraction(ceil(value)) if step else value, 0)
    if op == "at_least":
        return Leaf(axis, low=at, path=path)
    if op == "below":
        return Leaf(axis, high=at, path=path)
    if op == "above":
        return Leaf(axis, low=after(value, step), path=path)
    return Leaf(axis, high=after(value, step), path=path)


def change_of(test: Test, rule: str, addends: tuple[Addend, ...]) -> Aggregate:
    """The aggregate that a test of change reads: the same however often it is asked, the later value first."""
    kind = f"mean_{test.change}_change" if test.where else f"{test.change}_change"
    since = f"@{test.subject.visit}" if test.subject.visit else ""
    return Aggregate(f"{test.subject.name}{since}@{kind}", rule, f"{test.change}_change", addends, "", test.place.path)


_HOLDS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "at_least": lambda number, limit: number >= limit,
    "at_most": lambda number, limit: number <= limit,
    "above": lambda number, limit: number > limit,
    "below": lambda number, limit: number < limit,
}


def holds(op: str, number: Fraction, limit: Fraction) -> bool:
    """Whether a number passes a numeric test."""
    return _HOLDS[op](number, limit)


def level_numbers(levels: tuple[str, ...]) -> list[Fraction] | None:
    """The levels as numbers, or None when they are words."""
    try:
        return [Fraction(level) for level in levels]
    except ValueError:
        return None


def known_literals(key: str, kind: str) -> list[Literal]:
    """The ways in which an input is known."""
    if kind == "flag":
        return [Literal("t", key, TRUE), Literal("t", key, FALSE)]
    if kind == "number":
        return [Literal("n", key)]
    return [Literal("s", key, "not", ())]


def unknown_literal(key: str) -> Literal:
    """The premise that a node or input is unknown."""
    return Literal("t", key, UNKNOWN)
