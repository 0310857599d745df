"""The blocks of a report in the markup of Word: one string of elements, in which every text is escaped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

from sjogren.proof.steps import Step
from sjogren.report import english
from sjogren.report.blocks import (
    Block,
    Bullets,
    Fold,
    Form,
    Heading,
    NewPage,
    Paragraph,
    Picture,
    Rows,
    Sources,
    Steps,
)
from sjogren.report.plain import one_line
from sjogren.report.steps_words import basis

INDENT = 220
"""From one depth of a proof to the next, in twentieths of a point."""
DEEPEST = 16
HANGING = 240
LINE = 420
"""How high a line to be written on is, in twentieths of a point."""
LABELS = 0.28
"""The part of a form's breadth that its labels take."""
NARROW, BROAD = 6, 42
"""Letters between which the breadth of a column counts."""
BROADEST = 7200
"""How broad a picture is at most, in twentieths of a point."""
LETTER, INSET = 115, 160
"""How broad a letter is at most, about, and the two margins of a cell."""
EMU = 635
"""Word's units of length in a twentieth of a point."""
NAMES, SVG_NAMES = "http://schemas.openxmlformats.org", "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
FIRST = 1000
"""Above the numbers that the drawings of a template may have."""
SVG_BLIP = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"
SMALL = '<w:color w:val="555555"/><w:sz w:val="15"/>'
APART = '<w:r><w:t xml:space="preserve">      </w:t></w:r>'
"""Between two choices."""
SIZES = {1: 32, 2: 25, 3: 21, 4: 20}
"""Half points of a heading where the template has no style for it."""


class Embedded(NamedTuple):
    """A picture in the document: relations to its drawing and to its raster, and its size in units of any kind."""

    svg: str
    png: str
    width: float
    height: float


Pictures = Callable[[Picture], Embedded]
Styles = Mapping[str, str]
"""Identifiers of the styles that the document has, by their names in small letters."""


def text(run: str) -> str:
    """Text as it stands in an element: escaped, on one line, without control characters."""
    return escape(one_line(run), quote=True)


def run(words: str, *, bold: bool = False, small: bool = False, space: bool = False) -> str:
    """A run of text."""
    look = f"{'<w:b/>' if bold else ''}{SMALL if small else ''}"
    look = f"<w:rPr>{look}</w:rPr>" if look else ""
    lead = " " if space else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{lead}{text(words)}</w:t></w:r>'


def paragraph(runs: str, properties: str = "") -> str:
    """A paragraph; the properties come in the order that the schema of Word wants."""
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{runs}</w:p>"


