"""Generated patients against the shipped rules: what must hold of every assessment."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.properties.patients import patients, without

import sjogren

LIGHT = settings(max_examples=max(20, settings().max_examples // 3))
KB = sjogren.open()
PROGRAM = KB.knowledge.program
CASES = patients(PROGRAM, KB.vocabulary)
DIAGNOSES = re.compile(r"\b(diagnosed|suffers|(patient|she|he|has|have) (has|have|Sjögren))\b", re.IGNORECASE)
"""Words of somebody who diagnoses; the notice says that nobody does."""


def conclusions(case: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What is concluded at each visit."""
    return [visit["conclusions"] for visit in KB.assess(case).visits]


@LIGHT
@given(CASES)
def test_engine_and_reference_agree_and_the_checker_accepts(case: dict[str, Any]) -> None:
    """`assess` itself raises `InternalFault` where the two evaluators differ."""
    assert KB.verify(KB.assess(case)) == []


@LIGHT
@given(CASES, st.randoms(use_true_random=False))
def test_the_order_of_facts_changes_no_conclusion(case: dict[str, Any], random: Any) -> None:
    shuffled = deepcopy(case)
    for visit in shuffled["visits"]:
        names = list(visit["facts"])
        random.shuffle(names)
        visit["facts"] = {name: visit["facts"][name] for name in names}

    assert KB.assess(shuffled).data == KB.assess(case).data


@LIGHT
@given(CASES)
def test_a_fact_that_no_rule_reads_changes_nothing(case: dict[str, Any]) -> None:
    read = {given.fact.partition(".")[0] for given in PROGRAM.inputs}
    plain = [name for name, fact in KB.vocabulary.facts.items() if fact.type == "boolean" and "." not in name]
    unread = next(name for name in plain if name not in read)
    more = deepcopy(case)
    more["visits"][0]["facts"][unread] = True

    assert conclusions(more) == conclusions(case)


@LIGHT
@given(CASES, st.data())
def test_removing_what_a_proof_does_not_cite_leaves_its_conclusion(case: dict[str, Any], data: st.DataObject) -> None:
    last = KB.assess(case).visits[-1]
    rule = data.draw(st.sampled_from(sorted(last["conclusions"])))
    cited = cites(last["justification"]["@graph"], rule)
    fewer = without(case, lambda visit, name, side: (visit, name, side) in cited or is_list(name, cited, visit))

    assert KB.assess(fewer).visits[-1]["conclusions"][rule] == last["conclusions"][rule]


def cites(graph: list[dict[str, Any]], rule: str) -> set[tuple[int, str, str]]:
    """The recorded facts (visit, name, side) on which the keys of a conclusion rest."""
    nodes = {node["id"]: node for node in graph}
    waiting = [node["id"] for node in graph if node.get("concludes", {}).get("conclusion") == rule]
    seen: set[str] = set()
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += nodes[one].get("premises", [])
    facts = [nodes[one] for one in seen if "fact" in nodes[one]]
    return {(node.get("visit", visit), node["fact"], node.get("side", "")) for node in facts for visit in (0, 1)}


def is_list(name: str, cited: set[tuple[int, str, str]], visit: int) -> bool:
    """Whether a member of this list is cited."""
    return any(at == visit and fact.startswith(f"{name}.") for at, fact, _ in cited)


@LIGHT
@given(CASES, st.data())
def test_an_edited_proof_is_refused(case: dict[str, Any], data: st.DataObject) -> None:
    edited = deepcopy(KB.assess(case).data)
    graph = edited["visits"][-1]["justification"]["@graph"]
    node = data.draw(st.sampled_from(graph))
    way = data.draw(st.sampled_from(["text", "value", "premises", "source", "dropped"]))
    before = json.dumps(node, sort_keys=True)
    if way == "dropped":
        graph.remove(node)
    elif way == "premises":
        node["premises"] = node.get("premises", [])[1:]
    elif way == "source":
        node["source"] = []
    elif way == "value" and "concludes" in node:
        node["concludes"]["value"] = "met" if node["concludes"]["value"] != "met" else "not_met"
    else:
        node[way] = "edited"
    assume(way == "dropped" or json.dumps(node, sort_keys=True) != before)

    assert KB.verify(edited) != []


@LIGHT
@given(CASES)
def test_no_assessment_speaks_of_a_diagnosis(case: dict[str, Any]) -> None:
    assessment = KB.assess(case)
    said = [node["text"] for visit in assessment.visits for node in visit["justification"]["@graph"]]

    assert [text for text in said if DIAGNOSES.search(text)] == []


def read_for_absence() -> set[str]:
    """The facts that some clause reads as unknown, directly or through what rests on them."""
    bodies: dict[str, list[Any]] = {}
    for clause in PROGRAM.clauses:
        bodies.setdefault(clause.head, []).extend(clause.body)
    waiting = [literal.key for clause in PROGRAM.clauses for literal in clause.body if literal.word == "U"]
    seen: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key not in seen and not key.endswith(("#exclude", "#entry")):
            seen.add(key)
            waiting += [literal.key for literal in bodies.get(key, ())]
    return {key.partition("@")[0].partition(".")[0] for key in seen}


FREE = sorted({given.fact.partition(".")[0] for given in PROGRAM.inputs} - read_for_absence() - {"essdai", "esspri"})


@LIGHT
@given(CASES, st.sets(st.sampled_from(FREE), min_size=1))
def test_met_never_becomes_its_opposite_as_facts_are_removed(case: dict[str, Any], dropped: set[str]) -> None:
    """With less known a verdict may become undetermined or less specific, where nothing reads a fact as unknown."""
    assume(not case.get("assume"))
    rule = "classification/acr-eular-2016"
    fewer = without(case, lambda _visit, name, _side: name.partition(".")[0] not in dropped)
    verdicts = {found[-1][rule]["verdict"] for found in (conclusions(case), conclusions(fewer))}

    assert verdicts not in [{"met", other} for other in ("not_met", "excluded", "entry_not_met")]


@pytest.mark.parametrize("conclusion", PROGRAM.conclusions, ids=lambda conclusion: conclusion.rule)
def test_every_key_is_concluded_by_a_node(conclusion: Any) -> None:
    visit = KB.assess({"id": "empty", "age": 50, "facts": {}}).visits[0]
    concluded = {
        (node["concludes"]["conclusion"], node["concludes"]["key"])
        for node in visit["justification"]["@graph"]
        if "concludes" in node
    }

    assert {(conclusion.rule, key) for key in visit["conclusions"][conclusion.rule]} <= concluded
