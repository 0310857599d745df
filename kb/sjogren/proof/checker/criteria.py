"""Criteria sets read for the checker: their verdicts, and whose branch it is; and how any condition becomes a claim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sjogren.model.rule import BY_STATUS, Condition, Group, Rule, Test
from sjogren.model.vocabulary import Vocabulary
from sjogren.proof.checker.conditions import Scope, yes
from sjogren.proof.checker.logic import (
    FALSE,
    OPEN,
    TRUE,
    Ask,
    Claim,
    Expr,
    First,
    Leaf,
    Var,
    all_of,
    any_of,
    leaves,
    negation,
)
from sjogren.proof.checker.responses import response
from sjogren.proof.checker.space import some
from sjogren.proof.checker.statements import Statements

BRANCHES = "branches"
"""Where a criteria set says that it has a rule for each kind of patient."""


class Criteria(Statements):
    """How criteria sets are judged."""

    def __init__(self, rules: Mapping[str, Rule], vocabulary: Vocabulary) -> None:
        super().__init__(rules, vocabulary)
        items = {item.rule for rule in rules.values() if rule.kind == "CriteriaSet" for item in rule.items}
        self.in_items = {name for name, rule in rules.items() if self._lineage(rule) & items}

    def _lineage(self, rule: Rule) -> set[str]:
        """A rule and all that it is a part of, as far as that is read: another visit may show the part alone."""
        found = {rule.id}
        while rule.parent in self.rules:
            rule = self.rules[rule.parent]
            found.add(rule.id)
        return found

    def _by_condition(self, scope: Scope, true: Expr, false: Expr, base: str, conditions: list[Condition]) -> Claim:
        tests = {path: reads for condition in conditions for path, reads in self._readers(condition, scope, None)}
        found = tuple(dict.fromkeys((*leaves(true), *leaves(false))))
        return Claim(found, frozenset({base}), true, false, tests=tests, qualitative=self._qualitative(scope))

    def _readers(
        self, condition: Condition, scope: Scope, outer: frozenset[Var] | None
    ) -> Iterable[tuple[str, frozenset[Var]]]:
        """Paths that a reason may name, with what is read there; what repeats over sides is read as a whole."""
        whole = isinstance(condition, Test) or condition.where or condition.op in BY_STATUS
        if whole:
            outer = outer or frozenset(leaf.var for leaf in leaves(self.expr(condition, scope)))
            yield condition.place.path, outer
        if isinstance(condition, Group):
            for part in condition.parts:
                yield from self._readers(part, scope, outer)

    def _qualitative(self, scope: Scope) -> bool:
        """Whether a result recorded as abnormal or normal may decide here: items and their parts, never by eye."""
        return scope.rule.id in self.in_items and not scope.rule.for_each

    def _reading(self, scope: Scope, tests: Iterable[Leaf], ask: Callable[[Ask], str], *clauses: str) -> Claim:
        return Claim(tuple(dict.fromkeys(tests)), frozenset(clauses), ask=ask, qualitative=self._qualitative(scope))

    # -- criteria sets ------------------------------------------------------------------------------------------------

    def _verdict(self, scope: Scope, _: Var, word: str) -> Claim:
        rule = scope.rule
        if rule.kind == "Response":
            return response(rule, word)
        points = Var("points", rule.id)
        enough = Leaf(points, lambda value: bool(value >= rule.needed), (rule.needed,))
        if rule.branches:
            enough = yes(Var("inner", rule.id, "", BRANCHES))
        decided = BRANCHES if rule.branches else "met_when"
        shut = self.standing_for(rule.exclude, scope) if rule.exclude else None
        entry = self.standing_for(rule.entry, scope) if rule.entry else None
        not_shut = yes(Var("inner", rule.id, "", "exclude~not_shown")) if shut else None
        not_barred = yes(Var("inner", rule.id, "", "entry~not_refuted")) if entry else None

        def excluded(of: Ask) -> str:
            return of(shut) if shut else FALSE

        def entry_not_met(of: Ask) -> str:
            found = of(entry) if entry else TRUE
            if found == FALSE:
                return TRUE if not not_shut or of(not_shut) == TRUE else OPEN
            return FALSE if found == TRUE else OPEN

        def not_met(of: Ask) -> str:
            found = of(enough)
            if found != FALSE:
                return FALSE if found == TRUE else OPEN
            return TRUE if all(not leaf or of(leaf) == TRUE for leaf in (not_barred, not_shut)) else OPEN

        def met(of: Ask) -> str:
            against = [leaf for leaf in (enough, entry) if leaf]
            if some(of, against, FALSE) or (shut and some(of, [shut], TRUE)):
                return FALSE
            everything = all(of(leaf) == TRUE for leaf in against) and (not shut or of(shut) == FALSE)
            return TRUE if everything else OPEN

        asks = {"excluded": excluded, "entry_not_met": entry_not_met, "not_met": not_met, "met": met}
        reads = {
            "excluded": (shut,), "entry_not_met": (entry, not_shut), "not_met": (enough, not_barred, not_shut),
            "met": (enough, shut, entry),
        }  # fmt: skip
        where = {
            "excluded": ("exclude",),
            "entry_not_met": ("entry",),
            "not_met": (decided,),
            "met": (decided, "exclude", "entry"),
        }
        return self._reading(scope, [leaf for leaf in reads[word] if leaf], asks[word], *where[word])

    def _gate(self, scope: Scope, var: Var, _: bool) -> Claim:
        """Whether an exclusion, or an entry that is not met, gives the verdict."""
        return self._verdict(scope, var, var.path)

    def _branch(self, scope: Scope, _: Var, value: str) -> Claim:
        """Whose branch it is: the first whose condition holds, else the last."""
        branches = scope.rule.branches
        asked = [(branch, branch.when) for branch in branches if branch.when]
        conditions = [(self.expr(when, scope), branch.value == value) for branch, when in asked]
        last = branches[-1].value == value
        true = First(tuple(conditions), last)
        false = First(tuple((each, not this) for each, this in conditions), not last)
        return self._by_condition(scope, true, false, BRANCHES, [when for _, when in asked])

    def _by_branch(self, scope: Scope) -> Claim:
        """Whether the rule of the patient's branch holds."""
        passed: list[Expr] = []
        ways = []
        for branch in scope.rule.branches:
            this = [self.expr(branch.when, scope)] if branch.when else []
            ways.append(all_of([*map(negation, passed), *this, self.standing_for(branch.met_when, scope)]))
            passed += this
        holds = any_of(ways)
        return self._by_condition(scope, holds, negation(holds), BRANCHES, [])
