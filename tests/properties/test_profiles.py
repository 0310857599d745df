"""Dominance and endpoint profiles over every combination that they can meet, against the published pseudo-code.

The patients are built from a few facts for each interval of each axis, so that every triple of intervals can be asked
for; what is expected of them is brute force over all completions, and shares nothing with the engines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import sjogren

KB = sjogren.open()
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

Facts = Mapping[str, Any]
Interval = tuple[int, int]

SYSTEMIC: Mapping[Interval, Facts] = {
    (0, 0): {},
    (1, 1): {"essdai": {"cutaneous": "low"}},
    (2, 2): {"essdai": {"renal": "low"}},
    (3, 3): {"essdai": {"articular": "high"}},
    (0, 3): {"essdai": {"renal": "unknown"}},
    (1, 3): {"essdai": {"cutaneous": "low", "renal": "unknown"}},
    (2, 3): {"essdai": {"pulmonary": "low", "renal": "unknown"}},
    (0, 2): {"essdai": {"constitutional": "unknown"}},
    (1, 2): {"essdai": {"cutaneous": "low", "constitutional": "unknown"}},
}
"""Facts that bring the systemic axis to an interval; the domains that they do not name are rated "no"."""

GLANDULAR: Mapping[Interval, Facts] = {
    (0, 0): {},
    (1, 1): {"unstimulated_whole_saliva_flow": 0.05, "stimulated_whole_saliva_flow": 0.9},
    (2, 2): {"unstimulated_whole_saliva_flow": 0.05, "stimulated_whole_saliva_flow": 0.3},
    (3, 3): {"unstimulated_whole_saliva_flow": 0.02, "stimulated_whole_saliva_flow": 0.02},
    (0, 1): {"unstimulated_whole_saliva_flow": "unknown"},
    (1, 2): {"unstimulated_whole_saliva_flow": "unknown", "stimulated_whole_saliva_flow": 0.3},
    (1, 3): {"unstimulated_whole_saliva_flow": 0.05, "stimulated_whole_saliva_flow": "unknown"},
    (0, 3): {"unstimulated_whole_saliva_flow": "unknown", "stimulated_whole_saliva_flow": "unknown"},
    (2, 3): {
        "unstimulated_whole_saliva_flow": 0.05,
        "stimulated_whole_saliva_flow": "unknown",
        "ocular_staining_score": {"right": 6, "left": 1},
    },
}

HIGH = {"dryness": 4, "fatigue": 6, "pain": 6}
OPEN_PAIN = {"dryness": 4, "fatigue": 6, "pain": "unknown"}
SYMPTOM: Mapping[Interval, Facts] = {
    (0, 0): {},
    (1, 1): {"mood_disturbance": True},
    (2, 2): {"esspri": HIGH},
    (3, 3): {"esspri": HIGH, "widespread_pain": True},
    (0, 1): {"widespread_pain": "unknown"},
    (0, 2): {"esspri": OPEN_PAIN},
    (1, 2): {"esspri": OPEN_PAIN, "mood_disturbance": True},
    (1, 3): {"esspri": OPEN_PAIN, "widespread_pain": True},
    (2, 3): {"esspri": HIGH, "widespread_pain": "unknown"},
    (0, 3): {"esspri": OPEN_PAIN, "widespread_pain": "unknown"},
}

NORMAL: Facts = {
    "essdai_unlisted_domains": "no",
    "unstimulated_whole_saliva_flow": 0.3,
    "stimulated_whole_saliva_flow": 1.2,
    "schirmer_test": {"right": 12, "left": 12},
    "ocular_staining_score": {"right": 1, "left": 1},
    "esspri": {"dryness": 3, "fatigue": 3, "pain": 3},
    "widespread_pain": False,
    "sleep_disturbance": False,
    "mood_disturbance": False,
    "central_sensitisation": False,
}

AXES = ("systemic", "glandular", "symptom")

FOCI = {"sgus_omeract_grade": {"right_parotid": 2}, "sgus_pattern": ["hypoechoic_foci"]}
SUBTYPES: Mapping[str, Facts] = {
    "early_inflammatory": {**FOCI, "biopsy_fibrosis": "absent"},
    "mixed": {**FOCI, "biopsy_fibrosis": "severe"},
    "established_damage": {"biopsy_fibrosis": "severe"},
    "dysfunction_without_structural_correlate": {"focus_score": 0, "sgus_hocevar_score": 3},
    "subtype_indeterminate": {},
}
PROFILES_OF_THE_GLANDS = {
    "early_inflammatory": "axis2_early_inflammatory",
    "mixed": "axis2_mixed",
    "established_damage": "axis2_established_damage",
    "dysfunction_without_structural_correlate": "axis2_dysfunction",
    "subtype_indeterminate": "axis2_subtype_pending",
}
GRADES_OF: Mapping[frozenset[str], tuple[Interval, Interval, Interval]] = {
    frozenset(members): tuple(((2, 2) if axis in members else (0, 0)) for axis in AXES)  # type: ignore[misc]  # three axes, so three intervals
    for members in ((), *((axis,) for axis in AXES), AXES[:2], AXES[1:], (AXES[0], AXES[2]), AXES)
}
"""For every set of dominant axes, grades that lead to it."""

RANKS = ("primary", "key_secondary", "supportive", "exploratory")
KEYS = {
    "id",
    "label",
    "rank",
    "timepoint_weeks",
    "responder",
    "status",
    "verification",
    "supports",
    "contradicts",
    "patient_prioritised",
}


class Visit(NamedTuple):
    """What one patient comes to."""

    conclusions: Mapping[str, Any]
    graph: list[dict[str, Any]]


def visit(*facts: Facts, age: int = 50) -> Visit:
    """The normal patient with these facts laid over it."""
    patient: dict[str, Any] = {**NORMAL}
    for more in facts:
        patient |= more
    (found,) = KB.assess({"id": "case", "age": age, "facts": patient}).visits
    return Visit(found["conclusions"], found["justification"]["@graph"])


# -- dominance -------------------------------------------------------------------------------------------------------


def dominant(grades: tuple[int, int, int]) -> frozenset[str]:
    """The pseudo-code of the framework for one triple of grades."""
    highest = max(grades)
    if highest < 2:
        return frozenset()
    graded = dict(zip(AXES, grades, strict=True))
    return frozenset(axis for axis in AXES if graded[axis] == highest or (axis == "systemic" and graded[axis] >= 2))


def secondary(grades: tuple[int, int, int]) -> frozenset[str]:
    return frozenset(name for name, grade in zip(AXES, grades, strict=True) if grade >= 2) - dominant(grades)


def completions(intervals: tuple[Interval, Interval, Interval]) -> Iterator[tuple[int, int, int]]:
    one, two, three = (range(low, high + 1) for low, high in intervals)
    return product(one, two, three)


def word(sets: set[frozenset[str]]) -> str:
    """One answer where every completion gives it."""
    if len(sets) > 1:
        return "indeterminate"
    (members,) = sets
    return "none" if not members else next(iter(members)) if len(members) == 1 else "co-dominant"


@pytest.mark.parametrize("systemic", SYSTEMIC)
def test_dominance_is_the_pseudo_code_over_all_completions(systemic: Interval) -> None:
    for glandular, symptom in product(GLANDULAR, SYMPTOM):
        intervals = (systemic, glandular, symptom)
        found = visit(SYSTEMIC[systemic], GLANDULAR[glandular], SYMPTOM[symptom]).conclusions
        told = tuple((found[f"axis/{axis}"]["low"], found[f"axis/{axis}"]["high"]) for axis in AXES)
        assert told == intervals
        sets = {dominant(grades) for grades in completions(intervals)}
        others = {secondary(grades) for grades in completions(intervals)}
        certain = frozenset.intersection(*sets)
        expected = {
            "value": word(sets),
            "axes": [axis for axis in AXES if axis in certain],
            "secondary": [axis for axis in AXES if axis in frozenset.intersection(*others)],
        }
        assert found["axis/dominance"] == expected, intervals


def test_every_interval_of_the_systemic_and_glandular_axes_can_be_reached() -> None:
    """Only [0, 1] of the systemic axis is out of reach: a domain that is open may be at 5 points."""
    everything = {(low, high) for low in range(4) for high in range(low, 4)}

    assert everything - set(SYSTEMIC) == {(0, 1)}
    assert everything - set(GLANDULAR) == {(0, 2)}
    assert set(SYMPTOM) == everything


# -- profiles --------------------------------------------------------------------------------------------------------


@cache
def enumerated() -> tuple[tuple[frozenset[str], str, bool, Visit], ...]:
    """Every set of dominant axes with every subtype that the glandular axis can have, with and without lymphoma."""
    found = []
    for members, subtype, lymphoma in product(GRADES_OF, SUBTYPES, (False, True)):
        one, two, three = GRADES_OF[members]
        structure = SUBTYPES[subtype] if "glandular" in members else {}
        ill = {"b_cell_lymphoma_current": lymphoma}
        found.append((members, subtype, lymphoma, visit(SYSTEMIC[one], GLANDULAR[two], SYMPTOM[three], structure, ill)))
    return tuple(found)


def expected_profile(members: frozenset[str], subtype: str, lymphoma: bool) -> str:
    if lymphoma:
        return "lymphoma_pathway"
    if members == {"glandular"}:
        return PROFILES_OF_THE_GLANDS[subtype]
    numbers = "_".join(str(AXES.index(axis) + 1) for axis in AXES if axis in members)
    return ("none", f"axis{numbers}_dominant", f"codominant_{numbers}", f"codominant_{numbers}")[len(members)]


def test_every_combination_has_exactly_one_profile() -> None:
    for members, subtype, lymphoma, found in enumerated():
        assert set(found.conclusions["axis/dominance"]["axes"]) == members
        if "glandular" in members:
            assert found.conclusions["axis/glandular"]["subtype"] == subtype
        told = [node for node in found.graph if node.get("concludes", {}).get("key") == "profile"]
        assert [node["concludes"]["value"] for node in told] == [expected_profile(members, subtype, lymphoma)]


def test_every_profile_of_the_rule_is_reached_and_has_its_example() -> None:
    rule = KB.rule("endpoint/hierarchy")
    profiles = {case.low for case in rule.cases} | {rule.otherwise}
    reached = {found.conclusions["endpoint/hierarchy"]["profile"] for *_, found in enumerated()}

    assert reached | {"indeterminate"} == profiles
    for profile in profiles:
        (shown,) = KB.assess(EXAMPLES / f"profile-{profile}.yaml").visits
        assert shown["conclusions"]["endpoint/hierarchy"]["profile"] == profile


def test_targeting_follows_the_dominant_axes() -> None:
    for members, subtype, _, found in enumerated():
        pending = "glandular" in members and subtype == "subtype_indeterminate"
        early = "glandular" in members and subtype == "early_inflammatory"
        leads = "systemic" in members or early
        expected = "prioritise" if leads else "indeterminate" if pending else "not_prioritised"
        assert found.conclusions["targeting/immunotherapy"] == {"value": expected}, (members, subtype)


def test_every_profile_with_endpoints_has_one_that_patients_prioritise() -> None:
    for *_, found in enumerated():
        hierarchy = found.conclusions["endpoint/hierarchy"]
        chosen = [endpoint for rank in RANKS for endpoint in hierarchy[rank]]
        assert bool(chosen) == bool(hierarchy["primary"]) == bool(hierarchy["avoid_as_primary"])
        assert not chosen or any(endpoint["patient_prioritised"] for endpoint in chosen), hierarchy["profile"]


def test_no_endpoint_stands_twice_or_is_primary_and_to_be_avoided() -> None:
    for *_, found in enumerated():
        hierarchy = found.conclusions["endpoint/hierarchy"]
        names = [endpoint["id"] for rank in RANKS for endpoint in hierarchy[rank]]
        avoided = {endpoint["id"] for endpoint in hierarchy["avoid_as_primary"]}
        assert len(names) == len(set(names)), hierarchy["profile"]
        assert not avoided & {endpoint["id"] for endpoint in hierarchy["primary"]}, hierarchy["profile"]


def test_an_endpoint_entry_has_the_keys_of_the_contract() -> None:
    for *_, found in enumerated():
        hierarchy = found.conclusions["endpoint/hierarchy"]
        for rank in (*RANKS, "avoid_as_primary"):
            for endpoint in hierarchy[rank]:
                assert set(endpoint) >= KEYS
                assert endpoint["status"] in {"published", "consensus", "operationalisation"}
                assert endpoint["timepoint_weeks"] > 0


def test_in_a_child_what_rests_on_essdai_or_esspri_is_marked() -> None:
    adult, child = (
        visit(SYSTEMIC[2, 2], {"sgus_hocevar_score": 3}, age=age).conclusions["endpoint/hierarchy"] for age in (18, 17)
    )

    assert adult["profile"] == child["profile"] == "axis1_dominant"
    marked = {one["id"] for rank in RANKS for one in child[rank] if one.get("not_validated_in_children")}
    assert {"essdai_change_w24", "esspri_change_w24", "star_responder_w24"} <= marked
    assert "physician_global_w24" not in marked
    assert not any(one.get("not_validated_in_children") for rank in RANKS for one in adult[rank])


# -- the proof -------------------------------------------------------------------------------------------------------


def below(graph: list[dict[str, Any]], start: dict[str, Any]) -> list[dict[str, Any]]:
    """A node and all that it rests on."""
    nodes = {node["id"]: node for node in graph}
    waiting, seen = [start["id"]], {}
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen[one] = nodes[one]
            waiting += nodes[one].get("premises", [])
    return list(seen.values())


def about(nodes: Iterable[dict[str, Any]], conclusion: str) -> list[dict[str, Any]]:
    return [node for node in nodes if node.get("concludes", {}).get("conclusion") == conclusion]


@pytest.mark.parametrize(
    ("members", "facts"),
    [
        ({"systemic"}, {"systemic": {"essdai.renal"}}),
        ({"glandular"}, {"glandular": {"unstimulated_whole_saliva_flow", "stimulated_whole_saliva_flow"}}),
        ({"symptom"}, {"symptom": {"esspri.fatigue", "esspri.pain"}}),
        ({"systemic", "symptom"}, {"systemic": {"essdai.renal"}, "symptom": {"esspri.fatigue", "esspri.pain"}}),
    ],
)
def test_from_the_primary_endpoint_down_to_the_facts_the_proof_is_one_path(
    members: set[str], facts: Mapping[str, set[str]]
) -> None:
    """Each step is a premise of the one above: endpoints, profile, dominance, axis, and the facts that grade it."""
    one, two, three = GRADES_OF[frozenset(members)]
    graph = visit(SYSTEMIC[one], GLANDULAR[two], SYMPTOM[three], FOCI).graph
    (endpoints,) = [node for node in about(graph, "endpoint/hierarchy") if node["concludes"]["key"] == "primary"]

    (profile,) = [
        node for node in firings(below(graph, endpoints), "endpoint/hierarchy") if node["concludes"]["key"] == "value"
    ]
    for axis, graded_by in facts.items():
        (belongs,) = [
            node
            for node in firings(below(graph, profile), "axis/dominance")
            if node["concludes"] == {"conclusion": "axis/dominance", "key": "member", "value": axis}
        ]
        grades = firings(below(graph, belongs), f"axis/{axis}")
        assert any(node["concludes"]["key"] == "at_least" for node in grades)
        recorded = {node["fact"] for grade in grades for node in below(graph, grade) if node["type"] == "fact"}
        assert graded_by <= recorded


def firings(nodes: Iterable[dict[str, Any]], conclusion: str) -> list[dict[str, Any]]:
    return [node for node in about(nodes, conclusion) if node["type"] == "firing"]
