"""The axis profile: how far each axis reaches, with the part that is not settled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sjogren.report.blocks import Picture
from sjogren.report.pictures import words
from sjogren.report.pictures.scale import BAR, Scale, bar, key
from sjogren.report.pictures.svg import GRID, INK, LEAD, PAD, PAPER, SMALL, SOFT, TEXT, WIDTH, Sheet, wrap
from sjogren.report.pictures.words import Number

MIDDLE, VALUES = 260, 110
HIGHEST = 3
"""The highest level that an axis has."""
GAP, MARK = 12, 6


class Axis(NamedTuple):
    """One axis from nought to three: at least ``low``, at most ``high``; both None where it was not rated."""

    label: str
    low: Number | None
    high: Number | None
    dominant: bool
    note: str = ""


def axis_profile(name: str, axes: Sequence[Axis]) -> Picture:
    """Axes below one another on one scale; a dominant one has a filled star, bold letters and its word."""
    sheet = Sheet(name, words.AXES)
    on = Scale(0, HIGHEST, MIDDLE, WIDTH - PAD - VALUES)
    y = PAD + SMALL * LEAD + GAP / 2
    top = y
    places = []
    for axis in axes:
        base = y + TEXT
        left = PAD + 3 * MARK
        lines = wrap(axis.label, MIDDLE - left - GAP, bold=axis.dominant)
        end = sheet.lines(left, base, lines, bold=axis.dominant)
        if axis.dominant:
            _star(sheet, PAD + MARK, base - MARK + 1)
        under = "; ".join(filter(None, (words.DOMINANT if axis.dominant else "", axis.note)))
        if under:
            end = sheet.lines(left, end, wrap(under, MIDDLE - left - GAP, SMALL), size=SMALL, ink=SOFT)
        places.append((axis, y + 2))
        sheet.text(WIDTH - PAD, base, _span(axis), bold=axis.dominant, anchor="end")
        y = end - TEXT + GAP
    for level in range(HIGHEST + 1):
        sheet.text(on.at(level), PAD + SMALL, str(level), size=SMALL, anchor="middle", ink=SOFT)
        sheet.line(on.at(level), top - 2, on.at(level), y - GAP / 2, ink=GRID)
    for axis, at in places:
        if axis.low is not None or axis.high is not None:
            sheet.box(on.left, at, on.right - on.left, BAR, fill=PAPER, ink=GRID)
            bar(sheet, on, at, axis.low if axis.low is not None else 0, axis.high if axis.high is not None else HIGHEST)
    signs = [("sure", words.SURE)]
    if any(axis.low != axis.high for axis in axes):
        signs.append(("ghost", words.OPEN))
    key(sheet, y + SMALL, MIDDLE, signs)
    told = [
        words.sentence(f"{axis.label}: {_span(axis)}", words.DOMINANT if axis.dominant else "", axis.note)
        for axis in axes
    ]
    return sheet.picture(y + SMALL * LEAD + GAP, told)


def _span(axis: Axis) -> str:
    return words.span(axis.low, axis.high) or words.UNRATED


def _star(sheet: Sheet, x: float, y: float) -> None:
    """A star of four points."""
    near = MARK / 3
    points = [(0, -MARK), (near, -near), (MARK, 0), (near, near), (0, MARK), (-near, near), (-MARK, 0), (-near, -near)]
    sheet.shape([(x + dx, y + dy) for dx, dy in points], fill=INK, ink=INK, thick=1)
