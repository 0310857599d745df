"""The engine's answers come from its clauses: break any one of them and an assessment changes or is refused.

Each clause of the shipped program is dropped, has its conclusion turned round, and has each of its numbers moved; the
reference evaluator, which never sees the program, must then disagree on some case of a fixed pool.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from tests.properties.aim import Aim, around
from tests.properties.pool import clinical, drawn

import sjogren
from sjogren.engine.driver import DurableEngine
from sjogren.engine.durable import EngineError, RuleSet
from sjogren.engine.kept import Kept
from sjogren.engine.knowledge import Inputs, Result
from sjogren.engine.reference import Reference, disagreements
from sjogren.program.ir import Clause, Literal

pytestmark = pytest.mark.long

ATTEMPTS = 40
"""How often inputs are made for a clause that no case of the pool uses yet."""
ENOUGH = 6
"""So many cases of its own each clause is given."""
REDUNDANT = {
    r".*#[^ ]*~(untested|unknown|known|shown)[^ ]* [TF] from .*":
        "What is known of something, asked in one direction only: the rule reads that it is so, or that it is not.",
    r".*#[^ ]*(when|~open[^ ]*) [TF] from .*":
        "Its rule closes what is open (`when_unknown`): undecided and not met lead to the same where enough is known.",
    r".*#.*unreliable_if.* F from .* dropped":
        "A test counts unless the reason to doubt it is shown: a reason refuted and one not known lead to the same.",
    r"gland/salivary/grade(>=2|/discordant) [TF] from .*implausible F.* stimulated_whole_saliva_flow low moved by .*":
        "A stimulated flow at that cut beside a normal unstimulated one is implausible, which is asked as well.",
    r"axis/glandular/subtype=.* from .*inflammatory-evidence F.* focus_score high moved by .*":
        "A focus score at that cut is inflammatory evidence, which is asked as well.",
    r".*=(excluded|entry_not_met|not_met) F from .*":
        "What a verdict is not: a step that proofs cite and no answer rests on; each verdict is derived by itself.",
    r".*#(exclude~not_shown F|entry~not_refuted F) from .* dropped":
        "Its contrary is not derived either, and what is not derived keeps the verdict back in the same way.",
    r".*#[^ ]*when_unknown\.provided F from .* dropped":
        "Where too little is known nothing is closed, and no clause reads that it is: refuted and not known are one.",
    r"paediatric/japan-2018=(probable|possible) T from .*glands>=2 (F .* low moved by 1|T .* high moved by -1)":
        "A score at that cut leads to the same answer with either grade of the glands, by a clause of its own.",
}  # fmt: skip
"""Clauses that can be broken without a change in any answer, and why."""
APART = {
    r"gland/structure/floor>=\d T from .*~open.* U, .*~shown T":
        "Where a case is shown, the list above it is decided already unless an earlier case is open as well.",
    r"gland/lacrimal/no-staining F from .*~untested.* U, .*":
        "An eye without any test gives this finding no undecided result.",
    r"(axis/glandular/subtype|axis/symptom/amplification|endpoint/hierarchy)=.* T from .*":
        "Results of other rules are taken as independent; these premises never hold together.",
}  # fmt: skip
"""Clauses that no case can use, and why."""
NOWHERE = ("#dropped", "T")


class Broken(NamedTuple):
    """A literal of a clause with one end moved."""

    how: str
    clause: Clause
    literal: Literal


class Pool:
    """Inputs, what the reference says of each, and which clauses each of them uses."""

    def __init__(self, kb: sjogren.KnowledgeBase) -> None:
        knowledge = kb.knowledge
        self.program = knowledge.program
        self.aim = Aim(self.program, knowledge.vocabulary)
        rules = knowledge.rules.rules
        self.reference = Reference(rules, [rules[name] for name in knowledge.sequence], knowledge.vocabulary)
        self.engine = DurableEngine(self.program)
        self.banks = {number: bank for _, banks in self.engine.strata for bank in banks for number in bank.clauses}
        self.inputs: list[Inputs] = []
        self.expected: list[Result] = []
        self.users: dict[int, list[int]] = {}
        self.fired: list[frozenset[int]] = []
        self.rivals: dict[tuple[str, str], set[int]] = {}
        for number, clause in enumerate(self.program.clauses):
            self.rivals.setdefault((clause.head, clause.truth), set()).add(number)
        for inputs in (*clinical(kb), *drawn(knowledge)):
            self.add(inputs)
        for number, clause in enumerate(self.program.clauses):
            for _ in range(ATTEMPTS):
                if len(self.users.get(number, ())) >= ENOUGH:
                    break
                self.add(self.aim.at(clause))

    def add(self, inputs: Inputs) -> None:
        """One more case, on which engine and reference must agree as they stand."""
        result, expected = self.engine.run(inputs), self.reference.run(inputs)
        assert disagreements(result, expected) == []
        for number in set(result.firings):
            self.users.setdefault(number, []).append(len(self.inputs))
        self.fired.append(frozenset(result.firings))
        self.inputs.append(inputs)
        self.expected.append(expected)

    def covered(self, number: int) -> bool:
        """Whether wherever a clause fires another one comes to the same conclusion."""
        clause = self.program.clauses[number]
        others = self.rivals[clause.head, clause.truth] - {number}
        return all(self.fired[index] & others for index in self.users.get(number, ()))

    def noticed(self, number: int, head: tuple[str, str], *, thorough: bool = False) -> bool:
        """Whether some case tells when a clause concludes something else, or else (``thorough``) one made for it."""
        with self.changed(number) as rules:
            kept, rules.heads[number] = rules.heads[number], head
            try:
                return self.told(self.users.get(number, ())) or (thorough and self.made_for(number, [{}]))
            finally:
                rules.heads[number] = kept

    def made_for(self, number: int, fixed: Iterable[Inputs]) -> bool:
        """Whether inputs made for a clause, and for the result that it leads to, tell that it is broken."""
        clause, ways = self.program.clauses[number], (self.aim.at, self.aim.through)
        made = (way(clause, one) for _ in range(ATTEMPTS) for one in fixed for way in ways)
        return any(differs(self.engine, inputs, self.reference.run(inputs)) for inputs in made)

    def noticed_number(self, number: int, broken: Broken, *, thorough: bool) -> bool:
        """Whether some case tells when a threshold is moved, or else (``thorough``) one made to lie on or beside it."""
        with self.changed(number, broken.clause):
            if self.told(self.users.get(number, ())):
                return True
            if not thorough:
                return False
            cut = next(end for end in (broken.literal.low, broken.literal.high) if end)
            if broken.literal.key in self.aim.aggregates and self.told(range(len(self.inputs))):
                return True
            keys = self.aim.numbers_behind(broken.literal.key)
            fixed = [{key: value} for key in keys for value in around(cut, self.aim.step(broken.literal.key))]
            return self.made_for(number, fixed)

    def told(self, cases: Iterable[int]) -> bool:
        """Whether one of these cases tells the engine from the reference."""
        return any(differs(self.engine, self.inputs[index], self.expected[index]) for index in cases)

    @contextmanager
    def changed(self, number: int, clause: Clause | None = None) -> Iterator[RuleSet]:
        """The engine with the bank of a clause, or with another clause in it, remembering nothing derived before."""
        bank = self.banks[number]
        rules, kept = bank.rules or RuleSet(bank.clauses), bank.kept
        bank.rules = RuleSet(bank.clauses | {number: clause}) if clause else rules
        bank.kept = Forgetful(0)
        try:
            yield bank.rules
        finally:
            if clause:
                bank.rules.close()
            bank.rules, bank.kept = rules, kept


class Forgetful(Kept):
    """Keeps nothing, so that every case is derived by the engine itself."""

    def keep(self, _: Any, answer: Any, /) -> Any:
        return answer


def differs(engine: DurableEngine, inputs: Inputs, expected: Result) -> bool:
    """Whether an engine is told from the reference by a case, or refuses it."""
    try:
        return disagreements(engine.run(inputs), expected) != []
    except EngineError:
        return True


@pytest.fixture(scope="module")
def pool(kb: sjogren.KnowledgeBase) -> Iterator[Pool]:
    made = Pool(kb)
    yield made
    made.engine.close()


def moved(clause: Clause, aim: Aim) -> Iterator[Broken]:
    """The clause with each of its numbers moved either way, as little as can matter."""
    for place, literal in enumerate(clause.body):
        for end in ("low", "high"):
            cut = getattr(literal, end)
            for change in (-aim.step(literal.key), aim.step(literal.key)) if cut else ():
                one = literal._replace(**{end: cut._replace(at=cut.at + change)})
                body = (*clause.body[:place], one, *clause.body[place + 1 :])
                only = literal._replace(low=None, high=None)._replace(**{end: cut})
                yield Broken(f"{literal.key} {end} moved by {change}", clause._replace(body=body), only)


def test_every_clause_is_used_by_some_case(pool: Pool) -> None:
    unused = [describe(clause) for number, clause in enumerate(pool.program.clauses) if number not in pool.users]

    assert [one for one in unused if not any(re.fullmatch(pattern, one) for pattern in APART)] == []


def test_breaking_any_clause_is_noticed(pool: Pool) -> None:
    used = [(number, pool.program.clauses[number]) for number in sorted(pool.users)]
    unnoticed = {how for number, clause in used for how in overlooked(pool, number, clause)}
    unexplained = {one for one in unnoticed if not explained(one)}
    idle = {pattern for pattern in REDUNDANT if not any(re.fullmatch(pattern, one) for one in unnoticed)}

    assert (unexplained, idle) == (set(), set())


def overlooked(pool: Pool, number: int, clause: Clause) -> Iterable[str]:
    """How a clause can be broken without any case noticing."""
    contrary = (clause.head, "F" if clause.truth == "T" else "T")
    for head, what in ((contrary, f"{describe(clause)} turned round"), (NOWHERE, f"{describe(clause)} dropped")):
        if head == NOWHERE and pool.covered(number):
            return
        if not pool.noticed(number, head, thorough=not explained(what)):
            yield what
    for broken in moved(clause, pool.aim):
        what = f"{describe(clause)} {broken.how}"
        if not pool.noticed_number(number, broken, thorough=not explained(what)):
            yield what


def explained(what: str) -> bool:
    """Whether a change is known to alter no answer."""
    return any(re.fullmatch(pattern, what) for pattern in REDUNDANT)


def describe(clause: Clause) -> str:
    """A clause in one line."""
    body = ", ".join(f"{literal.key} {literal.word}".strip() for literal in clause.body)
    return f"{clause.head} {clause.truth} from {body}"
