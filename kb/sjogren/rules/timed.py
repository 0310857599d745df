"""Rules that look at more than one visit: which they are, and all rules as they are read from the second visit on.

A test that names a ``visit`` means a fact or rule *of that visit*. What it names, and all that this rests on, is read
again there under a name of its own: ``first/activity/esspri`` is ESSPRI from what was measured at the first visit. No
other part of the house needs to know of time: a name is a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sjogren.model.rule import (
    FIRST,
    NOW,
    POLICY,
    RULE,
    STOOD_EARLIER,
    STOOD_FIRST,
    TIMES,
    Item,
    Rule,
    RuleSet,
    Subject,
    Test,
    compared,
)
from sjogren.model.vocabulary import Vocabulary

WHEN: Mapping[str, str] = {
    FIRST: "at the first visit",
    NOW: "at this visit",
    STOOD_FIRST: "as it stood at the first visit",
    STOOD_EARLIER: "as it stood at an earlier visit",
}


def visit_of(name: str) -> tuple[str, str]:
    """The visit that a name belongs to (empty: the one assessed, as it stands), and the plain name.

    >>> visit_of("first/activity/esspri"), visit_of("activity/esspri")
    (('first', 'activity/esspri'), ('', 'activity/esspri'))
    """
    visit, _, plain = name.partition("/")
    return (visit, plain) if visit in TIMES else ("", name)


def named(rule: Rule) -> Iterator[Subject]:
    """Every fact, rule and policy that a rule names anywhere, each as of its visit."""
    waiting: list[Any] = [rule]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Test) and part.change:
            yield from compared(part)
        elif isinstance(part, Subject):
            yield part._replace(name=f"{part.visit}/{part.name}", visit="") if part.visit else part
        elif isinstance(part, Item):
            yield Subject(RULE, part.rule)
        elif isinstance(part, tuple):
            waiting += part


def longitudinal(rules: Mapping[str, Rule]) -> set[str]:
    """The rules that look at another visit, themselves or through what they read; they speak from the second on."""
    reads = {rule.id: list(named(rule)) for rule in rules.values()}
    found = {name for name, subjects in reads.items() if any(visit_of(each.name)[0] for each in subjects)}
    grown = True
    while grown:
        more = {
            name
            for name, subjects in reads.items()
            if name not in found and any(each.kind == RULE and each.name in found for each in subjects)
        }
        found |= more
        grown = bool(more)
    return found


def one_visit(rules: RuleSet) -> RuleSet:
    """The rules that look at one visit alone."""
    later = longitudinal(rules.rules)
    return rules._replace(rules={name: rule for name, rule in rules.rules.items() if name not in later})


def read_elsewhere(rules: Mapping[str, Rule]) -> dict[str, set[str]]:
    """For each visit the rules that are read as of it, with all that these rest on."""
    found: dict[str, set[str]] = {visit: set() for visit in TIMES}
    waiting = [visit_of(each.name) for rule in rules.values() for each in named(rule) if each.kind == RULE]
    while waiting:
        visit, name = waiting.pop()
        if visit and name in rules and name not in found[visit]:
            found[visit].add(name)
            waiting += [(visit, each.name) for each in named(rules[name]) if each.kind == RULE]
    return found


def later(rules: RuleSet, vocabulary: Vocabulary) -> tuple[RuleSet, Vocabulary]:
    """All rules and facts as they are read from the second visit on: those of this visit, and those of other visits."""
    found = {rule.id: _resolved(rule) for rule in rules.rules.values()}
    for visit, names in read_elsewhere(rules.rules).items():
        found.update((f"{visit}/{name}", moved(rules.rules[name], visit)) for name in rules.rules if name in names)
    facts = dict(vocabulary.facts)
    for visit in TIMES:
        for fact in vocabulary.facts.values():
            facts[f"{visit}/{fact.name}"] = fact._replace(
                name=f"{visit}/{fact.name}",
                label=f"{fact.label} {WHEN[visit]}",
                narrower=_all(fact.narrower, visit),
                not_assumed_if=_all(fact.not_assumed_if, visit),
            )
    return rules._replace(rules=found), vocabulary._replace(facts=facts)


def _all(names: Iterable[str], visit: str) -> tuple[str, ...]:
    return tuple(f"{visit}/{name}" for name in names)


def moved(rule: Rule, visit: str) -> Rule:
    """A rule as it is read at another visit: every name with the visit before it, nothing printed, no flag raised."""
    read: Rule = _moved(rule._replace(shows=(), raises=""), visit)
    return read._replace(
        id=f"{visit}/{rule.id}",
        label=f"{rule.label} {WHEN[visit]}",
        parent=f"{visit}/{rule.parent}" if rule.parent else "",
        stated=f"{visit}/{rule.stated}" if rule.stated else "",
        place=rule.place._replace(file=f"{visit}/{rule.place.file}"),
    )


def _moved(part: Any, visit: str) -> Any:
    if isinstance(part, Subject):
        return part if part.kind == POLICY else part._replace(name=f"{visit}/{part.name}")
    if isinstance(part, Item):
        return part._replace(rule=f"{visit}/{part.rule}")
    return _mapped(part, lambda each: _moved(each, visit))


def _resolved(part: Any) -> Any:
    """Names with their visits before them; a test of change keeps its own, for it names two."""
    if isinstance(part, Test) and part.change:
        return part
    if isinstance(part, Subject):
        return part._replace(name=f"{part.visit}/{part.name}", visit="") if part.visit else part
    return _mapped(part, _resolved)


def _mapped(part: Any, change: Any) -> Any:
    if not isinstance(part, tuple):
        return part
    parts = [change(each) for each in part]
    return part._make(parts) if hasattr(part, "_make") else tuple(parts)
