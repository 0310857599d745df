"""What an advice says: in words, about which conclusions, and what it leaves out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import sjogren
from sjogren.advice import Advice, Change, advise

ROOT = Path(__file__).resolve().parents[2]
SET = "classification/acr-eular-2016"


def advice_for(kb: sjogren.KnowledgeBase, **case: Any) -> Advice:
    return advise(kb, kb.read({"id": "one", "age": 50, "assume": {"unrecorded_exclusions": "absent"}, **case}))


def change(advice: Advice, becomes: str, conclusion: str = SET) -> Change:
    (found,) = [each for each in advice.changes if (each.conclusion, each.becomes) == (conclusion, becomes)]
    return found


def texts(found: Change) -> list[list[str]]:
    return [[finding.text for finding in each] for each in found.sets]


def test_the_example_with_an_open_verdict(kb: sjogren.KnowledgeBase) -> None:
    case = kb.read(ROOT / "examples" / "synthetic-undetermined.yaml")
    found = advise(kb, case, kb.assess(case))

    met = change(found, "met")
    assert met.now == "undetermined"
    assert met.missing
    assert met.more == 0
    assert texts(met) == [
        ["van Bijsterveld score at least 4 in at least one eye"],
        ["Schirmer's test without anaesthesia at most 5 mm/5 min, left eye"],
        ["unstimulated whole saliva flow at most 0.1 mL/min"],
    ]
    assert met.sets[0][0].facts == (("van_bijsterveld_score", "left"), ("van_bijsterveld_score", "right"))
    ((fact, side, value),) = met.sets[1][0].ways[0]
    assert (fact, side) == ("schirmer_test", "left")
    assert value <= 5
    order = [test.id for test in found.tests]
    assert order.index("tear_secretion") < order.index("unstimulated_saliva") < order.index("gland_biopsy")
    tears = found.tests[order.index("tear_secretion")]
    assert tears.facts == ("schirmer_test",)
    assert SET in tears.settles
    assert set(tears.settles) <= set(tears.can_change)


def test_a_settled_verdict_is_flipped_by_the_fewest_changes(kb: sjogren.KnowledgeBase) -> None:
    facts = {
        "dry_eyes_over_3_months": True, "anti_ssa_ro": True, "anticholinergic_drug": "none",
        "schirmer_test": {"right": 4, "left": 20}, "ocular_staining_score": {"right": 0, "left": 0},
        "focal_lymphocytic_sialadenitis": False, "unstimulated_whole_saliva_flow": 1,
    }  # fmt: skip
    found = advice_for(kb, facts=facts)

    assert kb.assess({"id": "one", "age": 50, "assume": {"unrecorded_exclusions": "absent"}, "facts": facts}).verdict(
        "acr-eular-2016"
    ) == "met"  # fmt: skip
    back = change(found, "not_met")
    assert not back.missing
    assert ["Schirmer's test without anaesthesia above 5 mm/5 min, right eye"] in texts(back)
    assert all(len(each) == 1 for each in back.sets)
    assert {finding.now for each in back.sets for finding in each} >= {"4 mm/5 min"}
    out = change(found, "excluded")
    assert "assumed absent" in out.sets[0][0].now


def test_where_only_a_doubted_result_is_left_it_is_said_what_would_have_to_be_otherwise(
    kb: sjogren.KnowledgeBase,
) -> None:
    facts = {
        "dry_eyes_over_3_months": True, "anti_ssa_ro": True, "anticholinergic_drug": "ongoing",
        "schirmer_test": {"right": 4, "left": 20}, "ocular_staining_score": {"right": 0, "left": 0},
        "van_bijsterveld_score": {"right": 0, "left": 0},
        "focal_lymphocytic_sialadenitis": False, "unstimulated_whole_saliva_flow": 1,
    }  # fmt: skip
    found = advice_for(kb, facts=facts)

    (why,) = [each.reason for each in found.unsettled if each.conclusion == SET]
    assert "do not count: Schirmer's test" in why
    met = change(found, "met")
    assert not met.missing
    assert any(finding.facts == (("anticholinergic_drug", ""),) for each in met.sets for finding in each)


def test_what_an_assumption_decides_is_not_missing(kb: sjogren.KnowledgeBase) -> None:
    facts = {"dry_eyes_over_3_months": True, "anti_ssa_ro": True}
    assumed = advice_for(kb, facts=facts)
    open_ = advice_for(kb, facts=facts, assume={})

    assert not any("sarcoidosis" in text for each in texts(change(assumed, "met")) for text in each)
    assert any("sarcoidosis" in text for each in texts(change(open_, "met")) for text in each)


def test_an_antibody_keeps_the_virus_from_being_assumed_absent(kb: sjogren.KnowledgeBase) -> None:
    facts = {"dry_eyes_over_3_months": True, "anti_ssa_ro": True, "hepatitis_c_antibody": True}
    found = change(advice_for(kb, facts=facts), "met")

    assert all(any(("hepatitis_c_rna", "") in finding.facts for finding in each) for each in found.sets)


def test_an_entry_that_some_domains_leave_open_asks_for_those_that_are_missing(kb: sjogren.KnowledgeBase) -> None:
    symptoms = dict.fromkeys(
        ["dry_eyes_over_3_months", "sand_or_gravel_sensation", "tear_substitutes_over_3_daily",
         "dry_mouth_over_3_months", "liquids_to_swallow_dry_food"], False,
    )  # fmt: skip
    facts = {**symptoms, "anti_ssa_ro": True, "focal_lymphocytic_sialadenitis": True, "focus_score": 2,
             "essdai": {"articular": "no"}}  # fmt: skip
    found = advice_for(kb, facts=facts)

    assert texts(change(found, "met")) == [["ESSDAI total at least 1"]]
    able = {test.id: test for test in found.tests if SET in test.can_change}
    assert set(able) == {"examination", "blood_test", "urine_test"}
    assert "essdai.articular" not in able["examination"].facts
    assert all(SET in test.settles for test in able.values())
    assert "kidney_biopsy" in {each.id for each in found.behind}
    assert "kidney_biopsy" not in {each.id for each in found.no_longer}


def test_a_child_is_told_about_the_sets_for_children(kb: sjogren.KnowledgeBase) -> None:
    found = advise(kb, kb.read({"id": "child", "age": 10, "facts": {"anti_ssa_ro": True}}))

    assert change(found, "met", "paediatric/bartunkova-1999").more > 0
    assert {each.becomes for each in found.changes if each.conclusion == "paediatric/japan-2018"} == {
        "definite", "probable", "possible", "none",
    }  # fmt: skip


def test_contradictory_records_are_answered_as_they_are(kb: sjogren.KnowledgeBase) -> None:
    facts = {"dry_eyes_over_3_months": True, "anti_ssa_ro": False, "anti_ro60": True}

    assert any(each.conclusion == SET for each in advice_for(kb, facts=facts).changes)


def test_what_compares_visits_is_left_out_with_its_reason(kb: sjogren.KnowledgeBase) -> None:
    found = advise(kb, kb.read(ROOT / "examples" / "synthetic-two-visits.yaml"))

    assert ("response/star", "it compares visits") in found.left_out
    assert len(found.left_out) == len({each.conclusion for each in found.left_out})


def test_the_plain_data_is_json_with_the_same_content(kb: sjogren.KnowledgeBase) -> None:
    found = advice_for(kb, facts={"dry_eyes_over_3_months": True})
    data = json.loads(json.dumps(found.to_json()))

    assert list(data) == list(found._fields)
    assert [each["id"] for each in data["tests"]] == [test.id for test in found.tests]
    first = data["changes"][0]
    assert first["sets"][0][0]["text"] == found.changes[0].sets[0][0].text
    assert {"fact", "side"} >= set(first["sets"][0][0]["facts"][0])


def test_an_assessment_of_another_case_is_refused(kb: sjogren.KnowledgeBase) -> None:
    with pytest.raises(ValueError, match="of 'two'"):
        advise(kb, kb.read({"id": "one", "age": 50, "facts": {}}), kb.assess({"id": "two", "age": 50, "facts": {}}))
