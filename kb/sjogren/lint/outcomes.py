"""Answers: complete patients without one, patients with two, and answers that nobody gets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from sjogren.compare.answers import TABLES
from sjogren.lint.fault import Fault, Spot
from sjogren.lint.ground import Ground, Region, meets, own_nodes, says
from sjogren.lint.statements import Desk, decides
from sjogren.model.rule import Place, Rule
from sjogren.program.ir import FALSE, TRUE

LACKING = {"L103", "L106", "L107", "L108"}
"""Findings that say why an answer is never given."""


def gaps(desk: Desk) -> Iterator[Fault]:
    """L101: patients of whom everything is known that the rule reads, and nothing is concluded."""
    rule = desk.rule
    if rule.kind == "Score":
        return
    found = desk.grounds.first(_gap(desk))
    if found:
        message = "a patient of whom everything is known that this reads gets no answer"
        yield Fault("L101", rule.id, message, (Spot(rule.place, rule.label),), desk.example(*found, whole=True))
    if rule.kind not in TABLES or rule.otherwise != rule.if_undetermined:
        return
    rest = decides(desk, len(rule.cases))
    found = desk.grounds.first(lambda ground: ground.among(rest(ground), *map(ground.settled, ground.below)))
    if found:
        message = f"a patient of whom everything is known meets no case, and is answered {rule.otherwise!r}"
        spots = (Spot(rule.place, f"otherwise {rule.otherwise}"), Spot(rule.cases[-1].place, "the last case"))
        yield Fault("L101", rule.id, message, spots, desk.example(*found, whole=True))


def _gap(desk: Desk) -> Region:
    """Patients of whom the rule says nothing, although all is said that it reads, and it does not mean to be silent."""
    rule = desk.rule
    meant = [index for index, case in enumerate(rule.cases) if case.low != case.high]

    def region(ground: Ground) -> int:
        parts = [ground.others(ground.settled(rule)), *map(ground.settled, ground.below)]
        parts += [ground.others(decides(desk, index)(ground)) for index in meant]
        if rule.unreliable_if and rule.when:
            silent = ground.among(
                ground.probe(desk.of(rule.when), TRUE), ground.probe(desk.of(rule.unreliable_if.when), TRUE)
            )
            parts.append(ground.others(silent))
        return ground.among(*parts)

    return region


def overlaps(desk: Desk) -> Iterator[Fault]:
    """L102: two answers for one patient, or two kinds of patient that one is of."""
    rule = desk.rule
    yield from _said_and_denied(desk)
    for one, other in combinations([branch for branch in rule.branches if branch.when], 2):
        assert one.when
        assert other.when
        found = desk.grounds.first(meets(desk.of(one.when), desk.of(other.when)))
        if found:
            message = f"a patient can be of both branches, {one.value!r} and {other.value!r}; the upper one is taken"
            spots = (Spot(one.when.place, desk.say(one.when)), Spot(other.when.place, desk.say(other.when)))
            yield Fault("L102", rule.id, message, spots, desk.example(*found))


def _said_and_denied(desk: Desk) -> Iterator[Fault]:
    """Statements that are both true and false, and answers that exclude each other and are both given."""
    rule = desk.rule
    nodes = list(dict.fromkeys(own_nodes(rule)))
    for node in nodes:

        def both(ground: Ground, node: str = node) -> int:
            return ground.among(ground.node(node, TRUE), ground.node(node, FALSE))

        found = desk.grounds.first(both) or desk.grounds.in_part(both)
        if found:
            word = node.rpartition("=")[2].removeprefix(rule.id)
            message = (
                f"a patient is answered both {word!r} and not {word!r}" if word else "a patient is met and not met"
            )
            yield Fault("L102", rule.id, message, _named(rule, word), desk.example(*found))
    if rule.kind not in {*TABLES, "CriteriaSet"}:
        return
    for one, other in combinations(nodes, 2):
        found = desk.grounds.first(says(one, other))
        if found:
            words = one.rpartition("=")[2], other.rpartition("=")[2]
            message = f"a patient is answered both {words[0]!r} and {words[1]!r}"
            yield Fault(
                "L102", rule.id, message, (*_named(rule, words[0]), *_named(rule, words[1])), desk.example(*found)
            )


def _named(rule: Rule, word: str) -> tuple[Spot, ...]:
    """The cases that give an answer."""
    spots = tuple(Spot(case.place, f"{word}") for case in rule.cases if case.low == word)
    return spots or (Spot(rule.place, rule.label),)


def unused(desk: Desk, faults: Sequence[Fault]) -> Iterator[Fault]:
    """L103: answers that nobody gets, where nothing that was found already says why."""
    rule = desk.rule
    if any(fault.code in LACKING for fault in faults):
        return
    for words, place, region in _answers(desk):
        if desk.grounds.anybody(region) is False:
            message = f"nobody is answered {words!r}"
            yield Fault("L103", rule.id, message, (Spot(place, rule.label),), desk.instead())


def _answers(desk: Desk) -> Iterator[tuple[str, Place, Region]]:
    """Each answer that can be expected of a rule: in words, where it stands, and who gets it."""
    rule = desk.rule
    nodes = own_nodes(rule)
    if rule.kind == "Finding":
        assert rule.when is not None
        for words, truth in (("met", TRUE), ("not_met", FALSE)):
            yield words, rule.when.place, says(*nodes, word=truth)
    elif rule.kind == "CriteriaSet":
        missing = {word for word, part in (("excluded", rule.exclude), ("entry_not_met", rule.entry)) if part is None}
        for node in nodes:
            words = node.rpartition("=")[2]
            if words not in missing:
                yield words, rule.place, says(node)
        for branch in rule.branches:
            yield branch.value, branch.place, says(f"{rule.id}=branch:{branch.value}")
    elif rule.kind == "Grade":
        for rank, level in enumerate(rule.levels):
            place = next((case.place for case in rule.cases if case.low == level), rule.place)
            yield level, place, _level(nodes, rank)
    elif rule.kind == "Selection":
        for node, case in zip(nodes, rule.cases, strict=True):
            yield case.low, case.place, says(node)
    elif rule.otherwise and rule.otherwise != rule.if_undetermined:
        yield rule.otherwise, rule.place, says(f"{rule.id}={rule.otherwise}")


def _level(nodes: Sequence[str], rank: int) -> Region:
    """All patients who get one level of a grade."""
    return lambda ground: ground.among(says(*nodes[:rank])(ground), says(*nodes[rank:], word=FALSE)(ground))
