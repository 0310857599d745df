"""The independent checker accepts every proof that the knowledge base makes, and refuses one that was tampered with."""

from __future__ import annotations

import copy
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sjogren._resources import data
from sjogren.assess.assessor import Assessor
from sjogren.errors import InputError
from sjogren.facts import read_case
from sjogren.model.rule import RULE
from sjogren.program.outline import dependencies
from sjogren.program.store import Knowledge, build
from sjogren.proof.checker import NOTICE, Refusal, verify
from sjogren.proof.checker import nodes as checker_nodes
from sjogren.proof.checker.nodes import digest
from sjogren.proof.words import NOTICE as PRINTED_NOTICE

Json: TypeAlias = Any
Edit: TypeAlias = Callable[[Json], None]

MET = {
    "id": "met",
    "age": 52,
    "sex": "female",
    "assume": {"unrecorded_exclusions": "absent"},
    "visits": [
        {
            "date": "2026-01-12",
            "facts": {
                "clinician_diagnosis": True,
                "recorded_diagnosis": "primary Sjögren's syndrome",
                "dry_mouth_over_3_months": True,
                "schirmer_test": {"right": 4, "left": 11},
                "unstimulated_whole_saliva_flow": {"value": 1.5, "unit": "mL/15.min"},
                "anticholinergic_drug": "none",
                "anti_ssa_ro": True,
                "focus_score": "not_done",
                "systemic_autoimmune_diseases": [],
                "essdai": {"articular": "moderate", "biological": "low"},
                "essdai_unlisted_domains": "no",
                "esspri": {"dryness": 7, "fatigue": 6, "pain": 3.5},
            },
        }
    ],
}
OPEN = {
    "id": "open",
    "age": 40,
    "facts": {
        "dry_eyes_over_3_months": True,
        "schirmer_test": {"right": 3},
        "anticholinergic_drug": "ongoing",
        "anti_ro52": True,
        "anti_ro60": False,
    },
    "policy": {"ro52_alone_counts_as_ssa": "false"},
}
CASES: dict[str, Json] = {
    "met": MET,
    "open": OPEN,
    "nothing recorded": {"id": "nothing", "age": 50, "facts": {}},
    "excluded": {"id": "excluded", "age": 61, "facts": {"sarcoidosis": True, "anti_ssa_ro": True}},
    "entry not met": {
        "id": "entry",
        "age": 61,
        "assume": {"unrecorded_exclusions": "absent"},
        "facts": {
            **dict.fromkeys(
                (
                    "dry_eyes_over_3_months",
                    "sand_or_gravel_sensation",
                    "tear_substitutes_over_3_daily",
                    "dry_mouth_over_3_months",
                    "liquids_to_swallow_dry_food",
                ),
                False,
            ),
            "essdai_total": 0,
        },
    },
    "abnormal without a number": {
        "id": "abnormal",
        "age": 48,
        "assume": {"qualitative_results": "accepted"},
        "facts": {"schirmer_test": {"left": "abnormal", "right": "normal"}, "dry_mouth_over_3_months": True},
    },
    "abnormal and not accepted": {"id": "not-accepted", "age": 48, "facts": {"schirmer_test": {"left": "abnormal"}}},
    "stated totals": {
        "id": "totals",
        "age": 48,
        "facts": {"essdai_total": 7, "clinessdai_total": 6, "esspri_score": 5.33},
    },
    "associated": {
        "id": "associated",
        "age": 33,
        "facts": {
            "clinician_diagnosis": True,
            "systemic_autoimmune_diseases": [{"disease": "sle", "criteria_met": True}],
            "recorded_diagnosis": "some other words",
        },
    },
    "two visits": {
        "id": "two-visits",
        "age": 45,
        "visits": [
            {
                "date": "2025-01-10",
                "facts": {"anti_ssa_ro": True, "schirmer_test": {"right": 2}, "esspri": {"pain": 8}},
            },
            {"date": "2026-01-10", "facts": {"focal_lymphocytic_sialadenitis": True, "focus_score": 1.2}},
        ],
    },
}

