"""What if a rule said something else: the change, the patients and the cases that it treats otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sjogren.assess.knowledge_base import VERSION, KnowledgeBase
from sjogren.compare.cases import Flips, case_files, flips, tell_flips
from sjogren.compare.changes import Changes, changes
from sjogren.compare.difference import change_lines
from sjogren.compare.document import Block, Entry, Heading, Paragraph
from sjogren.compare.edit import Done, Edit, changed
from sjogren.compare.effects import Effects, effects
from sjogren.compare.sets import COUNTED
from sjogren.model.rule import Rule
from sjogren.proof.words import NOTICE


class WhatIf(NamedTuple):
    """The blocks that tell it, and the cases that could not be read."""

    blocks: tuple[Block, ...]
    flips: Flips | None


def what_if(
    knowledge_base: KnowledgeBase,
    folders: tuple[Path, Path],
    edits: Sequence[Edit],
    edited: Path | None,
    cases: Path | None,
    policy: Mapping[str, str],
    most: int,
    *,
    further: bool,
) -> WhatIf:
    """Make the edits on a copy of the rules, and compare; raises `InputError` where one cannot be made."""
    old = knowledge_base.knowledge
    files = case_files(cases) if cases else []
    with changed(*folders, VERSION, old, edits, edited) as (new, done):
        found = changes(old, new)
        what = effects(old, new, [*found.meaning, *found.added, *found.removed], policy, most, further=further)
        turned = flips(knowledge_base, KnowledgeBase(new), files) if files else None
    blocks = list(_blocks(done, found, what, turned, old.rules.rules))
    return WhatIf(tuple(blocks), turned)


def _blocks(
    done: Sequence[Done], found: Changes, what: Effects, turned: Flips | None, rules: Mapping[str, Rule]
) -> Iterator[Block]:
    yield Heading(1, "What if")
    for each in done:
        if each.edit.key:
            yield Entry(f"{each.edit.rule}, {each.edit.key}: {each.before} → {each.edit.value}", _where(each, rules))
        else:
            yield Entry(f"Left out: {each.before} ({each.edit.rule})", _where(each, rules))
    yield from change_blocks(found, done=bool(done))
    yield Heading(2, "Over all possible patients")
    yield from what.blocks
    if not what.differs and what.covered and not any(change.printed for change in found.changed):
        yield Paragraph("No patient is treated otherwise.")
    if turned:
        yield Heading(2, "The given cases")
        yield from tell_flips(turned)
    yield Paragraph(COUNTED)
    yield Paragraph(f"{NOTICE[0].upper()}{NOTICE[1:]}.")


def _where(done: Done, rules: Mapping[str, Rule]) -> tuple[tuple[str, str], ...]:
    """Where the changed text stands, and on whose authority it stands as it is."""
    rule = rules[done.edit.rule]
    sources = [(f"as {rule.status}", f"{source.work}, {source.locator}") for source in rule.source]
    return (("written at", f"{done.file}:{done.line}"), *sources)


def change_blocks(found: Changes, *, done: bool = False) -> Iterator[Block]:
    """What changed, rule by rule."""
    for change in found.changed:
        yield Entry(f"{change.label} ({change.rule})", change_lines(change))
    for heading, names in (("New rules:", found.added), ("Rules that are gone:", found.removed)):
        if names:
            yield Entry(heading, tuple(("", name) for name in names))
    if found.ontology:
        yield Entry("The ontology says otherwise:", tuple(("", line) for line in found.ontology))
    if not done and not (found.changed or found.added or found.removed or found.ontology):
        yield Paragraph("Nothing changed.")
