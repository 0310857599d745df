"""The content of a report: all that is said of one case, or of several for one meeting, in blocks for every form."""

from __future__ import annotations

from collections.abc import Iterator

from sjogren.advice import advise
from sjogren.assess.knowledge_base import Assessment, KnowledgeBase
from sjogren.model.case import Case
from sjogren.proof.steps import Source
from sjogren.report import english
from sjogren.report.blocks import Block, Fold, Heading, NewPage, Paragraph, Report, Sources, Steps
from sjogren.report.content_advice import change, changes, next_tests
from sjogren.report.content_answers import Answers
from sjogren.report.content_basis import basis
from sjogren.report.content_end import about, decision, footer, numbered
from sjogren.report.content_evidence import evidence
from sjogren.report.content_followup import follow_up
from sjogren.report.content_page import page_one
from sjogren.report.content_scores import scores
from sjogren.report.content_told import Told
from sjogren.rules.english import status_words


def build(knowledge_base: KnowledgeBase, case: Case, assessment: Assessment, *, command: str = "") -> Report:
    """The report of one case, about its last visit.

    command
        the command line that made it, for the reader to repeat; left out where it is empty.
    """
    cited: dict[Source, int] = {}
    told = Told(knowledge_base, case, assessment, cited)
    blocks = [
        *_case(told),
        Heading(2, english.SOURCES),
        Sources(numbered(knowledge_base, cited)),
        *about(told, command),
    ]
    return Report(english.TITLE.format(case.id), english.LANGUAGE, tuple(blocks), footer(told))


def _case(told: Told) -> Iterator[Block]:
    answers = Answers(told)
    advice = advise(told.knowledge_base, told.case, told.assessment)
    yield from page_one(told, answers, advice)
    yield NewPage()
    yield from changes(told, answers, advice)
    yield from next_tests(told, advice)
    own, _ = told.sets()
    yield from scores(told, answers, own)
    research = told.research()
    yield Heading(2, english.PROOFS)
    yield Paragraph(marks())
    for name in [*own, *(name for name in told.conclusions if name not in {*own, *research})]:
        yield proof(told, answers, name)
    yield from _flags(told)
    yield from evidence(told)
    yield from basis(told)
    yield from follow_up(told, answers)
    if research:
        yield Heading(2, english.RESEARCH)
        yield Paragraph(english.RESEARCH_NOTE)
        changed = {each.conclusion for each in advice.changes}
        for name in research:
            yield proof(told, answers, name)
            if name in changed:
                yield change(told, answers, name, advice)
    yield decision()


def marks() -> str:
    """What the marks of the steps mean."""
    return english.MARKS_READ.format(", ".join(f"{mark} {word}" for mark, word in english.MARKS.values()))


def proof(told: Told, answers: Answers, name: str) -> Fold:
    """One conclusion: what it is in a sentence, and behind it its rule and its proof."""
    rule = told.rules[name]
    summary = f"{rule.label}: {answers.short(name)}. {answers.sentence(name)}"
    said = Paragraph(english.sentence(f"{rule.because} {english.sentence(status_words(rule))}"))
    return Fold(summary, (said, Steps(f"{told.prefix}{name.replace('/', '-')}", told.steps(name))))


def _flags(told: Told) -> Iterator[Block]:
    for flag in told.visit["flags"]:
        summary = english.FLAG_RAISED.format(told.flag_label(flag))
        yield Fold(summary, (Steps(f"{told.prefix}flag-{flag.replace('_', '-')}", told.steps(f"flag/{flag}")),))
