"""What a comparison says, as blocks, and the same blocks as text, Markdown and HTML."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple, TypeAlias

WIDTH = 100
"""Columns of the text form."""
NARROWEST, GAP = 12, 2


class Heading(NamedTuple):
    """A title; ``level`` 1 is the document's."""

    level: int
    text: str


class Paragraph(NamedTuple):
    """One paragraph."""

    text: str


class Rows(NamedTuple):
    """A table with a header; a cell may be empty. ``mark`` is the column that says whether a row differs, or -1."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    mark: int = -1


class Entry(NamedTuple):
    """One numbered thing: a first line, and lines below it, each with a word in front."""

    title: str
    lines: tuple[tuple[str, str], ...]


Block: TypeAlias = "Heading | Paragraph | Rows | Entry"
SAME = ("same",)
"""What the marking column says where nothing differs."""


def render(blocks: Iterable[Block], form: str) -> str:
    """The blocks as ``text``, ``markdown`` or ``html``, ending without a line break."""
    forms: Mapping[str, Callable[[Sequence[Block]], str]] = {"text": _text, "markdown": _markdown, "html": _html}
    return forms[form](list(blocks))


# -- text -------------------------------------------------------------------------------------------------------------


def _text(blocks: Sequence[Block]) -> str:
    lines: list[str] = []
    for block in blocks:
        if lines and not (isinstance(block, Entry) and not block.lines):
            lines.append("")
        lines += _text_of(block)
    return "\n".join(line.rstrip() for line in lines)


def _wrap(text: str, width: int, initial_indent: str = "", subsequent_indent: str = "") -> list[str]:
    """Lines of at most so many columns; identifiers are not broken at their hyphens."""
    return textwrap.wrap(
        text, width, initial_indent=initial_indent, subsequent_indent=subsequent_indent, break_on_hyphens=False
    )


def _text_of(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield from _wrap(block.text, WIDTH)
        yield ("=" if block.level == 1 else "-") * min(WIDTH, len(block.text))
    elif isinstance(block, Paragraph):
        yield from _wrap(block.text, WIDTH)
    elif isinstance(block, Entry):
        yield from _wrap(block.title, WIDTH, subsequent_indent="  ")
        width = max((len(word) for word, _ in block.lines), default=0) + GAP
        for word, text in block.lines:
            yield from _wrap(text, WIDTH, initial_indent=f"  {word:<{width}}", subsequent_indent=" " * (width + 2))
    else:
        yield from _grid(block)


def _grid(block: Rows) -> Iterator[str]:
    """A table in columns, each as wide as it needs to be while all fit side by side."""
    table = [block.header, *block.rows]
    wanted = [max(len(row[column]) for row in table) for column in range(len(block.header))]
    room = WIDTH - GAP * (len(wanted) - 1)
    widths = list(wanted)
    while sum(widths) > room:
        widest = max(range(len(widths)), key=lambda column: widths[column])
        if widths[widest] <= NARROWEST:
            break
        widths[widest] -= 1
    for number, row in enumerate(table):
        cells = [_wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
        for line in range(max(len(cell) for cell in cells)):
            parts = [
                f"{cell[line] if line < len(cell) else '':<{width}}" for cell, width in zip(cells, widths, strict=True)
            ]
            yield (" " * GAP).join(parts)
        if number == 0:
            yield (" " * GAP).join("-" * width for width in widths)


# -- Markdown ---------------------------------------------------------------------------------------------------------


def _markdown(blocks: Sequence[Block]) -> str:
    return "\n\n".join("\n".join(_markdown_of(block)) for block in blocks)


def _markdown_of(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{'#' * block.level} {_plain(block.text)}"
    elif isinstance(block, Paragraph):
        yield _plain(block.text)
    elif isinstance(block, Entry):
        yield f"**{_plain(block.title)}**"
        if block.lines:
            yield ""
        for word, text in block.lines:
            yield f"- *{word}* {_plain(text)}" if word else f"- {_plain(text)}"
    else:
        yield f"| {' | '.join(map(_plain, block.header))} |"
        yield f"|{'---|' * len(block.header)}"
        for row in block.rows:
            differs = block.mark >= 0 and row[block.mark] not in SAME
            cells = [f"**{_plain(cell)}**" if differs and cell and at == block.mark else _plain(cell)
                     for at, cell in enumerate(row)]  # fmt: skip
            yield f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Text in which nothing is markup."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|" else sign for sign in text)


# -- HTML -------------------------------------------------------------------------------------------------------------

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { border: 1px solid #888; padding: .35rem .5rem; text-align: left; vertical-align: top; }
th { background: #eee; }
tr.differs { background: #fff4d6; }
.wide { overflow-x: auto; }
section.entry { border-left: 4px solid #005a9c; padding-left: .8rem; margin: 1rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem .8rem; margin: .3rem 0; }
dt { font-weight: 600; } dd { margin: 0; }
@media print { body { max-width: none; } tr.differs { background: none; font-weight: 600; } }
"""


def fragment(blocks: Iterable[Block]) -> str:
    """The blocks as HTML, to stand in a page."""
    return "\n".join(_html_of(block) for block in blocks)


def _html(blocks: Sequence[Block]) -> str:
    title = next((block.text for block in blocks if isinstance(block, Heading)), "Comparison")
    body = fragment(blocks)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        f"</body>\n</html>"
    )


def _html_of(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if isinstance(block, Paragraph):
        return f"<p>{escape(block.text)}</p>"
    if isinstance(block, Entry):
        lines = "".join(f"<dt>{escape(word)}</dt><dd>{escape(text)}</dd>" for word, text in block.lines)
        listed = f"<dl>{lines}</dl>" if lines else ""
        return f'<section class="entry"><p><strong>{escape(block.title)}</strong></p>{listed}</section>'
    header = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in block.header)
    rows = "".join(_html_row(row, block.mark) for row in block.rows)
    return f'<div class="wide"><table><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table></div>'


def _html_row(row: tuple[str, ...], mark: int) -> str:
    differs = ' class="differs"' if mark >= 0 and row[mark] not in SAME else ""
    head = f'<th scope="row">{escape(row[0])}</th>'
    return f"<tr{differs}>{head}{''.join(f'<td>{escape(cell)}</td>' for cell in row[1:])}</tr>"
