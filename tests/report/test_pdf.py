"""PDF: every conclusion, tags for screen readers, nothing fetched, texts inert, the same bytes each time."""

from __future__ import annotations

import io
import re
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.report.samples import AT_ONCE, report

import sjogren
from sjogren.errors import MissingExtra
from sjogren.report.blocks import NewPage
from sjogren.report.content import build
from sjogren.report.html import html
from sjogren.report.pdf import pdf

try:
    import weasyprint  # noqa: F401 - whether it is there, and the Pango that it draws with
except (ImportError, OSError):
    pytest.skip("the extra `report`, or Pango, is not installed", allow_module_level=True)
pypdf = pytest.importorskip("pypdf")

KB = sjogren.open()
ROOT = Path(__file__).resolve().parents[2]


def words(text: str) -> str:
    """Letters and digits alone: lines are broken, and hyphens and spaces with them."""
    return re.sub(r"\W+", "", text)


def read(data: bytes) -> Any:
    return pypdf.PdfReader(io.BytesIO(data))


def text(data: bytes) -> str:
    return words("".join(page.extract_text() for page in read(data).pages))


class Made(NamedTuple):
    assessment: Any
    data: bytes
    pages: list[str]


@pytest.fixture(scope="module")
def case() -> Made:
    found = KB.read(ROOT / "examples" / "moutsopoulos-2014-1.yaml")
    assessment = KB.assess(found)
    made = pdf(html(build(KB, found, assessment, command="sjd report")))
    return Made(assessment, made, [page.extract_text() for page in read(made).pages])


def test_the_text_holds_every_conclusion_and_verdict(case: Made) -> None:
    told = words("".join(case.pages))
    conclusions = case.assessment.conclusions()
    assert [name for name in conclusions if words(KB.rules[name].label) not in told] == []
    for name in ("acr-eular-2016", "acr-2012"):
        value = conclusions[f"classification/{name}"]
        assert words(f"{value['score' if 'score' in value else 'count']['low']} to") in told


@pytest.mark.parametrize("name", ["profile-axis1_dominant", "profile-axis3_dominant"])
def test_page_one_is_one_page(name: str) -> None:
    """The fullest of the examples: everything above the first page break fits on one sheet."""
    found = KB.read(ROOT / "examples" / f"{name}.yaml")
    report = build(KB, found, KB.assess(found))
    first = next(at for at, block in enumerate(report.blocks) if isinstance(block, NewPage))
    assert len(read(pdf(html(report._replace(blocks=report.blocks[:first])))).pages) == 1


def test_it_is_tagged_and_says_its_language_and_title(case: Made) -> None:
    root = read(case.data).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    kinds, alternatives = tags(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/H3", "/P", "/L", "/LI", "/Table", "/TR", "/TH", "/TD", "/Figure"} <= kinds
    assert alternatives
    assert all("met" in each or len(each) > 20 for each in alternatives), "a figure is told in words"
    assert read(case.data).metadata.title.startswith("Case moutsopoulos")
    assert read(case.data).outline, "headings make an outline"


def tags(root: Any) -> tuple[set[str], list[str]]:
    """The kinds of structure elements, and the alternative text of each figure."""
    kinds, alternatives = set(), []
    waiting = [root]
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, list):
            waiting += [each for each in element if not isinstance(each, int)]
            continue
        if element.get("/S"):
            kinds.add(str(element["/S"]))
        if element.get("/S") == "/Figure":
            alternatives.append(str(element.get("/Alt", "")))
        below = element.get("/K")
        if below is not None and not isinstance(below, int):
            waiting.append(below)
    return kinds, alternatives


def test_the_footer_and_the_number_stand_on_every_page(case: Made) -> None:
    for number, told in enumerate(case.pages, 1):
        assert f"{number} / {len(case.pages)}" in told
        assert "not a diagnosis" in " ".join(told.split())


def test_the_same_report_gives_the_same_bytes() -> None:
    page = html(report("Label"))
    assert pdf(page) == pdf(page)


def test_nothing_is_fetched_and_no_file_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    secret = tmp_path / "secret.png"
    secret.write_bytes(b"not a picture")
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    outside = (
        f'<img src="{secret.as_uri()}" alt="a"><img src="https://example.org/x.png" alt="b">'
        '<p style="background: url(https://example.org/y.png)">kept</p>'
    )
    page = html(report("Label")).replace("<main", f"{outside}<main", 1)
    assert "kept" in text(pdf(page))
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("hostile", AT_ONCE)
def test_hostile_texts_stay_text(hostile: str) -> None:
    made = pdf(html(report(hostile)))
    for key in (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/OpenAction", b"/AA "):
        assert key not in made
    links = [
        note.get_object()["/A"].get("/URI")
        for page in read(made).pages
        for note in page.get("/Annots", [])
        if "/A" in note.get_object()
    ]
    assert [link for link in links if link] == []
    assert "notadiagnosis" in text(made)


def test_without_its_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(MissingExtra, match=r"WeasyPrint.*Pango.*sjogren-kb\[report\]"):
        pdf(html(report("Label")))


def test_another_page_is_refused() -> None:
    with pytest.raises(ValueError, match="not a page that this project wrote"):
        pdf("<!DOCTYPE html><p>one<p>two")
