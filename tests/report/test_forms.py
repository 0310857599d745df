"""Every example makes a report in every form, and all forms say the same sentences."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.report.conftest import EXAMPLES, Built
from tests.report.reading import Page, letters, markdown_page, pdf_text, sentences, word_parts, word_text

import sjogren
from sjogren.report.blocks import Fold
from sjogren.report.content import build_pack
from sjogren.report.html import html
from sjogren.report.markdown import markdown

NAMES = sorted(path.stem for path in EXAMPLES.glob("*.yaml"))
IN_PDF = ["moutsopoulos-2014-1", "civilibal-2007-1"]
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def unsaid(report_sentences: list[str], text: str) -> list[str]:
    """The sentences that a form does not have."""
    said = letters(text)
    return [sentence for sentence in report_sentences if letters(sentence) not in said]


@pytest.mark.parametrize("name", NAMES)
def test_markdown_and_html_say_every_sentence(name: str, built: Built) -> None:
    pytest.importorskip("markdown_it", reason="the extra `browse` is not installed")
    report = built(name)
    said = sentences(report)
    assert len(said) > 100

    assert unsaid(said, markdown_page(markdown(report)).text) == []
    assert unsaid(said, Page(html(report)).text) == []


@pytest.mark.parametrize("name", NAMES)
def test_word_says_every_sentence(name: str, built: Built) -> None:
    pytest.importorskip("docx", reason="the extra `report` is not installed")
    from sjogren.report.docx import docx

    report = built(name)
    assert unsaid(sentences(report), word_text(docx(report))) == []


@pytest.mark.parametrize("name", IN_PDF)
def test_pdf_says_every_conclusion_and_is_tagged(name: str, built: Built) -> None:
    pytest.importorskip("weasyprint", reason="the extra `report` is not installed")
    pypdf = pytest.importorskip("pypdf", reason="the package pypdf is not installed")
    from sjogren.report.pdf import pdf

    report = built(name)
    data = pdf(html(report))
    conclusions = [block.summary for block in report.blocks if isinstance(block, Fold)]
    assert len(conclusions) > 10
    assert unsaid(conclusions, pdf_text(data)) == []

    reader = pypdf.PdfReader(io.BytesIO(data))
    catalogue = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalogue
    assert catalogue["/Lang"] == "en"
    assert reader.metadata.title == report.title


@pytest.mark.skipif(not OFFICE, reason="no LibreOffice: install it (Debian: sudo apt install libreoffice-writer)")
def test_word_opens_in_libreoffice_and_says_every_conclusion(built: Built, tmp_path: Path) -> None:
    pytest.importorskip("docx", reason="the extra `report` is not installed")
    pytest.importorskip("pypdf", reason="the package pypdf is not installed")
    from sjogren.report.docx import docx

    report = built("synthetic-response")
    (tmp_path / "report.docx").write_bytes(docx(report))
    command = [
        str(OFFICE), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf",
        "--outdir", str(tmp_path), str(tmp_path / "report.docx"),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)

    text = pdf_text((tmp_path / "report.pdf").read_bytes())
    assert unsaid([block.summary for block in report.blocks if isinstance(block, Fold)], text) == []


def test_the_same_case_gives_the_same_bytes(built: Built, kb: sjogren.KnowledgeBase) -> None:
    pytest.importorskip("docx", reason="the extra `report` is not installed")
    from sjogren.report.docx import docx

    report = built("moutsopoulos-2014-1")
    assert word_parts(docx(report)) == word_parts(docx(report))
    case = kb.read(EXAMPLES / "moutsopoulos-2014-1.yaml")
    from sjogren.report.content import build

    again = build(kb, case, kb.assess(case), command="sjd report examples/moutsopoulos-2014-1.yaml -o report.md")
    assert html(again) == html(report)


@pytest.fixture(scope="module")
def pack(kb: sjogren.KnowledgeBase) -> str:
    cases = [
        kb.read(EXAMPLES / f"{name}.yaml") for name in ("moutsopoulos-2014-1", "moutsopoulos-2014-1", "hamri-2023-1")
    ]
    return html(build_pack(kb, [(case, kb.assess(case)) for case in cases], command="sjd report"))


def test_in_a_pack_no_identifier_is_there_twice_and_no_link_is_dead(pack: str) -> None:
    identifiers = re.findall(r'\bid="([^"]+)"', pack)
    assert sorted(set(identifiers)) == sorted(identifiers)
    assert set(re.findall(r'href="#([^"]+)"', pack)) <= set(identifiers)


def test_a_page_loads_nothing(pack: str, built: Built) -> None:
    for page in (pack, html(built("synthetic-response"))):
        assert [target for target in Page(page).targets if not target.startswith(("#", "data:"))] == []
        assert "url(" not in page
        assert "@import" not in page
