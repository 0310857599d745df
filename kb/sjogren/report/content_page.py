"""Page one: the patient, the verdicts, the axes, the endpoints, what is missing, and the flags."""

from __future__ import annotations

from collections.abc import Iterator

from sjogren.advice import Advice
from sjogren.facts.resolve import resolve
from sjogren.report import english
from sjogren.report.blocks import Block, Bullets, Heading, Paragraph, Rows
from sjogren.report.content_advice import in_short
from sjogren.report.content_answers import OPEN_ANSWERS, Answers
from sjogren.report.content_scores import DOMINANCE, profile, verdicts
from sjogren.report.content_told import CHILDREN, Told

NAME, HIERARCHY, CONCORDANCE, LYMPHOMA = (
    "terminology/disease-name",
    "endpoint/hierarchy",
    "classification/concordance",
    "risk/lymphoma",
)
FIRST_FLAGS = ("systemic_first",)
CONFLICT_FLAGS = ("stain_discordant", "discordant_flow", "implausible_flow", "symptom_sign_discordance")
"""Flags that tell of values that do not go together."""
MONTHS = 12


def page_one(told: Told, answers: Answers, advice: Advice) -> Iterator[Block]:
    """Everything that the board sees first."""
    yield Heading(1, english.TITLE.format(told.case.id))
    yield from (Paragraph(line) for line in patient(told))
    own, others = told.sets()
    yield Heading(2, english.VERDICTS)
    yield verdicts(told, own)
    yield from _beside(told, answers, others)
    yield Heading(2, english.AXES)
    yield profile(told, answers)
    yield Paragraph(dominance(told, answers))
    yield Heading(2, english.ENDPOINTS)
    yield from endpoints(told, answers)
    yield Heading(2, english.MISSING)
    yield from in_short(told, advice)
    yield Heading(2, english.FLAGS)
    yield Bullets(tuple(flags(told, answers)))


# -- the patient


def patient(told: Told) -> tuple[str, str, str]:
    """The patient in three lines: who, as what recorded, under which settings."""
    dates = [visit.date.isoformat() for visit in told.case.visits if visit.date]
    first = english.patient(who(told), english.visits_words(dates, told.case.visits[-1].label))
    return first, _recorded(told), _settings(told)


def who(told: Told) -> str:
    """Woman, man, girl, boy, or neither said; and the age at the last visit."""
    words = english.CHILDREN if told.child else english.ADULTS
    unknown = english.CHILD if told.child else english.ADULT
    return english.aged(words.get(told.case.sex, unknown), age(told))


def age(told: Told) -> str:
    """The age at the last visit, of an infant in months."""
    exact = resolve(told.case, len(told.case.visits) - 1, told.vocabulary).age
    whole = exact.numerator // exact.denominator
    return english.years(str(whole)) if whole else english.months(int(exact * MONTHS))


def _recorded(told: Told) -> str:
    value = told.conclusions.get(NAME, {})
    chosen = resolve(told.case, len(told.case.visits) - 1, told.vocabulary).chosen
    held = chosen.get(("clinician_diagnosis", ""))
    told_by = english.HELD[bool(held.value.value)] if held and isinstance(held.value.value, bool) else ""
    name = english.NAME.format(value["value"]) if value.get("value") else english.NO_NAME
    recorded = english.QUOTED.format(value["recorded"]) if value.get("recorded") else ""
    return english.recorded(recorded, told_by, name)


def _settings(told: Told) -> str:
    known = told.vocabulary
    assumed = [f"{known.assumptions[name].label} are {value}" for name, value in told.data["assume"].items()]
    lead = english.ASSUMED_THAT.format(english.list_words(assumed)) if assumed else english.NO_ASSUMPTIONS
    changed = [
        english.POLICY.format(known.policies[name].label, told.name(str(value)))
        for name, value in told.data["policy"].items()
        if value != known.policies[name].default
    ]
    return english.sentence("; ".join([lead, *(changed or [english.DEFAULT_POLICIES])]))


# -- verdicts, axes, endpoints


def _beside(told: Told, answers: Answers, others: list[str]) -> Iterator[Block]:
    """What the strip does not show: how the sets agree, answers without a score, sets for other patients."""
    lines = []
    if CONCORDANCE in told.conclusions:
        lines.append(f"{told.rules[CONCORDANCE].label}: {answers.value(CONCORDANCE)}.")
    if told.child:
        tables = [name for name in told.conclusions if name.startswith(CHILDREN) and told.rules[name].kind == "Table"]
        lines += [f"{told.short(name)}: {answers.value(name)}." for name in tables]
    if told.child and others:
        said = [f"{told.short(name)} {answers.short(name)}" for name in others]
        lines.append(english.OTHER_SETS.format("; ".join(said)))
    if lines:
        yield Paragraph(" ".join(lines))


def dominance(told: Told, answers: Answers) -> str:
    """Which axes dominate, and which come second."""
    value = told.conclusions.get(DOMINANCE)
    if value is None:
        return ""
    labels = [told.rules[f"axis/{axis}"].label for axis in value["axes"]]
    second = [told.rules[f"axis/{axis}"].label for axis in value["secondary"]]
    if labels:
        said = english.DOMINANT.format("; ".join(labels))
    elif value["value"] in OPEN_ANSWERS:
        said = english.sentence(answers.undecided(DOMINANCE, english.MAY_DOMINATE))
    else:
        said = english.NO_DOMINANT
    return " ".join([said, *([english.SECONDARY.format("; ".join(second))] if second else [])])


def endpoints(told: Told, answers: Answers) -> Iterator[Block]:
    """The hierarchy of endpoints, a row for each role."""
    value = told.conclusions.get(HIERARCHY)
    if value is None:
        return
    rows = []
    for key, label in english.ROLES.items():
        if value.get(key):
            said = [english.WEEK.format(each["label"], each["timepoint_weeks"]) for each in value[key]]
            rows.append((label, "; ".join(said)))
    profile_words = answers.answer(HIERARCHY, value["profile"])
    if not rows:
        none = english.NOT_YET if value["profile"] in OPEN_ANSWERS else english.NO_ENDPOINTS.format(profile_words)
        reason = next((case.because for case in told.rules[HIERARCHY].cases if case.low == value["profile"]), "")
        yield Paragraph(f"{english.sentence(none)} {reason}".strip())
        return
    yield Rows((english.ROLE, english.PROFILE.format(profile_words)), tuple(rows))


# -- what is missing, and flags


def flags(told: Told, answers: Answers) -> Iterator[str]:
    """The flags with their reasons: systemic first, lymphoma, values in conflict, childhood, others."""
    raised: list[str] = told.visit["flags"]
    child = [flag for flag in raised if flag.startswith("paediatric")]
    known = {*FIRST_FLAGS, *CONFLICT_FLAGS, *child}
    yield from (flag(told, name) for name in FIRST_FLAGS if name in raised)
    if LYMPHOMA in told.conclusions:
        yield f"{told.rules[LYMPHOMA].label}: {english.first_small(answers.sentence(LYMPHOMA))}"
    yield from (flag(told, name) for name in CONFLICT_FLAGS if name in raised)
    yield from (flag(told, name) for name in child)
    yield from (flag(told, name) for name in raised if name not in known)
    if not raised:
        yield english.NO_FLAGS


def flag(told: Told, name: str) -> str:
    """One flag: what it says, and why it is raised."""
    rule = next(rule for rule in told.rules.values() if rule.raises == name)
    return f"{rule.label}. {rule.because}"
