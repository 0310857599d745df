"""Two different values of one fact, side and date: an error, because nobody may choose between them in silence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from sjogren.facts._findings import Findings, quoted
from sjogren.facts._values import UNMAPPED
from sjogren.model.case import ABNORMAL, Value, Visit
from sjogren.model.vocabulary import FactDef, Vocabulary


def report_contradictions(visits: Sequence[Visit], vocabulary: Vocabulary, findings: Findings) -> None:
    """Find them over all visits: a value recorded later may bear the date of an earlier one."""
    groups: dict[tuple[str, str, date | None], list[Value]] = {}
    for visit in visits:
        for value in visit.values:
            if value.value is not None and value.status != "entered_in_error":
                groups.setdefault((value.fact, value.side, value.date), []).append(value)
    for values in groups.values():
        if len(values) > 1:
            settled = [value for value in values if value.status == "final"] or values
            first = settled[0]
            other = next((value for value in settled if not agree(first, value, vocabulary)), None)
            if other is not None:
                _report(first, other, findings)


def agree(one: Value, other: Value, vocabulary: Vocabulary) -> bool:
    """Whether two recorded values can both be true."""
    if one.qualitative != other.qualitative:
        word, number = (one, other) if one.qualitative else (other, one)
        fact = vocabulary.facts[word.fact]
        return isinstance(number.value, Fraction) and (word.value == ABNORMAL) == meets(fact, number.value)
    if one.value == other.value == UNMAPPED:
        return one.as_stated == other.as_stated
    return one.value == other.value


def meets(fact: FactDef, number: Fraction) -> bool:
    """Whether a number meets the published threshold behind ``abnormal``; False where there is none."""
    if fact.abnormal is None:
        return False
    operator, threshold = fact.abnormal
    return number <= threshold if operator == "at_most" else number >= threshold


def _report(first: Value, other: Value, findings: Findings) -> None:
    early, late = sorted((first, other), key=lambda value: value.line)
    name = f"{late.fact} ({late.side})" if late.side else late.fact
    day = f" of {late.date}" if late.date else ""
    before = f"on line {early.line}" if early.line else "before"
    message = f"{name}{day} is {quoted(late.as_stated)} here and {quoted(early.as_stated)} {before}."
    hint = "Give each its date, or mark one entered_in_error or preliminary."
    findings.add("E132", late.line, message, hint)
