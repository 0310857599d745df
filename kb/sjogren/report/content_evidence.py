"""What trials showed of each recommended endpoint, for it and against it."""

from __future__ import annotations

from collections.abc import Iterator

from sjogren.model.vocabulary import TrialFinding
from sjogren.report import english
from sjogren.report.blocks import Block, Bullets, Fold, Heading, Paragraph
from sjogren.report.content_page import HIERARCHY
from sjogren.report.content_told import Json, Told
from sjogren.rules.english import STATUS_WORDS, number


def evidence(told: Told) -> Iterator[Block]:
    """A fold for each endpoint of the hierarchy, with its results; nothing where no endpoint is recommended."""
    value = told.conclusions.get(HIERARCHY, {})
    roles = [(role, endpoint) for role in english.ROLES for endpoint in value.get(role, ())]
    if not roles:
        return
    yield Heading(2, english.EVIDENCE)
    yield Paragraph(english.SCOPE)
    told_of: set[str] = set()
    for role, endpoint in roles:
        if endpoint["id"] not in told_of:
            told_of.add(endpoint["id"])
            yield _endpoint(told, role, endpoint)


def _endpoint(told: Told, role: str, endpoint: Json) -> Fold:
    label = english.WEEK.format(endpoint["label"], endpoint["timepoint_weeks"])
    supports, contradicts = endpoint["supports"], endpoint["contradicts"]
    summary = english.EVIDENCE_OF.format(
        label, english.first_small(english.ROLES[role]), english.count(len(supports), english.RESULT), len(contradicts)
    )
    blocks: list[Block] = [Paragraph(_about(endpoint))]
    for head, names in ((english.FOR, supports), (english.AGAINST, contradicts)):
        if names:
            findings = [told.vocabulary.trial_findings[name] for name in names]
            blocks += [Paragraph(f"{head}:"), Bullets(tuple(_result(finding) for finding in findings))]
    if not supports and not contradicts:
        blocks.append(Paragraph(english.NO_RESULTS))
    return Fold(summary, tuple(blocks))


def _about(endpoint: Json) -> str:
    """How the endpoint is defined, on whose word, and what patients have of it."""
    parts = [STATUS_WORDS[endpoint["status"]]]
    parts += [english.RESPONDER.format(endpoint["responder"])] if endpoint["responder"] else []
    parts += [english.PATIENTS] if endpoint["patient_prioritised"] else []
    parts += [english.NOT_IN_CHILDREN] if endpoint.get("not_validated_in_children") else []
    return english.sentence("; ".join(parts))


def _result(finding: TrialFinding) -> str:
    """One result as a sentence."""
    week = "" if finding.week is None else english.IN_WEEK.format(number(finding.week))
    role = finding.role.replace("_", " ")
    doubt = english.FROM_MEMORY_SHORT if finding.verification == "M" else ""
    head = f"{finding.verdict}: {finding.trial}{week}, {finding.contrast}"
    return english.sentence(f"{head}; {finding.measured}: {finding.effect} ({role}{doubt}) [{finding.id}]")
