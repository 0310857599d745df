"""One conclusion as an account for a reader, as lines of text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from sjogren.model.rule import Rule
from sjogren.proof.steps import Walk
from sjogren.proof.told import Basis, places
from sjogren.proof.trials import Findings, in_full
from sjogren.rules.english import status_words

Json: TypeAlias = Any

WIDTH = 100
"""Columns of an account."""
MARKS = {
    "firing": ("→", "step"),
    "fact": ("•", "recorded"),
    "missing": ("?", "not known"),
    "assumption": ("≈", "assumed"),
    "aggregate": ("Σ", "computed"),
    "reads": ("=", "printed"),
}


def account(visit: Json, conclusion: str, rules: Mapping[str, Rule], findings: Findings) -> list[str]:
    """The account of one conclusion (or of ``flag/…``) at one visit, as lines of text.

    findings
        the trial results that endpoints may name, by identifier.

    Raises `UnknownConclusion` with the nearest name.
    """
    walk = Walk(visit, rules)
    steps = walk.steps(conclusion)
    rule = rules.get(conclusion)
    lines = []
    if rule:
        lines = [rule.label, f"{conclusion}, {status_words(rule)}", *textwrap.wrap(rule.because, WIDTH), ""]
    for step in steps:
        mark = MARKS[step.kind][0]
        text = f"{step.text}{_basis(step.basis)}"
        lines += _wrapped(text, f"{'   ' * step.depth}{mark} ", len(mark) + 1 + 3 * step.depth)
    used = {step.kind for step in steps}
    marks = ", ".join(f"{mark} {word}" for kind, (mark, word) in MARKS.items() if kind in used)
    lines += ["", f"Marks: {marks}. In brackets: rule, clause, source."]
    for source, place in walk.cited.items():
        lines += _wrapped(f"({place}) {source.work}, {source.locator}", "", 4)
    if walk.own:
        names = "; ".join(f"{rules[name].label} ({name})" for name in walk.own)
        lines += ["", *_wrapped(f"This project's own reading, not validated: {names}.", "", 2)]
    printed = visit["conclusions"].get(conclusion, {}) if rule and rule.kind == "Recommendation" else {}
    return [*lines, *_trials(printed, findings)]


def _basis(basis: Basis | None) -> str:
    """Rule, clause and source in brackets."""
    if basis is None:
        return ""
    unverified = "; not verified against its source" if basis.unverified else ""
    rule = ", ".join(part for part in (basis.rule, basis.clause) if part)
    return f"  [{' '.join(part for part in (rule, places(basis.cites)) if part)}{unverified}]"


def _trials(printed: Json, findings: Findings) -> Iterator[str]:
    """What trials in cohorts of this kind showed of the endpoints that are named, for and against."""
    for count, (endpoint, results) in enumerate(in_full(printed, findings)):
        if not count:
            yield ""
            yield "Trials in cohorts of this kind, those that met an endpoint and those that missed it:"
        yield from _wrapped(endpoint, "", 2)
        for result in results:
            yield from _wrapped(result, "   ", 4)


def _wrapped(text: str, lead: str, hang: int) -> Iterator[str]:
    return iter(textwrap.wrap(text, WIDTH, initial_indent=lead, subsequent_indent=" " * hang, break_on_hyphens=False))
