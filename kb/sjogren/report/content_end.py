"""The end of a report: the board's decision, the sources, and what this report is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sjogren.assess.knowledge_base import KnowledgeBase
from sjogren.proof.steps import Source
from sjogren.report import english
from sjogren.report.blocks import Block, Field, Form, Heading, Paragraph
from sjogren.report.content_told import Told


def decision() -> Form:
    """The box that the board fills in and signs."""
    fields = tuple(Field(label, lines, choices) for label, lines, choices in english.DECISION_FIELDS)
    return Form(english.DECISION, fields)


def numbered(knowledge_base: KnowledgeBase, cited: Mapping[Source, int]) -> tuple[Source, ...]:
    """The places that the steps cite, in order; a work is named in full where it is cited first."""
    first: dict[str, int] = {}
    found = []
    for source, place in cited.items():
        known = knowledge_base.works.get(source.work)
        reference = known.reference() if known else source.work
        at = first.setdefault(source.work, place)
        found.append(Source(reference if at == place else english.SAME_WORK.format(at), source.locator))
    return tuple(found)


def about(told: Told, command: str) -> Iterator[Block]:
    """What the report is for, and all that is needed to make it again."""
    known = told.data["knowledge_base"]
    yield Heading(2, english.ABOUT)
    yield Paragraph(english.INTENDED)
    lines = [
        english.VERSION.format(known["version"]),
        english.CONTENT.format(known["content_hash"]),
        english.CASE_DIGEST.format(told.case.digest),
    ]
    yield from (Paragraph(f"{line}.") for line in lines)
    if command:
        yield Paragraph(english.COMMAND.format(command))


def footer(told: Told) -> tuple[str, ...]:
    """What stands on every page."""
    known = told.data["knowledge_base"]
    return (
        english.TITLE.format(told.case.id),
        english.VERSION.format(known["version"]),
        english.CONTENT_SHORT.format(known["content_hash"].partition(":")[2][:SHOWN]),
        english.CASE_SHORT.format(told.case.digest.partition(":")[2][:SHOWN]),
        english.SUBTITLE,
    )


SHOWN = 12
"""Digits of a digest that tell it from others at a glance; the whole of it stands at the end."""
