"""What a change does: for every conclusion that it can reach, the patients who are answered otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sjogren.compare.changes import conclusions_reached, reached
from sjogren.compare.contrast import Base, Contrast, Party, unknowns
from sjogren.compare.diagrams import TooLarge
from sjogren.compare.document import Block, Entry, Heading, Paragraph
from sjogren.compare.sets import not_covered
from sjogren.compare.space import Uncountable
from sjogren.compare.telling import Teller, table, verdict_words
from sjogren.model.rule import RULE
from sjogren.program.outline import dependencies
from sjogren.program.store import Knowledge

BEFORE, AFTER = "before", "after"
COMPLETE = "Whoever has every finding recorded is answered as before."


class Effects(NamedTuple):
    """The blocks that tell it, and whether any patient is answered otherwise, or may be (``covered`` is False)."""

    blocks: tuple[Block, ...]
    differs: bool
    covered: bool


def effects(
    old: Knowledge, new: Knowledge, changed: Iterable[str], policy: Mapping[str, str], most: int, *, further: bool
) -> Effects:
    """Compare some changed rules in both versions, and the first conclusions that they lead to.

    ``further``: all other conclusions that read those as well.
    """
    names = list(changed)
    below = reached(old, names) | reached(new, names)
    bases = [_base(each, below, policy) for each in (old, new)]
    blocks: list[Block] = []
    same: list[str] = []
    open_: dict[str, str] = {}
    differs = False
    near = below if further else _near(old, names) | _near(new, names)
    for name in _targets(old, new, names, near):
        rule = new.rules.rules[name]
        if rule.kind == "Score":
            open_[name] = f"{rule.label} ({name}) is a number, which is told by its categories only."
            continue
        parties = Party(BEFORE, bases[0], name), Party(AFTER, bases[1], name)
        try:
            told = list(_told(Contrast(*parties), most))
        except (TooLarge, Uncountable) as reason:
            open_[name] = f"{rule.label} ({name}). {not_covered(reason)}"
            continue
        if not told:
            try:
                told = list(_told_unknowns(*parties))
            except (TooLarge, Uncountable) as reason:
                open_[name] = f"{rule.label} ({name}). {COMPLETE} {not_covered(reason, 'partial records')}"
                continue
        if told:
            differs = True
            blocks += [Heading(3, f"{rule.label} ({name})"), *told]
        else:
            same.append(name)
    if names and set(names) <= set(same):  # what reads only answers that are the same answers the same
        same += open_
        open_ = {}
    if same:
        lines = tuple(("", f"{new.rules.rules[name].label} ({name})") for name in same)
        blocks.append(Entry("Nobody is answered otherwise, whatever is known of them, by:", lines))
    if open_:
        blocks.append(Entry("Not worked out:", tuple(("", each) for each in open_.values())))
    beyond = [name for name in conclusions_reached(new, below) if name not in near]
    if beyond and differs:
        rules = new.rules.rules
        lines = tuple(("", f"{rules[name].label} ({name})") for name in beyond)
        blocks.append(Entry("Conclusions that read these, and may change with them (--further compares them):", lines))
    return Effects(tuple(blocks), differs, not open_)


def _base(knowledge: Knowledge, below: set[str], policy: Mapping[str, str]) -> Base:
    """A version in which what a changed rule leads to is worked out, and not read as stated by the clinician."""
    stated = frozenset(name for name in below if name in knowledge.rules.rules and knowledge.rules.rules[name].stated)
    known = {name: value for name, value in policy.items() if name in knowledge.vocabulary.policies}
    return Base(knowledge, known, stated)


def _near(knowledge: Knowledge, changed: Iterable[str]) -> set[str]:
    """The changed rules and what reads them, no further than the first printed conclusion."""
    printed = {each.rule for each in knowledge.program.conclusions}
    found = {name for name in changed if name in knowledge.rules.rules}
    edge = found - printed
    while edge:
        readers = {
            rule.id
            for rule in knowledge.rules.rules.values()
            if any(subject.kind == RULE and subject.name in edge for subject in dependencies(rule))
        }
        edge = readers - found - printed
        found |= readers
    shown = [subject for name in found & printed for _, subject, _ in knowledge.rules.rules[name].shows]
    return found | {subject.name for subject in shown if subject.kind == RULE}


def _targets(old: Knowledge, new: Knowledge, changed: list[str], below: set[str]) -> list[str]:
    """The changed rules, then the conclusions that they can reach with what those print."""
    rules = new.rules.rules
    found = [name for name in changed if name in rules]
    for name in conclusions_reached(new, below):
        found.append(name)
        found += [shown.subject.name for shown in rules[name].shows if shown.subject.kind == RULE]
    return [
        name
        for name in dict.fromkeys(found)
        if name in below and name in old.rules.rules and rules[name].kind == old.rules.rules[name].kind
    ]


def _told(contrast: Contrast, most: int) -> Iterator[Block]:
    """The differences of one rule; nothing when there is none."""
    differences = contrast.differences(most)
    if not differences:
        return
    total = contrast.table.total
    changed = sum(difference.number for difference in differences)
    yield Paragraph(f"{changed:,} of {total:,} combinations of findings are answered otherwise.")
    teller = Teller(contrast)
    parts = [list(teller.patterns(difference, (BEFORE, AFTER))) for difference in differences]
    yield table(contrast.table.pairs, (BEFORE, AFTER))
    yield from teller.legend()
    for blocks in parts:
        yield from blocks


def _told_unknowns(one: Party, other: Party) -> Iterator[Block]:
    """What differs only where something is not known; nothing when nothing does."""
    found = unknowns(one, other)
    if found is None:
        return
    yield Paragraph(
        f"{COMPLETE} Where some are not, {found.number:,} of {found.total:,} partial records are answered "
        "otherwise, for example:"
    )
    before, after = (verdict_words(each) for each in found.answers)
    lines = (
        ("known", "; ".join(found.known) or "nothing"),
        ("not known", "; ".join(found.unknown) or "nothing"),
    )
    yield Entry(f"before {before}, after {after}", lines)
