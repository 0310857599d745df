"""Trial results stand beside the endpoints that they speak to: an edit of the evidence changes an assessment."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import sjogren
from sjogren._resources import data
from sjogren.proof.checker.nodes import digest

ONTOLOGY = data("ontology")
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
HIERARCHY = "endpoint/hierarchy"

Edit: TypeAlias = Callable[..., sjogren.KnowledgeBase]


@pytest.fixture
def edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """Opens the knowledge base with a copy of the ontology in which one node of one file is changed."""
    monkeypatch.setenv("SJD_CACHE", "off")

    def edit(file: str, node: str, old: str, new: str) -> sjogren.KnowledgeBase:
        folder = tmp_path / "ontology"
        shutil.copytree(ONTOLOGY, folder)
        text = (folder / file).read_text(encoding="utf-8")
        whole = text[text.index(f"{node} a ") :].partition(" .\n")[0]
        assert whole.count(old) == 1, f"{old!r} stands {whole.count(old)} times in {node}"
        (folder / file).write_text(text.replace(whole, whole.replace(old, new)), encoding="utf-8")
        return sjogren.open(ontology=folder)

    return edit


def endpoints(kb: sjogren.KnowledgeBase, profile: str) -> dict[str, Any]:
    """The endpoints of an example of a profile, by identifier; its proof is accepted."""
    found = kb.assess(EXAMPLES / f"profile-{profile}.yaml")
    assert kb.verify(found) == []
    hierarchy = found.conclusions()[HIERARCHY]
    ranks = ("primary", "key_secondary", "supportive", "exploratory")
    return {endpoint["id"]: endpoint for rank in ranks for endpoint in hierarchy[rank]}


def test_a_primary_endpoint_lists_where_it_succeeded_and_where_it_failed(kb: sjogren.KnowledgeBase) -> None:
    change = endpoints(kb, "axis1_dominant")["essdai_change_w24"]
    assert {"R001", "R010", "R028", "R033", "R062", "R088"} <= set(change["supports"])
    assert {"R002", "R011", "R076", "R081", "R093"} <= set(change["contradicts"])
    assert not set(change["supports"]) & set(change["contradicts"])


def test_a_symptom_endpoint_is_judged_by_symptom_dominant_cohorts_alone(kb: sjogren.KnowledgeBase) -> None:
    responder = endpoints(kb, "axis3_dominant")["esspri_responder_w24"]
    assert (responder["supports"], responder["contradicts"]) == (["R030"], ["R025"])

    systemic = endpoints(kb, "codominant_1_3")["esspri_responder_w24"]
    assert systemic["supports"] == []
    assert {"R034", "R077", "R092"} <= set(systemic["contradicts"])


def test_an_outcome_that_no_such_trial_measured_has_no_results(kb: sjogren.KnowledgeBase) -> None:
    damage = endpoints(kb, "axis2_established_damage")["damage_index_w48"]
    assert (damage["supports"], damage["contradicts"]) == ([], [])


def test_turning_a_verdict_moves_the_result_to_the_other_side(edited: Edit) -> None:
    turned = edited("result.ttl", "result:R076", "sjd:verdict verdict:not_met", "sjd:verdict verdict:met")
    change = endpoints(turned, "axis1_dominant")["essdai_change_w24"]
    assert "R076" in change["supports"]
    assert "R076" not in change["contradicts"]


def test_what_a_verdict_counts_as_decides_whether_its_results_stand_there(edited: Edit) -> None:
    silent = edited("evidence.ttl", "verdict:not_significant", '    sjd:countsAs "contradicts" ;\n', "")
    change = endpoints(silent, "axis1_dominant")["essdai_change_w24"]
    assert not {"R002", "R023"} & set(change["contradicts"])
    assert "R076" in change["contradicts"]


def test_a_cohort_of_another_kind_no_longer_speaks(edited: Edit) -> None:
    moved = edited("trial.ttl", "cohort:ABA-3-all", "cohort-kind:systemic_activity", "cohort-kind:unselected")
    assert "R076" not in endpoints(moved, "axis1_dominant")["essdai_change_w24"]["contradicts"]


def test_a_wider_kind_is_followed(edited: Edit) -> None:
    cut = edited(
        "evidence.ttl",
        "cohort-kind:systemic_and_symptomatic",
        "    skos:broader cohort-kind:systemic_activity ;\n",
        "",
    )
    assert not {"R001", "R021"} & set(endpoints(cut, "axis1_dominant")["essdai_change_w24"]["supports"])


def test_the_scope_of_a_profile_decides_whose_results_are_taken(edited: Edit) -> None:
    wider = edited(
        "evidence.ttl",
        "evidence:axis3_dominant",
        "cohort-kind:symptom_dominant",
        "cohort-kind:symptom_dominant, cohort-kind:unselected",
    )
    assert endpoints(wider, "axis3_dominant")["esspri_responder_w24"]["contradicts"] == ["R025", "R051"]


def test_results_are_read_from_another_form_of_the_outcome_only_where_that_is_said(edited: Edit) -> None:
    line = "    sjd:alsoReadFrom endpoint:esspri_change_w24 ;\n"
    own = edited("endpoint.ttl", "endpoint:esspri_responder_w24", line, "")
    responder = endpoints(own, "axis3_dominant")["esspri_responder_w24"]
    assert (responder["supports"], responder["contradicts"]) == ([], [])


@pytest.mark.parametrize("names", [["R030", "R010"], []])
def test_a_result_added_or_withheld_is_refused_by_the_checker(kb: sjogren.KnowledgeBase, names: list[str]) -> None:
    told = copy.deepcopy(kb.assess(EXAMPLES / "profile-axis3_dominant.yaml").data)
    graph = told["visits"][-1]["justification"]["@graph"]
    node = next(each for each in graph if each.get("concludes", {}).get("key") == "primary")
    node["concludes"]["value"][0]["supports"] = names
    told["visits"][-1]["conclusions"][HIERARCHY]["primary"] = node["concludes"]["value"]
    node["id"] = digest(node)  # nothing rests on what is printed
    assert [refusal.code for refusal in kb.verify(told)] == ["V133"]


def test_contrary_trials_stand_beside_supporting_ones_in_plain_words(kb: sjogren.KnowledgeBase) -> None:
    said = kb.assess(EXAMPLES / "profile-axis3_dominant.yaml").why(HIERARCHY)
    assert "met: dazodalibep, phase 2, week 24.1" in said
    assert "not met: TWINSS (iscalimab), week 24" in said


def test_a_result_known_from_memory_says_so(kb: sjogren.KnowledgeBase) -> None:
    said = " ".join(kb.assess(EXAMPLES / "profile-axis1_dominant.yaml").why(HIERARCHY).split())
    assert "from memory of the literature, unverified) [R023]" in said
