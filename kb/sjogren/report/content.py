"""The content of a report: all that is said of one case, or of several for one meeting, in blocks for every form."""

from __future__ import annotations

from collections.abc import Iterator

from sjogren.assess.knowledge_base import Assessment, KnowledgeBase
from sjogren.model.case import Case
from sjogren.proof.steps import Source
from sjogren.report import english
from sjogren.report.blocks import Block, Fold, Heading, Paragraph, Report, Rows, Sources, Steps
from sjogren.report.content_answers import Answers
from sjogren.report.content_told import Told
from sjogren.rules.english import status_words


def build(knowledge_base: KnowledgeBase, case: Case, assessment: Assessment, *, command: str = "") -> Report:
    """The report of one case, about its last visit.

    command
        the command line that made it, for the reader to repeat; left out where it is empty.
    """
    cited: dict[Source, int] = {}
    told = Told(knowledge_base, case, assessment, cited)
    blocks = [*_case(told), *_sources(cited), *_about(told, command)]
    return Report(english.TITLE.format(case.id), english.LANGUAGE, tuple(blocks), _footer(told))


def _case(told: Told) -> Iterator[Block]:
    answers = Answers(told)
    yield Heading(1, english.TITLE.format(told.case.id))
    own, _ = told.sets()
    rows = []
    for name in own:
        value = told.conclusions[name]
        rows.append((told.short(name), answers.short(name), answers.scored(value)))
    yield Heading(2, english.VERDICTS)
    yield Rows((english.SET, english.VERDICT, english.SCORE), tuple(rows))
    yield Heading(2, english.PROOFS)
    yield Paragraph(marks())
    for name in told.conclusions:
        yield proof(told, answers, name)


def marks() -> str:
    """What the marks of the steps mean."""
    return english.MARKS_READ.format(", ".join(f"{mark} {word}" for mark, word in english.MARKS.values()))


def proof(told: Told, answers: Answers, name: str) -> Fold:
    """One conclusion: what it is in a sentence, and behind it its rule and its proof."""
    rule = told.rules[name]
    summary = f"{rule.label}: {answers.short(name)}. {answers.sentence(name)}"
    about = Paragraph(english.sentence(f"{rule.because} {english.sentence(status_words(rule))}"))
    return Fold(summary, (about, Steps(f"{told.prefix}{name.replace('/', '-')}", told.steps(name))))


def _sources(cited: dict[Source, int]) -> Iterator[Block]:
    yield Heading(2, english.SOURCES)
    yield Sources(tuple(cited))


def _about(told: Told, command: str) -> Iterator[Block]:
    known = told.data["knowledge_base"]
    yield Heading(2, english.ABOUT)
    yield Paragraph(english.INTENDED)
    yield Paragraph(english.VERSION.format(known["version"]) + ".")
    yield Paragraph(english.CONTENT.format(known["content_hash"]) + ".")
    yield Paragraph(english.CASE_DIGEST.format(told.case.digest) + ".")
    if command:
        yield Paragraph(english.COMMAND.format(command))


def _footer(told: Told) -> tuple[str, ...]:
    known = told.data["knowledge_base"]
    return (f"{english.TITLE.format(told.case.id)}, {english.VERSION.format(known['version'])}", english.SUBTITLE)
