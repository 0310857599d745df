"""A patient in a field: the cell of each input, which cells it could still have, and what can be reached from there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

from sjogren.advice.cells import cell_of, range_of, values_of, within
from sjogren.advice.family import NONE, NOTHING_NEEDED, Families
from sjogren.advice.field import Field
from sjogren.assess.assessor import Derived
from sjogren.compare.space import PATIENT, Variable
from sjogren.engine.knowledge import Result
from sjogren.model.rule import Rule
from sjogren.program.ir import FALSE, TRUE

RECORDED = ("fact", "accepted")
"""Kinds of origins of what somebody recorded."""
SHIFT = 256
"""More than any input has cells: an element of a set is an input and a cell."""


class Patient:
    """One visit in a field.

    base
        for each input the cell it is in.
    open
        for each input the cells that missing facts can still put it in; none where it is recorded or assumed.
    """

    def __init__(self, field: Field, derived: Derived, rules: Mapping[str, Rule]) -> None:
        self.field, self.derived, self.rules = field, derived, rules
        self.base: list[int] = []
        self.open: list[tuple[int, ...]] = []
        for position, each in enumerate(field.variables):
            cell, missing = self._cell(position, each)
            self.base.append(cell)
            self.open.append(self._told_apart(position, within(each, cell)) if missing else ())

    def _cell(self, position: int, each: Variable) -> tuple[int, bool]:
        """The cell of an input, and whether it is missing, all of it or in part."""
        derived, nothing = self.derived, len(each.cells) - 1
        known, origin = derived.inputs.get(each.key), derived.origins.get(each.key)
        if each.key == PATIENT and known:
            return cell_of(each, known, 0), False
        if known is not None and origin is not None:
            if origin.kind in RECORDED:
                return cell_of(each, known, self.field.others[position]), origin.kind == "accepted"
            return nothing, False
        rule = self.rules.get(self.field.stated.get(each.key, ""))
        if rule is None:
            return nothing, True
        low, high = spanned(rule, derived.result)
        cell = range_of(each, low, high)
        return cell, len(within(each, cell)) > 1

    def _told_apart(self, position: int, cells: Sequence[int]) -> tuple[int, ...]:
        """Of some cells the first of those that the field does not tell apart."""
        alike = self.field.alike[position]
        return tuple({alike[cell]: cell for cell in reversed(cells)}.values())[::-1]

    @cached_property
    def answer(self) -> int:
        """The answer as it is: its number in the field."""
        return self._end(self.field.root)

    def _end(self, node: int) -> int:
        field = self.field
        while node >= field.first:
            node = field.children[node][self.base[field.asks[node]]]
        return node

    @cached_property
    def changeable(self) -> list[tuple[int, ...]]:
        """For each input the cells that it would have if it were recorded otherwise; none for the age."""
        return [
            self._told_apart(position, [cell for cell in values_of(each) if cell != self.base[position]])
            if each.key != PATIENT
            else ()
            for position, each in enumerate(self.field.variables)
        ]

    # -- sets ---------------------------------------------------------------------------------------------------------

    def enough(self, families: Families, answer: int) -> int:
        """The minimal sets of cells of missing inputs that give an answer, all else left as it is."""
        field, memo = self.field, {answer: NOTHING_NEEDED}

        def walk(node: int) -> int:
            if node < field.first:
                return memo.get(node, NONE)
            found = memo.get(node)
            if found is None:
                asked, children = field.asks[node], field.children[node]
                stay = children[self.base[asked]]
                without = walk(stay)
                found = without
                for cell in reversed(self.open[asked]):
                    if children[cell] != stay and without != NOTHING_NEEDED:
                        more = families.beyond(walk(children[cell]), without)
                        found = families.either(found, families.node(asked * SHIFT + cell, NONE, more))
                memo[node] = found
            return found

        return walk(field.root)

    def fewest(self, families: Families, answer: int) -> int:
        """The smallest sets of cells, recorded otherwise or found out, that give an answer."""
        field, memo = self.field, {answer: NOTHING_NEEDED}

        def walk(node: int) -> int:
            if node < field.first:
                return memo.get(node, NONE)
            found = memo.get(node)
            if found is None:
                asked, children = field.asks[node], field.children[node]
                stay = children[self.base[asked]]
                ways = [walk(stay)]
                ways += [
                    families.node(asked * SHIFT + cell, NONE, walk(children[cell]))
                    for cell in self.changeable[asked]
                    if children[cell] != stay
                ]
                sizes = [families.size(way) for way in ways]
                least = min((size for size in sizes if size is not None), default=None)
                found = NONE
                for way, size in zip(ways, sizes, strict=True):
                    if size is not None and size == least:
                        found = families.either(found, way)
                memo[node] = found
            return found

        return walk(field.root)

    # -- tests --------------------------------------------------------------------------------------------------------

    @cached_property
    def below(self) -> list[int]:
        """The nodes that missing facts can lead to, those that are asked first in front."""
        field, seen, waiting = self.field, {self.field.root}, [self.field.root]
        while waiting:
            node = waiting.pop()
            if node >= field.first:
                asked, children = field.asks[node], field.children[node]
                for cell in (self.base[asked], *self.open[asked]):
                    if children[cell] not in seen:
                        seen.add(children[cell])
                        waiting.append(children[cell])
        return sorted((node for node in seen if node >= field.first), key=lambda node: field.asks[node])

    @cached_property
    def mattering(self) -> frozenset[int]:
        """The missing inputs of which two values lead to different answers of somebody who can be."""
        field, found = self.field, set[int]()
        for node in self.below:
            asked = field.asks[node]
            if asked in found or not self.open[asked]:
                continue
            ends = list(dict.fromkeys(field.children[node][cell] for cell in (self.base[asked], *self.open[asked])))
            if any(self._differ(ends[0], other) for other in ends[1:]) or any(
                self._differ(one, other) for at, one in enumerate(ends[1:], 1) for other in ends[at + 1 :]
            ):
                found.add(asked)
        return frozenset(found)

    @cached_property
    def _differing(self) -> dict[tuple[int, int], bool]:
        return {}

    def _differ(self, one: int, other: int) -> bool:
        """Whether some completion is possible below both nodes and is answered differently."""
        field = self.field
        if one == other or field.impossible in (one, other):
            return False
        if one < field.first and other < field.first:
            return True
        key = (one, other) if one < other else (other, one)
        known = self._differing.get(key)
        if known is None:
            asked = min(field.asks[one], field.asks[other])
            ones = field.children[one] if field.asks[one] == asked else None
            others = field.children[other] if field.asks[other] == asked else None
            known = self._differing[key] = any(
                self._differ(ones[cell] if ones else one, others[cell] if others else other)
                for cell in (self.base[asked], *self.open[asked])
            )
        return known

    def can_settle(self, cells: Mapping[int, Collection[int]]) -> bool:
        """Whether some of these cells of some inputs, all else left as it is, leave nothing open."""
        field = self.field
        seen, waiting = {field.root}, [field.root]
        while waiting:
            node = waiting.pop()
            if node < field.first:
                if node != field.impossible and field.settled[node]:
                    return True
                continue
            asked, children = field.asks[node], field.children[node]
            for cell in (self.base[asked], *cells.get(asked, ())):
                if children[cell] not in seen:
                    seen.add(children[cell])
                    waiting.append(children[cell])
        return False


def spanned(rule: Rule, result: Result) -> tuple[Any, Any]:
    """The least and the most that a rule with a stated value comes to: a number, or the place of a level."""
    if rule.kind != "Grade":
        return result.spans[rule.id]
    nodes = [f"{rule.id}>={level}" for level in rule.levels[1:]]
    low = max((at for at, node in enumerate(nodes, 1) if result.truth.get(node) == TRUE), default=0)
    high = min((at for at, node in enumerate(nodes) if result.truth.get(node) == FALSE), default=len(nodes))
    return Fraction(low), Fraction(high)
