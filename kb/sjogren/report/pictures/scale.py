"""Where numbers lie on a line, and bars from the certain to the possible."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sjogren.report.pictures.svg import CUT, SMALL, SOFT, SURE, Sheet, measure
from sjogren.report.pictures.words import Number

BAR = 12
"""How high a bar is."""
TICK = 3
"""How far the stroke of a threshold stands out of its bar."""
LEAST = 3
"""How broad the sign of a certain nothing is."""
ARROW = 5


class Scale(NamedTuple):
    """Values from ``low`` to ``high`` on a line from ``left`` to ``right``."""

    low: float
    high: float
    left: float
    right: float

    def at(self, value: Number) -> float:
        """The place of a value; beyond an end, that end."""
        share = (float(value) - self.low) / (self.high - self.low)
        return self.left + min(1.0, max(0.0, share)) * (self.right - self.left)


def scale(values: Iterable[Number | None], left: float, right: float) -> Scale:
    """A scale that holds nought and all the values that are given."""
    known = [float(value) for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    return Scale(low, high if high > low else low + 1, left, right)


def bar(sheet: Sheet, on: Scale, y: float, low: Number | None, high: Number | None, start: Number = 0) -> None:
    """A bar, solid from ``start`` as far as is certain, hatched as far as is possible; an open end is an arrow."""
    if low is None and high is None:
        return
    least = low if low is not None else on.low
    most = high if high is not None else on.high
    sure, reach = on.at(least), on.at(most)
    begin = on.at(start)
    if low is not None and sure != begin:
        sheet.box(min(begin, sure), y, abs(sure - begin), BAR, fill=SURE, ink=SURE)
    elif low is not None:
        sheet.box(begin, y, LEAST, BAR, fill=SURE, ink=SURE)
    if reach > sure:
        sheet.ghost(sure, y, reach - sure, BAR)
    middle = y + BAR / 2
    if high is None:
        sheet.shape(
            [(on.right, middle - ARROW), (on.right + ARROW, middle), (on.right, middle + ARROW)], fill=SURE, ink=SURE
        )
    if low is None:
        sheet.shape(
            [(on.left, middle - ARROW), (on.left - ARROW, middle), (on.left, middle + ARROW)], fill=SURE, ink=SURE
        )


def threshold(sheet: Sheet, x: float, top: float, bottom: float) -> None:
    """The stroke of a threshold, with a point at its head."""
    sheet.line(x, top - TICK, x, bottom + TICK, ink=CUT, thick=2)
    sheet.shape(
        [(x - ARROW + 1, top - ARROW - TICK), (x + ARROW - 1, top - ARROW - TICK), (x, top - TICK)], fill=CUT, ink=CUT
    )


def key(sheet: Sheet, y: float, left: float, entries: Iterable[tuple[str, str]]) -> None:
    """What the signs mean, on one line: ``sure``, ``ghost`` or ``cut``, each with its word."""
    x = left
    for sign, word in entries:
        if sign == "cut":
            threshold(sheet, x + BAR / 2, y - BAR + TICK, y - TICK)
        elif sign == "sure":
            sheet.box(x, y - BAR + 1, BAR, BAR - 1, fill=SURE, ink=SURE)
        else:
            sheet.ghost(x, y - BAR + 1, BAR, BAR - 1)
        sheet.text(x + BAR + ARROW, y, word, size=SMALL, ink=SOFT)
        x += BAR + ARROW + measure(word, SMALL) + BAR