RULES = {
    "axis/eyes": """
        type: Grade
        levels: ["0", "1", "2", "3"]
        for_each: eye
        cases:
          - level: "3"
            when: {all_of: [{fact: schirmer_test, at_most: 5}, {fact: ocular_staining_score, at_least: 5}]}
          - level: "2"
            when: {any_of: [{fact: schirmer_test, at_most: 5}, {fact: ocular_staining_score, at_least: 5}]}
          - {between: ["0", "1"], when: {fact: schirmer_test, at_most: 10}}
        otherwise: "0"
        when_unknown:
          take_as: not_met
          provided: {any_of: [{fact: schirmer_test, is: known}, {fact: ocular_staining_score, is: known}]}
          because: One test is enough.
        """,
    "axis/saliva": """
        type: Grade
        levels: ["0", "1", "2", "3"]
        cases:
          - level: "3"
            when:
              first_known:
                - {fact: sgus_omeract_grade, in: any_gland, at_least: 3}
                - {fact: sgus_hocevar_score, above: 30}
          - {level: "2", when: {fact: unstimulated_whole_saliva_flow, at_most: 0.1}}
          - level: "1"
            when:
              all_of:
                - {fact: unstimulated_whole_saliva_flow, at_most: 0.25}
                - {fact: stimulated_whole_saliva_flow, is: unknown}
        otherwise: "0"
        """,
    "axis/glandular": """
        type: Grade
        levels: ["0", "1", "2", "3"]
        highest_of: [{rule: axis/eyes}, {rule: axis/saliva}]
        shows:
          - {key: subtype, rule: axis/glandular/subtype}
          - {key: wet, rule: axis/glandular/wet}
          - {key: total, rule: axis/total}
        parts:
          - id: axis/glandular/wet
            type: Finding
            label: Wet
            because: Each eye is asked.
            for_each: eye
            when: {any_known: [{fact: schirmer_test, above: 10}, {fact: tear_break_up_time, above: 10}]}
          - id: axis/glandular/mean
            type: Finding
            label: Mean of both eyes
            because: The mean counts.
            when: {fact: schirmer_test, in: mean_of_eyes, at_most: 5}
          - id: axis/glandular/dry
            type: Finding
            label: Dry mouth
            because: Counted unless doubted.
            when:
              any_of:
                - {fact: unstimulated_whole_saliva_flow, at_most: 0.1}
                - {fact: sialography_abnormal, is: present}
            unreliable_if: {when: {fact: anticholinergic_drug, is: ongoing}, because: Drugs dry the mouth.}
            when_unknown: {take_as: not_met, provided: {fact: anti_ssa_ro, is: known}, because: Enough was asked.}
          - id: axis/glandular/subtype
            type: Table
            label: Subtype
            because: By dryness.
            if_undetermined: subtype_indeterminate
            when_unknown: {take_as: not_met, provided: {rule: axis/glandular/dry, is: known}, because: Enough.}
            cases:
              - value: mixed
                when: {all_of: [{rule: axis/glandular/dry, is: met}, {rule: axis/glandular/mean, is: met}]}
              - value: sicca
                when: {any_of: [{rule: axis/glandular/dry, is: met}, {rule: axis/glandular/mean, is: met}]}
              - {value: odd, when: {fact: sgus_pattern, is: fatty}}
            otherwise: none
        """,
    "axis/articular": """
        type: Grade
        verification: unverified
        levels: ["no", low, moderate, high]
        stated: essdai.articular
        cases:
          - {level: high, when: {fact: igg, at_least: 2000, unit: mg/dL}}
          - level: moderate
            when:
              at_least: 2
              of: [{fact: low_c3, is: present}, {fact: low_c4, is: present}, {fact: cryoglobulins, is: present}]
          - {level: low, when: {none_of: [{fact: rheumatoid_factor, is: absent}]}}
        otherwise: "no"
        """,
    "axis/total": """
        type: Score
        sum_of:
          - {rule: axis/articular, weight: 2}
          - {rule: axis/glandular, weight: -1}
          - {rule: axis/glandular/dry, weight: 3}
          - {fact: focus_score, weight: 0.5}
        """,
    "axis/symptom": """
        type: Score
        first_known: [{rule: axis/symptom/mean}, {rule: axis/total}]
        parts:
          - id: axis/symptom/mean
            type: Score
            label: Mean
            because: Mean of three.
            stated: esspri_score
            mean_of: [{fact: esspri.dryness}, {fact: esspri.fatigue}, {fact: esspri.pain}]
        """,
    "axis/dominance": """
        type: Selection
        select:
          - {value: articular, when: {rule: axis/articular, reaches: moderate}}
          - value: glandular
            when:
              all_of:
                - {rule: axis/glandular, at_least: 2}
                - {rule: axis/glandular, at_least_that_of: {rule: axis/saliva}}
          - {value: symptom, when: {rule: axis/symptom, at_least: 5}}
        """,
    "axis/cohort": """
        type: Table
        if_undetermined: unknown
        cases:
          - {value: both, when: {rule: axis/dominance, only: [articular, glandular]}}
          - {value: one, when: {all_of: [{rule: axis/dominance, is: articular}, {rule: axis/eyes, is: unknown}]}}
          - {value: empty, when: {rule: axis/dominance, is: none}}
        otherwise: other
        """,
    "axis/wet": """
        type: Finding
        raises: wet
        when:
          any_of:
            - {rule: axis/glandular/wet, is: met}
            - all_of:
                - {fact: essdai.renal, reaches: low}
                - none_of: [{fact: palpable_purpura, is: not_shown}]
            - {fact: schirmer_test, in: both_eyes, above: 15}
        """,
    "axis/endpoint": """
        type: Recommendation
        if_undetermined: indeterminate
        cases:
          - value: one
            when: {rule: axis/dominance, is: articular}
            primary: [essdai_change_w24, essdai_responder_w24]
            supportive: [essdai_change_w48]
          - {value: two, when: {rule: axis/dominance, is: glandular}, primary: [essdai_glandular_w24]}
        otherwise: none
        marks: [{mark: not_validated_in_children, when: {fact: age, below: 41}}]
        """,
    "risk/set": """
        type: CriteriaSet
        entry: {fact: dry_mouth_over_3_months, is: present}
        exclude: {any_of: [{fact: sarcoidosis, is: present}, {rule: axis/wet, is: met}]}
        items:
          - id: risk/set/a
            type: Finding
            label: a
            because: a
            when: {fact: schirmer_test, in: either_eye, at_most: 5}
          - {id: risk/set/b, type: Finding, label: b, because: b, when: {rule: axis/articular, reaches: high}}
          - id: risk/set/c
            type: Finding
            label: c
            because: c
            when: {fact: anti_ssa_ro, in: any_narrower, is: present}
        met_when: {at_least: 2}
        """,
    "risk/branched": """
        type: CriteriaSet
        exclude: {fact: lymphopenia, is: present}
        items:
          - id: risk/branched/a
            type: Finding
            label: a
            because: a
            when: {fact: anti_ssa_ro, is: present}
            parts:
              - id: risk/branched/a/low
                type: Finding
                label: low
                because: A part of an item.
                when: {fact: schirmer_test, in: either_eye, at_most: 5}
          - {id: risk/branched/b, type: Finding, label: b, because: b, when: {rule: risk/branched/a/low, is: met}}
          - {id: risk/branched/c, type: Finding, label: c, because: c, when: {fact: low_c4, is: present}}
        branches:
          - value: young
            label: the rule for the young
            because: They are young.
            when: {fact: age, below: 41}
            counts: [{rule: risk/branched/a}, {rule: risk/branched/b}]
            needed: 1
            met_when: {any_of: [{rule: risk/branched/a, is: met}, {rule: risk/branched/b, is: met}]}
          - value: purple
            label: the rule for those with purpura
            because: They are purple.
            when: {fact: palpable_purpura, is: present}
            counts: [{rule: risk/branched/b}, {rule: risk/branched/c}]
            needed: 2
            met_when: {all_of: [{rule: risk/branched/b, is: met}, {rule: risk/branched/c, is: met}]}
          - value: other
            label: the rule for the others
            because: They are others.
            counts: [{rule: risk/branched/a}, {rule: risk/branched/b}, {rule: risk/branched/c}]
            needed: 2
            met_when:
              at_least: 2
              of: [{rule: risk/branched/a, is: met}, {rule: risk/branched/b, is: met}, {rule: risk/branched/c, is: met}]
        """,
    "risk/plain": """
        type: Finding
        when:
          none_of:
            - {rule: risk/set, is: met}
            - {fact: lymphopenia, is: present}
            - {fact: anti_ssa_ro, in: any_narrower, is: absent}
        shows: [{key: recorded, fact: recorded_diagnosis}, {key: level, rule: axis/articular}]
        """,
    "risk/listed": """
        type: Selection
        as_list: findings
        select:
          - value: purpura
            label: palpable purpura
            when: {fact: palpable_purpura, is: present}
            source: [{work: "doi:10.1000/4", locator: table 1}]
          - value: complement
            when: {fact: low_c4, is: present}
            source: [{work: "doi:10.1000/4", locator: table 2}]
        """,
}
"""A rule set of no clinical meaning in which every construct of the language occurs."""

