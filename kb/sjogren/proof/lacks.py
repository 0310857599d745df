"""Which missing facts can still change an undecided answer.

An input matters when two completions that differ only in it give different answers. The clauses of a node are the
prime boxes of its rule; restricted to what is known, and with absorbed ones dropped, they are the prime boxes of what
is left, and what is left depends on exactly the inputs that they still name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from sjogren.engine.kept import Kept
from sjogren.engine.knowledge import Inputs, Result, Span
from sjogren.model.rule import Rule
from sjogren.program.ir import TRUE, UNKNOWN, Addend, Aggregate, Clause, Literal, Program
from sjogren.proof.crossing import crossing, known

MAX_KEPT = 4_000
"""Answers kept in memory of what a node still asks for."""


class Way(NamedTuple):
    """A clause with its premises by number: equal premises have the same number in all clauses."""

    truth: str
    path: str
    body: tuple[int, ...]


class Lacks:
    """Finds them for one program."""

    def __init__(
        self,
        program: Program,
        rules: Mapping[str, Rule],
        by_head: Mapping[str, list[Clause]],
        aggregates: Mapping[str, Aggregate],
    ) -> None:
        self.rules, self.aggregates = rules, aggregates
        numbers: dict[Literal, int] = {}
        self.ways = {
            head: [
                Way(each.truth, each.path, tuple(numbers.setdefault(literal, len(numbers)) for literal in each.body))
                for each in clauses
            ]
            for head, clauses in by_head.items()
        }
        self.literals = list(numbers)
        self.read = {
            head: tuple(dict.fromkeys(number for way in ways for number in way.body))
            for head, ways in self.ways.items()
        }
        self.read_below: dict[str, tuple[int, ...]] = {}
        self.crossing = Kept(MAX_KEPT)
        """For an aggregate, its cuts and what is known of its addends: those that can carry it over a cut."""
        self.asked = Kept(MAX_KEPT)
        """For a node and what holds of all that it reads: the premises that it still asks for."""
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
            self.state = _State(self, result, inputs)
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
        asks = self._asks(key, rule, state)
        if not asks:
            self._unreliable(key, state, found)
        for number in asks:
            self._literal(self.literals[number], state, found)

    def _asks(self, key: str, rule: Rule, state: _State) -> tuple[int, ...]:
        """The open premises of a node that can still matter, in order."""
        pattern = (key, *[state.held[number] for number in self._looked_at(key, rule)])
        found: tuple[int, ...] | None = self.asked[pattern]
        if found is None:
            bodies: list[frozenset[int]] = []
            for way in self.ways.get(key, ()):
                open_ = self._restrict(way, state)
                if open_ is not None:
                    bodies += self._opened(open_, rule, state) if rule.branches else [frozenset(open_)]
            found = self.asked.keep(pattern, self._ordered(bodies))
        return found

    def _looked_at(self, key: str, rule: Rule) -> tuple[int, ...]:
        """The premises that settle what a node asks for: its own, and with branches those of the set's steps below."""
        if not rule.branches:
            return self.read.get(key, ())
        found = self.read_below.get(key)
        if found is None:
            keys = [key]
            for step in keys:
                below = (self.literals[number].key for number in self.read.get(step, ()))
                keys += dict.fromkeys(
                    each for each in below if each in self.nodes and each not in keys and self._is_step(each, rule)
                )
            every = (number for step in keys for number in self.read.get(step, ()))
            found = self.read_below[key] = tuple(dict.fromkeys(every))
        return found

    def _ordered(self, bodies: list[frozenset[int]]) -> tuple[int, ...]:
        """The premises that some body names when absorbed ones are dropped."""
        named = (number for body in _absorbed(bodies) for number in sorted(body, key=self._name))
        return tuple(dict.fromkeys(named))

    def _name(self, number: int) -> str:
        return self.literals[number].key

    def _opened(self, body: Iterable[int], rule: Rule, state: _State) -> list[frozenset[int]]:
        """The open premises of a set with branches, with what they rest on down to the items in place of its own steps.

        Branches share their items, so only together do they tell what still matters.
        """
        ways: list[frozenset[int]] = [frozenset()]
        for number in body:
            literal = self.literals[number]
            inner = [frozenset([number])]
            if literal.word != UNKNOWN and literal.key in self.nodes and self._is_step(literal.key, rule):
                bodies = [
                    open_
                    for way in self.ways.get(literal.key, ())
                    if way.truth == literal.word and (open_ := self._restrict(way, state)) is not None
                ]
                inner = _absorbed([way for open_ in bodies for way in self._opened(open_, rule, state)])
            ways = _absorbed([way | more for way in ways for more in inner])
        return ways

    def _is_step(self, key: str, rule: Rule) -> bool:
        """Whether a node is a step of a criteria set itself: a condition of its own, or a part that is no item."""
        own = self.rules[self.nodes[key].rule]
        plain = own.kind == "Finding" and not (own.unreliable_if or own.when_unknown)
        return own is rule or (plain and own.parent == rule.id and own.id not in {item.rule for item in rule.items})

    def _restrict(self, way: Way, state: _State) -> tuple[int, ...] | None:
        """The premises still open; None when one cannot hold any more, or when none is left to ask."""
        left = []
        for number in way.body:
            holds = state.held[number]
            if holds is False:
                return None
            if holds is None:
                left.append(number)
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
        bases = {self._name(way.body[0]) for way in self.ways.get(key, ()) if way.path == doubted}
        for base in bases:
            self._measured(base, state, found)

    def _measured(self, key: str, state: _State, found: dict[str, None]) -> None:
        for number in self.read.get(key, ()):
            self._measured_by(self._name(number), state, found)

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
        pattern = (key, *cuts, *[known(addend, state.result, state.inputs) for addend in aggregate.addends])
        places: tuple[int, ...] | None = self.crossing[pattern]
        if places is None:
            places = self.crossing.keep(pattern, tuple(crossing(aggregate, cuts, state.result, state.inputs)))
        for index in places:
            self._addend(aggregate.addends[index], state, found)

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


