"""Conditions to formulas: each test is checked against the facts and rules that it names, with numbered findings."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from sjogren.errors import Finding, did_you_mean
from sjogren.model.rule import (
    BOTH,
    BY_STATUS,
    EITHER,
    FACT,
    MEANS,
    NUMERIC,
    NUMERIC_THAT_OF,
    POLICY,
    STATUS_WORDS,
    Condition,
    Group,
    Rule,
    Subject,
    Test,
)
from sjogren.model.vocabulary import SIDES, FactDef
from sjogren.program.block import ALWAYS, NEVER, AxisSpec, Formula, Join, Leaf
from sjogren.program.changes import Changes
from sjogren.program.ir import Boundary
from sjogren.program.leaves import Scope, holds, key_of, level_numbers, number_leaf

if TYPE_CHECKING:
    from sjogren.program.collect import Collector

PRESENCE = {"present": 1, "absent": 0}
TABLES = ("Table", "Recommendation")
METNESS = {"met": 1, "not_met": 0}


class Conditions(Changes):
    """Turns conditions into formulas; inner statements become nodes through the compiler."""

    def __init__(self, compiler: Collector) -> None:
        self.compiler = compiler
        self.vocabulary = compiler.vocabulary
        self.rules = compiler.rules

    def report(self, test: Test | Group, code: str, message: str, hint: str = "") -> Formula:
        """Note a finding at a condition; the condition then counts as never true, so that reading can go on."""
        self.compiler.findings.append(Finding(test.place.file, test.place.line, code, message, hint))
        return NEVER

    def formula(self, condition: Condition, scope: Scope) -> Formula:
        """The two-valued formula of a condition."""
        if isinstance(condition, Test):
            return self.test(condition, scope)
        if condition.where:
            return self._repeated(condition, scope)
        if condition.op in BY_STATUS:
            return self.flag(self.compiler.by_status(condition, scope), condition)
        parts = tuple(self.formula(part, scope) for part in condition.parts)
        if condition.op == "all_of":
            return Join("and", parts)
        if condition.op == "any_of":
            return Join("or", parts)
        if condition.op == "none_of":
            return Join("not", (Join("or", parts),))
        return Join("count", parts, condition.least)

    def _repeated(self, condition: Group, scope: Scope) -> Formula:
        laterality = {**EITHER, **BOTH}.get(condition.where, "")
        plain = condition._replace(where="")
        parts = tuple(self.formula(plain, scope._replace(side=side)) for side in SIDES[laterality])
        return Join("and" if condition.where in BOTH else "or", parts)

    def flag(self, node: str, condition: Condition, value: int = 1, *, certain: bool = False) -> Leaf:
        """A leaf that asks whether a node or boolean input is true (1) or false (0); ``certain``: it is always one."""
        axis = AxisSpec("flag", node, certain=certain)
        path = condition.place.path
        if value:
            return Leaf(axis, low=Boundary(Fraction(1), 0), path=path)
        return Leaf(axis, high=Boundary(Fraction(1), 0), path=path)

    # -- tests ------------------------------------------------------------------------------------------------------

    def test(self, test: Test, scope: Scope) -> Formula:
        """A test of a fact, a policy or another rule."""
        kind, name, _ = test.subject
        if test.change and kind != POLICY:
            return self.change(test)
        if kind == FACT:
            fact = self.vocabulary.facts.get(name)
            if fact is None:
                hint = did_you_mean(name, self.vocabulary.facts)
                return self.report(test, "K201", f"unknown fact {name!r}.", hint)
            return self.fact(test, fact, scope)
        if kind == POLICY:
            return self.policy(test)
        rule = self.rules.get(name)
        if rule is None:
            return self.report(test, "K202", f"unknown rule {name!r}.", did_you_mean(name, self.rules))
        return self.rule(test, rule, scope)

    def policy(self, test: Test) -> Formula:
        """A test of a policy, which always has a value."""
        policy = self.vocabulary.policies.get(test.subject.name)
        if policy is None:
            hint = did_you_mean(test.subject.name, self.vocabulary.policies)
            return self.report(test, "K203", f"unknown policy {test.subject.name!r}.", hint)
        if test.op != "is" or test.value not in policy.values:
            allowed = ", ".join(policy.values)
            return self.report(test, "K204", f"a policy is tested with 'is' and one of {allowed}.")
        axis = AxisSpec("code", f"policy:{policy.name}", words=policy.values, certain=True)
        return Leaf(axis, words=frozenset({str(test.value)}), path=test.place.path)

    def fact(self, test: Test, fact: FactDef, scope: Scope) -> Formula:
        """A test of a fact: on one side, on several, of its narrower facts or of the diseases that associate."""
        if test.where == "any_disease":
            keys = [f"{fact.name}.{code}" for code in self.vocabulary.associating_diseases]
            if fact.type != "diseases":
                return self.report(test, "K205", f"'any_disease' asks a list of diseases; {fact.name!r} is none.")
            return Join("or", tuple(self.presence(test, key) for key in keys))
        if test.where == "any_narrower":
            if not fact.narrower:
                return self.report(test, "K205", f"the ontology knows nothing narrower than {fact.name!r}.")
            node = self.compiler.narrower(test, fact, scope)
            return self.flag(node, test, PRESENCE.get(str(test.value), 1))
        if test.where in MEANS:
            return self._mean(test, fact)
        laterality = EITHER.get(test.where) or BOTH.get(test.where)
        if laterality and laterality != fact.laterality:
            return self.report(
                test, "K206", f"{fact.name!r} is not recorded by {laterality}, so 'in: {test.where}' asks nothing."
            )
        if laterality:
            parts = [self.one_side(test, fact, scope, side) for side in fact.sides]
            return Join("and" if test.where in BOTH else "or", tuple(parts))
        if test.where:
            return self.report(test, "K206", f"'in: {test.where}' does not fit the fact {fact.name!r}.")
        if fact.laterality and scope.side not in fact.sides:
            ways = [way for way, side in {**EITHER, **BOTH}.items() if side == fact.laterality]
            return self.report(
                test,
                "K207",
                f"{fact.name!r} is recorded by {fact.laterality}; say which.",
                f"Use in: {' or in: '.join(ways)}.",
            )
        return self.one_side(test, fact, scope, scope.side if fact.laterality else "")

    def presence(self, test: Test, key: str) -> Formula:
        """A test of an input that is present or absent."""
        if test.op != "is" or test.value not in PRESENCE:
            return self.report(test, "K208", "this is tested with 'is: present' or 'is: absent'.")
        self.compiler.input(key, "flag")
        return self.flag(key, test, PRESENCE[str(test.value)])

    def one_side(self, test: Test, fact: FactDef, scope: Scope, side: str) -> Formula:
        """A test of one fact on one side."""
        if test.op == "is" and test.value in STATUS_WORDS:
            name = f"{fact.name}.{fact.codes[0]}" if fact.type in {"codes", "diseases"} else fact.name
            node = self.compiler.fact_status(test, name, key_of(name, side), str(test.value))
            return self.flag(node, test, certain=True)
        key = key_of(fact.name, side)
        if fact.type == "boolean":
            return self.presence(test, key)
        if fact.type in {"number", "count"}:
            return self._number(test, fact, key, scope)
        if fact.type == "level":
            return self._level(test, fact, key)
        if fact.type in {"code", "term"}:
            return self._code(test, fact, key)
        if fact.type in {"codes", "treatments"}:
            if test.op == "is" and test.value in fact.codes:
                member = f"{fact.name}.{test.value}"
                self.compiler.input(member, "flag")
                return self.flag(member, test)
            return self.report(
                test, "K209", f"{fact.name!r} has no member {test.value!r}.", did_you_mean(str(test.value), fact.codes)
            )
        return self.report(
            test,
            "K210",
            f"{fact.name!r} ({fact.type}) cannot be tested.",
            "Test a boolean, a number, a level, a code or a list.",
        )

    def _number(self, test: Test, fact: FactDef, key: str, scope: Scope) -> Formula:
        if test.op not in NUMERIC or not isinstance(test.value, Fraction):
            return self.report(test, "K211", f"{fact.name!r} is a number; test it with {', '.join(NUMERIC)}.")
        factor = Fraction(1)
        if test.unit:
            if test.unit not in fact.units:
                hint = did_you_mean(test.unit, fact.units, always=True)
                return self.report(test, "K212", f"{test.unit!r} is not a unit of {fact.name!r}.", hint)
            factor = fact.units[test.unit]
        value = test.value * factor
        beyond = (fact.minimum is not None and value < fact.minimum) or (
            fact.maximum is not None and value > fact.maximum
        )
        if beyond:
            return self.report(
                test, "K213", f"{value} lies outside the range of {fact.name!r} ({fact.minimum} to {fact.maximum})."
            )
        self.compiler.input(key, "number")
        qualitative = scope.qualitative and fact.abnormal is not None
        step = Fraction(1) if fact.type == "count" else None
        return number_leaf(AxisSpec("number", key, qualitative), test.op, value, step, test.place.path)

    def _level(self, test: Test, fact: FactDef, key: str) -> Formula:
        if test.op not in {"is", "reaches"} or test.value not in fact.levels:
            hint = did_you_mean(str(test.value), fact.levels)
            return self.report(test, "K214", f"{fact.name!r} has the levels {', '.join(fact.levels)}.", hint)
        self.compiler.input(key, "number")
        rank = fact.levels.index(str(test.value))
        low = Boundary(Fraction(rank), 0) if rank else None
        high = Boundary(Fraction(rank + 1), 0) if test.op == "is" and rank + 1 < len(fact.levels) else None
        return Leaf(AxisSpec("number", key), low, high, path=test.place.path)

    def _code(self, test: Test, fact: FactDef, key: str) -> Formula:
        known = self.vocabulary.terms if fact.type == "term" else fact.codes
        if test.op != "is" or test.value not in known:
            hint = did_you_mean(str(test.value), known)
            return self.report(test, "K215", f"{test.value!r} is not a value of {fact.name!r}.", hint)
        self.compiler.input(key, "code")
        words = {str(test.value)}
        if fact.type == "term":
            words = {term.id for term in self.vocabulary.terms.values() if test.value in term.broader}
        return Leaf(AxisSpec("code", key), words=frozenset(words), path=test.place.path)

    def _mean(self, test: Test, fact: FactDef) -> Formula:
        sides = MEANS[test.where]
        if fact.laterality != sides or fact.type not in {"number", "count"}:
            by = sides.replace("_", " ")
            return self.report(test, "K206", f"{test.where!r} asks a number recorded by {by}; {fact.name!r} is none.")
        key = self.mean(test, fact)
        if test.op not in NUMERIC or not isinstance(test.value, Fraction):
            return self.report(
                test, "K211", f"the mean of {fact.name!r} is a number; test it with {', '.join(NUMERIC)}."
            )
        return number_leaf(AxisSpec("number", key), test.op, test.value, None, test.place.path)

    def rule(self, test: Test, rule: Rule, scope: Scope) -> Formula:
        """A test of another rule's result."""
        side = scope.side if rule.for_each else ""
        name = key_of(rule.id, side)
        if test.where == "any_item" and rule.kind == "Score":
            parts = [
                self.rule(test._replace(subject=term.subject, where=""), self.rules[term.subject.name], scope)
                for term in rule.terms
                if term.subject.name in self.rules
            ]
            return Join("or", tuple(parts))
        if test.where:
            return self.report(test, "K206", f"'in: {test.where}' does not fit the rule {rule.id!r}.")
        if test.op == "is" and test.value in STATUS_WORDS:
            return self.flag(self.compiler.rule_status(test, rule, name, str(test.value)), test, certain=True)
        if rule.kind == "Finding":
            if test.op == "is" and test.value in METNESS:
                return self.flag(name, test, METNESS[str(test.value)])
            return self.report(test, "K216", f"{rule.id!r} is a finding; test it with 'is: met' or 'is: not_met'.")
        if rule.kind == "Score":
            if test.op not in NUMERIC or not isinstance(test.value, Fraction):
                return self.report(test, "K211", f"{rule.id!r} is a score; test it with {', '.join(NUMERIC)}.")
            return number_leaf(AxisSpec("number", rule.id), test.op, test.value, None, test.place.path)
        if rule.kind == "Grade":
            return self._grade(test, rule, name, scope)
        if rule.kind in TABLES:
            values = self.compiler.values(rule)
            if test.op != "is" or test.value not in values:
                return self.report(
                    test,
                    "K217",
                    f"{test.value!r} is not an answer of {rule.id!r}.",
                    did_you_mean(str(test.value), values),
                )
            axis = AxisSpec("table", name, words=values, nodes=tuple(f"{name}={value}" for value in values))
            return Leaf(axis, words=frozenset({str(test.value)}), path=test.place.path)
        if rule.kind == "Selection":
            return self._selection(test, rule, name)
        return self._verdict(test, rule, name)

    def _verdict(self, test: Test, rule: Rule, name: str) -> Formula:
        if test.op == "is" and test.value in METNESS:
            return self.flag(f"{name}=met", test, METNESS[str(test.value)])
        gates = [word for word, gate in (("excluded", rule.exclude), ("entry_not_met", rule.entry)) if gate]
        if test.op == "is" and test.value in gates:
            return self.flag(f"{name}={test.value}", test)
        ways = ", ".join(f"'is: {word}'" for word in (*METNESS, *gates))
        return self.report(test, "K216", f"{rule.id!r} is a criteria set; test it with {ways}.")

    def _grade_axis(self, rule: Rule, name: str) -> AxisSpec:
        nodes = tuple(f"{name}>={level}" for level in rule.levels[1:])
        return AxisSpec("grade", name, words=rule.levels, nodes=nodes)

    def _grade(self, test: Test, rule: Rule, name: str, scope: Scope) -> Formula:
        axis = self._grade_axis(rule, name)
        if test.op in NUMERIC_THAT_OF:
            return self._compare(test, rule, axis, scope)
        if test.op in {"is", "reaches"}:
            if test.value not in rule.levels:
                return self.report(
                    test,
                    "K214",
                    f"{rule.id!r} has the levels {', '.join(rule.levels)}.",
                    did_you_mean(str(test.value), rule.levels),
                )
            chosen = [rule.levels.index(str(test.value))]
            if test.op == "reaches":
                chosen = list(range(chosen[0], len(rule.levels)))
        elif isinstance(test.value, Fraction):
            numbers = level_numbers(rule.levels)
            if numbers is None:
                return self.report(test, "K218", f"the levels of {rule.id!r} are words; use 'reaches' or 'is'.")
            chosen = [rank for rank, number in enumerate(numbers) if holds(test.op, number, test.value)]
        else:
            return self.report(test, "K218", f"{rule.id!r} is a grade; {test.op!r} does not test it.")
        return self._ranks(axis, chosen, test.place.path)

    def _ranks(self, axis: AxisSpec, chosen: list[int], path: str) -> Formula:
        if not chosen:
            return NEVER
        if len(chosen) == len(axis.words):
            return ALWAYS
        return Leaf(axis, Boundary(Fraction(chosen[0]), 0), Boundary(Fraction(chosen[-1] + 1), 0), path=path)

    def _compare(self, test: Test, rule: Rule, axis: AxisSpec, scope: Scope) -> Formula:
        other = self.rules.get(test.value.name) if isinstance(test.value, Subject) else None
        if other is None or other.kind != "Grade":
            return self.report(test, "K219", f"{test.op!r} compares two grades.")
        second = self._grade_axis(other, key_of(other.id, scope.side if other.for_each else ""))
        left, right = level_numbers(rule.levels), level_numbers(other.levels)
        if left is None or right is None:
            return self.report(test, "K219", f"{test.op!r} compares grades whose levels are numbers.")
        op = test.op.removesuffix("_that_of")
        pairs = [
            Join("and", (self._ranks(axis, [a], test.place.path), self._ranks(second, [b], test.place.path)))
            for a, b in product(range(len(left)), range(len(right)))
            if holds(op, left[a], right[b])
        ]
        return Join("or", tuple(pairs))

    def _selection(self, test: Test, rule: Rule, name: str) -> Formula:
        members = tuple(case.low for case in rule.cases)
        wanted = test.value if isinstance(test.value, tuple) else (str(test.value),)
        if test.op == "is" and test.value == "none":
            wanted = ()
        unknown = [word for word in wanted if word not in members]
        if test.op not in {"is", "only"} or unknown:
            return self.report(
                test,
                "K217",
                f"{rule.id!r} selects from {', '.join(members)}.",
                did_you_mean(unknown[0], members) if unknown else "",
            )
        if test.op == "is" and wanted:
            return self.flag(f"{name}={wanted[0]}", test)
        parts = [self.flag(f"{name}={member}", test, int(member in wanted)) for member in members]
        return Join("and", tuple(parts))
