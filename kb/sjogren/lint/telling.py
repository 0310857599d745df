"""A report as text for a guideline author, and as JSON for a program."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from sjogren.lint.fault import SEVERITIES, Example, Extent, Fault, Report
from sjogren.model.rule import Place
from sjogren.proof.words import list_words

WIDTH = 100
"""Columns of the text; the first line of a finding is never broken, so that it can be searched for."""
MOST = 16
"""Findings of one patient that are told as text; the case has them all."""


def told(report: Report) -> Iterator[str]:
    """The report as lines of text."""
    for fault in report.faults:
        yield from _fault(fault)
        yield ""
    for line in _covered(report.extent):
        yield from textwrap.wrap(line, WIDTH, break_on_hyphens=False, break_long_words=False)
    counts = [(len(report.of(severity)), severity) for severity in SEVERITIES]
    found = [f"{number} {word}{'' if number == 1 else 's'}" for number, word in counts if number]
    accepted = sum(1 for fault in report.faults if fault.accepted)
    found += [f"{accepted} accepted"] if accepted else []
    yield f"{', '.join(found)}." if found else "Nothing found."


def _fault(fault: Fault) -> Iterator[str]:
    kind = fault.kind
    yield f"{_at(fault.spots[0].place)}: {kind.severity} {fault.code} ({kind.title}): {fault.message}."
    lines = [("rule", fault.subject)]
    lines += [
        ("and" if number else "here", f"{_at(spot.place)}: {spot.words}") for number, spot in enumerate(fault.spots)
    ]
    lines += [("patient", _patient(fault.example))] if fault.example else []
    lines.append(("accepted", f"because {fault.accepted}") if fault.accepted else ("mend", kind.mend))
    for word, text in lines:
        start = f"    {word:<9} "
        yield from textwrap.wrap(
            text, WIDTH, initial_indent=start, subsequent_indent=" " * len(start), break_on_hyphens=False,
            break_long_words=False,
        )  # fmt: skip


def _at(place: Place) -> str:
    return f"{place.file}:{place.line}" if place.line else place.file


def _patient(example: Example) -> str:
    """The findings that matter, and what the engine answers."""
    words = [*example.words[:MOST]]
    words += [f"{len(example.words) - MOST} more"] if len(example.words) > MOST else []
    chosen = [f"policy {name} {value}" for name, value in example.case.get("policy", {}).items()]
    said = example.answer.replace("_", " ")
    return f"{'; '.join([*words, *chosen]) or 'anybody'} → {example.rule}: {said}"


def _covered(extent: Extent) -> Iterator[str]:
    """What was covered, in numbers, and what was not, with the reason."""
    statements = _count(extent.statements, "condition, case or answer", "conditions, cases and answers")
    if extent.rules:
        yield (
            f"{_count(extent.rules, 'rule')} looked at, with {statements}: over every patient of whom all is known "
            "that the rule reads, under every choice of the policies that it reads"
            + (f"; at most {_big(extent.largest)} at once ({extent.of})." if extent.of else ".")
        )
        yield f"{extent.unknowns:,} of them over partial records as well, where each finding may be known or not."
    if extent.pairs:
        yield f"{_count(extent.pairs, 'pair')} of rules in different files that read the same held against each other."
    if extent.timed:
        yield (
            f"Left out: {_count(extent.timed, 'rule')} that {'compares' if extent.timed == 1 else 'compare'} visits; "
            "of indices of change only what their points add up to was looked at."
        )
    by_reason: dict[tuple[bool, str], list[str]] = {}
    for each in extent.open:
        by_reason.setdefault((each.partial, each.reason), []).append(each.rule)
    for (partial, reason), names in by_reason.items():
        what = "Not finished over partial records" if partial else "Not looked at over all patients"
        yield f"{what}, since {reason}: {list_words(names)}."


def _count(number: int, word: str, several: str = "") -> str:
    return f"{number:,} {word if number == 1 else several or f'{word}s'}"


def _big(number: int) -> str:
    """Combinations in a form that can be read: in full below a million million, from there as a power of ten."""
    if number < 10**12:
        return _count(number, "combination of findings", "combinations of findings")
    return f"{number:.1e} combinations of findings".replace("e+", " × 10^")


def as_json(report: Report) -> str:
    """One document: what was covered, and the findings with their patients as cases."""
    extent = report.extent
    covered = {
        "rules": extent.rules,
        "statements": extent.statements,
        "combinations_at_most": extent.largest,
        "rules_over_partial_records": extent.unknowns,
        "pairs_of_rules": extent.pairs,
        "rules_left_out_between_visits": extent.timed,
        "not_finished": [each._asdict() for each in extent.open],
    }
    findings = [_finding(fault) for fault in report.faults]
    return json.dumps({"covered": covered, "findings": findings}, ensure_ascii=False, indent=2)


def _finding(fault: Fault) -> Mapping[str, Any]:
    """One finding: the keys of `sjd check`, and what collides, the patient, and why it is accepted."""
    first = fault.spots[0].place
    example = fault.example
    return {
        "level": fault.kind.severity,
        "rule": fault.code,
        "file": first.file,
        "line": first.line or None,
        "message": fault.message,
        "mend": fault.kind.mend,
        "subject": fault.subject,
        "places": [
            {"file": spot.place.file, "line": spot.place.line or None, "says": spot.words} for spot in fault.spots
        ],
        "patient": {"case": example.case, "rule": example.rule, "answer": example.answer} if example else None,
        "accepted": fault.accepted or None,
    }
