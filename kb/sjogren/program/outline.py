"""The shape of a rule set: who reads whom, in which order, in which stratum, and what is printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sjogren.errors import Finding, did_you_mean
from sjogren.model.rule import FACT, RULE, Condition, Rule, Subject, Test
from sjogren.program.ir import Conclusion, Shown


def subjects(condition: Condition | None) -> Iterable[Subject]:
    """All facts, rules and policies that a condition names."""
    if condition is None:
        return
    if isinstance(condition, Test):
        yield condition.subject
        if isinstance(condition.value, Subject):
            yield condition.value
        return
    for part in condition.parts:
        yield from subjects(part)


def tests_of(condition: Condition) -> Iterable[Test]:
    """All tests of a condition."""
    if isinstance(condition, Test):
        yield condition
        return
    for part in condition.parts:
        yield from tests_of(part)


def conditions(rule: Rule) -> Iterable[Condition]:
    """All conditions of a rule."""
    caveat = rule.unreliable_if.when if rule.unreliable_if else None
    provided = rule.when_unknown.provided if rule.when_unknown else None
    listed = (*(case.when for case in rule.cases), *(mark.when for mark in rule.marks))
    branched = [condition for branch in rule.branches for condition in (branch.when, branch.met_when)]
    for condition in (rule.when, caveat, provided, rule.entry, rule.exclude, *listed, *branched):
        if condition is not None:
            yield condition


def dependencies(rule: Rule) -> list[Subject]:
    """Everything that a rule's result rests on directly (printed extras are not part of it)."""
    found = [subject for condition in conditions(rule) for subject in subjects(condition)]
    found += [term.subject for term in rule.terms]
    found += [*rule.highest_of, *rule.alternatives]
    found += [Subject(RULE, item.rule) for item in rule.items]
    if rule.stated:
        found.append(Subject(FACT, rule.stated))
    return list(dict.fromkeys(found))


def resting_on(rules: Mapping[str, Rule], name: str) -> set[Subject]:
    """All facts, rules and policies on which a rule rests, directly or through others."""
    found: set[Subject] = set()
    waiting = [name]
    while waiting:
        for subject in dependencies(rules[waiting.pop()]):
            if subject not in found:
                found.add(subject)
                waiting += [subject.name] if subject.kind == RULE else []
    return found


def order(rules: Mapping[str, Rule], findings: list[Finding]) -> list[Rule]:
    """Rules with those that they read first; a missing rule or a cycle is reported with the rules on it."""
    done: dict[str, int] = {}
    sequence: list[Rule] = []

    def visit(rule: Rule, trail: tuple[str, ...]) -> None:
        if done.get(rule.id) == 2:
            return
        if rule.id in trail:
            cycle = " → ".join((*trail[trail.index(rule.id) :], rule.id))
            findings.append(
                Finding(
                    rule.place.file,
                    rule.place.line,
                    "K224",
                    f"rules read each other in a circle: {cycle}.",
                    "Name what they share as a rule of its own.",
                )
            )
            done[rule.id] = 2
            return
        for subject in dependencies(rule):
            if subject.kind != RULE:
                continue
            if subject.name not in rules:
                hint = did_you_mean(subject.name, rules)
                findings.append(
                    Finding(rule.place.file, _line(rule, subject), "K202", f"unknown rule {subject.name!r}.", hint)
                )
            else:
                visit(rules[subject.name], (*trail, rule.id))
        if done.get(rule.id) != 2:
            done[rule.id] = 2
            sequence.append(rule)

    for rule in rules.values():
        visit(rule, ())
        for shown in rule.shows:
            if shown.subject.kind == RULE and shown.subject.name not in rules:
                hint = did_you_mean(shown.subject.name, rules)
                findings.append(
                    Finding(shown.place.file, shown.place.line, "K202", f"unknown rule {shown.subject.name!r}.", hint)
                )
    return sequence


def _line(rule: Rule, subject: Subject) -> int:
    """The line on which a rule names another; its own first line when that is in no condition."""
    tests = [test for condition in conditions(rule) for test in tests_of(condition)]
    return next((test.place.line for test in tests if subject in (test.subject, test.value)), rule.place.line)


def upward(rules: Mapping[str, Rule], start: set[str]) -> set[str]:
    """The given rules and all that read them, directly or through others."""
    found = set(start)
    grown = True
    while grown:
        grown = False
        for rule in rules.values():
            if rule.id not in found and any(s.kind == RULE and s.name in found for s in dependencies(rule)):
                found.add(rule.id)
                grown = True
    return found


def conclusions(rules: Mapping[str, Rule]) -> tuple[Conclusion, ...]:
    """What an assessment prints: every rule whose id has two parts, unless it only raises a flag."""
    found = []
    for rule in rules.values():
        if rule.id.count("/") != 1 or rule.raises:
            continue
        shown = _own(rule)
        shown += [_extra(extra.key, extra.subject, rules) for extra in rule.shows]
        found.append(Conclusion(rule.id, tuple(shown)))
    return tuple(found)


def _own(rule: Rule) -> list[Shown]:
    if rule.kind == "Finding":
        return [Shown("value", "truth", rule.id, "undetermined")]
    if rule.kind == "Grade":
        return [Shown("low", "low", rule.id), Shown("high", "high", rule.id)]
    if rule.kind == "Score":
        return [Shown("low", "low", rule.id), Shown("high", "high", rule.id)]
    if rule.kind == "Table":
        return [Shown("value", "table", rule.id, rule.if_undetermined)]
    if rule.kind == "Recommendation":
        keys = dict.fromkeys(key for case in rule.cases for key, _ in case.lists)
        lists = [Shown(key, "recommends", rule.id, key) for key in keys]
        return [Shown("profile", "table", rule.id, rule.if_undetermined), *lists]
    if rule.as_list:
        return [Shown(rule.as_list, "members", rule.id)]
    if rule.kind == "Selection":
        return [Shown("value", "selection", rule.id, "indeterminate"), Shown("axes", "axes", rule.id)]
    result = [Shown("count" if rule.counts else "score", "interval", f"{rule.id}#score", needed=rule.needed)]
    if rule.branches:
        result = [Shown("branch", "branch", rule.id, "undetermined"), Shown("count", "branch_count", rule.id)]
    return [Shown("verdict", "verdict", rule.id, "undetermined"), *result, Shown("lacks", "lacks", rule.id)]


def _extra(key: str, subject: Subject, rules: Mapping[str, Rule]) -> Shown:
    if subject.kind == FACT:
        return Shown(key, "text", subject.name)
    rule = rules[subject.name]
    how = {"Finding": "truth", "Grade": "grade", "Table": "table", "Selection": "axes"}.get(rule.kind, "interval")
    return Shown(key, how, rule.id, rule.if_undetermined or "undetermined")
