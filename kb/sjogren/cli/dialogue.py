"""A dialogue that asks for what can still matter, the best question first, until nothing can or the user stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

import click

from sjogren.assess.knowledge_base import KnowledgeBase
from sjogren.cli.safe import safe
from sjogren.cli.tables import wrapped
from sjogren.errors import InputError
from sjogren.facts.answers import NOT_DONE, WHOLES, how_to_answer, missing, node_of
from sjogren.facts.casefile import SEXES, read_case
from sjogren.facts.draft import new_draft, typed, with_value
from sjogren.facts.resolve import resolve
from sjogren.model.case import Case
from sjogren.model.vocabulary import FactDef

WHY, BACK, SKIP, STOP = "?", "back", "skip", "stop"
MANUAL = """\
Enter alone: not known · not done: this was not done · ?: why it is asked · back: take back the last answer
skip: nothing more is known of this test · stop, or Ctrl-C: save what was answered, and end"""


PROMPT = "> "
STAND_INS = ("1", "unknown")
"""An age and a sex with which an answer before them is read; neither is kept unless it is what the user says."""


class Test(Protocol):
    """A test that can still change something: what the dialogue reads of an advice."""

    @property
    def id(self) -> str:
        """Its name in the ontology."""

    @property
    def label(self) -> str:
        """Its label."""

    @property
    def burden_label(self) -> str:
        """The label of its class of burden."""

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts of it that still matter."""

    @property
    def settles(self) -> tuple[str, ...]:
        """Conclusions that it can settle alone."""

    @property
    def can_change(self) -> tuple[str, ...]:
        """Conclusions that it can change."""


Advise = Callable[[Case], Sequence[Test]]
"""The tests that can still change something about the last visit, the best one first."""


class Stopped(Exception):
    """The user ends the dialogue."""


class Question(NamedTuple):
    """One thing to ask: a fact at one side, found out by a test."""

    fact: FactDef
    side: str
    test: Test


class State(NamedTuple):
    """How far the dialogue is: the case as text and as read, what was asked, and what was asked then."""

    text: str
    case: Case
    asked: frozenset[tuple[str, str]] = frozenset()
    skipped: frozenset[str] = frozenset()
    question: Question | None = None


