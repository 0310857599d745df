"""The sets of an advice against the engine: each is enough, nothing less is, and none is left out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice
from pathlib import Path

import pytest
from bench.cases import cases, registry
from tests.advice.putting import printed, put, said, ways

import sjogren
from sjogren.advice import advise
from sjogren.model.case import Case

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*-20*-*.yaml"))[::2]
EXAMPLES += sorted((Path(__file__).resolve().parents[2] / "examples").glob("synthetic-*.yaml"))
FEW = 2
"""Sets, ways and parts that are tried of each change."""
EVERY_PART = 4
"""Up to so many findings every part of a set is tried, above only those that one finding is missing from."""


def drawn(kb: sjogren.KnowledgeBase) -> Iterator[Case]:
    yield from registry(kb, 5)
    yield from cases(kb, 5)


def check(kb: sjogren.KnowledgeBase, case: Case) -> int:
    """Put some sets of each change into the case; how many were put."""
    tried = 0
    for change in advise(kb, case).changes:
        assert printed(kb, case, change.conclusion) == change.now
        for findings in islice(change.sets, FEW):
            for way in ways(findings, FEW):
                places = [place for part in way for place in part]
                told = (change, places)
                assert said(kb, put(kb, case, places), change.conclusion) == change.becomes, told
                sizes = range(len(places)) if len(places) <= EVERY_PART else [len(places) - 1]
                for size in sizes:
                    for less in islice(combinations(places, size), EVERY_PART):
                        assert said(kb, put(kb, case, less), change.conclusion) != change.becomes, (told, less)
                tried += 1
    return tried


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_sets_of_an_example_are_enough_and_nothing_less_is(kb: sjogren.KnowledgeBase, path: Path) -> None:
    assert check(kb, kb.read(path)) > 0


def test_sets_of_drawn_cases_are_enough_and_nothing_less_is(kb: sjogren.KnowledgeBase) -> None:
    assert sum(check(kb, case) for case in drawn(kb)) > 50
