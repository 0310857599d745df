"""The forward-chaining engine: the only module that imports durable-rules, and only its C core, in the safe idiom.

durable-rules 2.0.28 loses facts, repeats firings or crashes outside a narrow subset. What is used here: generated literal
rules, one fact for one premise, explicit fact ids, one session identifier, a first and a last fact in every batch that
must both be seen, and the state deleted after every case. Not used: joins, negation, alternatives, events, state,
retraction, host threads, or any arithmetic. `docs/decisions/0005-durable-rules.md` tells why.

The driver below asserts what is known, computes aggregates between strata, asserts what stayed unknown where a clause
asks for it, and notes which clause fired. It decides nothing else.
"""

from __future__ import annotations

import json
from fractions import Fraction
from math import floor, lcm

import durable_rules_engine as core

from sjogren.engine.knowledge import ONE, ZERO, Inputs, Known, Result, Span, add_up, exact, first_known
from sjogren.errors import InternalFault
from sjogren.program.ir import FALSE, TRUE, UNKNOWN, Addend, Aggregate, Boundary, Literal, Program

SHARD = 16
"""Keys that share one first test: siblings are scanned one by one, and 512 of them hang the engine."""
MAX_RULES, MAX_USES, MAX_SIBLINGS, MAX_SHARDS = 4000, 250, 60, 400
"""Limits well inside those at which the engine fails or corrupts memory."""
LARGEST = 1 << 53
"""Numbers are asserted as floats; beyond this a float no longer holds every whole number."""

BEGIN = '{"sid":"c","id":"f%d","g":"begin"}'
END = '{"sid":"c","id":"f%d","g":"end"}'


class EngineError(InternalFault):
    """The engine did not do what the safe idiom guarantees; the case is refused."""


