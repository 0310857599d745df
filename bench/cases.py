"""Valid cases as varied as the ontology allows: each fact recorded or not, with any value of its range."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from sjogren.assess.knowledge_base import KnowledgeBase
from sjogren.errors import InputError
from sjogren.model.case import Case
from sjogren.model.vocabulary import FactDef

SEED = 20260112
RECORDED = 0.4
"""Share of facts that a case records; the visits of real patients leave most of the list empty."""


def seeded() -> random.Random:
    """A source of draws that is the same every time."""
    return random.Random(SEED)  # noqa: S311  # reproducible, not secret


def cases(kb: KnowledgeBase, number: int) -> Iterator[Case]:
    """``number`` valid cases; a draw that contradicts itself is drawn again."""
    source = seeded()
    made = 0
    while made < number:
        data = draw(kb, source, f"bench-{made}")
        try:
            case = kb.read(data)
        except InputError:
            continue
        made += 1
        yield case


def draw(kb: KnowledgeBase, source: random.Random, name: str) -> dict[str, Any]:
    """One patient as plain data, mostly valid; totals are left out, since their items would have to agree with them."""
    known = kb.vocabulary.facts
    skipped = {"age", *(aggregate.stated for aggregate in kb.knowledge.program.aggregates)}
    facts: dict[str, Any] = {}
    for fact in known.values():
        group, dot, member = fact.name.partition(".")
        if fact.name in skipped or source.random() > RECORDED or (dot and known[group].type != "mapping"):
            continue
        value = _sides(fact, source)
        if value is None:
            continue
        if dot:
            facts.setdefault(group, {})[member] = value
        else:
            facts[fact.name] = value
    assume = {"unrecorded_exclusions": "absent"} if source.random() > RECORDED else {}
    return {"id": name, "age": source.randint(18, 90), "facts": facts, "assume": assume}


def _sides(fact: FactDef, source: random.Random) -> Any:
    sides = [side for side in fact.sides if side]
    if not sides:
        return _value(fact, source)
    return {side: _value(fact, source) for side in sides if source.random() > RECORDED} or None


def _value(fact: FactDef, source: random.Random) -> Any:
    if fact.type == "boolean":
        return source.random() < RECORDED
    if fact.type == "level":
        return source.choice(fact.levels)
    if fact.type == "code":
        return source.choice(fact.codes)
    if fact.type in {"codes", "diseases"}:
        chosen = [code for code in fact.codes if source.random() < RECORDED]
        return chosen if fact.type == "codes" else [{"disease": code, "criteria_met": True} for code in chosen]
    if fact.minimum is None or fact.maximum is None:
        return None
    low, high = Fraction(fact.minimum), Fraction(fact.maximum)
    if fact.type == "count":
        return source.randint(int(low), int(high))
    return float(low + (high - low) * source.randint(0, 100) / 100)
