"""The ontology works, it does not decorate: an edit of its Turtle alone changes an assessment."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import sjogren
from sjogren._resources import data

ONTOLOGY = data("ontology")
SET_2016 = "classification/acr-eular-2016"

Edit: TypeAlias = Callable[..., sjogren.KnowledgeBase]


@pytest.fixture
def edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """Opens the knowledge base with a copy of the ontology in which one text of one file is replaced."""
    monkeypatch.setenv("SJD_CACHE", "off")

    def edit(file: str, old: str, new: str) -> sjogren.KnowledgeBase:
        folder = tmp_path / "ontology"
        shutil.copytree(ONTOLOGY, folder)
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
        return sjogren.open(ontology=folder)

    return edit


def assess(kb: sjogren.KnowledgeBase, **facts: Any) -> Mapping[str, Mapping[str, Any]]:
    return kb.assess({"id": "edit", "age": 50, "facts": facts}).conclusions()


def node(name: str, file: str = "terms.ttl") -> str:
    """The Turtle of one node, from its name to the full stop that ends it."""
    text = (ONTOLOGY / file).read_text(encoding="utf-8")
    return text[text.index(f"{name} a ") :].partition(" .\n")[0]


def test_a_disease_added_to_the_set_makes_the_disease_associated(kb: sjogren.KnowledgeBase, edited: Edit) -> None:
    sclerosis = node("sjd:SystemicSclerosis")
    vasculitis = (
        "sjd:AncaAssociatedVasculitis a owl:Class, skos:Concept, sjd:AssociatingDisease ;\n"
        '    skos:prefLabel "ANCA-associated vasculitis"@en ;\n'
        '    skos:notation "anca_associated_vasculitis" ;\n'
        '    skos:definition "Vasculitis of small vessels with antibodies to neutrophil cytoplasm."@en ;\n'
        "    skos:broader sjd:SystemicAutoimmuneDisease ;\n"
        "    rdfs:subClassOf sjd:SystemicAutoimmuneDisease ;\n"
        "    dcterms:source <https://doi.org/10.1038/s41584-025-01268-z> ;\n"
        '    sjd:verification "?" .\n\n'
    )
    disease = [{"disease": "anca_associated_vasculitis", "criteria_met": True}]
    facts = {"clinician_diagnosis": True, "systemic_autoimmune_diseases": disease}
    with pytest.raises(sjogren.InputError, match="anca_associated_vasculitis"):
        assess(kb, **facts)

    name = assess(edited("terms.ttl", sclerosis, vasculitis + sclerosis), **facts)["terminology/disease-name"]
    assert name["research_subtype"] == "associated"


def test_a_disease_taken_from_the_set_no_longer_does(kb: sjogren.KnowledgeBase, edited: Edit) -> None:
    disease = [{"disease": "systemic_sclerosis", "criteria_met": True}]
    facts = {"clinician_diagnosis": True, "systemic_autoimmune_diseases": disease}
    assert assess(kb, **facts)["terminology/disease-name"]["research_subtype"] == "associated"

    member = "sjd:SystemicSclerosis a owl:Class, skos:Concept, sjd:AssociatingDisease ;"
    without = edited("terms.ttl", member, member.replace(", sjd:AssociatingDisease", ""))
    with pytest.raises(sjogren.InputError, match="systemic_sclerosis"):
        assess(without, **facts)


def test_anti_ro60_counts_because_it_is_narrower_than_anti_ssa(kb: sjogren.KnowledgeBase, edited: Edit) -> None:
    assert assess(kb, anti_ro60=True)[SET_2016]["score"]["low"] == 3

    ro60 = node("fact:anti_ro60", "facts.ttl")
    without = edited("facts.ttl", ro60, ro60.replace("    sjd:implies fact:anti_ssa_ro ;\n", ""))
    assert assess(without, anti_ro60=True)[SET_2016]["score"]["low"] == 0
    assert assess(without, anti_ro52=True)[SET_2016]["score"]["low"] == 3


def test_a_deprecated_label_taken_away_is_no_longer_mapped(kb: sjogren.KnowledgeBase, edited: Edit) -> None:
    assert assess(kb, recorded_diagnosis="SjS")["terminology/disease-name"]["value"] == "Sjögren disease"

    without = edited("terms.ttl", '"Sjögren\'s disease"@en, "SjS"@en ;', '"Sjögren\'s disease"@en ;')
    name = assess(without, recorded_diagnosis="SjS")["terminology/disease-name"]
    assert (name["value"], name["recorded"]) == (None, "SjS")


def test_a_deprecated_label_added_is_mapped(kb: sjogren.KnowledgeBase, edited: Edit) -> None:
    old = "autoimmune exocrinopathy"
    assert assess(kb, recorded_diagnosis=old)["terminology/disease-name"]["value"] is None

    label = '"Sjögren\'s disease"@en, "SjS"@en ;'
    name = assess(edited("terms.ttl", label, f'"{old}"@en, {label}'), recorded_diagnosis=old)
    assert name["terminology/disease-name"] == {
        "value": "Sjögren disease",
        "research_subtype": "undetermined",
        "recorded": old,
    }


def test_a_shorter_validity_period_expires_a_schirmer_test(kb: sjogren.KnowledgeBase, edited: Edit) -> None:
    case = {
        "id": "edit",
        "age": 50,
        "visits": [
            {
                "date": "2026-01-01",
                "facts": {
                    "dry_eyes_over_3_months": True,
                    "anti_ssa_ro": True,
                    "schirmer_test": {"right": 3, "left": 3},
                },
            },
            {"date": "2026-03-01", "facts": {"focal_lymphocytic_sialadenitis": False}},
        ],
        "assume": {"unrecorded_exclusions": "absent"},
    }
    assert [kb.assess(case).verdict("acr-eular-2016", visit) for visit in (0, 1)] == ["met", "met"]

    period = node("validity:gland-test", "facts.ttl")
    shorter = edited("facts.ttl", period, period.replace("sjd:validDays 180", "sjd:validDays 30"))
    found = shorter.assess(case)
    assert [found.verdict("acr-eular-2016", visit) for visit in (0, 1)] == ["met", "undetermined"]
    assert "schirmer_test" in found.conclusions()[SET_2016]["lacks"]


def test_the_value_of_a_level_changes_the_score(kb: sjogren.KnowledgeBase, edited: Edit) -> None:
    facts = {"essdai": {"cutaneous": "high"}, "essdai_unlisted_domains": "no"}
    assert assess(kb, **facts)["activity/essdai"] == {"low": 9, "high": 9, "category": "moderate"}

    larger = edited("terms.ttl", "sjd:levelValue 3", "sjd:levelValue 5")
    assert assess(larger, **facts)["activity/essdai"] == {"low": 15, "high": 15, "category": "high"}


def test_the_threshold_behind_abnormal_decides_what_it_says(kb: sjogren.KnowledgeBase, edited: Edit) -> None:
    case = {
        "id": "edit",
        "age": 50,
        "facts": {"schirmer_test": {"right": "abnormal"}},
        "assume": {"qualitative_results": "accepted"},
    }
    assert kb.assess(case).conclusions()[SET_2016]["score"]["low"] == 1

    schirmer = node("fact:schirmer_test", "facts.ttl")
    laxer = edited("facts.ttl", schirmer, schirmer.replace("sjd:atMost 5", "sjd:atMost 10"))
    assert laxer.assess(case).conclusions()[SET_2016]["score"]["low"] == 0


def test_the_range_of_a_fact_decides_what_a_case_may_say(kb: sjogren.KnowledgeBase, edited: Edit) -> None:
    with pytest.raises(sjogren.InputError, match="focus_score"):
        assess(kb, focus_score=25)

    score = node("fact:focus_score", "facts.ttl")
    wider = edited("facts.ttl", score, score.replace("sjd:maximum 20", "sjd:maximum 30"))
    found = assess(wider, focus_score=25, focal_lymphocytic_sialadenitis=True)
    assert found[SET_2016]["score"]["low"] == 3