EYES, GLANDS = ("right", "left"), ("right_parotid", "left_parotid", "right_submandibular", "left_submandibular")
SIDED = {
    "schirmer_test": (EYES, (3, 5, 7, 12, 20, "abnormal", "normal")),
    "ocular_staining_score": (EYES, (0, 5, 9)),
    "tear_break_up_time": (EYES, (5, 12)),
    "sgus_omeract_grade": (GLANDS, (0, 1, 3)),
}
SINGLE = {
    "sgus_hocevar_score": (10, 31),
    "unstimulated_whole_saliva_flow": (0.05, 0.2, 0.5),
    "stimulated_whole_saliva_flow": (0.5,),
    "anticholinergic_drug": ("none", "ongoing"),
    "igg": (10, 25),
    "focus_score": (0, 1.5),
    "recorded_diagnosis": ("primary Sjögren's syndrome", "other words", "not_done"),
    "sgus_pattern": ([], ["fatty"]),
    "essdai": ({"articular": "moderate"}, {"articular": "no", "renal": "low"}),
    "esspri": ({"pain": 8}, {"dryness": 7, "fatigue": 6, "pain": 3}),
}
FLAGS = (
    *("low_c3", "low_c4", "cryoglobulins", "rheumatoid_factor", "sialography_abnormal", "anti_ssa_ro", "anti_ro52"),
    *("anti_ro60", "palpable_purpura", "dry_mouth_over_3_months", "sarcoidosis", "lymphopenia"),
)