class DurableEngine:
    """One program, compiled once; runs one case at a time. Not for sharing between threads or across a fork."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.strata = program.strata
        self.aggregates = {aggregate.key: _exact(aggregate) for aggregate in program.aggregates}
        self.heads = [(clause.head, clause.truth) for clause in program.clauses]
        self.keys: dict[str, str] = {}
        self.scales = _scales(program)
        asked = {literal.key for clause in program.clauses for literal in clause.body if literal.word == UNKNOWN}
        self.asked_unknown = [given.key for given in program.inputs if given.key in asked]
        self.handle: int | None = None
        self.handle = self._compile()

    # -- compiling --------------------------------------------------------------------------------------------------

    def _compile(self) -> int:
        read = {literal.key for clause in self.program.clauses for literal in clause.body}
        for index, key in enumerate(sorted(read)):
            self.keys[key] = f'"g":"g{index // SHARD}","k":"k{index}"'
        uses: dict[str, int] = {}
        siblings: dict[str, set[str]] = {}
        rules = ['"begin":{"all":[{"a0":{"g":"begin"}}]}', '"end":{"all":[{"a0":{"g":"end"}}]}']
        for number, clause in enumerate(self.program.clauses):
            body = []
            for position, literal in enumerate(clause.body):
                premise = self._premise(literal)
                uses[premise] = uses.get(premise, 0) + 1
                siblings.setdefault(literal.key, set()).add(premise)
                body.append(f'{{"a{position}":{premise}}}')
            if len(set(clause.body)) != len(clause.body) or not body:
                raise EngineError(f"clause {number} has no premise or the same one twice")
            rules.append(f'"r{number}":{{"all":[{",".join(body)}]}}')
        within = (
            len(rules) <= MAX_RULES
            and max(uses.values(), default=0) < MAX_USES
            and max((len(tests) for tests in siblings.values()), default=0) < MAX_SIBLINGS
            and len(self.keys) < SHARD * MAX_SHARDS
        )
        if not within:
            raise EngineError("the program is larger than the engine can hold safely")
        handle: int = core.create_ruleset("sjd", "{" + ",".join(rules) + "}")
        return handle

    def _premise(self, literal: Literal) -> str:
        shard, key = self.keys[literal.key].split(",")
        tests = ["{" + shard + "}", "{" + key + "}"]
        if literal.test == "t":
            tests.append(f'{{"t":"{literal.word}"}}')
        elif literal.test == "s":
            if literal.word == "is":
                tests.append(f'{{"s":{_text(literal.words[0])}}}')
            else:
                tests += [f'{{"$neq":{{"s":{_text(word)}}}}}' for word in ("", *literal.words)]
        else:
            low, high = ("qlo", "qhi") if literal.qualitative else ("lo", "hi")
            scale = self.scales[literal.key]
            if literal.low:
                tests.append(f'{{"{"$gt" if literal.low.open else "$gte"}":{{"{low}":{_cut(literal.low, scale)}}}}}')
            if literal.high:
                tests.append(f'{{"{"$lte" if literal.high.open else "$lt"}":{{"{high}":{_cut(literal.high, scale)}}}}}')
            if not (literal.low or literal.high):
                tests.append(f'{{"$gte":{{"{low}":-{LARGEST}.0}}}}')
        return f'{{"$and":[{",".join(tests)}]}}'

    # -- running ----------------------------------------------------------------------------------------------------

    def run(self, inputs: Inputs) -> Result:
        """Derive everything that follows from ``inputs``; raises `EngineError` when the engine misbehaves."""
        run = _Run(self, inputs)
        try:
            return run.result()
        finally:
            if run.begun:
                core.delete_state(self.handle, "c")

    def close(self) -> None:
        """Free the compiled rules."""
        if self.handle is not None:
            core.delete_ruleset(self.handle)
            self.handle = None


class _Run:
    """The state of one case."""

    def __init__(self, engine: DurableEngine, inputs: Inputs) -> None:
        self.engine, self.inputs = engine, inputs
        self.truth: dict[str, str] = {}
        self.spans: dict[str, Span] = {}
        self.firings: list[int] = []
        self.count = 0
        self.begun = False
        self.batch: list[str] = []

    def result(self) -> Result:
        for key, known in self.inputs.items():
            if key in self.engine.keys:
                self._assert_input(key, known)
        for key in self.engine.asked_unknown:
            known = self.inputs.get(key)
            if known is None or known.qualitative:
                self._fact(key, f'"t":"{UNKNOWN}"')
        for computed, settled in self.engine.strata:
            for key in computed:
                self._aggregate(self.engine.aggregates[key])
            for key in settled:
                if key not in self.truth:
                    self._fact(key, f'"t":"{UNKNOWN}"')
            self._chain()
        return Result(self.truth, self.spans, tuple(self.firings))

    def _fact(self, key: str, properties: str) -> None:
        self.batch.append(f'{{"sid":"c","id":"f{self.count}",{self.engine.keys[key]},{properties}}}')
        self.count += 1

    def _assert_input(self, key: str, known: Known) -> None:
        if known.truth:
            self._fact(key, f'"t":"{known.truth}"')
        elif known.code:
            self._fact(key, f'"s":{_text(known.code)}')
        else:
            self._range(key, known.low, known.high, known.qualitative)

    def _range(self, key: str, low: Fraction | None, high: Fraction | None, qualitative: bool) -> None:
        scale = self.engine.scales.get(key, 1)
        bottom = _number(low, scale) if low is not None else f"-{LARGEST}.0"
        top = _number(high, scale) if high is not None else f"{LARGEST}.0"
        text = f'"qlo":{bottom},"qhi":{top}'
        self._fact(key, text if qualitative else f'"lo":{bottom},"hi":{top},{text}')

    def _aggregate(self, aggregate: Aggregate) -> None:
        span = self._stated(aggregate) or self._computed(aggregate)
        self.spans[aggregate.key] = span
        if aggregate.key in self.engine.keys and (span.low is not None or span.high is not None):
            self._range(aggregate.key, span.low, span.high, qualitative=False)

    def _stated(self, aggregate: Aggregate) -> Span | None:
        known = self.inputs.get(aggregate.stated) if aggregate.stated else None
        return Span(known.low, known.high) if known and not known.qualitative else None

    def _computed(self, aggregate: Aggregate) -> Span:
        parts = [(addend.weight, self._addend(addend)) for addend in aggregate.addends]
        if aggregate.op == "first_known":
            return first_known([span for _, span in parts])
        return add_up(aggregate.op, parts)

    def _addend(self, addend: Addend) -> Span:
        if addend.kind == "flag":
            truth = self.truth.get(addend.key)
            return Span(ONE if truth == TRUE else ZERO, ZERO if truth == FALSE else ONE)
        if addend.kind == "aggregate":
            return self.spans[addend.key]
        if addend.kind == "number":
            known = self.inputs.get(addend.key)
            if known is None or known.qualitative:
                return Span(addend.minimum, addend.maximum)
            return Span(known.low, known.high)
        low = high = addend.levels[0][1]
        ruled_out = False
        for node, number in addend.levels[1:]:
            truth = self.truth.get(node)
            low = number if truth == TRUE else low
            ruled_out = ruled_out or truth == FALSE
            high = high if ruled_out else number
        return Span(low, high)

    def _chain(self) -> None:
        """Assert the batch, note every firing, assert the new conclusions as the next batch, until nothing is new.

        The first batch is sent even when nothing is known: a state that was never made cannot be deleted.
        """
        handle = self.engine.handle
        while self.batch or not self.count:
            first, last = self.count, self.count + 1
            self.count += 2
            text = f"[{','.join((BEGIN % first, *self.batch, END % last))}]"
            self.batch = []
            self.begun = True
            code, offset = core.assert_facts(handle, text)
            if code not in (0, 1) or offset != 1:
                raise EngineError(f"a batch was answered with code {code} and state {offset}")
            seen = set()
            started = core.start_action_for_state(handle, offset)
            message = started[1] if started else None
            while message:
                name = message[2 : message.index('"', 2)]
                if name[0] == "r":
                    self._fired(int(name[1:]))
                else:
                    seen.add(name)
                message = core.complete_and_start_action(handle, offset)
            if seen != {"begin", "end"}:
                raise EngineError("a batch was not taken in to its end")

    def _fired(self, number: int) -> None:
        self.firings.append(number)
        head, truth = self.engine.heads[number]
        known = self.truth.get(head)
        if known is None:
            self.truth[head] = truth
            if head in self.engine.keys:
                self._fact(head, f'"t":"{truth}"')
        elif known != truth:
            raise EngineError(f"{head} came out both true and false")


def _exact(aggregate: Aggregate) -> Aggregate:
    """The same aggregate with whole numbers as integers."""
    addends = []
    for addend in aggregate.addends:
        levels = tuple((node, exact(number)) for node, number in addend.levels)
        ends = [None if end is None else exact(end) for end in (addend.minimum, addend.maximum)]
        addends.append(Addend(addend.kind, addend.key, exact(addend.weight), levels, *ends))
    return aggregate._replace(addends=tuple(addends))


def _scales(program: Program) -> dict[str, int]:
    """For each number a whole factor that makes every threshold a whole number."""
    scales: dict[str, int] = {}
    for clause in program.clauses:
        for literal in clause.body:
            if literal.test == "n":
                for cut in (literal.low, literal.high):
                    scale = scales.setdefault(literal.key, 1)
                    if cut:
                        scales[literal.key] = lcm(scale, cut.at.denominator)
    return scales


def _cut(cut: Boundary, scale: int) -> str:
    return f"{int(cut.at * scale)}.0"


def _number(value: Fraction, scale: int) -> str:
    """A number for comparing with whole thresholds: itself when whole, else halfway to the next, which orders the same."""
    scaled = value * scale
    whole = floor(scaled)
    if abs(whole) >= LARGEST // 2:
        raise EngineError("a number is too large to be compared exactly")
    return f"{whole}.0" if scaled.denominator == 1 else f"{whole + 0.5}"


def _text(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)
