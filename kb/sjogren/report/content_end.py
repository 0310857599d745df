"""The end of a report: the board's decision, the sources, and what this report is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sjogren.assess.knowledge_base import KnowledgeBase
from sjogren.proof.told import Source
from sjogren.report import english
from sjogren.report.blocks import Block, Field, Form, Heading, Paragraph, Picture, Report, Rows
from sjogren.report.content_answers import OPEN_ANSWERS, Answers
from sjogren.report.content_page import dominance, who
from sjogren.report.content_scores import DOMINANCE
from sjogren.report.content_told import Told
from sjogren.report.plain import one_line


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


def about(told_of: Sequence[Told], command: str) -> Iterator[Block]:
    """What the report is for, and all that is needed to make it again."""
    known = told_of[0].data["knowledge_base"]
    yield Heading(2, english.ABOUT)
    yield Paragraph(english.INTENDED)
    yield Paragraph(f"{english.SOFTWARE.format(known['version'])}. {english.CONTENT.format(known['content_hash'])}.")
    for told in told_of:
        yield Paragraph(f"{english.CASE_DIGEST.format(told.case.id, told.case.digest)}.")
    yield Paragraph(english.DIGEST_COVERS)
    if command:
        yield Paragraph(english.COMMAND.format(command))


def footer(told_of: Sequence[Told]) -> tuple[str, ...]:
    """What stands on every page."""
    known = told_of[0].data["knowledge_base"]
    lines = [english.VERSION.format(known["version"]), english.CONTENT_SHORT.format(_short(known["content_hash"]))]
    if len(told_of) == 1:
        case = told_of[0].case
        lines = [english.TITLE.format(case.id), *lines, english.CASE_SHORT.format(_short(case.digest))]
    else:
        lines = [english.PACK_TITLE, *lines]
    return (*map(one_line, lines), english.SUBTITLE)


def _short(digest: str) -> str:
    """The first digits of a digest, which tell it from others at a glance; the whole of it stands at the end."""
    return digest.partition(":")[2][:SHOWN]


SHOWN = 12


def agenda(told_of: Sequence[Told]) -> Iterator[Block]:
    """The first page of a pack: the cases in their order, with who, what is open, and the flags."""
    yield Heading(1, english.PACK_TITLE)
    yield Paragraph(english.AGENDA.format(english.count(len(told_of), english.CASE_WORD)))
    yield Rows(english.AGENDA_ROWS, tuple(_item(at, told) for at, told in enumerate(told_of, 1)))


def _item(at: int, told: Told) -> tuple[str, ...]:
    answers = Answers(told)
    own, _ = told.sets()
    by_answer: dict[str, list[str]] = {}
    for name in own:
        by_answer.setdefault(answers.short(name), []).append(told.short(name))
    verdicts = "; ".join(f"{answer}: {', '.join(names)}" for answer, names in by_answer.items())
    flags = "; ".join(told.flag_label(flag) for flag in told.visit["flags"]) or english.NONE
    open_ = told.conclusions.get(DOMINANCE, {}).get("value") in OPEN_ANSWERS
    axes = english.NOT_DECIDED_YET if open_ else dominance(told, answers)
    return (str(at), told.case.id, who(told), verdicts, axes, flags)


def deeper(block: Block) -> Block:
    """A block of a case as it stands in a pack, whose headings lie one level deeper."""
    return block._replace(level=block.level + 1) if isinstance(block, Heading) else block


def finished(report: Report) -> Report:
    """The report with every text fit for a document: no control characters, no marks that turn the writing."""
    return Report(one_line(report.title), report.language, tuple(map(_fit, report.blocks)), report.footer)


def _fit(value: Any) -> Any:
    if isinstance(value, Picture):
        return value._replace(title=one_line(value.title), text=tuple(map(one_line, value.text)))
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, tuple):
        parts = [_fit(part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value
