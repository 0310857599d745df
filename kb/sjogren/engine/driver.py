"""Puts the banks of a program together for one case: what each bank reads, what it derived, what is added up between.

The driver chooses nothing. It hands each bank what is known of the inputs, nodes and aggregates that the bank reads,
computes sums and means between strata, and notes which clause fired. What a bank derived for a state of what it reads
is kept: the next patient who looks alike to that bank is answered with the same firings.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import lcm
from operator import itemgetter
from typing import Any, NamedTuple

from sjogren.engine.durable import EngineError, RuleSet
from sjogren.engine.kept import Kept
from sjogren.engine.knowledge import ONE, ZERO, Inputs, Known, Result, Span, add_up, exact, first_known
from sjogren.program.ir import FALSE, TRUE, UNKNOWN, Addend, Aggregate, Boundary, Clause, Program

MAX_KEPT = 1_000
"""States kept for each bank; above that the older half goes."""
WIDE = 8
"""A bank that reads more than this is cut into parts where it can be."""


class DurableEngine:
    """One program, compiled once; runs one case at a time. Not for sharing between threads or across a fork."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.aggregates = {aggregate.key: _exact(aggregate) for aggregate in program.aggregates}
        self.views: dict[str, dict[str, Cuts]] = {}
        """How each key is seen: by names that stand for the cuts of some bank."""
        heads = {clause.head for clause in program.clauses}
        self.strata = [
            (computed, [self._bank(part, heads) for indexes in banks for part in _parts(program, indexes)])
            for computed, banks in program.strata
        ]
        self._one_bank_each()
        self.nothing_known: dict[str, Any] = dict.fromkeys(
            name for key, names in self.views.items() if key not in self.aggregates for name in names
        )

    def _bank(self, indexes: Sequence[int], heads: set[str]) -> Bank:
        bank = Bank(self.program, indexes, heads, self.aggregates)
        names = [self._view(key, cuts) for key, cuts in bank.reads.items()]
        bank.pattern = itemgetter(*names)
        return bank

    def _one_bank_each(self) -> None:
        """Whether all clauses of a statement lie in one bank, where it is noticed when they contradict each other."""
        found: set[str] = set()
        for _, banks in self.strata:
            for bank in banks:
                heads = {clause.head for clause in bank.clauses.values()}
                if found & heads:
                    raise EngineError(f"the clauses of {', '.join(sorted(found & heads))} lie in two banks")
                found |= heads

    def _view(self, key: str, cuts: Cuts) -> str:
        """The name under which a key is seen by those who cut it like this."""
        names = self.views.setdefault(key, {})
        if cuts is UNCUT:
            names[key] = cuts
            return key
        for name, same in names.items():
            if (same.scale, same.marks) == (cuts.scale, cuts.marks):
                return name
        name = f"{key} {len(names)}"
        names[name] = cuts
        return name

    def run(self, inputs: Inputs) -> Result:
        """Derive everything that follows from ``inputs``; raises `EngineError` when the engine misbehaves."""
        truth: dict[str, str] = {}
        spans: dict[str, Span] = {}
        firings: list[int] = []
        reasons: dict[str, int] = {}
        seen = self.nothing_known.copy()
        views = self.views
        for key, known in inputs.items():
            if key in views:
                for name, cuts in views[key].items():
                    seen[name] = _state(known, cuts)
        for computed, banks in self.strata:
            for key in computed:
                low, high = spans[key] = self._span(self.aggregates[key], inputs, truth, spans)
                for name, cuts in views.get(key, {}).items():
                    ends = (None if end is None else cuts.position(end) for end in (low, high))
                    seen[name] = tuple(ends)
            for bank in banks:
                pattern = bank.pattern(seen)
                answer = bank.kept[pattern]
                if answer is None:
                    answer = bank.kept.keep(pattern, bank.derive(inputs, truth, spans))
                if answer.firings:
                    truth |= answer.truth
                    seen |= answer.truth
                    reasons |= answer.reasons
                    firings += answer.firings
        return Result(truth, spans, tuple(firings), reasons)

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


class Answer(NamedTuple):
    """What a bank derives from one state: new truths, every firing, and for each node the firing that a proof cites."""

    truth: Mapping[str, str]
    firings: Sequence[int]
    reasons: Mapping[str, int]


