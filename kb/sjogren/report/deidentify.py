"""A case without what would tell whose it is, made before it is assessed.

=============================== =================================================================================
dates                           shifted so that the first visit is on a fixed day; shown as days since it
ages above 89                   capped, so that no visit is above 90; durations are shortened by as much
identifier                      a keyed hash (HMAC with SHA-256): the same for the same case and key
labels, notes, sources          dropped
free texts                      the preferred label of the concept that they name, or dropped
drugs                           the name that the ontology has for it, or its class
values entered in error         dropped: they take part in nothing, and may be another patient's
=============================== =================================================================================

Sex, findings, measurements and intervals stay: that a case is de-identified does not make it anonymous.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

from sjogren.errors import Finding, InputError
from sjogren.facts.casefile import read_case
from sjogren.facts.resolve import DAYS_PER_YEAR, ENTERED_IN_ERROR
from sjogren.facts.written import written
from sjogren.model.case import Case, Treatment, Value, Visit
from sjogren.model.vocabulary import Vocabulary, fold_label
from sjogren.report.days import FIRST_DAY, dates_of

Json: TypeAlias = Any

OLDEST = 89
"""Years up to which an age is told as it is."""
CAP = OLDEST + 1
"""Years that stand for every greater age."""
SHORTEST_KEY, LONGEST_KEY = 32, 4096
"""Bytes of a key."""
DIGITS = 16
"""Hexadecimal digits of a hashed identifier."""


class BadKey(ValueError):
    """A key file that cannot be used; the message says why."""


def read_key(path: Path) -> bytes:
    """The key in a file, without blanks around it; raises `BadKey`, also when it is too short to keep a secret."""
    try:
        with path.open("rb") as file:
            key = file.read(LONGEST_KEY + 1).strip()
    except OSError as error:
        raise BadKey(f"{str(path)!r} cannot be read: {error.strerror}.") from None
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        found = f"more than {LONGEST_KEY}" if len(key) > LONGEST_KEY else str(len(key))
        raise BadKey(f"{str(path)!r} has {found} bytes; a key has {SHORTEST_KEY} to {LONGEST_KEY}.")
    return key


def make_key(path: Path) -> None:
    """Write a new key to a file that only its owner may read; raises `BadKey` when there is such a file already."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadKey(f"{str(path)!r} exists; a key is never overwritten.") from None
    except OSError as error:
        raise BadKey(f"{str(path)!r} cannot be written: {error.strerror}.") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{secrets.token_hex(SHORTEST_KEY)}\n")


def deidentify(case: Case, key: bytes, vocabulary: Vocabulary, drugs: Mapping[str, str]) -> Case:
    """The case without what would tell whose it is; ``drugs`` has the preferred name of each folded name.

    Raises `InputError` when its dates lie too far apart to be shifted.
    """
    return _Masked(case, vocabulary, drugs).case(key)


class _Masked:
    """One case and how far its days and years are moved."""

    def __init__(self, case: Case, vocabulary: Vocabulary, drugs: Mapping[str, str]) -> None:
        self.original, self.vocabulary, self.drugs = case, vocabulary, drugs
        first, last = case.visits[0].date, case.visits[-1].date
        anchor = first or min(dates_of(case), default=FIRST_DAY)
        self.shift = FIRST_DAY - anchor
        followed = (last - first).days / DAYS_PER_YEAR if first and last else Fraction(0)
        self.age = case.age
        if case.age + followed > OLDEST:
            self.age = Fraction(max(0, (CAP - followed).__floor__()))
        self.younger = max(Fraction(0), case.age - self.age)

    def case(self, key: bytes) -> Case:
        hashed = hmac.new(key, self.original.id.encode(), sha256).hexdigest()[:DIGITS]
        try:
            visits = tuple(self._visit(visit) for visit in self.original.visits)
        except OverflowError:
            message = "its dates lie too far apart to be written as days since the first visit."
            raise InputError([Finding(self.original.file, 0, "E170", message)]) from None
        masked = self.original._replace(id=f"case-{hashed}", age=self.age, visits=visits)
        return read_case(written(masked, self.vocabulary), self.vocabulary, "<de-identified case>")

    def _visit(self, visit: Visit) -> Visit:
        values = tuple(masked for value in visit.values for masked in self._value(value))
        treatments = tuple(self._treatment(treatment) for treatment in visit.treatments)
        return Visit(self._day(visit.date), "", values, treatments)

    def _day(self, day: date | None) -> date | None:
        return None if day is None else day + self.shift

    def _value(self, value: Value) -> Iterator[Value]:
        """The value without what was written beside it; nothing where it is free text that names nothing."""
        if value.status == ENTERED_IN_ERROR:
            return
        masked = value._replace(date=self._day(value.date), source="", note="")
        fact = self.vocabulary.facts.get(value.fact)
        if fact is None or not isinstance(value.value, str | Fraction) or isinstance(value.value, bool):
            yield masked
        elif fact.unit == "a":
            yield self._years(masked, is_age=fact.name.startswith("age"))
        elif fact.type in {"text", "term", "texts"}:
            named = [label for part in self._parts(value, fact.type) if (label := self._label(part))]
            if named or not value.value:
                text = "; ".join(named)
                yield masked._replace(value=text, as_stated=text or "[]")
        else:
            yield masked

    def _years(self, value: Value, *, is_age: bool) -> Value:
        """An age at most at the cap; a duration shorter by as much as the patient was made younger."""
        if value.qualitative or not isinstance(value.value, Fraction):
            return value
        told = min(value.value, Fraction(CAP)) if is_age else max(Fraction(0), value.value - self.younger)
        if told == value.value:
            return value
        whole = Fraction(told.__floor__())
        return value._replace(value=whole, as_stated=str(whole))

    @staticmethod
    def _parts(value: Value, kind: str) -> list[str]:
        return str(value.value).split("; ") if kind == "texts" else [value.as_stated]

    def _label(self, text: str) -> str:
        """The preferred label of what a text names, if that label names it and nothing else."""
        term = self.vocabulary.term_of_label.get(fold_label(text), "")
        labels = (self.vocabulary.terms[term].label, *self.vocabulary.terms[term].labels) if term else ()
        return next((each for each in labels if self.vocabulary.term_of_label.get(fold_label(each)) == term), "")

    def _treatment(self, treatment: Treatment) -> Treatment:
        drug = self.drugs.get(fold_label(treatment.drug)) or treatment.drug_class.replace("_", " ")
        return Treatment(drug, treatment.drug_class, self._day(treatment.start), self._day(treatment.stop))


def unchanged(original: Case, before: Json, after: Json) -> None:
    """Hold the assessment of a de-identified case against that of the original.

    Raises `InputError` with each conclusion that came out otherwise; what repeats a text of the case is left aside.
    """
    texts = {value.as_stated for visit in original.visits for value in visit.values if isinstance(value.value, str)}
    found: list[Finding] = []
    for index, (one, other) in enumerate(zip(before["visits"], after["visits"], strict=True), 1):
        for name, keys in one["conclusions"].items():
            now = other["conclusions"].get(name, {})
            if any(value != now.get(key) for key, value in keys.items() if not _is_text(value, texts)):
                message = f"without what would identify the patient, {name} at visit {index} is concluded otherwise."
                hint = "Its report cannot be de-identified."
                found.append(Finding(original.file, 0, "E171", message, hint))
        if one["flags"] != other["flags"]:
            found.append(Finding(original.file, 0, "E171", f"the flags of visit {index} are raised otherwise.", ""))
    if found:
        raise InputError(found)


def _is_text(value: Json, texts: set[str]) -> bool:
    return isinstance(value, str) and value in texts
