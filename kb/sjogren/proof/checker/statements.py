"""What a rule can say: the statements that the nodes of a justification may conclude."""

from __future__ import annotations

from typing import Any, NamedTuple

from sjogren.model.rule import Rule, Test
from sjogren.model.vocabulary import SIDES
from sjogren.proof.checker.conditions import TABLES, Conditions
from sjogren.proof.checker.logic import VERDICTS, Refused, Said, Var, answers

OUTCOMES = {
    "result": ("finding", {"met": True, "not_met": False}),
    "at_least": ("grade", True),
    "at_most": ("grade", False),
    "cases_at_least": ("cases", True),
    "cases_at_most": ("cases", False),
    "value": ("table", True),
    "value_not": ("table", False),
    "member": ("member", True),
    "member_not": ("member", False),
    "verdict": ("verdict", True),
    "verdict_not": ("verdict", False),
    "branch": ("branch", True),
    "branch_not": ("branch", False),
}
INNER = {"holds": True, "does_not_hold": False}
KINDS_OF = {
    "finding": ("Finding",),
    "grade": ("Grade",),
    "cases": ("Grade",),
    "table": TABLES,
    "member": ("Selection",),
    "verdict": ("CriteriaSet",),
    "branch": ("CriteriaSet",),
}


class Statement(NamedTuple):
    """One thing that a rule can say: of a variable, ``at`` a rank or answer, that it holds or does not."""

    var: Var
    at: Any
    holds: bool


class Statements(Conditions):
    """Reads what a node concludes for a rule."""

    def statement(self, name: str, side: str, key: str, value: Any) -> Statement:
        """What a ``concludes`` says; raises `Refused` when the rule cannot say so."""
        rule = self.rules.get(name)
        if rule is None:
            raise Refused("V120", f"rule {name!r}", "a rule of the rule set")
        if type(value) is not str:
            raise Refused("V123", f"{key!r}: {value!r}", "a statement that the rule can make")
        if key in OUTCOMES:
            kind, holds = OUTCOMES[key]
            if rule.kind in KINDS_OF[kind] and (not side or side in SIDES.get(rule.for_each, ())):
                found = self._outcome(rule, side, kind, holds, value)
                if found:
                    return found
        elif value in INNER:
            return Statement(self.condition_of(rule, side, key), True, INNER[value])
        raise Refused("V123", f"{key!r}: {value!r}{f' ({side})' if side else ''}", f"a statement that {name} can make")

    def condition_of(self, rule: Rule, side: str, key: str) -> Var:
        """The variable of a condition by its path; one that asks what is known is the same wherever a rule asks it."""
        path, _, suffix = key.partition("~")
        condition = self.conditions(rule.id).get(path)
        if isinstance(condition, Test) and (condition.op, condition.value) == ("is", suffix):
            return self.status_of(condition, rule, side)
        return Var("inner", rule.id, side, key)

    def _outcome(self, rule: Rule, side: str, kind: str, holds: Any, value: str) -> Statement | None:
        var = Var(kind, rule.id, side)
        if kind == "finding":
            return Statement(var, True, holds[value]) if value in holds else None
        if kind == "cases" and not (rule.stated and (rule.cases or rule.highest_of)):
            return None
        if kind in {"grade", "cases"}:
            rank = rule.levels.index(value) + (not holds) if value in rule.levels else 0
            return Statement(var, rank, holds) if 0 < rank < len(rule.levels) else None
        if kind == "member":
            known = value in {case.low for case in rule.cases}
            return Statement(var._replace(path=value), True, holds) if known else None
        words = {"verdict": VERDICTS, "branch": tuple(branch.value for branch in rule.branches)}
        return Statement(var, value, holds) if value in words.get(kind, answers(rule)) else None


def says(statement: Statement) -> tuple[Var, Said]:
    """What a statement says of its variable."""
    var, at, holds = statement
    if var.kind in {"grade", "cases"}:
        return var, Said("from", at) if holds else Said("to", at - 1)
    if var.kind in {"table", "verdict", "branch"}:
        return var, Said("is" if holds else "not", at)
    return var, Said("is", holds)