def small_rules(folder: Path) -> Path:
    """Write `RULES` as files."""
    for name, body in RULES.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        head = f'"@context": ../context.jsonld\nid: {name}\nlabel: {name}\nstatus: operationalisation\nbecause: Test.\n'
        source = 'source: [{work: "doi:10.1000/1", locator: table 1}]\n'
        path.write_text(head + source + dedent(body), encoding="utf-8")
    return folder


def patient(seed: int) -> Json:
    """A patient by chance, with about a fifth, half or most facts recorded."""
    chance = random.Random(seed)  # noqa: S311 - patients by chance, not secrets
    share = chance.choice((0.2, 0.5, 0.8))
    facts: dict[str, Json] = {name: chance.choice((True, False)) for name in FLAGS if chance.random() < share}
    for name, values in SINGLE.items():
        if chance.random() < share:
            facts[name] = chance.choice(values)
    for name, (sides, choices) in SIDED.items():
        recorded = {side: chance.choice(choices) for side in sides if chance.random() < share}
        if recorded:
            facts[name] = recorded
    assume = {"qualitative_results": "accepted"} if chance.random() < share else {}
    return {"id": f"patient-{seed}", "age": chance.choice((12, 40, 60)), "facts": facts, "assume": assume}


class Bench:
    """One knowledge base and its assessor."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge, self.assessor = knowledge, Assessor(knowledge)

    def assess(self, case: Json) -> Json:
        """An assessment as it comes back from a file."""
        read = read_case(json.dumps(case), self.knowledge.vocabulary)
        return json.loads(json.dumps(self.assessor.assess(read)))

    def verify(self, assessment: Json, *, content_hash: str = "") -> list[Refusal]:
        return verify(assessment, self.knowledge.rules, self.knowledge.vocabulary, content_hash=content_hash)

    def codes(self, assessment: Json) -> set[str]:
        return {refusal.code for refusal in self.verify(assessment)}


@pytest.fixture(scope="module")
def bench() -> Bench:
    """The rules of this repository."""
    return Bench(build(data("rules"), data("ontology"), "test"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The rules of this file."""
    return Bench(build(small_rules(tmp_path_factory.mktemp("rules")), data("ontology"), "test"))


