"""The course over the visits: indices as small curves, treatments as bars, all on one line of days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sjogren.report.blocks import Picture
from sjogren.report.pictures import words
from sjogren.report.pictures.scale import ARROW, BAR, Scale
from sjogren.report.pictures.svg import (
    GRID,
    INK,
    LEAD,
    PAD,
    PAPER,
    SMALL,
    SOFT,
    SURE,
    TEXT,
    WIDTH,
    Sheet,
    measure,
    wrap,
)
from sjogren.report.pictures.words import Number

MIDDLE = 200
"""Where the days begin, right of the labels."""
HIGH = 46
"""How high the field of a curve is."""
DOT, BADGE, CAP = 4, 9, 4
GAP = 8
BEYOND = 1 / 4
"""How far before the first visit and after the last treatments are followed, in parts of the time between these."""


class Point(NamedTuple):
    """A visit: its day since the first, its label, and what is said of it."""

    day: Number
    label: str
    words: Sequence[str] = ()


class Bar(NamedTuple):
    """A treatment. ``stop_day`` None: it goes on; ``start_day`` None: its start is not known."""

    label: str
    start_day: Number | None
    stop_day: Number | None


class Curve(NamedTuple):
    """An index over the visits: day, at least, at most; None is an open end, and two of them no value."""

    label: str
    values: tuple[tuple[Number, Number | None, Number | None], ...]


def timeline(name: str, visits: Sequence[Point], treatments: Sequence[Bar], curves: Sequence[Curve]) -> Picture:
    """Numbered visits on a line of days, curves with the interval of each value, and treatments below one another."""
    sheet = Sheet(name, words.TIMELINE)
    on = _days(visits, treatments)
    levels = _levels(visits, on)
    top = PAD + BADGE
    y = top + (max(levels, default=0) + 1) * 2 * BADGE + GAP / 2
    start = y
    fields = []
    for curve in curves:
        fields.append((curve, y))
        y += HIGH + 2 * GAP
    bars = []
    if treatments:
        sheet.text(PAD, y + TEXT, words.TREATMENTS, bold=True)
        y += TEXT * LEAD + GAP / 2
    for each in treatments:
        bars.append((each, y))
        end = sheet.lines(PAD, y + TEXT, wrap(each.label, MIDDLE - PAD - GAP))
        end = sheet.lines(PAD, end, wrap(_when(each), MIDDLE - PAD - GAP, SMALL), size=SMALL, ink=SOFT)
        y = end - TEXT + GAP
    for visit in visits:
        sheet.line(on.at(visit.day), start - GAP / 2, on.at(visit.day), y, ink=GRID)
    for curve, at in fields:
        _curve(sheet, on, at, curve)
    for each, at in bars:
        _bar(sheet, on, at + 2, each)
    for at, visit in enumerate(visits):
        x, middle = on.at(visit.day), top + levels[at] * 2 * BADGE
        sheet.circle(x, middle, BADGE - 1, fill=PAPER, ink=INK)
        sheet.text(x, middle + SMALL / 2 - 2, str(at + 1), size=SMALL, anchor="middle")
    y = _foot(sheet, on, y, visits)
    return sheet.picture(y + PAD, _told(visits, treatments, curves))


def _days(visits: Sequence[Point], treatments: Sequence[Bar]) -> Scale:
    """The days that the picture holds: those of the visits, and of treatments that begin or end not far from them."""
    own = [float(visit.day) for visit in visits] or [0.0]
    first, last = min(own), max(own)
    reach = BEYOND * ((last - first) or 1)
    ends = [float(day) for each in treatments for day in (each.start_day, each.stop_day) if day is not None]
    low = max(first - reach, min([first, *ends]))
    high = min(last + reach, max([last, *ends]))
    return Scale(low, high if high > low else low + 1, MIDDLE + BADGE, WIDTH - PAD - 2 * BADGE)


def _levels(visits: Sequence[Point], on: Scale) -> list[int]:
    """How far down each visit's number stands, so that those of near visits do not cover one another."""
    ends: list[float] = []
    levels = []
    for visit in visits:
        x = on.at(visit.day)
        level = next((at for at, end in enumerate(ends) if end <= x), len(ends))
        if level == len(ends):
            ends.append(0.0)
        ends[level] = x + 2 * BADGE
        levels.append(level)
    return levels


