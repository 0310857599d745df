"""Every heading, column name, connective and fixed sentence of the report: what a second language would replace.

All other words come from the labels and sentences of rules and ontology, and from the proof.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sjogren.proof.words import list_words

LANGUAGE = "en"

# -- four things that are not the same -------------------------------------------------------------------------------

NO_EVIDENCE = "There is no evidence that {}"
"""Nothing that bears on it is recorded."""
NOT_SO = "It is not the case that {}"
"""Recorded, and ruled out."""
MAY_BE = "It may be that {}"
"""Undecided: what is recorded allows both."""
ASSUMING = "Assuming that {}, {}"
"""An assumption of the case stands behind it."""

NOTHING_RECORDED = "nothing that bears on it is recorded"
NOT_DECIDED = "what is recorded does not decide it"


def first_small(text: str) -> str:
    """A sentence as it goes on after a comma.

    >>> first_small("It may be that the set is met.")
    'it may be that the set is met.'
    """
    return f"{text[:1].lower()}{text[1:]}"


def sentence(text: str) -> str:
    """A statement as a sentence, with a capital and a full stop.

    >>> sentence("no flag is raised")
    'No flag is raised.'
    """
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def count(number: int, one: str, more: str = "") -> str:
    """A number with its noun.

    >>> count(1, "visit"), count(3, "visit")
    ('1 visit', '3 visits')
    """
    return f"{number} {one if number == 1 else more or one + 's'}"


def span(low: str, high: str) -> str:
    """An interval, one number where both ends are the same."""
    return low if low == high else f"{low} to {high}"


def some(names: Sequence[str], most: int) -> str:
    """A list that is cut where it grows long, and says how many are left out.

    >>> some(["a", "b", "c"], 2)
    'a; b; and 1 more'
    """
    left = len(names) - most
    return "; ".join(names) if left <= 0 else f"{'; '.join(names[:most])}; and {left} more"


# -- the patient -----------------------------------------------------------------------------------------------------

ADULTS = {"female": "Woman", "male": "Man"}
CHILDREN = {"female": "Girl", "male": "Boy"}
ADULT, CHILD = "Patient", "Child"
TITLE = "Case {}"
PACK_TITLE = "Case review meeting"
AGENDA = "Agenda: {}."
CASE_WORD = "case"
NOT_DECIDED_YET = "not decided yet"
AGENDA_ROWS = ("No.", "Case", "Patient", "Criteria sets", "Dominance", "Flags")
SUBTITLE = "Classification for research and case review, not a diagnosis."


def years(age: str) -> str:
    """An age in words."""
    return f"{age} year" if age == "1" else f"{age} years"


def months(age: int) -> str:
    """The age of an infant in words."""
    return count(age, "month")


def aged(who: str, age: str) -> str:
    """Who the patient is.

    >>> aged("Woman", "54 years")
    'Woman, 54 years'
    """
    return f"{who}, {age}"


def patient(who: str, visits: str) -> str:
    """The first line about the patient."""
    return f"{who}; {visits}."


def visits_words(dates: Sequence[str], label: str) -> str:
    """How many visits there are, and when; an undated one by its label."""
    if not dates:
        return f"one visit ({label}), not dated" if label else "one visit, not dated"
    if len(dates) == 1:
        return f"one visit, {dates[0]}"
    return f"{len(dates)} visits, {dates[0]} to {dates[-1]}; this report is about the last"


NO_RECORD = "No diagnosis is recorded"
HELD = {True: "a clinician holds the disease to be present", False: "a clinician holds the disease to be absent"}


def recorded(words: str, held: str, name: str) -> str:
    """The second line: what the chart says, and the name of the disease by the rules."""
    return "; ".join(part for part in (f"Recorded as {words}" if words else NO_RECORD, held, name) if part) + "."


QUOTED = "“{}”"
ASSUMED_THAT = "Assuming that {}"
NAME = "name by the Rome consensus: {}"
NO_NAME = "no name is given, as neither a clinician nor a met criteria set stands behind one"
NO_ASSUMPTIONS = "No assumption is made"
DEFAULT_POLICIES = "every policy is the default"
POLICY = "policy {}: {}"

# -- headings and columns --------------------------------------------------------------------------------------------

VERDICTS = "Criteria sets"
OTHER_SETS = "Made for another kind of patient: {}."
AXES = "Axes"
ENDPOINTS = "Recommended endpoints"
MISSING = "What is missing, and what it would decide"
NOTHING_MISSING = "No test that is missing could change an answer."
FLAGS = "Flags"
NO_FLAGS = "No flag is raised."
CHANGES = "What would change it"
NEXT = "What to do next"
PROOFS = "Why: each conclusion with its proof"
EVIDENCE = "Evidence for and against each recommended endpoint"
CONFLICTS = "Conflicts between values, and the policy applied"
ASSUMPTIONS = "Assumptions made"
OWN = "What is operationalisation, and what is not verified"
FOLLOW_UP = "Follow-up"
RESEARCH = "Research results, part of no official criteria set"
DECISION = "Decision of the board"
SOURCES = "Sources"
ABOUT = "About this report"


UNITS = {"score": ("point", "points"), "count": ("item", "items")}
BRANCH_OPEN = "which of its rules holds for this patient is open"
WHICHEVER = "whichever of its rules holds for this patient"

ROLES = {
    "primary": "Primary",
    "key_secondary": "Key secondary",
    "supportive": "Supportive",
    "exploratory": "Exploratory",
    "avoid_as_primary": "Not as primary",
}
"""The lists of an endpoint hierarchy."""
ROLE, PROFILE = "Role", "For the profile: {}"
WEEK = "{} (week {})"
NO_ENDPOINTS = "No endpoint is recommended for this profile: {}"
NOT_YET = "no endpoint is recommended, as the profile is not decided yet"
PATIENTS = "reported or felt by patients"
NOT_IN_CHILDREN = "not validated below 18 years of age"
RESPONDER = "responder: {}"
DOMINANT = "Dominant: {}."
SECONDARY = "Secondary: {}."
NO_DOMINANT = "No axis dominates."
MAY_DOMINATE = "one axis or another dominates"
NOT_MADE = "not made for such a patient"

SHORT_ROWS = ("Open set", "Met with", "Not met with")
NONE_OPEN = "No verdict of these criteria sets is open."
NO_SET = "no smallest set was worked out"
SET_OF, FINDING = "further set", "finding"
TOGETHER = "{} together, at the least"
WITH, OR = ", and ", "; or "
NEXT_TESTS = "Tests that still matter, the first one first: {}. “What to do next” has what each could settle."
CHANGES_NOTE = (
    "Each line is enough by itself, and nothing less is: the smallest sets of findings that would give another answer, "
    "all else staying as it is, and what is missing staying unknown."
)
CHANGE_HEAD = "{}, now {}"
WITH_MISSING = ("{} would be {} with this:", "{} would be {} with any one of these:")
OTHERWISE = ("{} would be {} if this were so:", "{} would be {} if any one of these were so:")
"""For one set of findings, and for several."""
IT, THE_ANSWER = "It", "The answer"
GRADED = "grade {}"
AND = "; and "
NOW = "now {}"
MORE_SETS = "and {}"
LEFT_OUT_HEAD = "Not worked out"
LEFT_OUT = "{}: {}."
TEST_ROWS = ("Rank", "Test", "What of it matters", "Could settle alone", "Could change with others")
NO_LONGER = "No longer matters: {}."
UNSETTLED = "No missing test can settle these:"

SCORES_HEAD = "Scores, item by item"
DOMAINS = "ESSDAI, domain by domain"
WEIGHT = "weight {}"

FOR, AGAINST = "For", "Against"
NO_RESULTS = "There is no evidence for or against it in trials with cohorts of this kind that the knowledge base holds."
EVIDENCE_OF = "{}, {}: {} for it, {} against it"
SCOPE = "Results of trials with cohorts of this kind; each result is one test of one outcome."
RESULT = "result"
IN_WEEK, FROM_MEMORY_SHORT = ", week {}", "; from memory of the literature, unverified"

CONFLICT_ROWS = ("Fact", "Used", "Not used", "Why")
NO_CONFLICTS = "No two values of one fact compete at this visit."
REPLACED = "Replaced by a newer value, or no longer valid: {}."
REASONS = {
    "entered_in_error": "entered in error",
    "expired": "no longer valid",
    "not_done": "not done",
    "preliminary": "preliminary, and a final value exists",
    "older": "older",
    "repeated": "recorded again for the same day",
}
STATED = {'essdai_unlisted_domains: "no"': "no (unlisted domains rated so)", "[]": "an empty list"}
"""What a case file says of several facts at once, in words."""
NO_VALUE = "no value"
DATED = "{} ({})"
ON = {"true": "yes", "false": "no"}
PRINTED = ((": True", ": yes"), (": False", ": no"))
"""How a step prints a truth, and how it is said."""
NONE = "none"
NOT_EVALUABLE = "not evaluable"
OF_NEEDED = "{}, {} needed"
POLICIES = "Policies in force"
POLICY_ROWS = ("Policy", "Setting", "Used for")
DEFAULT = "{} (default)"
CASE_SETTING = "{} (set in the case)"

ASSUMED_ROWS = ("Assumption", "Taken as", "Of what nobody recorded")
NO_ASSUMED = "No conclusion of this visit rests on an assumption about what was not recorded."
NOT_COUNTED = "Open, and not counted by a rule's own word:"

OWN_TEXT = "Resting on this project's own reading, not validated: {}."
OWN_RULES = "The own reading behind them: {}"
FROM_MEMORY = "Resting on what is known from memory of the literature only, not verified against the source: {}."
MEMORY_RULES = "What is not verified behind them: {}"
RULE_WORD = "rule"
NO_OWN = "Every rule behind this report is as published or agreed, and was verified against its source."

VISIT_ROWS = ("Visit", "Criteria sets", "ESSDAI", "ClinESSDAI", "ESSPRI", "Flags")
RESPONSES = "Response since the first visit"
RESPONSE_ROWS = ("Index", "Answer", "Points or items")
TREATMENTS = "Treatments"
CLASSES = {
    "b_cell_depleting": "B-cell-depleting",
    "immunoglobulin_lowering": "lowers immunoglobulins",
}
TREATMENT_ROWS = ("Drug", "Class", "From", "To")
NO_TREATMENTS = "No treatment is recorded."
ONGOING, NO_START = "ongoing", "not recorded"
CHANGED = "What is otherwise than at the first visit"
CHANGED_ROWS = ("Conclusion", "First visit", "Last visit")
AT_VISIT_SAID = "{}, at {}: {}"
EARLIER = "Why, at an earlier visit: where a verdict was another one"
DAY = "day {}"

FLAG_RAISED, RESEARCH_NOTE = "Flag raised: {}", "They are told for research, and decide nothing above."

DECISION_FIELDS = (
    ("Decision", 3, ()),
    ("Classification agreed", 1, ("yes", "no", "later")),
    ("Endpoint chosen", 1, ()),
    ("Tests ordered", 2, ()),
    ("Dissent", 2, ()),
    ("Date", 1, ()),
    ("Names and signatures", 3, ()),
)
"""What the board fills in: label, lines to write on, choices to tick."""

TREE = "{}: the proof in a picture"
TREE_TEXT = "The steps stand below, one by one."
SAME_WORK = "As ({})"

# -- sentences about conclusions -------------------------------------------------------------------------------------

IT_HOLDS = "this holds"
SET_MET = "the set is met"
APPLIES = "“{}” applies"
ANY_ANSWER = "one answer or another applies"
ANY_FINDING = "any of these findings is present"
SCORES = "{} is {}"
NARROWED = "tells what {} is; it lies anywhere from {} to {}"
ANYWHERE = "{} lies anywhere from {} to {}"


def needed(value: str, unit: str, least: str) -> str:
    """How many points or items there are, and how many are needed."""
    return f"{value} {unit}, {least} needed"


def because(statement: str, reason: str) -> str:
    """A statement with its reason."""
    return f"{statement}: {reason}" if reason else statement


OPEN_SINCE = "still open: {}"
EXCLUDED = "an exclusion is present: {}"
NOT_ASKED = "the entry is open"
ENTRY = "asked only where this holds: {}"
FOUND = "Found: {}"
PART_OPEN = "; others may be present, as not all were looked at"

# -- steps -----------------------------------------------------------------------------------------------------------

MARKS = {
    "firing": ("→", "step"),
    "fact": ("•", "recorded"),
    "missing": ("?", "not known"),
    "assumption": ("≈", "assumed"),
    "aggregate": ("Σ", "computed"),
    "reads": ("=", "printed"),
}
"""The mark of each kind of step, and its name."""
MARKS_READ = "Marks: {}. In brackets: the rule, its clause and, by number, its source."
UNVERIFIED = "not verified against its source"

CLAUSES = {
    "items": "item", "cases": "case", "parts": "part", "select": "choice", "branches": "branch", "when": "condition",
    "unreliable_if": "reliability", "when_unknown": "if unknown", "provided": "provided", "exclude": "exclusion",
    "entry": "entry", "stated": "as stated", "sum_of": "sum", "mean_of": "mean", "highest_of": "highest",
    "for_each": "for each", "met_when": "met when", "counts": "count", "raises": "flag", "first_known": "first known",
    "when_missing": "if missing",
}  # fmt: skip
"""The words of a clause's path; what is not here is a connective, of which only the number is said."""


