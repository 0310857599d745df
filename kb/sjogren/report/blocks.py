"""What a report says, as blocks: one content, which every form renders.

Headings, paragraphs and tables are those of `sjogren.compare.document`; the others are here. No block holds markup, but
for the picture, whose SVG is made by `sjogren.report.pictures` from values that are escaped there.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from sjogren.compare.document import Heading, Paragraph, Rows
from sjogren.proof.told import Source, Step

__all__ = [
    "Block",
    "Bullets",
    "Field",
    "Fold",
    "Form",
    "Heading",
    "NewPage",
    "Paragraph",
    "Picture",
    "Report",
    "Rows",
    "Sources",
    "Steps",
]


class Bullets(NamedTuple):
    """A list of sentences."""

    items: tuple[str, ...]


class Picture(NamedTuple):
    """A picture with its equivalent in text.

    name
        short and unique in the report, fit for an identifier: ``strip-1``.
    svg
        one ``<svg>`` element, self-contained, without style that reaches outside itself.
    text
        all that the picture shows, in sentences; stands where pictures cannot, and is what a screen reader reads.
    """

    name: str
    title: str
    svg: str
    text: tuple[str, ...]


class Steps(NamedTuple):
    """The proof of one conclusion, as a tree that folds. ``name`` is fit for an identifier."""

    name: str
    steps: tuple[Step, ...]


class Fold(NamedTuple):
    """Blocks behind a line that opens them; paper and Markdown show them open."""

    summary: str
    blocks: tuple[Block, ...]
    open: bool = False


class Field(NamedTuple):
    """One thing to fill in by hand: a line, a box of several lines, or choices to tick."""

    label: str
    lines: int = 1
    choices: tuple[str, ...] = ()


class Form(NamedTuple):
    """A box to fill in and sign."""

    title: str
    fields: tuple[Field, ...]


class Sources(NamedTuple):
    """The sources that the steps cite by number, from 1."""

    sources: tuple[Source, ...]


class NewPage(NamedTuple):
    """On paper, what follows starts a page."""


Block: TypeAlias = "Heading | Paragraph | Rows | Bullets | Picture | Steps | Fold | Form | Sources | NewPage"


class Report(NamedTuple):
    """A whole report. ``language`` is a tag of BCP 47; ``footer`` stands on every page."""

    title: str
    language: str
    blocks: tuple[Block, ...]
    footer: tuple[str, ...]
