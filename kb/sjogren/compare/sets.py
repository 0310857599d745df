"""Criteria sets compared: as they are written, and over all possible patients, two by two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from sjogren.compare.contrast import Base, Contrast, Party, partial_records
from sjogren.compare.diagrams import TooLarge
from sjogren.compare.document import Block, Heading, Paragraph
from sjogren.compare.sidebyside import short, side_by_side
from sjogren.compare.space import Uncountable
from sjogren.compare.telling import Teller, table
from sjogren.proof.words import NOTICE, list_words

MET = "met"
COUNTED = (
    "A number counts by the stretch between two thresholds in which it lies, a level or total of ESSDAI as it is "
    "stated. The counts say how many combinations of findings there are, never how many patients have them."
)


class Compared(NamedTuple):
    """The blocks that tell a comparison, and the example patient of each line as a case."""

    blocks: tuple[Block, ...]
    examples: tuple[Mapping[str, Any], ...]


def compare_sets(base: Base, sets: Sequence[str], most: int) -> Compared:
    """The whole comparison of two or more criteria sets; at most so many lines of patterns for each difference."""
    examples: list[Mapping[str, Any]] = []
    rules = [base.rules[name] for name in sets]
    names = [short(name) for name in sets]
    blocks: list[Block] = [Heading(1, f"{list_words(names)} compared")]
    blocks += side_by_side(rules, base.rules, base.knowledge.vocabulary)
    for one, other in combinations(sets, 2):
        blocks += _pair(Party(short(one), base, one), Party(short(other), base, other), most, examples)
    blocks += [Paragraph(COUNTED), Paragraph(f"{NOTICE[0].upper()}{NOTICE[1:]}.")]
    return Compared(tuple(blocks), tuple(examples))


def _pair(one: Party, other: Party, most: int, examples: list[Mapping[str, Any]]) -> Iterator[Block]:
    names = (one.name, other.name)
    yield Heading(2, f"{one.name} against {other.name}, over all possible patients")
    try:
        contrast = Contrast(one, other)
        teller = Teller(contrast)
        found = [
            difference for turned in (False, True) for difference in contrast.only_first(MET, turned=turned, most=most)
        ]
        parts = [list(teller.patterns(difference, names)) for difference in found]
    except (TooLarge, Uncountable) as reason:
        yield Paragraph(not_covered(reason))
        return
    yield Paragraph(
        f"When all is known that the two sets ask: {contrast.table.total:,} combinations of findings, which stand for "
        f"{contrast.table.cells:,} combinations of values."
    )
    yield Paragraph(
        f"In combinations of findings: {_summary(contrast.table.pairs, names)} In combinations of values: "
        f"{_summary(contrast.table.weighted, names)}"
    )
    yield table(contrast.table.pairs, names)
    yield from teller.findings()
    for difference in found:
        said = [f"{name}-{answer}" for name, answer in zip(names, difference.answers, strict=True)]
        for number, told in enumerate(difference.told, 1):
            examples.append({**told.case, "id": f"{'-'.join(said)}-{number}", "policy": one.base.settings})
    checked = sum(len(difference.told) for difference in found)
    if found:
        yield Paragraph(
            f"Each line below was put to the rule engine as an example patient: {checked} of {checked} are answered as "
            "the line says."
        )
    else:
        yield Paragraph("No combination meets the one set and not the other.")
    for blocks in parts:
        yield from blocks
    yield Heading(3, "When part of it is not known")
    try:
        pairs, total = partial_records(one, other)
    except (TooLarge, Uncountable) as reason:
        yield Paragraph(not_covered(reason, "partial records"))
        return
    yield Paragraph(
        f"Each finding known or not: {total:,} records. Undetermined is what further findings can still decide."
    )
    yield table(pairs, names)


def _summary(pairs: Mapping[tuple[str, str], int], names: tuple[str, str]) -> str:
    """How many combinations meet both sets, and only the one or the other."""
    first = sum(number for (one, _), number in pairs.items() if one == MET)
    second = sum(number for (_, other), number in pairs.items() if other == MET)
    both = pairs.get((MET, MET), 0)
    return f"met by both: {both:,}; by {names[0]} alone: {first - both:,}; by {names[1]} alone: {second - both:,}."


def not_covered(reason: Exception, whom: str = "all patients") -> str:
    """What is said where a comparison over all patients, or over partial records, is not given."""
    why = str(reason) or "there are too many combinations to work out"
    return f"Not compared over {whom}: {why}. Nothing is said about it here."
