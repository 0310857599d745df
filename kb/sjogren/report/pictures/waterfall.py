"""The score waterfall: what each item adds, and what it could still add, on the way to the threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sjogren.report.blocks import Picture
from sjogren.report.pictures import words
from sjogren.report.pictures.scale import BAR, bar, key, scale
from sjogren.report.pictures.svg import CUT, GRID, LEAD, PAD, SMALL, SOFT, TEXT, WIDTH, Sheet, wrap
from sjogren.report.pictures.words import Number

MIDDLE, VALUES = 250, 110
"""Where the bars begin, and how much room the numbers have right of them."""
GAP = 8


class Share(NamedTuple):
    """One item: it adds ``low`` for certain, ``high`` at most (None: no limit is known); ``text`` stands below it."""

    label: str
    low: Number | None
    high: Number | None
    text: str = ""


def waterfall(
    name: str,
    title: str,
    shares: Sequence[Share],
    needed: Number | None,
    unit: str,
    *,
    total: tuple[Number | None, Number | None] | None = None,
) -> Picture:
    """Items below one another; what is certain climbs first, what is still reachable climbs on from there.

    ``total`` is the interval of the whole score; without it the sums of the items stand there, so it must be given
    where items exclude one another.
    """
    sheet = Sheet(name, title)
    sure = sum((float(share.low or 0) for share in shares), 0.0)
    capped = all(share.high is not None for share in shares)
    reach = sum((float(share.high if share.high is not None else share.low or 0) for share in shares), 0.0)
    whole = total if total is not None else (sure, reach if capped else None)
    on = scale([sure, reach, needed, *whole], MIDDLE, WIDTH - PAD - VALUES)
    top = PAD + (SMALL * LEAD if needed is not None else 0) + GAP
    y, climbed, possible = top, 0.0, sure
    for share in shares:
        low = float(share.low or 0)
        more = float(share.high) - low if share.high is not None else on.high - possible
        base = y + TEXT
        end = sheet.lines(PAD, base, wrap(share.label, MIDDLE - PAD - 2 * GAP))
        if share.text:
            end = sheet.lines(PAD, end, wrap(share.text, MIDDLE - PAD - 2 * GAP, SMALL), size=SMALL, ink=SOFT)
        sheet.text(WIDTH - PAD, base, words.span(share.low, share.high), anchor="end")
        if low:
            bar(sheet, on, y + 2, climbed + low, climbed + low, climbed)
            climbed += low
        if more > 0:
            start = on.at(possible)
            sheet.ghost(start, y + 2, on.at(possible + more) - start, BAR)
            possible += more
        y = end - TEXT + GAP
    sheet.line(PAD, y - 1, WIDTH - PAD, y - 1, ink=GRID)
    y += GAP / 2
    sheet.text(PAD, y + TEXT, words.TOTAL, bold=True)
    sheet.text(WIDTH - PAD, y + TEXT, words.span(*whole, unit), bold=True, anchor="end")
    bar(sheet, on, y + 2, *whole)
    y += BAR + GAP
    if needed is not None:
        x = on.at(needed)
        sheet.line(x, top - GAP / 2, x, y, ink=CUT, thick=2, dash="6 3")
        anchor = "middle" if on.left + VALUES < x < on.right - VALUES else "start" if x < on.right - VALUES else "end"
        sheet.text(x, PAD + SMALL, words.NEEDED.format(words.number(needed)), size=SMALL, anchor=anchor, ink=CUT)
    signs = [("sure", words.SURE)]
    if whole[0] != whole[1] or any(share.low != share.high for share in shares):
        signs.append(("ghost", words.OPEN))
    key(sheet, y + GAP + SMALL, MIDDLE, signs)
    told = [words.sentence(f"{share.label}: {words.span(share.low, share.high)}", share.text) for share in shares]
    limit = words.NEEDED.format(words.number(needed)) if needed is not None else ""
    told.append(words.sentence(f"{words.TOTAL}: {words.span(*whole, unit)}", limit))
    return sheet.picture(y + GAP + SMALL * LEAD + GAP, told)