class _State:
    """What is known when the answer is undecided."""

    def __init__(self, program: Lacks, result: Result, inputs: Inputs) -> None:
        self.result, self.inputs = result, inputs
        self.held = _Held(program, self)
        self.below: dict[str, dict[str, None]] = {}
        """What each node lacks."""


class _Held(dict[int, "bool | None"]):
    """Whether each premise holds, cannot hold, or is open; found when it is first asked for."""

    def __init__(self, program: Lacks, state: _State) -> None:
        super().__init__()
        self.program, self.state = program, state

    def __missing__(self, number: int) -> bool | None:
        found = self[number] = self._found(self.program.literals[number])
        return found

    def _found(self, literal: Literal) -> bool | None:
        result, key = self.state.result, literal.key
        if key in self.program.aggregates:
            return _in_range(literal, result.spans[key])
        if key in self.program.nodes:
            truth = result.truth.get(key)
            if literal.word == UNKNOWN:
                return truth is None
            return None if truth is None else truth == literal.word
        known = self.state.inputs.get(key)
        readable = known is not None and (literal.qualitative or not known.qualitative)
        if literal.word == UNKNOWN:
            return not readable
        if known is None or not readable:
            return None
        if literal.test == "t":
            return bool(known.truth == literal.word)
        if literal.test == "s":
            return bool((known.code in literal.words) == (literal.word == "is"))
        return _in_range(literal, Span(known.low, known.high))


def _in_range(literal: Literal, span: Span) -> bool | None:
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


def _absorbed(bodies: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    """Bodies without those that ask for all that another one asks for, and more."""
    kept: list[frozenset[int]] = []
    for body in sorted(dict.fromkeys(bodies), key=len):
        if not any(other < body for other in kept):
            kept.append(body)
    return kept
