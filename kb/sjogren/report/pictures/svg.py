"""A small writer of SVG: a sheet that grows downwards, with text that is measured, wrapped and escaped.

Nothing on a sheet refers to anything: no style sheet, pattern, link or script. What differs by colour differs by shape
or hatching, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TypeAlias
from xml.sax.saxutils import escape

from sjogren.report.blocks import Picture
from sjogren.report.plain import one_line

Points: TypeAlias = Sequence[tuple[float, float]]

WIDTH = 640
"""Units across every picture: pixels on a screen, the breadth of an A4 page in print."""
PAD = 8
INK, SOFT, GRID, PAPER = "#1a1a1a", "#555555", "#c9c9c9", "#ffffff"
SURE, CUT = "#1f5a8c", "#8c1d18"
FONTS = "Arial,'Liberation Sans','DejaVu Sans',sans-serif"
TEXT, SMALL = 13.0, 11.5
"""Sizes of letters."""
LEAD = 1.3
"""From line to line, in sizes of a letter."""
HATCH = 5
"""Between two strokes of hatching."""

_NARROW, _WIDE = frozenset("iljtfrI|.,:;'!()[]/ "), frozenset("mwMW@%—½…")
_EM = (0.36, 0.98, 0.70, 0.62, 1.0)
"""Breadths of narrow, wide, capital, other and East Asian letters: those of the broadest common sans-serif."""


def measure(text: str, size: float = TEXT, *, bold: bool = False) -> float:
    """How broad a text is at most, about; no font is asked, so that the same text always makes the same picture."""
    narrow, wide, capital, other, full = _EM
    ems = 0.0
    for letter in text:
        if unicodedata.combining(letter):
            continue
        if letter in _NARROW:
            ems += narrow
        elif letter in _WIDE:
            ems += wide
        elif unicodedata.east_asian_width(letter) in "WF":
            ems += full
        else:
            ems += capital if letter.isupper() else other
    return ems * size * (1.1 if bold else 1)


def wrap(text: str, room: float, size: float = TEXT, *, bold: bool = False, most: int = 0) -> list[str]:
    """Lines that fit; a word that is too long is cut. Of more than ``most`` lines, the last that stays ends in …"""
    lines: list[str] = []
    line = ""
    for word in one_line(text).split(" "):
        longer = f"{line} {word}" if line else word
        if measure(longer, size, bold=bold) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while measure(line, size, bold=bold) > room and len(line) > 1:
            fits = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or measure(line[:n], size, bold=bold) <= room)
            lines.append(line[:fits])
            line = line[fits:]
    lines.append(line)
    if most and len(lines) > most:
        last = lines[most - 1]
        while last and measure(f"{last}…", size, bold=bold) > room:
            last = last[:-1]
        lines = [*lines[: most - 1], f"{last.rstrip()}…"]
    return lines


def near(value: float) -> str:
    """A coordinate, short."""
    return f"{value:.1f}".removesuffix(".0")


class Sheet:
    """A picture being drawn. ``name`` is fit for an identifier, and begins all that the picture names."""

    def __init__(self, name: str, title: str) -> None:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
            raise ValueError(f"{name!r} does not fit as the name of a picture: a letter, then letters, digits, - and _")
        self.name, self.title = name, one_line(title)
        self._parts: list[str] = []

    # -- shapes

    def line(
        self, x: float, y: float, to_x: float, to_y: float, *, ink: str = INK, thick: float = 1, dash: str = ""
    ) -> None:
        """A straight stroke."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<path d="M{near(x)} {near(y)}L{near(to_x)} {near(to_y)}" stroke="{ink}" '
            f'stroke-width="{near(thick)}"{dashed} fill="none"/>'
        )

    def shape(self, points: Points, *, fill: str = "none", ink: str = INK, thick: float = 1.5) -> None:
        """A closed shape with corners."""
        path = "L".join(f"{near(x)} {near(y)}" for x, y in points)
        self._parts.append(f'<path d="M{path}Z" fill="{fill}" stroke="{ink}" stroke-width="{near(thick)}"/>')

    def stroke(self, points: Points, *, ink: str = INK, thick: float = 1.5) -> None:
        """A line with bends."""
        path = "L".join(f"{near(x)} {near(y)}" for x, y in points)
        self._parts.append(f'<path d="M{path}" fill="none" stroke="{ink}" stroke-width="{near(thick)}"/>')

    def box(self, x: float, y: float, width: float, height: float, *, fill: str = "none", ink: str = INK) -> None:
        """A rectangle."""
        self._parts.append(
            f'<rect x="{near(x)}" y="{near(y)}" width="{near(width)}" height="{near(height)}" '
            f'fill="{fill}" stroke="{ink}"/>'
        )

    def circle(
        self, x: float, y: float, radius: float, *, fill: str = "none", ink: str = INK, thick: float = 1.5
    ) -> None:
        """A circle about a point."""
        self._parts.append(
            f'<circle cx="{near(x)}" cy="{near(y)}" r="{near(radius)}" fill="{fill}" stroke="{ink}" '
            f'stroke-width="{near(thick)}"/>'
        )

    def ghost(self, x: float, y: float, width: float, height: float, *, ink: str = SURE) -> None:
        """A hatched bar: what is possible and not certain."""
        strokes = []
        start = x - height + HATCH
        while start < x + width:
            low, high = max(start, x), min(start + height, x + width)
            if high > low:
                strokes.append(
                    f"M{near(low)} {near(y + height - (low - start))}L{near(high)} {near(y + height - (high - start))}"
                )
            start += HATCH
        self._parts.append(
            f'<path class="ghost" d="M{near(x)} {near(y)}h{near(width)}v{near(height)}h{near(-width)}z'
            f'{"".join(strokes)}" fill="none" stroke="{ink}"/>'
        )

    # -- words

    def text(
        self,
        x: float,
        y: float,
        words: str | Iterable[tuple[str, bool]],
        *,
        size: float = TEXT,
        bold: bool = False,
        anchor: str = "start",
        ink: str = INK,
    ) -> None:
        """One line of text on the base line ``y``; or runs of text, each with whether it is bold."""
        runs = [(words, bold)] if isinstance(words, str) else list(words)
        told = "".join(
            f'<tspan font-weight="bold">{escape(one_line(run))}</tspan>' if heavy else escape(_spaced(run))
            for run, heavy in runs
        )
        where = f' text-anchor="{anchor}"' if anchor != "start" else ""
        self._parts.append(
            f'<text x="{near(x)}" y="{near(y)}" font-size="{near(size)}" fill="{ink}"{where}>{told}</text>'
        )

    def lines(
        self, x: float, y: float, lines: Sequence[str], *, size: float = TEXT, bold: bool = False, ink: str = INK
    ) -> float:
        """Several lines, the first on the base line ``y``; gives the base line that would follow."""
        for line in lines:
            self.text(x, y, line, size=size, bold=bold, ink=ink)
            y += size * LEAD
        return y

    # -- the whole

    def picture(self, height: float, text: Iterable[str]) -> Picture:
        """The finished picture, so many units high."""
        told = tuple(filter(None, map(one_line, text)))
        deep = near(height)
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {deep}" width="{WIDTH}" height="{deep}" '
            f'role="img" aria-labelledby="{self.name}-title" aria-describedby="{self.name}-desc" '
            f'font-family="{FONTS}">'
            f'<title id="{self.name}-title">{escape(self.title)}</title>'
            f'<desc id="{self.name}-desc">{escape(" ".join(told))}</desc>'
            f'<rect width="{WIDTH}" height="{deep}" fill="{PAPER}"/>{"".join(self._parts)}</svg>'
        )
        return Picture(self.name, self.title, svg, told)


def _spaced(run: str) -> str:
    """A run of text on one line that keeps the space at its beginning."""
    return f" {one_line(run)}" if run.startswith(" ") else one_line(run)
