"""Which of the recorded values of a fact counts at a visit, and why the others do not.

A visit sees every value recorded at it or before it that is still valid: the days from the value's date to the visit's
date do not exceed the validity of the fact. A value has the date of its visit unless it states its own. Among these a
final value comes before a preliminary one, then the latest date, then this visit before an earlier one. A value that
says only that nothing is known (``not_done``) hides none that is known. Nothing depends on the order of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from sjogren.model.case import Case, Value
from sjogren.model.vocabulary import FactDef, Vocabulary

Key: TypeAlias = tuple[str, str]
"""A fact and its side (empty when it has none)."""

DAYS_PER_YEAR = Fraction(1461, 4)
ENTERED_IN_ERROR, EXPIRED, NOT_DONE = "entered_in_error", "expired", "not_done"
PRELIMINARY, OLDER, REPEATED = "preliminary", "older", "repeated"


class PassedOver(NamedTuple):
    """A recorded value that does not count at this visit.

    ``reason`` is ``entered_in_error``, ``expired``, ``not_done``, ``preliminary`` (a final value exists), ``older`` or
    ``repeated`` (the same was recorded elsewhere for the same date).
    """

    value: Value
    visit: int
    reason: str


class Chosen(NamedTuple):
    """The value of a fact and side that counts.

    visit
        index of the visit at which it was recorded.
    carried
        whether that is an earlier visit than the one resolved; change and response must not use such a value.
    passed_over
        the other values, latest visit first.

    ``value.value`` is None when all that is recorded is that nothing is known.
    """

    value: Value
    visit: int
    carried: bool
    passed_over: tuple[PassedOver, ...] = ()


class Resolved(NamedTuple):
    """One visit as the rules see it.

    visit, date
        its index from 0 and its date.
    age
        years at this visit: the age at the first visit and the days since, over 365.25. It is also chosen as the fact
        ``age``.
    chosen
        by fact and side, the value that counts.
    unused
        by fact and side, the values where none counts: all expired or entered in error.
    """

    visit: int
    date: date | None
    age: Fraction
    chosen: Mapping[Key, Chosen]
    unused: Mapping[Key, tuple[PassedOver, ...]]


class _Candidate(NamedTuple):
    value: Value
    visit: int


def resolve(case: Case, visit_index: int, vocabulary: Vocabulary) -> Resolved:
    """Choose the value of every recorded fact and side at one visit (index from 0)."""
    today = case.visits[visit_index].date
    recorded: dict[Key, list[_Candidate]] = {}
    for index in range(visit_index, -1, -1):
        for value in case.visits[index].values:
            recorded.setdefault((value.fact, value.side), []).append(_Candidate(value, index))
    chosen: dict[Key, Chosen] = {}
    unused: dict[Key, tuple[PassedOver, ...]] = {}
    for key, candidates in recorded.items():
        only = candidates[0] if len(candidates) == 1 else None
        if only and only.visit == visit_index and only.value.status == "final" and only.value.date in {None, today}:
            chosen[key] = Chosen(candidates[0].value, visit_index, carried=False)
            continue
        best, passed_over = _choose(candidates, today, _valid_days(key[0], vocabulary))
        if best is None:
            unused[key] = passed_over
        else:
            chosen[key] = Chosen(best.value, best.visit, best.visit < visit_index, passed_over)
    age = _age(case, today)
    stated = Value("age", "", age, _age_text(case, age), "a", today, 0)
    chosen["age", ""] = Chosen(stated, visit_index, carried=False)
    for value in _treatments(case, visit_index, today):
        chosen[value.fact, ""] = Chosen(value, visit_index, carried=False)
    return Resolved(visit_index, today, age, chosen, unused)


def _treatments(case: Case, visit_index: int, today: date | None) -> Iterator[Value]:
    """Which classes of drugs were taken at any time from the first visit to this one, as far as drugs are recorded."""
    first = case.visits[0].date
    recorded = [each for visit in case.visits[: visit_index + 1] for each in visit.treatments]
    taken: dict[str, list[str]] = {}
    for drug, drug_class, start, stop in recorded:
        before = stop is not None and first is not None and stop < first
        after = start is not None and today is not None and start > today
        taken.setdefault(drug_class, [])
        if not (before or after):
            taken[drug_class].append(drug)
    for drug_class, drugs in taken.items():
        named = drugs or [each.drug for each in recorded if each.drug_class == drug_class]
        yield Value(f"treatments.{drug_class}", "", bool(drugs), ", ".join(dict.fromkeys(named)), "", today, 0)


def _choose(
    candidates: list[_Candidate], today: date | None, valid_days: int | None
) -> tuple[_Candidate | None, tuple[PassedOver, ...]]:
    passed_over: list[PassedOver] = []
    eligible: list[_Candidate] = []
    for candidate in candidates:
        if candidate.value.status == ENTERED_IN_ERROR:
            passed_over.append(PassedOver(*candidate, ENTERED_IN_ERROR))
        elif _expired(candidate.value.date, today, valid_days):
            passed_over.append(PassedOver(*candidate, EXPIRED))
        else:
            eligible.append(candidate)
    if not eligible:
        return None, _in_order(passed_over)
    eligible.sort(key=_rank, reverse=True)
    best = eligible[0]
    passed_over += (PassedOver(*other, _reason(other.value, best.value)) for other in eligible[1:])
    return best, _in_order(passed_over)


def _rank(candidate: _Candidate) -> tuple[bool, bool, date, int, bool, str, str, str]:
    """The order of preference, highest best; the texts only make it the same whatever the order of the file."""
    value = candidate.value
    return (
        value.value is not None,
        value.status == "final",
        value.date or date.min,
        candidate.visit,
        not value.qualitative,
        value.as_stated,
        value.source,
        value.note,
    )


def _reason(value: Value, best: Value) -> str:
    if value.value is None:
        return NOT_DONE
    if value.status != best.status:
        return PRELIMINARY
    return OLDER if value.date != best.date else REPEATED


def _in_order(passed_over: list[PassedOver]) -> tuple[PassedOver, ...]:
    return tuple(
        sorted(passed_over, key=lambda one: (_rank(_Candidate(one.value, one.visit)), one.reason), reverse=True)
    )


def _expired(measured: date | None, today: date | None, valid_days: int | None) -> bool:
    return (
        valid_days is not None and measured is not None and today is not None and (today - measured).days > valid_days
    )


def _valid_days(name: str, vocabulary: Vocabulary) -> int | None:
    """The validity of a fact; a member of a list has that of its list."""
    fact: FactDef | None = vocabulary.facts.get(name) or vocabulary.facts.get(name.partition(".")[0])
    return fact.valid_days if fact else None


def _age(case: Case, today: date | None) -> Fraction:
    first = case.visits[0].date
    return case.age if first is None or today is None else case.age + (today - first).days / DAYS_PER_YEAR


def _age_text(case: Case, age: Fraction) -> str:
    stated = str(case.age.numerator) if case.age.denominator == 1 else str(float(case.age))
    return stated if age == case.age else f"{stated} on {case.visits[0].date}"
