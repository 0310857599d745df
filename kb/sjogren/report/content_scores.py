"""What is certain and what is still possible: of each item of a criteria set, of each axis, of each ESSDAI domain."""

from __future__ import annotations

from collections.abc import Iterator

from sjogren.model.rule import Rule
from sjogren.report import english
from sjogren.report.blocks import Block, Heading, Picture
from sjogren.report.content_answers import Answers
from sjogren.report.content_told import APPLICABLE, Json, Told
from sjogren.report.pictures import Axis, Dot, Share, Verdict, axis_profile, domains, strip, waterfall
from sjogren.rules.english import VERDICTS, number

AXES = "axis/"
ESSDAI = "activity/essdai"
DOMINANCE = "axis/dominance"


def verdicts(told: Told, names: list[str]) -> Picture:
    """The strip of verdicts."""
    return strip(f"{told.prefix}strip", [_verdict(told, name) for name in names])


def _verdict(told: Told, name: str) -> Verdict:
    value = told.conclusions[name]
    word = VERDICTS[value["verdict"]]
    key, score = counted(value)
    made = {each["id"] for each in told.conclusions.get(APPLICABLE, {}).get("sets", [])}
    note = "" if name in made or not made else english.NOT_MADE
    if score is None:
        branch = english.BRANCH_OPEN if value["verdict"] == "undetermined" else english.WHICHEVER
        return Verdict(
            told.short(name), value["verdict"], word, None, None, None, "", branch if "branch" in value else ""
        )
    unit = english.UNITS[key][1]
    return Verdict(told.short(name), value["verdict"], word, score["low"], score["high"], score["needed"], unit, note)


def counted(value: Json) -> tuple[str, Json]:
    """Whether a verdict counts points or items, and its interval; None where there is no one count."""
    return next(((key, value[key]) for key in english.UNITS if value.get(key)), ("", None))


def axes(told: Told) -> list[str]:
    """The axes of the report, in their order."""
    found = [name for name, value in told.conclusions.items() if name.startswith(AXES) and "low" in value]
    return sorted(found, key=lambda name: told.rules[name].label)


def profile(told: Told, answers: Answers) -> Picture:
    """The axes with their intervals."""
    dominant = {f"{AXES}{axis}" for axis in told.conclusions.get(DOMINANCE, {}).get("axes", [])}
    shown = []
    for name in axes(told):
        value = told.conclusions[name]
        rest = {key: each for key, each in value.items() if key not in {"low", "high"}}
        note = "; ".join(answers.word(name, key, each) for key, each in rest.items())
        shown.append(Axis(told.rules[name].label, value["low"], value["high"], name in dominant, note))
    return axis_profile(f"{told.prefix}axes", shown)


def scores(told: Told, answers: Answers, names: list[str]) -> Iterator[Block]:
    """A waterfall for every set whose items account for its whole interval, and the domains of the ESSDAI."""
    pictures = [picture for name in names if (picture := falls(told, answers, name))]
    if pictures:
        yield Heading(2, english.SCORES_HEAD)
        yield from pictures
    dots = list(_dots(told))
    if dots:
        yield Heading(2, english.DOMAINS)
        yield domains(f"{told.prefix}essdai", f"{told.rules[ESSDAI].label}: {answers.short(ESSDAI)}", dots)


def falls(told: Told, answers: Answers, name: str) -> Picture | None:
    """The items of one set with what each adds; None where they do not account for the interval that is printed."""
    value, rule = told.conclusions[name], told.rules[name]
    key, score = counted(value)
    if score is None:
        return None
    branch = next((each for each in rule.branches if each.value == value.get("branch")), None)
    items = [(item, 1) for item in branch.items] if branch else [(item.rule, item.points) for item in rule.items]
    shares = [_share(told, item, 1 if rule.counts else points) for item, points in items]
    low, high = sum(share.low or 0 for share in shares), sum(share.high or 0 for share in shares)
    if (low, high) != (score["low"], score["high"]):
        return None
    title = f"{told.short(name)}: {answers.short(name)}"
    label = f"{told.prefix}items-{name.replace('/', '-')}"
    return waterfall(label, title, shares, score["needed"], english.UNITS[key][1])


def _share(told: Told, item: str, points: int) -> Share:
    found = [node for node in told.concluding(item) if node["type"] == "firing"]
    said = {node["concludes"]["value"] for node in found if node["concludes"]["key"] == "result"}
    label = told.rules[item].label
    if "met" in said:
        return Share(label, points, points)
    return Share(label, 0, 0 if "not_met" in said else points)


def _dots(told: Told) -> Iterator[Dot]:
    if ESSDAI not in told.conclusions or ESSDAI not in told.rules:
        return
    for term in told.rules[ESSDAI].terms:
        rule = told.rules.get(term.subject.name)
        if rule is not None and rule.levels:
            low, high = levels(told, rule)
            unrated = low == 0 and high == len(rule.levels) - 1
            named = tuple(level.replace("_", " ") for level in rule.levels)
            first, last = (None, None) if unrated else (low, high)
            yield Dot(rule.label, first, last, named, english.WEIGHT.format(number(term.weight)))


def levels(told: Told, rule: Rule) -> tuple[int, int]:
    """The lowest and the highest level of a grade that the proof leaves possible, counted from 0."""
    low, high = 0, len(rule.levels) - 1
    for node in told.concluding(rule.id):
        key, value = node["concludes"]["key"], node["concludes"]["value"]
        if node["type"] != "firing" or value not in rule.levels:
            continue
        if key == "at_least":
            low = max(low, rule.levels.index(value))
        elif key == "at_most":
            high = min(high, rule.levels.index(value))
    return low, high
