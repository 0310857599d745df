"""What is kept in memory for patients who look alike: bounded, and without influence on any answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import sjogren
from sjogren.assess.assessor import Assessor
from sjogren.engine import driver, questions, reference
from sjogren.engine.kept import Kept
from sjogren.proof import graph

FEW = 4


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (driver, questions, reference, graph):
        monkeypatch.setattr(room, "MAX_KEPT", FEW)


def patients(kb: sjogren.KnowledgeBase) -> Iterator[Any]:
    for number in range(24):
        facts = {
            "anti_ssa_ro": number % 2 == 0,
            "schirmer_test": {"right": number, "left": 24 - number},
            "focus_score": number / 4,
            "essdai": {"articular": ("no", "low", "moderate", "high")[number % 4]},
            "esspri": {"dryness": number % 11, "fatigue": (number * 3) % 11},
        }
        kept = {name: fact for place, (name, fact) in enumerate(facts.items()) if number % 5 != place}
        yield kb.read({"id": f"p{number}", "age": 30 + number, "facts": kept})


def stores(assessor: Any) -> Iterator[Kept]:
    """Everything that is kept, wherever an assessor or what it holds keeps it."""
    engine, evaluator, binder = assessor.engine, assessor.reference, assessor.binder
    yield from (bank.kept for _, banks in engine.strata for bank in banks)
    yield from (part.kept for part in evaluator.parts)
    yield from (asked.question.answers for asked in evaluator.questions.values())
    yield from (kept for kept in vars(binder).values() if isinstance(kept, Kept))


@pytest.mark.usefixtures("narrow")
def test_no_store_outgrows_its_limit_and_no_answer_depends_on_what_was_kept() -> None:
    kb = sjogren.open()
    used = Assessor(kb.knowledge)
    for _ in range(2):
        for case in patients(kb):
            fresh = Assessor(kb.knowledge)
            assert used.assess(case) == fresh.assess(case)
            fresh.close()
    sizes = [kept.size for kept in stores(used)]
    assert max(sizes) == FEW
    used.close()


def test_what_is_written_once_for_a_program_does_not_grow_with_patients() -> None:
    kb = sjogren.open()
    assessor = Assessor(kb.knowledge)
    cases = list(patients(kb))
    for case in cases:
        assessor.assess(case)
    written = steps(assessor)
    for case in cases:
        assessor.assess(kb.read({"id": case.id, "age": int(case.age), "facts": {"focus_score": 0}}))
        assessor.assess(case)
    later = steps(assessor)
    assert written == later
    assert len({(step.kind, step.key, step.word, step.clause, step.detail) for step in later}) == len(later)
    assessor.close()


def steps(assessor: Any) -> set[Any]:
    """The steps that a prover has written."""
    prover = assessor.prover
    return {
        step
        for step in (*prover.fired, *prover.undecided.values(), *prover.recorded.values(), *prover.missing.values())
        if step is not None
    }


def test_what_is_asked_for_again_outlives_what_is_not() -> None:
    kept = Kept(FEW)
    for number in range(1, 20):
        assert (kept["often"] or kept.keep("often", "found")) == "found"
        kept.keep(number, number)
        assert kept.size <= FEW
        assert kept["often"] == "found"
    assert kept[1] is None
