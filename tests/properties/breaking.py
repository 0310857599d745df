"""A program with one clause broken, and the cases that tell it from the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from tests.properties.aim import Aim, around
from tests.properties.pool import clinical, drawn

import sjogren
from sjogren.engine.driver import DurableEngine
from sjogren.engine.durable import EngineError, RuleSet
from sjogren.engine.kept import Kept
from sjogren.engine.knowledge import Inputs, Result, Span
from sjogren.engine.reference import Reference, disagreements
from sjogren.program.ir import Clause, Literal

ATTEMPTS = 40
"""How often inputs are made for a clause that no case of the pool uses yet."""
ENOUGH = 6
"""So many cases of its own each clause is given."""
NOWHERE = ("#dropped", "T")


class Broken(NamedTuple):
    """A clause with one end of a literal moved: from where to where, and whether more is let through than before."""

    how: str
    clause: Clause
    literal: Literal
    least: Fraction
    most: Fraction
    wider: bool


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
        self.spans: list[Mapping[str, Span]] = []
        self.users: dict[int, list[int]] = {}
        self.fired: list[frozenset[int]] = []
        self.rivals: dict[tuple[str, str], set[int]] = {}
        self.known: dict[str, list[tuple[int, list[Fraction]]]] = {}
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
        self.spans.append(result.spans)

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
                return self.told(self.alone(number)) or (thorough and self.made_for(number, [{}]))
            finally:
                rules.heads[number] = kept

    def alone(self, number: int) -> list[int]:
        """The cases that use a clause, those first in which no other one comes to the same conclusion."""
        clause = self.program.clauses[number]
        others = self.rivals[clause.head, clause.truth] - {number}
        return sorted(self.users.get(number, ()), key=lambda index: bool(self.fired[index] & others))

    def made_for(self, number: int, fixed: Iterable[Inputs]) -> bool:
        """Whether inputs made for a clause, and for the result that it leads to, tell that it is broken.

        What is drawn for a clause does not depend on which others were looked at before.
        """
        self.aim.random.seed(number)
        clause, ways = self.program.clauses[number], (self.aim.at, self.aim.through)
        made = (way(clause, one) for _ in range(ATTEMPTS) for one in fixed for way in ways)
        return any(differs(self.engine, inputs, self.reference.run(inputs)) for inputs in made)

    def noticed_number(self, number: int, broken: Broken, *, thorough: bool = False) -> bool:
        """Whether some case tells when a threshold is moved, or else (``thorough``) one made to lie on or beside it."""
        with self.changed(number, broken.clause):
            if self.told(self.beside(number, broken)):
                return True
            if not thorough:
                return False
            cut = next(end for end in (broken.literal.low, broken.literal.high) if end)
            values = around(cut, self.aim.step(broken.literal.key))
            keys = self.aim.numbers_behind(broken.literal.key)
            return self.made_for(number, [{key: value} for key in keys for value in values])

    def beside(self, number: int, broken: Broken) -> Iterator[int]:
        """The cases of the pool that can tell that a threshold is moved: those with a number that it is moved past.

        A clause that asks for less than before fires where it fired already, and one that asks for more nowhere else.
        """
        users = set(self.users.get(number, ()))
        for index, ends in self.ends(broken.literal.key):
            if (index in users) != broken.wider and any(broken.least <= end <= broken.most for end in ends):
                yield index

    def ends(self, key: str) -> list[tuple[int, list[Fraction]]]:
        """What a number is at least and at most, in every case in which something is known of it."""
        if key not in self.known:
            both = zip(self.inputs, self.spans, strict=True)
            found = [(index, spans.get(key) or inputs.get(key)) for index, (inputs, spans) in enumerate(both)]
            told = [(index, (one.low, one.high)) for index, one in found if one is not None]
            self.known[key] = [(index, [end for end in ends if end is not None]) for index, ends in told]
        return self.known[key]

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


def moved(clause: Clause, aim: Aim) -> Iterator[Broken]:
    """The clause with each of its numbers moved either way, as little as can matter."""
    for place, literal in enumerate(clause.body):
        for end in ("low", "high"):
            cut = getattr(literal, end)
            for change in (-aim.step(literal.key), aim.step(literal.key)) if cut else ():
                one = literal._replace(**{end: cut._replace(at=cut.at + change)})
                body = (*clause.body[:place], one, *clause.body[place + 1 :])
                only = literal._replace(low=None, high=None)._replace(**{end: cut})
                how = f"{literal.key} {end} moved by {change}"
                least, most = sorted([cut.at, cut.at + change])
                wider = (end == "low") == (change < 0)
                yield Broken(how, clause._replace(body=body), only, least, most, wider)


def broken(pool: Pool, number: int) -> Iterator[tuple[str, Callable[..., bool]]]:
    """Every way in which a clause is broken: what is done to it, and how to ask whether that is noticed.

    Where another clause comes to the same conclusion wherever it fires, it is turned round only.
    """
    clause = pool.program.clauses[number]
    contrary = (clause.head, "F" if clause.truth == "T" else "T")
    yield f"{describe(clause)} turned round", partial(pool.noticed, number, contrary)
    if pool.covered(number):
        return
    yield f"{describe(clause)} dropped", partial(pool.noticed, number, NOWHERE)
    for one in moved(clause, pool.aim):
        yield f"{describe(clause)} {one.how}", partial(pool.noticed_number, number, one)


def describe(clause: Clause) -> str:
    """A clause in one line."""
    body = ", ".join(f"{literal.key} {literal.word}".strip() for literal in clause.body)
    return f"{clause.head} {clause.truth} from {body}"
