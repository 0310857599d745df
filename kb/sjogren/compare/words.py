"""Cells, traits and patterns in words, from the labels of the ontology and of the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from sjogren.compare.diagrams import NOBODY, Diagrams
from sjogren.compare.space import Variable
from sjogren.compare.traits import Trait, Traits
from sjogren.compare.world import World
from sjogren.model.rule import FACT, NUMERIC, Rule, Test
from sjogren.model.vocabulary import SIDES, Vocabulary
from sjogren.program.ir import TRUE
from sjogren.program.outline import conditions, tests_of
from sjogren.proof.words import list_words
from sjogren.rules.english import fact_label, number, plain_unit, side_words

EYES = SIDES["eye"]
WHICH = ("one eye", "the other")


def normal_order(world: World, rules: Iterable[Rule]) -> list[list[int]]:
    """For each input its cells from the most normal: what no rule tests for comes first, *unknown* last.

    A number is taken to be abnormal in the direction in which the rules test it.
    """
    low_counts: dict[str, int] = {}
    for test in (test for rule in rules for condition in conditions(rule) for test in tests_of(condition)):
        if test.subject.kind == FACT and test.op in NUMERIC and isinstance(test.value, Fraction):
            low_counts[test.subject.name] = low_counts.get(test.subject.name, 0) + _direction(test)
    found = []
    for each in world.variables:
        known = [index for index, cell in enumerate(each.cells) if not cell.unknown]
        operator = each.fact.abnormal[0] if each.fact.abnormal else ""
        falls = operator == "at_most" if operator else low_counts.get(each.fact.name, 0) < 0
        if each.kind == "number" and falls:
            known.reverse()
        found.append([*known, *(index for index, cell in enumerate(each.cells) if cell.unknown)])
    return found


def _direction(test: Test) -> int:
    return 1 if test.op in {"at_least", "above"} else -1


class Phrase(NamedTuple):
    """Some values of a trait in words: alternatives, and whether they are what is found (or else what is not)."""

    parts: tuple[str, ...]
    positive: bool

    @property
    def text(self) -> str:
        """The alternatives in one phrase."""
        return " or ".join(self.parts)


class Words:
    """Names traits and tells patterns.

    ``rules`` are the rules whose labels may name a trait: a trait that is a rule's finding gets that rule's label.
    """

    def __init__(self, traits: Traits, rules: Mapping[str, Rule], vocabulary: Vocabulary) -> None:
        self.traits, self.rules, self.vocabulary = traits, rules, vocabulary
        self.world = traits.world
        self._space: Diagrams = self.world.diagrams

    # -- traits -------------------------------------------------------------------------------------------------------

    def trait(self, position: int, values: Sequence[int]) -> Phrase:
        """Some values of a trait in words."""
        trait = self.traits.traits[position]
        chosen = set(values)
        positive = 0 not in chosen
        wanted = chosen if positive else set(range(len(trait.values))) - chosen
        those = self._space.any_of(trait.values[value] for value in wanted)
        named = self._by_rule(trait, those)
        parts = (named,) if named else self.region(trait.members, those)
        if (
            not positive
            and len(parts) > 1
            and len({self.world.variables[each].fact.name for each in trait.members}) == 1
        ):
            direct = self._space.any_of(trait.values[value] for value in chosen)
            return Phrase(self.region(trait.members, direct), positive=True)
        return Phrase(parts, positive)

    def _by_rule(self, trait: Trait, wanted: int) -> str:
        """The label of the rule whose finding these patients have, when several inputs make it up."""
        facts = {self.world.variables[member].fact.name for member in trait.members}
        if len(facts) == 1:
            return ""
        for reading in self.world.readings:
            for key in sorted(reading.outline.heads, key=lambda key: (key.count("/"), key)):
                rule = self.rules.get(key)
                if rule and rule.kind == "Finding" and self._same(reading.truth(key, TRUE), wanted):
                    return rule.label
        return ""

    def _same(self, one: int, other: int) -> bool:
        possible = self.world.possible
        return self._space.both(one, possible) == self._space.both(other, possible)

    def region(self, members: Sequence[int], wanted: int) -> tuple[str, ...]:
        """Some patients in words, as alternatives, told by the inputs that make the difference."""
        around = self._around(members, wanted)
        if self._same(self._space.box(around), wanted):
            return (list_words(list(self._conditions(self._needed(around), "both"))),)
        missing = self._space.both(self._space.box(around), self._space.negate(wanted))
        outside = self._around(members, missing)
        if self._same(self._space.box(outside), missing):
            turned = {member: self._turned(member, around[member], cells) for member, cells in outside.items()}
            either = tuple(self._conditions({member: cells for member, cells in turned.items() if cells}, "either"))
            limits = list(self._conditions(self._needed(around), "both"))
            return (f"{' or '.join(either)}, and {list_words(limits)}",) if limits else either
        ways = []
        left = self._space.both(wanted, self.world.possible)
        while left != NOBODY:
            ways.append(self._one_way(members, wanted, left))
            left = self._space.both(left, self._space.negate(self._space.box(ways[-1])))
        mirrored = self._mirrored(ways)
        return (mirrored,) if mirrored else tuple(list_words(list(self._conditions(way, "both"))) for way in ways)

    def _turned(self, member: int, around: Sequence[int], outside: Sequence[int]) -> list[int]:
        """The cells around that are not outside, with those further away where that is said more shortly."""
        near = [cell for cell in around if cell not in outside]
        wide = [cell for cell in range(len(self.world.variables[member].cells)) if cell not in outside]
        return wide if near and len(_runs(wide)) <= len(_runs(near)) else near

    def _mirrored(self, ways: Sequence[Mapping[int, list[int]]]) -> str:
        """Two ways that differ in which eye is which, told as one; empty when they are not that."""
        if len(ways) != len(EYES):
            return ""
        by_side = [
            {(self.world.variables[member].key.partition("@")[0], self.world.variables[member].side): cells
             for member, cells in way.items()}
            for way in ways
        ]  # fmt: skip
        turned = {(name, EYES[1 - EYES.index(side)]) if side in EYES else (name, side): cells
                  for (name, side), cells in by_side[0].items()}  # fmt: skip
        if turned != by_side[1]:
            return ""
        told: dict[str, list[str]] = {side: [] for side in (*EYES, "")}
        for member, cells in ways[0].items():
            each = self.world.variables[member]
            told[each.side].append(cell_words(each, cells, self.vocabulary))
        eyes = [f"{list_words(told[side])} in {where}" for side, where in zip(EYES, WHICH, strict=True)]
        return " and ".join([*told[""], *eyes])

    def _around(self, members: Sequence[int], wanted: int) -> dict[int, list[int]]:
        """For each input the cells that some of these patients have."""
        wanted = self._space.both(wanted, self.world.possible)
        return {
            member: [
                cell
                for cell in range(len(self.world.variables[member].cells))
                if self._space.both(self._space.values(member, [cell]), wanted) != NOBODY
            ]
            for member in members
        }

    def _needed(self, box: dict[int, list[int]]) -> dict[int, list[int]]:
        """The same patients by as few inputs as can tell them."""
        for member in list(box):
            wider = {other: cells for other, cells in box.items() if other != member}
            if self._same(self._space.box(wider), self._space.box(box)):
                box = wider
        return box

    def _one_way(self, members: Sequence[int], wanted: int, left: int) -> dict[int, list[int]]:
        """A widest box of these patients around one who is still to be told of."""
        order = [range(len(each.cells)) for each in self.world.variables]
        values = self._space.first(left, order)
        assert values is not None
        box = {member: [values[member]] for member in members}
        outside = self._space.both(self._space.negate(wanted), self.world.possible)
        for member in members:
            for cell in range(len(self.world.variables[member].cells)):
                wider = {**box, member: sorted({*box[member], cell})}
                if self._space.both(self._space.box(wider), outside) == NOBODY:
                    box = wider
        full = {member for member in members if len(box[member]) == len(self.world.variables[member].cells)}
        return {member: cells for member, cells in box.items() if member not in full}

    # -- conditions ---------------------------------------------------------------------------------------------------

    def _conditions(self, box: Mapping[int, Sequence[int]], join: str) -> Iterator[str]:
        """One phrase for each input, both sides of one test together."""
        done: set[int] = set()
        for member, cells in box.items():
            if member in done:
                continue
            each = self.world.variables[member]
            pair = [
                other for other, others in box.items()
                if self.world.variables[other].fact.name == each.fact.name and each.side and list(others) == list(cells)
            ]  # fmt: skip
            done.update(pair or [member])
            text = cell_words(each, cells, self.vocabulary)
            if len(pair) == len(SIDES.get(each.fact.laterality, "")) > 1:
                yield f"{text} in {where_words(each.fact.laterality, either=join == 'either')}"
            elif pair:
                for other in pair:
                    yield f"{text}, {side_words(self.world.variables[other].side)}"
            else:
                yield text


def cell_words(each: Variable, cells: Sequence[int], vocabulary: Vocabulary) -> str:
    """One input in some of its cells: ``anti-La/SSB antibody``, ``focus score at least 1 foci/4 mm²``."""
    name = each.key.partition("@")[0]
    label = each.fact.label if each.fact.name == name else fact_label(name, vocabulary)
    known = [cell.known for cell in (each.cells[index] for index in cells) if cell.known]
    if each.kind == "flag":
        return f"{label}{'' if {one.truth for one in known} == {TRUE} else ' absent'}"
    if each.kind == "code":
        terms = vocabulary.terms
        words = [terms[one.code].label if one.code in terms else one.code.replace("_", " ") for one in known]
        return f"{label} {' or '.join(words)}"
    return f"{label} {' or '.join(_stretches(each, cells))}"


def where_words(laterality: str, *, either: bool) -> str:
    """All sides of a fact in words: one of them at least, or each.

    >>> where_words("eye", either=False), where_words("gland", either=True)
    ('both eyes', 'at least one gland')
    """
    where = {"eye": "eye", "gland": "gland"}.get(laterality, "kind of gland")
    if either:
        return f"at least one {where}"
    return "both eyes" if where == "eye" else f"every {where}"


def _stretches(each: Variable, cells: Sequence[int]) -> Iterator[str]:
    """Neighbouring stretches of a number told as one."""
    for run in _runs(cells):
        yield _stretch(each, run[0], run[-1])


def _runs(cells: Iterable[int]) -> list[list[int]]:
    """Cells that follow each other, together."""
    runs: list[list[int]] = []
    for cell in cells:
        if runs and cell == runs[-1][-1] + 1:
            runs[-1].append(cell)
        else:
            runs.append([cell])
    return runs


def _stretch(each: Variable, first: int, last: int) -> str:
    fact, unit = each.fact, plain_unit(each.fact.unit)
    low = each.cells[first].low if first else None
    high = each.cells[last].high if last < len(each.cells) - 1 else None
    if fact.type == "level":
        start, stop = (int(low.at) if low else 0), (int(high.at) - 1 if high else len(fact.levels) - 1)
        if start == stop:
            return f"is {fact.levels[start]}"
        if high is None:
            return f"at least {fact.levels[start]}"
        return f"at most {fact.levels[stop]}" if low is None else f"{fact.levels[start]} to {fact.levels[stop]}"
    parts = []
    if low:
        parts.append(f"{'above' if low.open else 'at least'} {number(low.at)}")
    if high:
        whole = fact.type == "count" and not high.open
        limit = high.at - 1 if whole else high.at
        parts.append(f"{'at most' if whole or high.open else 'below'} {number(limit)}")
    if not parts:
        return "known"
    return f"{' and '.join(parts)} {unit}".rstrip()
