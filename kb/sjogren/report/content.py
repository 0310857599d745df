"""The content of a report: all that is said of one case, or of several for one meeting, in blocks for every form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sjogren.advice import advise
from sjogren.assess.knowledge_base import Assessment, KnowledgeBase
from sjogren.model.case import Case
from sjogren.proof.told import Source, Step
from sjogren.report import english
from sjogren.report.blocks import Block, Fold, Heading, NewPage, Paragraph, Picture, Report, Sources, Steps
from sjogren.report.content_advice import change, changes, next_tests
from sjogren.report.content_answers import Answers
from sjogren.report.content_basis import basis
from sjogren.report.content_end import about, agenda, decision, deeper, finished, footer, numbered
from sjogren.report.content_evidence import evidence
from sjogren.report.content_followup import follow_up
from sjogren.report.content_page import page_one
from sjogren.report.content_scores import scores
from sjogren.report.content_told import Told
from sjogren.report.pictures import tree
from sjogren.rules.english import status_words


def build(knowledge_base: KnowledgeBase, case: Case, assessment: Assessment, *, command: str = "") -> Report:
    """The report of one case, about its last visit.

    command
        the command line that made it, for the reader to repeat; left out where it is empty.
    """
    told = Told(knowledge_base, case, assessment, {})
    blocks = [*_case(told), *_end([told], command)]
    return finished(Report(english.TITLE.format(case.id), english.LANGUAGE, tuple(blocks), footer([told])))


def build_pack(knowledge_base: KnowledgeBase, cases: Sequence[tuple[Case, Assessment]], *, command: str = "") -> Report:
    """The reports of several cases for one meeting: a page with the agenda, the cases in order, sources once."""
    cited: dict[Source, int] = {}
    told_of = [
        Told(knowledge_base, case, assessment, cited, f"case-{at}-") for at, (case, assessment) in enumerate(cases, 1)
    ]
    blocks = list(agenda(told_of))
    for told in told_of:
        blocks += [NewPage(), *map(deeper, _case(told))]
    blocks += [NewPage(), *_end(told_of, command)]
    return finished(Report(english.PACK_TITLE, english.LANGUAGE, tuple(blocks), footer(told_of)))


def _case(told: Told) -> Iterator[Block]:
    """All that is said of one case."""
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
        yield proof(told, answers, name, drawing=name in own[:1])
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


def _end(told_of: Sequence[Told], command: str) -> Iterator[Block]:
    """The sources of all cases, and what the report is."""
    yield Heading(2, english.SOURCES)
    yield Sources(numbered(told_of[0].knowledge_base, told_of[0].cited))
    yield from about(told_of, command)


def marks() -> str:
    """What the marks of the steps mean."""
    return english.MARKS_READ.format(", ".join(f"{mark} {word}" for mark, word in english.MARKS.values()))


def proof(told: Told, answers: Answers, name: str, *, drawing: bool = False) -> Fold:
    """One conclusion: what it is in a sentence, and behind it its rule and its proof, with a drawing if asked for."""
    rule = told.rules[name]
    summary = f"{rule.label}: {answers.short(name)}. {answers.comment(name)}".rstrip()
    said = Paragraph(english.sentence(f"{rule.because} {english.sentence(status_words(rule))}"))
    label = f"{told.prefix}{name.replace('/', '-')}"
    steps = told.steps(name)
    drawn = (_drawn(told, name, label, steps),) if drawing else ()
    return Fold(summary, (said, *drawn, Steps(label, steps)))


def _drawn(told: Told, name: str, label: str, steps: tuple[Step, ...]) -> Picture:
    """The proof as a picture; its text is the steps themselves, which stand below it."""
    return tree(f"{label}-tree", english.TREE.format(told.short(name)), steps)._replace(text=(english.TREE_TEXT,))


def _flags(told: Told) -> Iterator[Block]:
    for flag in told.visit["flags"]:
        summary = english.FLAG_RAISED.format(told.flag_label(flag))
        yield Fold(summary, (Steps(f"{told.prefix}flag-{flag.replace('_', '-')}", told.steps(f"flag/{flag}")),))
