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


def registry(kb: KnowledgeBase, number: int) -> Iterator[Case]:
    """``number`` visits as a registry records them: some forty facts each, with the values that are common there."""
    source = seeded()
    for index in range(number):
        yield kb.read(_visit(source, f"registry-{index}"))


def _visit(source: random.Random, name: str) -> dict[str, Any]:
    """One registry visit: serology and symptoms nearly always, gland tests often, biopsy and ultrasound rarely."""

    def yes(share: float) -> bool:
        return source.random() < share

    def eyes(highest: int) -> dict[str, int]:
        return {side: source.randint(0, highest) for side in ("right", "left")}

    calm = ["no"] * 8 + ["low", "moderate"]
    facts: dict[str, Any] = {
        "clinician_diagnosis": True,
        "dry_eyes_over_3_months": yes(0.8),
        "dry_mouth_over_3_months": yes(0.8),
        "anti_ssa_ro": yes(0.7),
        "anti_ssb_la": yes(0.4),
        "rheumatoid_factor": yes(0.5),
        "anticholinergic_drug": "none",
        "systemic_autoimmune_diseases": [],
        "essdai": {domain: source.choice(calm) for domain in ("articular", "cutaneous", "renal", "biological")},
        "essdai_unlisted_domains": "no",
        "esspri": {scale: source.randint(0, 10) for scale in ("dryness", "fatigue", "pain")},
        "igg": round(source.uniform(7, 25), 1),
        "low_c4": yes(0.1),
    }
    if yes(0.8):
        facts["schirmer_test"] = eyes(20)
    if yes(0.5):
        facts["ocular_staining_score"] = eyes(9)
    if yes(0.7):
        facts["unstimulated_whole_saliva_flow"] = source.randint(0, 6) / 20
    if yes(0.4):
        facts["stimulated_whole_saliva_flow"] = source.randint(7, 30) / 20
    if yes(0.5):
        facts["focal_lymphocytic_sialadenitis"] = True
        facts["focus_score"] = source.randint(0, 8) / 2
    if yes(0.4):
        glands = ("right_parotid", "left_parotid", "right_submandibular", "left_submandibular")
        facts["sgus_omeract_grade"] = {gland: source.randint(0, 3) for gland in glands}
        facts["sgus_pattern"] = ["hypoechoic_foci"]
    if yes(0.3):
        facts |= {"widespread_pain": yes(0.3), "isi": source.randint(0, 28), "hads_anxiety": source.randint(0, 21)}
    return {"id": name, "age": source.randint(25, 80), "facts": facts, "assume": {"unrecorded_exclusions": "absent"}}


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
