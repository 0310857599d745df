"""Which missing facts can still change an undecided answer.

An input matters when two completions that differ only in it give different answers. The clauses of a node are the
prime boxes of its rule; restricted to what is known, and with absorbed ones dropped, they are the prime boxes of what
is left, and what is left depends on exactly the inputs that they still name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import lcm

from sjogren.engine.knowledge import Inputs, Result, Span
from sjogren.model.rule import Rule
from sjogren.program.ir import TRUE, UNKNOWN, Addend, Aggregate, Clause, Literal, Program


class Lacks:
    """Finds them for one program."""

    def __init__(
        self,
        program: Program,
        rules: Mapping[str, Rule],
        by_head: Mapping[str, list[Clause]],
        aggregates: Mapping[str, Aggregate],
    ) -> None:
        self.rules, self.by_head, self.aggregates = rules, by_head, aggregates
        self.nodes = {node.key: node for node in program.nodes}
        self.state: _State | None = None
        """The case that was asked last, with what was found of it."""

    def of_verdict(self, rule: str, result: Result, inputs: Inputs) -> tuple[str, ...]:
        """Keys of the inputs that an undetermined verdict lacks; none when the verdict is given."""
        if any(result.truth.get(f"{rule}={word}") == TRUE for word in ("excluded", "entry_not_met", "not_met", "met")):
            return ()
        return self.of_node(f"{rule}=met", result, inputs)

    def of_node(self, key: str, result: Result, inputs: Inputs) -> tuple[str, ...]:
        """Keys of the inputs that an undecided node lacks, in order."""
        if self.state is None or self.state.result is not result:
            self.state = _State(result, inputs)
        found: dict[str, None] = {}
        self._node(key, self.state, found)
        return tuple(sorted(found))

    def _node(self, key: str, state: _State, found: dict[str, None]) -> None:
        """Add what a node lacks; looked for once in a case, as many verdicts rest on it."""
        below = state.below.get(key)
        if below is None:
            below = {}
            self._look(key, state, below)
            state.below[key] = below
        found |= below

    def _look(self, key: str, state: _State, found: dict[str, None]) -> None:
        node = self.nodes[key]
        rule = self.rules[node.rule]
        if rule.stated and rule.kind == "Grade" and rule.stated not in state.inputs:
            found.setdefault(rule.stated)
            return
        kept = _absorbed(
            [
                body
                for clause in self.by_head.get(key, ())
                if (open_ := self._restrict(clause, state)) is not None
                for body in (self._opened(open_, rule, state) if rule.branches else [frozenset(open_)])
            ]
        )
        if not kept:
            self._unreliable(key, state, found)
        for literal in dict.fromkeys(literal for body in kept for literal in sorted(body, key=_name)):
            self._literal(literal, state, found)

    def _opened(self, body: Iterable[Literal], rule: Rule, state: _State) -> list[frozenset[Literal]]:
        """The open premises of a set with branches, with what they rest on down to the items in place of its own steps.

        Branches share their items, so only together do they tell what still matters.
        """
        ways: list[frozenset[Literal]] = [frozenset()]
        for literal in body:
            inner = [frozenset([literal])]
            if literal.word != UNKNOWN and literal.key in self.nodes and self._is_step(literal.key, rule):
                bodies = [
                    open_
                    for clause in self.by_head.get(literal.key, ())
                    if clause.truth == literal.word and (open_ := self._restrict(clause, state)) is not None
                ]
                inner = _absorbed([way for open_ in bodies for way in self._opened(open_, rule, state)])
            ways = _absorbed([way | more for way in ways for more in inner])
        return ways

    def _is_step(self, key: str, rule: Rule) -> bool:
        """Whether a node is a step of a criteria set itself: a condition of its own, or a part that is no item."""
        own = self.rules[self.nodes[key].rule]
        plain = own.kind == "Finding" and not (own.unreliable_if or own.when_unknown)
        return own is rule or (plain and own.parent == rule.id and own.id not in {item.rule for item in rule.items})

    def _restrict(self, clause: Clause, state: _State) -> tuple[Literal, ...] | None:
        """The premises still open; None when one cannot hold any more, or when none is left to ask."""
        left = []
        for literal in clause.body:
            state_of = state.holds(literal, self.aggregates, self.nodes)
            if state_of is False:
                return None
            if state_of is None:
                left.append(literal)
        return tuple(left) or None

    def _literal(self, literal: Literal, state: _State, found: dict[str, None]) -> None:
        if literal.key in self.aggregates:
            cuts = [cut.at for cut in (literal.low, literal.high) if cut]
            self._aggregate(literal.key, cuts, state, found)
        elif literal.key in self.nodes:
            self._node(literal.key, state, found)
        else:
            found.setdefault(literal.key)

    def _unreliable(self, key: str, state: _State, found: dict[str, None]) -> None:
        """A result that was measured but does not count: what to repeat is the test, not what makes it unreliable."""
        rule = self.rules[self.nodes[key].rule]
        if rule.unreliable_if is None:
            return
        doubted = rule.unreliable_if.place.path
        bases = {clause.body[0].key for clause in self.by_head.get(key, ()) if clause.path == doubted}
        for base in bases:
            self._measured(base, state, found)

    def _measured(self, key: str, state: _State, found: dict[str, None]) -> None:
        for clause in self.by_head.get(key, ()):
            for literal in clause.body:
                self._measured_by(literal.key, state, found)

    def _measured_by(self, key: str, state: _State, found: dict[str, None]) -> None:
        if key in self.nodes:
            self._measured(key, state, found)
        elif key in self.aggregates:
            for addend in self.aggregates[key].addends:
                for each in [node for node, _ in addend.levels[1:]] or [addend.key]:
                    self._measured_by(each, state, found)
        elif key in state.inputs and not key.startswith("policy:"):
            found.setdefault(key)

    def _aggregate(self, key: str, cuts: list[Fraction], state: _State, found: dict[str, None]) -> None:
        aggregate = self.aggregates[key]
        if aggregate.op == "first_known":
            for addend in aggregate.addends:
                self._aggregate(addend.key, cuts, state, found)
            return
        count = len(aggregate.addends) if aggregate.op == "mean" else 1
        parts = [(addend, self._values(addend, state)) for addend in aggregate.addends]
        for index, (addend, values) in enumerate(parts):
            if len(values) == 1 and addend.kind != "number":
                continue
            others = [other for position, (_, other) in enumerate(parts) if position != index]
            if any(_crosses(others, values, cut * count) for cut in cuts):
                self._addend(addend, state, found)

    def _addend(self, addend: Addend, state: _State, found: dict[str, None]) -> None:
        if addend.kind == "flag":
            self._node(addend.key, state, found)
        elif addend.kind == "number":
            if addend.key not in state.inputs:
                found.setdefault(addend.key)
        elif addend.kind == "grade":
            for node, _ in addend.levels[1:]:
                if state.result.truth.get(node) is None:
                    self._node(node, state, found)
        else:
            span = state.result.spans[addend.key]
            self._aggregate(addend.key, [end for end in span if end is not None], state, found)

    def _values(self, addend: Addend, state: _State) -> set[Fraction]:
        """The values that an addend can still have; for open numbers their ends."""
        if addend.kind == "flag":
            truth = state.result.truth.get(addend.key)
            return {addend.weight * n for n in (0, 1) if truth is None or (truth == TRUE) == bool(n)}
        if addend.kind == "grade":
            values = {addend.weight * addend.levels[0][1]}
            for node, number in addend.levels[1:]:
                truth = state.result.truth.get(node)
                if truth == TRUE:
                    values = {addend.weight * number}
                elif truth is None:
                    values.add(addend.weight * number)
            return values
        if addend.kind == "aggregate":
            ends: tuple[Fraction | None, ...] = state.result.spans[addend.key]
        else:
            known = state.inputs.get(addend.key)
            ends = (known.low, known.high) if known and not known.qualitative else (addend.minimum, addend.maximum)
        return {addend.weight * end for end in ends if end is not None} or {Fraction(0)}


class _State:
    """What is known when the answer is undecided."""

    def __init__(self, result: Result, inputs: Inputs) -> None:
        self.result, self.inputs = result, inputs
        self.below: dict[str, dict[str, None]] = {}
        """What each node lacks."""

    def holds(self, literal: Literal, aggregates: Mapping[str, Aggregate], nodes: Mapping[str, object]) -> bool | None:
        """Whether a premise holds, cannot hold, or is open."""
        if literal.key in aggregates:
            return self._number(literal, self.result.spans[literal.key])
        if literal.key in nodes:
            truth = self.result.truth.get(literal.key)
            if literal.word == UNKNOWN:
                return truth is None
            return None if truth is None else truth == literal.word
        known = self.inputs.get(literal.key)
        readable = known is not None and (literal.qualitative or not known.qualitative)
        if literal.word == UNKNOWN:
            return not readable
        if known is None or not readable:
            return None
        if literal.test == "t":
            return bool(known.truth == literal.word)
        if literal.test == "s":
            return bool((known.code in literal.words) == (literal.word == "is"))
        return self._number(literal, Span(known.low, known.high))

    def _number(self, literal: Literal, span: Span) -> bool | None:
        """Whether a span lies in the premise's range, outside it, or across its ends."""
        inside, outside = True, False
        if literal.low:
            cut = literal.low
            above = span.low is not None and (span.low > cut.at if cut.open else span.low >= cut.at)
            below = span.high is not None and (span.high <= cut.at if cut.open else span.high < cut.at)
            inside, outside = inside and above, outside or below
        if literal.high:
            cut = literal.high
            below = span.high is not None and (span.high <= cut.at if cut.open else span.high < cut.at)
            above = span.low is not None and (span.low > cut.at if cut.open else span.low >= cut.at)
            inside, outside = inside and below, outside or above
        return True if inside else False if outside else None


def _absorbed(bodies: Iterable[frozenset[Literal]]) -> list[frozenset[Literal]]:
    """Bodies without those that ask for all that another one asks for, and more."""
    kept: list[frozenset[Literal]] = []
    for body in sorted(dict.fromkeys(bodies), key=len):
        if not any(other < body for other in kept):
            kept.append(body)
    return kept


def _name(literal: Literal) -> str:
    return literal.key


def _crosses(others: list[set[Fraction]], values: set[Fraction], cut: Fraction) -> bool:
    """Whether some sum of the others lies below the cut with one value and not below it with another."""
    scale = lcm(cut.denominator, *(value.denominator for each in (*others, values) for value in each))

    def whole(value: Fraction) -> int:
        return value.numerator * (scale // value.denominator)

    sums, least = 1, 0  # the sums of the others, a bit for each, from the least one on
    for choices in others:
        found = [whole(choice) for choice in choices]
        lowest = min(found)
        least += lowest
        shifted = 0
        for choice in found:
            shifted |= sums << (choice - lowest)
        sums = shifted
    first = max(0, whole(cut) - whole(max(values)) - least)
    after = whole(cut) - whole(min(values)) - least
    return after > first and bool((sums >> first) & ((1 << (after - first)) - 1))
