"""Which test comes next: what it could settle, and what it asks of the patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sjogren.advice.nouns import Idle, NextTest
from sjogren.advice.open_facts import Open, Totals, settles
from sjogren.assess.assessor import Derived
from sjogren.model.vocabulary import ProcedureDef, Vocabulary


def ranked(
    open_: Sequence[Open], totals: Totals, derived: Derived, vocabulary: Vocabulary
) -> tuple[tuple[NextTest, ...], tuple[Idle, ...]]:
    """The tests that still matter, the first to do in front, and those that do not.

    First come tests of which some result settles a conclusion, then those that only help others to; among either the
    less burdensome, then what settles more, then what can change more.
    """
    owner = {fact: each for each in vocabulary.procedures.values() for fact in each.facts}
    missing = {each.fact for each in derived.program.inputs if each.key not in derived.inputs}
    found: list[tuple[tuple[bool, int, int, int, str], NextTest]] = []
    idle = []
    for each in vocabulary.procedures.values():
        asked = {fact for one in open_ for fact in one.facts if _owner(owner, fact) is each}
        if asked:
            test = _test(each, asked, open_, totals)
            key = (not test.settles, each.burden_rank, -len(test.settles), -len(test.can_change), each.id)
            found.append((key, test))
        elif any(_owner(owner, fact) is each for fact in missing):
            idle.append(Idle(each.id, each.label))
    return tuple(test for _, test in sorted(found, key=lambda one: one[0])), tuple(idle)


def _owner(owner: Mapping[str, ProcedureDef], fact: str) -> ProcedureDef | None:
    """The procedure that finds a fact out; a member of a list is found out with its list."""
    return owner.get(fact) or owner.get(fact.partition(".")[0])


def _test(each: ProcedureDef, asked: set[str], open_: Sequence[Open], totals: Totals) -> NextTest:
    able = [one for one in open_ if one.facts & asked]
    settled = [one.conclusion for one in able if one.patient and settles(one.patient, totals, asked)]
    return NextTest(
        each.id,
        each.label,
        each.burden,
        each.burden_label,
        tuple(sorted(asked)),
        tuple(settled),
        tuple(one.conclusion for one in able),
    )
