"""The compiled program as diagrams: for each of its statements, all patients in whom it is true, and in whom false.

This is a third road beside the engine and the reference evaluator: what those work out for one patient, this does for
all at once. Clauses are unions of intersections; a sum is worked out addend by addend over the values it can take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from sjogren.compare.diagrams import EVERYBODY, NOBODY, Diagrams
from sjogren.compare.space import Uncountable, Variable, accepts
from sjogren.model.rule import Rule
from sjogren.program.ir import FALSE, TRUE, UNKNOWN, Addend, Aggregate, Boundary, Clause, Literal, Program

Shares: TypeAlias = "dict[Fraction | None, int]"
"""A number by its values: for each, the patients in whom it has that value (None: open)."""


class Source(NamedTuple):
    """A program as it is read here.

    ``opened``: the rules whose stated value is left out, so that what lies behind it is looked at. ``policy``: the
    value of each policy.
    """

    program: Program
    rules: Mapping[str, Rule]
    policy: Mapping[str, str]
    opened: frozenset[str] = frozenset()

    def stated(self) -> dict[str, str]:
        """Rule to the fact by which it is stated, for those that are read as stated."""
        return {rule.id: rule.stated for rule in self.rules.values() if rule.stated and rule.id not in self.opened}


def cut(program: Program, roots: Iterable[str]) -> Program:
    """The part of a program that some nodes rest on."""
    clauses: dict[str, list[Clause]] = {}
    for clause in program.clauses:
        clauses.setdefault(clause.head, []).append(clause)
    aggregates = {aggregate.key: aggregate for aggregate in program.aggregates}
    seen: dict[str, None] = {}
    stack = list(roots)
    while stack:
        key = stack.pop()
        if key in seen:
            continue
        seen[key] = None
        stack += [literal.key for clause in clauses.get(key, ()) for literal in clause.body]
        if key in aggregates:
            for addend in aggregates[key].addends:
                stack += [addend.key, *(node for node, _ in addend.levels if node)]
    return program._replace(
        nodes=tuple(node for node in program.nodes if node.key in seen),
        clauses=tuple(clause for clause in program.clauses if clause.head in seen),
        aggregates=tuple(aggregate for aggregate in program.aggregates if aggregate.key in seen),
    )


class Outline:
    """What a program reads below some statements: clauses by head, and the inputs with all that is asked of them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        program = source.program
        self.nodes = {node.key: node for node in program.nodes}
        self.aggregates = {aggregate.key: aggregate for aggregate in program.aggregates}
        self.kinds = {each.key: each.kind for each in program.inputs}
        self.stated = source.stated()
        left_out = {rule.stated for rule in source.rules.values() if rule.stated and rule.id in source.opened}
        left_out -= set(self.stated.values())
        self.sums: dict[str, Aggregate] = {}
        """The aggregates that add up numbers, of those that were met."""
        self.heads: set[str] = set()
        """The nodes that the last reading met."""
        found: dict[tuple[str, str], list[Clause]] = {}
        for clause in program.clauses:
            if not any(self._never(literal, clause.rule, left_out) for literal in clause.body):
                body = tuple(literal for literal in clause.body if not self._always(literal, left_out))
                found.setdefault((clause.head, clause.truth), []).append(clause._replace(body=body))
        self.by_head: dict[str, list[Clause]] = {}
        for (head, _), clauses in found.items():
            self.by_head.setdefault(head, []).extend(_widest(clauses))

    def _never(self, literal: Literal, rule: str, left_out: set[str]) -> bool:
        """Whether a premise cannot hold: by policy, behind a stated level, or because what it asks is left out."""
        if literal.key.startswith("policy:"):
            chosen = self.source.policy[literal.key.removeprefix("policy:")]
            return (chosen in literal.words) != (literal.word == "is")
        if literal.key in left_out:
            return literal.word != UNKNOWN
        return literal.word == UNKNOWN and self.stated.get(rule) == literal.key

    def _always(self, literal: Literal, left_out: set[str]) -> bool:
        """Whether a premise that can hold does so for everybody."""
        return literal.key.startswith("policy:") or literal.key in left_out

    def read(self, roots: Iterable[str]) -> dict[str, list[Literal]]:
        """The inputs below some nodes, in the order in which they are met, with the premises that ask them."""
        found: dict[str, list[Literal]] = {}
        seen = self.heads = set()

        def walk(key: str, literal: Literal | None) -> None:
            if key in self.aggregates:
                self._aggregate(self.aggregates[key], literal, found, walk)
            elif key not in self.nodes:
                if not key.startswith("policy:"):
                    found.setdefault(key, [])
                    found[key] += [literal] if literal else []
            elif key not in seen:
                seen.add(key)
                for clause in self.by_head.get(key, ()):
                    for each in clause.body:
                        walk(each.key, each)

        for root in roots:
            walk(root, None)
        return found

    def _aggregate(
        self,
        aggregate: Aggregate,
        literal: Literal | None,
        found: dict[str, list[Literal]],
        walk: Callable[[str, Literal | None], None],
    ) -> None:
        entry = self.entry(aggregate)
        if entry:
            self.kinds.setdefault(entry, "number")
            found.setdefault(entry, [])
            found[entry] += [literal] if literal else []
            if entry == aggregate.key:
                self.sums[entry] = aggregate
                for addend in aggregate.addends:
                    found.setdefault(addend.key, [])
            return
        for addend in aggregate.addends:
            for node in [node for node, _ in addend.levels[1:]] or [addend.key]:
                walk(node, literal if addend.kind == "aggregate" else None)

    def entry(self, aggregate: Aggregate) -> str:
        """The input by which an aggregate is read: its stated total, or itself where it adds up numbers; else empty."""
        if aggregate.stated and aggregate.key in self.stated:
            return self.stated[aggregate.key]
        return aggregate.key if any(addend.kind == "number" for addend in aggregate.addends) else ""


