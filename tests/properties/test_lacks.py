"""`lacks` is exact: it names a fact when two completions of the case that differ in it alone differ in the answer."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import pytest

import sjogren

SETS = ("classification/acr-eular-2016", "classification/aecg-2002", "classification/acr-2012")
"""Not the Japanese set, whose pathology does not wait for the pattern of inflammation."""
VALUES: dict[str, tuple[Any, ...]] = {
    "dry_mouth_over_3_months": (True, False),
    "sarcoidosis": (True, False),
    "anti_ssa_ro": (True, False),
    "focal_lymphocytic_sialadenitis": (True, False),
    "focus_score": (0, 1),
    "schirmer_test": ({"right": 5, "left": 6}, {"right": 6, "left": 6}),
    "unstimulated_whole_saliva_flow": (0.1, 0.2),
    "systemic_autoimmune_diseases": ([{"disease": "sle", "criteria_met": True}], []),
}
"""For each fact a value on either side of its threshold."""
REST: dict[str, Any] = {
    "dry_eyes_over_3_months": False, "sand_or_gravel_sensation": False, "tear_substitutes_over_3_daily": False,
    "liquids_to_swallow_dry_food": False, "essdai": {}, "essdai_unlisted_domains": "no", "head_neck_radiation": False,
    "hepatitis_c_rna": False, "hepatitis_c_antibody": False, "hepatitis_c_infection": False,
    "aids": False, "amyloidosis": False, "graft_versus_host_disease": False,
    "igg4_related_disease": False, "pre_existing_lymphoma": False, "anticholinergic_drug": "none",
    "swollen_salivary_glands_as_adult": False, "anti_ssb_la": False, "rheumatoid_factor": False, "ana_titer": 0,
    "sialography_abnormal": False, "salivary_scintigraphy_reduced": False,
    "rose_bengal_score": {"right": 0, "left": 0},
    "ocular_staining_score": {"right": 0, "left": 0}, "van_bijsterveld_score": {"right": 0, "left": 0},
}  # fmt: skip
RANDOM = Random(4)  # noqa: S311 - cases are drawn, nothing is kept secret

PATTERNS = [
    {name: RANDOM.choice(values) for name, values in VALUES.items() if RANDOM.random() < known}
    for known in (0.3, 0.5, 0.7)
    for _ in range(8)
]


def met(
    kb: sjogren.KnowledgeBase, known: dict[str, Any], kept: dict[tuple[str, ...], dict[str, bool]], rule: str
) -> bool:
    """Met, or everything else: a verdict that is given is exact between these two."""
    key = tuple(str(known.get(name)) for name in VALUES)
    if key not in kept:
        found = conclusions(kb, known)
        kept[key] = {name: found[name]["verdict"] == "met" for name in SETS}
    return kept[key][rule]


def conclusions(kb: sjogren.KnowledgeBase, known: dict[str, Any]) -> dict[str, Any]:
    return dict(kb.assess({"id": "one", "age": 50, "facts": {**REST, **known}}).conclusions())


@pytest.fixture(scope="module")
def kept() -> dict[tuple[str, ...], dict[str, bool]]:
    """Verdicts of complete cases, worked out once."""
    return {}


@pytest.mark.parametrize("known", PATTERNS, ids=lambda known: ",".join(known) or "nothing")
def test_a_fact_is_lacking_exactly_when_it_can_change_the_answer(
    kb: sjogren.KnowledgeBase, known: dict[str, Any], kept: dict[tuple[str, ...], dict[str, bool]]
) -> None:
    open_ = [name for name in VALUES if name not in known]
    completions = [
        {**known, **dict(zip(open_, values, strict=True))} for values in product(*(VALUES[name] for name in open_))
    ]
    found = conclusions(kb, known)
    for rule in SETS:
        matters = {
            name
            for name in open_
            if any(
                met(kb, {**one, name: VALUES[name][0]}, kept, rule)
                != met(kb, {**one, name: VALUES[name][1]}, kept, rule)
                for one in completions
            )
        }
        lacks = {name.partition(".")[0] for name in found[rule]["lacks"]} & set(VALUES)
        assert lacks == (matters if found[rule]["verdict"] == "undetermined" else set()), rule