class Dialogue:
    """One dialogue. ``ask`` gives the next line that the user types, ``tell`` shows one."""

    def __init__(
        self,
        knowledge_base: KnowledgeBase,
        advise: Advise,
        ask: Callable[[str], str],
        tell: Callable[[str], None],
        file: str = "<case>",
    ) -> None:
        self.knowledge_base, self.vocabulary = knowledge_base, knowledge_base.vocabulary
        self.advise, self.ask, self.tell, self.file = advise, ask, tell, file
        self.order = {name: place for place, name in enumerate(self.vocabulary.facts)}
        self.states: list[State] = []
        """Every state so far, the present one last; none before the patient is known."""

    @property
    def text(self) -> str:
        """The case file as it is now; empty before the patient is known."""
        return self.states[-1].text if self.states else ""

    @property
    def answers(self) -> int:
        """How many answers were given that were not taken back."""
        return max(0, len(self.states) - 1)

    def go_on_with(self, text: str) -> None:
        """Start from a case file; raises `InputError` when it is invalid."""
        self.states = [State(text, self._read(text))]

    # -- who it is ----------------------------------------------------------------------------------------------------

    def introduce(self) -> None:
        """Ask who the patient is; raises `Stopped` when the user ends it before."""
        asked = (
            ("identifier", "any text; never a name or a birth date"),
            ("age", "years, at the first visit; 3 months are 0.25"),
            ("sex", " | ".join(SEXES)),
        )
        given: list[str] = []
        while len(given) < len(asked):
            self._head(*asked[len(given)])
            answer = self.ask(PROMPT)
            if answer == STOP:
                raise Stopped
            if answer == WHY:
                self._say("It heads every case file, and what is asked next depends on it.")
            elif answer == BACK:
                given = given[:-1]
                self.states = []
            elif case := self._valid(_begun([*given, answer])):
                given.append(answer)
                self.states = [State(_begun(given), case)] if len(given) > 1 else []

    # -- what is asked ------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Ask until nothing that is not known can matter; raises `Stopped` when the user ends it."""
        questions = self.questions()
        while questions:
            state = self.states[-1]
            question = self._next(questions, state.question)
            number = len({each.fact.name for each in questions})
            self._show(question, number)
            while not self._answered(question, questions, self.ask(PROMPT)):
                pass
            if self.states[-1] is not state:
                questions = self.questions()

    def questions(self) -> list[Question]:
        """What can still matter and was not asked, in the order of the advice."""
        state = self.states[-1]
        chosen = resolve(state.case, len(state.case.visits) - 1, self.vocabulary).chosen
        found: dict[tuple[str, str], Question] = {}
        for test in self.advise(state.case):
            if test.id in state.skipped:
                continue
            for fact in self.facts(test):
                members = [f"{fact.name}.{member}" for member in fact.members] or [fact.name]
                values = {
                    side: [chosen[name, side].value for name in members if (name, side) in chosen]
                    for side in fact.sides
                }
                blank = [
                    side for side in fact.sides if sum(each.value is not None for each in values[side]) < len(members)
                ]
                was_asked = any((fact.name, side) in state.asked for side in fact.sides)
                for side in blank or (() if was_asked else fact.sides):
                    not_done = any(each.value is None and each.as_stated == NOT_DONE for each in values[side])
                    if (fact.name, side) not in state.asked and not not_done:
                        found.setdefault((fact.name, side), Question(fact, side, test))
        return list(found.values())

    def facts(self, test: Test) -> Iterator[FactDef]:
        """The facts that a test is asked for, in the order of a case file; of a list that is complete the whole."""
        for name in sorted(test.facts, key=self.order.__getitem__):
            whole = self.vocabulary.facts.get(name.partition(".")[0])
            yield whole if whole and whole.type in WHOLES else self.vocabulary.facts[name]

    def _next(self, questions: Sequence[Question], again: Question | None) -> Question:
        """The question that was taken back, else another side of the fact asked last, else the best one."""
        if again:
            for each in questions:
                if (each.fact.name, each.side) == (again.fact.name, again.side):
                    return each
        asked = self.states[-2].question if len(self.states) > 1 else None
        sides = [each for each in questions if asked and each.fact.name == asked.fact.name]
        return sides[0] if sides else questions[0]

    # -- what is answered ---------------------------------------------------------------------------------------------

    def _answered(self, question: Question, questions: Sequence[Question], answer: str) -> bool:
        """Take an answer; False when the same is to be asked once more."""
        if answer == STOP:
            raise Stopped
        if answer == WHY:
            self._why(question)
            return False
        if answer == BACK:
            return self._back()
        state = self.states[-1]
        several = [question]
        if answer == SKIP:
            several = [each for each in questions if each.test.id == question.test.id]
        new = state.text
        for each in several:
            value = typed(NOT_DONE) if answer == SKIP else node_of(each.fact, answer)
            new = with_value(new, each.fact, each.side, value)
        case = self._valid(new)
        if case is None:
            self._say(f"Expected: {how_to_answer(question.fact, self.vocabulary)}. Enter alone: not known.")
            return False
        self.states[-1] = state._replace(question=question)
        asked = state.asked | {(each.fact.name, each.side) for each in several}
        skipped = state.skipped | ({question.test.id} if answer == SKIP else set())
        self.states.append(State(new, case, asked, skipped))
        others = (
            each for each in questions if each.test.id == question.test.id and each.fact.name != question.fact.name
        )
        if missing(answer) == NOT_DONE and any(others):
            self._say(f"skip leaves out all else of this test ({question.test.label}).")
        return True

    def _back(self) -> bool:
        if len(self.states) == 1:
            self._say("There is no answer to take back.")
            return False
        self.states.pop()
        return True

    def _read(self, text: str) -> Case:
        """The case that a text is; raises `InputError` also where totals and items do not agree."""
        case = read_case(text, self.vocabulary, self.file)
        self.knowledge_base.derived(case)
        return case

    def _valid(self, text: str) -> Case | None:
        """The case that a text is; None when it is invalid, and what is wrong is said."""
        try:
            return self._read(text)
        except InputError as error:
            for finding in error.findings:
                self._say(f"{finding.message} {finding.hint}".strip())
            return None

    # -- what is shown ------------------------------------------------------------------------------------------------

    def _show(self, question: Question, number: int) -> None:
        count = f"{number} question{'s' if number != 1 else ''} can still matter"
        self.tell("")
        self.tell(click.style(f"{count} · {question.test.label} ({question.test.burden_label})", dim=True))
        side = f", {question.side.replace('_', ' ')}" if question.side else ""
        eye = f" {question.fact.laterality}" if question.fact.laterality == "eye" else ""
        self._head(f"{question.fact.label}{side}{eye}", how_to_answer(question.fact, self.vocabulary))

    def _head(self, label: str, how: str) -> None:
        self.tell(click.style(label, bold=True))
        self._say(how)

    def _why(self, question: Question) -> None:
        """Which verdicts wait for the answer, and which conclusions the test can change, or settle alone."""
        test = f"The test ({question.test.label})"
        told = (
            ("Verdicts that wait for the answer", self._waiting(question.fact)),
            (f"{test} can change", question.test.can_change),
            (f"{test} alone can settle", question.test.settles),
        )
        for head, names in told:
            if names:
                self._say(f"{head}: {'; '.join(map(self._label, names))}.")

    def _waiting(self, fact: FactDef) -> list[str]:
        """The criteria sets that lack a fact."""
        names = {fact.name, *(f"{fact.name}.{member}" for member in fact.members)}
        conclusions = self.knowledge_base.assess(self.states[-1].case).conclusions()
        return [name for name, value in conclusions.items() if names & set(value.get("lacks", ()))]

    def _label(self, name: str) -> str:
        rules = self.knowledge_base.rules
        return rules[name].label if name in rules else name

    def _say(self, text: str) -> None:
        for line in wrapped(safe(text)):
            self.tell(f"  {line}")


def _begun(given: Sequence[str]) -> str:
    """A case of which only the first of identifier, age and sex are given."""
    identifier, age, sex = (*given, *STAND_INS[len(given) - 1 :])
    return new_draft(identifier, age, sex)
