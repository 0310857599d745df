"""Domains of an index as dots: one row a domain, one column a level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sjogren.report.blocks import Picture
from sjogren.report.pictures import words
from sjogren.report.pictures.svg import GRID, LEAD, PAD, PAPER, SMALL, SOFT, SURE, TEXT, WIDTH, Sheet, wrap
from sjogren.report.pictures.words import Number

MIDDLE = 270
RADIUS, STOP = 6, 3
"""Of a dot, and half the height of the stroke that stands for a level that a domain has."""
GAP = 7


class Dot(NamedTuple):
    """One domain: ``low`` and ``high`` count its ``levels`` from 0; both None where it was not rated."""

    label: str
    low: Number | None
    high: Number | None
    levels: tuple[str, ...]
    note: str = ""


def domains(name: str, title: str, dots: Sequence[Dot]) -> Picture:
    """A filled dot is a level that is certain; open dots are those that are all still possible; no dot: not rated."""
    sheet = Sheet(name, title)
    columns = _columns(dots)
    step = (WIDTH - PAD - MIDDLE) / max(1, len(columns))
    middles = {level: MIDDLE + step * (at + 1 / 2) for at, level in enumerate(columns)}
    y = float(PAD)
    heads = {level: wrap(level, step - GAP, SMALL) for level in columns}
    for level, lines in heads.items():
        for at, line in enumerate(lines):
            sheet.text(middles[level], y + SMALL + at * SMALL * LEAD, line, size=SMALL, anchor="middle", ink=SOFT)
    y += max((len(lines) for lines in heads.values()), default=0) * SMALL * LEAD + GAP
    for dot in dots:
        sheet.line(PAD, y - GAP / 2, WIDTH - PAD, y - GAP / 2, ink=GRID)
        base = y + TEXT
        end = sheet.lines(PAD, base, wrap(dot.label, MIDDLE - PAD - GAP))
        if dot.note:
            end = sheet.lines(PAD, end, wrap(dot.note, MIDDLE - PAD - GAP, SMALL), size=SMALL, ink=SOFT)
        _row(sheet, base - TEXT / 2 + 2, dot, middles)
        y = end - TEXT + GAP
    return sheet.picture(y + PAD, map(_told, dots))


def _row(sheet: Sheet, y: float, dot: Dot, middles: dict[str, float]) -> None:
    own = [middles[level] for level in dot.levels]
    if own:
        sheet.line(own[0], y, own[-1], y, ink=GRID)
    for x in own:
        sheet.line(x, y - STOP, x, y + STOP, ink=GRID)
    if dot.low is None and dot.high is None:
        if own:
            x = (own[0] + own[-1]) / 2
            sheet.box(x - 3 * GAP - PAD, y - PAD, 2 * (3 * GAP + PAD), 2 * PAD, fill=PAPER, ink=PAPER)
            sheet.text(x, y + SMALL / 2 - 2, words.UNRATED, size=SMALL, anchor="middle", ink=SOFT)
        return
    low, high = _ends(dot)
    for at in range(low, high + 1):
        sheet.circle(own[at], y, RADIUS, fill=SURE if low == high else PAPER, ink=SURE, thick=2)


def _ends(dot: Dot) -> tuple[int, int]:
    """The levels between which a domain is, an open end being the last on that side."""
    last = len(dot.levels) - 1
    low = 0 if dot.low is None else round(float(dot.low))
    high = last if dot.high is None else round(float(dot.high))
    if not 0 <= low <= high <= last:
        raise ValueError(f"{dot.label}: no levels from {dot.low} to {dot.high} among {len(dot.levels)}")
    return low, high


def _columns(dots: Sequence[Dot]) -> list[str]:
    """All levels, each once, in an order that keeps that of every domain where the domains agree on one."""
    columns: list[str] = []
    for dot in sorted(dots, key=lambda each: -len(each.levels)):
        at = 0
        for level in dot.levels:
            if level in columns:
                at = columns.index(level) + 1
            else:
                columns.insert(at, level)
                at += 1
    return columns


def _told(dot: Dot) -> str:
    if dot.low is None and dot.high is None:
        return words.sentence(f"{dot.label}: {words.UNRATED}", dot.note)
    low, high = _ends(dot)
    levels = dot.levels[low] if low == high else f"{dot.levels[low]} to {dot.levels[high]}"
    return words.sentence(f"{dot.label}: {levels}", dot.note)