@pytest.fixture(scope="module")
def core(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The files on which the 2016 criteria rest, so that many edits can be tried in a short time."""
    rules, waiting, needed = bench.knowledge.rules.rules, ["classification/acr-eular-2016"], set()
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += [other.name for other in dependencies(rules[name]) if other.kind == RULE]
            waiting += [rule.id for rule in rules.values() if rule.place.file == rules[name].place.file]
    folder = tmp_path_factory.mktemp("core")
    for file in {rules[name].place.file.removeprefix("rules/") for name in needed}:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(data("rules") / file, folder / file)
    return Bench(build(folder, data("ontology"), "test"))


@pytest.fixture(scope="module")
def accepted(core: Bench) -> Json:
    """An accepted assessment, to be copied and edited."""
    return core.assess(MET)


def graph(assessment: Json) -> list[Json]:
    return list(assessment["visits"][0]["justification"]["@graph"])


def the(assessment: Json, **wanted: Json) -> Json:
    """The one node with these values; ``conclusion`` and ``key`` are those of what it concludes."""

    def shown(node: Json, name: str) -> Json:
        return node.get("concludes", {}).get(name) if name in {"conclusion", "key"} else node.get(name)

    found = [node for node in graph(assessment) if all(shown(node, name) == value for name, value in wanted.items())]
    assert len(found) == 1, wanted
    return found[0]


def sealed(assessment: Json) -> Json:
    """The assessment with every identifier made again from the content, and printed what its nodes conclude."""
    for visit in assessment["visits"]:
        nodes = {node["id"]: node for node in visit["justification"]["@graph"]}
        renamed: dict[str, str] = {}

        def rename(name: str, nodes: dict[str, Json] = nodes, renamed: dict[str, str] = renamed) -> str:
            if name not in renamed and name in nodes:
                node = nodes[name]
                if "premises" in node:
                    node["premises"] = [rename(premise) for premise in node["premises"]]
                renamed[name] = node["id"] = digest(node)
            return renamed.get(name, name)

        for name in list(nodes):
            rename(name)
        for node in nodes.values():
            concludes = node.get("concludes", {})
            printed = node.get("operation") == "reads" or (
                node["type"] == "firing" and concludes.get("key") == "verdict"
            )
            if printed and concludes["key"] in visit["conclusions"].get(concludes["conclusion"], {}):
                visit["conclusions"][concludes["conclusion"]][concludes["key"]] = concludes["value"]
    return assessment


def edited(assessment: Json, edit: Edit) -> Json:
    found = copy.deepcopy(assessment)
    edit(found)
    return found


# -- what is accepted -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_every_proof_is_accepted(bench: Bench, name: str) -> None:
    assert bench.verify(bench.assess(CASES[name]), content_hash=bench.knowledge.program.content_hash) == []


def test_proofs_of_every_construct_are_accepted(small: Bench) -> None:
    """Over patients by chance, for a rule set in which every construct occurs; and every construct was met."""
    seen: set[str] = set()
    for seed in range(60):
        assessment = small.assess(patient(seed))
        assert small.verify(assessment) == []
        for node in graph(assessment):
            key = node.get("concludes", {}).get("key", "")
            seen |= {
                node["type"],
                node.get("operation", ""),
                node.get("assumption", ""),
                key.partition("~")[2].partition(">")[0],
            }
            seen |= {key} if "#" not in key else set()
    expected = (
        "fact missing assumption not_counted qualitative_results sum mean first_known undecided reads narrower known "
    )
    expected += "unknown not_shown reliable untested shown open at_least at_most cases_at_least cases_at_most member "
    expected += "member_not verdict raised primary findings axes lacks"
    assert set(expected.split()) <= seen


def test_the_notice_is_the_one_that_is_printed() -> None:
    assert NOTICE == PRINTED_NOTICE


# -- what is refused --------------------------------------------------------------------------------------------------


def set_verdict(assessment: Json) -> None:
    assessment["visits"][0]["conclusions"]["classification/acr-eular-2016"]["verdict"] = "not_met"


def add_flag(assessment: Json) -> None:
    assessment["visits"][0]["flags"].append("implausible_flow")


def drop_conclusion(assessment: Json) -> None:
    del assessment["visits"][0]["conclusions"]["activity/essdai"]


def drop_key(assessment: Json) -> None:
    del assessment["visits"][0]["conclusions"]["activity/essdai"]["low"]


def add_conclusion(assessment: Json) -> None:
    assessment["visits"][0]["conclusions"]["axis/invented"] = {"value": True}


def change_value(assessment: Json) -> None:
    the(assessment, fact="anti_ssa_ro")["value"] = False


def change_premise(assessment: Json) -> None:
    node = the(assessment, conclusion="classification/acr-eular-2016/anti-ssa", key="result")
    node["premises"] = [the(assessment, fact="anti_ssa_ro")["id"]]


def change_rule(assessment: Json) -> None:
    the(assessment, conclusion="classification/acr-eular-2016/anti-ssa", key="result")["rule"] = (
        "terminology/antibody/anti-ssa"
    )


def change_source(assessment: Json) -> None:
    the(assessment, conclusion="classification/acr-eular-2016/anti-ssa", key="result")["source"][0]["locator"] = (
        "table 9"
    )


def change_status(assessment: Json) -> None:
    the(assessment, conclusion="classification/acr-eular-2016/anti-ssa", key="result")["status"] = "consensus"


def change_clause(assessment: Json) -> None:
    the(assessment, conclusion="classification/acr-eular-2016", key="entry")["clause"] = "entry.any_of.0"


def remove_node(assessment: Json) -> None:
    nodes = assessment["visits"][0]["justification"]["@graph"]
    nodes.remove(the(assessment, fact="anti_ssa_ro"))


def repeat_node(assessment: Json) -> None:
    assessment["visits"][0]["justification"]["@graph"].append(the(assessment, fact="anti_ssa_ro"))


def add_node(assessment: Json) -> None:
    node = {"type": "missing", "fact": "igg", "text": "immunoglobulin G: nothing is recorded"}
    assessment["visits"][0]["justification"]["@graph"].append({**node, "id": digest(node)})


def swap_premise(assessment: Json) -> None:
    node = the(assessment, conclusion="classification/acr-eular-2016", key="exclude")
    node["premises"][0] = the(assessment, fact="dry_mouth_over_3_months")["id"]


def turn_conclusion(assessment: Json) -> None:
    the(assessment, conclusion="classification/acr-eular-2016/schirmer", key="result")["concludes"]["value"] = "not_met"


def conclude_for_another(assessment: Json) -> None:
    node = the(assessment, conclusion="classification/acr-eular-2016/schirmer", key="result")
    node["concludes"]["conclusion"] = "classification/acr-eular-2016/biopsy"


def conclude_nonsense(assessment: Json) -> None:
    the(assessment, conclusion="classification/acr-eular-2016/schirmer", key="result")["concludes"]["value"] = (
        "certainly"
    )


def drop_needed_premise(assessment: Json) -> None:
    del the(assessment, conclusion="classification/acr-eular-2016", key="exclude")["premises"][2]


def drop_addend(assessment: Json) -> None:
    del the(assessment, conclusion="activity/essdai", key="sum")["premises"][1]


def change_fact(assessment: Json) -> None:
    the(assessment, fact="schirmer_test", side="right").update(value=12, as_stated="12")


def change_fact_only_in_part(assessment: Json) -> None:
    the(assessment, fact="schirmer_test", side="right")["value"] = 3


def leave_the_range(assessment: Json) -> None:
    the(assessment, fact="schirmer_test", side="right").update(value=-4, as_stated="-4")


def change_unit(assessment: Json) -> None:
    the(assessment, fact="unstimulated_whole_saliva_flow")["unit"] = "L/min"


def change_side(assessment: Json) -> None:
    the(assessment, fact="schirmer_test", side="right")["side"] = "right_parotid"


def rename_fact(assessment: Json) -> None:
    the(assessment, fact="anti_ssa_ro")["fact"] = "anti_ssa"


def look_ahead(assessment: Json) -> None:
    the(assessment, fact="anti_ssa_ro")["visit"] = 1


def widen_score(assessment: Json) -> None:
    the(assessment, conclusion="classification/acr-eular-2016", key="score", operation="sum")["concludes"]["value"][
        "high"
    ] += 1


def print_another_score(assessment: Json) -> None:
    the(assessment, conclusion="classification/acr-eular-2016", key="score", operation="reads")["concludes"]["value"][
        "low"
    ] -= 1


def print_something_lacking(assessment: Json) -> None:
    the(assessment, conclusion="classification/acr-eular-2016", key="lacks")["concludes"]["value"] = ["focus_score"]


def settle_what_is_open(assessment: Json) -> None:
    node = the(assessment, conclusion="classification/acr-eular-2016/biopsy", operation="undecided")
    node["premises"][0] = the(assessment, fact="anti_ssa_ro")["id"]


def hide_what_is_open(assessment: Json) -> None:
    del the(assessment, conclusion="classification/acr-eular-2016/biopsy", operation="undecided")["premises"][0]


def withdraw_assumption(assessment: Json) -> None:
    assessment["assume"] = {}


def assume_without_leave(assessment: Json) -> None:
    node = the(assessment, fact="dry_mouth_over_3_months")
    for key in ("unit", "visit", "as_stated", "date"):
        del node[key]
    node.update(type="assumption", assumption="unrecorded_exclusions", value="absent")


def change_policy(assessment: Json) -> None:
    assessment["policy"] = {"ro52_alone_counts_as_ssa": "false"}


def invent_assumption(assessment: Json) -> None:
    assessment["assume"]["everything"] = "absent"


def add_key(assessment: Json) -> None:
    the(assessment, fact="anti_ssa_ro")["trust"] = "me"


def drop_notice(assessment: Json) -> None:
    assessment["notice"] = ""


UNSEALED: dict[Edit, str] = {
    set_verdict: "V140",
    add_flag: "V142",
    drop_conclusion: "V141",
    drop_key: "V141",
    add_conclusion: "V141",
    change_value: "V102",
    change_premise: "V102",
    change_rule: "V102",
    change_source: "V102",
    remove_node: "V104",
    repeat_node: "V103",
    add_node: "V106",
    withdraw_assumption: "V112",
    change_policy: "V112",
    invent_assumption: "V112",
    add_key: "V101",
    drop_notice: "V150",
}
SEALED: dict[Edit, str] = {
    change_value: "V130",
    change_premise: "V124",
    change_rule: "V120",
    change_source: "V121",
    change_status: "V121",
    change_clause: "V122",
    swap_premise: "V124",
    turn_conclusion: "V130",
    conclude_for_another: "V120",
    conclude_nonsense: "V123",
    drop_needed_premise: "V130",
    drop_addend: "V132",
    change_fact: "V130",
    change_fact_only_in_part: "V110",
    leave_the_range: "V110",
    change_unit: "V110",
    change_side: "V110",
    rename_fact: "V110",
    look_ahead: "V110",
    widen_score: "V132",
    print_another_score: "V133",
    print_something_lacking: "V133",
    settle_what_is_open: "V124",
    hide_what_is_open: "V131",
    assume_without_leave: "V112",
}


@pytest.mark.parametrize(("edit", "code"), UNSEALED.items(), ids=lambda value: getattr(value, "__name__", value))
def test_tampering_is_refused(core: Bench, accepted: Json, edit: Edit, code: str) -> None:
    assert code in core.codes(edited(accepted, edit))


@pytest.mark.parametrize(("edit", "code"), SEALED.items(), ids=lambda value: getattr(value, "__name__", value))
def test_tampering_with_new_identifiers_is_refused(core: Bench, accepted: Json, edit: Edit, code: str) -> None:
    assert core.verify(sealed(copy.deepcopy(accepted))) == []
    assert code in core.codes(sealed(edited(accepted, edit)))


def test_no_turned_conclusion_is_accepted(core: Bench, accepted: Json) -> None:
    """Every firing turned to its opposite, and every end of every interval moved by one, each with new identifiers."""
    opposite = {"met": "not_met", "not_met": "met", "holds": "does_not_hold", "does_not_hold": "holds"}
    tried = 0
    for position, node in enumerate(graph(accepted)):
        value = node.get("concludes", {}).get("value")
        changes: list[Json] = [opposite[value]] if isinstance(value, str) and value in opposite else []
        if isinstance(value, dict):
            changes = [{**value, end: value[end] + step} for end in ("low", "high") for step in (-1, 1)]
        for change in changes:
            copied = copy.deepcopy(accepted)
            graph(copied)[position]["concludes"]["value"] = change
            assert core.verify(sealed(copied)), node
            tried += 1
    assert tried > len(graph(accepted)) / 3


def test_no_firing_can_spare_a_premise(core: Bench, accepted: Json) -> None:
    """What a rule concluded rests on each of its premises."""
    for position, node in enumerate(graph(accepted)):
        for index in range(len(node["premises"])) if node["type"] == "firing" else ():
            copied = copy.deepcopy(accepted)
            del graph(copied)[position]["premises"][index]
            assert core.verify(sealed(copied)), node


def test_another_knowledge_base_is_refused(core: Bench, accepted: Json) -> None:
    assert [refusal.code for refusal in core.verify(accepted, content_hash="sha256:other")] == ["V151"]


def test_a_circle_is_refused(core: Bench, accepted: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if somebody found content that is its own digest."""
    monkeypatch.setattr(checker_nodes, "digest", lambda node: node["id"])
    copied = copy.deepcopy(accepted)
    node = the(copied, conclusion="classification/acr-eular-2016/anti-ssa", key="result")
    node["premises"] = [node["id"]]
    assert core.codes(copied) == {"V105"}


def test_two_accounts_of_one_fact_are_refused(core: Bench, accepted: Json) -> None:
    """A second value of the same fact, used elsewhere in the same proof."""
    copied = copy.deepcopy(accepted)
    second = {**the(copied, fact="dry_mouth_over_3_months"), "note": "another account"}
    second["id"] = digest(second)
    graph_of = copied["visits"][0]["justification"]["@graph"]
    graph_of.append(second)
    node = the(copied, conclusion="classification/acr-eular-2016", key="entry")
    node["premises"] = [*node["premises"], second["id"]]
    second["value"] = False
    assert "V107" in core.codes(sealed(copied))


def test_what_is_not_counted_must_be_unknown_to_a_rule_that_says_so(small: Bench) -> None:
    found = {}
    for seed in range(60):
        assessment = small.assess(patient(seed))
        if any(node.get("assumption") == "not_counted" for node in graph(assessment)):
            found = assessment
            break
    first = next(node for node in graph(found) if node.get("assumption") == "not_counted")

    def elsewhere(copied: Json) -> None:
        node = next(node for node in graph(copied) if node["id"] == first["id"])
        node["rule"], node["clause"] = "axis/articular", "stated"

    assert "V112" in small.codes(sealed(edited(found, elsewhere)))


BRANCHED: dict[str, Json] = {
    "id": "branched",
    "age": 60,
    "facts": {"palpable_purpura": False, "anti_ssa_ro": True, "low_c4": True, "lymphopenia": False},
}
"""Neither young nor purple: of the rule for the others two items are met and one is open."""
OTHER_BRANCH: dict[str, tuple[dict[str, Json], Json, str]] = {
    "another branch": ({"key": "branch", "type": "firing"}, "purple", "V130"),
    "another branch printed": ({"key": "branch", "operation": "reads"}, "purple", "V133"),
    "no branch printed": ({"key": "branch", "operation": "reads"}, "undetermined", "V133"),
    "the rule turned": ({"key": "branches", "type": "firing"}, "does_not_hold", "V130"),
    "another count": ({"key": "count/other"}, {"low": 3, "high": 3}, "V132"),
    "another count printed": ({"key": "count"}, {"low": 3, "high": 3, "needed": 2}, "V133"),
    "another number needed": ({"key": "count"}, {"low": 2, "high": 3, "needed": 1}, "V133"),
    "no count printed": ({"key": "count"}, None, "V133"),
}


@pytest.mark.parametrize("name", OTHER_BRANCH)
def test_what_is_said_of_branches_is_held_against_the_rule(small: Bench, name: str) -> None:
    accepted = small.assess(BRANCHED)
    wanted, value, code = OTHER_BRANCH[name]
    conclusion = accepted["visits"][0]["conclusions"]["risk/branched"]
    assert conclusion == {"verdict": "met", "branch": "other", "count": {"low": 2, "high": 3, "needed": 2}, "lacks": []}

    def change(copied: Json) -> None:
        the(copied, conclusion="risk/branched", **wanted)["concludes"]["value"] = value

    assert small.verify(accepted) == []
    assert code in small.codes(sealed(edited(accepted, change)))


def test_an_open_branch_has_no_count(small: Bench) -> None:
    accepted = small.assess({**BRANCHED, "facts": {**BRANCHED["facts"], "palpable_purpura": "unknown"}})
    conclusion = accepted["visits"][0]["conclusions"]["risk/branched"]
    assert (conclusion["verdict"], conclusion["branch"], conclusion["count"]) == ("undetermined", "undetermined", None)

    def count(copied: Json) -> None:
        node = the(copied, conclusion="risk/branched", key="count")
        node["concludes"]["value"] = {"low": 2, "high": 3, "needed": 2}

    assert small.verify(accepted) == []
    assert "V133" in small.codes(sealed(edited(accepted, count)))


def test_a_flag_must_rest_on_its_finding(small: Bench) -> None:
    found = next(each for each in map(small.assess, map(patient, range(60))) if each["visits"][0]["flags"])

    def rename(copied: Json) -> None:
        the(copied, conclusion="flag/wet")["concludes"]["conclusion"] = "flag/dry"
        copied["visits"][0]["flags"] = ["dry"]

    def hide(copied: Json) -> None:
        copied["visits"][0]["flags"] = []

    assert "V143" in small.codes(sealed(edited(found, rename)))
    assert "V142" in small.codes(edited(found, hide))


def test_a_stated_total_cannot_be_passed_over(bench: Bench) -> None:
    """A proof that adds up items while the total stands in it is refused."""
    case = copy.deepcopy(CASES["stated totals"])
    stated = bench.assess(case)
    node = the(stated, operation="mean")
    node["premises"] = []
    for name in ("dryness", "fatigue", "pain"):
        missing = {"type": "missing", "fact": f"esspri.{name}", "text": "nothing is recorded"}
        missing["id"] = digest(missing)
        stated["visits"][0]["justification"]["@graph"].append(missing)
        node["premises"].append(missing["id"])
    node["concludes"]["value"] = {"low": 0, "high": 10}
    assert "V132" in bench.codes(sealed(stated))


def test_lacking_facts_are_those_that_the_verdict_rests_on(bench: Bench) -> None:
    """Nothing that the criteria do not read, nothing that is recorded and reliable, and not nothing."""
    lacking = bench.assess(OPEN)
    node = the(lacking, conclusion="classification/acr-eular-2016", key="lacks")
    assert node["concludes"]["value"]

    def foreign(copied: Json) -> None:
        strange = {"type": "missing", "fact": "osdi", "text": "nothing is recorded"}
        strange["id"] = digest(strange)
        copied["visits"][0]["justification"]["@graph"].append(strange)
        lacks = the(copied, conclusion="classification/acr-eular-2016", key="lacks")
        lacks["premises"].append(strange["id"])
        lacks["concludes"]["value"] = sorted([*lacks["concludes"]["value"], "osdi"])

    def nothing(copied: Json) -> None:
        lacks = the(copied, conclusion="classification/acr-eular-2016", key="lacks")
        lacks["premises"] = [
            the(copied, conclusion="classification/acr-eular-2016", key="verdict", operation="reads")["id"]
        ]
        lacks["concludes"]["value"] = []

    assert "V134" in bench.codes(sealed(edited(lacking, foreign)))
    assert "V134" in bench.codes(sealed(edited(lacking, nothing)))


# -- whatever is handed in --------------------------------------------------------------------------------------------

ODDITIES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 40)
    | st.floats(allow_nan=True)
    | st.text(max_size=8)
    | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)


