"""Items of criteria sets and addends of scores: what never matters, counts against, counts twice, or is excluded."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

from sjogren.compare.diagrams import NOBODY
from sjogren.lint.fault import Fault, Spot
from sjogren.lint.ground import Ground
from sjogren.lint.statements import Desk
from sjogren.model.rule import RULE, Item, Rule
from sjogren.program.ir import FALSE, TRUE, Addend
from sjogren.rules.english import number, subject_label


def items_of(desk: Desk) -> Iterator[Fault]:
    """L104, L105, L108 and L110 of a criteria set."""
    rule = desk.rule
    if rule.kind != "CriteriaSet":
        return
    yield from _excluded(desk)
    for item in rule.items:
        yield from _item(desk, item)
    for one, other in combinations(rule.items, 2):
        if _alike(desk, one.rule, other.rule):
            names = [desk.probes.rules[each.rule] for each in (one, other)]
            message = f"everybody who has {names[0].label!r} has {names[1].label!r}, and the other way round: one finding counts twice"
            found = desk.instead(lambda ground, item=one.rule: ground.node(item, TRUE))
            yield Fault("L110", other.rule, message, _spots(desk, one, other), found)


def _item(desk: Desk, item: Item) -> Iterator[Fault]:
    """Whether an item ever makes a patient meet the set, and whether it ever keeps one from meeting it."""
    rule = desk.rule
    whole, fewer = f"{rule.id}=met", f"{desk.probes.without(rule, item.rule)}=met"

    def gained(ground: Ground) -> int:
        return ground.among(ground.node(whole, TRUE), ground.others(ground.node(fewer, TRUE)))

    def lost(ground: Ground) -> int:
        return ground.among(ground.node(fewer, TRUE), ground.node(whole, FALSE), ground.node(item.rule, TRUE))

    label = desk.probes.rules[item.rule].label
    own = Spot(item.place, label)
    against = desk.grounds.first(lost)
    if against:
        message = f"with {label!r} the set is not met, and without it would be"
        asked = [Spot(branch.met_when.place, desk.say(branch.met_when)) for branch in rule.branches]
        yield Fault("L105", item.rule, message, (own, *asked[:1]), desk.example(*against))
    elif desk.grounds.first(gained) is None:
        message = f"{label!r} never matters: whoever meets the set meets it without this item"
        needed = Spot(rule.place, f"{rule.label}, {number(rule.needed)} needed" if rule.needed else rule.label)
        found = desk.instead(lambda ground: ground.node(item.rule, TRUE))
        yield Fault("L104", item.rule, message, (own, needed), found)


def _excluded(desk: Desk) -> Iterator[Fault]:
    """L108: items, and the entry, that only those have who are excluded by the same set."""
    rule = desk.rule
    if rule.exclude is None:
        return
    out = desk.of(rule.exclude)
    where = Spot(rule.exclude.place, f"excluded by {desk.say(rule.exclude)}")
    asked = [(item.rule, Spot(item.place, desk.probes.rules[item.rule].label), item.rule) for item in rule.items]
    for subject, own, node in asked:
        if not _only(desk, lambda ground, node=node: ground.node(node, TRUE), out.nodes):
            continue
        message = f"whoever has {own.words!r} is excluded by the same set"
        found = desk.instead(lambda ground, node=node: ground.node(node, TRUE))
        yield Fault("L108", subject, message, (own, where), found)
    if rule.entry is not None:
        entry = desk.of(rule.entry)
        if _only(desk, lambda ground: ground.probe(entry, TRUE), out.nodes):
            message = "whoever may enter is excluded by the same set"
            found = desk.instead(lambda ground: ground.probe(entry, TRUE))
            yield Fault("L108", rule.id, message, (Spot(rule.entry.place, desk.say(rule.entry)), where), found)


def _only(desk: Desk, region, nodes: tuple[str, ...]) -> bool:  # type: ignore[no-untyped-def]
    """Whether somebody is in a region, and all of them are where a statement is true."""
    if desk.grounds.first(region) is None:
        return False
    outside = lambda ground: ground.among(region(ground), *(ground.others(ground.node(node, TRUE)) for node in nodes))  # noqa: E731
    return desk.grounds.first(outside) is None


def _alike(desk: Desk, one: str, other: str) -> bool:
    """Whether two items are met by the same patients, of whom there are some."""
    some = False
    for ground in desk.grounds.complete:
        those, these = ground.node(one, TRUE), ground.node(other, TRUE)
        if those != these:
            return False
        some = some or those != NOBODY
    return some


def _spots(desk: Desk, *items: Item) -> tuple[Spot, ...]:
    return tuple(Spot(item.place, desk.probes.rules[item.rule].label) for item in items)


# -- without patients: what a score or an index of change adds up ------------------------------------------------------


def addends_of(desk: Desk) -> Iterator[Fault]:
    """L104, L105 and L110 of a score: addends that count nothing, that count against, or that stand there twice."""
    rule = desk.rule
    seen: dict[object, Spot] = {}
    for term in rule.terms:
        label = subject_label(term.subject, desk.vocabulary, desk.probes.rules)
        spot = Spot(term.place, f"{label}, weight {number(term.weight)}")
        whose = (spot, Spot(rule.place, rule.label))
        if term.subject in seen:
            yield Fault("L110", rule.id, f"{label!r} is added twice", (seen[term.subject], spot))
        seen.setdefault(term.subject, spot)
        if term.weight == 0:
            yield Fault("L104", rule.id, f"{label!r} never matters: it is counted with the weight 0", whose)
        elif term.subject.kind == RULE and _falls(desk, rule, term.subject.name):
            yield Fault("L105", rule.id, f"the more of {label!r} is found, the lower the score", whose)


def _falls(desk: Desk, rule: Rule, name: str) -> bool:
    """Whether more of a finding or grade is less of the score."""
    aggregates = {aggregate.key: aggregate for aggregate in desk.probes.program.aggregates}
    addend = next(addend for addend in aggregates[rule.id].addends if addend.key == name)
    worth = [addend.weight * number for number in _numbers(addend)]
    return any(more < less for less, more in zip(worth, worth[1:], strict=False))


def _numbers(addend: Addend) -> list:  # type: ignore[type-arg]
    return [worth for _, worth in addend.levels] if addend.kind == "grade" else [0, 1] if addend.kind == "flag" else [0]


def pivotal(rule: Rule, item: Item) -> bool:
    """Whether the points of an item can be what is lacking, whatever the other items say."""
    others = [each.points for each in rule.items if each.rule != item.rule]
    sums = {sum(chosen) for chosen in product(*((0, points) for points in others))}
    return any(total < rule.needed <= total + item.points for total in sums)


def responses_of(rule: Rule, rules: dict[str, Rule]) -> Iterator[Fault]:
    """L104 of an index of change, by the arithmetic of its points alone."""
    for item in rule.items:
        if not pivotal(rule, item):
            label = rules[item.rule].label
            spots = (Spot(item.place, label), Spot(rule.place, f"{rule.label}, {number(rule.needed)} needed"))
            yield Fault("L104", item.rule, f"{label!r} never matters: its points never decide", spots)
