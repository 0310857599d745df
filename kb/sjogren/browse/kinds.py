"""What kinds of page there are, and how a property reads in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sjogren.ontology.graph import OWL, SJD, SKOS

RULE_KINDS = ("CriteriaSet", "Finding", "Grade", "Recommendation", "Response", "Score", "Selection", "Table")


class Kind(NamedTuple):
    """One kind of page: its folder, the heading of its list, and one sentence about what is in it."""

    folder: str
    plural: str
    about: str


RULES = Kind("rule", "Rules", "What is decided from which facts, and on whose authority.")
TERMS = Kind("term", "Terms", "Diseases, findings, tests and measures, with all their names.")
KINDS: Mapping[str, Kind] = {
    **{f"{SJD}{kind}": RULES for kind in RULE_KINDS},
    f"{SJD}Fact": Kind("fact", "Facts", "What can be observed in a patient and recorded in a case file."),
    f"{SJD}Work": Kind("source", "Sources", "The publications and pages that everything here rests on."),
    f"{SJD}Endpoint": Kind("endpoint", "Endpoints", "Outcomes at a time point, with their responder definitions."),
    f"{SJD}Procedure": Kind("procedure", "Procedures", "Which test yields which facts, and how burdensome it is."),
    f"{SJD}Trial": Kind("trial", "Trials", "Trials of treatments, with cohorts, arms and status as of a date."),
    f"{SJD}TrialResult": Kind("result", "Trial results", "What a trial showed for one outcome at one time point."),
    f"{SJD}Target": Kind("target", "Targets", "What the drugs act on."),
    f"{SJD}Drug": Kind("drug", "Drugs", "The drugs that trials tested."),
    f"{SJD}NormativeStatement": Kind(
        "statement",
        "Statements",
        "Statements of a consensus, guideline or editorial, and what represents them here.",
    ),
    f"{SJD}GuidelineRecommendation": Kind(
        "recommendation", "Recommendations", "Recommendations of a guideline, with level and strength."
    ),
    f"{SJD}SourceConflict": Kind(
        "conflict", "Conflicts and cautions", "Where sources disagree, or are easily misread."
    ),
    f"{SKOS}Concept": TERMS,
}
"""The kind of page by class, the most telling class of a node first."""
OTHERS = Kind("word", "Vocabulary", "Quantities, validity periods, assumptions, policies, classes and properties.")
OTHER_CLASSES = (
    f"{SJD}TrialCohort",
    f"{SJD}TrialArm",
    f"{SJD}BurdenClass",
    f"{SJD}CohortKind",
    f"{SJD}Verdict",
    f"{SJD}EvidenceScope",
    f"{SJD}StatusReport",
    f"{OWL}Class",
    f"{OWL}ObjectProperty",
    f"{OWL}DatatypeProperty",
    f"{OWL}AnnotationProperty",
    f"{SJD}Quantity",
    f"{SJD}ValidityPeriod",
    f"{SJD}Assumption",
    f"{SJD}Policy",
    f"{SJD}UnmappedName",
)

PHRASES: Mapping[str, tuple[str, str]] = {
    f"{SJD}fact": ("uses the fact", "used by"),
    f"{SJD}rule": ("uses the rule", "used by"),
    f"{SJD}policy": ("asks the policy", "asked by"),
    f"{SJD}part": ("has the part", "part of"),
    f"{SJD}items": ("has the item", "item of"),
    f"{SJD}stated": ("may be stated by", "states the answer of"),
    f"{SJD}grounds": ("is grounded in", "grounds"),
    f"{SJD}primary": ("recommends as primary", "recommended as primary by"),
    f"{SJD}keySecondary": ("recommends as key secondary", "recommended as key secondary by"),
    f"{SJD}supportive": ("recommends as supportive", "recommended as supportive by"),
    f"{SJD}exploratory": ("recommends as exploratory", "recommended as exploratory by"),
    f"{SJD}avoidAsPrimary": ("avoids as primary", "avoided as primary by"),
    **{
        f"{SJD}representedBy{kind}": ("represented by", "represents")
        for kind in ("Rule", "Term", "Trial", "Result", "Recommendation", "Check")
    },
    f"{SJD}trial": ("trial", "has the result"),
    f"{SJD}trialCohort": ("cohort", "has the result"),
    f"{SJD}endpoint": ("endpoint", "measured in"),
    f"{SJD}verdict": ("verdict", "verdict of"),
    f"{SJD}hasCohort": ("cohorts", "cohort of"),
    f"{SJD}hasArm": ("arms", "arm of"),
    f"{SJD}armOf": ("arm of", "has the arm"),
    f"{SJD}testsDrug": ("tests", "tested in"),
    f"{SJD}actsOn": ("acts on", "acted on by"),
    f"{SJD}touches": ("touches", "touched by"),
    f"{SJD}about": ("about", "reported in"),
    f"{SJD}yields": ("yields", "found out by"),
    f"{SJD}burden": ("burden", "burden of"),
    f"{SJD}quantity": ("quantity", "quantity of"),
    f"{SJD}validity": ("validity", "validity of"),
    f"{SKOS}broader": ("broader term", "narrower term"),
    f"{SKOS}related": ("related term", "related term"),
    f"{SKOS}closeMatch": ("close match", "close match of"),
    f"{SKOS}exactMatch": ("exact match", "exact match of"),
    f"{SKOS}narrowMatch": ("narrow match", "narrow match of"),
    f"{SKOS}prefLabel": ("name", ""),
    f"{SKOS}altLabel": ("also written", ""),
    f"{SKOS}hiddenLabel": ("also found", ""),
    f"{SKOS}definition": ("definition", ""),
    f"{SKOS}scopeNote": ("scope", ""),
    f"{SKOS}historyNote": ("history", ""),
    f"{SKOS}note": ("note", ""),
    f"{SKOS}notation": ("notation", ""),
    "http://purl.org/dc/terms/source": ("source", "source of"),
    "http://purl.org/dc/terms/references": ("rests on", "basis of"),
    "http://purl.org/dc/terms/title": ("title", ""),
    "http://purl.org/dc/terms/creator": ("authors", ""),
    "http://purl.org/dc/terms/issued": ("year", ""),
    "http://www.w3.org/2000/01/rdf-schema#subClassOf": ("kind of", "has the kind"),
    "http://www.w3.org/2000/01/rdf-schema#label": ("name", ""),
    "http://www.w3.org/2000/01/rdf-schema#comment": ("meaning", ""),
}
"""How a property reads, and how it reads backwards."""

TAGS = {
    "V": "seen in the source",
    "V2": "seen in a second-hand source",
    "S": "from a second-hand source",
    "M": "from memory of the literature, not verified",
    "?": "uncertain",
    "OP": "this project's own",
}
"""What the tags of verification say."""
TAGGED = {f"{SJD}verification", f"{SJD}recordVerification"}
LAST = ("http://purl.org/dc/terms/source", f"{SJD}locator", *sorted(TAGGED))
"""Properties that come after what they are about."""

HIDDEN = {
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
    f"{SKOS}topConceptOf",
    f"{SKOS}inScheme",
    f"{SKOS}prefLabel",
    f"{SKOS}definition",
    "http://www.w3.org/2000/01/rdf-schema#label",
}
"""Properties that a page shows in its heading, or that say nothing to a reader."""
