"""A report as GitHub-flavoured Markdown, in which no text of a case is markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sjogren.report import english
from sjogren.report.blocks import (
    Block,
    Bullets,
    Field,
    Fold,
    Form,
    Heading,
    NewPage,
    Paragraph,
    Picture,
    Report,
    Rows,
    Sources,
    Steps,
)
from sjogren.report.steps_words import basis

DEEPEST = 6
"""The last level of headings that Markdown has."""
MARKUP = re.compile(r"([\\`*_{}\[\]<>|~$&@])")
LINK = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp)(:)|\b(www)(\.)")
LEADS = re.compile(r"^(\s*)(#{1,6}(?=\s)|[-+=](?=\s|[-=]|$)|:)")
NUMBERED = re.compile(r"^(\d+)([.)])(?=\s|$)")


def markdown(report: Report) -> str:
    """The whole report, ending with a line break."""
    parts = ["\n".join(_block(block, 0)) for block in report.blocks]
    footer = " · ".join(plain(line) for line in report.footer)
    return "\n\n".join([*filter(None, parts), "---", footer]) + "\n"


def plain(text: str) -> str:
    r"""Text in which nothing is markup, a link, a mention, or the start of a list or a heading.

    >>> plain("<b> a_b http://x.y"), plain("1. not a list"), plain("- nor this")
    ('\\<b\\> a\\_b http\\://x.y', '1\\. not a list', '\\- nor this')
    """
    text = MARKUP.sub(r"\\\1", " ".join(text.split()))
    text = LINK.sub(lambda found: f"{found[1] or found[3]}\\{found[2] or found[4]}", text)
    text = LEADS.sub(r"\1\\\2", text)
    return NUMBERED.sub(r"\1\\\2", text)


def _block(block: Block, level: int) -> Iterator[str]:
    """The lines of one block; ``level`` is how deep the fold around it lies."""
    if isinstance(block, Heading):
        yield f"{'#' * min(DEEPEST, block.level + level)} {plain(block.text)}"
    elif isinstance(block, Paragraph):
        yield plain(block.text)
    elif isinstance(block, Bullets):
        yield from (f"- {plain(item)}" for item in block.items)
    elif isinstance(block, Rows):
        yield from _table(block)
    elif isinstance(block, Picture):
        yield f"**{plain(block.title)}**"
        yield ""
        yield from (f"- {plain(line)}" for line in block.text)
    elif isinstance(block, Steps):
        for step in block.steps:
            mark = english.MARKS[step.kind][0]
            yield f"{'  ' * step.depth}- {mark} {plain(step.text)}{plain_basis(basis(step.basis))}"
    elif isinstance(block, Fold):
        yield from _fold(block, level)
    elif isinstance(block, Form):
        yield f"**{plain(block.title)}**"
        yield ""
        for field in block.fields:
            yield from _field(field)
    elif isinstance(block, Sources):
        for place, source in enumerate(block.sources, 1):
            yield f"{place}. {plain(source.work)}, {plain(source.locator)}"
    elif isinstance(block, NewPage):
        yield "---"


def plain_basis(text: str) -> str:
    """Rule, clause and source behind a step."""
    return f" *{plain(text)}*" if text else ""


def _fold(block: Fold, level: int) -> Iterator[str]:
    head, _, rest = block.summary.partition(". ")
    yield f"**{plain(head)}{'.' if rest else ''}**{f' {plain(rest)}' if rest else ''}"
    for inner in block.blocks:
        yield ""
        yield from _block(inner, level + 1)


def _table(block: Rows) -> Iterator[str]:
    yield f"| {' | '.join(plain(cell) for cell in block.header)} |"
    yield f"|{'---|' * len(block.header)}"
    for row in block.rows:
        yield f"| {' | '.join(plain(cell) for cell in row)} |"


def _field(field: Field) -> Iterator[str]:
    if field.choices:
        boxes = " ".join(f"☐ {plain(choice)}" for choice in field.choices)
        yield f"- {plain(field.label)}: {boxes}"
    else:
        yield f"- {plain(field.label)}: {'…' * 12}"