def places(value: Json) -> list[tuple[Json, Json]]:
    """Every container of a document with every key or index in it."""
    found: list[tuple[Json, Json]] = []
    waiting = [value]
    while waiting:
        container = waiting.pop()
        keys = list(container) if isinstance(container, dict) else list(range(len(container)))
        found += [(container, key) for key in keys]
        waiting += [container[key] for key in keys if isinstance(container[key], dict | list)]
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(min_value=0), oddity=ODDITIES, remove=st.booleans())
def test_no_edited_graph_is_accepted(core: Bench, accepted: Json, place: int, oddity: Json, remove: bool) -> None:
    """Whatever is changed in a graph, in its conclusions or its flags: it is refused, and nothing raises."""
    copied = copy.deepcopy(accepted)
    visit = copied["visits"][0]
    choices = places({key: visit[key] for key in ("conclusions", "flags", "justification")})
    container, key = choices[place % len(choices)]
    if remove:
        del container[key]
    else:
        container[key] = oddity
    if json.dumps(copied) != json.dumps(accepted):
        assert core.verify(copied)


@settings(max_examples=40, deadline=None)
@given(document=ODDITIES)
def test_anything_else_is_refused(bench: Bench, document: Json) -> None:
    assert {refusal.code for refusal in bench.verify(document)} == {"V101"}


def test_contradicting_items_make_no_assessment(bench: Bench) -> None:
    """What the checker never sees: a stated total that its items contradict is refused at the door."""
    with pytest.raises(InputError):
        bench.assess(
            {"id": "x", "age": 40, "facts": {"esspri_score": 1, "esspri": {"dryness": 9, "fatigue": 9, "pain": 9}}}
        )
