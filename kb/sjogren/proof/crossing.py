"""Which addends can still carry a total over a cut, when some of them are open."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import lcm

from sjogren.engine.knowledge import Inputs, Result
from sjogren.program.ir import TRUE, Addend, Aggregate


def crossing(aggregate: Aggregate, cuts: list[Fraction], result: Result, inputs: Inputs) -> Iterator[int]:
    """The places of the addends that can carry an aggregate over a cut."""
    count = len(aggregate.addends) if aggregate.op == "mean" else 1
    parts = [_values(addend, result, inputs) for addend in aggregate.addends]
    for index, (addend, values) in enumerate(zip(aggregate.addends, parts, strict=True)):
        if len(values) == 1 and addend.kind != "number":
            continue
        others = [other for position, other in enumerate(parts) if position != index]
        if any(_crosses(others, values, cut * count) for cut in cuts):
            yield index


def known(addend: Addend, result: Result, inputs: Inputs) -> object:
    """What is known of an addend, and settles the values that it can still have."""
    if addend.kind == "flag":
        return result.truth.get(addend.key)
    if addend.kind == "grade":
        return tuple(result.truth.get(node) for node, _ in addend.levels[1:])
    if addend.kind == "aggregate":
        return result.spans[addend.key]
    given = inputs.get(addend.key)
    return (given.low, given.high) if given and not given.qualitative else None


def _values(addend: Addend, result: Result, inputs: Inputs) -> set[Fraction]:
    """The values that an addend can still have; for open numbers their ends."""
    if addend.kind == "flag":
        truth = result.truth.get(addend.key)
        return {addend.weight * n for n in (0, 1) if truth is None or (truth == TRUE) == bool(n)}
    if addend.kind == "grade":
        values = {addend.weight * addend.levels[0][1]}
        for node, number in addend.levels[1:]:
            truth = result.truth.get(node)
            if truth == TRUE:
                values = {addend.weight * number}
            elif truth is None:
                values.add(addend.weight * number)
        return values
    if addend.kind == "aggregate":
        ends: tuple[Fraction | None, ...] = result.spans[addend.key]
    else:
        given = inputs.get(addend.key)
        ends = (given.low, given.high) if given and not given.qualitative else (addend.minimum, addend.maximum)
    return {addend.weight * end for end in ends if end is not None} or {Fraction(0)}


def _crosses(others: list[set[Fraction]], values: set[Fraction], cut: Fraction) -> bool:
    """Whether some sum of the others lies below the cut with one value and not below it with another."""
    scale = lcm(cut.denominator, *(value.denominator for each in (*others, values) for value in each))

    def whole(value: Fraction) -> int:
        return value.numerator * (scale // value.denominator)

    sums, least = 1, 0  # the sums of the others, a bit for each, from the least one on
    for choices in others:
        found = [whole(choice) for choice in choices]
        lowest = min(found)
        least += lowest
        shifted = 0
        for choice in found:
            shifted |= sums << (choice - lowest)
        sums = shifted
    first = max(0, whole(cut) - whole(max(values)) - least)
    after = whole(cut) - whole(min(values)) - least
    return after > first and bool((sums >> first) & ((1 << (after - first)) - 1))
