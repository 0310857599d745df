"""The dialogue of ``sjd ask-me`` with an advice of our own: what is asked, and what an answer does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pytest

import sjogren
from sjogren import KnowledgeBase
from sjogren.cli.dialogue import Dialogue, Stopped
from sjogren.model.case import Case


class Advised(NamedTuple):
    """A test of an advice."""

    id: str
    label: str
    facts: tuple[str, ...]
    burden_label: str = "a burden"
    settles: tuple[str, ...] = ()
    can_change: tuple[str, ...] = ("classification/acr-eular-2016",)


BLOOD = Advised("blood_test", "blood test", ("anti_ssa_ro", "igg"))
TEARS = Advised("tear_secretion", "Schirmer", ("schirmer_test",))
CHART = Advised("chart_review", "chart", ("systemic_autoimmune_diseases.sle",))
START = "id: a\nage: 52\nfacts: {}\n"


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return sjogren.open()


class Said:
    """A dialogue that is given these answers: what was shown, and whether it came to an end."""

    def __init__(
        self,
        base: KnowledgeBase,
        answers: Sequence[str],
        tests: Sequence[Advised] | Callable[[Case], Sequence[Advised]],
        text: str = START,
    ) -> None:
        self.shown: list[str] = []
        left = list(answers)

        def ask(_: str) -> str:
            if not left:
                raise EOFError
            return left.pop(0)

        advise = tests if callable(tests) else lambda _: tests
        self.dialogue = Dialogue(base, advise, ask, self.shown.append)
        self.ended = False
        try:
            if text:
                self.dialogue.go_on_with(text)
            else:
                self.dialogue.introduce()
            self.dialogue.run()
            self.ended = True
        except (EOFError, Stopped):
            pass
        self.unused = left

    @property
    def case(self) -> Case:
        return self.dialogue.states[-1].case

    @property
    def values(self) -> dict[tuple[str, str], str]:
        return {(value.fact, value.side): value.as_stated for value in self.case.visits[-1].values}

    @property
    def counts(self) -> list[str]:
        return [line.partition(" question")[0].rpartition("m")[2] for line in self.shown if "can still matter" in line]

    def asked(self) -> list[str]:
        """The heads of the questions in the order in which they were asked."""
        return [
            line.removeprefix("\x1b[1m").removesuffix("\x1b[0m") for line in self.shown if line.startswith("\x1b[1m")
        ]


def test_what_is_advised_is_asked_in_its_order_and_counted(base: KnowledgeBase) -> None:
    said = Said(base, ["positive", "12 g/L", "4", "11"], [BLOOD, TEARS])

    assert said.ended
    assert said.asked() == [
        "anti-Ro/SSA antibody",
        base.vocabulary.facts["igg"].label,
        "Schirmer's test without anaesthesia, right eye",
        "Schirmer's test without anaesthesia, left eye",
    ]
    assert said.counts == ["3", "2", "1", "1"]
    assert said.values == {
        ("anti_ssa_ro", ""): "positive",
        ("igg", ""): "12 g/L",
        ("schirmer_test", "right"): "4",
        ("schirmer_test", "left"): "11",
    }


def test_the_advice_is_asked_again_after_each_answer(base: KnowledgeBase) -> None:
    def advise(case: Case) -> list[Advised]:
        return [] if any(value.value == 4 for value in case.visits[-1].values) else [TEARS, BLOOD]

    said = Said(base, ["4"], advise)

    assert said.ended
    assert len(said.asked()) == 1


def test_another_side_comes_before_another_fact(base: KnowledgeBase) -> None:
    order = [[TEARS, BLOOD], [BLOOD, TEARS]]

    said = Said(base, ["4", "11"], lambda case: order[min(1, len(case.visits[-1].values))])

    assert [each[-9:] for each in said.asked()[:2]] == ["right eye", " left eye"]


def test_only_the_side_that_is_missing_is_asked(base: KnowledgeBase) -> None:
    said = Said(base, ["11"], [TEARS], "id: a\nage: 52\nfacts: {schirmer_test: {right: 4, left: unknown}}\n")

    assert said.ended
    assert said.values == {("schirmer_test", "right"): "4", ("schirmer_test", "left"): "11"}


def test_not_known_and_not_done_are_no_negatives_and_are_not_asked_again(base: KnowledgeBase) -> None:
    said = Said(base, ["", "not done"], [BLOOD])

    assert said.ended
    assert said.values == {("anti_ssa_ro", ""): "unknown", ("igg", ""): "not_done"}
    assert [value.value for value in said.case.visits[-1].values] == [None, None]


def test_what_is_on_file_as_not_done_is_not_asked_but_what_is_not_known_is(base: KnowledgeBase) -> None:
    said = Said(base, ["12"], [BLOOD], "id: a\nage: 52\nfacts: {anti_ssa_ro: not_done, igg: unknown}\n")

    assert said.ended
    assert said.asked() == [base.vocabulary.facts["igg"].label]


def test_skip_leaves_out_all_that_is_left_of_a_test_and_records_it_as_not_done(base: KnowledgeBase) -> None:
    said = Said(base, ["skip", "4", "11"], [BLOOD, TEARS])

    assert said.ended
    assert said.values["anti_ssa_ro", ""] == said.values["igg", ""] == "not_done"


def test_a_skipped_test_is_not_asked_again_whatever_it_is_advised_for(base: KnowledgeBase) -> None:
    more = BLOOD._replace(facts=("anti_ssa_ro", "igg", "anti_ssb_la"))
    said = Said(base, ["skip"], lambda case: [more if case.visits[-1].values else BLOOD])

    assert said.ended
    assert len(said.asked()) == 1


def test_skip_is_offered_after_not_done(base: KnowledgeBase) -> None:
    said = Said(base, ["not done", "12"], [BLOOD])

    assert "  skip leaves out all else of this test (blood test)." in said.shown


def test_back_takes_back_and_asks_the_same_again(base: KnowledgeBase) -> None:
    said = Said(base, ["positive", "12", "back", "back", "negative", "13", "", ""], [BLOOD, TEARS])

    assert said.ended
    igg, anti = base.vocabulary.facts["igg"].label, "anti-Ro/SSA antibody"
    assert [each.partition(" without")[0] for each in said.asked()] == [
        *(anti, igg, "Schirmer's test", igg, anti, igg),
        *("Schirmer's test", "Schirmer's test"),
    ]
    assert said.values["anti_ssa_ro", ""] == "negative"
    assert said.values["igg", ""] == "13"
    assert said.dialogue.answers == 4


def test_back_at_the_start_says_that_there_is_nothing(base: KnowledgeBase) -> None:
    said = Said(base, ["back", "positive", "12"], [BLOOD])

    assert "  There is no answer to take back." in said.shown
    assert said.ended


def test_back_after_skip_takes_back_all_of_it(base: KnowledgeBase) -> None:
    said = Said(base, ["skip", "back", "positive", "12", "4", "11"], [BLOOD, TEARS])

    assert said.ended
    assert said.values["anti_ssa_ro", ""] == "positive"
    assert said.values["igg", ""] == "12"


def test_why_names_the_conclusions_and_asks_again(base: KnowledgeBase) -> None:
    test = BLOOD._replace(settles=("classification/aecg-2002",))
    said = Said(base, ["?", "positive", "12"], [test])
    told = " ".join(line.strip() for line in said.shown)

    waiting = told.partition("Verdicts that wait for the answer: ")[2].partition(". The test")[0].split("; ")
    lacks = base.assess({"id": "a", "age": 52, "facts": {}}).conclusions()
    assert waiting == [base.rules[name].label for name in lacks if "anti_ssa_ro" in lacks[name].get("lacks", ())]
    assert f"The test (blood test) can change: {base.rules['classification/acr-eular-2016'].label}." in told
    assert f"The test (blood test) alone can settle: {base.rules['classification/aecg-2002'].label}." in told
    assert said.values["anti_ssa_ro", ""] == "positive"


def test_stop_ends_it_with_what_was_answered(base: KnowledgeBase) -> None:
    said = Said(base, ["positive", "stop", "12"], [BLOOD])

    assert not said.ended
    assert said.values == {("anti_ssa_ro", ""): "positive"}
    assert said.unused == ["12"]


@pytest.mark.parametrize(
    ("test", "answer", "told"),
    [
        (BLOOD, "postive", "anti_ssa_ro must be true or false, not 'postive'."),
        (TEARS, "99", "'99' is out of range: 0 to 35 mm/(5.min)."),
        (TEARS, "4 mmm", "'mmm' is not a unit of schirmer_test. Choose one of: mm/(5.min), mm, mm/5.min."),
        (TEARS, "4 s", "Schirmer's test is millimetres of wetting in 5 min."),
        (TEARS, "4,5", "Write a decimal point: 4.5"),
        (TEARS, "a: b", "must be a number, not 'a: b'."),
        (TEARS, "}", "must be a number, not '}'."),
        (TEARS, "4\x1b[2J", "Expected: a number, 0 to 35"),
        (Advised("x", "x", ("biopsy_fibrosis",)), "mid", "Did you mean 'mild'?"),
        (Advised("x", "x", ("essdai.cutaneous",)), "hgh", "Did you mean 'high'?"),
        (CHART, "lupus", "'lupus' is not a value of systemic_autoimmune_diseases."),
        (CHART, "slee", "Did you mean 'sle'?"),
    ],
)
def test_an_invalid_answer_is_told_with_what_is_expected_and_asked_again(
    base: KnowledgeBase, test: Advised, answer: str, told: str
) -> None:
    said = Said(base, [answer], [test])
    shown = " ".join(line.strip() for line in said.shown)

    assert told in shown
    assert "Expected: " in shown
    assert "\x1b[2J" not in shown
    assert said.values == {}
    assert said.dialogue.text == START


def test_a_total_that_its_items_contradict_is_an_invalid_answer(base: KnowledgeBase) -> None:
    test = Advised("questionnaires", "questionnaires", ("esspri.pain", "esspri_score"))
    said = Said(base, ["9", "2", "6"], [test])

    assert any("esspri_score is stated as 2, but its items give 3 to 9.67." in line for line in said.shown)
    assert said.values == {("esspri.pain", ""): "9", ("esspri_score", ""): "6"}


def test_a_list_of_diseases_is_asked_as_a_whole(base: KnowledgeBase) -> None:
    members = tuple(f"systemic_autoimmune_diseases.{code}" for code in base.vocabulary.associating_diseases)
    said = Said(base, ["sle"], [CHART._replace(facts=members)])

    assert said.ended
    assert said.asked() == ["systemic autoimmune diseases"]
    assert said.counts == ["1"]


def test_a_case_of_several_visits_goes_on_with_the_last(base: KnowledgeBase) -> None:
    text = "id: a\nage: 52\nvisits:\n  - {date: 2025-01-12, facts: {igg: 12}}\n"
    text += "  - date: 2026-01-12\n    facts: {low_c4: true}\n"
    said = Said(base, ["positive", "13"], [BLOOD], text)

    assert said.ended
    assert [value.as_stated for value in said.case.visits[0].values] == ["12"]
    assert said.values == {("low_c4", ""): "true", ("anti_ssa_ro", ""): "positive", ("igg", ""): "13"}


# --- who it is -------------------------------------------------------------------------------------------------------


def test_identifier_age_and_sex_come_first(base: KnowledgeBase) -> None:
    said = Said(base, ["case-7", "3 months", "0.25", "f", "female", "positive", "12"], [BLOOD], "")

    assert said.ended
    assert (said.case.id, float(said.case.age), said.case.sex) == ("case-7", 0.25, "female")
    assert any("three months are 0.25" in line for line in said.shown)
    assert any("Did you mean 'female'?" in line or "Choose one of: female" in line for line in said.shown)


def test_a_sex_that_is_not_known_is_unknown(base: KnowledgeBase) -> None:
    assert Said(base, ["case-7", "52", ""], [BLOOD], "").case.sex == "unknown"


@pytest.mark.parametrize("answers", [["case-7"], ["case-7", "stop"], ["", "case-7", "old"], ["a", "52", "back"]])
def test_no_age_is_made_up(base: KnowledgeBase, answers: list[str]) -> None:
    assert Said(base, answers, [BLOOD], "").dialogue.text == ""


def test_back_goes_to_the_identifier(base: KnowledgeBase) -> None:
    said = Said(base, ["a", "52", "back", "back", "back", "?", "b", "53", "male"], [], "")

    assert said.ended
    assert (said.case.id, int(said.case.age)) == ("b", 53)
