"""Rules of different files that ask the same of everybody and answer the opposite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from sjogren.compare.answers import UNDETERMINED
from sjogren.compare.contrast import Base, Contrast, Party
from sjogren.lint.examples import Examples
from sjogren.lint.fault import Example, Fault, Spot
from sjogren.lint.ground import Grounds
from sjogren.model.rule import Rule


def opposites(
    grounds: Mapping[str, Grounds], examples: Examples, names: set[str]
) -> tuple[list[Fault], int]:
    """L109, and how many pairs of rules that read the same were compared; one of each pair is among ``names``."""
    alike: dict[object, list[Rule]] = {}
    for each in grounds.values():
        rule = each.rule
        words = frozenset(_words(rule))
        if words:
            inputs = frozenset(variable.key for variable in each.complete[0].world.variables)
            alike.setdefault((rule.kind, words, inputs), []).append(rule)
    faults: list[Fault] = []
    pairs = 0
    base = Base(examples.knowledge, {})
    for rules in alike.values():
        for one, other in combinations(rules, 2):
            if one.place.file != other.place.file and {one.id, other.id} & names:
                pairs += 1
                faults += _pair(base, one, other)
    return faults, pairs


def _words(rule: Rule) -> list[str]:
    """The answers of a rule, by which another one can say the opposite."""
    if rule.kind == "Finding":
        return ["met", "not_met"]
    if rule.kind == "Grade":
        return list(rule.levels)
    return [*(case.low for case in rule.cases), rule.otherwise] if rule.kind == "Table" else []


def _pair(base: Base, one: Rule, other: Rule) -> Iterator[Fault]:
    """Whether two rules tell the same patients apart, and call them otherwise."""
    contrast = Contrast(Party("one", base, one.id), Party("other", base, other.id))
    pairs = {pair for pair in contrast.table.pairs if UNDETERMINED not in pair}
    firsts = [first for first, _ in pairs]
    seconds = [second for _, second in pairs]
    parted = len(pairs) > 1 and len(set(firsts)) == len(pairs) == len(set(seconds))
    if not parted or all(first == second for first, second in pairs):
        return
    differing = next(pair for pair in sorted(pairs) if pair[0] != pair[1])
    told = contrast.difference(differing, 1).told[0]
    message = (
        f"both ask the same and answer the opposite: {one.label!r} says {differing[0]!r} where "
        f"{other.label!r} says {differing[1]!r}"
    )
    spots = (Spot(one.place, f"{one.label} ({one.id})"), Spot(other.place, f"{other.label} ({other.id})"))
    yield Fault("L109", one.id, message, spots, Example(told.case, {}, one.id, differing[0]))


