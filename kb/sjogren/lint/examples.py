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
from sjogren.compare.words import cell_words
from sjogren.errors import InternalFault
from sjogren.lint.fault import Example
from sjogren.lint.ground import Ground, own_nodes
from sjogren.model.rule import Rule
from sjogren.program.ir import FALSE, TRUE
from sjogren.program.store import Knowledge
from sjogren.proof.words import list_words
from sjogren.rules.english import side_words

NO_ANSWER = "no answer: engine and reference evaluator do not agree"
"""What is said of a patient whom contradictory statements leave without an answer."""


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
        if ground.policy:
            case = {**case, "policy": dict(ground.policy)}
        said = _read(rule, ground, cells)
        base = self._base(ground.policy)
        try:
            answered = answer(rule, base.derived(case))
        except InternalFault:
            whole, answered = True, NO_ANSWER
        if answered not in {said, NO_ANSWER}:
            raise InternalFault(f"the engine does not answer {said} by {rule.id} for an example patient")
        box = dict(enumerate(cells))
        for members in _droppable(ground):
            rest = {position: cell for position, cell in box.items() if position not in members}
            if not _inside(ground, rest, region):
                continue
            if not whole:
                fewer = _left_out(case, [ground.world.variables[position] for position in members])
                if answer(rule, base.derived(fewer)) != said:
                    continue
                case = fewer
            box = rest
        return Example(case, _words(ground, box), rule.id, answered)

    def _base(self, policy: Mapping[str, str]) -> Base:
        key = tuple(sorted(policy.items()))
        if key not in self._bases:
            self._bases[key] = Base(self.knowledge, policy)
        return self._bases[key]


def _inside(ground: Ground, box: Mapping[int, int], region: int) -> bool:
    """Whether all patients with some cells are in a region."""
    here = ground.diagrams.box({position: [cell] for position, cell in box.items()})
    return ground.diagrams.both(here, ground.others(region)) == NOBODY


def _words(ground: Ground, box: Mapping[int, int]) -> tuple[str, ...]:
    """Some findings in words; what stands there for both eyes is said once."""
    variables, vocabulary = ground.world.variables, ground.world.vocabulary
    told: dict[str, list[str]] = {}
    for position, cell in box.items():
        each = variables[position]
        if each.key != PATIENT or len(each.cells) > 1:
            told.setdefault(cell_words(each, [cell], vocabulary), []).append(each.side)
    return tuple(
        f"{words}, {list_words([side_words(side) for side in sides])}" if sides[0] else words
        for words, sides in told.items()
    )


def _droppable(ground: Ground) -> Iterable[list[int]]:
    """The inputs that can be left out of a case, those of one list together."""
    added = {
        part
        for key, aggregate in ground.world.sums.items()
        for part in (key, *(name for name, _ in weights(aggregate)))
    }
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
