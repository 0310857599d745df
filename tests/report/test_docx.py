"""Word documents: editable, in a hospital's template, inert, and readable by LibreOffice."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from tests.report.samples import AT_ONCE, LONG, report

import sjogren
from sjogren.errors import MissingExtra
from sjogren.report.blocks import Rows
from sjogren.report.content import build
from sjogren.report.docx import docx
from sjogren.report.template import MAIN, NotATemplate

library = pytest.importorskip("docx", reason="the extra `report` is not installed")
pytest.importorskip("resvg_py", reason="the extra `report` is not installed")

KB = sjogren.open()
ROOT = Path(__file__).resolve().parents[2]
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MAY_RELATE = {
    "image", "styles", "settings", "webSettings", "fontTable", "theme", "numbering", "footer", "header",
    "stylesWithEffects", "customXml", "customXmlProps", "officeDocument", "core-properties", "extended-properties",
}  # fmt: skip


def words(text: str) -> str:
    return re.sub(r"\W+", "", text)


def opened(data: bytes) -> Any:
    return library.Document(io.BytesIO(data))


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def text(document: Any) -> str:
    return words("".join(node.text or "" for node in document.element.body.iter(f"{W}t")))


@pytest.fixture(scope="module")
def case() -> tuple[Any, bytes]:
    found = KB.read(ROOT / "examples" / "moutsopoulos-2014-1.yaml")
    assessment = KB.assess(found)
    return assessment, docx(build(KB, found, assessment, command="sjd report"))


def test_it_opens_again_and_holds_every_conclusion(case: tuple[Any, bytes]) -> None:
    told = text(opened(case[1]))
    assert [name for name in case[0].conclusions() if words(KB.rules[name].label) not in told] == []


def test_headings_lists_tables_form_and_proof_are_word_s_own() -> None:
    document = opened(docx(report("Label")))
    styles = [each.style.name for each in document.paragraphs]
    assert {"Heading 1", "Heading 2", "Heading 3", "List Bullet", "Caption"} <= set(styles)
    rows, form = document.tables
    assert rows.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
    assert [cell.text for cell in rows.rows[1].cells] == ["Label", "met"]
    assert [row.cells[0].text for row in form.rows] == ["Label", "Choice", "Signed"]
    assert [row.cells[1].text for row in form.rows] == ["", "☐ yes      ☐ Label", ""]
    proof = [each for each in document.paragraphs if each.text.startswith(("→", "Σ", "?", "•", "≈", "="))]
    indents = [each.paragraph_format.left_indent for each in proof]
    assert len(proof) == 7
    assert indents[0] < indents[1] < indents[2] == indents[3]
    assert "[some/set, met when (1)]" in proof[0].text
    assert "page_break" not in styles
    assert document.element.xpath("//w:pageBreakBefore")


def test_a_narrow_column_has_room_for_its_longest_word() -> None:
    long = "many words that would like to have all the room there is " * 3
    block = Rows(("Rank", "Test", "What", "Why"), (("1", long, long, long),))
    document = opened(docx(report("Label")._replace(blocks=(block,))))
    widths = [int(each.get(f"{W}w")) for each in document.element.iter(f"{W}gridCol")]
    assert widths[0] > 4 * 115
    assert sum(widths) <= 11906 - 2 * 1021


def test_a_picture_is_a_drawing_with_a_raster_and_its_text() -> None:
    made = docx(report("Label"))
    document = opened(made)
    described = document.element.xpath("//wp:docPr")
    assert len(described) == 6
    assert all(each.get("descr") and each.get("title") for each in described)
    assert len({each.get("id") for each in described}) == 6
    found = parts(made)
    svgs = [name for name in found if name.endswith(".svg")]
    assert len(svgs) == 6
    assert len([name for name in found if name.endswith(".png")]) == 6
    for relation in document.element.xpath("//*[local-name()='svgBlip']/@r:embed"):
        assert document.part.rels[relation].target_part.content_type == "image/svg+xml"


def test_a_raster_is_not_blank_and_has_letters() -> None:
    image = pytest.importorskip("PIL.Image")
    named = parts(docx(report("Label")))
    plain = parts(docx(report("")))
    png = next(name for name in named if name.endswith("image1.png"))
    with image.open(io.BytesIO(named[png])) as one, image.open(io.BytesIO(plain[png])) as other:
        assert one.size[0] == 1280
        assert len(one.convert("RGB").getcolors(1_000_000)) > 3
        assert one.tobytes() != other.tobytes(), "labels are drawn: a font was found"


def test_the_footer_has_the_lines_and_counts_pages() -> None:
    footer = opened(docx(report("Label"))).sections[-1].footer
    assert "Label · not a diagnosis" in [each.text for each in footer.paragraphs]
    assert [each.get(f"{W}instr") for each in footer._element.iter(f"{W}fldSimple")] == ["PAGE", "NUMPAGES"]


def test_properties_name_the_report_and_nobody(case: tuple[Any, bytes]) -> None:
    about = opened(case[1]).core_properties
    assert about.title.startswith("Case moutsopoulos")
    assert about.language == "en"
    assert (about.author, about.last_modified_by, about.comments) == ("", "", "")
    assert b"2013" not in parts(case[1])["docProps/core.xml"]


def test_the_same_report_gives_the_same_bytes() -> None:
    assert docx(report("Label")) == docx(report("Label"))


@pytest.mark.parametrize("hostile", [*AT_ONCE, LONG])
def test_hostile_texts_stay_text(hostile: str) -> None:
    made = docx(report(hostile))
    found = parts(made)
    for name, content in found.items():
        if name.endswith((".xml", ".rels", ".svg")):
            fromstring(content)  # noqa: S314 - our own document
        assert not re.search(b"vbaProject|oleObject|activeX", content)
    relations = [
        element
        for name, content in found.items()
        if name.endswith(".rels")
        for element in fromstring(content)  # noqa: S314 - our own document
    ]
    assert [each.attrib for each in relations if each.get("TargetMode") == "External"] == []
    assert {each.get("Type", "").rpartition("/")[2] for each in relations} <= MAY_RELATE
    body = found[MAIN].decode()
    assert not re.search(r"<w:(instrText|fldChar|fldSimple|hyperlink|altChunk|object)\b", body)
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", body)
    assert words("".join(char for char in hostile if char.isprintable()))[:12] in text(opened(made))


# -- templates --------------------------------------------------------------------------------------------------------


def hospital(path: Path, change: Callable[[Any], None] = lambda _: None) -> Path:
    """A template with a letterhead, a header and a footer."""
    document = library.Document()
    document.add_paragraph("Hospital of the Board, Ward 7")
    document.sections[0].header.paragraphs[0].text = "LETTERHEAD"
    document.sections[0].footer.paragraphs[0].text = "Ward 7, telephone"
    change(document)
    document.save(str(path))
    return path


def repacked(path: Path, change: Callable[[str, bytes], bytes | None], extra: dict[str, bytes] | None = None) -> Path:
    found = parts(path.read_bytes())
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in {**found, **(extra or {})}.items():
            kept = change(name, content)
            if kept is not None:
                packed.writestr(name, kept)
    return path


def test_a_template_keeps_its_letterhead_header_and_footer(tmp_path: Path) -> None:
    document = opened(docx(report("Label"), hospital(tmp_path / "own.docx")))
    assert document.paragraphs[0].text == "Hospital of the Board, Ward 7"
    assert document.sections[0].header.paragraphs[0].text == "LETTERHEAD"
    footer = [each.text for each in document.sections[-1].footer.paragraphs]
    assert footer[0] == "Ward 7, telephone"
    assert "Label · not a diagnosis" in footer
    assert "Label" in [each.text for each in document.paragraphs]


def test_an_empty_template_leaves_no_empty_line_in_front(tmp_path: Path) -> None:
    path = tmp_path / "empty.docx"
    document = library.Document()
    document.add_paragraph()
    document.save(str(path))
    assert opened(docx(report("Label"), path)).paragraphs[0].text == "Label"


def test_styles_that_a_template_lacks_are_made_up_for(tmp_path: Path) -> None:
    def bare(document: Any) -> None:
        for style in list(document.styles):
            if style.name not in {"Normal", "Default Paragraph Font"}:
                style.delete()

    document = opened(docx(report("Label"), hospital(tmp_path / "bare.docx", bare)))
    assert {each.style.name for each in document.paragraphs} == {"Normal"}
    assert document.element.xpath("//w:outlineLvl[@w:val='1']"), "headings are found in the navigation"
    assert "• Label" in [each.text for each in document.paragraphs]


def test_styles_are_found_by_name_where_their_identifiers_are_of_another_language(tmp_path: Path) -> None:
    def german(name: str, content: bytes) -> bytes:
        return content.replace(b'"Heading1"', b'"berschrift1"') if name.endswith(".xml") else content

    made = docx(report("Label"), repacked(hospital(tmp_path / "german.docx"), german))
    assert b'<w:pStyle w:val="berschrift1"/>' in parts(made)[MAIN]


def test_a_dotx_serves_and_the_result_is_a_document(tmp_path: Path) -> None:
    def dotx(name: str, content: bytes) -> bytes:
        return content.replace(b"document.main+xml", b"template.main+xml") if name == "[Content_Types].xml" else content

    made = docx(report("Label"), repacked(hospital(tmp_path / "own.dotx"), dotx))
    assert b"template.main" not in parts(made)["[Content_Types].xml"]
    assert opened(made).sections[0].header.paragraphs[0].text == "LETTERHEAD"


def test_the_tie_to_a_template_elsewhere_is_cut(tmp_path: Path) -> None:
    def tied(name: str, content: bytes) -> bytes:
        if name != "word/settings.xml":
            return content
        tie = (
            b'<w:attachedTemplate xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
            b'r:id="rId9"/>'
        )
        return re.sub(rb"(<w:settings[^>]*>)", lambda found: found[1] + tie, content)

    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
    relation = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId9" Type="{kind}" Target="https://example.org/x.dotm" TargetMode="External"/>'
        "</Relationships>"
    )
    path = repacked(hospital(tmp_path / "tied.docx"), tied, {"word/_rels/settings.xml.rels": relation.encode()})
    found = parts(docx(report("Label"), path))
    assert not [name for name, content in found.items() if b"attachedTemplate" in content]


def macros(path: Path) -> None:
    repacked(hospital(path), lambda _, content: content, {"word/vbaProject.bin": b"macro"})


def enabled(path: Path) -> None:
    def change(name: str, content: bytes) -> bytes:
        kind = b"application/vnd.ms-word.document.macroEnabled.main+xml"
        return (
            re.sub(rb"application/[^\"]*document\.main\+xml", kind, content)
            if name == "[Content_Types].xml"
            else content
        )

    repacked(hospital(path), change)


def sheet(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", "<workbook/>")


def broken(path: Path) -> None:
    repacked(hospital(path), lambda name, content: b"<w:document" if name == MAIN else content)


def torn(path: Path) -> None:
    data = hospital(path).read_bytes()
    path.write_bytes(data[: len(data) // 2])


def huge(path: Path) -> None:
    repacked(hospital(path), lambda _, content: content, {"word/media/x.png": bytes(60_000_000)})


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda _: None, "cannot be read: No such file"),
        (lambda path: path.mkdir(), "cannot be read: Is a directory"),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600)), "encrypted or of the old kind"),
        (lambda path: path.write_text("no document"), "is no file of Word, or is damaged"),
        (lambda path: path.write_bytes(b""), "is no file of Word, or is damaged"),
        (macros, "has macros"),
        (enabled, "has macros"),
        (sheet, "is no text document of Word"),
        (broken, "is damaged"),
        (torn, "is no file of Word, or is damaged"),
        (huge, "unpacks to more than 50 MB"),
    ],
)
def test_what_cannot_serve_as_a_template_is_refused_in_one_line(
    make: Callable[[Path], object], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "own.docx"
    make(path)
    with pytest.raises(NotATemplate, match=says) as refused:
        docx(report("Label"), path)
    assert "\n" not in str(refused.value)
    assert "own.docx" in str(refused.value)


@pytest.mark.parametrize(("module", "package"), [("docx", "python-docx"), ("resvg_py", "resvg")])
def test_without_its_library_it_says_what_to_install(
    module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=rf"{package}.*sjogren-kb\[report\]"):
        docx(report("Label"))


def test_libreoffice_makes_a_pdf_of_it_with_every_conclusion(case: tuple[Any, bytes], tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    (tmp_path / "case.docx").write_bytes(case[1])
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "case.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    pages = pypdf.PdfReader(tmp_path / "case.pdf").pages
    told = words("".join(page.extract_text() for page in pages))
    assert [name for name in case[0].conclusions() if words(KB.rules[name].label) not in told] == []
    assert sum(len(page.images) for page in pages) >= 2, "the pictures are there"
