"""Grades, answers by cases, and the worse eye: the parts of the compiler that bound a level from both sides."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from sjogren.errors import Finding, did_you_mean
from sjogren.model.rule import FACT, RULE, CaseOf, Group, Rule
from sjogren.model.vocabulary import SIDES
from sjogren.program.block import NEVER, Formula, Join
from sjogren.program.collect import Collector
from sjogren.program.ir import FALSE, TRUE, Boundary, Literal
from sjogren.program.leaves import Scope, key_of, known_literals, level_numbers, unknown_literal
from sjogren.program.outline import subjects

Makes: TypeAlias = Callable[[CaseOf], bool]
"""Whether a case makes a statement true, or makes it false."""
Head: TypeAlias = tuple[str, Makes, Makes]
"""A node, which cases make it true, and which make it false."""


def reaches(levels: tuple[str, ...], rank: int) -> tuple[Makes, Makes]:
    """Which cases of a grade say that it reaches a level, and which that it does not."""
    return lambda case: levels.index(case.low) >= rank, lambda case: levels.index(case.high) < rank


def answers(value: str) -> tuple[Makes, Makes]:
    """Which cases of a table give an answer, and which another one."""
    return lambda case: case.low == value, lambda case: case.low != value


class Grades(Collector):
    """Compiles grades."""

    def _grade(self, rule: Rule, scope: Scope) -> None:
        name = key_of(rule.id, scope.side)
        for level, below in zip(rule.levels[1:], rule.levels, strict=False):
            self.node(f"{name}>={level}", rule, "at_least", level, "at_most", below, scope.side)
        if rule.highest_of:
            self._highest(rule, name, scope)
        elif rule.cases:
            suffix = "~cases" if rule.stated else ""
            heads: list[Head] = []
            for rank in range(1, len(rule.levels)):
                key = f"{name}>={rule.levels[rank]}"
                if suffix:
                    key = self._found(rule, key + suffix, rank, scope)
                heads.append((key, *reaches(rule.levels, rank)))
            self._cases(rule, scope, heads)
        if rule.stated:
            self._stated(rule, name)

    def _found(self, rule: Rule, key: str, rank: int, scope: Scope) -> str:
        """The node of what the findings of a grade say of a level, beside what the clinician stated."""
        level, below = rule.levels[rank], rule.levels[rank - 1]
        return self.node(key, rule, "cases_at_least", level, "cases_at_most", below, scope.side)

    def _cases(self, rule: Rule, scope: Scope, heads: list[Head]) -> None:
        """The decision list: each head is (node, cases that make it true, cases that make it false)."""
        conditions = [self.conditions.formula(case.when, scope) for case in rule.cases]
        rest = CaseOf(rule.otherwise, rule.otherwise, Group("any_of", (), 0, "", rule.place), "", rule.place)
        reached: list[tuple[CaseOf, Formula]] = []
        for index, case in enumerate((*rule.cases, rest)):
            missed = Join("not", (Join("or", tuple(conditions[:index])),))
            reached.append((case, Join("and", (missed, conditions[index])) if index < len(conditions) else missed))
        place = rule.cases[0].place._replace(path=rule.cases[0].place.path.rpartition(".")[0])
        suffix = "~open" if rule.when_unknown else ""
        if rule.when_unknown and rule.when_unknown.take_as != "not_met":
            message = "cases that are not shown are passed over, so they can be taken as not_met only."
            where = rule.when_unknown.place
            self.findings.append(Finding(where.file, where.line, "K228", message, "Write take_as: not_met."))
        triples = []
        for head, makes_true, makes_false in heads:
            key = (
                head
                if not suffix
                else self.inner(rule, place, scope.side, f"~open{head[len(key_of(rule.id, scope.side)) :]}")
            )
            for truth, makes in ((TRUE, makes_true), (FALSE, makes_false)):
                chosen = tuple(formula for case, formula in reached if makes(case))
                triples.append((key, truth, Join("or", chosen) if chosen else NEVER))
            if suffix:
                self._closed(rule, scope, head, key, (makes_true, makes_false), [case for case, _ in reached])
        self.block(rule, place, triples)

    def _closed(
        self, rule: Rule, scope: Scope, head: str, opened: str, makes: tuple[Makes, Makes], cases: list[CaseOf]
    ) -> None:
        """Once enough was measured, cases that are not shown are passed over."""
        reading = rule.when_unknown
        assert reading is not None
        for truth in (TRUE, FALSE):
            self.derive(head, truth, [Literal("t", opened, truth)], rule, reading.place.path)
        enough = [Literal("t", self.statement(reading.provided, scope), TRUE)] if reading.provided else []
        shown = [self._shown(rule, scope, case) for case in cases[:-1]]
        for index, case in enumerate(cases):
            body = [Literal("t", node, FALSE) for node in shown[:index]]
            if index < len(shown):
                body.append(Literal("t", shown[index], TRUE))
            for truth, makes_it in zip((TRUE, FALSE), makes, strict=True):
                if makes_it(case):
                    taken = [unknown_literal(opened)]
                    if rule.kind == "Table" and truth == FALSE:  # an answer that is ruled out is never taken
                        taken.append(unknown_literal(f"{opened.rpartition('=')[0]}={case.low}"))
                    self.derive(head, truth, [*taken, *enough, *body], rule, reading.place.path)

    def _shown(self, rule: Rule, scope: Scope, case: CaseOf) -> str:
        base = self.statement(case.when, scope)
        key = key_of(f"{rule.id}#{case.place.path}~shown", scope.side)
        if key not in self.nodes:
            self.inner(rule, case.place, scope.side, "~shown")
            self.derive(key, TRUE, [Literal("t", base, TRUE)], rule, case.place.path)
            self.derive(key, FALSE, [Literal("t", base, FALSE)], rule, case.place.path)
            self.derive(key, FALSE, [unknown_literal(base)], rule, case.place.path)
        return key

    def _stated(self, rule: Rule, name: str) -> None:
        fact = self.vocabulary.facts.get(rule.stated)
        if fact is None or fact.type != "level" or fact.levels != rule.levels:
            message = f"'stated' must name a fact with the levels {', '.join(rule.levels)}; {rule.stated!r} is none."
            hint = did_you_mean(rule.stated, self.vocabulary.facts) if fact is None else ""
            self.findings.append(Finding(rule.place.file, rule.place.line, "K222", message, hint))
            return
        self.input(fact.name, "number")
        path = f"{rule.place.path}.stated" if rule.place.path else "stated"
        for rank in range(1, len(rule.levels)):
            key, cut = f"{name}>={rule.levels[rank]}", Boundary(Fraction(rank), 0)
            self.derive(key, TRUE, [Literal("n", fact.name, low=cut)], rule, path)
            self.derive(key, FALSE, [Literal("n", fact.name, high=cut)], rule, path)
            if rule.cases or rule.highest_of:
                for truth in (TRUE, FALSE):
                    self.derive(
                        key, truth, [unknown_literal(fact.name), Literal("t", f"{key}~cases", truth)], rule, path
                    )

    def _highest(self, rule: Rule, name: str, scope: Scope) -> None:
        path = f"{rule.place.path}.highest_of" if rule.place.path else "highest_of"
        numbers = level_numbers(rule.levels)
        for rank in range(1, len(rule.levels)):
            key, suffix = f"{name}>={rule.levels[rank]}", "~cases" if rule.stated else ""
            if suffix:
                self._found(rule, key + suffix, rank, scope)
            below: list[Literal] = []
            for part in rule.highest_of:
                other = self.rules[part.name]
                own = level_numbers(other.levels)
                if numbers and own:
                    known = [level for level, number in zip(other.levels, own, strict=True) if number >= numbers[rank]]
                else:
                    known = [level for level in other.levels if level in rule.levels[rank:]]
                if known:
                    node = f"{key_of(other.id, scope.side if other.for_each else '')}>={known[0]}"
                    self.derive(key + suffix, TRUE, [Literal("t", node, TRUE)], rule, path)
                    below.append(Literal("t", node, FALSE))
            if below:
                self.derive(key + suffix, FALSE, below, rule, path)

    def _worse_eye(self, rule: Rule) -> None:
        """The result over both eyes: the worse counts; an eye without any test is left out."""
        sides = SIDES[rule.for_each]
        path = f"{rule.place.path}.for_each" if rule.place.path else "for_each"
        untested = {side: self._untested(rule, side, path) for side in sides}
        pairs = [(rule.id, "result", "met", "result", "not_met")]
        if rule.kind == "Grade":
            pairs = [
                (f"{rule.id}>={level}", "at_least", level, "at_most", below)
                for level, below in zip(rule.levels[1:], rule.levels, strict=False)
            ]
        for key, says, value, says_not, value_not in pairs:
            self.node(key, rule, says, value, says_not, value_not)
            of = {side: key.replace(rule.id, f"{rule.id}@{side}", 1) for side in sides}
            for side in sides:
                self.derive(key, TRUE, [Literal("t", of[side], TRUE)], rule, path)
            for left_out in (None, *sides):
                body = [Literal("t", of[side], FALSE) for side in sides if side != left_out]
                if left_out:
                    body += [Literal("t", untested[left_out], TRUE), unknown_literal(of[left_out])]
                    body += [Literal("t", untested[side], FALSE) for side in sides if side != left_out]
                self.derive(key, FALSE, body, rule, path)

    def _untested(self, rule: Rule, side: str, path: str) -> str:
        facts = sorted(self._sided_facts(rule, rule.for_each))
        key = self.inner(rule, rule.place._replace(path=path), side, "~untested")
        literals = []
        for name in facts:
            kind = self.input_kind(self.vocabulary.facts[name])
            self.input(key_of(name, side), kind)
            literals.append(unknown_literal(key_of(name, side)))
            for literal in known_literals(key_of(name, side), kind):
                self.derive(key, FALSE, [literal], rule, path)
        self.derive(key, TRUE, literals, rule, path)
        return key

    def _sided_facts(self, rule: Rule, laterality: str) -> set[str]:
        """The tests by side that decide the rule; what `provided` or `unreliable_if` asks is not among them."""
        found: set[str] = set()
        deciding = (rule.when, *(case.when for case in rule.cases))
        named = [subject for condition in deciding for subject in subjects(condition)]
        for subject in (*named, *rule.highest_of):
            if subject.kind == FACT and self.vocabulary.facts[subject.name].laterality == laterality:
                found.add(subject.name)
            elif subject.kind == RULE and self.rules[subject.name].for_each == laterality:
                found |= self._sided_facts(self.rules[subject.name], laterality)
        return found
