"""Items of criteria sets and addends of scores: what never matters, counts against, counts twice, or is excluded."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, pairwise, product

from sjogren.compare.diagrams import NOBODY
from sjogren.lint.fault import Example, Fault, Spot
from sjogren.lint.ground import Ground, Region, meets, own_nodes, says
from sjogren.lint.statements import Desk, decides
from sjogren.model.rule import NUMERIC, RULE, Condition, Item, Rule, Test
from sjogren.program.ir import FALSE, TRUE, Addend
from sjogren.program.leaves import holds
from sjogren.program.outline import tests_of
from sjogren.rules.english import number, subject_label


def items_of(desk: Desk) -> Iterator[Fault]:
    """L104, L105, L108 and L110 of a criteria set."""
    rule = desk.rule
    if rule.kind != "CriteriaSet":
        return
    excluded = list(_excluded(desk))
    yield from excluded
    if desk.grounds.first(says(f"{rule.id}=met")) is None:
        return  # nobody meets the set, which is told as an answer that is never given
    for item in rule.items:
        if item.rule not in {fault.subject for fault in excluded}:
            yield from _item(desk, item)
    for one, other in combinations(rule.items, 2):
        if _alike(desk, one.rule, other.rule):
            names = [desk.probes.rules[each.rule] for each in (one, other)]
            message = f"whoever has {names[0].label!r} has {names[1].label!r} and the other way round: it counts twice"
            found = desk.instead(says(one.rule))
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
        found = desk.instead(says(item.rule))
        yield Fault("L104", item.rule, message, (own, needed), found)


def _excluded(desk: Desk) -> Iterator[Fault]:
    """L108: items, and the entry, that only those have who are excluded by the same set."""
    rule = desk.rule
    if rule.exclude is None:
        return
    out = desk.of(rule.exclude)
    where = Spot(rule.exclude.place, f"excluded by {desk.say(rule.exclude)}")
    for item in rule.items:
        own = Spot(item.place, desk.probes.rules[item.rule].label)
        if _only(desk, says(item.rule), out.nodes):
            message = f"whoever has {own.words!r} is excluded by the same set"
            yield Fault("L108", item.rule, message, (own, where), desk.instead(says(item.rule)))
    if rule.entry is not None:
        entry = meets(desk.of(rule.entry))
        if _only(desk, entry, out.nodes):
            message = "whoever may enter is excluded by the same set"
            spots = (Spot(rule.entry.place, desk.say(rule.entry)), where)
            yield Fault("L108", rule.id, message, spots, desk.instead(entry))


def _only(desk: Desk, region: Region, nodes: tuple[str, ...]) -> bool:
    """Whether somebody is in a region, and all of them are where a statement is true."""

    def outside(ground: Ground) -> int:
        return ground.among(region(ground), *(ground.others(ground.node(node, TRUE)) for node in nodes))

    return desk.grounds.first(region) is not None and desk.grounds.first(outside) is None


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
            found = _worst(desk, desk.probes.rules[term.subject.name])
            yield Fault("L105", rule.id, f"the more of {label!r} is found, the lower the score", whose, found)


def _worst(desk: Desk, rule: Rule) -> Example | None:
    """A patient in whom a finding is met, or a grade the highest."""
    found = desk.grounds.first(says(own_nodes(rule)[-1]))
    return desk.examples.one(*found, rule) if found else None


def steps_of(desk: Desk) -> Iterator[Fault]:
    """L105 of a grade that is read from one number alone: it rises and falls as the number rises."""
    rule = desk.rule
    tests = [test for case in rule.cases for test in tests_of(case.when)]
    subjects = {(test.subject, test.where) for test in tests}
    if rule.kind != "Grade" or len(subjects) != 1 or any(test.op not in NUMERIC or test.change for test in tests):
        return
    if any(not isinstance(test.value, Fraction) for test in tests):
        return
    limits = sorted({test.value for test in tests if isinstance(test.value, Fraction)})
    between = [(low + high) / 2 for low, high in pairwise(limits)]
    points = sorted([*limits, *between, limits[0] - 1, limits[-1] + 1])
    fact = desk.vocabulary.facts.get(tests[0].subject.name)
    if fact:
        points = [
            point for point in points
            if (fact.minimum is None or point >= fact.minimum) and (fact.maximum is None or point <= fact.maximum)
        ]  # fmt: skip
    taken = [next((index for index, case in enumerate(rule.cases) if _met(case.when, point)), -1) for point in points]
    ranks = [rule.levels.index(rule.cases[index].low if index >= 0 else rule.otherwise) for index in taken]
    ups = [pair for pair, less, more in _moves(taken, ranks) if more > less]
    downs = [pair for pair, less, more in _moves(taken, ranks) if more < less]
    if not (ups and downs):
        return
    pair = min(ups, downs, key=len)[0]
    spots = tuple(
        Spot(rule.cases[index].place, f"{rule.cases[index].low} when {desk.say(rule.cases[index].when)}")
        if index >= 0
        else Spot(rule.place, f"otherwise {rule.otherwise}")
        for index in pair
    )
    label = subject_label(tests[0].subject, desk.vocabulary, desk.probes.rules)
    message = f"as {label!r} rises the grade goes up and down"
    yield Fault("L105", rule.id, message, spots, desk.instead(decides(desk, max(pair))))


def _moves(taken: list[int], ranks: list[int]) -> Iterator[tuple[tuple[int, int], int, int]]:
    """Each step from one case to the next one along the number, with the level before and after."""
    for (one, less), (other, more) in pairwise(zip(taken, ranks, strict=True)):
        yield (one, other), less, more


def _met(condition: Condition, point: Fraction) -> bool:
    """Whether a condition about one number holds for a number."""
    if isinstance(condition, Test):
        assert isinstance(condition.value, Fraction)
        return holds(condition.op, point, condition.value)
    met = [_met(part, point) for part in condition.parts]
    if condition.op == "none_of":
        return not any(met)
    return sum(met) >= {"all_of": len(met), "at_least": condition.least}.get(condition.op, 1)


def _falls(desk: Desk, rule: Rule, name: str) -> bool:
    """Whether more of a finding or grade is less of the score."""
    aggregates = {aggregate.key: aggregate for aggregate in desk.probes.program.aggregates}
    addend = next(addend for addend in aggregates[rule.id].addends if addend.key == name)
    worth = [addend.weight * number for number in _numbers(addend)]
    return any(more < less for less, more in pairwise(worth))


def _numbers(addend: Addend) -> list[Fraction]:
    """What a finding or grade can count, from the least to the most of it."""
    if addend.kind == "grade":
        return [worth for _, worth in addend.levels]
    return [Fraction(0), Fraction(1)] if addend.kind == "flag" else []


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
