"""Two versions of the rules in a clinician's words: what changed, on which authority, and for whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sjogren.compare.changes import Change, Changes, changes
from sjogren.compare.document import Block, Entry, Heading, Paragraph
from sjogren.compare.effects import Effects, effects
from sjogren.compare.sets import COUNTED
from sjogren.model.rule import Rule
from sjogren.program.store import Knowledge
from sjogren.proof.words import NOTICE
from sjogren.rules.english import status_words

SAME = "Nothing changed: both versions say the same in the same words."
WORDING = "Nothing changed in meaning."
PROVED = (
    "Nothing changed in meaning: what was written differently answers every combination of findings, known or not, as "
    "it did before."
)
CHANGED = "The meaning changed."
OPEN = "Whether the meaning changed is not settled for all of it: see what was not worked out."


class Compared(NamedTuple):
    """The blocks that tell it, and whether the meaning is the same for certain."""

    blocks: tuple[Block, ...]
    same: bool


def difference(
    names: tuple[str, str], old: Knowledge, new: Knowledge, policy: Mapping[str, str], most: int, *, further: bool
) -> Compared:
    """Compare two versions."""
    found = changes(old, new)
    what = effects(old, new, [*found.meaning, *found.added, *found.removed], policy, most, further=further)
    verdict = _verdict(found, what)
    blocks = [
        Heading(1, f"{names[0]} → {names[1]}"),
        Paragraph(verdict),
        *_changes(found, old.rules.rules, new.rules.rules),
    ]
    if found.meaning:
        blocks += [Heading(2, "Who is treated otherwise"), *what.blocks, Paragraph(COUNTED)]
    blocks.append(Paragraph(f"{NOTICE[0].upper()}{NOTICE[1:]}."))
    return Compared(tuple(blocks), verdict in {SAME, WORDING, PROVED})


def _verdict(found: Changes, what: Effects) -> str:
    if found.added or found.removed or found.ontology or what.differs or any(each.printed for each in found.changed):
        return CHANGED
    if not found.changed:
        return SAME
    if not found.meaning:
        return WORDING
    return PROVED if what.covered else OPEN


def _changes(found: Changes, before: Mapping[str, Rule], after: Mapping[str, Rule]) -> Iterator[Block]:
    meaning = [change for change in found.changed if change.meaning]
    if meaning or found.added or found.removed:
        yield Heading(2, "What changed")
    for change in meaning:
        yield Entry(f"{change.label} ({change.rule})", (*change_lines(change), *authority(after[change.rule])))
    for title, names, rules in (("New", found.added, after), ("Gone", found.removed, before)):
        for name in names:
            yield Entry(f"{title}: {rules[name].label} ({name})", authority(rules[name]))
    if found.ontology:
        yield Heading(2, "What the ontology says otherwise")
        yield Paragraph(
            "This can change which values count, and which are accepted; it is not part of the comparison of patients "
            "below."
        )
        yield Entry("Facts and choices:", tuple(("", line) for line in found.ontology))
    resting = [change for change in found.changed if change.authority and not change.meaning]
    if resting:
        yield Heading(2, "Resting on another authority, with the same meaning")
    for change in resting:
        yield Entry(f"{change.label} ({change.rule})", change_lines(change))
    worded = [change for change in found.changed if not change.authority and not change.meaning]
    if worded:
        yield Heading(2, "Worded differently, with the same meaning")
    for change in worded:
        yield Entry(f"{change.label} ({change.rule})", change_lines(change))


def change_lines(change: Change) -> tuple[tuple[str, str], ...]:
    """What a rule said and says, line by line."""
    lines = []
    for heading, gone, come in change.lines:
        lines += [(f"{heading}, before", line) for line in gone]
        lines += [(f"{heading}, after", line) for line in come]
    return tuple(lines)


def authority(rule: Rule) -> tuple[tuple[str, str], ...]:
    """On whose authority a rule stands."""
    return (("status", status_words(rule)), *(("source", f"{each.work}, {each.locator}") for each in rule.source))
