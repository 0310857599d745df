"""A smallest patient in a region, as a case that engine and reference have answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from sjogren.compare.answers import answer
from sjogren.compare.contrast import Base
from sjogren.compare.diagrams import NOBODY
from sjogren.compare.patient import example_case
from sjogren.compare.space import LISTS, PATIENT, Uncountable, Variable
from sjogren.compare.sums import weights
from sjogren.errors import InternalFault
from sjogren.lint.fault import Example
from sjogren.lint.ground import Ground, own_nodes
from sjogren.model.rule import Rule
from sjogren.program.ir import FALSE, TRUE
from sjogren.program.store import Knowledge


class Examples:
    """Makes examples; the engine of each choice of policies is made when it is first needed."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._bases: dict[tuple[tuple[str, str], ...], Base] = {}
        self.made = 0

    def one(self, ground: Ground, region: int, rule: Rule, *, whole: bool = False) -> Example | None:
        """The most normal patient of a region with as few findings as show it, answered by a rule.

        ``whole``: all findings stay, since it matters that they are known. None where the patient cannot be written
        down. Raises `InternalFault` where the engine does not answer as the diagrams do.
        """
        cells = ground.diagrams.first(ground.among(region), ground.normal)
        assert cells is not None
        self.made += 1
        try:
            case = example_case(f"example-{self.made}", ground.world, cells)
        except Uncountable:
            return None
        base = self._base(ground.policy)
        said = _read(rule, ground, cells)
        if answer(rule, base.derived(case)) != said:
            raise InternalFault(f"the engine does not answer {said} by {rule.id} for an example patient")
        if not whole:
            case = self._smaller(ground, region, cells, case, rule, said)
        return Example({**case, **({"policy": dict(ground.policy)} if ground.policy else {})}, ground.policy, rule.id, said)

    def _base(self, policy: Mapping[str, str]) -> Base:
        key = tuple(sorted(policy.items()))
        if key not in self._bases:
            self._bases[key] = Base(self.knowledge, policy)
        return self._bases[key]

    def _smaller(
        self, ground: Ground, region: int, cells: Sequence[int], case: dict[str, Any], rule: Rule, said: str
    ) -> dict[str, Any]:
        """The case without what can be anything: by the diagrams, and by the engine when it is not known."""
        space, outside = ground.diagrams, ground.others(region)
        box = dict(enumerate(cells))
        base = self._base(ground.policy)
        for members in _droppable(ground):
            rest = {position: [cell] for position, cell in box.items() if position not in members}
            if space.both(space.box(rest), outside) != NOBODY:
                continue
            fewer = _left_out(case, [ground.world.variables[position] for position in members])
            if answer(rule, base.derived(fewer)) == said:
                case = fewer
                box = {position: cell for position, cell in box.items() if position not in members}
        return case


def _droppable(ground: Ground) -> Iterable[list[int]]:
    """The inputs that can be left out of a case, those of one list together."""
    added = {part for key, aggregate in ground.world.sums.items() for part in (key, *(name for name, _ in weights(aggregate)))}
    lists: dict[str, list[int]] = {}
    for position, each in enumerate(ground.world.variables):
        if each.key == PATIENT or each.key in added:
            continue
        name = each.fact.name if each.fact.type in LISTS else each.key
        lists.setdefault(name, []).append(position)
    return lists.values()


def _left_out(case: Mapping[str, Any], variables: Sequence[Variable]) -> dict[str, Any]:
    fewer: dict[str, Any] = deepcopy(dict(case))
    facts = fewer["facts"]
    for each in variables:
        name, _, member = each.key.partition("@")[0].partition(".")
        part = each.side or member
        if each.fact.type in LISTS or not part:
            facts.pop(each.fact.name if each.fact.type in LISTS else name, None)
        elif part in facts.get(name, {}):
            del facts[name][part]
            if not facts[name]:
                del facts[name]
    return fewer


def _read(rule: Rule, ground: Ground, cells: Sequence[int]) -> str:
    """What the diagrams say that a rule answers."""
    derived = {
        node: word
        for node in own_nodes(rule)
        for word in (TRUE, FALSE)
        if ground.diagrams.holds(ground.reading.truth(node, word), cells)
    }
    return answer(rule, derived)
