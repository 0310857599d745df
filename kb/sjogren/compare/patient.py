"""An example patient: one combination of cells as a case that can be assessed, or written down as a case file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from sjogren.compare.space import LISTS, PATIENT, Variable
from sjogren.compare.sums import fitting
from sjogren.compare.world import World
from sjogren.program.ir import TRUE

ADULT = 50
"""The age of an example patient where no compared rule asks for it."""


def example_case(name: str, world: World, cells: Sequence[int]) -> dict[str, Any]:
    """The case with these cells; what no compared rule reads is left out.

    Raises `Uncountable` where no numbers are found that add up as the cells say.
    """
    vocabulary = world.vocabulary
    fit = fitting(world.variables, cells, world.sums)
    facts: dict[str, Any] = {}
    age: int | float = ADULT
    lists: dict[str, dict[str, str]] = {}
    for each, index in zip(world.variables, cells, strict=True):
        known = each.cells[index].known
        base, _, member = each.key.partition("@")[0].partition(".")
        if each.fact.type in LISTS:
            lists.setdefault(each.fact.name, {})[member] = known.truth if known else ""
            continue
        if known is None or each.key in world.sums:
            continue
        value: Any = known.truth == TRUE
        if each.kind == "code":
            value = vocabulary.terms[known.code].label if known.code in vocabulary.terms else known.code
        elif each.kind == "number":
            value = _number(each, fit.get(each.key, known.low))
        if each.key == PATIENT:
            age = value
        elif each.side:
            facts.setdefault(each.fact.name, {})[each.side] = value
        elif member:
            facts.setdefault(base, {})[member] = value
        else:
            facts[base] = value
    for fact, members in lists.items():
        listed = _listed(vocabulary.facts[fact].type, members)
        if listed is not None:
            facts[fact] = listed
    return {"id": name, "age": age, "facts": facts}


def _number(each: Variable, value: Fraction | None) -> Any:
    assert value is not None
    if each.fact.type == "level":
        return each.fact.levels[int(value)]
    fraction = Fraction(value)
    return int(fraction) if fraction.denominator == 1 else float(fraction)


def _listed(kind: str, members: Mapping[str, str]) -> list[Any] | None:
    """A list fact with these members; None when nothing of it is known."""
    if all(not truth for truth in members.values()):
        return None
    if kind == "codes":
        return [member for member, truth in members.items() if truth == TRUE]
    words = {TRUE: True, "": "unknown"}
    return [{"disease": member, "criteria_met": words[truth]} for member, truth in members.items() if truth in words]
