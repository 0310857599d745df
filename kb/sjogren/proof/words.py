"""The sentences of a justification: one small grammar, so that four different things stay different.

*There is no evidence that* (nothing recorded), *it is not the case that* (recorded and ruled out), *it may be that*
(undecided), *assuming that* (an assumption of the case or of a rule).
"""

from __future__ import annotations

from fractions import Fraction

from sjogren.engine.knowledge import Span
from sjogren.model.case import Value
from sjogren.model.vocabulary import FactDef
from sjogren.rules.english import number, plain_unit, side_words

NOTICE = "classification for research and case review, not a diagnosis"

GATES = {
    "entry": ("the entry is open", "no entry criterion holds"),
    "exclude": ("an exclusion is present", "no exclusion is present"),
    "exclude~not_shown": ("no exclusion is shown", "an exclusion is shown"),
    "entry~not_refuted": ("the entry is not ruled out", "the entry is ruled out"),
    "branches": ("the rule for this patient holds", "the rule for this patient does not hold"),
}
INNER = {
    "untested": ("no test was done", "a test was done"),
    "shown": ("shown: {}", "not shown: {}"),
    "reliable": ("reliable: {}", "ruled out: {}"),
    "open": ("{}, on what is known so far", "{} ruled out, on what is known so far"),
}


def place(label: str, side: str) -> str:
    """A label with its side.

    >>> place("Schirmer's test", "right")
    "Schirmer's test, right eye"
    """
    return f"{label}, {side_words(side)}" if side else label


def value_words(fact: FactDef | None, value: Value) -> str:
    """A recorded value in words, with the canonical unit, and as it was stated where that differs."""
    if isinstance(value.value, bool):
        return "present" if value.value else "absent"
    if isinstance(value.value, Fraction):
        unit = plain_unit(fact.unit) if fact else ""
        text = f"{number(value.value)} {unit}".strip()
        stated = f"{value.as_stated} {plain_unit(value.unit)}".strip()
        canonical = fact is None or value.unit in {"", fact.unit}
        return text if canonical else f"{text} (stated as {stated})"
    if value.value is None:
        return "not known"
    return value.value.replace("_", " ") if fact is not None and fact.type in {"level", "code"} else value.as_stated


def fact_sentence(label: str, side: str, fact: FactDef | None, value: Value) -> str:
    """A recorded fact."""
    when = f" ({value.date.isoformat()})" if value.date else ""
    return f"{place(label, side)}: {value_words(fact, value)}{when}"


def missing_sentence(label: str, side: str, recorded: Value | None) -> str:
    """A fact for which there is no value."""
    if recorded is None:
        return f"{place(label, side)}: nothing is recorded"
    return f"{place(label, side)}: recorded as {recorded.as_stated or 'unknown'}, so no value is known"


def accepted_sentence(label: str, side: str, word: str, name: str) -> str:
    """A result known only as abnormal or normal."""
    reading = f"assuming that a result recorded as {word} was read against the published threshold ({name})"
    return f"{reading}: {place(label, side)} {word}"


def assumed_sentence(label: str, side: str, name: str, value: str) -> str:
    """An assumption that stands in for a missing fact."""
    return f"assuming that {place(label, side)} is {value}, because nothing is recorded ({name}: {value})"


def policy_sentence(label: str, name: str, value: str, *, default: bool) -> str:
    """A policy in force."""
    return f"by policy, {label[0].lower()}{label[1:]}: {value} ({name}{', default' if default else ''})"


def span_words(span: Span) -> str:
    """An interval in words."""
    low = "?" if span.low is None else number(span.low)
    high = "?" if span.high is None else number(span.high)
    return low if low == high and low != "?" else f"{low} to {high}"


def list_words(words: list[str]) -> str:
    """A list as a person writes it.

    >>> list_words(["a"]), list_words(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
