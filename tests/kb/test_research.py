"""Research results stand apart: nothing official rests on them, and no verdict changes when they are taken away."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from rdflib import SKOS, Graph, Namespace

from sjogren._resources import data
from sjogren.assess.knowledge_base import KnowledgeBase
from sjogren.cli.strip import show
from sjogren.program.compile import compile_program
from sjogren.program.outline import dependencies, order
from sjogren.program.store import Knowledge
from sjogren.proof.explain import account
from sjogren.rules.english import narrate
from sjogren.rules.timed import one_visit

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
RESEARCH = ("ultrasound/", "cluster/")
POSITIVE: Mapping[str, Any] = {
    "id": "case",
    "age": 45,
    "facts": {
        "dry_mouth_over_3_months": True,
        "anti_ssa_ro": True,
        "sgus_omeract_grade": {"right_parotid": 3},
        "sgus_hypoechoic_area_grade": {"parotid": 3, "submandibular": 3},
        "sgus_takagi_grade": 4,
        "sgus_echostructure_grade": {"right_parotid": 4},
    },
    "assume": {"unrecorded_exclusions": "absent"},
}
"""Ultrasound that every extension counts, beside a single item of the official sets."""


@pytest.fixture(scope="module")
def official(kb: KnowledgeBase) -> KnowledgeBase:
    """The knowledge base without its research results."""
    knowledge = kb.knowledge
    rules = {name: rule for name, rule in knowledge.rules.rules.items() if not name.startswith(RESEARCH)}
    kept = knowledge.rules._replace(rules=rules)
    program = compile_program(kept, knowledge.vocabulary, "0", "sha256:0")
    return KnowledgeBase(
        Knowledge(kept, tuple(rule.id for rule in order(one_visit(kept).rules, [])), knowledge.vocabulary, program)
    )


def conclusions(kb: KnowledgeBase, case: Any) -> list[dict[str, Any]]:
    return [visit["conclusions"] for visit in kb.assess(case).visits]


def test_nothing_outside_rests_on_a_research_result(kb: KnowledgeBase) -> None:
    reads = {
        rule.id: [subject.name for subject in dependencies(rule) if subject.name.startswith(RESEARCH)]
        for rule in kb.rules.values()
        if not rule.id.startswith(RESEARCH)
    }
    assert {rule: read for rule, read in reads.items() if read} == {}


@pytest.mark.parametrize("case", [*EXAMPLES, POSITIVE], ids=lambda case: getattr(case, "stem", "every extension met"))
def test_no_other_conclusion_changes_with_them(kb: KnowledgeBase, official: KnowledgeBase, case: Any) -> None:
    case = yaml.safe_load(case.read_text(encoding="utf-8")) if isinstance(case, Path) else case
    with_them, without = conclusions(kb, case), conclusions(official, case)

    assert [
        {name: value for name, value in visit.items() if not name.startswith(RESEARCH)} for visit in with_them
    ] == without
    assert any(name.startswith("classification/") for name in without[0])


def test_the_extensions_differ_from_the_official_verdicts_where_ultrasound_decides(kb: KnowledgeBase) -> None:
    facts = {
        **POSITIVE["facts"], "focal_lymphocytic_sialadenitis": False, "unstimulated_whole_saliva_flow": 0.5,
        "schirmer_test": {"right": 20, "left": 20}, "ocular_staining_score": {"right": 0, "left": 0},
    }  # fmt: skip
    (visit,) = conclusions(kb, {**POSITIVE, "facts": facts})

    assert {name: value["verdict"] for name, value in visit.items() if name.startswith("ultrasound/")} == {
        "ultrasound/cornec-2014": "met",
        "ultrasound/jousse-joulin-2020": "met",
        "ultrasound/takagi-2018": "met",
        "ultrasound/van-nimwegen-2020": "met",
    }
    assert visit["classification/acr-eular-2016"]["verdict"] == "not_met"
    assert visit["classification/acr-2012"]["verdict"] == "not_met"


def test_every_research_result_says_what_it_is(kb: KnowledgeBase) -> None:
    printed = [rule for rule in kb.rules.values() if rule.id.startswith(RESEARCH) and rule.id.count("/") == 1]

    assert len(printed) == 5
    for rule in printed:
        assert rule.standing == "research"
        assert "a research result, part of no official criteria set" in "\n".join(
            narrate(rule, kb.vocabulary, kb.rules)
        )
    assert not [rule.id for rule in kb.rules.values() if rule.standing and not rule.id.startswith(RESEARCH)]


def test_the_text_puts_them_under_a_heading_of_their_own(kb: KnowledgeBase) -> None:
    text = show(kb.assess(POSITIVE).data, kb)
    official_part, _, research_part = text.partition("Research results, part of no official criteria set:")

    for rule in kb.rules.values():
        if rule.id.count("/") == 1 and rule.id.startswith(RESEARCH):
            assert rule.label in research_part
            assert rule.label not in official_part
    assert kb.rule("classification/acr-eular-2016").label in official_part
    assert "Resting on what is known from memory of the literature only: " in text


def test_an_account_says_that_a_cluster_is_only_resembled(kb: KnowledgeBase) -> None:
    (visit,) = kb.assess({"id": "case", "age": 45, "facts": {"essdai_total": 20}}).visits
    lines = account(visit, "cluster/nguyen-2024", kb.rules, kb.vocabulary.trial_findings)

    assert lines[0] == "Resemblance to a cluster of Nguyen 2024 (no cluster membership)"
    assert "research result" in lines[1]
    assert "resembles high systemic activity (HSA)" in " ".join(" ".join(lines).split())


def test_nobody_is_put_at_risk_by_a_rule(kb: KnowledgeBase) -> None:
    """*At risk* is what experts say of a child; no rule concludes or reads it."""
    assert "AtRiskForChildhoodSjogrenDisease" in kb.vocabulary.terms
    assert [rule.id for rule in kb.rules.values() if "at risk" in f"{rule.label} {rule.id}".casefold()] == []
    words = {case.low for rule in kb.rules.values() for case in rule.cases}
    assert "AtRiskForChildhoodSjogrenDisease" not in words


def test_sets_without_a_rule_say_why() -> None:
    sjd = Namespace("https://w3id.org/sjd/")
    graph = Graph().parse(data("ontology") / "terms.ttl")
    told = {str(graph.value(term, SKOS.prefLabel)) for term in graph.subjects(sjd.whyNoRule)}
    assert told == {
        "1986 San Diego criteria", "1988 childhood criteria of Deprettere", "2010 childhood score of Yokogawa",
        "2024 Florida Scoring System", "2025 diagnostic algorithm of Stern", "Newcastle Sjögren's Stratification Tool",
        "clusters of Nguyen 2024", "symptom classes of Lee 2021", "symptom clusters of McCoy 2022",
    }  # fmt: skip


def test_a_set_of_children_is_not_asked_of_an_adult(kb: KnowledgeBase) -> None:
    text = show(kb.assess({"id": "case", "age": 45, "facts": {}}).data, kb)

    assert "asked only where this holds: Below 18 years at the visit" in text
