"""Faults in the files of the evidence: what is replaced by what, and which promise must notice."""

from __future__ import annotations

REASON = "These are the search terms of an article; what they found stands among the works and the trials."

EVIDENCE_FAULTS: dict[str, tuple[str, str, str]] = {
    "unrepresented_statement": (
        "statement.ttl",
        "    sjd:representedByTerm sjd:inEditorial ;\n",
        "",
    ),
    "dangling_representation": (
        "statement.ttl",
        "sjd:representedByResult result:R033 ",
        "sjd:representedByResult result:R999 ",
    ),
    "mean_difference_within_patient": (
        "result.ttl",
        'sjd:measured "ESSDAI change"@en ;\n    sjd:endpoint endpoint:essdai_change_w24',
        'sjd:measured "ESSDAI change"@en ;\n    sjd:endpoint endpoint:essdai_responder_w24',
    ),
    "difference_without_contrast": (
        "result.ttl",
        'sjd:contrast "300 mg against placebo"@en ;\n    sjd:contrastKind "pairwise"',
        'sjd:contrast "300 mg against placebo"@en ;\n    sjd:contrastKind "dose_response"',
    ),
    "uncontrolled_result_decides": ("result.ttl", "sjd:verdict verdict:maintained", "sjd:verdict verdict:met"),
    "difference_outside_interval": ("result.ttl", "sjd:betweenArmDifference -1.92", "sjd:betweenArmDifference 1.92"),
    "status_without_date": ("trial.ttl", '    sjd:asOf "2024-05-16"^^xsd:date ;\n', ""),
    "cohort_of_another_trial": (
        "result.ttl",
        "sjd:trialCohort cohort:TWINSS-C1",
        "sjd:trialCohort cohort:DAZ-2-P1",
    ),
    "scope_without_kind": ("evidence.ttl", "    sjd:resultsFrom cohort-kind:symptom_dominant ;\n", ""),
    "editorial_alone_is_own_reading": ("endpoint.ttl", 'sjd:status "operationalisation"', 'sjd:status "published"'),
    "orphan_evidence": (
        "trial.ttl",
        "sjd:hasArm arm:ETAP-tocilizumab, arm:ETAP-placebo",
        "sjd:hasArm arm:ETAP-placebo",
    ),
}
"""One fault for each query over trials, results and statements."""

EVIDENCE_MALFORMED = [
    ("missing_enrichment", "trial.ttl", '    sjd:enrichment "moderate to high activity"@en ;\n', ""),
    ("missing_safety", "trial.ttl", '    sjd:safety "More infusion reactions."@en ;\n', ""),
    ("invalid_phase", "trial.ttl", 'sjd:phase "2b"', 'sjd:phase "IIb"'),
    ("invalid_count", "trial.ttl", "sjd:participants 190", "sjd:participants 190.5"),
    ("invalid_contrast", "result.ttl", 'sjd:contrastKind "unstated"', 'sjd:contrastKind "unclear"'),
    ("invalid_role", "result.ttl", 'sjd:role "exploratory"', 'sjd:role "other"'),
    ("invalid_axis", "result.ttl", 'sjd:axisCode "composite"', 'sjd:axisCode "mixed"'),
    ("invalid_direction", "result.ttl", 'sjd:direction "no_difference"', 'sjd:direction "none"'),
    ("invalid_range", "result.ttl", "sjd:intervalLow -4.15", "sjd:intervalLow 4.15"),
    ("invalid_number", "result.ttl", "sjd:pValue 0.092", "sjd:pValue 9.2"),
    (
        "dangling_reference",
        "result.ttl",
        "sjd:verdict verdict:not_significant",
        "sjd:verdict verdict:met, verdict:not_met",
    ),
    ("dangling_reference", "conflict.ttl", "result:R001", "result:R001, result:R999"),
    ("dangling_reference", "drug.ttl", "sjd:actsOn target:MS4A1", "sjd:actsOn target:CD20"),
    (
        "dangling_reference",
        "evidence.ttl",
        "skos:broader cohort-kind:symptom_enriched",
        "skos:broader cohort-kind:symptoms",
    ),
    ("invalid_verdict", "evidence.ttl", 'sjd:countsAs "contradicts"', 'sjd:countsAs "refutes"'),
    ("invalid_xref", "drug.ttl", 'sjd:uniprot "Q96RJ3"', 'sjd:uniprot "TNFRSF13C"'),
    ("unknown_property", "drug.ttl", "sjd:geneSymbol", "sjd:doi"),
    ("unknown_property", "trial.ttl", "sjd:dosing", "sjd:dose"),
    ("unknown_property", "result.ttl", "sjd:uncertainty", "sjd:factor"),
    ("unknown_property", "statement.ttl", "sjd:topic", "sjd:group"),
    (
        "unknown_property",
        "conflict.ttl",
        "sjd:touches statement:ED-47",
        "sjd:governs statement:ED-47 ; sjd:touches statement:ED-47",
    ),
    ("unknown_property", "recommendation.ttl", "sjd:step", "sjd:topic"),
    ("invalid_number", "recommendation.ttl", "sjd:vote 90", "sjd:vote 900"),
    ("invalid_force", "statement.ttl", 'sjd:force "definition"', 'sjd:force "opinion"'),
    (
        "missing_reason",
        "statement.ttl",
        REASON,
        "No.",
    ),
    ("missing_notation", "statement.ttl", '    skos:notation "ED-08" ;\n', ""),
    ("invalid_reference_number", "source.ttl", "sjd:referenceNumber 1 ", "sjd:referenceNumber 0 "),
]
"""Nodes out of shape: the code that is told, the file, and what is replaced by what."""
