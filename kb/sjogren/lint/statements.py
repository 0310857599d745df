"""Conditions and cases: thresholds that decide nothing, conditions that cannot hold together, cases that never decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sjogren.compare.diagrams import NOBODY
from sjogren.lint.examples import Examples
from sjogren.lint.fault import Example, Fault, Spot
from sjogren.lint.ground import Ground, Grounds
from sjogren.lint.probes import Probe, Probes, asks_status, parts_of
from sjogren.model.rule import FACT, NUMERIC, RULE, CaseOf, Condition, Place, Rule, Test
from sjogren.model.vocabulary import Vocabulary
from sjogren.program.ir import FALSE, TRUE
from sjogren.program.outline import conditions
from sjogren.rules.english import describe, fact_label, number, plain_unit


class Desk(NamedTuple):
    """What a proof about one rule works with; ``place_of`` finds a fact in the ontology."""

    grounds: Grounds
    probes: Probes
    vocabulary: Vocabulary
    examples: Examples
    place_of: Callable[[str], Place]

    @property
    def rule(self) -> Rule:
        """The rule that is looked at."""
        return self.grounds.rule

    def say(self, condition: Condition) -> str:
        """A condition in words."""
        return describe(condition, self.vocabulary, self.probes.rules)

    def of(self, condition: Condition) -> Probe:
        """The probe of a condition of the rule."""
        return self.probes.of(self.rule, condition)

    def spot(self, condition: Condition) -> Spot:
        """Where a condition stands, and what it says."""
        return Spot(condition.place, self.say(condition))

    def example(self, ground: Ground, region: int, *, whole: bool = False) -> Example | None:
        """A smallest patient of a region."""
        return self.examples.one(ground, region, self.rule, whole=whole)

    def instead(self, region: Callable[[Ground], int] = lambda ground: ground.world.possible) -> Example | None:
        """A smallest patient of whom something else is said than what was looked for."""
        found = self.grounds.first(region)
        return self.example(*found) if found else None


def conditions_of(desk: Desk) -> Iterator[Fault]:
    """L103, L106 and L107: parts of conditions that nobody or everybody meets, the smallest such part only."""
    seen: set[Place] = set()
    for condition in conditions(desk.rule):
        for fault in _walk(desk, condition):
            if fault.spots[0].place not in seen:
                seen.add(fault.spots[0].place)
                yield fault


def _walk(desk: Desk, condition: Condition) -> Iterator[Fault]:
    parts = parts_of(condition)
    below = [fault for part in parts for fault in _walk(desk, part)]
    yield from below
    if below or desk.grounds.anybody(lambda ground: ground.probe(desk.of(condition), TRUE)) is not False:
        if not below and not asks_status(condition) and _always(desk, condition):
            yield _everybody(desk, condition)
        return
    yield _nobody(desk, condition)


def _always(desk: Desk, condition: Condition) -> bool:
    """Whether a condition that could be false is met by everybody."""
    if isinstance(condition, Test) and condition.op not in NUMERIC:
        return False
    probe = desk.of(condition)
    return desk.grounds.everybody(lambda ground: ground.others(ground.probe(probe, FALSE)))


def _nobody(desk: Desk, condition: Condition) -> Fault:
    rule = desk.rule
    if not isinstance(condition, Test):
        parts = parts_of(condition)
        spots = [desk.spot(part) for part in parts[:2]]
        if not parts:
            spots = [desk.spot(condition)]
        message = f"nobody can meet {desk.say(condition)}, although each part alone can be met"
        one = parts[0] if parts else condition
        region = (lambda ground: ground.probe(desk.of(one), TRUE)) if parts else (lambda ground: ground.world.possible)
        return Fault("L107", rule.id, message, tuple(spots), desk.instead(region))
    if condition.op in NUMERIC:
        return _threshold(desk, condition, "nobody can meet")
    message = f"nobody can meet {desk.say(condition)}"
    spots = (desk.spot(condition), *_asked(desk, condition))
    return Fault("L103", rule.id, message, spots, desk.instead())


def _everybody(desk: Desk, condition: Condition) -> Fault:
    if isinstance(condition, Test):
        return _threshold(desk, condition, "everybody meets")
    parts = parts_of(condition)
    spots = tuple(desk.spot(part) for part in parts[:2]) or (desk.spot(condition),)
    message = f"everybody meets {desk.say(condition)}, although no part of it alone is met by everybody"
    return Fault("L107", desk.rule.id, message, spots, desk.instead())


def _threshold(desk: Desk, test: Test, what: str) -> Fault:
    message = f"{what} {desk.say(test)}"
    return Fault("L106", desk.rule.id, message, (desk.spot(test), *_asked(desk, test)), desk.instead())


def _asked(desk: Desk, test: Test) -> tuple[Spot, ...]:
    """Where that stands which a test asks, with the range of a fact."""
    kind, name, _ = test.subject
    if kind == RULE:
        other = desk.probes.rules[name]
        return (Spot(other.place, f"{other.label} ({name})"),)
    if kind != FACT:
        return ()
    fact = desk.vocabulary.facts.get(name) or desk.vocabulary.facts[name.partition(".")[0]]
    ends = [number(end) if end is not None else "any" for end in (fact.minimum, fact.maximum)]
    ranged = f", from {ends[0]} to {ends[1]} {plain_unit(fact.unit)}".rstrip() if fact.minimum is not None else ""
    return (Spot(desk.place_of(name), f"{fact_label(name, desk.vocabulary)}{ranged}"),)


# -- cases ------------------------------------------------------------------------------------------------------------


def cases_of(desk: Desk) -> Iterator[Fault]:
    """L103: cases that never decide, since those above them decide for everybody who meets them."""
    rule = desk.rule
    if rule.kind == "Selection":
        return
    for index, case in enumerate(rule.cases):
        probe = desk.of(case.when)
        if desk.grounds.first(lambda ground, probe=probe: ground.probe(probe, TRUE)) is None and (
            desk.grounds.anybody(lambda ground, probe=probe: ground.probe(probe, TRUE)) is not True
        ):
            continue  # told of its condition, or not worked out
        if desk.grounds.anybody(decides(desk, index)) is not False:
            continue
        above = _takers(desk, index)
        spots = (Spot(case.place, _case_words(desk, case)), *(Spot(each.place, _case_words(desk, each)) for each in above))
        words = " and ".join(f"{each.low!r}" for each in above)
        message = f"the case {case.low!r} never decides: whoever meets it is answered by {words} above it"
        found = desk.instead(lambda ground, probe=probe: ground.probe(probe, TRUE))
        yield Fault("L103", rule.id, message, spots, found)


def decides(desk: Desk, index: int) -> Callable[[Ground], int]:
    """All who meet a case (the last index: none) and none of those above it."""
    rule = desk.rule
    above = [desk.of(case.when) for case in rule.cases[:index]]
    own = [desk.of(case.when) for case in rule.cases[index : index + 1]]

    def region(ground: Ground) -> int:
        missed = [
            ground.others(ground.probe(probe, TRUE)) if rule.when_unknown else ground.probe(probe, FALSE)
            for probe in above
        ]
        return ground.among(*missed, *(ground.probe(probe, TRUE) for probe in own))

    return region


def _takers(desk: Desk, index: int) -> list[CaseOf]:
    """The cases above one that take its patients: one where one does, else as few as are found."""
    rule = desk.rule
    own = desk.of(rule.cases[index].when)

    def takes(those: list[CaseOf]) -> bool:
        return not any(
            ground.among(ground.probe(own, TRUE), *(ground.others(ground.probe(desk.of(each.when), TRUE)) for each in those))
            != NOBODY
            for ground in desk.grounds.complete
        )

    chosen = list(rule.cases[:index])
    for case in reversed(rule.cases[:index]):
        fewer = [each for each in chosen if each is not case]
        if fewer and takes(fewer):
            chosen = fewer
    return chosen


def _case_words(desk: Desk, case: CaseOf) -> str:
    return f"{case.low} when {desk.say(case.when)}"