class Bank:
    """The clauses of one rule file within a stratum: what they read, and what they derived for each state of it."""

    def __init__(
        self, program: Program, indexes: Sequence[int], heads: set[str], aggregates: Mapping[str, Aggregate]
    ) -> None:
        self.clauses = clauses = {index: program.clauses[index] for index in indexes}
        self.rules: RuleSet | None = None
        own = {clause.head for clause in clauses.values()}
        read = {literal.key for clause in clauses.values() for literal in clause.body}
        asked = {literal.key for clause in clauses.values() for literal in clause.body if literal.word == UNKNOWN}
        outside = sorted(key for key in read if key not in own or key in asked)
        cuts = _cuts(clauses.values())
        self.reads = {key: Cuts(cuts[key]) if key in cuts else UNCUT for key in outside}
        self.nodes = [(key, key in asked) for key in outside if key in heads]
        self.spans = [key for key in outside if key in aggregates]
        self.inputs = [(key, key in asked) for key in outside if key not in heads and key not in aggregates]
        self.pattern: Callable[[Mapping[str, Any]], Any]
        """The state of what the bank reads, out of that of everything."""
        self.kept = Kept(MAX_KEPT)

    def derive(self, inputs: Inputs, truth: Mapping[str, str], spans: Mapping[str, Span]) -> Answer:
        """Ask the engine; without a fact no clause can fire, as every clause has a premise."""
        facts = list(self._facts(inputs, truth, spans))
        if not facts:
            return Answer({}, (), {})
        if self.rules is None:
            self.rules = RuleSet(self.clauses)
        truths, firings = self.rules.derive(facts)
        reasons: dict[str, int] = {}
        for number in sorted(firings, key=self._weight, reverse=True):
            reasons[self.clauses[number].head] = number
        return Answer(dict(truths), firings, reasons)

    def _weight(self, number: int) -> tuple[int, int, int]:
        """Reasons without anything unknown come first, then short ones, then the order of the rule."""
        body = self.clauses[number].body
        return (sum(literal.word == UNKNOWN for literal in body), len(body), number)

    def _facts(
        self, inputs: Inputs, truth: Mapping[str, str], spans: Mapping[str, Span]
    ) -> Iterator[tuple[str, Known | str]]:
        for key, asked in self.nodes:
            if key in truth:
                yield key, truth[key]
            elif asked:
                yield key, UNKNOWN
        for key, asked in self.inputs:
            known = inputs.get(key)
            if known is not None:
                yield key, known
            if asked and (known is None or known.qualitative):
                yield key, UNKNOWN
        for key in self.spans:
            low, high = spans[key]
            if low is not None or high is not None:
                yield key, Known(low=low, high=high)


class Cuts:
    """The cuts of one number in order, as whole numbers: twice the cut in a unit in which all of them are whole."""

    def __init__(self, cuts: Iterable[Boundary]) -> None:
        each = list(cuts)
        self.scale = scale = lcm(*(cut.at.denominator for cut in each))
        self.marks = sorted(2 * cut.at.numerator * (scale // cut.at.denominator) + cut.open for cut in each)

    def position(self, value: Fraction) -> int:
        """How many cuts a value has reached: ``(c, 0)`` from c upwards, ``(c, 1)`` only above c."""
        whole, rest = divmod(value.numerator * self.scale, value.denominator)
        return bisect_right(self.marks, 2 * whole + (rest > 0))


UNCUT = Cuts(())


def _parts(program: Program, indexes: Sequence[int]) -> Iterator[Sequence[int]]:
    """A bank as it is, or, where it reads much, cut into the clauses that hang together: fewer states are new then."""
    clauses = {index: program.clauses[index] for index in indexes}
    own = {clause.head for clause in clauses.values()}
    if len({literal.key for clause in clauses.values() for literal in clause.body} - own) <= WIDE:
        yield indexes
        return
    together = {head: {head} for head in own}
    for clause in clauses.values():
        for literal in clause.body:
            if literal.key in own and together[literal.key] is not together[clause.head]:
                joined = together[literal.key] | together[clause.head]
                together.update(dict.fromkeys(joined, joined))
    parts: dict[int, list[int]] = {}
    for index, clause in clauses.items():
        parts.setdefault(id(together[clause.head]), []).append(index)
    yield from parts.values()


def _cuts(clauses: Iterable[Clause]) -> dict[str, set[Boundary]]:
    """Every cut of every number."""
    found: dict[str, set[Boundary]] = {}
    for clause in clauses:
        for literal in clause.body:
            if literal.test == "n":
                found.setdefault(literal.key, set()).update(cut for cut in (literal.low, literal.high) if cut)
    return found


def _state(known: Known, cuts: Cuts) -> Any:
    if known.truth:
        return known.truth
    if known.code:
        return known.code
    low = None if known.low is None else cuts.position(known.low)
    if known.low is known.high and not known.qualitative:
        return low
    return (low, None if known.high is None else cuts.position(known.high), known.qualitative)


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
