"""All completions of a rule's inputs as a grid of cells, and the largest boxes in which an answer holds.

Numbers are cut at their thresholds, so that a cell holds values that no test of the rule tells apart. A set of
completions is one integer, a bit a cell combination. A *prime box* is a box (a range of cells on every axis) that lies
in a set and cannot be widened: if what is known of the inputs leaves only completions inside the set, it lies in a
prime box, so a clause for each prime box decides exactly when every completion gives the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

MAX_CELLS = 1 << 16
"""A rule with a larger grid must name a part of itself as a rule of its own."""


class Axis(NamedTuple):
    """One input: how many cells, and whether the cells have an order (ranges) or not (any subset).

    ``certain``: the input is always known (a policy, or whether something was recorded), so no box need span some of
    its cells and not others.
    """

    key: str
    cells: int
    ordered: bool
    certain: bool = False


class GridTooLarge(Exception):
    """The rule reads too many inputs at once."""


class Grid:
    """The product of the axes; a set of points is an integer with one bit a point."""

    def __init__(self, axes: Sequence[Axis]) -> None:
        self.axes = tuple(axes)
        self.strides: list[int] = []
        size = 1
        for axis in self.axes:
            self.strides.append(size)
            size *= axis.cells
            if size > MAX_CELLS:
                raise GridTooLarge
        self.size = size
        self.full = (1 << size) - 1

    def cell(self, axis: int, cell: int) -> int:
        """All points whose value on ``axis`` lies in ``cell``."""
        stride, cells = self.strides[axis], self.axes[axis].cells
        block = ((1 << stride) - 1) << (cell * stride)
        period = stride * cells
        repeat = sum(1 << (start * period) for start in range(self.size // period))
        return block * repeat

    def cells(self, axis: int, chosen: Sequence[int]) -> int:
        """All points whose value on ``axis`` lies in one of the chosen cells."""
        points = 0
        for cell in chosen:
            points |= self.cell(axis, cell)
        return points

    def primes(self, points: int) -> list[tuple[tuple[int, ...], ...]]:
        """The largest boxes inside ``points``: for each axis the cells that the box spans."""
        memo: dict[tuple[int, int], list[tuple[tuple[tuple[int, ...], ...], int]]] = {}
        return [box for box, _ in self._primes(points, len(self.axes), memo)]

    def _primes(
        self, points: int, depth: int, memo: dict[tuple[int, int], list[tuple[tuple[tuple[int, ...], ...], int]]]
    ) -> list[tuple[tuple[tuple[int, ...], ...], int]]:
        if not points:
            return []
        if depth == 0:
            return [((), 1)]
        if (known := memo.get((points, depth))) is not None:
            return known
        axis, stride = self.axes[depth - 1], self.strides[depth - 1]
        slab = (1 << stride) - 1
        parts = [(points >> (cell * stride)) & slab for cell in range(axis.cells)]
        found = []
        if axis.certain:
            found = self._certain(parts, depth, memo)
            memo[points, depth] = found
            return found
        for span in _spans(axis):
            common = slab
            for cell in span:
                common &= parts[cell]
            wider = [parts[cell] for cell in _neighbours(axis, span)]
            for box, inside in self._primes(common, depth - 1, memo):
                if all(inside & ~part for part in wider):
                    mask = 0
                    for cell in span:
                        mask |= inside << (cell * stride)
                    found.append(((*box, span), mask))
        memo[points, depth] = found
        return found

    def _certain(
        self, parts: list[int], depth: int, memo: dict[tuple[int, int], list[tuple[tuple[tuple[int, ...], ...], int]]]
    ) -> list[tuple[tuple[tuple[int, ...], ...], int]]:
        """Boxes cell by cell; one that lies in every cell is a box across all of them."""
        stride = self.strides[depth - 1]
        every = tuple(range(len(parts)))
        across: dict[tuple[tuple[int, ...], ...], int] = {}
        found = []
        for cell, part in enumerate(parts):
            for box, inside in self._primes(part, depth - 1, memo):
                if all(not inside & ~other for other in parts):
                    across[box] = inside
                else:
                    found.append(((*box, (cell,)), inside << (cell * stride)))
        for box, inside in across.items():
            if not any(inside != wider and not inside & ~wider for wider in across.values()):
                found.append(((*box, every), sum(inside << (cell * stride) for cell in every)))
        return found


def _spans(axis: Axis) -> Iterator[tuple[int, ...]]:
    if axis.ordered:
        for length in range(axis.cells, 0, -1):
            for start in range(axis.cells - length + 1):
                yield tuple(range(start, start + length))
    else:
        for length in range(axis.cells, 0, -1):
            yield from combinations(range(axis.cells), length)


def _neighbours(axis: Axis, span: tuple[int, ...]) -> Iterator[int]:
    if axis.ordered:
        if span[0] > 0:
            yield span[0] - 1
        if span[-1] < axis.cells - 1:
            yield span[-1] + 1
    else:
        yield from (cell for cell in range(axis.cells) if cell not in span)
