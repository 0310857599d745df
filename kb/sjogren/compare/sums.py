"""Numbers that are added up: the sum as an input of its own, what it can be beside its parts, and numbers that fit.

A sum of numbers of which each lies in a stretch lies in a stretch as well. So a sum that rules ask for is cut like any
number, and a choice of stretches in which the parts cannot add up to it holds no patient.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from sjogren.compare.space import Cell, Uncountable, Variable
from sjogren.engine.knowledge import Span as Range
from sjogren.engine.knowledge import add_up
from sjogren.model.vocabulary import FactDef, Vocabulary
from sjogren.program.ir import Aggregate

STEPS = 8
"""Into so many parts a stretch is cut where numbers that add up are looked for."""
MOST_PARTS = 3
"""Sums of more numbers are not worked out."""


class Span(NamedTuple):
    """A stretch of numbers; None: without an end; ``low_open``, ``high_open``: without the end itself."""

    low: Fraction | None
    low_open: bool
    high: Fraction | None
    high_open: bool


def weights(aggregate: Aggregate) -> list[tuple[str, Fraction]]:
    """The numbers that an aggregate adds up, each with what it counts."""
    count = len(aggregate.addends) if aggregate.op == "mean" else 1
    return [(addend.key, addend.weight / count) for addend in aggregate.addends]


def sum_fact(aggregate: Aggregate, label: str, vocabulary: Vocabulary) -> FactDef:
    """The sum as if it were a fact; raises `Uncountable` where it is not made of a few decimal numbers alone."""
    facts = [vocabulary.facts.get(addend.key.partition("@")[0]) for addend in aggregate.addends]
    numbers = [fact for fact in facts if fact is not None and fact.type == "number"]
    if len(numbers) < len(facts) or len(facts) > MOST_PARTS or aggregate.op == "first_known":
        raise Uncountable(f"{aggregate.rule} adds up numbers in a way that is not worked out")
    parts = [
        (weight, Range(fact.minimum, fact.maximum))
        for (_, weight), fact in zip(weights(aggregate), numbers, strict=True)
    ]
    low, high = add_up("sum", parts)
    return FactDef(aggregate.key, label, "", "number", numbers[0].unit, minimum=low, maximum=high)


def stretch(each: Variable, cell: Cell) -> Span:
    """The valid numbers of a cell."""
    minimum, maximum = each.fact.minimum, each.fact.maximum
    low, low_open = (cell.low.at, bool(cell.low.open)) if cell.low else (None, False)
    high, high_open = (cell.high.at, not cell.high.open) if cell.high else (None, False)
    if minimum is not None and (low is None or minimum > low):
        low, low_open = minimum, False
    if maximum is not None and (high is None or maximum < high):
        high, high_open = maximum, False
    return Span(low, low_open, high, high_open)


def impossible_sums(
    variables: Sequence[Variable], sums: Mapping[str, Aggregate]
) -> Iterator[Mapping[int, Sequence[int]]]:
    """Boxes in which the parts cannot add up to the sum."""
    index = {each.key: position for position, each in enumerate(variables)}
    for key, aggregate in sums.items():
        parts = [(index[part], weight) for part, weight in weights(aggregate)]
        whole = variables[index[key]]
        for cells in product(*(range(len(variables[position].cells)) for position, _ in parts)):
            spans = [
                (weight, stretch(variables[position], variables[position].cells[cell]))
                for (position, weight), cell in zip(parts, cells, strict=True)
            ]
            total = _total(spans)
            never = [number for number, cell in enumerate(whole.cells) if not _meet(total, stretch(whole, cell))]
            if never:
                box = {position: [cell] for (position, _), cell in zip(parts, cells, strict=True)}
                yield {**box, index[key]: never}


def _total(spans: Sequence[tuple[Fraction, Span]]) -> Span:
    """Where a weighted sum of numbers lies."""
    turned = [
        span if weight >= 0 else Span(span.high, span.high_open, span.low, span.low_open) for weight, span in spans
    ]
    low, high = [
        None if any(end is None for end in ends)
        else sum((weight * end for (weight, _), end in zip(spans, ends, strict=True) if end is not None), Fraction(0))
        for ends in ([span.low for span in turned], [span.high for span in turned])
    ]  # fmt: skip
    return Span(low, any(span.low_open for span in turned), high, any(span.high_open for span in turned))


def _meet(one: Span, other: Span) -> bool:
    return _below(one, other) and _below(other, one)


def _below(one: Span, other: Span) -> bool:
    """Whether the lower end of a stretch leaves room below the upper end of another."""
    if one.low is None or other.high is None:
        return True
    return one.low < other.high or (one.low == other.high and not (one.low_open or other.high_open))


def fitting(variables: Sequence[Variable], cells: Sequence[int], sums: Mapping[str, Aggregate]) -> dict[str, Fraction]:
    """For each part of a sum a number in its cell, so that all sums lie in theirs.

    Raises `Uncountable` when none is seen.
    """
    at = {each.key: (each, each.cells[cell]) for each, cell in zip(variables, cells, strict=True)}
    fixed: dict[str, Fraction] = {}
    for key, aggregate in sums.items():
        *others, (last, weight) = weights(aggregate)
        spans = {part: stretch(*at[part]) for part, _ in weights(aggregate)}
        total = _total([(each, spans[part]) for part, each in weights(aggregate)])
        choices = [[fixed[part]] if part in fixed else list(_candidates(spans[part])) for part, _ in others]
        for values in product(*choices, list(_candidates(_common(total, stretch(*at[key]))))):
            chosen = {**fixed, **{part: value for (part, _), value in zip(others, values, strict=False)}}
            rest = sum((each * chosen[part] for part, each in others), Fraction(0))
            chosen[last] = (values[-1] - rest) / weight
            if _holds(spans[last], chosen[last]) and fixed.get(last, chosen[last]) == chosen[last]:
                fixed = chosen
                break
        else:
            raise Uncountable(f"no numbers were found that add up to {at[key][0].fact.label}")
    return fixed


def _common(one: Span, other: Span) -> Span:
    """Where two stretches that meet lie over each other."""
    lows = [(span.low, span.low_open) for span in (one, other) if span.low is not None]
    highs = [(span.high, not span.high_open) for span in (one, other) if span.high is not None]
    low, low_open = max(lows, default=(None, False))
    high, closed = min(highs, default=(None, True))
    return Span(low, low_open, high, not closed)


def _holds(span: Span, number: Fraction) -> bool:
    """Whether a number lies in a stretch."""
    return _meet(Span(number, False, number, False), span)


def _candidates(span: Span) -> Iterator[Fraction]:
    """Evenly spaced numbers of a stretch, its ends where they belong to it."""
    low = span.low if span.low is not None else (span.high or Fraction(0)) - 1
    high = span.high if span.high is not None else low + 1
    for step in range(STEPS + 1):
        number = low + (high - low) * step / STEPS
        if _holds(span, number):
            yield number
