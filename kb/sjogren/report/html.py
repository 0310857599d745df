"""A report as one HTML file: no script, nothing loaded from elsewhere, folds that open by keyboard and on paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources

from sjogren.proof.told import Step, places
from sjogren.report import english
from sjogren.report.blocks import (
    Block,
    Bullets,
    Field,
    Fold,
    Form,
    Heading,
    NewPage,
    Paragraph,
    Picture,
    Report,
    Rows,
    Sources,
    Steps,
)
from sjogren.report.plain import css_string
from sjogren.report.steps_words import basis

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
LISTED = 2
"""The level of the headings that the contents list."""
OPEN_DOWN_TO = 2
"""How deep the steps of a proof stand open once its fold is opened."""


def html(report: Report) -> str:
    """The whole report as one page, ending with a line break."""
    style = resources.files("sjogren.report").joinpath("report.css").read_text(encoding="utf-8")
    writer = _Writer()
    body = "\n".join(writer.blocks(report.blocks))
    contents = "".join(f'<li><a href="#{name}">{escape(text)}</a></li>' for name, text in writer.contents)
    footer = "".join(f"<p>{escape(line)}</p>" for line in report.footer)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(report.language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(report.title)}</title>\n<style>\n{style}{_running(report)}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#report">{escape(english.LANDMARKS["skip"])}</a>\n'
        f'<nav aria-label="{escape(english.LANDMARKS["contents"])}"><ul>{contents}</ul></nav>\n'
        f'<main id="report">\n{body}\n</main>\n<footer>{footer}</footer>\n</body>\n</html>\n'
    )


def _running(report: Report) -> str:
    """The foot of every page on paper."""
    return f"@page {{ @bottom-left {{ content: {css_string(' · '.join(report.footer))}; }} }}\n"


def _links(cites: Sequence[int]) -> str:
    """Numbers of sources, each a link to its place in the list."""
    return " ".join(f'<a href="#source-{place}">({place})</a>' for place in cites)


class _Writer:
    """Writes blocks one after another, and collects what the contents list: the headings below the title."""

    def __init__(self) -> None:
        self.contents: list[tuple[str, str]] = []
        self.under = ""
        """The heading that a table stands under, which names it."""

    def blocks(self, blocks: Sequence[Block]) -> Iterator[str]:
        """The blocks; what follows a page break starts a section that begins a page."""
        for block in blocks:
            yield self.block(block)

    def block(self, block: Block) -> str:
        """One block."""
        if isinstance(block, Heading):
            return self.heading(block)
        if isinstance(block, Paragraph):
            return f"<p>{escape(block.text)}</p>"
        if isinstance(block, Bullets):
            return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in block.items)}</ul>"
        if isinstance(block, Rows):
            return self.table(block)
        if isinstance(block, Picture):
            return self.picture(block)
        if isinstance(block, Steps):
            return f'<div class="steps" id="{escape(block.name)}">{self.steps(block.steps, 0)}</div>'
        if isinstance(block, Fold):
            return self.fold(block)
        if isinstance(block, Form):
            fields = "".join(self.field(field) for field in block.fields)
            return f'<section class="form"><h3>{escape(block.title)}</h3><dl>{fields}</dl></section>'
        if isinstance(block, Sources):
            return self.sources(block)
        assert isinstance(block, NewPage)
        return '<div class="page"></div>'

    def heading(self, block: Heading) -> str:
        """A heading; those that the contents list can be linked to."""
        self.under = block.text
        if block.level != LISTED:
            return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
        name = f"section-{len(self.contents) + 1}"
        self.contents.append((name, block.text))
        return f'<h{block.level} id="{name}">{escape(block.text)}</h{block.level}>'

    def table(self, block: Rows) -> str:
        """A table; the first cell of a row is its heading."""
        header = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in block.header)
        rows = "".join(
            f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
            for row in block.rows
        )
        named = f"<caption>{escape(self.under)}</caption>" if self.under else ""
        label = f' aria-label="{escape(self.under)}"' if self.under else ""
        table = f"<table>{named}<thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table>"
        return f'<div class="wide" role="group" tabindex="0"{label}>{table}</div>'

    def picture(self, block: Picture) -> str:
        """A picture, and what it shows in words behind a fold that paper leaves out."""
        lines = "".join(f"<li>{escape(line)}</li>" for line in block.text)
        words = (
            f'<details class="words"><summary>{escape(english.LANDMARKS["words"])}</summary><ul>{lines}</ul></details>'
        )
        caption = f"<figcaption>{escape(block.title)}</figcaption>"
        return f'<figure id="{escape(block.name)}">{block.svg}{caption}{words}</figure>'

    def fold(self, block: Fold) -> str:
        """Blocks behind their summary, whose first sentence is set apart."""
        head, _, rest = block.summary.partition(". ")
        said = f"<strong>{escape(head)}{'.' if rest else ''}</strong> {escape(rest)}".rstrip()
        opened = " open" if block.open else ""
        inner = "\n".join(self.blocks(block.blocks))
        return f'<details class="fold"{opened}><summary>{said}</summary>\n{inner}\n</details>'

    def steps(self, steps: Sequence[Step], depth: int) -> str:
        """The steps at one depth, each with those that it rests on below it."""
        parts = []
        for at, step in enumerate(steps):
            if step.depth != depth:
                continue
            below = []
            for other in steps[at + 1 :]:
                if other.depth <= depth:
                    break
                below.append(other)
            said = self.step(step, linked=not below)
            if below:
                opened = " open" if depth < OPEN_DOWN_TO else ""
                inner = self.cites(step) + self.steps(below, depth + 1)
                parts.append(
                    f'<li class="{step.kind}"><details{opened}><summary>{said}</summary>{inner}</details></li>'
                )
            else:
                parts.append(f'<li class="{step.kind}">{said}</li>')
        return f"<ul>{''.join(parts)}</ul>"

    def cites(self, step: Step) -> str:
        """The links to the sources of a step that folds: a line that opens a fold may hold no link."""
        if step.basis is None or not step.basis.cites:
            return ""
        return f'<p class="cites">{escape(english.SOURCES)}: {_links(step.basis.cites)}</p>'

    def step(self, step: Step, *, linked: bool) -> str:
        """One step: mark, sentence, and in small print its rule, clause and sources."""
        mark, word = english.MARKS[step.kind]
        found = ""
        if step.basis:
            links = _links(step.basis.cites) if linked else places(step.basis.cites)
            inner = escape(basis(step.basis, cites=False).removeprefix("[").removesuffix("]"))
            told = " ".join(part for part in (inner, links) if part)
            found = f" <small>[{told}]</small>" if told else ""
        return f'<span class="mark" title="{word}">{mark}</span> {escape(step.text)}{found}'

    def field(self, field: Field) -> str:
        """One thing to fill in by hand."""
        if field.choices:
            given = "".join(f'<span class="choice">☐ {escape(choice)}</span>' for choice in field.choices)
        else:
            given = '<span class="line"></span>' * field.lines
        return f"<div><dt>{escape(field.label)}</dt><dd>{given}</dd></div>"

    def sources(self, block: Sources) -> str:
        """The numbered list that steps link to."""
        items = "".join(
            f'<li id="source-{place}">{escape(source.work)}, {escape(source.locator)}</li>'
            for place, source in enumerate(block.sources, 1)
        )
        return f'<ol class="sources">{items}</ol>'
