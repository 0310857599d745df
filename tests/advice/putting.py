"""Findings put into a case, as if they had been recorded at its last visit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice, product
from typing import Any, TypeAlias

import sjogren
from sjogren.advice import Finding
from sjogren.compare.answers import answer
from sjogren.model.case import Case, Value
from sjogren.model.vocabulary import fold_label

Place: TypeAlias = tuple[str, str, Any]
"""A fact, its side, and a value as a case file has it."""


def ways(findings: Iterable[Finding], most: int) -> Iterator[tuple[tuple[Place, ...], ...]]:
    """Some of the ways in which a set of findings is had: for each finding one of its ways."""
    return islice(product(*(finding.ways for finding in findings)), most)


def put(kb: sjogren.KnowledgeBase, case: Case, places: Iterable[Place]) -> Case:
    """The case with these values in place of what it has; a total that is put takes its items out."""
    places = list(places)
    gone = {(fact, side) for fact, side, _ in places}
    for aggregate in kb.knowledge.program.aggregates:
        if (aggregate.stated, "") in gone:
            items = {kb.rules[each.key].stated if each.key in kb.rules else each.key for each in aggregate.addends}
            gone |= {(item, "") for item in items}
    kept = [
        visit._replace(values=tuple(value for value in visit.values if (value.fact, value.side) not in gone))
        for visit in case.visits
    ]
    last = kept[-1]
    added = tuple(_value(kb, case, *place) for place in places)
    return case._replace(visits=(*kept[:-1], last._replace(values=(*last.values, *added))))


def _value(kb: sjogren.KnowledgeBase, case: Case, fact: str, side: str, value: Any) -> Value:
    known = kb.vocabulary.facts.get(fact)
    stored = value
    if known is not None and known.type == "term":
        stored = kb.vocabulary.term_of_label[fold_label(value)]
    elif not isinstance(value, bool | str):
        stored = Fraction(str(value))
    return Value(fact, side, stored, str(value), known.unit if known else "", case.visits[-1].date, 0)


def printed(kb: sjogren.KnowledgeBase, case: Case, conclusion: str) -> str:
    """What the assessment prints at the last visit."""
    found = kb.assess(case).conclusions()[conclusion]
    if "low" in found and "verdict" not in found:
        low, high = found["low"], found["high"]
        return str(low) if low == high else f"{low} to {high}"
    value = found.get("verdict", found.get("value", found.get("profile")))
    return str(value).lower() if isinstance(value, bool) else str(value)


def said(kb: sjogren.KnowledgeBase, case: Case, conclusion: str) -> str:
    """What engine and reference derive at the last visit, in the words of an advice where it is settled."""
    rule = kb.rules[conclusion]
    words = answer(rule, kb.derived(case)[-1].result.truth)
    return {"met": "true", "not_met": "false"}.get(words, words) if rule.kind == "Finding" else words
