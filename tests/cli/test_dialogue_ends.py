"""Whatever is answered, the dialogue with the real advice ends in a case that is assessed, and repeats no question."""

from __future__ import annotations

from random import Random

import pytest

import sjogren
from sjogren import KnowledgeBase
from sjogren.advice import advise
from sjogren.cli.dialogue import Dialogue, Question
from sjogren.facts.casefile import read_case
from sjogren.model.vocabulary import FactDef

pytestmark = pytest.mark.long
MOST = 400
"""More answers than there are facts and sides to ask for."""


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return sjogren.open()


def an_answer(fact: FactDef, chance: Random) -> str:
    """An answer that is a value of the fact, or that there is none; seldom one that is wrong."""
    word = chance.choices(["", "not done", "skip", "?", "nonsense", "value"], [10, 5, 3, 2, 2, 78])[0]
    if word != "value":
        return word
    match fact.type:
        case "boolean":
            return chance.choice(["positive", "no", "no", "absent", "negative"])
        case "level":
            return chance.choice(fact.levels)
        case "codes" | "diseases":
            return chance.choice(["none", fact.codes[0], ", ".join(fact.codes)])
        case "code":
            return chance.choice(fact.codes)
        case "number" | "count":
            low = int(fact.minimum or 0)
            return str(chance.randint(low, int(fact.maximum) if fact.maximum is not None else low + 50))
        case _:
            return "as written in the chart"


@pytest.mark.parametrize(("seed", "age"), [(1, 52), (2, 9), (3, 70)])
def test_any_answers_lead_to_an_end(base: KnowledgeBase, seed: int, age: int) -> None:
    chance, shown, taken = Random(seed), list[str](), list[tuple[str, str]]()  # noqa: S311 - not a secret

    class Watched(Dialogue):
        def _show(self, question: Question, number: int) -> None:
            self.question = question
            assert number <= len({fact.name for test in self.advise(self.states[-1].case) for fact in self.facts(test)})
            taken.append((question.fact.name, question.side))
            super()._show(question, number)

    def ask(_: str) -> str:
        assert len(shown) < MOST * MOST
        return an_answer(dialogue.question.fact, chance)

    dialogue = Watched(base, lambda case: advise(base, case).tests, ask, shown.append)
    dialogue.go_on_with(f"id: a\nage: {age}\nfacts: {{}}\n")
    dialogue.run()

    case = read_case(dialogue.text, base.vocabulary)
    assert dialogue.questions() == []
    assert len(taken) == len(set(taken)) < MOST
    assert base.assess(case).conclusions()
    assert base.verify(base.assess(case)) == []
