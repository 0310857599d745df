"""The engine's answers come from its clauses: break any one of them and an assessment changes or is refused.

Each clause of the shipped program is dropped, has its conclusion turned round, and has each of its numbers moved; the
reference evaluator, which never sees the program, must then disagree on some case of a fixed pool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.properties.breaking import Pool, broken, describe

import sjogren

pytestmark = pytest.mark.long

SHARDS = 8
"""In so many parts the clauses are broken, so that several workers can share them."""
REDUNDANT = {
    r".*#[^ ]*~(untested|unknown|known|shown)[^ ]* [TF] from .*":
        "What is known of something, asked in one direction only: the rule reads that it is so, or that it is not.",
    r".*#[^ ]*(when|~open[^ ]*) [TF] from .*":
        "Its rule closes what is open (`when_unknown`): undecided and not met lead to the same where enough is known.",
    r".*#.*unreliable_if.* F from .* dropped":
        "A test counts unless the reason to doubt it is shown: a reason refuted and one not known lead to the same.",
    r"gland/salivary/grade(>=2|/discordant) [TF] from .*implausible F.* stimulated_whole_saliva_flow low moved by .*":
        "A stimulated flow at that cut beside a normal unstimulated one is implausible, which is asked as well.",
    r"axis/glandular/subtype=.* from .*inflammatory-evidence F.* focus_score high moved by .*":
        "A focus score at that cut is inflammatory evidence, which is asked as well.",
    r".*=(excluded|entry_not_met|not_met) F from .*":
        "What a verdict is not: a step that proofs cite and no answer rests on; each verdict is derived by itself.",
    r".*#(exclude~not_shown F|entry~not_refuted F) from .* dropped":
        "Its contrary is not derived either, and what is not derived keeps the verdict back in the same way.",
    r".*#[^ ]*when_unknown\.provided F from .* dropped":
        "Where too little is known nothing is closed, and no clause reads that it is: refuted and not known are one.",
    r"paediatric/japan-2018=(probable|possible) T from .*glands>=2 (F .* low moved by 1|T .* high moved by -1)":
        "A score at that cut leads to the same answer with either grade of the glands, by a clause of its own.",
}  # fmt: skip
"""Clauses that can be broken without a change in any answer, and why."""
APART = {
    r"gland/structure/floor>=\d T from .*~open.* U, .*~shown T":
        "Where a case is shown, the list above it is decided already unless an earlier case is open as well.",
    r"gland/lacrimal/no-staining F from .*~untested.* U, .*":
        "An eye without any test gives this finding no undecided result.",
    r"(axis/glandular/subtype|axis/symptom/amplification|endpoint/hierarchy)=.* T from .*":
        "Results of other rules are taken as independent; these premises never hold together.",
}  # fmt: skip
"""Clauses that no case can use, and why."""


@pytest.fixture(scope="module")
def pool(kb: sjogren.KnowledgeBase) -> Iterator[Pool]:
    made = Pool(kb)
    yield made
    made.engine.close()


def test_every_clause_is_used_by_some_case(pool: Pool) -> None:
    unused = [describe(clause) for number, clause in enumerate(pool.program.clauses) if number not in pool.users]

    assert [one for one in unused if not any(re.fullmatch(pattern, one) for pattern in APART)] == []


@pytest.mark.parametrize("shard", range(SHARDS))
def test_breaking_any_clause_is_noticed(pool: Pool, shard: int) -> None:
    numbers = sorted(pool.users)[shard::SHARDS]
    ways = [way for number in numbers for way in broken(pool, number)]

    assert len(ways) > len(numbers)
    assert [what for what, noticed in ways if not explained(what) and not noticed(thorough=True)] == []


@pytest.mark.parametrize("pattern", REDUNDANT)
def test_no_exception_is_idle(pool: Pool, pattern: str) -> None:
    """Something that it excuses is noticed by no case of the pool."""
    ways = (way for number in sorted(pool.users) for way in broken(pool, number))

    assert any(re.fullmatch(pattern, what) and not noticed() for what, noticed in ways)


def explained(what: str) -> bool:
    """Whether a change is known to alter no answer."""
    return any(re.fullmatch(pattern, what) for pattern in REDUNDANT)
