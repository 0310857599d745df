"""Rows as a table that fits the terminal; where it cannot, each row as a small list."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence

import click

from sjogren.cli.safe import safe

GAP = "  "
WIDTH = 120
"""Columns where there is no terminal that says how many it has."""


def wrapped(text: str, indent: int = 4) -> list[str]:
    """A text in lines that fit the terminal beside an indent."""
    return textwrap.wrap(text, max(1, _width() - indent), break_long_words=False, break_on_hyphens=False)


def _width() -> int:
    return shutil.get_terminal_size((WIDTH, 24)).columns


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table with these headings; cells are wrapped between words, identifiers only where they must be.

    Leading cells that say what the row above says are left empty.
    """
    cells = [[" ".join(safe(cell).split()) for cell in row] for row in [heads, *rows]]
    if not heads:
        return
    width = _width()
    room = width - len(GAP) * (len(heads) - 1)
    columns = list(zip(*cells, strict=True))
    natural = [max(map(len, column)) for column in columns]
    for between in (_WORDS, _PATHS):
        least = [max(len(piece.rstrip()) for cell in column for piece in between.split(cell)) for column in columns]
        if sum(least) <= room:
            yield from _fitted(cells, _shared(natural, least, room), between)
            return
    yield from _lists(cells, width)


_WORDS, _PATHS = re.compile(r"(\s+)"), re.compile(r"(\s+|(?<=/))")
"""Where a cell may be broken: between words, or after the slash of an identifier as well."""


def _fitted(cells: Sequence[Sequence[str]], columns: Sequence[int], between: re.Pattern[str]) -> Iterator[str]:
    for number, row in enumerate(_without_repeats(cells)):
        wrapped = [_broken(cell, size, between) for cell, size in zip(row, columns, strict=True)]
        for line in range(max(map(len, wrapped))):
            parts = [
                f"{part[line] if line < len(part) else '':<{size}}" for part, size in zip(wrapped, columns, strict=True)
            ]
            text = GAP.join(parts).rstrip()
            yield text if number else click.style(text, bold=True)


def _broken(cell: str, size: int, between: re.Pattern[str]) -> list[str]:
    """A cell in lines of at most so many columns.

    >>> _broken("activity/essdai and more", 9, _PATHS)
    ['activity/', 'essdai', 'and more']
    """
    lines = [""]
    for piece in filter(None, between.split(cell)):
        if len(lines[-1]) + len(piece) > size and lines[-1].strip() and piece.strip():
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


def _without_repeats(rows: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Each row, its leading cells emptied as long as they repeat the row above.

    >>> list(_without_repeats([["a", "b", "c"], ["a", "d", "c"]]))
    [['a', 'b', 'c'], ['', 'd', 'c']]
    """
    above: Sequence[str] = ()
    for row in rows:
        same = 0
        while same < len(above) - 1 and row[same] == above[same]:
            same += 1
        yield [*[""] * same, *row[same:]]
        above = row


def _shared(natural: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """A width for each column: as wide as it wants to be, or as the widest may be when all share the room.

    >>> _shared([10, 90, 30], [5, 10, 10], 80)
    [10, 40, 30]
    """
    if sum(natural) <= room:
        return list(natural)
    cap = max(natural)
    while cap and sum(max(low, min(want, cap)) for want, low in zip(natural, least, strict=True)) > room:
        cap -= 1
    return [max(low, min(want, cap)) for want, low in zip(natural, least, strict=True)]


def _lists(cells: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    heads, *rows = _without_repeats(cells)
    column = max(map(len, heads))
    for number, row in enumerate(rows):
        if number:
            yield ""
        for head, cell in zip(heads, row, strict=True):
            if cell:
                lines = textwrap.wrap(
                    cell, max(1, width - column - len(GAP)), break_long_words=False, break_on_hyphens=False
                )
                for place, line in enumerate(lines):
                    name = click.style(f"{head:<{column}}", bold=True) if not place else " " * column
                    yield f"{name}{GAP}{line}"
