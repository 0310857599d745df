"""The verdict strip: criteria sets, one below the other, each with its verdict and its score against the threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sjogren.report.blocks import Picture
from sjogren.report.pictures import words
from sjogren.report.pictures.scale import BAR, bar, key, scale, threshold
from sjogren.report.pictures.svg import GRID, LEAD, PAD, PAPER, SMALL, SOFT, TEXT, WIDTH, Sheet, measure, wrap
from sjogren.report.pictures.words import Number

MIDDLE = 330
"""Where the verdicts begin, right of the labels."""
MARK = 6
"""Half the breadth of a mark."""
GAP = 10
"""Between two rows."""
INKS = {
    "met": "#0b6b3a",
    "responder": "#0b6b3a",
    "not_met": "#8c1d18",
    "non_responder": "#8c1d18",
    "excluded": "#8c1d18",
    "entry_not_met": "#555555",
}
DOUBT = "#7a4f00"


class Verdict(NamedTuple):
    """One criteria set.

    verdict
        ``met``, ``not_met``, ``undetermined``, ``excluded``, ``entry_not_met``, ``responder``, ``non_responder`` or
        ``not_evaluable``; ``word`` is how it is said.
    low, high, needed
        the score's interval and its threshold in ``unit``; None where there is no score, or no end.
    """

    label: str
    verdict: str
    word: str
    low: Number | None
    high: Number | None
    needed: Number | None
    unit: str
    note: str = ""


def strip(name: str, verdicts: Sequence[Verdict]) -> Picture:
    """Verdicts with their scores; each score has a scale of its own, from nought to what can still be reached."""
    sheet = Sheet(name, words.VERDICTS)
    y = float(PAD)
    for at, each in enumerate(verdicts):
        if at:
            sheet.line(PAD, y - GAP / 2, WIDTH - PAD, y - GAP / 2, ink=GRID)
        y = _row(sheet, y, each) + GAP
    if any(each.low is not None or each.high is not None for each in verdicts):
        key(sheet, y + SMALL, MIDDLE, _meanings(verdicts))
        y += SMALL * LEAD + GAP
    return sheet.picture(y, map(_told, verdicts))


def _row(sheet: Sheet, y: float, each: Verdict) -> float:
    """One set; gives where it ends."""
    base = y + TEXT
    mark(sheet, PAD + MARK, base - MARK + 1, each.verdict)
    left = PAD + 4 * MARK
    end = sheet.lines(left, base, wrap(each.label, MIDDLE - left - GAP, TEXT)) - TEXT
    room = WIDTH - PAD - MIDDLE
    score = _score(each)
    ink = INKS.get(each.verdict, DOUBT)
    if measure(f"{each.word}   {score}", TEXT, bold=True) <= room:
        sheet.text(MIDDLE, base, [(each.word, True), (f" · {score}" if score else "", False)], ink=ink)
        base += TEXT * LEAD
    else:
        base = sheet.lines(MIDDLE, base, wrap(each.word, room, bold=True), bold=True, ink=ink)
        base = sheet.lines(MIDDLE, base, wrap(score, room), ink=ink) if score else base
    if each.low is not None or each.high is not None:
        top = base - TEXT + MARK + 3
        on = scale([each.low, each.high, each.needed], MIDDLE, WIDTH - PAD - MARK)
        sheet.box(on.left, top, on.right - on.left, BAR, fill=PAPER, ink=GRID)
        bar(sheet, on, top, each.low, each.high)
        if each.needed is not None:
            threshold(sheet, on.at(each.needed), top, top + BAR)
        base = top + BAR + TEXT + MARK
    if each.note:
        base = sheet.lines(MIDDLE, base, wrap(each.note, room, SMALL), size=SMALL, ink=SOFT)
    return max(end, base - TEXT)


def mark(sheet: Sheet, x: float, y: float, verdict: str) -> None:
    """The mark of a verdict, told apart by its shape; what is not known here is a question mark, too."""
    ink = INKS.get(verdict, DOUBT)
    square = [(x - MARK, y - MARK), (x + MARK, y - MARK), (x + MARK, y + MARK), (x - MARK, y + MARK)]
    if verdict in {"met", "responder"}:
        sheet.shape(square, fill=ink, ink=ink)
        sheet.stroke([(x - MARK / 2, y), (x - 1, y + MARK / 2), (x + MARK / 2, y - MARK / 2)], ink=PAPER, thick=2)
    elif verdict in {"not_met", "non_responder"}:
        sheet.shape(square, fill=PAPER, ink=ink, thick=2)
    elif verdict == "excluded":
        sheet.line(x - MARK, y - MARK, x + MARK, y + MARK, ink=ink, thick=2.5)
        sheet.line(x - MARK, y + MARK, x + MARK, y - MARK, ink=ink, thick=2.5)
    elif verdict == "entry_not_met":
        sheet.circle(x, y, MARK, fill=PAPER, ink=ink, thick=2)
    else:
        wide = MARK + 2
        sheet.shape([(x, y - wide), (x + wide, y), (x, y + wide), (x - wide, y)], fill=PAPER, ink=ink, thick=1.2)
        sheet.text(x, y + MARK / 2 + 1, "?", size=SMALL, bold=True, anchor="middle", ink=ink)


def _score(each: Verdict) -> str:
    score = words.span(each.low, each.high, each.unit)
    needed = words.NEEDED.format(words.number(each.needed)) if each.needed is not None else ""
    return ", ".join(filter(None, (score, needed)))


def _meanings(verdicts: Sequence[Verdict]) -> list[tuple[str, str]]:
    """The signs that the bars use, with their words."""
    found = [("sure", words.SURE)]
    if any(each.low != each.high for each in verdicts):
        found.append(("ghost", words.OPEN))
    if any(each.needed is not None for each in verdicts):
        found.append(("cut", words.THRESHOLD))
    return found


def _told(each: Verdict) -> str:
    return words.sentence(f"{each.label}: {each.word}", _score(each), each.note)
