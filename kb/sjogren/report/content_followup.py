"""From the second visit on: the course over the visits, treatments, responses, and what became otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sjogren.model.case import Treatment
from sjogren.report import english
from sjogren.report.blocks import Block, Fold, Heading, Paragraph, Rows, Steps
from sjogren.report.content_answers import Answers, number
from sjogren.report.content_told import APPLICABLE, Json, Told
from sjogren.report.pictures import Bar, Curve, Point, timeline

ESSDAI, CLINESSDAI, ESSPRI = "activity/essdai", "activity/clinessdai", "activity/esspri"


def follow_up(told: Told, answers: Answers) -> Iterator[Block]:
    """The section; nothing for a patient who was seen once."""
    if len(told.visits) == 1:
        return
    yield Heading(2, english.FOLLOW_UP)
    yield _timeline(told)
    yield Rows(english.VISIT_ROWS, tuple(_visit(told, visit) for visit in told.visits))
    yield from _treatments(told)
    yield from _responses(told, answers)
    yield from _changes(told)


def _visit(told: Told, visit: Json) -> tuple[str, ...]:
    """One visit on one line: when, verdicts, activity, flags."""
    when = ", ".join(part for part in (visit["date"], visit["label"]) if part)
    days = day(told, visit["date"])
    seen = Answers(told, visit["conclusions"])
    own, _ = told.sets()
    verdicts = "; ".join(f"{told.short(name)} {seen.short(name)}" for name in own if name in seen.conclusions)
    scores = [
        seen.interval(seen.conclusions[name]) if name in seen.conclusions else ""
        for name in (ESSDAI, CLINESSDAI, ESSPRI)
    ]
    flags = "; ".join(told.flag_label(flag) for flag in visit["flags"]) or english.NONE
    return (f"{when} ({english.DAY.format(days)})", verdicts, *scores, flags)


def _timeline(told: Told) -> Block:
    """The visits with the sets that are met, the indices with their intervals, and the treatments."""
    own, _ = told.sets()
    points, curves = [], []
    for visit in told.visits:
        seen = Answers(told, visit["conclusions"])
        said = [f"{told.short(name)} {seen.short(name)}" for name in own if name in seen.conclusions]
        points.append(Point(day(told, visit["date"]), visit["label"] or visit["date"], said))
    for name in (ESSDAI, ESSPRI):
        found = [(day(told, visit["date"]), visit["conclusions"].get(name)) for visit in told.visits]
        values = tuple((when, value["low"], value["high"]) for when, value in found if value)
        curves += [Curve(told.rules[name].label, values)] if values else []
    bars = [Bar(each.drug, _days(told, each.start), _days(told, each.stop)) for each in _given(told)]
    return timeline(f"{told.prefix}timeline", points, bars, curves)


def _days(told: Told, when: date | None) -> int | None:
    return None if when is None else day(told, when.isoformat())


def _given(told: Told) -> list[Treatment]:
    """The treatments of all visits; one that is told again with its end stands once, as it was told last."""
    latest: dict[tuple[str, str, date | None], Treatment] = {}
    for visit in told.case.visits:
        for each in visit.treatments:
            latest[each.drug, each.drug_class, each.start] = each
    return list(latest.values())


def day(told: Told, when: str) -> int:
    """Days since the first visit."""
    return (date.fromisoformat(when) - date.fromisoformat(told.visits[0]["date"])).days


def _treatments(told: Told) -> Iterator[Block]:
    rows = []
    for treatment in _given(told):
        start = treatment.start.isoformat() if treatment.start else english.NO_START
        stop = treatment.stop.isoformat() if treatment.stop else english.ONGOING
        rows.append(
            (treatment.drug, english.CLASSES.get(treatment.drug_class, told.name(treatment.drug_class)), start, stop)
        )
    yield Heading(3, english.TREATMENTS)
    yield Rows(english.TREATMENT_ROWS, tuple(rows)) if rows else Paragraph(english.NO_TREATMENTS)


def _responses(told: Told, answers: Answers) -> Iterator[Block]:
    """The indices and changes that are judged against the first visit."""
    first = told.visits[0]["conclusions"]
    since = [name for name in told.conclusions if name not in first]
    rows = []
    for name in since:
        value = told.conclusions[name]
        rows.append((told.rules[name].label, answers.short_response(name), _domains(value)))
    if rows:
        yield Heading(3, english.RESPONSES)
        yield Rows(english.RESPONSE_ROWS, tuple(rows))


def _domains(value: Json) -> str:
    """What each domain of a response index gave."""
    if "verdict" not in value:
        return ""
    told_of = value.get("points") or value.get("items") or {}
    said = []
    for name, given in told_of.items():
        word = english.NOT_EVALUABLE if given is None else english.ON.get(str(given).lower(), str(given))
        said.append(f"{name.replace('_', ' ')} {word}")
    score = value.get("score") or value.get("count")
    span = english.span(number(score["low"]), number(score["high"]))
    return f"{english.OF_NEEDED.format(span, number(score['needed']))}: {'; '.join(said)}"


def _changes(told: Told) -> Iterator[Block]:
    """Conclusions that are others than at the first visit, and the proofs of verdicts that were others."""
    first = told.visits[0]["conclusions"]
    before, now = Answers(told, first), Answers(told)
    aside = {*told.research(), *told.sets()[1]}
    changed = [
        name for name, value in told.conclusions.items() if name in first and first[name] != value and name not in aside
    ]
    rows = [(told.rules[name].label, _full(before, name), _full(now, name)) for name in changed]
    rows = [row for row in rows if row[1] != row[2]]
    if rows:
        yield Heading(3, english.CHANGED)
        yield Rows(english.CHANGED_ROWS, tuple(rows))
    folds = [fold for index, visit in enumerate(told.visits[:-1]) for fold in _earlier(told, index, visit)]
    if folds:
        yield Heading(3, english.EARLIER)
        yield from folds


def _full(answers: Answers, name: str) -> str:
    value = answers.conclusions[name]
    scored = answers.scored(value) if "verdict" in value else ""
    return ", ".join(part for part in (answers.short(name), scored) if part)


def _earlier(told: Told, index: int, visit: Json) -> Iterator[Fold]:
    """The proofs of verdicts that an earlier visit gave otherwise than the last: of the sets made for the patient."""
    seen = Answers(told, visit["conclusions"])
    made = {each["id"] for each in visit["conclusions"].get(APPLICABLE, {}).get("sets", ())}
    aside = {*told.research(), *told.sets()[1]}.difference(made)
    for name, value in visit["conclusions"].items():
        if name in aside:
            continue
        last = told.conclusions.get(name, {})
        if "verdict" in value and value["verdict"] != last.get("verdict"):
            when = ", ".join(part for part in (visit["date"], visit["label"]) if part)
            summary = english.AT_VISIT_SAID.format(told.rules[name].label, when, _full(seen, name))
            steps = told.steps(name, visit)
            yield Fold(summary, (Steps(f"{told.prefix}visit-{index}-{name.replace('/', '-')}", steps),))
