"""Puts the banks of a program together for one case: what each bank reads, what it derived, what is added up between.

The driver chooses nothing. It hands each bank what is known of the inputs, nodes and aggregates that the bank reads,
computes sums and means between strata, and notes which clause fired. What a bank derived for a state of what it reads
is kept: the next patient who looks alike to that bank is answered with the same firings.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sjogren.engine.durable import EngineError, RuleSet
from sjogren.engine.knowledge import ONE, ZERO, Inputs, Known, Result, Span, add_up, exact, first_known
from sjogren.program.ir import FALSE, TRUE, UNKNOWN, Addend, Aggregate, Boundary, Program

MAX_KEPT = 1_000
"""States kept for each bank; above that the oldest goes."""


class DurableEngine:
    """One program, compiled once; runs one case at a time. Not for sharing between threads or across a fork."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.aggregates = {aggregate.key: _exact(aggregate) for aggregate in program.aggregates}
        cuts = _cuts(program)
        heads = {clause.head for clause in program.clauses}
        self.strata = [
            (computed, [Bank(program, indexes, heads, self.aggregates, cuts) for indexes in banks])
            for computed, banks in program.strata
        ]

    def run(self, inputs: Inputs) -> Result:
        """Derive everything that follows from ``inputs``; raises `EngineError` when the engine misbehaves."""
        truth: dict[str, str] = {}
        spans: dict[str, Span] = {}
        firings: list[int] = []
        for computed, banks in self.strata:
            for key in computed:
                spans[key] = self._span(self.aggregates[key], inputs, truth, spans)
            for bank in banks:
                truths, fired = bank.answer(inputs, truth, spans)
                firings += fired
                for head, word in truths:
                    if truth.setdefault(head, word) != word:
                        raise EngineError(f"{head} came out both true and false")
        return Result(truth, spans, tuple(firings))

    def _span(self, aggregate: Aggregate, inputs: Inputs, truth: dict[str, str], spans: dict[str, Span]) -> Span:
        stated = inputs.get(aggregate.stated) if aggregate.stated else None
        if stated is not None and not stated.qualitative:
            return Span(stated.low, stated.high)
        parts = [(addend.weight, _addend(addend, inputs, truth, spans)) for addend in aggregate.addends]
        if aggregate.op == "first_known":
            return first_known([span for _, span in parts])
        return add_up(aggregate.op, parts)

    def close(self) -> None:
        """Free the compiled rules."""
        for _, banks in self.strata:
            for bank in banks:
                if bank.rules is not None:
                    bank.rules.close()


