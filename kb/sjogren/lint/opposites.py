"""Rules of different files that ask the same of everybody and answer the opposite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from sjogren.compare.answers import UNDETERMINED, answers
from sjogren.compare.diagrams import NOBODY, TooLarge
from sjogren.lint.examples import Examples
from sjogren.lint.fault import Fault, Spot, Unfinished
from sjogren.lint.ground import TOO_MANY, Ground, Grounds
from sjogren.lint.probes import Probes
from sjogren.model.rule import RULE, Rule, Subject
from sjogren.program.outline import resting_on


def opposites(
    grounds: Mapping[str, Grounds], probes: Probes, examples: Examples
) -> tuple[list[Fault], int, list[Unfinished]]:
    """L109, how many pairs of rules that read the same were held against each other, and which were too much."""
    alike: dict[object, list[Rule]] = {}
    for each in grounds.values():
        rule = each.rule
        words = frozenset(_words(rule))
        if words:
            inputs = frozenset(variable.key for variable in each.complete[0].world.variables)
            alike.setdefault((rule.kind, words, inputs), []).append(rule)
    faults: list[Fault] = []
    open_: list[Unfinished] = []
    pairs = 0
    for one, other in (pair for rules in alike.values() for pair in combinations(rules, 2)):
        if one.place.file == other.place.file or _reads(probes.rules, one, other):
            continue
        try:
            faults += _pair(one, other, probes, examples)
            pairs += 1
        except TooLarge:
            open_.append(Unfinished(f"{one.id} beside {other.id}", TOO_MANY, partial=False))
    return faults, pairs, open_


def _reads(rules: Mapping[str, Rule], one: Rule, other: Rule) -> bool:
    """Whether one of two rules is made from the other, so that it is meant to be its opposite."""
    return any(
        Subject(RULE, named.id) in resting_on(rules, reader.id) for reader, named in ((one, other), (other, one))
    )


def _words(rule: Rule) -> list[str]:
    """The answers of a rule, by which another one can say the opposite."""
    if rule.kind == "Finding":
        return ["met", "not_met"]
    if rule.kind == "Grade":
        return list(rule.levels)
    return [*(case.low for case in rule.cases), rule.otherwise] if rule.kind == "Table" else []


def _pair(one: Rule, other: Rule, probes: Probes, examples: Examples) -> Iterator[Fault]:
    """Whether two rules tell the same patients apart, and call them otherwise."""
    ground = Ground(one, probes, examples.knowledge.vocabulary, {}, partial=False, beside=other)
    firsts, seconds = (answers(rule, ground.node, ground.diagrams) for rule in (one, other))
    pairs = {
        (first, second): region
        for first, those in firsts.items()
        for second, these in seconds.items()
        if (region := ground.among(those, these)) != NOBODY and UNDETERMINED not in {first, second}
    }
    parted = len({first for first, _ in pairs}) == len(pairs) == len({second for _, second in pairs}) > 1
    differing = [pair for pair in pairs if pair[0] != pair[1]]
    if not parted or not differing:
        return
    first, second = differing[0]
    message = f"both ask the same and answer the opposite: where {one.id} says {first!r}, {other.id} says {second!r}"
    spots = tuple(Spot(rule.place, f"{rule.label} ({rule.id})") for rule in (one, other))
    yield Fault("L109", one.id, message, spots, examples.one(ground, pairs[first, second], one))
