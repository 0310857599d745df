"""Inputs made for one clause: what it asks for, and backwards what makes that true."""

from __future__ import annotations

import re
from fractions import Fraction
from random import Random

from sjogren.engine.knowledge import Inputs, Known, exact
from sjogren.model.vocabulary import Vocabulary
from sjogren.program.ir import Addend, Aggregate, Boundary, Clause, Literal, Program

STEP = re.compile("[#~]")
"""In the key of a node that is no result of a rule, but a step towards one."""


class Aim:
    """Makes inputs under which a clause fires; at random where there are several ways, and not always with success."""

    def __init__(self, program: Program, vocabulary: Vocabulary, seed: int = 7) -> None:
        self.vocabulary, self.random = vocabulary, Random(seed)  # noqa: S311 - cases are drawn, nothing is kept secret
        self.nodes = {node.key for node in program.nodes}
        self.aggregates = {aggregate.key: aggregate for aggregate in program.aggregates}
        self.kinds = {given.key: given.kind for given in program.inputs}
        self.ways: dict[tuple[str, str], list[Clause]] = {}
        self.readers: dict[tuple[str, str], list[Clause]] = {}
        for clause in program.clauses:
            self.ways.setdefault((clause.head, clause.truth), []).append(clause)
            for literal in clause.body:
                self.readers.setdefault((literal.key, literal.word), []).append(clause)
        self.forced: dict[tuple[str, str], Clause] = {}

    def at(self, clause: Clause, fixed: Inputs | None = None) -> dict[str, Known]:
        """Inputs for a clause; what is ``fixed`` stays as it is."""
        found: dict[str, Known] = {
            f"policy:{one.name}": Known(code=self.random.choice(one.values))
            for one in self.vocabulary.policies.values()
        }
        self.made: dict[str, Known] = dict(fixed or {})
        self._body(clause, frozenset())
        return {**found, **self._lists(), **self.made}

    def through(self, clause: Clause, fixed: Inputs | None = None) -> dict[str, Known]:
        """Inputs for what a step of a rule leads to: for the result of its rule, by way of this clause."""
        top, goal = clause, (clause.head, clause.truth)
        self.forced = {goal: clause}
        while STEP.search(top.head) and goal in self.readers:
            top = self.random.choice(self.readers[goal])
            goal = (top.head, top.truth)
            if goal in self.forced:
                break
            self.forced[goal] = top
        try:
            return self.at(top, fixed)
        finally:
            self.forced = {}

    def _lists(self) -> dict[str, Known]:
        """The other members of every list of which one is known: a list is recorded whole."""
        recorded = {key.partition(".")[0] for key in self.made if "." in key}
        facts = [fact for name, fact in self.vocabulary.facts.items() if name in recorded]
        facts = [fact for fact in facts if fact.type in {"codes", "diseases"}]
        return {f"{fact.name}.{code}": Known(truth=self.random.choice("TF")) for fact in facts for code in fact.codes}

    def step(self, key: str) -> Fraction:
        """The least difference between two values of a number: one where only whole numbers occur."""
        fact = self.vocabulary.facts.get(key.partition("@")[0])
        return Fraction(1, 100) if fact is not None and fact.type == "number" else Fraction(1)

    def numbers_behind(self, key: str) -> list[str]:
        """The numbers by which a number is set: itself, or of an aggregate what is stated, else what is added up."""
        aggregate = self.aggregates.get(key)
        if aggregate is None:
            return [key]
        if aggregate.stated:
            return [aggregate.stated]
        numeric = [addend.key for addend in aggregate.addends if addend.kind in {"aggregate", "number"}]
        return [found for part in numeric for found in self.numbers_behind(part)]

    def _body(self, clause: Clause, trail: frozenset[tuple[str, str]]) -> None:
        derived = self.nodes | set(self.aggregates)
        for literal in sorted(clause.body, key=lambda literal: literal.key in derived):
            self._literal(literal, trail)

    def _literal(self, literal: Literal, trail: frozenset[tuple[str, str]]) -> None:
        if literal.word == "U" or literal.key in self.made:
            return
        if literal.key in self.nodes:
            goal = (literal.key, literal.word)
            ways = self.ways.get(goal, [])
            if ways and goal not in trail:
                self._body(self.forced.get(goal) or self.random.choice(ways), trail | {goal})
        elif literal.key in self.aggregates:
            self._number(self.aggregates[literal.key], literal, trail)
        elif literal.test == "t":
            self.made[literal.key] = Known(truth=literal.word)
        elif literal.test == "s":
            self.made[literal.key] = Known(code=self._code(literal))
        else:
            number = self._between(literal, self.step(literal.key))
            self.made[literal.key] = Known(low=number, high=number)

    def _code(self, literal: Literal) -> str:
        if literal.word == "is":
            return literal.words[0]
        policy = self.vocabulary.policies.get(literal.key.removeprefix("policy:"))
        fact = self.vocabulary.facts.get(literal.key)
        known = policy.values if policy else (fact.codes if fact else ()) or tuple(self.vocabulary.terms)
        return self.random.choice([word for word in known if word not in literal.words])

    def _between(self, literal: Literal, step: Fraction) -> Fraction:
        """A number in the range of a premise, most often at one of its ends."""
        low, high = literal.low, literal.high
        bottom = low.at + (step if low.open else 0) if low else None
        top = high.at - (0 if high.open else step) if high else None
        if bottom is None and top is None:
            return exact(step)
        if bottom is None or top is None:
            return exact(top if bottom is None else bottom)  # type: ignore[arg-type]  # one of the two ends is known
        return exact(self.random.choice([bottom, top]))

    def _number(self, aggregate: Aggregate, literal: Literal, trail: frozenset[tuple[str, str]]) -> None:
        """By the stated total where there is one, else by addends drawn at random."""
        if aggregate.stated:
            number = self._between(literal, Fraction(1))
            self.made.setdefault(aggregate.stated, Known(low=number, high=number))
            return
        for addend in aggregate.addends:
            if addend.kind == "aggregate":
                self._number(self.aggregates[addend.key], literal, trail)
            else:
                self._addend(addend, literal, trail)

    def _addend(self, addend: Addend, literal: Literal, trail: frozenset[tuple[str, str]]) -> None:
        if addend.kind == "number":
            number = self._between(literal, Fraction(1))
            self.made.setdefault(addend.key, Known(low=number, high=number))
            return
        key = addend.key if addend.kind == "flag" else self.random.choice([node for node, _ in addend.levels[1:]])
        word = self.random.choice("TF") if literal.low and literal.high else "T" if literal.low else "F"
        self._literal(Literal("t", key, word), trail)


def around(cut: Boundary, step: Fraction) -> list[Known]:
    """Values on and beside a threshold."""
    return [Known(low=exact(one), high=exact(one)) for one in (cut.at - step, cut.at, cut.at + step)]
