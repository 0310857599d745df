"""An answer that a person types, as the value that a case file has for it.

Only its shape is made here: whether it is a value of the fact is for the reader of case files to judge, so that both
say the same of the same mistake.
"""

from __future__ import annotations

import re

from sjogren._located import Mapping, Node, Scalar, Sequence
from sjogren.facts.draft import mapping, typed, words
from sjogren.facts.template import choices
from sjogren.model.vocabulary import FactDef, Vocabulary

UNKNOWN, NOT_DONE = "unknown", "not_done"
_YES_NO = {"y": "true", "yes": "true", "n": "false", "no": "false"}
_NUMBER = re.compile(r"([+-]?[\d.,]+)\s*(\D.*)?")
_NONE = ("none", "[]")
YEARS = "a"
WHOLES = ("codes", "diseases")
"""Types whose members are answered together, as a list says of a member that is not in it that it is absent."""


def missing(text: str) -> str:
    """``unknown`` for an empty answer or that word, ``not_done`` for that one; empty for everything else."""
    folded = " ".join(text.casefold().replace("_", " ").split())
    return {"": UNKNOWN, "unknown": UNKNOWN, "not known": UNKNOWN, "not done": NOT_DONE}.get(folded, "")


def node_of(fact: FactDef, text: str) -> Node:
    """The value that an answer stands for."""
    if word := missing(text):
        return typed(word)
    match fact.type:
        case "boolean":
            return typed(_YES_NO.get(text.casefold(), text))
        case "number" | "count":
            return _measured(fact, text)
        case "codes":
            return Sequence([typed(each) for each in _listed(text, ",")], 0)
        case "diseases":
            met = typed("true")
            return Sequence([mapping({"disease": typed(each), "criteria_met": met}) for each in _listed(text, ",")], 0)
        case "texts":
            return Sequence([words(each) for each in _listed(text, ";")], 0)
        case "treatments":
            return Sequence([_treatment(each) for each in _listed(text, ";")], 0)
        case "text" | "term":
            return words(text)
        case _:
            return typed(text)


def how_to_answer(fact: FactDef, vocabulary: Vocabulary) -> str:
    """What may be answered: the words, the range and the units."""
    told = choices(fact, vocabulary)
    match fact.type:
        case "boolean":
            return "yes | no"
        case "codes" | "diseases":
            return f"those that are present, with commas: {told}; none"
        case "texts":
            return "free texts, with semicolons; none"
        case "treatments":
            return f"drug: class start stop, with semicolons; class {told}; dates as 2026-01-31; none"
        case "text" | "term":
            return "as written in the chart"
        case "number" | "count":
            told = told.replace(f" {YEARS}", " years", 1) if fact.unit == YEARS else told
            head = f"a number, {told}" if fact.type == "number" else told
            return f"{head}; or abnormal, normal where it is not known" if fact.abnormal else head
        case _:
            return told


def _listed(text: str, separator: str) -> list[str]:
    return [] if text.casefold() in _NONE else [part.strip() for part in text.split(separator) if part.strip()]


def _measured(fact: FactDef, text: str) -> Node:
    """A number, with its unit where one was typed (``mL/15 min`` is ``mL/15.min``)."""
    found = _NUMBER.fullmatch(text)
    if found is None or not found[2]:
        return typed(text)
    unit = found[2].strip()
    dotted = unit.replace(" ", ".")
    return mapping({"value": typed(found[1]), "unit": words(dotted if dotted in fact.units else unit)})


def _treatment(text: str) -> Mapping:
    """``drug: class start stop``; the dates may be left out."""
    drug, _, rest = text.partition(":")
    given: list[Scalar] = [words(drug.strip()), *(typed(each) for each in rest.split())]
    return mapping(dict(zip(("drug", "class", "start", "stop"), given, strict=False)))
