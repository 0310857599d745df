"""What was measured at one visit: the values of that date and no other, for change and response.

A value belongs to the visit on whose date it was measured. One that states an earlier date of its own was not measured
at the visit that records it; one that a later visit records with the date of an earlier one belongs to that one.
"""

from __future__ import annotations

from sjogren.facts.resolve import Resolved, resolve
from sjogren.model.case import Case
from sjogren.model.vocabulary import Vocabulary


def measured(case: Case, visit: int, seen_from: int, vocabulary: Vocabulary) -> Resolved:
    """The values measured at one visit, as far as they are recorded by another (both indexes from 0)."""
    day = case.visits[visit].date
    values = tuple(
        value for each in case.visits[: seen_from + 1] for value in each.values if (value.date or each.date) == day
    )
    visits = tuple(each._replace(values=values if index == visit else ()) for index, each in enumerate(case.visits))
    return resolve(case._replace(visits=visits), visit, vocabulary)
