"""What changed between two versions of the rules: in meaning, in authority, in wording; and what that can reach."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from sjogren.model.rule import Place, Rule
from sjogren.model.vocabulary import FactDef, Vocabulary
from sjogren.program.ir import Program
from sjogren.program.outline import upward
from sjogren.program.store import Knowledge
from sjogren.rules.english import headed, narrate

WORDING = {"label", "because", "because_not", "note"}
AUTHORITY = {"source", "status", "verification", "grounds"}
UNTOLD = {"written at", "identifier"}
"""Lines of a rule in plain English that say where it stands, not what it says."""


class Change(NamedTuple):
    """One rule that is not the same in both versions.

    ``meaning``: what it says of patients may differ; ``printed``: what is printed for an answer does, or which answers
    there are; ``authority``: its sources or status do; ``lines``: a heading, what is said under it only in the old
    version, and what only in the new one.
    """

    rule: str
    label: str
    meaning: bool
    printed: bool
    authority: bool
    lines: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]


class Changes(NamedTuple):
    """All changes; ``ontology`` tells in words what the ontology says otherwise of facts and choices."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]
    ontology: tuple[str, ...]

    @property
    def meaning(self) -> list[str]:
        """Rules that may say something else of a patient."""
        return [change.rule for change in self.changed if change.meaning]


def changes(old: Knowledge, new: Knowledge) -> Changes:
    """Compare two versions rule by rule, and what the ontology says of the facts they read."""
    before, after = old.rules.rules, new.rules.rules
    compiled = _compiled(old.program), _compiled(new.program)
    found = []
    for name in (name for name in before if name in after):
        one, other = before[name], after[name]
        meaning = meaning_of(one) != meaning_of(other) or compiled[0].get(name) != compiled[1].get(name)
        lines = _lines(narrate(one, old.vocabulary, before), narrate(other, new.vocabulary, after))
        authority = any(getattr(one, field) != getattr(other, field) for field in ("source", "status", "verification"))
        if meaning or authority or lines:
            printed = meaning and _printed(one) != _printed(other)
            found.append(Change(name, other.label, meaning, printed, authority, lines))
    return Changes(
        tuple(name for name in after if name not in before),
        tuple(name for name in before if name not in after),
        tuple(found),
        tuple(_ontology(old.vocabulary, new.vocabulary)),
    )


def reached(knowledge: Knowledge, rules: Iterable[str]) -> set[str]:
    """The rules, and all that read them, directly or through others."""
    return upward(knowledge.rules.rules, {name for name in rules if name in knowledge.rules.rules})


def conclusions_reached(knowledge: Knowledge, rules: set[str]) -> list[str]:
    """The printed conclusions among some rules, in the order of the rules."""
    return [each.rule for each in knowledge.program.conclusions if each.rule in rules]


def meaning_of(value: Any) -> Any:
    """A rule without its wording, its authority and its place."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        fields = [field for field in value._fields if field not in WORDING | AUTHORITY | {"place"}]
        return tuple(meaning_of(getattr(value, field)) for field in fields)
    return tuple(map(meaning_of, value)) if isinstance(value, tuple) else value


def _printed(rule: Rule) -> Any:
    """What a rule prints, apart from when it says what."""
    cases = [(case.low, case.high, case.lists) for case in rule.cases]
    shown = [shown._replace(place=Place()) for shown in rule.shows]
    marks = [mark.mark for mark in rule.marks]
    words = (rule.kind, rule.levels, rule.if_undetermined, rule.raises, rule.as_list, rule.counts, rule.needed)
    branches = [(branch.value, branch.items) for branch in rule.branches]
    points = [(item.rule, item.points) for item in rule.items]
    return (cases, shown, marks, words, branches, points)


def _compiled(program: Program) -> Mapping[str, frozenset[Any]]:
    """For each rule what it is compiled to, whatever the order and the place in its file."""
    found: dict[str, set[Any]] = {}
    for clause in program.clauses:
        body = frozenset(literal._replace(key=_placeless(literal.key)) for literal in clause.body)
        found.setdefault(clause.rule, set()).add((_placeless(clause.head), clause.truth, body))
    for aggregate in program.aggregates:
        found.setdefault(aggregate.rule, set()).add(aggregate._replace(path="", key=_placeless(aggregate.key)))
    return {rule: frozenset(parts) for rule, parts in found.items()}


def _placeless(key: str) -> str:
    """The key of a statement without its place in the file, which moves with what stands above it."""
    return re.sub(r"#[\w.]*", "#", key)


def _lines(old: list[str], new: list[str]) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    """What the two readings say differently, by the heading of the line; the first line is the label."""
    before, after = _by_heading(old), _by_heading(new)
    found = []
    for heading in dict.fromkeys([*before, *after]):
        was, now = before.get(heading, []), after.get(heading, [])
        gone = tuple(line for line in was if line not in now)
        come = tuple(line for line in now if line not in was)
        if gone or come:
            found.append((heading, gone, come))
    return tuple(found)


def _by_heading(lines: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"label": [lines[0]]}
    heading = ""
    for line in lines[1:]:
        name, said = headed(line)
        heading = name or heading
        if heading not in UNTOLD:
            found.setdefault(heading, []).append(said)
    return found


_TOLD: Mapping[str, str] = {
    "type": "kind of value", "unit": "unit", "minimum": "least valid value", "maximum": "greatest valid value",
    "laterality": "recorded by", "valid_days": "days that a value stays valid", "levels": "levels", "codes": "codes",
    "abnormal": "threshold behind *abnormal*", "assumption": "assumption that may stand in",
    "not_assumed_if": "not assumed absent beside", "narrower": "narrower facts", "units": "accepted units",
}  # fmt: skip
"""What the ontology says of a fact that can change an assessment."""


GONE, NEW = "no longer a fact", "a new fact"


def _ontology(old: Vocabulary, new: Vocabulary) -> Iterable[str]:
    for name in (*old.facts, *(name for name in new.facts if name not in old.facts)):
        one, other = old.facts.get(name), new.facts.get(name)
        if one is None or other is None:
            yield from (f"{fact.label} ({name}): {told}" for fact, told in ((one, GONE), (other, NEW)) if fact)
        else:
            yield from _fact(name, one, other)
    if old.associating_diseases != new.associating_diseases:
        was, now = ", ".join(old.associating_diseases), ", ".join(new.associating_diseases)
        yield f"diseases beside which the disease is associated: {was} → {now}"
    for kind, before, after in (
        ("policy", old.policies, new.policies),
        ("assumption", old.assumptions, new.assumptions),
        ("value of a level", old.level_values, new.level_values),
    ):
        for name in dict.fromkeys([*before, *after]):
            if before.get(name) != after.get(name):
                yield f"{kind} {name}: {_plain(before.get(name))} → {_plain(after.get(name))}"


def _fact(name: str, one: FactDef, other: FactDef) -> Iterable[str]:
    for field, words in _TOLD.items():
        was, now = getattr(one, field), getattr(other, field)
        if was != now:
            yield f"{other.label} ({name}), {words}: {_plain(was)} → {_plain(now)}"


def _plain(value: Any) -> str:
    if value is None or value in ("", ()):
        return "none"
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} × {_plain(part)}" for key, part in value.items())
    if isinstance(value, tuple):
        return " ".join(_plain(part) for part in value if part not in ("", ()))
    return str(value)
