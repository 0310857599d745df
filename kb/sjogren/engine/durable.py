"""The forward-chaining engine: the only module that imports durable-rules, and only its C core, in the safe idiom.

durable-rules 2.0.28 loses facts, repeats firings or crashes outside a narrow subset. What is used here: generated
literal rules, one fact for one premise, explicit fact ids, one session identifier, a first and a last fact in every
batch that must both be seen, and the state deleted after every run. Not used: joins, negation, alternatives, events,
state, retraction, host threads, or any arithmetic. `docs/decisions/0005-durable-rules.md` tells why.

A program runs bank by bank, each a rule set of its own. What a bank derives depends only on the state of what it reads:
it is derived by durable-rules once for each state and kept. `sjogren.engine.driver` puts the banks together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import floor, lcm

import durable_rules_engine as core

from sjogren.engine.knowledge import Known
from sjogren.errors import InternalFault
from sjogren.program.ir import Boundary, Clause, Literal

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


class RuleSet:
    """Some clauses of a program, compiled once. Not for sharing between threads or across a fork."""

    def __init__(self, clauses: Mapping[int, Clause]) -> None:
        self.heads = {number: (clause.head, clause.truth) for number, clause in clauses.items()}
        self.keys: dict[str, str] = {}
        self.scales = _scales(clauses.values())
        self.handle: int | None = None
        self.handle = self._compile(clauses)

    def _compile(self, clauses: Mapping[int, Clause]) -> int:
        read = {literal.key for clause in clauses.values() for literal in clause.body}
        for index, key in enumerate(sorted(read)):
            self.keys[key] = f'"g":"g{index // SHARD}","k":"k{index}"'
        uses: dict[str, int] = {}
        siblings: dict[str, set[str]] = {}
        rules = ['"begin":{"all":[{"a0":{"g":"begin"}}]}', '"end":{"all":[{"a0":{"g":"end"}}]}']
        for number, clause in clauses.items():
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

    def derive(self, facts: Iterable[tuple[str, Known | str]]) -> tuple[list[tuple[str, str]], list[int]]:
        """Everything that follows from some facts: new truths in the order of their derivation, and every firing.

        A fact is what is known of an input or aggregate, or the truth (T, F or U) of a node or flag.
        """
        run = _Run(self, facts)
        try:
            return run.chain()
        finally:
            if run.begun:
                core.delete_state(self.handle, "c")

    def close(self) -> None:
        """Free the compiled rules."""
        if self.handle is not None:
            core.delete_ruleset(self.handle)
            self.handle = None


class _Run:
    """The state of one run of one rule set."""

    def __init__(self, rules: RuleSet, facts: Iterable[tuple[str, Known | str]]) -> None:
        self.rules = rules
        self.truth: dict[str, str] = {}
        self.firings: list[int] = []
        self.count = 0
        self.begun = False
        self.batch: list[str] = []
        for key, known in facts:
            if isinstance(known, str):
                self._fact(key, f'"t":"{known}"')
            elif known.truth:
                self._fact(key, f'"t":"{known.truth}"')
            elif known.code:
                self._fact(key, f'"s":{_text(known.code)}')
            else:
                self._range(key, known)

    def _fact(self, key: str, properties: str) -> None:
        self.batch.append(f'{{"sid":"c","id":"f{self.count}",{self.rules.keys[key]},{properties}}}')
        self.count += 1

    def _range(self, key: str, known: Known) -> None:
        scale = self.rules.scales.get(key, 1)
        bottom = _number(known.low, scale) if known.low is not None else f"-{LARGEST}.0"
        top = _number(known.high, scale) if known.high is not None else f"{LARGEST}.0"
        text = f'"qlo":{bottom},"qhi":{top}'
        self._fact(key, text if known.qualitative else f'"lo":{bottom},"hi":{top},{text}')

    def chain(self) -> tuple[list[tuple[str, str]], list[int]]:
        """Assert the batch, note every firing, assert the new conclusions as the next batch, until nothing is new.

        The first batch is sent even when nothing is known: a state that was never made cannot be deleted.
        """
        handle = self.rules.handle
        while self.batch or not self.begun:
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
        return list(self.truth.items()), self.firings

    def _fired(self, number: int) -> None:
        self.firings.append(number)
        head, truth = self.rules.heads[number]
        known = self.truth.get(head)
        if known is None:
            self.truth[head] = truth
            if head in self.rules.keys:
                self._fact(head, f'"t":"{truth}"')
        elif known != truth:
            raise EngineError(f"{head} came out both true and false")


def _scales(clauses: Iterable[Clause]) -> dict[str, int]:
    """For each number a whole factor that makes every threshold a whole number."""
    scales: dict[str, int] = {}
    for clause in clauses:
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
    """A number for comparing with whole thresholds: itself when whole, else halfway to the next (the same order)."""
    scaled = value * scale
    whole = floor(scaled)
    if abs(whole) >= LARGEST // 2:
        raise EngineError("a number is too large to be compared exactly")
    return f"{whole}.0" if scaled.denominator == 1 else f"{whole + 0.5}"


def _text(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)
