"""A report in a real browser with the network blocked: nothing is asked for, folds open by keyboard, paper is whole."""

from __future__ import annotations

import io
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.report.conftest import EXAMPLES, Built
from tests.report.test_hostile import HOSTILE, report

import sjogren
from sjogren.report.blocks import Fold
from sjogren.report.content import build_pack
from sjogren.report.html import html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="no Chromium: install it (Debian: sudo apt install chromium) and run again"
)
PAGES = ("synthetic-response", "pack", "hostile")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    with sync.sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def files(kb: sjogren.KnowledgeBase, built: Built, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A report over several visits, a pack, and a report with hostile texts, as files."""
    folder = tmp_path_factory.mktemp("reports")
    cases = [kb.read(EXAMPLES / f"{name}.yaml") for name in ("civilibal-2007-1", "synthetic-undetermined")]
    reports = {
        "synthetic-response": built("synthetic-response"),
        "pack": build_pack(kb, [(case, kb.assess(case)) for case in cases], command="sjd report"),
        "hostile": report(kb, HOSTILE),
    }
    for name, made in reports.items():
        (folder / f"{name}.html").write_text(html(made), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in reports}


class Visit:
    """A tab without a network, that keeps what the console said and what was asked for."""

    def __init__(self, browser: Any, **options: Any) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page = browser.new_context(offline=True, **options).new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", self._dismissed)
        self.page.on("request", lambda request: self.asked.append(request.url))

    def _dismissed(self, dialog: Any) -> None:
        self.said.append(dialog.message)
        dialog.dismiss()

    def go(self, path: Path) -> Any:
        self.page.goto(path.as_uri())
        return self.page


@pytest.mark.parametrize("name", PAGES)
def test_a_report_opens_without_a_request_or_a_word_on_the_console(
    name: str, files: dict[str, Path], browser: Any
) -> None:
    visit = Visit(browser)
    page = visit.go(files[name])

    assert page.title()
    assert visit.said == []
    assert visit.asked == [files[name].as_uri()]
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert visit.said == []


@pytest.mark.parametrize("name", PAGES)
def test_a_report_fits_a_phone(name: str, files: dict[str, Path], browser: Any) -> None:
    page = Visit(browser, viewport={"width": 360, "height": 740}).go(files[name])
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_folds_open_and_close_by_keyboard(files: dict[str, Path], built: Built, browser: Any) -> None:
    page = Visit(browser).go(files["synthetic-response"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = 0
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            reached += 1
            shut = "!document.activeElement.parentElement.open"
            before = page.evaluate(shut)
            for key in ("Enter", "Space"):
                page.keyboard.press(key)
                assert page.evaluate(shut) is not before
                before = not before
        elif page.evaluate("document.activeElement === document.body"):
            break
    assert reached >= sum(isinstance(block, Fold) for block in built("synthetic-response").blocks)


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_serious_fault(name: str, files: dict[str, Path], browser: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = Visit(browser).go(files[name])
    if name != "pack":  # its folds are those of a single report; opened, they take axe half a minute
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

    faults = axe.Axe().run(page).response["violations"]
    grave = [each for each in faults if each["impact"] in {"serious", "critical"}]
    assert [(each["id"], each["help"], [node["html"][:200] for node in each["nodes"][:2]]) for each in grave] == []


FEW = 4
BELOW, ABOVE = 0.25, 0.7
"""How far letters reach below and above their line, in parts of their size."""
LINES = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    if (walk.currentNode.textContent.trim() && range.getClientRects().length) found.push(walk.currentNode.textContent);
  }
  return found;
}"""


def test_on_paper_every_fold_is_open_and_no_line_is_cut(files: dict[str, Path], browser: Any) -> None:
    pypdf = pytest.importorskip("pypdf", reason="the package pypdf is not installed")
    page = Visit(browser).go(files["synthetic-response"])
    page.emulate_media(media="print")
    shown = page.evaluate(LINES)
    reader = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4", print_background=True)))

    assert len(reader.pages) > 3
    printed = _letters("".join(map(_whole, reader.pages)))
    # A text that goes on over the edge of a page has the foot of that page within it, so short ones are looked for.
    assert [text for text in shown if len(text.split()) <= FEW and _letters(text) not in printed] == []


def _letters(text: str) -> str:
    """A text without white space, its ligatures taken apart."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _whole(sheet: Any) -> str:
    """The text of a page, every letter of which lies inside it."""
    height, width = float(sheet.mediabox.height), float(sheet.mediabox.width)

    def inside(text: str, matrix: list[float], text_matrix: list[float], _: Any, size: float) -> None:
        if not text.strip():
            return
        left = matrix[0] * text_matrix[4] + matrix[2] * text_matrix[5] + matrix[4]
        base = matrix[1] * text_matrix[4] + matrix[3] * text_matrix[5] + matrix[5]
        scale = abs(matrix[3] * text_matrix[3]) * size
        assert 0 < left < width, text
        assert scale * BELOW < base < height - scale * ABOVE, text

    return str(sheet.extract_text(visitor_text=inside))
