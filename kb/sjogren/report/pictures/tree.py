"""A proof as a small tree: shapes by the kind of step, branches to what each rests on."""

from __future__ import annotations

from collections.abc import Sequence

from sjogren.proof.told import Step
from sjogren.report.blocks import Picture
from sjogren.report.pictures import words
from sjogren.report.pictures.svg import INK, LEAD, PAD, PAPER, SMALL, SOFT, SURE, WIDTH, Sheet, measure, wrap

MOST = 24
"""Steps that a small picture shows; the deepest are left out before others, and said to be."""
LINES = 2
"""Lines that the sentence of one step may take here."""
INDENT, MARK, GAP = 22, 5, 6
ASSUMED, LACKS = "#7a4f00", "#8c1d18"


def tree(name: str, title: str, steps: Sequence[Step]) -> Picture:
    """The steps from the conclusion down while there is room; sentences may be cut short in it, not in its text."""
    sheet = Sheet(name, title)
    shown, after = _shown(steps)
    indent = min(INDENT, WIDTH / 2 / max([1, *(step.depth for step, _ in shown)]))
    y = float(PAD)
    joints: dict[int, float] = {}
    told = []
    for step, below in shown:
        x = float(PAD + MARK + step.depth * indent)
        middle = y + SMALL - MARK + 1
        for depth in [depth for depth in joints if depth > step.depth]:
            del joints[depth]
        above = max((depth for depth in joints if depth < step.depth), default=None)
        if above is not None:
            stem = PAD + MARK + above * indent
            sheet.stroke([(stem, joints[above] + MARK + 1), (stem, middle), (x - MARK - 1, middle)], ink=SOFT, thick=1)
        joints[step.depth] = middle
        mark(sheet, x, middle, step.kind)
        left = x + MARK + GAP
        end = sheet.lines(left, y + SMALL, wrap(step.text, WIDTH - PAD - left, SMALL, most=LINES), size=SMALL)
        told.append(words.step(step.depth, step.kind, step.text))
        if below:
            end = sheet.lines(left, end, [words.more(below)], size=SMALL, ink=SOFT)
            told.append(f"{words.more(below)}.")
        y = end - SMALL + GAP
    if after:
        y = sheet.lines(PAD, y + SMALL, [words.PAST_ALL.format(after)], size=SMALL, ink=SOFT) - SMALL + GAP
        told.append(f"{words.PAST_ALL.format(after)}.")
    x = float(PAD)
    for kind, word in words.STEP_KINDS.items():
        if any(step.kind == kind for step, _ in shown):
            mark(sheet, x + MARK, y + GAP + SMALL - MARK + 1, kind)
            sheet.text(x + 2 * MARK + GAP, y + GAP + SMALL, word, size=SMALL, ink=SOFT)
            x += 2 * MARK + 3 * GAP + measure(word, SMALL)
    return sheet.picture(y + GAP + SMALL * LEAD + PAD, told)


def mark(sheet: Sheet, x: float, y: float, kind: str) -> None:
    """The shape of a kind of step."""
    square = [(x - MARK, y - MARK), (x + MARK, y - MARK), (x + MARK, y + MARK), (x - MARK, y + MARK)]
    if kind == "firing":
        sheet.shape(square, fill=INK, ink=INK)
    elif kind == "fact":
        sheet.circle(x, y, MARK, fill=SURE, ink=SURE)
    elif kind == "missing":
        sheet.circle(x, y, MARK, fill=PAPER, ink=LACKS)
        sheet.text(x, y + MARK - 1, "?", size=SMALL - 1, bold=True, anchor="middle", ink=LACKS)
    elif kind == "assumption":
        sheet.shape(
            [(x, y - MARK - 1), (x + MARK + 1, y), (x, y + MARK + 1), (x - MARK - 1, y)], fill=PAPER, ink=ASSUMED
        )
    elif kind == "aggregate":
        sheet.shape(square, fill=PAPER, ink=INK)
        sheet.line(x - MARK / 2, y, x + MARK / 2, y)
        sheet.line(x, y - MARK / 2, x, y + MARK / 2)
    else:
        sheet.shape([(x - MARK, y - MARK), (x + MARK, y), (x - MARK, y + MARK)], fill=PAPER, ink=INK)


def _shown(steps: Sequence[Step]) -> tuple[list[tuple[Step, int]], int]:
    """The steps that are shown, each with how many below it are not; and how many are left out at the end."""
    depths = sorted({step.depth for step in steps})
    fits = [depth for depth in depths if sum(step.depth <= depth for step in steps) <= MOST]
    deepest = fits[-1] if fits else depths[0] if depths else 0
    shown: list[tuple[Step, int]] = []
    for at, step in enumerate(steps):
        if step.depth > deepest and shown:
            last, below = shown[-1]
            shown[-1] = (last, below + 1)
        elif len(shown) == MOST:
            return shown, len(steps) - at
        else:
            shown.append((step, 0))
    return shown, 0
