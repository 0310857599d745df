"""A case as case-file data again: what the gate read, in a shape that it reads to the same case.

Only lines, comments and the order of what belongs together are lost. Every text, number, unit, date, source, note and
status stands as it was stated; assumptions and policies are those of the case, wherever they came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias

from sjogren.facts._reader import UNLISTED_DOMAINS
from sjogren.facts._scalars import MAX_TEXT
from sjogren.facts._values import NOT_KNOWN_RELATED, NOT_RELATED
from sjogren.model.case import Case, Treatment, Value, Visit
from sjogren.model.vocabulary import FactDef, Vocabulary

Data: TypeAlias = Any

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


class Number(str):
    """A number as it was stated (``1.50``), which JSON has as a number too."""

    __slots__ = ()


def written(case: Case, vocabulary: Vocabulary) -> dict[str, Data]:
    """The case as plain data: `sjogren.facts.read_case` gives the same case, but for lines and file.

    Numbers are texts of the class `Number`, exact as stated. A number that was given as a `Fraction` stays one.
    """
    return {
        "id": case.id,
        "age": _exact(case.age),
        "sex": case.sex,
        "visits": [_visit(visit, vocabulary) for visit in case.visits],
        "assume": dict(case.assume),
        "policy": dict(case.policy),
    }


def _exact(number: Fraction) -> Data:
    """A number as a decimal, or as it is where its decimal form has no end."""
    twos = fives = 0
    rest = number.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return number
    places = max(twos, fives)
    digits = str(abs(number.numerator) * 10**places // number.denominator).rjust(places + 1, "0")
    whole, decimals = (digits[:-places], f".{digits[-places:]}") if places else (digits, "")
    return Number(f"{'-' if number < 0 else ''}{whole}{decimals}")


def _visit(visit: Visit, vocabulary: Vocabulary) -> dict[str, Data]:
    facts: dict[str, Data] = {}
    for name, group in groupby(visit.values, key=lambda value: _whole(value, vocabulary)):
        values = list(group)
        if name == UNLISTED_DOMAINS:
            facts[name] = "no"
        else:
            facts[name] = _Writer(vocabulary.facts[name], visit, vocabulary).fact(values)
    if visit.treatments:
        name = next(fact.name for fact in vocabulary.facts.values() if fact.type == "treatments")
        facts[name] = [_treatment(treatment) for treatment in visit.treatments]
    data: dict[str, Data] = {"date": visit.date.isoformat()} if visit.date else {}
    if visit.label:
        data["label"] = visit.label
    return {**data, "facts": facts}


def _whole(value: Value, vocabulary: Vocabulary) -> str:
    """The key under which a value stands among the facts of its visit."""
    if value.as_stated.startswith(f"{UNLISTED_DOMAINS}:"):
        return UNLISTED_DOMAINS
    whole = value.fact.partition(".")[0]
    return whole if whole in vocabulary.facts else value.fact


def _treatment(treatment: Treatment) -> dict[str, Data]:
    start, stop = treatment.start, treatment.stop
    data: dict[str, Data] = {"drug": treatment.drug, "class": treatment.drug_class}
    return data | ({"start": start.isoformat()} if start else {}) | ({"stop": stop.isoformat()} if stop else {})


class _Entry(NamedTuple):
    """What stands where the value stands, and what is said beside it."""

    value: Data
    beside: dict[str, Data]


class _Apart(NamedTuple):
    """The text of a value, its unit, and whether it is related to the disease (None: nothing is said of that)."""

    text: str
    unit: str
    related: Data


class _Writer:
    """Writes the values of one fact of one visit, in their order."""

    def __init__(self, fact: FactDef, visit: Visit, vocabulary: Vocabulary) -> None:
        self.whole, self.visit, self.facts = fact, visit, vocabulary.facts

    def fact(self, values: Sequence[Value]) -> Data:
        """A bare value, a mapping with what is said beside it, or a list of those."""
        if self.whole.type in {"codes", "diseases"}:
            entries = list(self._lists(values))
        elif self.whole.type == "texts":
            entries = [_Entry(_texts(value), self._beside(value)) for value in values]
        else:
            entries = list(self._parts(values))
        if len(entries) == 1 and not entries[0].beside:
            return entries[0].value
        stated = [{"value": entry.value, **entry.beside} for entry in entries]
        return stated[0] if len(stated) == 1 else stated

    # -- values, by member and side

    def _parts(self, values: Sequence[Value]) -> Iterator[_Entry]:
        """Neighbours with the same beside them share one mapping of members or of sides."""
        shared: dict[str, Data] = {}
        said: dict[str, Data] = {}
        for value in values:
            scalar, beside = self._scalar(value), self._beside(value)
            key = value.fact.partition(".")[2] or value.side
            if not key:
                yield _Entry(scalar, beside)
                continue
            if shared and (beside != said or key in shared):
                yield _Entry(shared, said)
                shared = {}
            shared, said = {**shared, key: scalar}, beside
        if shared:
            yield _Entry(shared, said)

    def _scalar(self, value: Value) -> Data:
        """A value as it was stated, without its unit."""
        if value.value is not None and self._definition(value).type == "text":
            return value.value
        text = self._apart(value).text
        if value.value is None:
            return _missing(text)
        if text in {"true", "false"}:
            return text == "true"
        if _NUMBER.fullmatch(text):
            return Number(text)
        return Fraction(text) if isinstance(value.value, Fraction) and "/" in text else text

    def _definition(self, value: Value) -> FactDef:
        return self.facts.get(value.fact, self.whole)

    def _apart(self, value: Value) -> _Apart:
        """What was put together to the stated text of a value."""
        text, related = value.as_stated, None
        for mark, said in ((NOT_RELATED, False), (NOT_KNOWN_RELATED, "unknown")):
            if text.endswith(mark):
                text, related = text.removesuffix(mark), said
        fact = self._definition(value)
        units = [unit for unit in {fact.unit, *fact.units} if unit and text.endswith(f" {unit}")]
        unit = max(units, key=len, default="")
        return _Apart(text.removesuffix(f" {unit}") if unit else text, unit, related)

    def _beside(self, value: Value, outer: Value | None = None) -> dict[str, Data]:
        """What is said beside a value, where it is not what the visit, or the mapping around it, says already."""
        _, unit, related = self._apart(value) if self.whole.type not in {"texts", "text"} else _Apart("", "", None)
        said: dict[str, Data] = {"unit": unit} if unit else {}
        if value.date is not None and value.date != (outer.date if outer else self.visit.date):
            said["date"] = value.date.isoformat()
        for key in ("source", "note", "status"):
            default = getattr(outer, key) if outer else Value._field_defaults[key]
            if getattr(value, key) != default:
                said[key] = getattr(value, key)
        return said if related is None else {**said, "disease_related": related}

    # -- lists

    def _lists(self, values: Sequence[Value]) -> Iterator[_Entry]:
        """Lists that are complete: what stands in each, as the values that it leaves out tell."""
        rest = list(values)
        while rest:
            cut = next((place for place, value in enumerate(rest) if _left_out(value)), len(rest))
            if cut == len(rest):
                yield from self._whole_lists(rest)
                return
            text = rest[cut].as_stated
            start = cut - (text.count(",") + 1 if text != "[]" else 0)
            listed = rest[start:cut]
            yield from self._whole_lists(rest[:start])
            yield _Entry(self._listed(listed, rest[cut]), self._beside(rest[cut]))
            rest = rest[cut + len(self.whole.codes) - len({value.fact for value in listed}) :]

    def _whole_lists(self, values: list[Value]) -> Iterator[_Entry]:
        """Lists that leave nothing out: every code stands in them, or nothing is known of any."""
        size = len(self.whole.codes)
        while values:
            first, run = values[0], values[:size]
            alike = {(value.value, value.as_stated, str(self._beside(value))) for value in run}
            if first.value is None and len(alike) == 1 and len(run) == size:
                yield _Entry(_missing(first.as_stated), self._beside(first))
            elif self.whole.type == "codes":
                yield _Entry(self._listed(run, first), self._beside(first))
            else:
                yield _Entry(self._listed(run, None), {})
            values = values[size:]

    def _listed(self, values: Sequence[Value], outer: Value | None) -> list[Data]:
        codes = [value.fact.partition(".")[2] for value in values]
        if self.whole.type == "codes":
            return [*codes]
        return [
            {"disease": code, "criteria_met": self._scalar(value), **self._beside(value, outer)}
            for code, value in zip(codes, values, strict=True)
        ]


def _left_out(value: Value) -> bool:
    """Whether a value says that a list does not have this code."""
    return value.value is False and value.as_stated.startswith("[")


def _missing(text: str) -> str | None:
    return None if text == "null" else text


def _texts(value: Value) -> Data:
    """A list of free texts; they are read to one text, so one is written, unless it is longer than one may be."""
    if not isinstance(value.value, str):
        return _missing(value.as_stated)
    if not value.value:
        return []
    return [value.value] if len(value.value) <= MAX_TEXT else value.value.split("; ")
