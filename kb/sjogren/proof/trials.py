"""The trials behind recommended endpoints, in words: those that met an endpoint, beside those that missed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from sjogren.model.vocabulary import TrialFinding
from sjogren.rules.english import number

Json: TypeAlias = Any
Findings: TypeAlias = Mapping[str, TrialFinding]

HEADS = (("supports", "met"), ("contradicts", "not met"))
"""The keys of an endpoint that name results, and what those results showed."""


def in_short(endpoints: Sequence[Json], findings: Findings) -> Iterator[tuple[str, list[str]]]:
    """For each endpoint with results its label, and one line for those that met it and one for those that did not."""
    for endpoint in endpoints:
        lines = []
        for key, head in HEADS:
            said = [_short(findings[name], endpoint["id"]) for name in endpoint[key]]
            lines += [f"{head}: {'; '.join(said)}"] if said else []
        if lines:
            yield endpoint["label"], lines


def in_full(conclusion: Mapping[str, Json], findings: Findings) -> Iterator[tuple[str, list[str]]]:
    """For each endpoint of any list that has results its label and week, and a sentence for each result."""
    told: set[str] = set()
    for value in conclusion.values():
        for endpoint in value if isinstance(value, list) else ():
            names = [name for key, _ in HEADS for name in endpoint[key]]
            if names and endpoint["id"] not in told:
                told.add(endpoint["id"])
                head = f"{endpoint['label']} (week {endpoint['timepoint_weeks']})"
                yield head, [_full(findings[name]) for name in names]


def _short(finding: TrialFinding, endpoint: str) -> str:
    """One result in a list; one that measured another form of the endpoint's outcome says which."""
    form = "" if endpoint in finding.endpoints else f" ({finding.measured})"
    return f"{finding.trial}, {finding.contrast}{_week(finding)}{form}"


def _full(finding: TrialFinding) -> str:
    """One result as a sentence; one that was not seen in a source says so."""
    doubt = "; from memory of the literature, unverified" if finding.verification == "M" else ""
    what = f"{finding.contrast}, {finding.measured}: {finding.effect}"
    role = finding.role.replace("_", " ")
    return f"{finding.verdict}: {finding.trial}{_week(finding)}, {what} ({role}{doubt}) [{finding.id}]"


def _week(finding: TrialFinding) -> str:
    return "" if finding.week is None else f", week {number(finding.week)}"
