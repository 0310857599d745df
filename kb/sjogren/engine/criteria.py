"""The verdict of a criteria set, read from the rule as written: a part of the reference evaluator."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from sjogren.engine.knowledge import ONE, add_up, exact
from sjogren.engine.questions import Truth
from sjogren.model.rule import RULE, Rule, Subject

if TYPE_CHECKING:
    from sjogren.engine.reference import Reference


def verdict_of(reference: Reference, rule: Rule) -> str:
    """The verdict that holds whatever the missing facts are; empty while they leave it open."""
    enough = _by_branch(reference, rule) if rule.branches else _by_score(reference, rule)
    excluded = reference.holds(rule.exclude, rule, "", "exclude") if rule.exclude else False
    entered = reference.holds(rule.entry, rule, "", "entry") if rule.entry else True
    if excluded:
        return "excluded"
    if entered is False:
        return "entry_not_met"
    if enough is False:
        return "not_met"
    return "met" if enough and entered and excluded is False else ""


def _by_score(reference: Reference, rule: Rule) -> Truth:
    """Whether the points or items are enough."""
    points = [(exact(Fraction(item.points)), reference.addend(Subject(RULE, item.rule))) for item in rule.items]
    low, high = reference.spans[f"{rule.id}#score"] = add_up("sum", points)
    assert low is not None
    assert high is not None
    return True if low >= rule.needed else False if high < rule.needed else None


def _by_branch(reference: Reference, rule: Rule) -> Truth:
    """Whether every branch that the patient can still belong to is met, or none of them is."""
    whens = [branch.when for branch in rule.branches if branch.when]
    question = reference.question(rule, "", "branches", lambda reader: reader.cases(whens), len(rule.branches))
    possible = reference.possible(question, qualitative=False)
    reference.branches[rule.id] = frozenset(rule.branches[index].value for index in possible)
    found: set[Truth] = set()
    for index, branch in enumerate(rule.branches):
        items = [(ONE, reference.addend(Subject(RULE, item))) for item in branch.items]
        reference.spans[f"{rule.id}#count/{branch.value}"] = add_up("sum", items)
        holds = reference.holds(branch.met_when, rule, "", f"{branch.place.path}.met_when")
        if index in possible:
            found.add(holds)
    return found.pop() if len(found) == 1 else None
