"""Cells, traits and patterns in words, from the labels of the ontology and of the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from sjogren.compare.diagrams import NOBODY, Diagrams
from sjogren.compare.space import Variable
from sjogren.compare.traits import Trait, Traits
from sjogren.compare.world import World
from sjogren.model.rule import FACT, NUMERIC, Rule, Test
from sjogren.model.vocabulary import SIDES, Vocabulary
from sjogren.program.ir import TRUE
from sjogren.program.outline import conditions, tests_of
from sjogren.proof.words import list_words
from sjogren.rules.english import number, plain_unit, side_words



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


class Words:
    """Names traits and tells patterns.

    ``rules`` are the rules whose labels may name a trait: a trait that is a rule's finding gets that rule's label.
    """

    def __init__(self, traits: Traits, rules: Mapping[str, Rule], vocabulary: Vocabulary) -> None:
        self.traits, self.rules, self.vocabulary = traits, rules, vocabulary
        self.world = traits.world
        self._space: Diagrams = self.world.diagrams

    # -- traits -------------------------------------------------------------------------------------------------------

    def trait(self, position: int, values: Sequence[int]) -> tuple[str, bool]:
        """Some values of a trait in words, and whether that is a finding (True) or the lack of one (False)."""
        trait = self.traits.traits[position]
        chosen = set(values)
        if 0 in chosen:
            rest = [value for value in range(len(trait.values)) if value not in chosen]
            return self._say(trait, rest), False
        return self._say(trait, values), True

    def _say(self, trait: Trait, values: Iterable[int]) -> str:
        wanted = self._space.any_of(trait.values[value] for value in values)
        if named := self._by_rule(trait, wanted):
            return named
        return self.region(trait.members, wanted)

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

    def region(self, members: Sequence[int], wanted: int) -> str:
        """Some patients in words, told by the inputs that make the difference."""
        box = self._box(members, wanted)
        if box is not None:
            return list_words(list(self._conditions(box, "both")))
        outside = self._box(members, self._space.negate(wanted))
        if outside is not None:
            turned = {
                member: [cell for cell in range(len(self.world.variables[member].cells)) if cell not in cells]
                for member, cells in outside.items()
            }
            return " or ".join(self._conditions(turned, "either"))
        ways = []
        left = self._space.both(wanted, self.world.possible)
        while left != NOBODY:
            ways.append(self._one_way(members, wanted, left))
            left = self._space.both(left, self._space.negate(self._space.box(ways[-1])))
        return "; or ".join(list_words(list(self._conditions(way, "both"))) for way in ways)

    def _box(self, members: Sequence[int], wanted: int) -> dict[int, list[int]] | None:
        """The cells of each input, when these patients are all who have any of them; inputs that matter only."""
        wanted = self._space.both(wanted, self.world.possible)
        box = {}
        for member in members:
            every = range(len(self.world.variables[member].cells))
            cells = [
                cell for cell in every
                if self._space.both(self._space.values(member, [cell]), wanted) != NOBODY
            ]  # fmt: skip
            box[member] = cells
        if not self._same(self._space.box(box), wanted):
            return None
        for member in members:
            wider = {other: cells for other, cells in box.items() if other != member}
            if self._same(self._space.box(wider), wanted):
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
            text = self.cells(each, cells)
            if len(pair) == len(SIDES.get(each.fact.laterality, "")) > 1:
                where = {"eye": "eye", "gland": "gland"}.get(each.fact.laterality, "kind of gland")
                yield f"{text} in {'at least one ' + where if join == 'either' else _all_of(where)}"
            elif pair:
                for other in pair:
                    yield f"{text}, {side_words(self.world.variables[other].side)}"
            else:
                yield text

    def cells(self, each: Variable, cells: Sequence[int]) -> str:
        """One input in some of its cells: ``anti-La/SSB antibody``, ``focus score at least 1 foci/4 mm²``."""
        label = self._label(each)
        known = [cell.known for cell in (each.cells[index] for index in cells) if cell.known]
        if each.kind == "flag":
            return f"{label}{'' if {one.truth for one in known} == {TRUE} else ' absent'}"
        if each.kind == "code":
            terms = self.vocabulary.terms
            words = [terms[one.code].label if one.code in terms else one.code.replace("_", " ") for one in known]
            return f"{label} {' or '.join(words)}"
        return f"{label} {' or '.join(_stretches(each, cells))}"

    def _label(self, each: Variable) -> str:
        name = each.key.partition("@")[0]
        if name in self.vocabulary.facts:
            return self.vocabulary.facts[name].label
        return f"{each.fact.label}: {name.partition('.')[2].replace('_', ' ')}"


def _all_of(where: str) -> str:
    return "both eyes" if where == "eye" else f"every {where}"


def _stretches(each: Variable, cells: Sequence[int]) -> Iterator[str]:
    """Neighbouring stretches of a number told as one."""
    runs: list[list[int]] = []
    for cell in cells:
        if runs and cell == runs[-1][-1] + 1:
            runs[-1].append(cell)
        else:
            runs.append([cell])
    for run in runs:
        yield _stretch(each, run[0], run[-1])


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