def clause(path: str) -> str:
    """A clause in words; numbers count from 1.

    >>> clause("items.3.unreliable_if.when"), clause("cases.0.when.all_of.1.any_of.0")
    ('item 4, reliability, condition', 'case 1, condition 2.1')
    """
    words: list[str] = []
    for part in path.split("."):
        if not part.isdigit():
            words += [CLAUSES[part]] if part in CLAUSES else []
        elif words and words[-1][-1:].isdigit():
            words[-1] += f".{int(part) + 1}"
        elif words:
            words[-1] += f" {int(part) + 1}"
    return ", ".join(words)


DOMAIN_LIST = re.compile(r"ESSDAI, [^;]*? domain(?:; ESSDAI, [^;]*? domain)+")


def domains(text: str) -> str:
    """A list of ESSDAI domains with the name of the index said once.

    >>> domains("nothing is recorded: ESSDAI, renal domain; ESSDAI, muscular domain; focus score")
    'nothing is recorded: ESSDAI domains: renal, muscular; focus score'
    """

    def shorter(found: re.Match[str]) -> str:
        names = [each.removeprefix("ESSDAI, ").removesuffix(" domain") for each in found.group().split("; ")]
        return f"ESSDAI domains: {', '.join(names)}"

    return DOMAIN_LIST.sub(shorter, text)


# -- the end ---------------------------------------------------------------------------------------------------------

VERSION = "sjogren-kb {}"
SOFTWARE = "Made by sjogren-kb {}"
CONTENT = "Rules and ontology: {}"
CONTENT_SHORT, CASE_SHORT = "rules {}", "input {}"
CASE_DIGEST = "Case {}: {}"
DIGEST_COVERS = (
    "The digest of a case covers its values, dates, sources and settings as read, not the layout of the file."
)
COMMAND = "Made with: {}"
INTENDED = (
    "This report says which published rules the recorded facts of one patient meet, do not meet or leave open, and "
    "why, so that every step can be checked. It is for research and for the review of cases after the event, with the "
    "chart at hand. It does not diagnose, and it advises no treatment: a person can have Sjögren disease without "
    "meeting a criteria set, and can meet one for another reason. What is not recorded is unknown, never negative. No "
    "regulatory status is claimed."
)
LANDMARKS = {"skip": "To the report", "contents": "Contents", "footer": "About", "words": "In words"}

__all__ = ["list_words"]
