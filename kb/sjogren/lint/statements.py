"""Conditions and cases: thresholds that decide nothing, contradictions, and cases that never decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sjogren.compare.diagrams import NOBODY
from sjogren.lint.examples import Examples
from sjogren.lint.fault import Example, Fault, Spot
from sjogren.lint.ground import Ground, Grounds, Region, everyone, meets
from sjogren.lint.probes import Probe, Probes, asks_status, parts_of
from sjogren.model.rule import FACT, NUMERIC, RULE, CaseOf, Condition, Group, Place, Rule, Test
from sjogren.model.vocabulary import Vocabulary
from sjogren.program.ir import FALSE, TRUE
from sjogren.program.outline import conditions
from sjogren.rules.english import describe, fact_label, number, plain_unit


class Desk(NamedTuple):
    """What a proof about one rule works with; ``place_of`` finds a fact in the ontology.

    ``blamed`` are rules that were found to lack an answer: that others ask for it in vain is told once, there.
    """

    grounds: Grounds
    probes: Probes
    vocabulary: Vocabulary
    examples: Examples
    place_of: Callable[[str], Place]
    blamed: frozenset[str] = frozenset()

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

    def instead(self, region: Region = everyone) -> Example | None:
        """A smallest patient of whom something else is said than what was looked for."""
        found = self.grounds.first(region)
        return self.example(*found) if found else None


def conditions_of(desk: Desk) -> Iterator[Fault]:
    """L103, L106 and L107: parts of conditions that nobody or everybody meets, the smallest such part only."""
    seen: set[Place] = set()
    for condition in conditions(desk.rule):
        for fault in _walk(desk, condition)[1]:
            if fault.spots[0].place not in seen:
                seen.add(fault.spots[0].place)
                yield fault


def _walk(desk: Desk, condition: Condition) -> tuple[bool, list[Fault]]:
    """Whether a fault explains what a condition comes to, told here or of another rule; and the faults."""
    parts = [_walk(desk, part) for part in parts_of(condition)]
    if any(explained for explained, _ in parts):
        return True, [fault for _, faults in parts for fault in faults]
    if desk.grounds.anybody(meets(desk.of(condition))) is False:
        blamed = isinstance(condition, Test) and condition.subject.name in desk.blamed
        return True, [] if blamed else [_nobody(desk, condition)]
    if not asks_status(condition) and _always(desk, condition):
        return True, [_everybody(desk, condition)]
    return False, []


def _always(desk: Desk, condition: Condition) -> bool:
    """Whether a condition that could be false is met by everybody."""
    if isinstance(condition, Test) and condition.op not in NUMERIC:
        return False
    probe = desk.of(condition)
    return desk.grounds.everybody(
        lambda ground: ground.among(meets(probe)(ground), ground.others(ground.probe(probe, FALSE)))
    )


def _nobody(desk: Desk, condition: Condition) -> Fault:
    rule = desk.rule
    if not isinstance(condition, Test):
        parts = parts_of(condition)
        message = f"nobody can meet {desk.say(condition)}, although each part alone can be met"
        return Fault("L107", rule.id, message, _parts(desk, condition), desk.instead(meets(desk.of(parts[0]))))
    if condition.op in NUMERIC:
        return _threshold(desk, condition, "nobody can meet")
    message = f"nobody can meet {desk.say(condition)}"
    spots = (desk.spot(condition), *_asked(desk, condition))
    return Fault("L103", rule.id, message, spots, desk.instead())


def _everybody(desk: Desk, condition: Condition) -> Fault:
    if isinstance(condition, Test):
        return _threshold(desk, condition, "everybody meets")
    message = f"everybody meets {desk.say(condition)}, although no part of it alone is met by everybody"
    return Fault("L107", desk.rule.id, message, _parts(desk, condition), desk.instead())


def _parts(desk: Desk, group: Group) -> tuple[Spot, ...]:
    """The first two parts of a condition."""
    return tuple(desk.spot(part) for part in parts_of(group)[:2])


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
        own = meets(desk.of(case.when))
        if desk.grounds.anybody(own) is not True:
            continue  # told of its condition, or not worked out
        if desk.grounds.anybody(decides(desk, index)) is not False:
            yield from _idle_parts(desk, index)
            continue
        above = _takers(desk, index, case.when)
        spots = (
            Spot(case.place, _case_words(desk, case)),
            *(Spot(each.place, _case_words(desk, each)) for each in above),
        )
        words = " and ".join(f"{each.low!r}" for each in above)
        message = f"the case {case.low!r} never decides: whoever meets it is answered by {words} above it"
        yield Fault("L103", rule.id, message, spots, desk.instead(own))


def _idle_parts(desk: Desk, index: int) -> Iterator[Fault]:
    """Alternatives of a case that never decide, since whoever meets one is answered by a case above it."""
    case = desk.rule.cases[index]
    if index == 0 or isinstance(case.when, Test) or case.when.op != "any_of":
        return
    for part in parts_of(case.when):
        own = meets(desk.of(part))
        if desk.grounds.anybody(own) is not True or desk.grounds.anybody(decides(desk, index, part)) is not False:
            continue
        message = f"{desk.say(part)} never decides for {case.low!r}: whoever meets it is answered above"
        above = (Spot(each.place, _case_words(desk, each)) for each in _takers(desk, index, part))
        yield Fault("L103", desk.rule.id, message, (desk.spot(part), *above), desk.instead(own))


def decides(desk: Desk, index: int, part: Condition | None = None) -> Region:
    """All who meet a case, or a part of it (the last index: none), and none of the cases above it."""
    rule = desk.rule
    above = [desk.of(case.when) for case in rule.cases[:index]]
    own = [desk.of(part or case.when) for case in rule.cases[index : index + 1]]

    def region(ground: Ground) -> int:
        missed = [
            ground.others(ground.probe(probe, TRUE)) if rule.when_unknown else ground.probe(probe, FALSE)
            for probe in above
        ]
        return ground.among(*missed, *(ground.probe(probe, TRUE) for probe in own))

    return region


def _takers(desk: Desk, index: int, part: Condition) -> list[CaseOf]:
    """The cases above one that take the patients of a part of it: one where one does, else as few as are found."""
    rule = desk.rule
    own = desk.of(part)

    def takes(those: list[CaseOf]) -> bool:
        return not any(
            ground.among(
                ground.probe(own, TRUE), *(ground.others(ground.probe(desk.of(each.when), TRUE)) for each in those)
            )
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