class Reading:
    """One program over a space of patients."""

    def __init__(self, outline: Outline, variables: Iterable[Variable], diagrams: Diagrams) -> None:
        self.outline, self.diagrams = outline, diagrams
        self.index = {each.key: (position, each) for position, each in enumerate(variables)}
        self._truth: dict[tuple[str, str], int] = {}
        self._shares: dict[tuple[str, str], Shares] = {}
        self._exact: dict[str, int] = {}

    def truth(self, key: str, word: str) -> int:
        """All patients in whom a node is true, false or unknown."""
        known = self._truth.get((key, word))
        if known is not None:
            return known
        if word == UNKNOWN:
            found = self.diagrams.negate(self.diagrams.either(self.truth(key, TRUE), self.truth(key, FALSE)))
        else:
            clauses = [clause for clause in self.outline.by_head.get(key, ()) if clause.truth == word]
            found = self.diagrams.any_of(
                self.diagrams.all_of(self.holds(literal) for literal in clause.body) for clause in clauses
            )
        self._truth[key, word] = found
        return found

    def holds(self, literal: Literal) -> int:
        """All patients in whom a premise holds."""
        if literal.key in self.outline.nodes:
            return self.truth(literal.key, literal.word)
        if literal.key in self.outline.aggregates:
            return self._number(self.outline.aggregates[literal.key], literal)
        position, each = self.index[literal.key]
        return self.diagrams.values(
            position, [number for number, cell in enumerate(each.cells) if accepts(literal, cell)]
        )

    # -- sums ---------------------------------------------------------------------------------------------------------

    def _number(self, aggregate: Aggregate, literal: Literal) -> int:
        if entry := self.outline.entry(aggregate):
            position, each = self.index[entry]
            return self.diagrams.values(
                position, [number for number, cell in enumerate(each.cells) if accepts(literal, cell)]
            )
        found = EVERYBODY
        if literal.low:
            cut = literal.low
            found = self._those(self._ends(aggregate, "low"), lambda number: _reached(cut, number))
        if literal.high:
            top = literal.high
            below = self._those(self._ends(aggregate, "high"), lambda number: not _reached(top, number))
            found = self.diagrams.both(found, below)
        return found

    def _those(self, shares: Shares, wanted: Callable[[Fraction], bool]) -> int:
        return self.diagrams.any_of(part for number, part in shares.items() if number is not None and wanted(number))

    def _ends(self, aggregate: Aggregate, end: str) -> Shares:
        """The lower or upper end of a sum, by its values."""
        known = self._shares.get((aggregate.key, end))
        if known is not None:
            return known
        if aggregate.op == "first_known":
            found = self._first_known(aggregate, end)
        else:
            found = {Fraction(0): EVERYBODY}
            for addend in aggregate.addends:
                turned = {"low": "high", "high": "low"}[end] if addend.weight < 0 else end
                found = self._sum(found, addend, self._addend(addend, turned))
            if aggregate.op == "mean":
                count = len(aggregate.addends)
                found = {None if number is None else number / count: part for number, part in found.items()}
        self._shares[aggregate.key, end] = found
        return found

    def _sum(self, before: Shares, addend: Addend, shares: Shares) -> Shares:
        parts: dict[Fraction | None, list[int]] = {}
        for total, these in before.items():
            for number, those in shares.items():
                both = self.diagrams.both(these, those)
                if both != NOBODY:
                    key = None if total is None or number is None else total + addend.weight * number
                    parts.setdefault(key, []).append(both)
        return {number: self.diagrams.any_of(each) for number, each in parts.items()}

    def _addend(self, addend: Addend, end: str) -> Shares:
        if addend.kind == "aggregate":
            aggregate = self.outline.aggregates[addend.key]
            if self.outline.entry(aggregate):
                raise Uncountable(f"{addend.key} is added up as stated")
            return self._ends(aggregate, end)
        if addend.kind == "flag":
            one = self.truth(addend.key, TRUE)
            one = one if end == "low" else self.diagrams.negate(self.truth(addend.key, FALSE))
            return self._kept({Fraction(1): one, Fraction(0): self.diagrams.negate(one)})
        shares: Shares = {}
        if end == "low":
            later = NOBODY
            for node, number in reversed(addend.levels[1:]):
                here = self.diagrams.both(self.truth(node, TRUE), self.diagrams.negate(later))
                shares[number] = here
                later = self.diagrams.either(later, here)
            shares[addend.levels[0][1]] = self.diagrams.negate(later)
            return self._kept(shares)
        left, below = EVERYBODY, addend.levels[0][1]
        for node, number in addend.levels[1:]:
            ruled_out = self.truth(node, FALSE)
            shares[below] = self.diagrams.both(left, ruled_out)
            left, below = self.diagrams.both(left, self.diagrams.negate(ruled_out)), number
        shares[below] = left
        return self._kept(shares)

    def _kept(self, shares: Shares) -> Shares:
        return {number: part for number, part in shares.items() if part != NOBODY}

    def _first_known(self, aggregate: Aggregate, end: str) -> Shares:
        """The first of several sums that is one number, else the first of all."""
        parts: dict[Fraction | None, list[int]] = {}
        left = EVERYBODY
        keys = [self.outline.aggregates[addend.key] for addend in aggregate.addends]
        for each in keys:
            here = self.diagrams.both(left, self._is_exact(each))
            left = self.diagrams.both(left, self.diagrams.negate(here))
            self._share(each, end, here, parts)
        self._share(keys[0], end, left, parts)
        return {number: self.diagrams.any_of(these) for number, these in parts.items()}

    def _share(self, aggregate: Aggregate, end: str, among: int, parts: dict[Fraction | None, list[int]]) -> None:
        if among == NOBODY:
            return
        for number, these in self._entry_ends(aggregate, end).items():
            both = self.diagrams.both(among, these)
            if both != NOBODY:
                parts.setdefault(number, []).append(both)

    def _entry_ends(self, aggregate: Aggregate, end: str) -> Shares:
        """The ends of a sum that may be read as stated: a value for each stretch that any rule tells apart."""
        entry = self.outline.entry(aggregate)
        if not entry:
            return self._ends(aggregate, end)
        position, each = self.index[entry]
        found: Shares = {}
        for number, cell in enumerate(each.cells):
            value = getattr(cell.known, end) if cell.known else None
            found[value] = self.diagrams.either(found.get(value, NOBODY), self.diagrams.values(position, [number]))
        return found

    def _is_exact(self, aggregate: Aggregate) -> int:
        """Those in whom a sum is one number."""
        known = self._exact.get(aggregate.key)
        if known is not None:
            return known
        if entry := self.outline.entry(aggregate):
            position, each = self.index[entry]
            found = self.diagrams.values(
                position,
                [number for number, cell in enumerate(each.cells) if cell.known and cell.known.low == cell.known.high],
            )
        else:
            lows, highs = self._ends(aggregate, "low"), self._ends(aggregate, "high")
            found = self.diagrams.any_of(
                self.diagrams.both(part, highs[number])
                for number, part in lows.items()
                if number is not None and number in highs
            )
        self._exact[aggregate.key] = found
        return found


def _widest(clauses: list[Clause]) -> list[Clause]:
    """Clauses without those that ask for all that another one asks, and more; a policy that is settled makes such."""
    bodies = [frozenset(clause.body) for clause in clauses]
    return [
        clause
        for position, clause in enumerate(clauses)
        if not any(
            other < bodies[position] or (other == bodies[position] and index < position)
            for index, other in enumerate(bodies)
        )
    ]


def _reached(cut: Boundary, number: Fraction) -> bool:
    return number > cut.at if cut.open else number >= cut.at
