"""A report as PDF, from its HTML: tagged for screen readers, folds open, page numbers and the footer on every page.

The page is made simpler before it is set: a proof becomes one flat list whose steps are indented, because the setting
of deeply nested folds takes most of the time. No sentence is changed.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from importlib import resources
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError, fromstring, tostring

from sjogren.assess.knowledge_base import uncollected
from sjogren.errors import MissingExtra
from sjogren.report.plain import clean, css_string

VARIANT = "pdf/ua-1"
SVG = "{http://www.w3.org/2000/svg}"
DEEPEST = 14
"""Depth from which the steps of a proof are not indented further."""
SHOWN = re.compile(r"\(shown (?:above|under “[^”]*”)\)$")
"""How a step ends that only points to where it was shown."""
TREE = "-tree"
"""How the name of a picture of a proof ends: the proof stands below it on paper, whole."""
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class _Step(NamedTuple):
    """A step of a proof: how deep, its sentence with its mark, and its rule and sources in brackets."""

    depth: int
    text: str
    basis: str


def pdf(html: str) -> bytes:
    """The PDF of a page that `sjogren.report.html` wrote.

    Nothing is fetched: what the page does not hold itself, it does not get. The same page gives the same bytes.

    Raises `ValueError` for another page, and `MissingExtra` where WeasyPrint or its Pango is missing.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):  # the latter where Pango is missing
        raise MissingExtra("WeasyPrint and the system's Pango library", "report") from None
    fetcher = URLFetcher(allowed_protocols=["data"], allow_redirects=False)
    with uncollected():
        root = _read(html)
        _simplify(root)
        page = HTML(string="<html></html>", base_url=None, url_fetcher=fetcher)
        page.etree_element.attrib.update(root.attrib)
        page.etree_element[:] = root[:]
        made: bytes = page.write_pdf(pdf_variant=VARIANT)
    return made


def _read(html: str) -> Element:
    """The page as a tree. It is XML but for a few elements without an end, and so read ten times faster than HTML.

    Raises `ValueError` for a page that is not of that kind.
    """
    closed = re.sub(r"<(meta|br|hr|img|link)\b([^>]*?)/?>", r"<\1\2/>", clean(html))
    spelled = re.sub(r"<details\b([^>]*) open>", r'<details\1 open="">', closed)
    try:
        return fromstring(spelled.partition("<!DOCTYPE html>")[2])  # noqa: S314 - this project's own page, no entities
    except ParseError as error:
        raise ValueError(f"not a page that this project wrote: {error}") from None


def _simplify(root: Element) -> None:
    """The page with the style of paper, and without what only a screen needs."""
    head, body = root.find("head"), root.find("body")
    assert head is not None
    assert body is not None
    for style in head.findall("style"):
        head.remove(style)
    style = Element("style")
    paper = resources.files("sjogren.report").joinpath("paper.css").read_text(encoding="utf-8")
    style.text = paper.replace('"FOOT"', css_string(_foot(body)))
    head.append(style)
    _plain(body, 1)


def _foot(body: Element) -> str:
    """What stands at the foot of every page; it is taken out of the page, as a text is set faster than an element."""
    footer = body.find("footer")
    if footer is None:
        return ""
    body.remove(footer)
    return " · ".join(" ".join(_text(part).split()) for part in footer)


def _plain(parent: Element, level: int) -> int:
    """Folds become headings with what follows them, proofs flat lists; gives the level of the last heading."""
    for child in list(parent):
        kinds = child.get("class", "").split()
        if "words" in kinds or "skip" in kinds or child.tag == "nav" or child.get("id", "").endswith(TREE):
            parent.remove(child)
        elif child.tag == f"{SVG}svg":
            parent[list(parent).index(child)] = _picture(child)
        elif "steps" in kinds:
            parent[list(parent).index(child)] = _flat(child)
        elif child.tag == "details":
            child.tag = "div"
            child.attrib.pop("open", None)
            summary = child.find("summary")
            if summary is not None:
                summary.tag = HEADINGS[min(level, len(HEADINGS) - 1)]
                summary.set("class", "fold")
            _plain(child, level + 1)
        elif child.tag in HEADINGS:
            if "fold" not in kinds:
                level = HEADINGS.index(str(child.tag)) + 1
        else:
            level = _plain(child, level)
    return level


def _picture(svg: Element) -> Element:
    """A drawing as an image apart, so that its parts are not styled as those of the page are; with its text."""
    title, told = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    words = ". ".join(part.text for part in (title, told) if part is not None and part.text)
    tail, svg.tail = svg.tail, None
    image = Element("img", {"alt": words, "src": f"data:image/svg+xml;base64,{b64encode(tostring(svg)).decode()}"})
    image.tail = tail
    return image


def _flat(steps: Element) -> Element:
    """A proof as one list; a step is indented by its depth."""
    flat = Element("ul", {"class": "steps", **({"id": str(steps.get("id"))} if steps.get("id") else {})})
    for depth, text, basis in _joined(list(_steps(steps, 0))):
        item = Element("li", {"class": f"d{min(depth, DEEPEST)}"} if depth else {})
        item.text = f"{text} "
        if basis:
            small = Element("small")
            small.text = basis
            item.append(small)
        flat.append(item)
    flat.tail = steps.tail
    return flat


def _joined(steps: list[_Step]) -> Iterator[_Step]:
    """The steps, where several in a row only point to what is shown above, these on one line: they need not be read."""
    waiting: list[str] = []
    for at, step in enumerate(steps):
        after = steps[at + 1] if at + 1 < len(steps) else _Step(-1, "", "")
        waiting.append(step.text)
        if not (after.depth == step.depth and SHOWN.search(step.text) and SHOWN.search(after.text)):
            yield step._replace(text="; ".join(waiting))
            waiting = []


def _steps(parent: Element, depth: int) -> Iterator[_Step]:
    """The steps below an element, in order."""
    for items in parent.findall("ul"):
        for item in items.findall("li"):
            fold = item.find("details")
            own = item if fold is None else fold.find("summary")
            if own is not None:
                told = "".join(f"{_text(part) if part.tag != 'small' else ''}{part.tail or ''}" for part in own)
                basis = "".join(_text(part) for part in own if part.tag == "small")
                yield _Step(depth, f"{own.text or ''}{told}".strip(), basis)
            if fold is not None:
                yield from _steps(fold, depth + 1)


def _text(element: Element) -> str:
    return "".join(element.itertext())
