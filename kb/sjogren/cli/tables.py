"""Rows as a table that fits the terminal; where it cannot, each row as a small list."""

from __future__ import annotations

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
    """The lines of a table with these headings; cells are wrapped between words, never inside an identifier.

    Leading cells that say what the row above says are left empty.
    """
    width = _width()
    cells = [[" ".join(safe(cell).split()) for cell in row] for row in [heads, *rows]]
    if not heads:
        return
    natural = [max(map(len, column)) for column in zip(*cells, strict=True)]
    least = [max(max(map(len, cell.split()), default=0) for cell in column) for column in zip(*cells, strict=True)]
    room = width - len(GAP) * (len(heads) - 1)
    if sum(least) > room:
        yield from _lists(cells, width)
        return
    columns = _shared(natural, least, room)
    for number, row in enumerate(_without_repeats(cells)):
        wrapped = [
            textwrap.wrap(cell, size, break_on_hyphens=False) or [""] for cell, size in zip(row, columns, strict=True)
        ]
        for line in range(max(map(len, wrapped))):
            parts = [
                f"{part[line] if line < len(part) else '':<{size}}" for part, size in zip(wrapped, columns, strict=True)
            ]
            text = GAP.join(parts).rstrip()
            yield text if number else click.style(text, bold=True)


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
