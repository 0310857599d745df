"""Which test comes next: what it could settle, and what it asks of the patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sjogren.advice.nouns import Idle, NextTest
from sjogren.advice.open_facts import Behind, Open
from sjogren.assess.assessor import Derived
from sjogren.model.vocabulary import ProcedureDef, Vocabulary


class Ranking(NamedTuple):
    """The tests that still matter, the first to do in front; those that do not; and those behind a level."""

    tests: tuple[NextTest, ...]
    no_longer: tuple[Idle, ...]
    behind: tuple[Idle, ...]


def ranked(open_: Sequence[Open], behind: Behind, derived: Derived, vocabulary: Vocabulary) -> Ranking:
    """The tests of which facts are missing.

    First come tests of which some result settles a conclusion, then those that only help others to; among either the
    less burdensome, then what settles more, then what can change more.
    """
    owner = {fact: each.id for each in vocabulary.procedures.values() for fact in each.facts}
    wanted = {fact for one in open_ for fact in one.facts}
    asked = _by_owner(owner, wanted)
    below = _by_owner(owner, behind.findings(wanted))
    missing = _by_owner(owner, {each.fact for each in derived.program.inputs if each.key not in derived.inputs})
    tests = [_test(each, asked[each.id], open_, behind) for each in vocabulary.procedures.values() if each.id in asked]
    rank = {each.id: each.burden_rank for each in vocabulary.procedures.values()}
    tests.sort(key=lambda each: (not each.settles, rank[each.id], -len(each.settles), -len(each.can_change), each.id))
    rest = [each for each in vocabulary.procedures.values() if each.id in missing and each.id not in asked]
    idle = [Idle(each.id, each.label) for each in rest]
    return Ranking(
        tuple(tests),
        tuple(each for each in idle if each.id not in below),
        tuple(each for each in idle if each.id in below),
    )


def _by_owner(owner: Mapping[str, str], facts: Iterable[str]) -> dict[str, set[str]]:
    """Facts by the procedure that finds them out; a member of a list is found out with its list."""
    found: dict[str, set[str]] = {}
    for fact in facts:
        procedure = owner.get(fact) or owner.get(fact.partition(".")[0])
        if procedure:
            found.setdefault(procedure, set()).add(fact)
    return found


def _test(each: ProcedureDef, asked: set[str], open_: Sequence[Open], behind: Behind) -> NextTest:
    able = [one for one in open_ if one.facts & asked]
    settled = [one.conclusion for one in able if one.patient and behind.settles(one.patient, asked)]
    return NextTest(
        each.id,
        each.label,
        each.burden,
        each.burden_label,
        tuple(sorted(asked)),
        tuple(settled),
        tuple(one.conclusion for one in able),
    )
