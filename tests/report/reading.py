"""Reading reports as a reader's program does: the text that is seen, and the structure that holds it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from sjogren.report.blocks import Block, Bullets, Fold, Heading, Paragraph, Report, Steps

SILENT = {"style", "script", "title", "desc"}


class Page(HTMLParser):
    """The text of a page, its tags with the names of their attributes, and where its attributes point.

    ``tags`` has those of the page in their order; ``drawn`` the kinds of those inside pictures, whose number depends on
    how long a text is.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.drawn: set[tuple[str, tuple[str, ...]]] = set()
        self.targets: list[str] = []
        self.within: list[str] = []
        self.feed(text)

    @property
    def text(self) -> str:
        return " ".join(self.parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = (tag, tuple(name for name, _ in attrs))
        if "svg" in self.within:
            self.drawn.add(found)
        else:
            self.tags.append(found)
        self.targets += [str(value) for name, value in attrs if name in {"href", "src", "xlink:href", "action", "data"}]
        if tag not in {"meta", "br", "hr", "input", "link", "img"}:
            self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not SILENT & set(self.within):
            self.parts.append(data)


def markdown_page(text: str) -> Page:
    """A Markdown report as a renderer shows it that lets raw HTML, links and tables through."""
    from markdown_it import MarkdownIt

    return Page(MarkdownIt("commonmark", {"html": True, "maxNesting": 100}).enable("table").render(text))


def word_parts(data: bytes) -> dict[str, bytes]:
    """The parts of a Word document by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def word_text(data: bytes) -> str:
    """The text of the body of a Word document."""
    body = ET.fromstring(word_parts(data)["word/document.xml"])  # noqa: S314 - our own document
    return " ".join(
        "".join(run.text or "" for run in paragraph.iter() if run.tag.endswith("}t"))
        for paragraph in (each for each in body.iter() if each.tag.endswith("}p"))
    )


def word_structure(data: bytes) -> list[str]:
    """The elements of the body of a Word document, in order."""
    body = ET.fromstring(word_parts(data)["word/document.xml"])  # noqa: S314 - our own document
    return [element.tag for element in body.iter()]


def pdf_text(data: bytes) -> str:
    """The text of all pages of a PDF."""
    import pypdf

    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def sentences(report: Report) -> list[str]:
    """What a report says in sentences: paragraphs, lists, the line before each fold, and the steps of each proof."""
    return list(dict.fromkeys(_sentences(report.blocks)))


def _sentences(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Heading() | Paragraph():
                yield block.text
            case Bullets():
                yield from block.items
            case Steps():
                yield from (step.text for step in block.steps)
            case Fold():
                yield block.summary
                yield from _sentences(block.blocks)


def letters(text: str) -> str:
    """A text without white space and hyphens, which each form sets as it must."""
    return re.sub(r"[\s\u00ad\u200b-]+", "", text)
