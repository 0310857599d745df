"""What a proof finds: the fault with its number, the places in the files that collide, and a patient who shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sjogren.model.rule import Place

SEVERITIES = ("error", "warning", "info")


class Kind(NamedTuple):
    """One kind of fault: how grave it is, what it is called, and how it is mended."""

    severity: str
    title: str
    mend: str


KINDS: Mapping[str, Kind] = {
    "L101": Kind(
        "warning",
        "a gap",
        "Add a case for these patients, or say in the rule why nothing is concluded of them (unreliable_if, between).",
    ),
    "L102": Kind("error", "an overlap", "Make the two one, or correct one of them, so that no patient meets both."),
    "L103": Kind("warning", "never fires", "Drop it, or correct what keeps every patient from it."),
    "L104": Kind("warning", "never matters", "Drop it, or correct its points or what the set asks for."),
    "L105": Kind("warning", "a finding that counts against", "Turn the weight or the condition round, or say why."),
    "L106": Kind("warning", "a threshold that decides nothing", "Correct the number, or drop the test."),
    "L107": Kind(
        "error", "conditions that exclude or exhaust each other", "Correct one of the conditions, or drop the whole."
    ),
    "L108": Kind("error", "required and excluded", "Take it out of the exclusions, or out of what is required."),
    "L109": Kind("error", "two rules that contradict each other", "Decide which is right, and let the other read it."),
    "L110": Kind("warning", "counted twice", "Drop one of the two, or correct its condition."),
    "L111": Kind("warning", "an acceptance without a finding", "Take it out of the list, or correct what it names."),
}
"""All kinds of faults by their code."""


class Spot(NamedTuple):
    """One of the places that collide: where, and what stands there in words."""

    place: Place
    words: str


class Example(NamedTuple):
    """A patient who shows a fault: a case that can be assessed, and what engine and reference answer by a rule.

    ``words`` are the findings that matter; the case may have further ones, whatever they are.
    """

    case: Mapping[str, Any]
    words: tuple[str, ...]
    rule: str
    answer: str


class Fault(NamedTuple):
    """One fault of the rules.

    subject
        the rule or part of one that it is about; with the code it names the fault in the list of accepted ones.
    accepted
        why it is meant to be so; empty: it is not accepted.
    """

    code: str
    subject: str
    message: str
    spots: tuple[Spot, ...]
    example: Example | None = None
    accepted: str = ""

    @property
    def kind(self) -> Kind:
        """Severity, title and cure."""
        return KINDS[self.code]


class Unfinished(NamedTuple):
    """A rule that was not looked at to the end, and why; ``partial``: over partial records only."""

    rule: str
    reason: str
    partial: bool


class Extent(NamedTuple):
    """What was covered.

    rules
        how many rules were looked at; ``statements`` how many conditions, cases and answers of them.
    largest
        the greatest number of combinations of findings that was looked at at once, and ``of`` which rule.
    timed
        how many rules were left out because they compare visits.
    unknowns
        how many rules of which records that are known in part were looked at as well.
    open
        what was not finished.
    pairs
        how many pairs of rules were held against each other.
    """

    rules: int
    statements: int
    largest: int
    of: str
    timed: int
    unknowns: int
    open: tuple[Unfinished, ...]
    pairs: int


class Report(NamedTuple):
    """All faults in the order of the files, accepted ones among them, and what was covered."""

    faults: tuple[Fault, ...]
    extent: Extent

    def of(self, severity: str) -> list[Fault]:
        """The faults of one severity that are not accepted."""
        return [fault for fault in self.faults if fault.kind.severity == severity and not fault.accepted]
