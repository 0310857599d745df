"""What both engines are given and what they answer: intervals for numbers, codes, and three-valued flags."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple


class Known(NamedTuple):
    """What is known of one input.

    flag
        ``truth`` is T or F. number: ``low`` and ``high`` (equal when exact; None: open). code: ``code``.
    qualitative
        the range comes from a result recorded as *abnormal* or *normal*, which only criteria items may use.
    """

    truth: str = ""
    low: Fraction | None = None
    high: Fraction | None = None
    code: str = ""
    qualitative: bool = False


def exact(value: Fraction) -> Fraction:
    """The same number, as a plain integer where it is whole: equal, hashed alike, and several times faster to add."""
    return value.numerator if value.denominator == 1 else value  # type: ignore[return-value]  # an int where whole


ZERO, ONE = exact(Fraction(0)), exact(Fraction(1))

Inputs = Mapping[str, Known]
"""What is known, by input key; a missing key is unknown."""


class Span(NamedTuple):
    """An aggregate: what it is at least and at most; None: open."""

    low: Fraction | None
    high: Fraction | None


class Result(NamedTuple):
    """What an engine derived: nodes true or false and aggregates; durable-rules alone: the firings in order, and for
    each node that of them which a proof cites.
    """

    truth: Mapping[str, str]
    spans: Mapping[str, Span]
    firings: tuple[int, ...] = ()
    reasons: Mapping[str, int] = {}


OPEN_SPAN = Span(None, None)


def add_up(op: str, parts: list[tuple[Fraction, Span]]) -> Span:
    """The weighted sum or mean of intervals; an open end opens the result (with negative weights ends swap).

    ``absolute_change`` and ``relative_change`` are of two numbers, the later first, and known where both are; a
    relative one only where the earlier is above zero. ``known`` counts the intervals that are one number.
    """
    if op in CHANGES:
        return _change(op, *(span for _, span in parts))
    if op == "known":
        known = exact(Fraction(sum(_is_one(span) for _, span in parts)))
        return Span(known, known)
    low: Fraction | None = ZERO
    high: Fraction | None = ZERO
    for weight, span in parts:
        ends = (span.low, span.high) if weight >= 0 else (span.high, span.low)
        low = None if low is None or ends[0] is None else low + weight * ends[0]
        high = None if high is None or ends[1] is None else high + weight * ends[1]
    if op == "mean" and parts:
        count = len(parts)
        low = None if low is None else exact(Fraction(low) / count)
        high = None if high is None else exact(Fraction(high) / count)
    return Span(low, high)


CHANGES = ("absolute_change", "relative_change")


def _change(op: str, later: Span, earlier: Span) -> Span:
    """The difference of two numbers, or its share of the earlier one."""
    if later.low is None or earlier.low is None or not (_is_one(later) and _is_one(earlier)):
        return OPEN_SPAN
    difference = later.low - earlier.low
    if op == "relative_change":
        if earlier.low <= 0:
            return OPEN_SPAN
        difference = exact(Fraction(difference) / Fraction(earlier.low))
    return Span(difference, difference)


def _is_one(span: Span) -> bool:
    return span.low is not None and span.low == span.high


def first_known(spans: list[Span]) -> Span:
    """The first interval that is one number; else the first of all."""
    return next((span for span in spans if _is_one(span)), spans[0])
