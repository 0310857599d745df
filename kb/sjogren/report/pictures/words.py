"""The words of the pictures, and how numbers and spans are said in them."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

Number: TypeAlias = "int | float | Fraction"

VERDICTS = "Verdicts, with scores against the threshold"
AXES = "Axis profile"
NEEDED = "{} needed"
TOTAL = "Total"
SURE = "certain"
OPEN = "still reachable"
THRESHOLD = "threshold"
DOMINANT = "dominant"
UNRATED = "not rated"
NO_SCORE = "no score"
ONGOING = "ongoing"
UNKNOWN_START = "start unknown"
DAY = "day {}"
DAYS = "days since the first visit"
TREATMENTS = "Treatments"
TIMELINE = "Timeline over the visits"
MORE = "{} more steps below"
ONE_MORE = "1 more step below"
UNTIL = "{} to {}"
PAST_ALL = "{} more steps follow"
LEVEL = "Level {}"
STEP_KINDS = {
    "firing": "rule",
    "fact": "fact",
    "missing": "missing",
    "assumption": "assumed",
    "aggregate": "computed",
    "reads": "read off",
}
ONE = {"points": "point", "items": "item", "days": "day"}
"""Units said of exactly one."""
ROUNDED = 2
"""Decimals of a number, for reading only."""


def number(value: Number) -> str:
    """A number as a person writes it.

    >>> number(4.0), number(-0.5), number(1200), number(4.666)
    ('4', '−0.5', '1200', '4.67')
    """
    text = f"{float(value):.{ROUNDED}f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text.replace("-", "−")


def span(low: Number | None, high: Number | None, unit: str = "") -> str:
    """An interval in words; an open end is said as such, and nothing is said where both are.

    >>> span(5, 6, "points"), span(1, 1, "items"), span(None, 6), span(5, None, "items"), span(None, None)
    ('5 to 6 points', '1 item', 'at most 6', 'at least 5 items', '')
    """
    if low is None and high is None:
        return ""
    if low is None or high is None:
        told = f"at least {number(low)}" if low is not None else f"at most {number(high or 0)}"
    else:
        told = number(low) if low == high else f"{number(low)} to {number(high)}"
    return f"{told} {ONE.get(unit, unit) if told == '1' else unit}".rstrip()


def more(count: int) -> str:
    """How many steps are left out below one.

    >>> more(1), more(3)
    ('1 more step below', '3 more steps below')
    """
    return ONE_MORE if count == 1 else MORE.format(count)


def step(depth: int, kind: str, text: str) -> str:
    """One step of a proof, with how deep it lies and of which kind it is.

    >>> step(2, "missing", "focus score: nothing is recorded")
    'Level 2, missing: focus score: nothing is recorded.'
    """
    return sentence(f"{LEVEL.format(depth)}, {STEP_KINDS.get(kind, kind)}: {text}")


def sentence(*parts: str) -> str:
    """Parts that are not empty, joined by semicolons, with a full stop.

    >>> sentence("A: met", "", "5 points")
    'A: met; 5 points.'
    """
    told = "; ".join(part.strip().rstrip(".") for part in parts if part.strip())
    return f"{told}." if told else ""
