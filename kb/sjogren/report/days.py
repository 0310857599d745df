"""Dates of a de-identified case as days since its first visit: ``day 182``.

A de-identified case has a fixed first day, so that every interval is what it was. No patient lived on it, so nobody
takes a date near it for one of the chart; and what is shown says the day by its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, TypeAlias

from sjogren.model.case import Case

Json: TypeAlias = Any

FIRST_DAY = date(1000, 1, 1)
_DAY = re.compile(r"day (-?[0-9]{1,6})")
_DATED = frozenset({"date", "start", "stop"})


def dates_of(case: Case) -> Iterator[date]:
    """Every date that a case states, that of its first visit first."""
    for visit in case.visits:
        days = [visit.date, *(value.date for value in visit.values)]
        days += [day for treatment in visit.treatments for day in (treatment.start, treatment.stop)]
        yield from (day for day in days if day is not None)


def days_of(case: Case) -> dict[str, str]:
    """The dates of a de-identified case, as they stand in texts, each with the words for it."""
    return {day.isoformat(): f"day {(day - FIRST_DAY).days}" for day in dates_of(case)}


def as_days(data: Json, days: Mapping[str, str]) -> Json:
    """Data, or the parts of a report, with days in place of dates in every text.

    >>> as_days({"date": "1000-07-02", "text": "measured on 1000-07-02"}, {"1000-07-02": "day 182"})
    {'date': 'day 182', 'text': 'measured on day 182'}
    """
    if not days:
        return data
    pattern = re.compile("|".join(map(re.escape, days)))
    return _replaced(data, pattern, days)


def _replaced(data: Json, pattern: re.Pattern[str], days: Mapping[str, str]) -> Json:
    if isinstance(data, str):
        found = pattern.sub(lambda match: days[match.group()], data)
        return data if found == data else found
    if isinstance(data, Mapping):
        return {key: _replaced(value, pattern, days) for key, value in data.items()}
    if isinstance(data, tuple | list):
        parts = [_replaced(part, pattern, days) for part in data]
        return data._make(parts) if hasattr(data, "_make") else type(data)(parts)
    return data


def as_dates(case: Json) -> Json:
    """Case-file data with dates in place of days, for the gate that reads cases."""
    if isinstance(case, Mapping):
        return {key: _date(value) if key in _DATED else as_dates(value) for key, value in case.items()}
    return [as_dates(part) for part in case] if isinstance(case, list) else case


def _date(value: Json) -> Json:
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return as_dates(value)
    try:
        return (FIRST_DAY + timedelta(int(found.group(1)))).isoformat()
    except OverflowError:
        return value
