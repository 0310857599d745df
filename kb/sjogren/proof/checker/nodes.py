"""The shape of a justification's nodes, and their identifiers: checked before anything is read from them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from hashlib import sha256
from typing import Any, TypeAlias

from sjogren.model.rule import TIMES
from sjogren.proof.checker.logic import Refused
from sjogren.rules.timed import visit_of

Json: TypeAlias = Any
Node: TypeAlias = "dict[str, Json]"

_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
DIGITS = 24
"""Hexadecimal digits of a node's identifier."""


def same(left: Json, right: Json) -> bool:
    """Whether two JSON values are the same to the letter: 1, 1.0 and true are three values."""
    return _canonical(left) == _canonical(right)


def digest(node: Mapping[str, Json]) -> str:
    """The identifier that a node's other content gives it."""
    body = _canonical({key: value for key, value in node.items() if key != "id"})
    return "n" + sha256(body.encode()).hexdigest()[:DIGITS]


def is_text(value: Json) -> bool:
    """A text that can be written as UTF-8."""
    if type(value) is not str:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_number(value: Json) -> bool:
    """A finite JSON number; true and false are none."""
    return type(value) is int or (type(value) is float and math.isfinite(value))


def is_count(value: Json) -> bool:
    """A whole number from 0."""
    return type(value) is int and value >= 0


def is_date(value: Json) -> bool:
    """A calendar date written YYYY-MM-DD."""
    try:
        return is_text(value) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_scalar(value: Json) -> bool:
    return value is None or type(value) is bool or is_number(value) or is_text(value)


def is_plain(value: Json, depth: int = 4) -> bool:
    """A scalar, or a list or mapping of such, not nested deeper than a conclusion is."""
    if type(value) is dict:
        return depth > 0 and all(is_text(key) and is_plain(entry, depth - 1) for key, entry in value.items())
    if type(value) is list:
        return depth > 0 and all(is_plain(entry, depth - 1) for entry in value)
    return _is_scalar(value)


def is_texts(value: Json) -> bool:
    """A list of texts."""
    return type(value) is list and all(is_text(entry) for entry in value)


def _is_source(value: Json) -> bool:
    return (
        type(value) is list
        and bool(value)
        and all(
            type(entry) is dict and set(entry) == {"work", "locator"} and all(map(is_text, entry.values()))
            for entry in value
        )
    )


def _is_conclusion(value: Json) -> bool:
    return (
        type(value) is dict
        and set(value) == {"conclusion", "key", "value"}
        and is_text(value["conclusion"])
        and is_text(value["key"])
        and is_plain(value["value"])
    )


def _is_asked(value: Json) -> bool:
    return type(value) is dict and set(value) == {"key", "value"} and all(map(is_text, value.values()))


def _are_passed_over(value: Json) -> bool:
    def fits(entry: Json) -> bool:
        return (
            type(entry) is dict
            and {"as_stated", "visit", "reason"} <= set(entry) <= {"as_stated", "visit", "reason", "date"}
            and is_text(entry["as_stated"])
            and is_text(entry["reason"])
            and is_count(entry["visit"])
            and ("date" not in entry or is_date(entry["date"]))
        )

    return type(value) is list and bool(value) and all(map(fits, value))


def _is_true(value: Json) -> bool:
    return value is True


_TYPES: Mapping[str, Callable[[Json], bool]] = {
    "id": is_text, "type": is_text, "text": is_text, "fact": is_text, "side": is_text, "value": _is_scalar,
    "unit": lambda value: value is None or is_text(value), "visit": is_count, "as_stated": is_text,
    "unit_as_stated": is_text, "date": is_date, "recorded_by": is_text, "note": is_text, "recorded_as": is_text,
    "carried": _is_true, "passed_over": _are_passed_over, "assumption": is_text, "rule": is_text, "clause": is_text,
    "premises": is_texts, "status": is_text, "verification": is_text, "source": _is_source, "operation": is_text,
    "concludes": _is_conclusion, "asks": _is_asked, "at": lambda value: value in TIMES,
}  # fmt: skip
_RECORDED = "unit_as_stated date recorded_by note recorded_as carried passed_over side at"
_KEYS: Mapping[str, tuple[str, str]] = {
    "fact": ("fact value unit visit as_stated", _RECORDED),
    "missing": ("fact", "side as_stated passed_over at"),
    "policy": ("assumption value", ""),
    "absent": ("assumption fact value", "side at"),
    "accepted": ("assumption fact value unit visit as_stated", _RECORDED),
    "not_counted": ("assumption rule clause premises", "at"),
    "firing": ("concludes rule clause status source premises", "verification side"),
    "undecided": ("operation concludes asks rule premises", "side"),
    "reads": ("operation concludes rule premises", ""),
    "adds": ("operation concludes rule clause premises", ""),
}
"""For each form of node its required and its optional keys, besides id, type and text."""


ADDING = frozenset({"sum", "mean", "first_known", "known", "absolute_change", "relative_change"})


def inside(node: Node) -> Node:
    """A node with the visit before the names of what it takes from another one, as the rules are read there."""
    named = [node.get(key, "") for key in ("fact", "rule")]
    if any(visit_of(name)[0] for name in named):
        raise Refused("V101", f"the name {' '.join(named).strip()}", "a plain name, with the visit under 'at'")
    visit = node.get("at") or visit_of(node.get("concludes", {}).get("conclusion", ""))[0]
    if not visit:
        return node
    return {**node, **{key: f"{visit}/{node[key]}" for key in ("fact", "rule") if key in node}}


def form(node: Node) -> str:
    """Which form a node has; empty for none."""
    kind = node.get("type")
    if kind in {"fact", "missing", "firing"}:
        return str(kind)
    if kind == "aggregate":
        operation = node.get("operation")
        if operation in {"undecided", "reads"}:
            return str(operation)
        return "adds" if operation in ADDING else ""
    if kind != "assumption":
        return ""
    if node.get("assumption") == "not_counted":
        return "not_counted"
    return "policy" if "fact" not in node else "accepted" if "as_stated" in node else "absent"


def check_shape(node: Json) -> str:
    """The form of a node whose keys and types are right and whose identifier is its digest; else raises `Refused`."""
    if type(node) is not dict or not all(is_text(key) for key in node):
        raise Refused("V101", f"{type(node).__name__} as a node", "a mapping")
    for key, value in node.items():
        if key not in _TYPES or not _TYPES[key](value):
            raise Refused("V101", f"{key!r}: {str(value)[:80]}", "only the keys of the format, each with its type")
    kind = form(node)
    if not kind:
        raise Refused("V101", f"type {node.get('type')!r}", "fact, assumption, missing, aggregate or firing")
    required, optional = (set(keys.split()) for keys in _KEYS[kind])
    required |= {"id", "type", "text"}
    if not required <= set(node) <= required | optional:
        raise Refused(
            "V101", f"keys {', '.join(sorted(node))}", f"{', '.join(sorted(required))} on a node of this form"
        )
    if node["id"] != digest(node):
        raise Refused("V102", f"identifier {node['id']}", f"{digest(node)}, the digest of the node's content")
    return kind


def exact(value: Json) -> Fraction | None:
    """A JSON number as it is written; None for null."""
    return None if value is None else Fraction(repr(value))


def number(value: Fraction | None) -> Json:
    """A number for JSON: whole where it is whole."""
    if value is None:
        return None
    return value.numerator if value.denominator == 1 else float(value)
