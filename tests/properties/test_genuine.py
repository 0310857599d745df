"""The engine's answers come from its clauses: break any one of them and an assessment changes or is refused.

Each clause of the shipped program is dropped, has its conclusion turned round, and has each of its numbers moved; the
reference evaluator, which never sees the program, must then disagree on some case of a fixed pool.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import pytest

import sjogren
from sjogren.engine.durable import DurableEngine, EngineError
from sjogren.engine.knowledge import Inputs, Result
from sjogren.engine.reference import Reference, disagreements
from sjogren.program.ir import Clause, Program
from tests.properties.pool import clinical, drawn

REDUNDANT = {
    r"essdai-domain [TF] from activity/essdai, activity/clinessdai .*":
        "Both readings of a policy agree; a policy is always known, so the clause of the reading in force fires as well.",
    r".*#.*unreliable_if.when F from .* dropped":
        "A test counts unless the reason to doubt it is shown: a reason refuted and one not known lead to the same.",
    r".*=(excluded|entry_not_met|not_met) F from .*":
        "What a verdict is not: a step that proofs cite and no answer rests on, since each verdict is derived by itself.",
    r".*#(exclude~not_shown F|entry~not_refuted F) from .* dropped":
        "Its contrary is not derived either, and what is not derived keeps the verdict back in the same way.",
}  # fmt: skip
"""Clauses that can be broken without a change in any answer, and why."""


EXPLAINED = [f"(.*/)?{pattern}" for pattern in REDUNDANT]


class Pool:
    """Inputs, what the reference says of each, and which clauses each of them uses."""

    def __init__(self, kb: sjogren.KnowledgeBase) -> None:
        knowledge = kb.knowledge
        self.program, self.vocabulary = knowledge.program, knowledge.vocabulary
        self.inputs: list[Inputs] = [*clinical(kb), *drawn(knowledge)]
        rules = knowledge.rules.rules
        reference = Reference(rules, [rules[name] for name in knowledge.sequence], knowledge.vocabulary)
        engine = DurableEngine(self.program)
        self.expected: list[Result] = []
        self.users: dict[int, list[int]] = {}
        for index, inputs in enumerate(self.inputs):
            result = engine.run(inputs)
            self.expected.append(reference.run(inputs))
            assert disagreements(result, self.expected[-1]) == []
            for number in set(result.firings):
                self.users.setdefault(number, []).append(index)
        engine.close()

    def step(self, key: str) -> Fraction:
        """How far a threshold is moved: one where only whole numbers occur, else a hundredth."""
        fact = self.vocabulary.facts.get(key.partition("@")[0])
        decimal = fact is not None and fact.type == "number"
        return Fraction(1, 100) if decimal else Fraction(1)

    def notices(self, program: Program, cases: Sequence[int]) -> bool:
        """Whether a broken program is told from the reference by one of these cases."""
        engine = DurableEngine(program)
        try:
            return any(self._differs(engine, index) for index in cases)
        finally:
            engine.close()

    def _differs(self, engine: DurableEngine, index: int) -> bool:
        try:
            return disagreements(engine.run(self.inputs[index]), self.expected[index]) != []
        except EngineError:
            return True


@pytest.fixture(scope="module")
def pool(kb: sjogren.KnowledgeBase) -> Pool:
    return Pool(kb)


def broken(clause: Clause, step: Callable[[str], Fraction]) -> Iterator[tuple[str, Clause | None]]:
    """The clause dropped, turned round, and with each number moved."""
    yield "dropped", None
    yield "turned round", clause._replace(truth="F" if clause.truth == "T" else "T")
    for place, literal in enumerate(clause.body):
        for end in ("low", "high"):
            cut = getattr(literal, end)
            if cut:
                for change in (-step(literal.key), step(literal.key)):
                    moved = literal._replace(**{end: cut._replace(at=cut.at + change)})
                    yield f"{literal.key} {end} moved by {change}", clause._replace(
                        body=(*clause.body[:place], moved, *clause.body[place + 1 :])
                    )


def with_clause(program: Program, number: int, clause: Clause | None) -> Program:
    """The program with one clause replaced, or without it."""
    clauses = list(program.clauses)
    clauses[number : number + 1] = [clause] if clause else []
    return program._replace(clauses=tuple(clauses))


def test_every_clause_is_used_by_some_case(pool: Pool) -> None:
    unused = [describe(clause) for number, clause in enumerate(pool.program.clauses) if number not in pool.users]

    assert unused == []


def test_breaking_any_clause_is_noticed(pool: Pool) -> None:
    unnoticed = set()
    for number, clause in enumerate(pool.program.clauses):
        for how, changed in broken(clause, pool.step):
            cases = range(len(pool.inputs)) if "moved" in how else pool.users[number]
            if not pool.notices(with_clause(pool.program, number, changed), cases):
                unnoticed.add(f"{describe(clause)} {how}")

    unexplained = {one for one in unnoticed if not any(re.fullmatch(pattern, one) for pattern in EXPLAINED)}
    idle = {pattern for pattern in REDUNDANT if not any(re.search(pattern, one) for one in unnoticed)}

    assert (unexplained, idle) == (set(), set())


def describe(clause: Clause) -> str:
    """A clause in one line."""
    body = ", ".join(f"{literal.key} {literal.word}".strip() for literal in clause.body)
    return f"{clause.head} {clause.truth} from {body}"
