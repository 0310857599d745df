"""A report as a Word document to be edited: headings, tables, a form; in the hospital's own template, if it has one."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any, TypeAlias

from sjogren.assess.knowledge_base import uncollected
from sjogren.errors import MissingExtra
from sjogren.report.blocks import Picture, Report
from sjogren.report.plain import one_line
from sjogren.report.template import NotATemplate, opened
from sjogren.report.word import Embedded, Writer, paragraph, run

Word: TypeAlias = Any

A4, MARGIN = (11906, 16838), 1021
"""A page and its margins, in twentieths of a point."""
TWENTIETH = 635
"""Word's units of length in a twentieth of a point."""
LETTERS, INK = "Arial", "1A1A1A"
ZOOM = 2
"""Pixels of a raster in a unit of its drawing."""
LONGEST = 250
"""Letters that a title in the properties may have."""
FOOT = '<w:spacing w:before="0" w:after="0"/>'
SIZES = {"Normal": 9, "Heading 1": 16, "Heading 2": 12.5, "Heading 3": 10.5, "Heading 4": 10, "Caption": 8.5}
"""Sizes of letters where no template gives them."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every part, so that the same report gives the same bytes."""
NAMELESS = ("author", "comments", "last_modified_by", "keywords", "category", "subject")
DATED = ("created", "modified", "lastPrinted", "revision")


def docx(report: Report, template: Path | None = None) -> bytes:
    """The Word document; with a template, its styles and headers are used, and what stands in it comes first.

    Raises `NotATemplate` for a template that cannot be used, and `MissingExtra` without python-docx or resvg.
    """
    try:
        from docx import Document
        from docx.oxml.ns import nsdecls
        from docx.oxml.parser import parse_xml
    except ImportError:
        raise MissingExtra("python-docx", "report") from None
    with uncollected():
        document = _opened(Document, template)
        section = document.sections[-1]
        breadth = (section.page_width - section.left_margin - section.right_margin) // TWENTIETH
        styles = {style.name.lower(): style.style_id for style in document.styles}
        writer = Writer(styles, breadth, _Embedding(document).embed)
        made = "".join(writer.blocks(report.blocks))
        body = document.element.body
        end = body.sectPr
        for element in list(parse_xml(f"<w:body {nsdecls('w', 'r', 'wp', 'a', 'pic')}>{made}</w:body>")):
            end.addprevious(element)
        lines = paragraph(run(" · ".join(report.footer), small=True), FOOT)
        pages = paragraph(_field("PAGE") + run(" / ", small=True) + _field("NUMPAGES"), f'{FOOT}<w:jc w:val="right"/>')
        footer = section.footer
        for element in list(parse_xml(f"<w:body {nsdecls('w')}>{lines}{pages}</w:body>")):
            footer._element.append(element)
        _named(document, report)
        return _packed(document)


class _Embedding:
    """Puts the pictures of a report into a document: as drawings, and as rasters for a reader that draws none."""

    def __init__(self, document: Word) -> None:
        self.document, self.count = document, 0

    def embed(self, picture: Picture) -> Embedded:
        """The relations of one picture. Raises `MissingExtra` without resvg."""
        try:
            from resvg_py import svg_to_bytes
        except ImportError:
            raise MissingExtra("resvg", "report") from None
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part

        part = self.document.part
        png, _ = part.get_or_add_image(io.BytesIO(bytes(svg_to_bytes(svg_string=picture.svg, zoom=ZOOM))))
        self.count += 1
        uri = PackURI(f"/word/media/report{self.count}.svg")
        drawing = Part(uri, "image/svg+xml", picture.svg.encode(), part.package)
        svg = part.relate_to(drawing, RELATIONSHIP_TYPE.IMAGE)
        _, _, width, height = picture.svg.partition('viewBox="')[2].partition('"')[0].split()
        return Embedded(svg, png, float(width), float(height))


def _opened(document: Word, template: Path | None) -> Word:
    """An empty document in this project's own look, or the template."""
    if template is None:
        made = document()
        _styled(made)
        return made
    packed = opened(template)
    try:
        return _alone(document(packed))
    except Exception as error:  # noqa: BLE001 - python-docx fails in many ways on a damaged file
        raise NotATemplate(f"{str(template)!r} is damaged: {one_line(str(error))}") from None


def _alone(document: Word) -> Word:
    """A template without its tie to another file, and without the empty paragraph that an empty one consists of."""
    settings = document.part._settings_part
    for tie in settings.element.xpath("./w:attachedTemplate"):
        tie.getparent().remove(tie)
    for name, relation in list(settings.rels.items()):
        if relation.reltype.endswith("/attachedTemplate"):
            del settings.rels[name]
    paragraphs = document.paragraphs
    if len(paragraphs) == 1 and not document.tables and not list(paragraphs[0]._element.iter("{*}t", "{*}drawing")):
        paragraphs[0]._element.getparent().remove(paragraphs[0]._element)
    return document


def _styled(document: Word) -> None:
    """A4, one family of letters, black headings."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor, Twips

    section = document.sections[0]
    section.page_width, section.page_height = Twips(A4[0]), Twips(A4[1])
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Twips(MARGIN)
    for name, size in SIZES.items():
        style = document.styles[name]
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for letters in ("ascii", "hAnsi", "cs"):
            fonts.set(qn(f"w:{letters}"), LETTERS)
        style.font.size, style.font.color.rgb, style.font.italic = Pt(size), RGBColor.from_string(INK), False
        style.font.bold = name.startswith("Heading")


def _named(document: Word, report: Report) -> None:
    """Title and language; nobody's name and no date but those in the report."""
    from docx.oxml.ns import qn

    about = document.core_properties
    about.title, about.language = one_line(report.title)[:LONGEST], report.language
    for name in NAMELESS:
        setattr(about, name, "")
    element = about._element
    for part in list(element):
        if part.tag.rpartition("}")[2] in DATED:
            element.remove(part)
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), report.language)


def _field(code: str) -> str:
    """A field of Word that counts pages."""
    return f'<w:fldSimple w:instr="{code}">{run("1", small=True)}</w:fldSimple>'


def _packed(document: Word) -> bytes:
    """The file, with the parts in order and without dates."""
    relations = document.part.package.rels
    for name in [name for name, relation in relations.items() if relation.reltype.endswith("/thumbnail")]:
        del relations[name]  # the preview shows another document
    saved, made = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as packed, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name in packed.namelist():
            out.writestr(zipfile.ZipInfo(name, EPOCH), packed.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()
