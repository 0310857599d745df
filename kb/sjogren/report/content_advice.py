"""What would change the answers, and what to find out next."""

from __future__ import annotations

from collections.abc import Iterator

from sjogren.advice import Advice, Change, Finding, NextTest
from sjogren.report import english
from sjogren.report.blocks import Block, Bullets, Fold, Heading, Paragraph, Rows
from sjogren.report.content_answers import Answers
from sjogren.report.content_told import Told
from sjogren.rules.english import VERDICTS, fact_label

SETS, NOW, NAMES = 6, 3, 4
"""Sets listed of one change, recorded values told beside a finding, conclusions named of one test."""
LONG, ALONE = 180, 250
"""Letters of findings that a cell of page one takes, and of one set that stands alone in it."""
DECIDES = ("met", "not_met")


def in_short(told: Told, advice: Advice) -> Iterator[Block]:
    """For page one: what would decide each open set, and the tests in their order."""
    own, _ = told.sets()
    rows = []
    for name in own:
        if told.conclusions[name]["verdict"] == "undetermined":
            found = {each.becomes: each for each in advice.changes if each.conclusion == name and each.missing}
            cells = [_shortest(told, found[word]) if word in found else english.NO_SET for word in DECIDES]
            rows.append((told.short(name), *cells))
    yield Rows(english.SHORT_ROWS, tuple(rows)) if rows else Paragraph(english.NONE_OPEN)
    if advice.tests:
        tests = english.some([test.label for test in advice.tests], NAMES)
        yield Paragraph(english.NEXT_TESTS.format(tests))
    else:
        yield Paragraph(english.NOTHING_MISSING)


def _shortest(told: Told, each: Change) -> str:
    """The first sets of a change, as many as a cell takes, and how many are left; of a long one only its size."""
    told_of: list[str] = []
    for findings in each.sets:
        words = english.WITH.join(told.words(finding.text) for finding in findings)
        if len(english.OR.join([*told_of, words])) > (LONG if told_of else ALONE):
            break
        told_of.append(words)
    if not told_of:
        return english.TOGETHER.format(english.count(min(map(len, each.sets)), english.FINDING))
    left = len(each.sets) - len(told_of) + each.more
    more = english.OR + english.count(left, english.SET_OF) if left else ""
    return f"{english.OR.join(told_of)}{more}"


def changes(told: Told, answers: Answers, advice: Advice) -> Iterator[Block]:
    """What would give each conclusion another answer: the sets first, results of research aside."""
    own, others = told.sets()
    named = dict.fromkeys(each.conclusion for each in advice.changes)
    closed = [name for name in others if told.conclusions[name]["verdict"] == "entry_not_met"]
    first = [name for name in (*own, *others) if name in named and name not in closed]
    research = told.research()
    rest = [name for name in named if name not in {*first, *closed, *research}]
    yield Heading(2, english.CHANGES)
    yield Paragraph(english.CHANGES_NOTE)
    for name in (*first, *rest):
        yield change(told, answers, name, advice, opened=name in own)
    left = [each for each in advice.left_out if each.conclusion not in research]
    if left:
        reasons: dict[str, list[str]] = {}
        for each in left:
            reasons.setdefault(told.words(each.reason), []).append(told.short(each.conclusion))
        told_of = (english.LEFT_OUT.format("; ".join(names), reason) for reason, names in reasons.items())
        yield Fold(english.LEFT_OUT_HEAD, (Bullets(tuple(told_of)),))


def change(told: Told, answers: Answers, name: str, advice: Advice, *, opened: bool = False) -> Fold:
    """All that would change one conclusion."""
    mine = sorted((each for each in advice.changes if each.conclusion == name), key=_order)
    what = english.IT if "verdict" in told.conclusions[name] else english.THE_ANSWER
    blocks: list[Block] = []
    for each in mine:
        several = len(each.sets) + each.more > 1
        lead = (english.WITH_MISSING if each.missing else english.OTHERWISE)[several]
        blocks.append(Paragraph(lead.format(what, _answer(answers, name, each.becomes))))
        blocks.append(Bullets(tuple(_sets(told, each))))
    return Fold(english.CHANGE_HEAD.format(told.short(name), answers.main(name)), tuple(blocks), opened)


def _order(each: Change) -> int:
    """What decides a set stands before what shuts it."""
    return DECIDES.index(each.becomes) if each.becomes in DECIDES else len(DECIDES)


def _answer(answers: Answers, name: str, word: str) -> str:
    if word in VERDICTS:
        return VERDICTS[word]
    graded = answers.told.rules[name].kind == "Grade"
    return english.ON.get(word) or (english.GRADED.format(word) if graded else answers.answer(name, word))


def _sets(told: Told, each: Change) -> Iterator[str]:
    for findings in each.sets[:SETS]:
        yield english.sentence(english.AND.join(_finding(told, finding) for finding in findings))
    left = max(0, len(each.sets) - SETS) + each.more
    if left:
        yield english.sentence(english.MORE_SETS.format(english.count(left, english.SET_OF)))


def _finding(told: Told, finding: Finding) -> str:
    """One finding, with what is recorded of it now where that is little."""
    now = f" ({english.NOW.format(told.words(finding.now))})" if finding.now and finding.now.count(";") < NOW else ""
    return f"{told.words(finding.text)}{now}"


def next_tests(told: Told, advice: Advice) -> Iterator[Block]:
    """The tests that still matter, the first thing first; those that no longer do; what no test can settle."""
    yield Heading(2, english.NEXT)
    if advice.tests:
        yield Rows(english.TEST_ROWS, tuple(_row(told, at, test) for at, test in enumerate(advice.tests, 1)))
    else:
        yield Paragraph(english.NOTHING_MISSING)
    if advice.no_longer:
        yield Paragraph(english.NO_LONGER.format("; ".join(each.label for each in advice.no_longer)))
    if advice.unsettled:
        yield Paragraph(english.UNSETTLED)
        yield Bullets(
            tuple(
                english.sentence(f"{told.short(each.conclusion)}: {told.words(each.reason)}")
                for each in advice.unsettled
            )
        )


def _row(told: Told, at: int, test: NextTest) -> tuple[str, ...]:
    facts = english.domains("; ".join(fact_label(fact, told.vocabulary) for fact in test.facts))
    settles = "; ".join(told.short(name) for name in test.settles)
    others = [name for name in test.can_change if name not in test.settles]
    return (
        str(at),
        f"{test.label} ({test.burden_label})",
        facts,
        settles,
        "; ".join(told.short(name) for name in others),
    )
