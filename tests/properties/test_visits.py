"""Cases with several visits: change and response, and what must hold of every proof of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.properties.breaking import NOWHERE, Pool, describe, differs
from tests.test_rules import BASES, CASES

import sjogren
from sjogren.engine.driver import DurableEngine
from sjogren.program.ir import Clause
from sjogren.program.later import compile_later
from sjogren.proof.checker.nodes import digest
from sjogren.rules.timed import longitudinal, visit_of

pytestmark = pytest.mark.long

LIGHT = settings(max_examples=max(20, settings().max_examples // 3))
KB = sjogren.open()
LATER = compile_later(KB.knowledge)
COMPARING = longitudinal(KB.rules)
FIRST = date(2026, 1, 5)
NUMBERS: dict[str, list[Any]] = {
    "clinessdai_total": [0, 2, 4, 5, 9, 12],
    "essdai_total": [0, 2, 5, 9, 12],
    "esspri_score": [0, 3.4, 4, 5, 6, 7],
    "unstimulated_whole_saliva_flow": [0, 0.04, 0.05, 0.1, 0.25, "abnormal"],
    "sgus_hocevar_score": [0, 15, 18, 20, 24],
    "igg": [14, 18, 20, 22],
    "rheumatoid_factor_level": [0, 15, 20, 60, 80],
}
EYES: dict[str, list[int]] = {"schirmer_test": [0, 4, 5, 9, 10], "ocular_staining_score": [0, 1, 2, 3, 4]}
LEVELS = {"renal": ["no", "low"], "articular": ["no", "low", "moderate", "high"], "biological": ["no", "low"]}
CLASSES = ["b_cell_depleting", "immunoglobulin_lowering", "glucocorticoid"]


@st.composite
def recorded(draw: Callable[[st.SearchStrategy[Any]], Any]) -> dict[str, Any]:
    """What one visit records, with values at and around what counts as a change."""
    found: dict[str, Any] = {}
    for name, values in NUMBERS.items():
        if draw(st.integers(0, 3)):
            found[name] = draw(st.sampled_from([*values, "not_done"]))
    for name, counts in EYES.items():
        if draw(st.integers(0, 3)):
            found[name] = draw(st.dictionaries(st.sampled_from(["right", "left"]), st.sampled_from(counts), min_size=1))
    if draw(st.booleans()):
        found.pop("clinessdai_total", None)
        found.pop("essdai_total", None)
        found["essdai"] = {name: draw(st.sampled_from(levels)) for name, levels in LEVELS.items()}
        if draw(st.integers(0, 2)):
            found["essdai_unlisted_domains"] = "no"
    if draw(st.booleans()):
        found.pop("esspri_score", None)
        found["esspri"] = {name: draw(st.sampled_from([0, 3, 5, 6, 7])) for name in ("dryness", "fatigue", "pain")}
        found |= {name: draw(st.booleans()) for name in ("widespread_pain", "sleep_disturbance", "mood_disturbance")}
    if not draw(st.integers(0, 2)):
        found["treatments"] = [{"drug": "a drug", "class": draw(st.sampled_from(CLASSES))}]
    return found


@st.composite
def courses(draw: Callable[[st.SearchStrategy[Any]], Any]) -> dict[str, Any]:
    """A case with two or three visits."""
    gaps = draw(st.lists(st.sampled_from([20, 83, 84, 168]), min_size=1, max_size=2))
    days = [sum(gaps[:count]) for count in range(len(gaps) + 1)]
    visits = [{"date": (FIRST + timedelta(days=day)).isoformat(), "facts": draw(recorded())} for day in days]
    return {"id": "generated", "age": draw(st.sampled_from([9, 52.5])), "visits": visits}


@LIGHT
@given(courses())
def test_engine_and_reference_agree_and_the_checker_accepts(case: dict[str, Any]) -> None:
    assert KB.verify(KB.assess(case)) == []


@LIGHT
@given(courses())
def test_the_first_visit_is_told_as_if_it_were_the_only_one(case: dict[str, Any]) -> None:
    alone = {**case, "visits": case["visits"][:1]}

    assert KB.assess(case).visits[0] == KB.assess(alone).visits[0]


@LIGHT
@given(courses())
def test_every_key_is_concluded_and_every_rule_can_be_shown(case: dict[str, Any]) -> None:
    for index, visit in enumerate(KB.assess(case).visits):
        graph = visit["justification"]["@graph"]
        ids = {node["id"] for node in graph}
        concluded = {
            (node["concludes"]["conclusion"], node["concludes"]["key"]) for node in graph if "concludes" in node
        }
        printed = {(rule, key) for rule, keys in visit["conclusions"].items() for key in keys}
        assert printed <= concluded
        assert {premise for node in graph for premise in node.get("premises", ())} <= ids
        assert {node["rule"] for node in graph if "rule" in node} <= set(KB.rules)
        assert {node["visit"] for node in graph if node["type"] == "fact"} <= set(range(index + 1))
        assert (index > 0) == any(rule.startswith("response/") for rule in visit["conclusions"])


@LIGHT
@given(courses(), st.data())
def test_an_edited_proof_of_change_is_refused(case: dict[str, Any], data: st.DataObject) -> None:
    """Even with identifiers that fit the edited content."""
    edited = deepcopy(KB.assess(case).data)
    graph = edited["visits"][-1]["justification"]["@graph"]
    about = [node for node in graph if _of_change(node)]
    node = data.draw(st.sampled_from(about))
    before = json.dumps(node, sort_keys=True)
    way = data.draw(st.sampled_from(["at", "value", "visit", "premises", "clause", "status"]))
    if way == "at" and "at" in node:
        node["at"] = data.draw(st.sampled_from(["first", "now", "stood_first", "stood_earlier"]))
    elif way == "visit" and "visit" in node:
        node["visit"] = 1 - min(node["visit"], 1)
    elif way == "premises" and len(node.get("premises", ())) > 1:
        node["premises"] = node["premises"][1:]
    elif way == "clause" and node["type"] == "firing":
        node["clause"] = "met_when" if node["clause"] != "met_when" else "when_missing"
    elif way == "status" and node["type"] == "firing":
        node["status"] = "published" if node["status"] != "published" else "operationalisation"
    elif "concludes" in node:
        node["concludes"]["value"] = _other(node["concludes"]["value"])
    assume(json.dumps(node, sort_keys=True) != before)
    _seal(graph)

    assert KB.verify(edited) != []


def _of_change(node: dict[str, Any]) -> bool:
    """Whether a node is of another visit or of a rule that compares visits."""
    about = node.get("concludes", {}).get("conclusion", "")
    return "at" in node or bool(visit_of(about)[0]) or about in COMPARING


def _other(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _other(one) for key, one in value.items()}
    if isinstance(value, bool) or value is None:
        return value is not True
    if isinstance(value, int | float):
        return value + 1
    return "met" if value != "met" else "not_met"


def _seal(graph: list[dict[str, Any]]) -> None:
    """New identifiers, from the premises up, as somebody would write them who knows the format."""
    renamed: dict[str, str] = {}
    for node in graph:
        if "premises" in node:
            node["premises"] = [renamed.get(premise, premise) for premise in node["premises"]]
        old, node["id"] = node["id"], digest(node)
        renamed[old] = node["id"]


# -- the answers come from the clauses ---------------------------------------------------------------------------------

REDUNDANT = ("#", "~")
"""Steps inside a rule that closes what is open, or that only says what is known: other steps come to the same."""


RAISED: dict[str, dict[str, Any]] = {
    "systemic": {"essdai": {"renal": "low"}},
    "glandular": {"unstimulated_whole_saliva_flow": 0.05, "stimulated_whole_saliva_flow": 0.3},
    "symptom": {"esspri": {"dryness": 6, "fatigue": 6, "pain": 6}},
}
"""What brings each axis to grade 2, beside a normal patient."""


GRADED: dict[str, list[dict[str, Any]]] = {
    "systemic": [{}, {"essdai": {"articular": "low"}}, {"essdai": {"renal": "low"}}, {"essdai": {"renal": "high"}}],
    "glandular": [
        {},
        {"unstimulated_whole_saliva_flow": 0.08, "stimulated_whole_saliva_flow": 0.9},
        {"unstimulated_whole_saliva_flow": 0.05, "stimulated_whole_saliva_flow": 0.3},
        {"unstimulated_whole_saliva_flow": 0.02, "stimulated_whole_saliva_flow": 0.03},
    ],
    "symptom": [
        {},
        {"mood_disturbance": True},
        {"esspri": {"dryness": 6, "fatigue": 6, "pain": 6}},
        {"esspri": {"dryness": 8, "fatigue": 8, "pain": 8}, "widespread_pain": True},
    ],
}
"""What brings each axis to the grades 0 to 3, beside a normal patient."""
IMPOSSIBLE = (
    r"axis/dominance-over-time/moved-(\w+) T from axis/dominance=\1 T, axis/\1>=[12] F, .*",
    r"axis/dominance-over-time/moved-(\w+) T from stood_first/axis/dominance=\1 T, .*stood_first/axis/\1>=[12] F, .*",
)
"""Premises that never hold together: an axis dominates from grade 2 on, but results are taken as independent."""


def grades() -> Iterator[dict[str, Any]]:
    """For every axis and every two grades, one at the first visit and the other at the second."""
    for steps in GRADED.values():
        for pair in product(steps, repeat=2):
            visits = [
                {"date": (FIRST + timedelta(days=100 * index)).isoformat(), "facts": {**BASES["F"], **facts}}
                for index, facts in enumerate(pair)
            ]
            yield {"id": "grades", "age": 50, "visits": visits}


def dominances() -> Iterator[dict[str, Any]]:
    """For every two sets of dominant axes, one at the first visit and a later one, the other at a third."""
    sets = [tuple(axes) for count in range(4) for axes in combinations(RAISED, count)]
    for before, after in product(sets, repeat=2):
        facts = [dict(BASES["F"]) for _ in range(3)]
        for axes, found in zip((before, before, after), facts, strict=True):
            for axis in axes:
                found.update(RAISED[axis])
        days = [(FIRST + timedelta(days=100 * index)).isoformat() for index in range(3)]
        visits = [{"date": day, "facts": found} for day, found in zip(days, facts, strict=True)]
        yield {"id": "dominance", "age": 50, "visits": visits}


class LaterPool(Pool):
    """The clinical cases with several visits, and what each clause of a rule that compares visits does for them."""

    def __init__(self) -> None:
        self.program = LATER.program
        assessor = KB._assessor
        self.reference, self.engine = assessor.later.reference, DurableEngine(self.program)
        self.banks = {number: bank for _, banks in self.engine.strata for bank in banks for number in bank.clauses}
        self.inputs, self.expected, self.spans, self.fired, self.users, self.rivals = [], [], [], [], {}, {}
        for number, clause in enumerate(self.program.clauses):
            self.rivals.setdefault((clause.head, clause.truth), set()).add(number)
        several = (case.patient for _, case in CASES if len(case.patient.get("visits", ())) > 1)
        for patient in (*several, *dominances(), *grades()):
            for used, bound in assessor._visits(KB.read(patient)):
                if used is assessor.later:
                    self.add(bound.inputs)

    def compared(self) -> Iterator[tuple[int, Clause]]:
        """The clauses of rules that compare visits."""
        yield from ((number, one) for number, one in enumerate(self.program.clauses) if one.rule in COMPARING)


@pytest.fixture(scope="module")
def pool() -> Iterator[LaterPool]:
    made = LaterPool()
    yield made
    made.engine.close()


def test_breaking_any_clause_that_compares_visits_is_noticed(pool: LaterPool) -> None:
    unnoticed = []
    for number, clause in pool.compared():
        what = describe(clause)
        if any(mark in clause.head for mark in REDUNDANT) or any(re.fullmatch(one, what) for one in IMPOSSIBLE):
            continue
        if number not in pool.users or not pool.noticed(number, (clause.head, "F" if clause.truth == "T" else "T")):
            unnoticed.append(what)
        elif not pool.covered(number) and not pool.noticed(number, NOWHERE):
            unnoticed.append(f"{what} dropped")

    assert unnoticed == []


def test_a_change_that_is_computed_wrongly_is_noticed(pool: LaterPool) -> None:
    """The numbers that compare visits: with the two visits exchanged the engine is told from the reference."""
    changes = [key for key, one in pool.engine.aggregates.items() if one.op.endswith("_change")]
    assert changes
    for key in changes:
        kept = pool.engine.aggregates[key]
        pool.engine.aggregates[key] = kept._replace(addends=kept.addends[::-1])
        try:
            cases = zip(pool.inputs, pool.expected, strict=True)
            assert any(differs(pool.engine, inputs, expected) for inputs, expected in cases), key
        finally:
            pool.engine.aggregates[key] = kept
