"""Conditions of rules as written, turned into the checker's expressions; and what each rule reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sjogren.model.rule import (
    BOTH,
    BY_STATUS,
    EITHER,
    FACT,
    NUMERIC,
    NUMERIC_THAT_OF,
    POLICY,
    RULE,
    STATUS_WORDS,
    CaseOf,
    Condition,
    Group,
    Rule,
    Subject,
    Test,
)
from sjogren.model.vocabulary import SIDES, FactDef, Vocabulary
from sjogren.proof.checker.logic import COMPARE, Expr, Join, Leaf, Var, all_of, any_of, negation

TABLES = ("Table", "Recommendation")


class Scope(NamedTuple):
    """Where a condition is asked: its rule and side."""

    rule: Rule
    side: str


class Conditions:
    """Reads conditions, from the rules and the vocabulary alone."""

    def __init__(self, rules: Mapping[str, Rule], vocabulary: Vocabulary) -> None:
        self.rules, self.vocabulary = rules, vocabulary
        self.conditions = lru_cache(maxsize=None)(self._conditions)

    # -- conditions ---------------------------------------------------------------------------------------------------

    def standing_for(self, condition: Condition, scope: Scope) -> Leaf:
        """The variable that stands for a condition: a finding where it only asks for that."""
        if isinstance(condition, Test) and condition.subject.kind == RULE and not condition.where:
            other = self.rules[condition.subject.name]
            if other.kind == "Finding" and (condition.op, condition.value) == ("is", "met"):
                return yes(Var("finding", other.id, scope.side if other.for_each else ""))
        return yes(Var("inner", scope.rule.id, scope.side, condition.place.path))

    def expr(self, condition: Condition, scope: Scope) -> Expr:
        """A condition as it is asked of one side."""
        if isinstance(condition, Test):
            return self._test(condition, scope)
        if condition.where:
            plain = condition._replace(where="")
            sides = SIDES[{**EITHER, **BOTH}[condition.where]]
            parts = [self.expr(plain, scope._replace(side=side)) for side in sides]
            return all_of(parts) if condition.where in BOTH else any_of(parts)
        if condition.op in BY_STATUS:
            return yes(Var("inner", scope.rule.id, scope.side, condition.place.path))
        parts = [self.expr(part, scope) for part in condition.parts]
        if condition.op == "at_least":
            return Join(tuple(parts), condition.least)
        if condition.op == "none_of":
            return negation(any_of(parts))
        return all_of(parts) if condition.op == "all_of" else any_of(parts)

    @staticmethod
    def status_of(test: Test, rule: Rule, side: str) -> Var:
        """The variable that says whether a fact or result is known, not known or not shown."""
        return Var("status", rule.id, side, f"{test.subject.kind} {test.subject.name} {test.value}")

    def _test(self, test: Test, scope: Scope) -> Expr:
        if test.subject.kind == POLICY:
            return equals(Var("policy", test.subject.name), test.value)
        if test.subject.kind == FACT:
            return self._fact(test, self.vocabulary.facts[test.subject.name], scope)
        return self._rule(test, self.rules[test.subject.name], scope)

    def _fact(self, test: Test, fact: FactDef, scope: Scope) -> Expr:
        if test.where == "any_disease":
            return any_of(
                equals(Var("fact", f"{fact.name}.{code}"), test.value == "present")
                for code in self.vocabulary.associating_diseases
            )
        if test.where == "any_narrower":
            leaf = yes(Var("inner", scope.rule.id, scope.side, f"{test.place.path}~narrower"))
            return leaf if test.value == "present" else negation(leaf)
        if test.where == "mean_of_eyes":
            return _number(Var("mean", fact.name), test.op, Fraction(str(test.value)))
        if test.where in EITHER or test.where in BOTH:
            parts = [self._fact(test._replace(where=""), fact, scope._replace(side=side)) for side in fact.sides]
            return all_of(parts) if test.where in BOTH else any_of(parts)
        side = scope.side if fact.laterality else ""
        if test.op == "is" and test.value in STATUS_WORDS:
            return yes(self.status_of(test, scope.rule, side))
        var = Var("fact", fact.name, side)
        if fact.type == "boolean":
            return equals(var, test.value == "present")
        if fact.type == "codes":
            return yes(Var("fact", f"{fact.name}.{test.value}"))
        if fact.type == "level":
            rank = fact.levels.index(str(test.value))
            return reaches(var, rank) if test.op == "reaches" else equals(var, rank)
        if fact.type in {"code", "term"}:
            allowed = {str(test.value)}
            if fact.type == "term":
                allowed = {term.id for term in self.vocabulary.terms.values() if test.value in term.broader}
            return Leaf(var, lambda value: value in allowed, words=frozenset(allowed))
        factor = fact.units[test.unit] if test.unit else Fraction(1)
        return _number(var, test.op, Fraction(str(test.value)) * factor)

    def _rule(self, test: Test, rule: Rule, scope: Scope) -> Expr:
        if test.where == "any_item":
            return any_of(
                self._rule(test._replace(subject=term.subject, where=""), self.rules[term.subject.name], scope)
                for term in rule.terms
            )
        side = scope.side if rule.for_each else ""
        if test.op == "is" and test.value in STATUS_WORDS:
            return yes(self.status_of(test, scope.rule, side))
        if rule.kind == "Finding":
            return equals(Var("finding", rule.id, side), test.value == "met")
        if rule.kind == "CriteriaSet":
            met = equals(Var("verdict", rule.id), "met")
            return met if test.value == "met" else negation(met)
        if rule.kind == "Score":
            return _number(Var("score", rule.id), test.op, Fraction(str(test.value)))
        if rule.kind in TABLES:
            return equals(Var("table", rule.id), test.value)
        if rule.kind == "Selection":
            return self._selection(test, rule)
        return self._grade_test(test, rule, Var("grade", rule.id, side), scope)

    def _selection(self, test: Test, rule: Rule) -> Expr:
        members = {case.low: Var("member", rule.id, "", case.low) for case in rule.cases}
        if test.op == "is" and test.value != "none":
            return yes(members[str(test.value)])
        wanted = test.value if isinstance(test.value, tuple) else ()
        return all_of(equals(var, member in wanted) for member, var in members.items())

    def _grade_test(self, test: Test, rule: Rule, var: Var, scope: Scope) -> Expr:
        if test.op in NUMERIC_THAT_OF and isinstance(test.value, Subject):
            other = self.rules[test.value.name]
            second = Var("grade", other.id, scope.side if other.for_each else "")
            compare = COMPARE[test.op.removesuffix("_that_of")]
            mine, its = numbers(rule.levels) or [], numbers(other.levels) or []
            return any_of(
                all_of((equals(var, rank), equals(second, place)))
                for rank, number in enumerate(mine)
                for place, limit in enumerate(its)
                if compare(number, limit)
            )
        if test.op in NUMERIC:
            worth, compare, limit = numbers(rule.levels) or [], COMPARE[test.op], test.value
            return Leaf(var, lambda rank: compare(worth[rank], limit))
        rank = rule.levels.index(str(test.value))
        return reaches(var, rank) if test.op == "reaches" else equals(var, rank)

    # -- what a rule reads --------------------------------------------------------------------------------------------

    def _conditions(self, name: str) -> dict[str, Condition]:
        """Every condition of a rule by its path."""
        found: dict[str, Condition] = {}
        waiting = list(_conditions_of(self.rules[name]))
        while waiting:
            condition = waiting.pop()
            found[condition.place.path] = condition
            if isinstance(condition, Group):
                waiting += condition.parts
        return found

    def read_by(self, rule: Rule) -> list[Subject]:
        """All facts, rules and policies that a rule rests on directly."""
        found = []
        for condition in self.conditions(rule.id).values():
            if isinstance(condition, Test):
                found.append(condition.subject)
                if isinstance(condition.value, Subject):
                    found.append(condition.value)
        found += [*(term.subject for term in rule.terms), *rule.highest_of, *rule.alternatives]
        found += [Subject(RULE, item.rule) for item in rule.items]
        return [*found, Subject(FACT, rule.stated)] if rule.stated else found

    def resting_on(self, name: str) -> tuple[set[str], set[str]]:
        """The facts and the rules on which a rule rests, directly or through others."""
        facts: set[str] = set()
        rules = {name}
        waiting = [name]
        while waiting:
            for subject in self.read_by(self.rules[waiting.pop()]):
                if subject.kind == FACT:
                    facts |= {subject.name, *self.vocabulary.facts[subject.name].narrower}
                elif subject.kind == RULE and subject.name not in rules:
                    rules.add(subject.name)
                    waiting.append(subject.name)
        return facts, rules


def yes(var: Var) -> Leaf:
    """The test that a statement holds."""
    return equals(var, True)


@lru_cache(maxsize=None, typed=True)
def _equal_to(wanted: Any) -> Callable[[Any], bool]:
    return lambda value: bool(value == wanted)


@cache
def _from_rank(rank: int) -> Callable[[Any], bool]:
    return lambda value: bool(value >= rank)


def equals(var: Var, wanted: Any) -> Leaf:
    """The test that a variable has one value."""
    return Leaf(var, _equal_to(wanted), words=frozenset({wanted}) if isinstance(wanted, str) else frozenset())


def reaches(var: Var, rank: int) -> Leaf:
    """The test that a grade has at least a rank."""
    return Leaf(var, _from_rank(rank))


def _number(var: Var, op: str, limit: Fraction) -> Leaf:
    return Leaf(var, lambda value: COMPARE[op](value, limit), (limit,))


def rest(rule: Rule) -> CaseOf:
    """What a decision list answers when no case holds."""
    return CaseOf(rule.otherwise, rule.otherwise, Group("any_of", (), 0, "", rule.place), "", rule.place)


def prefix(rule: Rule) -> str:
    """What stands before the paths of a rule that is a part of a file."""
    return f"{rule.place.path}." if rule.place.path else ""


def list_path(rule: Rule) -> str:
    """The path of a rule's cases."""
    return rule.cases[0].place.path.rpartition(".")[0]


def numbers(levels: tuple[str, ...]) -> list[Fraction] | None:
    """Levels as numbers; None when they are words."""
    try:
        return [Fraction(level) for level in levels]
    except ValueError:
        return None


def subjects(condition: Condition | None) -> Iterable[Subject]:
    """All facts, rules and policies that a condition names."""
    if isinstance(condition, Test):
        yield condition.subject
        if isinstance(condition.value, Subject):
            yield condition.value
    elif condition is not None:
        for part in condition.parts:
            yield from subjects(part)


def _conditions_of(rule: Rule) -> Iterable[Condition]:
    caveat = rule.unreliable_if.when if rule.unreliable_if else None
    provided = rule.when_unknown.provided if rule.when_unknown else None
    listed = (*(case.when for case in rule.cases), *(mark.when for mark in rule.marks))
    for condition in (rule.when, caveat, provided, rule.entry, rule.exclude, *listed):
        if condition is not None:
            yield condition
    for branch in rule.branches:
        yield branch.met_when
        if branch.when is not None:
            yield branch.when
