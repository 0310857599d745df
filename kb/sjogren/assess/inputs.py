"""What a visit's values mean to the engines: intervals, codes and flags, each with where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from sjogren.engine.knowledge import ZERO, Known, exact
from sjogren.facts.resolve import Chosen, Resolved
from sjogren.model.case import Case
from sjogren.model.vocabulary import FactDef, Vocabulary
from sjogren.program.ir import FALSE, TRUE

JUST = Fraction(1, 10**6)
"""How far beyond its threshold a result recorded as normal begins: nearer than any two thresholds of one test."""


class Origin(NamedTuple):
    """Where an input comes from.

    kind
        ``fact`` (recorded), ``assumed`` (an assumption stands in), ``accepted`` (recorded as abnormal or normal, let in
        by an assumption) or ``policy``.
    """

    kind: str
    fact: str
    side: str
    name: str = ""
    chosen: Chosen | None = None
    value: str = ""


class Seen(NamedTuple):
    """The inputs of one visit and the origin of each."""

    inputs: Mapping[str, Known]
    origins: Mapping[str, Origin]


def see(case: Case, resolved: Resolved, vocabulary: Vocabulary) -> Seen:
    """Turn the chosen values, the assumptions and the policies of a case into inputs."""
    inputs: dict[str, Known] = {}
    origins: dict[str, Origin] = {}
    accepted = case.assume.get("qualitative_results") == "accepted"
    for (name, side), chosen in resolved.chosen.items():
        if chosen.value.value is None:
            continue
        fact = vocabulary.facts.get(name)
        known = _known(fact, chosen)
        if known is None or (known.qualitative and not accepted):
            continue
        key = f"{name}@{side}" if side else name
        inputs[key] = known
        kind = "accepted" if known.qualitative else "fact"
        origins[key] = Origin(kind, name, side, "qualitative_results" if known.qualitative else "", chosen)
    for fact in vocabulary.facts.values():
        if fact.assumption and fact.assumption in case.assume and not _contradicted(fact, inputs):
            for side in fact.sides:
                key = f"{fact.name}@{side}" if side else fact.name
                if key not in inputs and (known := absent(fact)) is not None:
                    inputs[key] = known
                    origins[key] = Origin(
                        "assumed", fact.name, side, fact.assumption, value=case.assume[fact.assumption]
                    )
    for policy in vocabulary.policies.values():
        value = case.policy.get(policy.name, policy.default)
        inputs[f"policy:{policy.name}"] = Known(code=value)
        origins[f"policy:{policy.name}"] = Origin("policy", policy.name, "", policy.name, value=value)
    return Seen(inputs, origins)


def _known(fact: FactDef | None, chosen: Chosen) -> Known | None:
    value = chosen.value.value
    if isinstance(value, bool):
        return Known(truth=TRUE if value else FALSE)
    if isinstance(value, Fraction):
        number = exact(value)
        return Known(low=number, high=number)
    if fact is None or not isinstance(value, str):
        return None
    if chosen.value.qualitative:
        return qualitative(fact, abnormal=value == "abnormal")
    if fact.type == "level":
        rank = Fraction(fact.levels.index(value))
        return Known(low=rank, high=rank)
    if fact.type == "code" or (fact.type == "term" and value != "unmapped"):
        return Known(code=value)
    return None


def qualitative(fact: FactDef, *, abnormal: bool) -> Known | None:
    """The range that a result known only as abnormal or normal can have."""
    if fact.abnormal is None:
        return None
    operator, limit = fact.abnormal
    beyond = Fraction(1) if fact.type == "count" else JUST
    if operator == "at_most":
        low, high = (fact.minimum, limit) if abnormal else (limit + beyond, fact.maximum)
    else:
        low, high = (limit, fact.maximum) if abnormal else (fact.minimum, limit - beyond)
    return Known(low=low, high=high, qualitative=True)


def _contradicted(fact: FactDef, inputs: Mapping[str, Known]) -> bool:
    return any(name in inputs and inputs[name].truth == TRUE for name in fact.not_assumed_if)


def absent(fact: FactDef) -> Known | None:
    """What an absent finding is to the engine; a laboratory number cannot be assumed."""
    if fact.type == "boolean":
        return Known(truth=FALSE)
    if fact.type == "level":
        return Known(low=ZERO, high=ZERO)
    return Known(code=fact.assumed_as) if fact.assumed_as else None
