"""Rules as written, read for the checker: for every statement that a rule can make, how it is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from sjogren.model.rule import (
    BY_STATUS,
    FACT,
    RULE,
    CaseOf,
    Condition,
    Group,
    Rule,
    Subject,
    Test,
)
from sjogren.model.vocabulary import SIDES, Vocabulary
from sjogren.proof.checker.conditions import TABLES, Scope, list_path, numbers, prefix, reaches, rest, subjects, yes
from sjogren.proof.checker.criteria import BRANCHES, Criteria
from sjogren.proof.checker.logic import (
    FALSE,
    OPEN,
    TRUE,
    Ask,
    Claim,
    First,
    Leaf,
    Refused,
    Var,
    absent,
    answers,
    any_of,
    negation,
)
from sjogren.proof.checker.space import some


class Rules(Criteria):
    """What each rule can say, and how that is judged."""

    def __init__(self, rules: Mapping[str, Rule], vocabulary: Vocabulary) -> None:
        super().__init__(rules, vocabulary)
        self.claim = lru_cache(maxsize=None)(self._claim)

    def _claim(self, var: Var, at: Any) -> Claim:
        rule = self.rules[var.name]
        scope = Scope(rule, var.side)
        if var.kind == "inner":
            return self._inner(scope, var.path)
        if var.kind == "status":
            return self._status(scope, var)
        if rule.for_each and not var.side:
            return self._worse(rule, var.kind, at)
        return self._claims[var.kind](self, scope, var, at)

    # -- findings -----------------------------------------------------------------------------------------------------

    def _finding(self, scope: Scope, _: Var, __: Any) -> Claim:
        rule = scope.rule
        if rule.when_unknown:
            return self._closed_finding(scope)
        return self._reliable(scope) if rule.unreliable_if else self._plain(scope, (rule.when or absent()))

    def _plain(self, scope: Scope, condition: Condition, base: str = "") -> Claim:
        expr = self.expr(condition, scope)
        return self._by_condition(scope, expr, negation(expr), base or condition.place.path, [condition])

    def _reliable(self, scope: Scope) -> Claim:
        when = scope.rule.when or absent()
        caveat = scope.rule.unreliable_if or absent()
        base, doubt = self.standing_for(when, scope), self.standing_for(caveat.when, scope)

        def ask(of: Ask) -> str:
            found = of(base)
            return OPEN if found == TRUE and of(doubt) == TRUE else found

        return self._reading(scope, (base, doubt), ask, caveat.place.path, when.place.path)

    def _closed_finding(self, scope: Scope) -> Claim:
        rule = scope.rule
        when = rule.when or absent()
        reading = rule.when_unknown or absent()
        base = self.standing_for(when, scope)
        if rule.unreliable_if:
            base = yes(Var("inner", rule.id, scope.side, f"{rule.unreliable_if.place.path}~reliable"))
        enough = self.standing_for(reading.provided, scope) if reading.provided else None

        def ask(of: Ask) -> str:
            found = of(base)
            if found != OPEN or (enough and of(enough) != TRUE):
                return found
            return TRUE if reading.take_as == "met" else FALSE

        return self._reading(scope, (base, *((enough,) if enough else ())), ask, when.place.path, reading.place.path)

    def _worse(self, rule: Rule, kind: str, at: Any) -> Claim:
        """Over both eyes: the worse counts, one eye without any test is left out."""
        path = f"{prefix(rule)}for_each"
        untested = {side: yes(Var("inner", rule.id, side, f"{path}~untested")) for side in SIDES[rule.for_each]}
        variables = [Var(kind, rule.id, side) for side in SIDES[rule.for_each]]
        eyes = [yes(var) if kind == "finding" else reaches(var, at) for var in variables]

        def ask(of: Ask) -> str:
            if some(of, eyes, TRUE):
                return TRUE
            silent = [leaf for leaf in eyes if of(leaf) != FALSE]
            if not silent or (len(silent) == 1 and of(untested[silent[0].var.side]) == TRUE):
                return FALSE
            return OPEN

        return self._reading(Scope(rule, ""), (*eyes, *untested.values()), ask, path)

    # -- grades, tables, selections -----------------------------------------------------------------------------------

    def _grade(self, scope: Scope, var: Var, rank: int) -> Claim:
        rule = scope.rule
        if not rule.stated:
            return self._graded(scope, var, rank)
        told = reaches(Var("fact", rule.stated), rank)
        inner = reaches(var._replace(kind="cases"), rank) if rule.cases or rule.highest_of else None

        def ask(of: Ask) -> str:
            found = of(told)
            return of(inner) if found == OPEN and inner else found

        return self._reading(scope, (told, *((inner,) if inner else ())), ask, f"{prefix(rule)}stated")

    def _graded(self, scope: Scope, _: Var, rank: int) -> Claim:
        rule = scope.rule
        if rule.highest_of:
            expr = any_of(part for other in rule.highest_of if (part := self._as_high(scope, other, rank)))
            return self._by_condition(scope, expr, negation(expr), f"{prefix(rule)}highest_of", [])
        suffix = f">={rule.levels[rank]}{'~cases' if rule.stated else ''}"
        return self._listed(scope, suffix, *_grade_answers(rule, rank))

    def _as_high(self, scope: Scope, subject: Subject, rank: int) -> Leaf | None:
        """The test that another grade reaches a level of this one; levels are matched by number, else by word."""
        levels, other = scope.rule.levels, self.rules[subject.name]
        own, its = numbers(levels), numbers(other.levels)
        if own and its:
            reached = [place for place, number in enumerate(its) if number >= own[rank]]
        else:
            reached = [place for place, level in enumerate(other.levels) if level in levels[rank:]]
        var = Var("grade", other.id, scope.side if other.for_each else "")
        return reaches(var, reached[0]) if reached else None

    def _table(self, scope: Scope, _: Var, answer: str) -> Claim:
        return self._listed(scope, f"={answer}", *_table_answers(answer))

    def _listed(
        self, scope: Scope, suffix: str, true: Callable[[CaseOf], bool], false: Callable[[CaseOf], bool]
    ) -> Claim:
        """A decision list; once enough was measured, cases that are not shown may be passed over."""
        rule, reading = scope.rule, scope.rule.when_unknown
        if reading is None:
            return self._opened(scope, true, false)

        def inner(path: str) -> Leaf:
            return yes(Var("inner", rule.id, scope.side, path))

        opened = inner(f"{list_path(rule)}~open{suffix}")
        enough = self.standing_for(reading.provided, scope) if reading.provided else None
        shown = [inner(f"{case.place.path}~shown") for case in rule.cases]
        rivals = {answer: inner(f"{list_path(rule)}~open={answer}") for answer in answers(rule) if rule.kind in TABLES}

        def ask(of: Ask) -> str:
            found = of(opened)
            if found != OPEN or (enough and of(enough) != TRUE):
                return found
            taken = next((case for case, leaf in zip(rule.cases, shown, strict=True) if of(leaf) == TRUE), rest(rule))
            if true(taken):
                return TRUE
            ruled_out = taken.low in rivals and of(rivals[taken.low]) != OPEN
            return FALSE if false(taken) and not ruled_out else OPEN

        tests = (opened, *((enough,) if enough else ()), *shown, *rivals.values())
        return self._reading(scope, tests, ask, reading.place.path)

    def _opened(self, scope: Scope, true: Callable[[CaseOf], bool], false: Callable[[CaseOf], bool]) -> Claim:
        rule = scope.rule
        conditions = [self.expr(case.when, scope) for case in rule.cases]
        lists = [
            First(
                tuple((each, makes(case)) for each, case in zip(conditions, rule.cases, strict=True)), makes(rest(rule))
            )
            for makes in (true, false)
        ]
        return self._by_condition(scope, lists[0], lists[1], list_path(rule), [case.when for case in rule.cases])

    def _member(self, scope: Scope, var: Var, _: Any) -> Claim:
        when = next(case.when for case in scope.rule.cases if case.low == var.path)
        return self._plain(scope, when)

    _claims: Mapping[str, Callable[..., Claim]] = {
        "finding": _finding, "grade": _grade, "cases": _graded, "table": _table, "member": _member,
        "verdict": Criteria._verdict, "branch": Criteria._branch,
    }  # fmt: skip

    # -- conditions that are statements of their own ------------------------------------------------------------------

    def _inner(self, scope: Scope, key: str) -> Claim:
        path, _, suffix = key.partition("~")
        condition = self.conditions(scope.rule.id).get(path)
        if not suffix and condition is not None:
            if isinstance(condition, Group) and condition.op in BY_STATUS and (scope.side or not condition.where):
                return self._by_status(scope, condition)
            return self._plain(scope, condition)
        if isinstance(condition, Test) and suffix == "narrower" and condition.where == "any_narrower":
            return self._narrower(scope, condition)
        found = self._of_rule(scope, path, suffix)
        if found is None:
            raise Refused("V123", f"condition {key!r}", f"a condition of {scope.rule.id}")
        return found

    def _of_rule(self, scope: Scope, path: str, suffix: str) -> Claim | None:
        rule = scope.rule
        if suffix == "reliable" and rule.unreliable_if and path == rule.unreliable_if.place.path:
            return self._reliable(scope)
        if suffix == "untested" and rule.for_each and path == f"{prefix(rule)}for_each":
            return self._untested(scope, path)
        if (path, suffix) == (BRANCHES, "") and rule.branches:
            return self._by_branch(scope)
        if suffix in {"not_shown", "not_refuted"} and rule.kind == "CriteriaSet":
            condition, shown = (rule.exclude, TRUE) if suffix == "not_shown" else (rule.entry, FALSE)
            if condition is None or path != ("exclude" if suffix == "not_shown" else "entry"):
                return None
            base = self.standing_for(condition, scope)
            return self._reading(scope, (base,), lambda of: FALSE if of(base) == shown else TRUE, path)
        case = next((case for case in rule.cases if case.place.path == path), None)
        if suffix == "shown" and case and rule.when_unknown:
            base = self.standing_for(case.when, scope)
            return self._reading(scope, (base,), lambda of: TRUE if of(base) == TRUE else FALSE, path)
        if suffix.startswith("open") and rule.when_unknown and rule.cases and path == list_path(rule):
            return self._open_list(scope, suffix.removeprefix("open"))
        return None

    def _open_list(self, scope: Scope, suffix: str) -> Claim | None:
        rule = scope.rule
        if rule.kind in TABLES:
            answer = suffix.removeprefix("=")
            return self._opened(scope, *_table_answers(answer)) if answer in answers(rule) else None
        level = suffix.removeprefix(">=").removesuffix("~cases")
        known = rule.kind == "Grade" and level in rule.levels[1:]
        return self._opened(scope, *_grade_answers(rule, rule.levels.index(level))) if known else None

    def _by_status(self, scope: Scope, group: Group) -> Claim:
        parts = [self.standing_for(part, scope) for part in group.parts]
        path = f"{group.place.path}.{group.op}"

        def first(of: Ask) -> str:
            return next((word for leaf in parts if (word := of(leaf)) != OPEN), OPEN)

        def each(of: Ask) -> str:
            return TRUE if some(of, parts, TRUE) else FALSE if some(of, parts, FALSE) else OPEN

        clauses = [path, *(f"{path}.{index}" for index in range(len(parts)))]
        return self._reading(scope, parts, first if group.op == "first_known" else each, *clauses)

    def _narrower(self, scope: Scope, test: Test) -> Claim:
        fact = self.vocabulary.facts[test.subject.name]
        stated, parts = yes(Var("fact", fact.name)), [yes(Var("fact", name)) for name in fact.narrower]

        def ask(of: Ask) -> str:
            if some(of, (stated, *parts), TRUE):
                return TRUE
            return FALSE if of(stated) == FALSE or all(of(part) == FALSE for part in parts) else OPEN

        return self._reading(scope, (stated, *parts), ask, test.place.path)

    def _status(self, scope: Scope, var: Var) -> Claim:
        """What is recorded of a fact, or known of another rule."""
        asked = [
            condition
            for condition in self.conditions(scope.rule.id).values()
            if isinstance(condition, Test) and self.status_of(condition, scope.rule, var.side) == var
        ]
        subject, word = asked[0].subject, asked[0].value
        if subject.kind == FACT:
            fact = self.vocabulary.facts[subject.name]
            name = f"{fact.name}.{fact.codes[0]}" if fact.type in {"codes", "diseases"} else fact.name
            known = Leaf(Var("fact", name, scope.side if fact.laterality else ""), None)
        else:
            other = self.rules[subject.name]
            kind = "table" if other.kind in TABLES else other.kind.lower()
            known = Leaf(Var(kind, other.id, scope.side if other.for_each else ""), None)
        shown = yes(known.var)

        def ask(of: Ask) -> str:
            if word == "not_shown":
                return FALSE if of(shown) == TRUE else TRUE
            return TRUE if (of(known) == TRUE) == (word == "known") else FALSE

        leaf = shown if word == "not_shown" else known
        return Claim((leaf,), frozenset(test.place.path for test in asked), ask=ask)

    def _untested(self, scope: Scope, path: str) -> Claim:
        names = sorted(self._sided(scope.rule, scope.rule.for_each))
        tests = [Leaf(Var("fact", name, scope.side), None) for name in names]
        return Claim(tuple(tests), frozenset({path}), ask=lambda of: FALSE if some(of, tests, TRUE) else TRUE)

    def _sided(self, rule: Rule, laterality: str) -> set[str]:
        """The tests by side that decide a rule; what it asks besides, such as `provided`, is not among them."""
        found: set[str] = set()
        deciding = (rule.when, *(case.when for case in rule.cases))
        named = [subject for condition in deciding for subject in subjects(condition)]
        for subject in (*named, *rule.highest_of):
            if subject.kind == FACT and self.vocabulary.facts[subject.name].laterality == laterality:
                found.add(subject.name)
            elif subject.kind == RULE and self.rules[subject.name].for_each == laterality:
                found |= self._sided(self.rules[subject.name], laterality)
        return found


def _grade_answers(rule: Rule, rank: int) -> tuple[Callable[[CaseOf], bool], Callable[[CaseOf], bool]]:
    levels = rule.levels
    return lambda case: levels.index(case.low) >= rank, lambda case: levels.index(case.high) < rank


def _table_answers(answer: str) -> tuple[Callable[[CaseOf], bool], Callable[[CaseOf], bool]]:
    return lambda case: case.low == answer, lambda case: case.low != answer
