"""What is kept in memory for patients who look alike: bounded, and without influence on any answer."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from typing import Any

import pytest

import sjogren
from sjogren.assess.assessor import Assessor
from sjogren.engine import driver, questions
from sjogren.proof import graph, skeleton

FEW = 3


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (driver, questions, graph, skeleton):
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


def stores(assessor: Any) -> Iterator[tuple[str, Sized]]:
    yield "skeletons", assessor.prover.kept
    yield "nodes", assessor.binder.kept
    for _, banks in assessor.engine.strata:
        yield from (("states", bank.kept) for bank in banks)
    yield from (("answers", question.answers) for question in assessor.reference.questions.values())


@pytest.mark.usefixtures("narrow")
def test_no_store_outgrows_its_limit_and_no_answer_depends_on_what_was_kept() -> None:
    kb = sjogren.open()
    used = Assessor(kb.knowledge)
    for _ in range(2):
        for case in patients(kb):
            fresh = Assessor(kb.knowledge)
            assert used.assess(case) == fresh.assess(case)
            fresh.close()
    assert [(name, len(kept)) for name, kept in stores(used) if len(kept) > FEW] == []
    assert max(len(kept) for _, kept in stores(used)) == FEW
    used.close()


def test_steps_get_no_new_names_from_patients_who_lack_other_tests() -> None:
    kb = sjogren.open()
    assessor = Assessor(kb.knowledge)
    cases = list(patients(kb))
    for case in cases:
        assessor.assess(case)
    reports = [key for key in assessor.prover.numbers if key[0] == "reports"]
    assert len(reports) == len({key[:4] for key in reports})
    assessor.close()
