"""The verdict of a criteria set, read from the rule as written: a part of the reference evaluator."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from sjogren.engine.knowledge import ONE, Span, add_up, exact
from sjogren.engine.questions import Truth
from sjogren.model.rule import RULE, Rule, Subject

if TYPE_CHECKING:
    from sjogren.engine.reference import Reference


class Verdict(NamedTuple):
    """What holds of a criteria set whatever the missing facts are.

    word
        the verdict; empty while the missing facts leave it open.
    gates
        whether the verdicts *excluded* and *entry not met* hold; only those that the set can give.
    branches
        the branches that the patient can still belong to.
    spans
        the score or count, or one count for each branch, by the key of the engine's node.
    """

    word: str
    gates: Mapping[str, Truth]
    branches: frozenset[str]
    spans: Mapping[str, Span]


def verdict_of(reference: Reference, rule: Rule) -> Verdict:
    """The verdict of a set by what is known."""
    branches: frozenset[str] = frozenset()
    if rule.branches:
        enough, branches, spans = _by_branch(reference, rule)
    else:
        enough, spans = _by_score(reference, rule)
    excluded = reference.holds(rule.exclude, rule, "", "exclude") if rule.exclude else False
    entered = reference.holds(rule.entry, rule, "", "entry") if rule.entry else True
    gates: dict[str, Truth] = {}
    if rule.exclude:
        gates["excluded"] = excluded
    if rule.entry:
        barred = None if entered is None or excluded else True
        gates["entry_not_met"] = False if entered else barred
    word = "met" if enough and entered and excluded is False else ""
    if excluded:
        word = "excluded"
    elif entered is False:
        word = "entry_not_met"
    elif enough is False:
        word = "not_met"
    return Verdict(word, gates, branches, spans)


def _by_score(reference: Reference, rule: Rule) -> tuple[Truth, dict[str, Span]]:
    """Whether the points or items are enough."""
    points = [(exact(Fraction(item.points)), reference.addend(Subject(RULE, item.rule))) for item in rule.items]
    span = add_up("sum", points)
    assert span.low is not None
    assert span.high is not None
    enough = True if span.low >= rule.needed else False if span.high < rule.needed else None
    return enough, {f"{rule.id}#score": span}


def _by_branch(reference: Reference, rule: Rule) -> tuple[Truth, frozenset[str], dict[str, Span]]:
    """Whether every branch that the patient can still belong to is met, or none of them is."""
    possible = reference.possible(reference.branches(rule))
    spans: dict[str, Span] = {}
    found: set[Truth] = set()
    for index, branch in enumerate(rule.branches):
        items = [(ONE, reference.addend(Subject(RULE, item))) for item in branch.items]
        spans[f"{rule.id}#count/{branch.value}"] = add_up("sum", items)
        holds = reference.holds(branch.met_when, rule, "", f"{branch.place.path}.met_when")
        if index in possible:
            found.add(holds)
    enough = found.pop() if len(found) == 1 else None
    return enough, frozenset(rule.branches[index].value for index in possible), spans
