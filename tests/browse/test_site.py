"""The static site: everything has a page, no link is dead, nothing comes from outside, a browser is content."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

import sjogren
from sjogren._resources import data
from sjogren.browse.record import Record
from sjogren.browse.site import MARK, NotASite, write_site

pytest.importorskip("jinja2", reason="the extra `browse` is not installed")
pytestmark = pytest.mark.long

KB = sjogren.open()


class Seen(HTMLParser):
    """What a page links to, loads and names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if found.get("id"):
            self.ids.add(str(found["id"]))
        target = found.get("href") or found.get("src") or found.get("action")
        if target:
            (self.links if tag == "a" else self.loads).append(target)

    def count(self, tag: str) -> int:
        return sum(found == tag for found, _ in self.tags)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("browse") / "site"
    write_site(out, KB.knowledge)
    return out


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Seen]:
    return {path: Seen(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}


def test_every_rule_part_fact_term_source_and_endpoint_has_its_page(site: Path) -> None:
    record = Record(data("rules"), data("ontology"))
    for rule in KB.rules:
        assert (site / "rule" / f"{rule}.html").is_file(), rule
    known = {"fact": KB.vocabulary.facts, "endpoint": KB.vocabulary.endpoints, "procedure": KB.vocabulary.procedures}
    for folder, names in known.items():
        for name in names:
            assert (site / folder / f"{name}.html").is_file() or "." in name, name
    assert len(record.of_kind("term")) == len(list((site / "term").glob("*.html"))) - 1
    assert len(record.of_kind("source")) == len(list((site / "source").glob("*.html"))) - 1


def test_no_link_is_dead(site: Path, pages: dict[Path, Seen]) -> None:
    for path, seen in pages.items():
        for link in (*seen.links, *seen.loads):
            parts = urlsplit(link)
            if parts.scheme in {"http", "https", "data"}:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), f"{path.relative_to(site)}: {link}"
            if parts.fragment:
                assert parts.fragment in pages[target].ids, f"{path.relative_to(site)}: {link}"


def test_nothing_is_loaded_from_outside(pages: dict[Path, Seen]) -> None:
    for path, seen in pages.items():
        assert not [load for load in seen.loads if urlsplit(load).scheme not in {"", "data"}], path


def test_links_go_both_ways(site: Path, pages: dict[Path, Seen]) -> None:
    rule, fact = site / "rule/classification/acr-eular-2016/schirmer.html", site / "fact/schirmer_test.html"
    assert "../../../fact/schirmer_test.html" in pages[rule].links
    assert "../rule/classification/acr-eular-2016/schirmer.html" in pages[fact].links
    procedure = site / "procedure/tear_secretion.html"
    assert "../fact/schirmer_test.html" in pages[procedure].links
    assert "../procedure/tear_secretion.html" in pages[fact].links


def test_every_page_can_be_read_by_keyboard_and_by_ear(pages: dict[Path, Seen]) -> None:
    for path, seen in pages.items():
        kinds = dict(seen.tags)
        assert kinds["html"].get("lang") == "en", path
        assert seen.count("h1") == seen.count("main") == 1, path
        assert seen.count("title") >= 1, path
        assert seen.links[0] == "#main", path
        labelled = {found.get("for") for tag, found in seen.tags if tag == "label"}
        assert all(found.get("id") in labelled for tag, found in seen.tags if tag == "input"), path
        assert all(found.get("aria-label") for tag, found in seen.tags if tag == "svg"), path
        levels = [int(tag[1]) for tag, _ in seen.tags if tag in {"h1", "h2", "h3"}]
        assert all(after <= before + 1 for before, after in pairwise(levels)), path


def test_a_site_is_replaced_and_any_other_folder_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(NotASite):
        write_site(other, KB.knowledge)
    assert [path.name for path in other.iterdir()] == ["thesis.txt"]

    again = tmp_path / "again"
    again.mkdir()
    (again / MARK).write_text("")
    (again / "old.html").write_text("")
    write_site(again, KB.knowledge)
    assert (again / "index.html").is_file()
    assert not (again / "old.html").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "other"]


# -- in a real browser, with the network blocked ---------------------------------------------------------------------

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
in_a_browser = pytest.mark.skipif(
    not CHROMIUM, reason="no Chromium: install it (Debian: sudo apt install chromium) and run again"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    with sync.sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


class Visit:
    """A tab without a network, that keeps what the console said and what was asked for."""

    def __init__(self, browser: Any, **options: Any) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        context = browser.new_context(offline=True, **options)
        self.page = context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def go(self, path: Path, query: str = "") -> Any:
        self.page.goto(path.as_uri() + query)
        return self.page


@in_a_browser
def test_every_kind_of_page_opens_without_a_console_error_or_a_request_outside(site: Path, browser: Any) -> None:
    visit = Visit(browser)
    shown = [site / "index.html", site / "map.html", site / "ontology.html", site / "search.html"]
    for folder in sorted(path for path in site.iterdir() if path.is_dir()):
        shown += sorted(folder.rglob("*.html"))[:3]
    for path in shown:
        page = visit.go(path)
        assert page.title(), path
        wide = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert wide, f"{path} scrolls sideways"
    assert visit.said == []
    assert all(url.startswith((site.as_uri(), "data:")) for url in visit.asked)


@in_a_browser
def test_pages_fit_a_phone(site: Path, browser: Any) -> None:
    visit = Visit(browser, viewport={"width": 360, "height": 740})
    for name in ("index", "map", "rule/classification/acr-eular-2016", "fact/schirmer_test", "source/index"):
        page = visit.go(site / f"{name}.html")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name


@in_a_browser
@pytest.mark.parametrize(
    ("asked", "first"),
    [("schirmer", "Schirmer"), ("sjogrens syndrome", "Sjögren disease"), ("10.1136/annrheumdis-2016-210571", "2016")],
)
def test_search_finds_by_any_name(site: Path, browser: Any, asked: str, first: str) -> None:
    page = Visit(browser).go(site / "search.html", f"?q={asked}")
    assert first in page.locator("#found a").first.inner_text()


@in_a_browser
def test_search_says_when_it_finds_nothing_and_shows_words_as_words(site: Path, browser: Any) -> None:
    visit = Visit(browser)
    page = visit.go(site / "search.html", "?q=%3Cimg%20src=x%20onerror=alert(1)%3E")
    assert page.inner_text("#told").startswith("No pages for “<img")
    assert page.locator("#told img").count() == 0


@in_a_browser
def test_the_keyboard_reaches_the_content_and_the_search(site: Path, browser: Any) -> None:
    page = Visit(browser).go(site / "index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash === '#main'")
    page.focus("#q")
    page.keyboard.type("focus score")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=focus+score")
    assert page.locator("#found a").count() > 0
