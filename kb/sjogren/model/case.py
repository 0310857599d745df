"""One patient, as read: every value that was stated, before any is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple

ABNORMAL = "abnormal"
NORMAL = "normal"


class Value(NamedTuple):
    """One recorded value of one fact on one side.

    fact
        the name of the contract; a member of a mapping or list is written with a dot (``essdai.articular``).
    value
        True or False; a number in the canonical unit, exact; a level, code, term id or text; None for a value that
        was recorded as not known (``null``, ``unknown``, ``not_done``). ``qualitative`` is True when the value is
        the word ``abnormal`` or ``normal`` for a numeric test.
    as_stated
        the text of the file, with its unit when one was given.
    line
        where it stands in the case file, from 1.
    """

    fact: str
    side: str
    value: bool | Fraction | str | None
    as_stated: str
    unit: str
    date: date | None
    line: int
    source: str = ""
    note: str = ""
    status: str = "final"
    qualitative: bool = False


class Treatment(NamedTuple):
    """One drug, its class and the dates between which it was taken (None: open)."""

    drug: str
    drug_class: str
    start: date | None
    stop: date | None


class Visit(NamedTuple):
    """One visit: its date (None for a file without visits), its label and its values."""

    date: date | None
    label: str
    values: tuple[Value, ...]
    treatments: tuple[Treatment, ...] = ()


class Case(NamedTuple):
    """One patient: identifier, age in years at the first visit, sex, visits in order of date, assumptions, policy."""

    id: str
    age: Fraction
    sex: str
    visits: tuple[Visit, ...]
    assume: Mapping[str, str]
    policy: Mapping[str, str]
    file: str = "<case>"
    digest: str = ""