class Writer:
    """Writes blocks one after another.

    styles
        those of the document or template; what it lacks is formatted directly.
    breadth
        between the margins, in twentieths of a point.
    """

    def __init__(self, styles: Styles, breadth: int, pictures: Pictures) -> None:
        self.styles, self.breadth, self.pictures = styles, breadth, pictures
        self._level = 1
        self._break = False
        self._drawn = 0

    def blocks(self, blocks: Sequence[Block]) -> Iterator[str]:
        """The elements of the blocks."""
        for block in blocks:
            if isinstance(block, NewPage):
                self._break = True
            elif isinstance(block, Heading):
                self._level = block.level
                yield self.heading(block.text, block.level)
            elif isinstance(block, Fold):
                yield from self.fold(block)
            elif isinstance(block, Steps):
                yield from map(self.step, block.steps)
            elif isinstance(block, Bullets):
                yield from map(self.bullet, block.items)
            elif isinstance(block, Sources):
                yield from (
                    self.hanging(run(f"({at}) {source.work}, {source.locator}"), 0, 2 * HANGING)
                    for at, source in enumerate(block.sources, 1)
                )
            elif isinstance(block, Paragraph):
                yield self.plain(run(block.text))
            else:
                yield from self.apart(block)

    def apart(self, block: Rows | Form | Picture) -> Iterator[str]:
        """Tables and pictures; a page that is to begin with a table begins with the paragraph before it."""
        if isinstance(block, Picture):
            yield from self.picture(block)
            return
        if isinstance(block, Form):
            yield self.heading(block.title, min(self._level + 1, max(SIZES)))
        elif self._break:
            yield self.plain("")
        yield self.form(block) if isinstance(block, Form) else self.table(block)
        yield paragraph("", '<w:spacing w:before="0" w:after="60" w:line="120" w:lineRule="exact"/>')

    # -- paragraphs

    def style(self, name: str) -> str:
        """The property that gives a paragraph a style, or nothing where there is none of this name."""
        found = self.styles.get(name)
        return f'<w:pStyle w:val="{escape(found, quote=True)}"/>' if found else ""

    def before(self) -> str:
        """The property that begins a page, where one is to begin."""
        if not self._break:
            return ""
        self._break = False
        return "<w:pageBreakBefore/>"

    def plain(self, runs: str) -> str:
        """A paragraph as the document has it."""
        return paragraph(runs, f'{self.before()}<w:spacing w:before="0" w:after="60"/>')

    def heading(self, words: str, level: int) -> str:
        """A heading that Word's navigation knows, with or without a style for it."""
        style = self.style(f"heading {level}")
        if style:
            return paragraph(run(words), f"{style}<w:keepNext/>{self.before()}")
        look = f'<w:rPr><w:b/><w:sz w:val="{SIZES.get(level, min(SIZES.values()))}"/></w:rPr>'
        return paragraph(
            f"<w:r>{look}<w:t>{text(words)}</w:t></w:r>",
            f'<w:keepNext/>{self.before()}<w:spacing w:before="160" w:after="60"/><w:outlineLvl w:val="{level - 1}"/>',
        )

    def hanging(self, runs: str, indent: int, hanging: int, *, keep: bool = False) -> str:
        """A paragraph whose lines after the first are indented further."""
        keeps = "<w:keepNext/>" if keep else ""
        return paragraph(
            runs,
            f'{keeps}{self.before()}<w:spacing w:before="0" w:after="20"/>'
            f'<w:ind w:left="{indent + hanging}" w:hanging="{hanging}"/>',
        )

    def bullet(self, words: str) -> str:
        """One item of a list."""
        style = self.style("list bullet")
        if style:
            return paragraph(run(words), f'{style}{self.before()}<w:spacing w:before="0" w:after="20"/>')
        return self.hanging(run(f"• {words}"), 0, HANGING)

    def fold(self, block: Fold) -> Iterator[str]:
        """The first sentence of the summary as a heading, the rest below it, then the blocks, open."""
        outer = self._level
        head, _, rest = block.summary.partition(". ")
        yield self.heading(f"{head}." if rest else head, min(outer + 1, max(SIZES)))
        if rest:
            yield self.plain(run(rest))
        self._level = min(outer + 1, max(SIZES))
        yield from self.blocks(block.blocks)
        self._level = outer

    def step(self, step: Step) -> str:
        """A step of a proof, indented by its depth, with its rule and sources in small print."""
        mark, _ = english.MARKS[step.kind]
        found = basis(step.basis)
        said = run(f"{mark} {step.text}") + (run(found, small=True, space=True) if found else "")
        return self.hanging(said, INDENT * min(step.depth, DEEPEST), HANGING)

    def picture(self, block: Picture) -> Iterator[str]:
        """The drawing, with all that it shows as its alternative text, and its title below."""
        self._drawn += 1
        found = self.pictures(block)
        yield paragraph(
            _drawing(block, found, self._drawn, min(BROADEST, self.breadth) * EMU),
            f'<w:keepNext/>{self.before()}<w:spacing w:before="60" w:after="20"/>',
        )
        yield paragraph(run(block.title), f'{self.style("caption")}<w:spacing w:before="0" w:after="100"/>')

    # -- tables

    def table(self, block: Rows) -> str:
        """A table whose header stands again on every page, and whose rows are not torn."""
        widths = self._widths([block.header, *block.rows])
        header = self._row(block.header, widths, head=True)
        return self._table(widths, header + "".join(self._row(row, widths) for row in block.rows))

    def form(self, block: Form) -> str:
        """Labels beside cells to be written in, with as much room as the form asks for."""
        left = round(self.breadth * LABELS)
        widths = [left, self.breadth - left]
        rows = []
        for field in block.fields:
            told = APART.join(run(f"☐ {choice}") for choice in field.choices)
            height = f'<w:trHeight w:val="{LINE * max(1, field.lines)}" w:hRule="atLeast"/>'
            cells = self._cell(run(field.label, bold=True), left) + self._cell(told, widths[1])
            rows.append(f"<w:tr><w:trPr><w:cantSplit/>{height}</w:trPr>{cells}</w:tr>")
        return self._table(widths, "".join(rows))

    def _widths(self, rows: Sequence[Sequence[str]]) -> list[int]:
        """The breadth of each column: its longest word fits where all can, and the rest goes by the longest text."""
        columns = [[row[at] for row in rows] for at in range(len(rows[0]))]
        least = [
            LETTER * max(len(word) for cell in cells for word in (cell.split() or [""])) + INSET for cells in columns
        ]
        wanted = [min(BROAD, max(NARROW, *map(len, cells))) for cells in columns]
        if sum(least) > self.breadth:
            return [self.breadth * each // sum(wanted) for each in wanted]
        rest = self.breadth - sum(least)
        return [low + rest * each // sum(wanted) for low, each in zip(least, wanted, strict=True)]

    def _table(self, widths: Sequence[int], rows: str) -> str:
        style = self.styles.get("table grid")
        named = f'<w:tblStyle w:val="{escape(style, quote=True)}"/>' if style else ""
        sides = ("top", "left", "bottom", "right", "insideH", "insideV")
        lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="999999"/>' for side in sides)
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        return (
            f'<w:tbl><w:tblPr>{named}<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{lines}</w:tblBorders>'
            '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/>'
            f'</w:tblCellMar><w:tblLook w:val="0020" w:firstRow="1"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}'
            "</w:tbl>"
        )

    def _row(self, cells: Sequence[str], widths: Sequence[int], *, head: bool = False) -> str:
        again = "<w:tblHeader/>" if head else ""
        told = "".join(
            self._cell(run(cell, bold=head), width, shaded=head) for cell, width in zip(cells, widths, strict=True)
        )
        return f"<w:tr><w:trPr><w:cantSplit/>{again}</w:trPr>{told}</w:tr>"

    @staticmethod
    def _cell(runs: str, width: int, *, shaded: bool = False) -> str:
        shade = '<w:shd w:val="clear" w:color="auto" w:fill="EEEEEE"/>' if shaded else ""
        inner = paragraph(runs, '<w:spacing w:before="20" w:after="20"/>')
        return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>{inner}</w:tc>'


def _drawing(block: Picture, found: Embedded, number: int, wide: int) -> str:
    """A picture in line with the text, so many of Word's units broad; its alternative text is all that it shows."""
    high = round(wide * found.height / found.width)
    size = f'cx="{wide}" cy="{high}"'
    named = f'id="{FIRST + number}" name="{text(block.name)}" descr="{text(" ".join(block.text))}"'
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
        f'<wp:docPr {named} title="{text(block.title)}"/>'
        f'<a:graphic><a:graphicData uri="{NAMES}/drawingml/2006/picture">'
        f"<pic:pic><pic:nvPicPr><pic:cNvPr {named}/><pic:cNvPicPr/></pic:nvPicPr>"
        f'<pic:blipFill><a:blip r:embed="{found.png}"><a:extLst><a:ext uri="{SVG_BLIP}">'
        f'<asvg:svgBlip xmlns:asvg="{SVG_NAMES}" r:embed="{found.svg}"/></a:ext></a:extLst></a:blip>'
        "<a:stretch><a:fillRect/></a:stretch></pic:blipFill>"
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
