"""Which cell of an input a record puts it in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sjogren.assess.inputs import absent
from sjogren.compare.space import Cell, Variable, reached
from sjogren.engine.knowledge import Known
from sjogren.model.vocabulary import Term
from sjogren.program.ir import TRUE
from sjogren.proof.printed import json_number


def is_value(cell: Cell) -> bool:
    """Whether a cell says what the input is, not only between what and what it lies."""
    return cell.known is not None and not cell.known.qualitative and cell.known.low == cell.known.high


def values_of(each: Variable) -> list[int]:
    """The cells that a fully recorded input can be in."""
    return [index for index, cell in enumerate(each.cells) if is_value(cell)]


def first_of(cells: Iterable[int], alike: Sequence[int]) -> tuple[int, ...]:
    """Of some cells the first of each kind."""
    kinds: dict[int, int] = {}
    for cell in cells:
        kinds.setdefault(alike[cell], cell)
    return tuple(kinds.values())


def assumed_cell(each: Variable, assume: Mapping[str, str]) -> int | None:
    """The cell that an assumption puts an input in where nothing is recorded; None without one."""
    fact = each.fact
    if fact.name != each.key.partition("@")[0] or not fact.assumption or fact.assumption not in assume:
        return None
    known = absent(fact)
    return None if known is None else cell_of(each, known, 0)


def cell_of(each: Variable, known: Known, other: int) -> int:
    """The cell of something known; ``other`` is the cell of the codes that nothing asks for."""
    if each.kind == "flag":
        return _first(each, lambda cell: cell.truth == known.truth)
    if each.kind == "code":
        return next((at for at, cell in enumerate(each.cells) if cell.known and cell.known.code == known.code), other)
    if known.qualitative:
        return _first(each, lambda cell: cell == known)
    return range_of(each, known.low, known.high)


def range_of(each: Variable, low: Fraction | None, high: Fraction | None) -> int:
    """The cell of a number between two ends (None: open); that of *nothing recorded* where it may be anything."""
    values = values_of(each)
    first = values[0] if low is None else _stretch(each, low)
    last = values[-1] if high is None else _stretch(each, high)
    if first == last:
        return first
    if (first, last) == (values[0], values[-1]):
        return len(each.cells) - 1
    start, end = each.cells[first].known, each.cells[last].known
    assert start is not None
    assert end is not None
    return _first(each, lambda cell: (cell.low, cell.high, cell.qualitative) == (start.low, end.high, False))


def within(each: Variable, cell: int) -> list[int]:
    """The values that an input can still be shown to have: all where nothing is recorded."""
    known, values = each.cells[cell].known, values_of(each)
    if known is None:
        return values
    low = values[0] if known.low is None else _stretch(each, known.low)
    high = values[-1] if known.high is None else _stretch(each, known.high)
    return [value for value in values if low <= value <= high]


def value_of(each: Variable, cell: int, terms: Mapping[str, Term]) -> Any:
    """A value of a cell as a case file has it."""
    known = each.cells[cell].known
    assert known is not None
    if each.kind == "flag":
        return known.truth == TRUE
    if each.kind == "code":
        return terms[known.code].label if known.code in terms else known.code
    assert known.low is not None
    if each.fact.type == "level":
        return each.fact.levels[int(known.low)]
    return json_number(Fraction(known.low))


def _stretch(each: Variable, number: Fraction) -> int:
    return next(
        at
        for at, cell in enumerate(each.cells)
        if is_value(cell) and reached(cell.low, number) and not (cell.high and reached(cell.high, number))
    )


def _first(each: Variable, wanted: Callable[[Known], bool]) -> int:
    return next(at for at, cell in enumerate(each.cells) if cell.known and wanted(cell.known))
