"""No set is left out: on small cases all sets are found by trying every choice on the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations, product
from random import Random
from typing import Any

import pytest
from tests.advice.putting import Place, put, said

import sjogren
from sjogren.advice import Change, advise
from sjogren.advice.cells import value_of
from sjogren.advice.kept import fields_of
from sjogren.advice.patient import Patient
from sjogren.model.case import Case

SETS = (
    "classification/acr-eular-2016",
    "classification/aecg-2002",
    "classification/acr-2012",
    "classification/japan-1999",
    "ultrasound/jousse-joulin-2020",
)
VALUES: dict[tuple[str, str], tuple[Any, Any]] = {
    ("dry_mouth_over_3_months", ""): (True, False),
    ("sarcoidosis", ""): (True, False),
    ("anti_ssa_ro", ""): (True, False),
    ("anti_ro60", ""): (True, False),
    ("focal_lymphocytic_sialadenitis", ""): (True, False),
    ("focus_score", ""): (0, 1),
    ("schirmer_test", "right"): (5, 6),
    ("schirmer_test", "left"): (5, 6),
    ("ocular_staining_score", "left"): (2, 5),
    ("unstimulated_whole_saliva_flow", ""): (0.1, 0.2),
    ("anticholinergic_drug", ""): ("none", "ongoing"),
    ("systemic_autoimmune_diseases.sle", ""): (True, False),
}
"""For each place that may be missing a value on either side of every threshold that a set has for it here."""
BELOW = {"focus_score": 1, "schirmer_test": 5.5, "unstimulated_whole_saliva_flow": 0.15, "ocular_staining_score": 3}
REST: dict[str, Any] = {
    "dry_eyes_over_3_months": False, "sand_or_gravel_sensation": False, "tear_substitutes_over_3_daily": False,
    "liquids_to_swallow_dry_food": False, "essdai_total": 0, "clinessdai_total": 0, "head_neck_radiation": False,
    "hepatitis_c_rna": False, "hepatitis_c_antibody": False, "hepatitis_c_infection": False, "anti_ro52": False,
    "aids": False, "amyloidosis": False, "graft_versus_host_disease": False,
    "igg4_related_disease": False, "pre_existing_lymphoma": False, "systemic_autoimmune_diseases": [],
    "swollen_salivary_glands_as_adult": False, "anti_ssb_la": False, "rheumatoid_factor": False, "ana_titer": 0,
    "sialography_abnormal": False, "salivary_scintigraphy_reduced": False, "gum_test": 20, "saxon_test": 5,
    "glaucoma_drops_daily": False, "corneal_surgery_within_5_years": False,
    "cosmetic_eyelid_surgery_within_5_years": False, "foci_count": 0, "glandular_area": 4,
    "rose_bengal_score": {"right": 0, "left": 0}, "fluorescein_staining": {"right": False, "left": False},
    "ocular_staining_score": {"right": 0}, "van_bijsterveld_score": {"right": 0, "left": 0},
    "sgus_omeract_grade": {"right_parotid": 0, "left_parotid": 0, "right_submandibular": 0, "left_submandibular": 2},
}  # fmt: skip
RANDOM = Random(11)  # noqa: S311 - cases are drawn, nothing is kept secret
MISSING = [RANDOM.sample(sorted(VALUES), 4) for _ in range(14)]


def base(kb: sjogren.KnowledgeBase, missing: list[tuple[str, str]], chance: Random) -> Case:
    case = kb.read({"id": "one", "age": 50, "facts": REST})
    gone = case.visits[0]._replace(
        values=tuple(value for value in case.visits[0].values if (value.fact, value.side) not in missing)
    )
    rest = {place: chance.choice(values) for place, values in VALUES.items() if place not in missing}
    if contradictory(rest):
        rest["anti_ro60", ""] = False
    return put(kb, case._replace(visits=(gone,)), [(*place, value) for place, value in rest.items()])


def contradictory(values: Mapping[tuple[str, str], Any]) -> bool:
    return values.get(("anti_ro60", "")) is True and values.get(("anti_ssa_ro", "")) is False


def kind(place: Place) -> tuple[str, str, Any]:
    """A value by the side of the threshold on which it lies."""
    fact, side, value = place
    if fact == "ocular_staining_score":  # three sets ask for three, five and nothing between
        return fact, side, value >= BELOW[fact]
    return fact, side, Fraction(str(value)) < Fraction(str(BELOW[fact])) if fact in BELOW else value


def sets_of(change: Change) -> set[frozenset[tuple[str, str, Any]]]:
    return {
        frozenset(kind(place) for part in way for place in part)
        for findings in change.sets
        for way in product(*(finding.ways for finding in findings))
    }


def tried(
    kb: sjogren.KnowledgeBase, case: Case, rule: str, missing: list[tuple[str, str]]
) -> dict[str, set[frozenset[tuple[str, str, Any]]]]:
    """For each verdict the minimal choices of missing values that the engine gives it for."""
    enough: dict[str, list[frozenset[Place]]] = {}
    for size in range(1, len(missing) + 1):
        for places in combinations(missing, size):
            for values in product(*(VALUES[place] for place in places)):
                chosen = frozenset((*place, value) for place, value in zip(places, values, strict=True))
                recorded = {(value.fact, value.side): value.value for value in case.visits[-1].values}
                if contradictory(recorded | dict(zip(places, values, strict=True))):
                    continue
                found = enough.setdefault(said(kb, put(kb, case, chosen), rule), [])
                if not any(less < chosen for less in found):
                    found.append(chosen)
    return {verdict: {frozenset(map(kind, each)) for each in sets} for verdict, sets in enough.items()}


@pytest.mark.parametrize("missing", MISSING, ids=lambda each: ",".join(f"{fact}{side}" for fact, side in each))
def test_every_minimal_set_of_missing_facts_is_found(kb: sjogren.KnowledgeBase, missing: list[tuple[str, str]]) -> None:
    case = base(kb, missing, Random(str(missing)))  # noqa: S311
    changes = [change for change in advise(kb, case).changes if change.missing]
    for rule in SETS:
        if said(kb, case, rule) != "undetermined":
            assert not any(change.conclusion == rule for change in changes)
            continue
        by_engine = tried(kb, case, rule, missing)
        by_engine.pop("undetermined", None)
        told = {change.becomes: change for change in changes if change.conclusion == rule}
        assert set(told) == set(by_engine)
        for verdict, change in told.items():
            assert change.more == 0
            assert {frozenset(s) for s in sets_of(change)} == by_engine[verdict], (rule, verdict)


def steps(kb: sjogren.KnowledgeBase, case: Case, rule: str) -> Iterator[Place]:
    """Every value by which one input of a conclusion could be recorded otherwise."""
    field = fields_of(kb).of(rule, case)
    assert not isinstance(field, str)
    patient = Patient(field, kb.derived(case)[-1], kb.rules)
    for each, cells in zip(field.variables, patient.changeable, strict=True):
        for cell in cells:
            yield each.key.partition("@")[0], each.side, value_of(each, cell, kb.vocabulary.terms)


@pytest.mark.parametrize("seed", range(6))
def test_where_one_change_flips_a_verdict_every_such_change_is_found(kb: sjogren.KnowledgeBase, seed: int) -> None:
    case = base(kb, [], Random(seed))  # noqa: S311
    recorded = {(value.fact, value.side): value.value for value in case.visits[0].values}
    changes = [change for change in advise(kb, case).changes if not change.missing]
    for rule in SETS:
        now = said(kb, case, rule)
        flips: dict[str, int] = {}
        for place in steps(kb, case, rule):
            if contradictory(recorded | {place[:2]: place[2]}):
                continue
            verdict = said(kb, put(kb, case, [place]), rule)
            if verdict not in {now, "undetermined"}:
                flips[verdict] = flips.get(verdict, 0) + 1
        for change in (each for each in changes if each.conclusion == rule):
            sizes = {sum(len(finding.ways[0]) for finding in findings) for findings in change.sets}
            assert (sizes == {1}) is (change.becomes in flips)
            if change.becomes in flips:
                assert (
                    sum(len(finding.ways) for findings in change.sets for finding in findings) + change.more
                    == (flips[change.becomes])
                )
        assert set(flips) <= {each.becomes for each in changes if each.conclusion == rule}