def _curve(sheet: Sheet, on: Scale, y: float, curve: Curve) -> None:
    """One index: dots for certain values, joined where they follow one another; strokes with ends for intervals."""
    known = [float(each) for _, low, high in curve.values for each in (low, high) if each is not None]
    sheet.lines(PAD, y + TEXT, wrap(curve.label, MIDDLE - PAD - 5 * GAP))
    if not known:
        return
    low, high = min([0.0, *known]), max([0.0, *known])
    high = high if high > low else low + 1
    for value, at in ((high, y), (low, y + HIGH)):
        sheet.line(on.left - BADGE, at, on.right + BADGE, at, ink=GRID)
        sheet.text(on.left - BADGE - ARROW, at + SMALL / 2 - 2, words.number(value), size=SMALL, anchor="end", ink=SOFT)
    down = Scale(-high, -low, y, y + HIGH)
    last: tuple[float, float] | None = None
    free = 0.0
    for day, least, most in curve.values:
        x = on.at(day)
        if least is None and most is None:
            last = None
            continue
        above = down.at(-most) if most is not None else y
        below = down.at(-least) if least is not None else y + HIGH
        if least == most:
            if last:
                sheet.line(*last, x, above, ink=SURE, thick=1.5)
            sheet.circle(x, above, DOT, fill=SURE, ink=SURE)
            last = (x, above)
        else:
            sheet.line(x, above, x, below, ink=SURE, thick=2, dash="3 2")
            for end, given in ((above, most), (below, least)):
                if given is not None:
                    sheet.line(x - CAP, end, x + CAP, end, ink=SURE, thick=2)
            last = None
        said = words.span(least, most)
        if x + 2 * DOT >= free:
            room = on.right + 2 * BADGE + PAD - x
            broad = measure(said, SMALL)
            over = y + SMALL if above > y + SMALL + DOT else min(y + HIGH - 2, above + SMALL + DOT)
            fits = broad + 2 * DOT <= room
            sheet.text(x + (2 * DOT if fits else -2 * DOT), over, said, size=SMALL, anchor="start" if fits else "end")
            free = x + 2 * DOT + broad


def _bar(sheet: Sheet, on: Scale, y: float, each: Bar) -> None:
    """One treatment; an arrow at an end that lies outside the picture or is open."""
    early = each.start_day is None or each.start_day < on.low
    late = each.stop_day is None or each.stop_day > on.high
    begin = on.left if each.start_day is None else on.at(each.start_day)
    end = on.right if each.stop_day is None else on.at(each.stop_day)
    if (each.start_day is not None and each.start_day > on.high) or (
        each.stop_day is not None and each.stop_day < on.low
    ):
        return
    sheet.box(begin, y, max(2, end - begin), BAR, fill=GRID, ink=INK)
    middle = y + BAR / 2
    if early:
        sheet.shape([(begin, middle - ARROW), (begin - ARROW, middle), (begin, middle + ARROW)], fill=INK, ink=INK)
    if late:
        sheet.shape([(end, middle - ARROW), (end + ARROW, middle), (end, middle + ARROW)], fill=INK, ink=INK)


def _foot(sheet: Sheet, on: Scale, y: float, visits: Sequence[Point]) -> float:
    """The days of the visits, then the visits by their numbers; gives where it ends."""
    sheet.line(on.left - BADGE, y, on.right + BADGE, y)
    free = 0.0
    for visit in visits:
        said = words.number(visit.day)
        x, half = on.at(visit.day), measure(said, SMALL) / 2
        sheet.line(x, y, x, y + CAP)
        if x - half >= free:
            sheet.text(x, y + CAP + SMALL, said, size=SMALL, anchor="middle", ink=SOFT)
            free = x + half + CAP
    sheet.text(PAD, y + CAP + SMALL, words.DAYS, size=SMALL, ink=SOFT)
    y += CAP + SMALL * LEAD + GAP
    for at, visit in enumerate(visits):
        sheet.circle(PAD + BADGE, y + BADGE, BADGE - 1, fill=PAPER, ink=INK)
        sheet.text(PAD + BADGE, y + BADGE + SMALL / 2 - 2, str(at + 1), size=SMALL, anchor="middle")
        said = _visit(visit)
        left = PAD + 3 * BADGE
        y = sheet.lines(left, y + TEXT, wrap(said, WIDTH - PAD - left)) - TEXT + GAP / 2
    return y


def _visit(visit: Point) -> str:
    head = ", ".join(filter(None, (visit.label, words.DAY.format(words.number(visit.day)))))
    return f"{head}: {'; '.join(visit.words)}" if visit.words else head


def _when(each: Bar) -> str:
    start = words.UNKNOWN_START if each.start_day is None else words.DAY.format(words.number(each.start_day))
    if each.stop_day is None:
        return f"{start}, {words.ONGOING}"
    return words.UNTIL.format(start, words.DAY.format(words.number(each.stop_day)))


def _told(visits: Sequence[Point], treatments: Sequence[Bar], curves: Sequence[Curve]) -> list[str]:
    told = [f"{at}. {_visit(visit)}." for at, visit in enumerate(visits, 1)]
    for curve in curves:
        values = [
            f"{words.DAY.format(words.number(day))} {words.span(low, high) or words.NO_SCORE}"
            for day, low, high in curve.values
        ]
        told.append(words.sentence(f"{curve.label}: {'; '.join(values)}"))
    return told + [words.sentence(f"{each.label}: {_when(each)}") for each in treatments]