class Bank:
    """The clauses of one rule file within a stratum: what they read, and what they derived for each state of it."""

    def __init__(
        self,
        program: Program,
        indexes: Sequence[int],
        heads: set[str],
        aggregates: dict[str, Aggregate],
        cuts: Mapping[str, tuple[Boundary, ...]],
    ) -> None:
        self.clauses = clauses = {index: program.clauses[index] for index in indexes}
        self.rules: RuleSet | None = None
        own = {clause.head for clause in clauses.values()}
        read = {literal.key for clause in clauses.values() for literal in clause.body}
        asked = {literal.key for clause in clauses.values() for literal in clause.body if literal.word == UNKNOWN}
        outside = sorted(key for key in read if key not in own or key in asked)
        self.nodes = [(key, key in asked) for key in outside if key in heads]
        self.spans = [(key, cuts.get(key, ())) for key in outside if key in aggregates]
        self.inputs = [
            (key, key in asked, cuts.get(key, ())) for key in outside if key not in heads and key not in aggregates
        ]
        self.kept: dict[tuple[Any, ...], tuple[list[tuple[str, str]], list[int]]] = {}

    def answer(
        self, inputs: Inputs, truth: dict[str, str], spans: dict[str, Span]
    ) -> tuple[list[tuple[str, str]], list[int]]:
        """What the bank derives: new truths and firings, from the engine or as it derived them before."""
        state: list[Any] = [truth.get(key) for key, _ in self.nodes]
        for key, _, cuts in self.inputs:
            known = inputs.get(key)
            state.append(None if known is None else _state(known, cuts))
        for key, cuts in self.spans:
            low, high = spans[key]
            state.append(
                (None if low is None else _position(cuts, low), None if high is None else _position(cuts, high))
            )
        pattern = tuple(state)
        found = self.kept.get(pattern)
        if found is None:
            if len(self.kept) >= MAX_KEPT:
                del self.kept[next(iter(self.kept))]
            found = self.kept[pattern] = self._derive(list(self._facts(inputs, truth, spans)))
        return found

    def _derive(self, facts: list[tuple[str, Known | str]]) -> tuple[list[tuple[str, str]], list[int]]:
        """Ask the engine; without a fact no clause can fire, as every clause has a premise."""
        if not facts:
            return [], []
        if self.rules is None:
            self.rules = RuleSet(self.clauses)
        return self.rules.derive(facts)

    def _facts(
        self, inputs: Inputs, truth: dict[str, str], spans: dict[str, Span]
    ) -> Iterator[tuple[str, Known | str]]:
        for key, asked in self.nodes:
            if key in truth:
                yield key, truth[key]
            elif asked:
                yield key, UNKNOWN
        for key, asked, _ in self.inputs:
            known = inputs.get(key)
            if known is not None:
                yield key, known
            if asked and (known is None or known.qualitative):
                yield key, UNKNOWN
        for key, _ in self.spans:
            low, high = spans[key]
            if low is not None or high is not None:
                yield key, Known(low=low, high=high)


def _cuts(program: Program) -> dict[str, tuple[Boundary, ...]]:
    """Every cut of every number, in order."""
    found: dict[str, set[Boundary]] = {}
    for clause in program.clauses:
        for literal in clause.body:
            if literal.test == "n":
                found.setdefault(literal.key, set()).update(cut for cut in (literal.low, literal.high) if cut)
    return {key: tuple(sorted(cuts)) for key, cuts in found.items()}


def _position(cuts: tuple[Boundary, ...], value: Fraction) -> int:
    """How many cuts a value has reached: ``(c, 0)`` from c upwards, ``(c, 1)`` only above c."""
    return bisect_left(cuts, (value, 1))


def _state(known: Known, cuts: tuple[Boundary, ...]) -> Any:
    if known.truth:
        return known.truth
    if known.code:
        return (known.code,)
    low = None if known.low is None else _position(cuts, known.low)
    high = None if known.high is None else _position(cuts, known.high)
    return (low, high, known.qualitative)


def _addend(addend: Addend, inputs: Inputs, truth: dict[str, str], spans: dict[str, Span]) -> Span:
    """What an addend is at least and at most, before its weight."""
    if addend.kind == "flag":
        word = truth.get(addend.key)
        return Span(ONE if word == TRUE else ZERO, ZERO if word == FALSE else ONE)
    if addend.kind == "aggregate":
        return spans[addend.key]
    if addend.kind == "number":
        known = inputs.get(addend.key)
        if known is None or known.qualitative:
            return Span(addend.minimum, addend.maximum)
        return Span(known.low, known.high)
    low = high = addend.levels[0][1]
    ruled_out = False
    for node, number in addend.levels[1:]:
        word = truth.get(node)
        low = number if word == TRUE else low
        ruled_out = ruled_out or word == FALSE
        high = high if ruled_out else number
    return Span(low, high)


def _exact(aggregate: Aggregate) -> Aggregate:
    """The same aggregate with whole numbers as integers."""
    addends = []
    for addend in aggregate.addends:
        levels = tuple((node, exact(number)) for node, number in addend.levels)
        ends = [None if end is None else exact(end) for end in (addend.minimum, addend.maximum)]
        addends.append(Addend(addend.kind, addend.key, exact(addend.weight), levels, *ends))
    return aggregate._replace(addends=tuple(addends))
