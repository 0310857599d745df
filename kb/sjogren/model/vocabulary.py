"""What the ontology says about facts, terms and choices, as plain frozen nouns.

`sjogren.ontology` reads these from Turtle; everything else reads only these.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

SIDES: Mapping[str, tuple[str, ...]] = {
    "eye": ("right", "left"),
    "gland": ("right_parotid", "left_parotid", "right_submandibular", "left_submandibular"),
    "gland_kind": ("parotid", "submandibular"),
}
"""The sides that a fact of each laterality is recorded for."""


class FactDef(NamedTuple):
    """One thing that can be observed.

    type
        ``boolean``, ``number`` (a decimal), ``count`` (a whole number: counts, grades, staining scores),
        ``level`` (one of ``levels``, in order), ``code`` (one of ``codes``), ``term`` (text, mapped to a term),
        ``text``, ``texts`` (list of free texts), ``codes`` (a list of ``codes``; the members are booleans),
        ``diseases`` (a list of disease records; the members are booleans), ``treatments``, ``mapping``
        (a mapping of ``members``, each a fact of its own named ``fact.member``).
    unit, units
        the canonical UCUM unit (empty: none), and every accepted unit with the factor to the canonical one.
    minimum, maximum
        the valid range in the canonical unit, ends included; None: open.
    laterality
        empty, or a key of `SIDES`.
    valid_days
        how long a value stays valid at a later visit; None: for ever.
    abnormal
        the published threshold behind "abnormal": an operator (``at_most`` or ``at_least``) and a number.
    assumption
        the named assumption that may stand in for a missing value (`unrecorded_exclusions`, ...); empty: none.
    assumed_as
        for a code: the word that the assumption stands for (a drug that nobody recorded: ``none``).
    not_assumed_if
        facts that, recorded as present, keep that assumption away from this fact.
    narrower
        facts whose presence implies this one (anti-Ro60 for anti-Ro/SSA).
    """

    name: str
    label: str
    group: str
    type: str
    unit: str = ""
    units: Mapping[str, Fraction] = {}
    minimum: Fraction | None = None
    maximum: Fraction | None = None
    laterality: str = ""
    valid_days: int | None = None
    levels: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    abnormal: tuple[str, Fraction] | None = None
    assumption: str = ""
    not_assumed_if: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()
    unit_hints: Mapping[str, str] = {}
    assumed_as: str = ""

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides that the fact is recorded for; one empty string when it has none."""
        return SIDES[self.laterality] if self.laterality else ("",)


class Term(NamedTuple):
    """One concept of the ontology; ``id`` is the last part of its IRI."""

    id: str
    label: str
    labels: tuple[str, ...]
    """Every label in every state: preferred, alternative, deprecated, hidden."""
    broader: tuple[str, ...]
    """All concepts that are broader, directly or through others, itself included."""


class EndpointDef(NamedTuple):
    """An outcome at a time point that a hierarchy may recommend.

    ``responder`` is the definition of a responder in words (empty: a change is measured); ``patient_prioritised`` says
    that patients report it or feel it; ``not_validated_in_children`` that it was not validated below 18 years.
    """

    id: str
    label: str
    timepoint_weeks: int
    responder: str
    status: str
    verification: str
    patient_prioritised: bool
    not_validated_in_children: bool
    also_read_from: tuple[str, ...] = ()
    """Endpoints of the same outcome in another form, whose trial results are shown for this one too."""


class TrialFinding(NamedTuple):
    """A trial result that counts for or against the endpoints of its outcome.

    week
        weeks from baseline; None where the trial does not say.
    kinds
        the kind of its cohort, and all wider kinds.
    counts
        ``supports`` or ``contradicts``.
    verdict, contrast, measured, effect
        what was shown, what was compared, what was measured and with which effect, in words as the ontology has them.
    role
        ``primary``, ``key_secondary``, ``secondary``, ``exploratory``, …
    """

    id: str
    trial: str
    week: Fraction | None
    kinds: tuple[str, ...]
    endpoints: tuple[str, ...]
    counts: str
    verdict: str
    contrast: str
    measured: str
    effect: str
    role: str
    verification: str


class ProcedureDef(NamedTuple):
    """A test or another way of finding out facts of a patient.

    burden, burden_label, burden_rank
        the class of its burden for the patient, its label, and its place in the order, from 1 for the least.
    facts
        what it finds out, in the order of the facts; of a whole the members, named with a dot (``essdai.renal``).
    """

    id: str
    label: str
    burden: str
    burden_label: str
    burden_rank: int
    facts: tuple[str, ...]


class Choice(NamedTuple):
    """A policy or an assumption: a name, its allowed values and its default (empty: none)."""

    name: str
    label: str
    values: tuple[str, ...]
    default: str


class Vocabulary(NamedTuple):
    """All that an evaluation needs of the ontology."""

    facts: Mapping[str, FactDef]
    terms: Mapping[str, Term]
    term_of_label: Mapping[str, str]
    """Folded label to term id; a label that names two concepts is left out."""
    associating_diseases: tuple[str, ...]
    """Codes of the systemic autoimmune diseases that make SjD *associated*."""
    policies: Mapping[str, Choice]
    assumptions: Mapping[str, Choice]
    level_values: Mapping[str, int]
    """What a level word counts in a score (no 0, low 1, moderate 2, high 3)."""
    endpoints: Mapping[str, EndpointDef] = {}
    trial_findings: Mapping[str, TrialFinding] = {}
    evidence_scopes: Mapping[str, tuple[str, ...]] = {}
    """The kinds of cohort whose results speak to a profile of endpoints, by profile."""
    procedures: Mapping[str, ProcedureDef] = {}
    """By name, least burden first and then by label; every fact that is no whole of members belongs to one."""


def fold_label(text: str) -> str:
    """A label as it is compared: case, spacing and the kind of apostrophe do not matter.

    >>> fold_label("  Sjögren’s   Syndrome ")
    "sjögren's syndrome"
    """
    return " ".join(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").casefold().split())
