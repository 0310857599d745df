"""Conditions as questions over variables: asked of sets of values that are still possible, split only where it matters.

A question is answered with everything that it can still come to. A condition is first asked of all values at once; only
where that leaves it open is a variable that stands in the way split into its values, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import ceil, floor
from operator import eq
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from sjogren.engine.kept import Kept
from sjogren.model.rule import BOTH, EITHER, FACT, MEANS, NUMERIC, POLICY, Condition, Group, Rule, Subject, Test
from sjogren.model.vocabulary import SIDES

if TYPE_CHECKING:
    from sjogren.engine.conditions import Conditions

Truth: TypeAlias = "bool | None"
Sets: TypeAlias = "tuple[tuple[Any, ...], ...]"
Ask: TypeAlias = Callable[[Sets], Any]
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "at_least": lambda value, limit: bool(value >= limit),
    "at_most": lambda value, limit: bool(value <= limit),
    "above": lambda value, limit: bool(value > limit),
    "below": lambda value, limit: bool(value < limit),
}
NUMBERS = frozenset({"number", "whole", "score", "mean", "change"})
STATUS = frozenset({"known", "unknown", "not_shown"})


class Variable(NamedTuple):
    """One thing that a condition asks about, and the numbers at which an answer can turn."""

    kind: str
    key: str
    limits: tuple[Fraction, ...] = ()
    words: tuple[str, ...] = ()
    about: Any = None

    def values(self, mark: Any) -> tuple[Any, ...]:
        """The values behind what is known: numbers by one value for each limit and each stretch between limits."""
        if self.kind in NUMBERS:
            return tuple(_stretches(self.limits, mark, whole=self.kind == "whole"))
        if self.kind == "grade":
            return tuple(range(mark[0], mark[1] + 1))
        if self.kind == "table":
            return tuple(sorted(mark))
        if self.kind == "code":
            return (*self.words, "") if mark is None else (mark,)
        return (True, False) if mark is None else (mark,)


MAX_KEPT = 500
"""Answers kept for each question; above that the older half goes."""


class Question:
    """A function of variables, asked again and again; what was once worked out is kept."""

    def __init__(self, reader: Reader, ask: Ask, answers: int) -> None:
        self.variables = tuple(reader.finished())
        self.reader, self.ask = reader, ask
        self.most = answers
        """How many answers there are: once all were met, nothing more is to be found."""
        self.answers = Kept(MAX_KEPT)

    def possible(self, marks: tuple[Any, ...]) -> frozenset[Any]:
        """All answers that remain, given what is known of each variable."""
        found: frozenset[Any] | None = self.answers[marks]
        if found is None:
            sets = tuple(variable.values(mark) for variable, mark in zip(self.variables, marks, strict=True))
            collected: set[Any] = set()
            self._split(sets, collected)
            found = self.answers.keep(marks, frozenset(collected))
        return found

    def _split(self, sets: Sets, collected: set[Any]) -> None:
        answer = self.ask(sets)
        if answer is not None:
            collected.add(answer)
            return
        place = self.reader.pending
        for value in sets[place]:
            self._split((*sets[:place], (value,), *sets[place + 1 :]), collected)
            if len(collected) == self.most:
                return


class Reader:
    """Turns conditions into functions over variables, gathering the variables and their limits."""

    def __init__(self, reference: Conditions, rule: Rule, side: str) -> None:
        self.reference, self.rule, self.side = reference, rule, side
        self.order: dict[tuple[str, str], int] = {}
        self.made: list[tuple[str, str, Any]] = []
        self.limits: dict[tuple[str, str], set[Fraction]] = {}
        self.words: dict[tuple[str, str], set[str]] = {}
        self.pending = 0
        """The variable that left the last question open."""

    def finished(self) -> list[Variable]:
        """The variables that were asked for, each with its limits."""
        return [
            Variable(
                kind,
                key,
                tuple(sorted(self.limits.get((kind, key), ()))),
                tuple(sorted(self.words.get((kind, key), ()))),
                about,
            )
            for kind, key, about in self.made
        ]

    def variable(self, kind: str, key: str, about: Any = None) -> int:
        """The place of a variable, which is made when it is first asked for."""
        if (kind, key) not in self.order:
            self.order[kind, key] = len(self.made)
            self.made.append((kind, key, about))
        return self.order[kind, key]

    def subjects(self, rule: Rule) -> Iterable[Subject]:
        """Facts and rules that the conditions of a rule name."""

        def walk(condition: Condition | None) -> Iterable[Subject]:
            if isinstance(condition, Test):
                yield condition.subject
            elif condition is not None:
                for part in condition.parts:
                    yield from walk(part)

        yield from walk(rule.when)
        for case in rule.cases:
            yield from walk(case.when)
        yield from rule.highest_of

    def leaf(self, place: int, holds: Callable[[Any], bool]) -> Ask:
        """A test of one variable: true or false where all its values agree."""

        def ask(sets: Sets) -> Truth:
            values = sets[place]
            first = holds(values[0])
            for value in values[1:]:
                if holds(value) != first:
                    self.pending = place
                    return None
            return first

        return ask

    def together(self, parts: Sequence[Ask], least: int) -> Ask:
        """At least so many of the parts hold."""
        most = len(parts) - least

        def ask(sets: Sets) -> Truth:
            met = missed = 0
            for part in parts:
                result = part(sets)
                if result is True:
                    met += 1
                    if met >= least:
                        return True
                elif result is False:
                    missed += 1
                    if missed > most:
                        return False
            return None

        return ask

    def all_of(self, parts: Sequence[Ask]) -> Ask:
        """Every part holds."""
        return self.together(parts, len(parts))

    def none_of(self, part: Ask) -> Ask:
        """The part does not hold."""

        def ask(sets: Sets) -> Truth:
            result = part(sets)
            return None if result is None else not result

        return ask

    def cases(self, conditions: Sequence[Condition]) -> Ask:
        """The place of the first condition that holds; their number when none does."""
        parts = [self(condition) for condition in conditions]

        def ask(sets: Sets) -> Any:
            for index, part in enumerate(parts):
                result = part(sets)
                if result is None:
                    return None
                if result:
                    return index
            return len(parts)

        return ask

    def __call__(self, condition: Condition, side: str | None = None) -> Ask:
        """A condition, asked of the side that the reader stands for, or of another one."""
        side = self.side if side is None else side
        if isinstance(condition, Test):
            return self.test(condition, side)
        laterality = EITHER.get(condition.where) or BOTH.get(condition.where)
        if laterality:
            plain = condition._replace(where="")
            parts = [self(plain, each) for each in SIDES[laterality]]
            return self.together(parts, len(parts) if condition.where in BOTH else 1)
        if condition.op in {"any_known", "first_known"}:
            return self.status(condition, side)
        parts = [self(part, side) for part in condition.parts]
        if condition.op == "none_of":
            return self.none_of(self.together(parts, 1))
        return self.together(parts, {"all_of": len(parts), "any_of": 1}.get(condition.op, condition.least))

    def status(self, condition: Test | Group, side: str) -> Ask:
        """A condition that asks what is known: worked out by itself, then one variable here."""
        place = self.variable("status", f"{condition.place.path}@{side}", (condition, self.rule, side))
        return self.leaf(place, bool)

    def test(self, test: Test, side: str) -> Ask:
        """A test of a fact, a policy or another rule."""
        laterality = EITHER.get(test.where) or BOTH.get(test.where)
        if laterality:
            parts = [self.test(test._replace(where=""), each) for each in SIDES[laterality]]
            return self.together(parts, len(parts) if test.where in BOTH else 1)
        if test.value in STATUS or test.where == "any_narrower":
            return self.status(test, side)
        if test.change:
            return self.change(test)
        if test.subject.kind == FACT:
            return self.fact(test, side)
        if test.subject.kind == POLICY:
            policy = self.reference.vocabulary.policies[test.subject.name]
            return self.leaf(self.variable("code", f"policy:{policy.name}"), lambda value: bool(value == test.value))
        return self.other(test, side)

    def fact(self, test: Test, side: str) -> Ask:
        """A test of a fact."""
        vocabulary = self.reference.vocabulary
        fact = vocabulary.facts[test.subject.name]
        wanted = test.value == "present"
        if test.where == "any_disease":
            places = [self.variable("flag", f"{fact.name}.{code}") for code in vocabulary.associating_diseases]
            return self.together([self.leaf(place, lambda value: bool(value == wanted)) for place in places], 1)
        key = f"{fact.name}@{side}" if fact.laterality else fact.name
        if test.where in MEANS:
            return self.number("mean", fact.name, test.op, test.value)
        if fact.type == "boolean":
            return self.leaf(self.variable("flag", key), lambda value: bool(value == wanted))
        if fact.type in {"codes", "treatments"}:
            return self.leaf(self.variable("flag", f"{fact.name}.{test.value}"), bool)
        if fact.type == "level":
            rank = Fraction(fact.levels.index(str(test.value)))
            if test.op == "reaches":
                return self.number("whole", key, "at_least", rank)
            return self.all_of([self.number("whole", key, op, rank) for op in ("at_least", "at_most")])
        if fact.type in {"code", "term"}:
            words = {str(test.value)}
            if fact.type == "term":
                words = {term.id for term in vocabulary.terms.values() if test.value in term.broader}
            place = self.variable("code", key)
            self.words.setdefault(("code", key), set()).update(words)
            return self.leaf(place, lambda value: value in words)
        factor = fact.units[test.unit] if test.unit else Fraction(1)
        assert isinstance(test.value, Fraction)
        return self.number("whole" if fact.type == "count" else "number", key, test.op, test.value * factor)

    def change(self, test: Test) -> Ask:
        """A test of the difference between two visits."""
        kind, name, visit = test.subject
        factor = self.reference.vocabulary.facts[name].units[test.unit] if test.unit else Fraction(1)
        assert isinstance(test.value, Fraction)
        key = f"{kind} {name} {visit} {test.where} {test.change}"
        return self.number("change", key, test.op, test.value * factor, test)

    def number(self, kind: str, key: str, op: str, limit: Any, about: Any = None) -> Ask:
        """A comparison of a variable with a limit."""
        place, compare = self.variable(kind, key, about), COMPARE[op]
        self.limits.setdefault((kind, key), set()).add(limit)
        return self.leaf(place, lambda value: compare(value, limit))

    def other(self, test: Test, side: str) -> Ask:
        """A test of another rule's result."""
        rules = self.reference.rules
        rule = rules[test.subject.name]
        key = f"{rule.id}@{side}" if rule.for_each and side else rule.id
        if test.where == "any_item":
            plain = [test._replace(subject=term.subject, where="") for term in rule.terms]
            return self.together([self.other(each, side) for each in plain], 1)
        if rule.kind == "CriteriaSet" and test.value in {"excluded", "entry_not_met"}:
            return self.leaf(self.variable("finding", f"{key}={test.value}"), bool)
        if rule.kind in {"Finding", "CriteriaSet"}:
            place = self.variable("finding" if rule.kind == "Finding" else "criteria", key)
            wanted = test.value == "met"
            return self.leaf(place, lambda value: bool(value == wanted))
        if rule.kind == "Score":
            return self.number("score", key, test.op, test.value)
        if rule.kind in {"Table", "Recommendation"}:
            return self.leaf(self.variable("table", key), lambda value: bool(value == test.value))
        if rule.kind == "Selection":
            return self.selection(test, rule, key)
        return self.grade(test, rule, key, side)

    def selection(self, test: Test, rule: Rule, key: str) -> Ask:
        """What a selection holds."""
        if test.op == "is" and test.value != "none":
            return self.leaf(self.variable("finding", f"{key}={test.value}"), bool)
        wanted = set(test.value) if isinstance(test.value, tuple) else set()
        members = []
        for case in rule.cases:
            inside = case.low in wanted
            place = self.variable("finding", f"{key}={case.low}")
            members.append(self.leaf(place, partial(eq, inside)))
        return self.all_of(members)

    def grade(self, test: Test, rule: Rule, key: str, side: str) -> Ask:
        """The level of a grade, or its comparison with another."""
        place = self.variable("grade", key)
        if isinstance(test.value, Subject):
            return self.compared(test, rule, place, side)
        if test.op in NUMERIC:
            compare = COMPARE[test.op]
            return self.leaf(place, lambda value: compare(Fraction(rule.levels[value]), test.value))
        rank = rule.levels.index(str(test.value))
        if test.op == "reaches":
            return self.leaf(place, lambda value: bool(value >= rank))
        return self.leaf(place, lambda value: bool(value == rank))

    def compared(self, test: Test, rule: Rule, place: int, side: str) -> Ask:
        """One grade against another."""
        assert isinstance(test.value, Subject)
        other = self.reference.rules[test.value.name]
        second = self.variable("grade", f"{other.id}@{side}" if other.for_each and side else other.id)
        compare = COMPARE[test.op.removesuffix("_that_of")]
        left, right = [Fraction(level) for level in rule.levels], [Fraction(level) for level in other.levels]

        def ask(sets: Sets) -> Truth:
            results = {compare(left[a], right[b]) for a in sets[place] for b in sets[second]}
            if len(results) == 1:
                return results.pop()
            self.pending = place if len(sets[place]) > 1 else second
            return None

        return ask


def _stretches(limits: tuple[Fraction, ...], mark: tuple[int, int], *, whole: bool) -> Iterable[Fraction]:
    """One number for every limit, and for every stretch between limits, from one position to another.

    Position ``2 i`` is the stretch below limit ``i``, position ``2 i + 1`` that limit itself. Of whole numbers only
    those are given that there are.
    """
    if not limits:
        yield Fraction(0)
        return
    for position in range(mark[0], mark[1] + 1):
        index, at_limit = divmod(position, 2)
        if at_limit:
            if not whole or limits[index].denominator == 1:
                yield limits[index]
        elif index == 0:
            yield Fraction(ceil(limits[0]) - 1)
        elif index == len(limits):
            yield Fraction(floor(limits[-1]) + 1)
        elif not whole:
            yield (limits[index - 1] + limits[index]) / 2
        elif floor(limits[index - 1]) + 1 < limits[index]:
            yield Fraction(floor(limits[index - 1]) + 1)
