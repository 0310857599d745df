"""One value with what is said beside it: unit, date, source, note, status."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from sjogren._located import Mapping, Node, Scalar, Sequence
from sjogren.facts._findings import Findings, quoted
from sjogren.facts._scalars import boolean_of, date_of, is_missing, measured, text_of, word_of
from sjogren.model.case import ABNORMAL, NORMAL, Value
from sjogren.model.vocabulary import SIDES, FactDef, Vocabulary, fold_label

STATUSES = ("final", "preliminary", "entered_in_error")
ATTRIBUTES = ("value", "unit", "date", "source", "note", "status")
UNMAPPED = "unmapped"
"""The value of a recorded diagnosis that no label of the ontology matches."""
RAW_FINDING = "unrecorded_essdai_findings"
"""The assumption that all raw findings of ESSDAI domains share; they alone may be ``disease_related: false``."""
NOT_RELATED, NOT_KNOWN_RELATED = " (not disease-related)", " (not known to be disease-related)"
"""What is added to the text of a raw finding."""

Answer: TypeAlias = bool | Fraction | str | None


class Stated(NamedTuple):
    """What is said about a value beside the value; it holds for all values inside the same mapping."""

    date: date | None
    unit: str = ""
    source: str = ""
    note: str = ""
    status: str = "final"
    related: bool | None = True


class ValueReader:
    """Reads single values of one visit into ``values``; what is wrong goes to ``findings``."""

    def __init__(self, vocabulary: Vocabulary, findings: Findings) -> None:
        self.facts = vocabulary.facts
        self.terms = vocabulary.term_of_label
        self.levels = vocabulary.level_values
        self.findings = findings
        self.values: list[Value] = []
        self.visit_date: date | None = None

    def _attributes(self, fact: FactDef, node: Mapping, outer: Stated) -> Stated | None:
        """The attributes beside a value; None when one is invalid, so that the value is not judged by a wrong one."""
        stated: Stated | None = outer
        raw = fact.assumption == RAW_FINDING
        for key, item in node:
            what = f"the {key} of {fact.name}"
            found: dict[str, Any] | None = {}
            if key == "value" or (is_missing(item) and key != "disease_related"):
                continue
            if key == "unit":
                found = self._unit(fact, item)
            elif key == "date":
                found = self._date(item, what)
            elif key in {"source", "note"}:
                text = text_of(item, self.findings, what)
                found = None if text is None else {key: text}
            elif key == "status":
                status = word_of(item, self.findings, what, STATUSES)
                found = None if status is None else {key: status}
            elif key == "disease_related" and raw:
                found = self._related(item, what)
            else:
                self._unknown_attribute(fact, key, node.key_lines[key], raw)
                found = None
            stated = None if stated is None or found is None else stated._replace(**found)
        return stated

    def _unknown_attribute(self, fact: FactDef, key: str, line: int, raw: bool) -> None:
        if fact.laterality and key in fact.sides:
            hint = f"Write value: {{{key}: …}}, or the unit at each side."
        elif key == "disease_related":
            hint = "Only raw findings of ESSDAI domains take it."
        else:
            hint = self.findings.nearest(key, (*ATTRIBUTES, "disease_related") if raw else ATTRIBUTES)
        self.findings.add("E111", line, f"{quoted(key)} is not a key of a value of {fact.name}.", hint)

    def _unit(self, fact: FactDef, node: Node) -> dict[str, Any] | None:
        unit = node.text if isinstance(node, Scalar) else None
        if unit is not None and (unit in fact.units or (unit and unit == fact.unit)):
            return {"unit": unit}
        if unit is None:
            self.findings.add("E110", node.line, f"the unit of {fact.name} must be one word.")
        elif not fact.unit and not fact.units:
            self.findings.add("E125", node.line, f"{fact.name} has no unit; {quoted(unit)} is given.", "Remove it.")
        else:
            units = dict.fromkeys((fact.unit, *fact.units))
            hint = fact.unit_hints.get(unit) or self.findings.nearest(unit, units)
            hint = hint or f"Known units: {', '.join(units)}."
            self.findings.add("E125", node.line, f"{quoted(unit)} is not a unit of {fact.name}.", hint)
        return None

    def _date(self, node: Node, what: str) -> dict[str, Any] | None:
        day = date_of(node, self.findings, what)
        if day is not None and self.visit_date is not None and day > self.visit_date:
            message = f"{what} is {day}, after its visit of {self.visit_date}."
            self.findings.add("E131", node.line, message, "Record it at the visit at which it was known.")
            return None
        return None if day is None else {"date": day}

    def _related(self, node: Node, what: str) -> dict[str, Any] | None:
        if is_missing(node):
            return {"related": None}
        if not isinstance(node, Scalar):
            self.findings.add("E110", node.line, f"{what} must be true or false.")
            return None
        related = boolean_of(node, self.findings, what)
        return None if related is None else {"related": related}

    def _single(self, fact: FactDef, side: str, node: Node, stated: Stated, line: int) -> None:
        """One value of one fact on one side."""
        if not isinstance(node, Scalar):
            self._not_single(fact, node, line)
            return
        what = f"{fact.name} ({side})" if side else fact.name
        text = "null" if node.is_null else node.text
        value: Answer = None
        if not is_missing(node) or (node.text in fact.codes or node.text in fact.levels):
            value = self._value(fact, what, node, stated)
            if value is None:
                return
            if fact.type in {"text", "term"}:
                text = text_of(node, self.findings, what) or ""
        self._keep(fact, value, f"{text} {stated.unit}".rstrip(), node.line or line, stated, side=side)

    def _value(self, fact: FactDef, what: str, node: Scalar, stated: Stated) -> Answer:
        match fact.type:
            case "boolean":
                return boolean_of(node, self.findings, what)
            case "number" | "count":
                wanted = stated.status != "entered_in_error"
                return measured(fact, what, node, stated.unit, self.findings, check_range=wanted)
            case "level":
                return self._level(fact, what, node)
            case "code":
                return word_of(node, self.findings, what, fact.codes)
            case "term":
                text = text_of(node, self.findings, what)
                return None if text is None else self.terms.get(fold_label(text), UNMAPPED)
            case _:
                return text_of(node, self.findings, what)

    def _level(self, fact: FactDef, what: str, node: Scalar) -> str | None:
        if node.text in fact.levels:
            return node.text
        if node.text in self.levels:
            message = f"{quoted(node.text)} is not a level of {what}."
            self.findings.add("E127", node.line, message, f"It has: {', '.join(fact.levels)}.")
            return None
        return word_of(node, self.findings, what, fact.levels)

    def _not_single(self, fact: FactDef, node: Mapping | Sequence, line: int) -> None:
        if isinstance(node, Mapping):
            for key in node.items:
                if any(key in sides for sides in SIDES.values()):
                    message = f"{fact.name} is not recorded by side or gland."
                    self.findings.add("E129", node.key_lines[key], message, "Write one value.")
                    return
            self._wrong_shape(fact, node.line or line, "a mapping without `value`", "Write a bare value or {value: …}.")
        else:
            self._wrong_shape(fact, node.line or line, "a list here", "Write one value.")

    def _keep(self, fact: FactDef, value: Answer, text: str, line: int, stated: Stated, *, side: str = "") -> None:
        if stated.related is not True and value is not None:
            value = _unrelated(value, stated.related)
            text += NOT_RELATED if stated.related is False else NOT_KNOWN_RELATED
        qualitative = fact.type in {"number", "count"} and value in {ABNORMAL, NORMAL}
        self.values.append(
            Value(
                fact.name, side, value, text, fact.unit, stated.date, line, stated.source, stated.note, stated.status,
                qualitative,
            )
        )  # fmt: skip

    def _wrong_shape(self, fact: FactDef, line: int, shown: str, hint: str) -> None:
        self.findings.add("E110", line, f"{fact.name} cannot be {shown}.", hint)


def _unrelated(value: bool | Fraction | str, related: bool | None) -> bool | None:
    """What is not due to the disease counts as absent when it is a finding, as missing when it is a measurement."""
    if value is False:
        return False
    return False if value is True and related is False else None
