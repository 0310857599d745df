"""A patient in a field: the cell of each input, which cells it could still have, and what can be reached from there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

from sjogren.advice.cells import cell_of, first_of, range_of, within
from sjogren.advice.family import NONE, NOTHING_NEEDED, Families
from sjogren.advice.field import Field
from sjogren.assess.assessor import Derived
from sjogren.compare.space import PATIENT, Variable
from sjogren.engine.knowledge import Result, Span, add_up
from sjogren.model.rule import Rule
from sjogren.program.ir import FALSE, TRUE

RECORDED = ("fact", "accepted")
"""Kinds of origins of what somebody recorded."""
SHIFT = 256
"""More than any input has cells: an element of a set is an input and a cell."""
FAR = 1 << 20
"""Farther than anything that can be reached."""


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
            self.open.append(self._open(position, cell) if missing else ())

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

    def unknown(self, rule: Rule) -> tuple[Any, Any]:
        """What a rule with a stated value comes to where nothing is recorded."""
        if rule.kind == "Grade":
            return Fraction(0), Fraction(len(rule.levels) - 1)
        total = next(each for each in self.derived.program.aggregates if each.key == rule.id)
        ends = [
            (addend.minimum, addend.maximum) if addend.kind == "number" else (addend.levels[0][1], addend.levels[-1][1])
            for addend in total.addends
        ]
        low, high = add_up(
            total.op, [(addend.weight, Span(*span)) for addend, span in zip(total.addends, ends, strict=True)]
        )
        return low, high

    def _open(self, position: int, cell: int) -> tuple[int, ...]:
        """The cells that an input in a cell can be shown to be in, one of each kind."""
        field = self.field
        each = field.variables[position]
        if each.cells[cell].unknown:
            return field.apart[position]
        return first_of(within(each, cell), field.alike[position])

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
        field = self.field
        return [
            ()
            if each.key == PATIENT
            else tuple(cell for cell in field.apart[at] if field.alike[at][cell] != field.alike[at][self.base[at]])
            for at, each in enumerate(field.variables)
        ]

    # -- sets ---------------------------------------------------------------------------------------------------------

    def enough(self, families: Families, answer: int) -> int:
        """The minimal sets of cells of missing inputs that give an answer, all else left as it is."""
        memo = dict.fromkeys((node for node, ends in self._ends.items() if not ends >> answer & 1), NONE)
        memo[answer] = NOTHING_NEEDED
        return self._enough(self.field.root, families, memo)

    @cached_property
    def _ends(self) -> dict[int, int]:
        """For each node that missing facts can lead to the answers below it, each a bit."""
        field = self.field
        ends = {node: 1 << node for node in range(field.first)}
        for node in reversed(self.below):
            asked, children, found = field.asks[node], field.children[node], 0
            for cell in (self.base[asked], *self.open[asked]):
                found |= ends[children[cell]]
            ends[node] = found
        return ends

    def _enough(self, node: int, families: Families, memo: dict[int, int]) -> int:
        found = memo.get(node)
        if found is None:
            asked, children = self.field.asks[node], self.field.children[node]
            stay = children[self.base[asked]]
            found = without = self._enough(stay, families, memo)
            for cell in reversed(self.open[asked]) if without != NOTHING_NEEDED else ():
                if children[cell] != stay:
                    more = families.beyond(self._enough(children[cell], families, memo), without)
                    found = families.either(found, families.node(asked * SHIFT + cell, NONE, more))
            memo[node] = found
        return found

    def fewest(self, families: Families, answer: int) -> int:
        """The smallest sets of cells, recorded otherwise or found out, that give an answer."""
        far = self._far(answer)
        if far[self.field.root] >= FAR:
            return NONE
        return self._fewest(self.field.root, families, far, {answer: NOTHING_NEEDED})

    def _fewest(self, node: int, families: Families, far: list[int], memo: dict[int, int]) -> int:
        found = memo.get(node)
        if found is None:
            asked, children = self.field.asks[node], self.field.children[node]
            stay = children[self.base[asked]]
            found = self._fewest(stay, families, far, memo) if far[stay] == far[node] else NONE
            for cell in reversed(self.changeable[asked]):
                child = children[cell]
                if child != stay and far[child] + 1 == far[node]:
                    more = self._fewest(child, families, far, memo)
                    found = families.either(found, families.node(asked * SHIFT + cell, NONE, more))
            memo[node] = found
        return found

    def _far(self, answer: int) -> list[int]:
        """For each node how many inputs must be otherwise for an answer; children stand before their parents."""
        field = self.field
        far = [FAR] * len(field.asks)
        far[answer] = 0
        for node in range(field.first, len(far)):
            asked, children = field.asks[node], field.children[node]
            least = far[children[self.base[asked]]]
            for cell in self.changeable[asked]:
                if far[children[cell]] < least - 1:
                    least = far[children[cell]] + 1
            far[node] = least
        return far

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

    def reached(self, cells: Mapping[int, Collection[int]]) -> set[int]:
        """The answers that some of these cells of some inputs give, all else left as it is."""
        field = self.field
        seen, waiting = {field.root}, [field.root]
        while waiting:
            node = waiting.pop()
            if node >= field.first:
                asked, children = field.asks[node], field.children[node]
                for cell in (self.base[asked], *cells.get(asked, ())):
                    if children[cell] not in seen:
                        seen.add(children[cell])
                        waiting.append(children[cell])
        return {node for node in seen if node < field.impossible}


def spanned(rule: Rule, result: Result) -> tuple[Any, Any]:
    """The least and the most that a rule with a stated value comes to: a number, or the place of a level."""
    if rule.kind != "Grade":
        return result.spans[rule.id]
    nodes = [f"{rule.id}>={level}" for level in rule.levels[1:]]
    low = max((at for at, node in enumerate(nodes, 1) if result.truth.get(node) == TRUE), default=0)
    high = min((at for at, node in enumerate(nodes) if result.truth.get(node) == FALSE), default=len(nodes))
    return Fraction(low), Fraction(high)
