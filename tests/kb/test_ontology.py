"""The ontology: what is read from it, that an edit of it is seen, and that each of its promises can be broken."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from tests.kb.evidence_faults import EVIDENCE_FAULTS, EVIDENCE_MALFORMED

from sjogren._resources import data
from sjogren.errors import Finding, KnowledgeError, MissingExtra
from sjogren.model.vocabulary import SIDES, Vocabulary, fold_label
from sjogren.ontology import check_ontology, load_graph, read_vocabulary
from sjogren.ontology.check import Beside, promises
from sjogren.rules.rdf import Places, rules_graph

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's JSON-LD

FOLDER = data("ontology")
Edit = Callable[[str, str, str], Path]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary(FOLDER)


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """A copy of the ontology in which one text of one file is replaced, once."""
    copy = tmp_path / "ontology"
    shutil.copytree(FOLDER, copy)

    def replace(file: str, old: str, new: str) -> Path:
        text = (copy / file).read_text(encoding="utf-8")
        assert old in text, f"{file} does not say {old!r}"
        (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return copy

    return replace


def append(folder: Path, file: str, text: str) -> Path:
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return folder


NAMES = {
    "sjd": "https://w3id.org/sjd/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
}


def ask(pattern: str, variable: str) -> list[str]:
    """Every value of one variable of a graph pattern, sorted."""
    rows = load_graph(FOLDER).query(f"SELECT ?{variable} WHERE {{ {pattern} }}", initNs=NAMES)
    return sorted(str(row[0]) for row in rows)  # type: ignore[index]  # a row of a SELECT


# --- what is read ----------------------------------------------------------------------------------------------------

GROUPS = {
    "diagnosis": """
        clinician_diagnosis recorded_diagnosis age_at_onset age_at_diagnosis disease_duration
    """,
    "entry questions": """
        dry_eyes_over_3_months sand_or_gravel_sensation tear_substitutes_over_3_daily dry_mouth_over_3_months
        swollen_salivary_glands_as_adult liquids_to_swallow_dry_food
    """,
    "exclusions and confounders": """
        head_neck_radiation hepatitis_c_rna hepatitis_c_antibody hepatitis_c_infection aids sarcoidosis
        amyloidosis graft_versus_host_disease igg4_related_disease pre_existing_lymphoma glaucoma_drops_daily
        corneal_surgery_within_5_years cosmetic_eyelid_surgery_within_5_years
    """,
    "medication": """
        anticholinergic_drug treatments
    """,
    "serology": """
        anti_ssa_ro anti_ro60 anti_ro52 anti_ssb_la rheumatoid_factor cryoglobulins monoclonal_component low_c3
        low_c4 ana_titer rheumatoid_factor_level igg c3 c4 beta2_microglobulin
    """,
    "labial gland biopsy": """
        focal_lymphocytic_sialadenitis focus_score foci_count glandular_area biopsy_fibrosis biopsy_atrophy
        germinal_centre_like_structures
    """,
    "eye": """
        schirmer_test schirmer_test_anaesthetised ocular_staining_score van_bijsterveld_score tear_break_up_time
        rose_bengal_score fluorescein_staining
    """,
    "saliva": """
        unstimulated_whole_saliva_flow stimulated_whole_saliva_flow gum_test saxon_test sialography_abnormal
        salivary_scintigraphy_reduced
    """,
    "ultrasound": """
        sgus_omeract_grade sgus_pattern sgus_hocevar_score sgus_de_vita_grade sgus_0_16_score
        sgus_hypoechoic_area_grade sgus_takagi_grade
    """,
    "essdai": """
        essdai essdai.constitutional essdai.lymphadenopathy essdai.glandular essdai.articular essdai.cutaneous
        essdai.pulmonary essdai.renal essdai.muscular essdai.peripheral_nervous_system
        essdai.central_nervous_system essdai.haematological essdai.biological
    """,
    "esspri": """
        esspri esspri.dryness esspri.fatigue esspri.pain
    """,
    "stated totals": """
        essdai_total clinessdai_total esspri_score
    """,
    "symptom amplification": """
        widespread_pain_index symptom_severity_scale generalised_pain_regions pain_over_3_months
        first_questionnaire psqi isi epworth hads_anxiety hads_depression gad7 phq9 csi dn4 paindetect
        widespread_pain sleep_disturbance mood_disturbance central_sensitisation
    """,
    "lymphoma and other flags": """
        b_cell_lymphoma_current persistent_salivary_gland_enlargement palpable_purpura lymphopenia neutropenia
        splenomegaly lymphadenopathy new_focal_sgus_lesion
    """,
    "other systemic autoimmune disease": """
        systemic_autoimmune_diseases organ_specific_autoimmune_diseases
    """,
    "childhood": """
        parotitis_episodes recurrent_conjunctivitis recurrent_vaginitis fever_of_unknown_origin
        noninflammatory_arthralgia hypokalaemic_paralysis abdominal_pain renal_tubular_acidosis hyperamylasaemia
        leukopenia elevated_esr polyclonal_hypergammaglobulinaemia high_titre_ana keratoconjunctivitis_sicca
        parotid_enlargement lymphocytic_infiltration japan_paediatric_serum_score
        japan_paediatric_salivary_score japan_paediatric_lacrimal_score
    """,
    "other outcomes": """
        physician_global facit_fatigue osdi xerostomia_inventory eq5d_index eq_vas
    """,
}
"""The facts of a case file by group, written out so that none can be lost."""


@pytest.mark.parametrize("group", GROUPS)
def test_every_fact_of_the_contract_is_there_in_its_group(vocabulary: Vocabulary, group: str) -> None:
    of_the_group = {name for name, fact in vocabulary.facts.items() if fact.group == group}
    assert set(GROUPS[group].split()) - of_the_group == set()


@pytest.mark.parametrize(
    ("name", "low", "high", "unit", "laterality"),
    [
        ("schirmer_test", 0, 35, "mm/(5.min)", "eye"),
        ("ocular_staining_score", 0, 12, "{score}", "eye"),
        ("van_bijsterveld_score", 0, 9, "{score}", "eye"),
        ("rose_bengal_score", 0, 9, "{score}", "eye"),
        ("unstimulated_whole_saliva_flow", 0, 5, "mL/min", ""),
        ("stimulated_whole_saliva_flow", 0, 10, "mL/min", ""),
        ("focus_score", 0, 20, "{foci}/(4.mm2)", ""),
        ("sgus_omeract_grade", 0, 3, "{score}", "gland"),
        ("sgus_hypoechoic_area_grade", 0, 3, "{score}", "gland_kind"),
        ("sgus_hocevar_score", 0, 48, "{score}", ""),
        ("sgus_takagi_grade", 0, 4, "{score}", ""),
        ("esspri.pain", 0, 10, "{score}", ""),
        ("essdai_total", 0, 123, "{score}", ""),
        ("clinessdai_total", 0, 135, "{score}", ""),
        ("xerostomia_inventory", 11, 55, "{score}", ""),
        ("paindetect", -1, 38, "{score}", ""),
        ("eq5d_index", None, 1, "{score}", ""),
    ],
)
def test_range_unit_and_side(
    vocabulary: Vocabulary, name: str, low: Fraction | None, high: Fraction, unit: str, laterality: str
) -> None:
    fact = vocabulary.facts[name]
    assert (fact.minimum, fact.maximum, fact.unit, fact.laterality) == (low, high, unit, laterality)
    assert fact.sides == (SIDES[laterality] if laterality else ("",))


@pytest.mark.parametrize(
    ("name", "unit", "factor"),
    [
        ("unstimulated_whole_saliva_flow", "mL/15.min", "1/15"),
        ("unstimulated_whole_saliva_flow", "mL/(15.min)", "1/15"),
        ("stimulated_whole_saliva_flow", "mL/5.min", "1/5"),
        ("stimulated_whole_saliva_flow", "mL/10.min", "1/10"),
        ("schirmer_test", "mm", "1"),
        ("gum_test", "mL/10.min", "1"),
        ("saxon_test", "g/2.min", "1"),
        ("igg", "mg/dL", "1/100"),
        ("c4", "g/dL", "10"),
        ("haemoglobin", "g/L", "1/10"),
        ("proteinuria_24h", "mg/d", "1/1000"),
    ],
)
def test_units_convert_exactly(vocabulary: Vocabulary, name: str, unit: str, factor: str) -> None:
    assert vocabulary.facts[name].units[unit] == Fraction(factor)


def test_a_quarter_of_an_hours_saliva_meets_the_threshold_to_the_digit(vocabulary: Vocabulary) -> None:
    flow = vocabulary.facts["unstimulated_whole_saliva_flow"]
    assert flow.abnormal == ("at_most", Fraction("1.5") * flow.units["mL/15.min"])


def test_seconds_are_no_unit_of_schirmers_test_but_are_explained(vocabulary: Vocabulary) -> None:
    fact = vocabulary.facts["schirmer_test"]
    assert "s" not in fact.units
    assert "29008-0" in fact.unit_hints["s"]
    assert "in 5 min" in fact.unit_hints["s"]


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("essdai.renal", 90),
        ("haemoglobin", 90),
        ("igg", 90),
        ("cryoglobulins", 90),
        ("rheumatoid_factor_level", 90),
        ("schirmer_test", 180),
        ("sgus_pattern.fatty", 180),
        ("anticholinergic_drug", 180),
        ("esspri.pain", 28),
        ("psqi", 28),
        ("eq5d_index", 28),
        ("anti_ssa_ro", None),
        ("rheumatoid_factor", None),
        ("focus_score", None),
        ("dry_mouth_over_3_months", None),
        ("sarcoidosis", None),
        ("systemic_autoimmune_diseases.sle", None),
    ],
)
def test_how_long_a_value_stays_valid(vocabulary: Vocabulary, name: str, days: int | None) -> None:
    assert vocabulary.facts[name].valid_days == days


@pytest.mark.parametrize(
    ("name", "threshold"),
    [
        ("schirmer_test", ("at_most", 5)),
        ("focus_score", ("at_least", 1)),
        ("ocular_staining_score", ("at_least", 5)),
        ("van_bijsterveld_score", ("at_least", 4)),
        ("stimulated_whole_saliva_flow", ("at_most", Fraction(7, 10))),
        ("gum_test", ("at_most", 10)),
        ("saxon_test", ("at_most", 2)),
        ("sgus_hocevar_score", ("at_least", 17)),
        ("ana_titer", ("at_least", 320)),
        ("igg", None),
        ("psqi", None),
    ],
)
def test_the_threshold_behind_abnormal(
    vocabulary: Vocabulary, name: str, threshold: tuple[str, Fraction] | None
) -> None:
    assert vocabulary.facts[name].abnormal == threshold


def test_each_essdai_domain_has_its_own_levels(vocabulary: Vocabulary) -> None:
    levels = {name: vocabulary.facts[f"essdai.{name}"].levels for name in vocabulary.facts["essdai"].members}
    assert len(levels) == 12
    assert levels["central_nervous_system"] == ("no", "moderate", "high")
    for name in ("constitutional", "glandular", "biological"):
        assert levels[name] == ("no", "low", "moderate")
    assert sum(found == ("no", "low", "moderate", "high") for found in levels.values()) == 8


def test_what_a_level_counts(vocabulary: Vocabulary) -> None:
    assert list(vocabulary.level_values.items()) == [("no", 0), ("low", 1), ("moderate", 2), ("high", 3)]


def test_the_antibodies_that_are_narrower_than_anti_ssa(vocabulary: Vocabulary) -> None:
    assert set(vocabulary.facts["anti_ssa_ro"].narrower) == {"anti_ro60", "anti_ro52"}
    assert [name for name, fact in vocabulary.facts.items() if fact.narrower] == ["anti_ssa_ro"]


def test_exclusions_may_be_assumed_absent_but_not_active_hepatitis_against_the_record(vocabulary: Vocabulary) -> None:
    assumed = {name for name, fact in vocabulary.facts.items() if fact.assumption == "unrecorded_exclusions"}
    assert assumed == {*GROUPS["exclusions and confounders"].split(), "anticholinergic_drug"}
    assert set(vocabulary.facts["hepatitis_c_rna"].not_assumed_if) == {"hepatitis_c_antibody", "hepatitis_c_infection"}
    assert vocabulary.facts["sarcoidosis"].not_assumed_if == ()


def test_every_raw_finding_belongs_to_a_domain_and_may_be_assumed_absent(vocabulary: Vocabulary) -> None:
    raw = [fact for fact in vocabulary.facts.values() if fact.group == "raw finding"]
    assert {fact.assumption for fact in raw} == {"unrecorded_essdai_findings"}
    assert {fact.valid_days for fact in raw} == {vocabulary.facts["essdai.renal"].valid_days}
    domains = {
        iri.rpartition("/")[2] for iri in ask("[] sjd:findingOf ?domain ; sjd:takesDiseaseRelated true", "domain")
    }
    assert domains == {f"essdai.{name}" for name in vocabulary.facts["essdai"].members}


def test_a_list_of_diseases_offers_the_class_of_associating_diseases(vocabulary: Vocabulary) -> None:
    fact = vocabulary.facts["systemic_autoimmune_diseases"]
    known = {
        "sle",
        "rheumatoid_arthritis",
        "systemic_sclerosis",
        "inflammatory_myopathy",
        "mixed_connective_tissue_disease",
    }
    assert set(fact.codes) == set(fact.members) == set(vocabulary.associating_diseases) == known
    assert vocabulary.facts["systemic_autoimmune_diseases.sle"].label == "systemic lupus erythematosus"


def test_members_are_facts_of_their_own(vocabulary: Vocabulary) -> None:
    lists = [fact for fact in vocabulary.facts.values() if fact.members]
    assert [fact.name for fact in lists] == ["sgus_pattern", "essdai", "esspri", "systemic_autoimmune_diseases"]
    assert [
        f"{fact.name}.{name}"
        for fact in lists
        for name in fact.members
        if f"{fact.name}.{name}" not in vocabulary.facts
    ] == []


def test_policies_and_assumptions(vocabulary: Vocabulary) -> None:
    assert {name: (choice.values, choice.default) for name, choice in vocabulary.policies.items()} == {
        "ro52_alone_counts_as_ssa": (("true", "false"), "true"),
        "lone_biological_domain_opens_entry": (("true", "false"), "true"),
        "aecg_reading": (("strict", "as_tested"), "strict"),
        "hocevar_cutoff": (("17", "15"), "17"),
    }
    assert {name: (choice.values, choice.default) for name, choice in vocabulary.assumptions.items()} == {
        "unrecorded_exclusions": (("absent",), ""),
        "qualitative_results": (("accepted",), ""),
        "unrecorded_essdai_findings": (("absent",), ""),
    }


# --- labels ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "term"),
    [
        ("Sjögren disease", "SjogrenDisease"),
        ("SjD", "SjogrenDisease"),
        ("Sjögren’s  SYNDROME", "SjogrenDisease"),
        ("Sjogren", "SjogrenDisease"),
        ("M. Sjögren", "SjogrenDisease"),
        ("primary Sjögren's syndrome", "PrimarySjogrenDisease"),
        ("pSS", "PrimarySjogrenDisease"),
        ("secondary Sjögren's syndrome", "AssociatedSjogrenDisease"),
        ("sSS", "AssociatedSjogrenDisease"),
        ("overlap SS", "AssociatedSjogrenDisease"),
        ("juvenile Sjögren's syndrome", "ChildhoodSjogrenDisease"),
        ("SLE", "SystemicLupusErythematosus"),
        ("Hashimoto's thyroiditis", "AutoimmuneThyroidDisease"),
        ("hyposalivation", "SalivaryHypofunction"),
    ],
)
def test_a_label_in_any_state_finds_its_term(vocabulary: Vocabulary, written: str, term: str) -> None:
    assert vocabulary.term_of_label[fold_label(written)] == term


@pytest.mark.parametrize(
    "written", ["SS", "sicca syndrome", "sialometry", "xerophthalmia", "Mikulicz", "Chisholm-Mason grade"]
)
def test_an_ambiguous_label_is_recorded_but_never_mapped(vocabulary: Vocabulary, written: str) -> None:
    folded = fold_label(written)
    assert any(folded in map(fold_label, term.labels) for term in vocabulary.terms.values())
    assert folded not in vocabulary.term_of_label


def test_every_label_is_mapped_or_flagged(vocabulary: Vocabulary) -> None:
    flagged = {fold_label(label) for label in ask("?term sjd:ambiguousLabel ?label", "label")}
    every = {fold_label(label) for term in vocabulary.terms.values() for label in term.labels}
    assert every - set(vocabulary.term_of_label) == flagged


def test_what_is_broader_is_followed_to_the_top(vocabulary: Vocabulary) -> None:
    broader = vocabulary.terms["PrimarySjogrenDisease"].broader
    assert broader[:2] == ("PrimarySjogrenDisease", "SjogrenDisease")
    assert broader[-1] == "Disease"
    assert "SystemicAutoimmuneDisease" not in vocabulary.terms["AutoimmuneThyroidDisease"].broader


TERMS = """
Sjögren disease
Primary Sjögren disease
Associated Sjögren disease
Childhood Sjögren disease
At risk for childhood SjD
Systemic autoimmune disease
Organ-specific autoimmune disease
Polyautoimmunity
Sicca symptoms
Xerostomia
Salivary hypofunction
Keratoconjunctivitis sicca
Focal lymphocytic sialadenitis
Non-specific chronic sialadenitis
Focus score
Germinal-centre-like structure; lymphoepithelial lesion
Labial salivary gland biopsy
Anti-Ro/SSA antibody
Anti-La/SSB antibody
Schirmer I test
Ocular Staining Score
van Bijsterveld score
Unstimulated whole saliva flow
Salivary gland ultrasound
Juvenile recurrent parotitis
Classification criteria
"""


def test_the_terms_of_the_dossier_are_there(vocabulary: Vocabulary) -> None:
    wanted = TERMS.strip().splitlines()
    assert len(wanted) == 26
    assert set(wanted) - {term.label for term in vocabulary.terms.values()} == set()


def test_the_rome_statements_are_there_with_what_they_govern_and_their_source() -> None:
    statement = "?rome a sjd:NormativeStatement ; skos:notation ?number ; sjd:governs ?term ; dcterms:source ?work"
    assert sorted(set(ask(statement, "number"))) == ["R1", "R2", "R3", "R4", "R5"]
    assert set(ask(statement, "work")) == {"https://doi.org/10.1038/s41584-025-01268-z"}


CLINICAL_NAMES = """
age_years sicca_q1_dry_eyes_gt3mo sicca_q2_sand_gravel sicca_q3_tear_substitutes_gt3_per_day
sicca_q4_dry_mouth_gt3mo sicca_q5_swollen_salivary_glands_adult sicca_q6_liquids_to_swallow_dry_food
essdai_any_domain_active anti_ssa_ro anti_ro60 anti_ro52_trim21 anti_ssb_la rf_positive ana_titer_reciprocal
igg_serum flsa_present focus_score foci_count glandular_area_mm2 oss vbs schirmer1_mm_5min uws_flow_ml_min
sws_flow_ml_min gum_test_ml_10min saxon_test_g_2min parotid_sialography_abnormal salivary_scintigraphy_abnormal
anticholinergic_status anticholinergic_hours_since_last_dose anticholinergic_half_life_h hcv_antibody_positive
hcv_rna_detected head_neck_irradiation_history aids sarcoidosis amyloidosis gvhd igg4_related_disease
lymphoma_preexisting glaucoma_daily_drops corneal_surgery_last_5y cosmetic_eyelid_surgery_last_5y
systemic_ad_criteria_met sgus_omeract_grade sgus_hypoechoic_area_grade sgus_hocevar_total recurrent_parotitis
recurrent_conjunctivitis recurrent_vaginitis fever_unknown_origin noninflammatory_arthralgia hypokalemic_paralysis
renal_tubular_acidosis hyperamylasemia leukopenia elevated_esr polyclonal_hyperimmunoglobulinemia
fluorescein_staining_positive hepatitis_c_infection anticholinergic_within_4_half_lives dry_mouth
parotid_enlargement keratoconjunctivitis_sicca abdominal_pain ana_high_titer
lymphocytic_infiltration_salivary_or_other_organ rose_bengal_positive schirmer_positive sgus_echostructure_grade
sgus_grade_0_4_or_omeract us_grade_takagi jp_serum_score jp_salivary_score jp_lacrimal_score sjogren_disease age
body_temperature night_sweats weight_loss_percent lymph_node_max_diameter splenomegaly b_cell_lymphoma_current
parotid_size submandibular_swelling lacrimal_gland_swelling parotitis_episodes inflammatory_arthralgia
morning_stiffness synovitis_count_28 purpura vasculitic_ulcer ild_on_hrct chronic_cough nyha_class
dlco_percent_predicted fvc_percent_predicted proteinuria_24h haematuria egfr ck myositis muscle_strength_mrc
peripheral_neuropathy trigeminal_neuralgia optic_neuritis transverse_myelitis seizure cerebral_vasculitis
lymphocytic_meningitis neutrophils lymphocytes haemoglobin platelets igg c3 c4 ch50 cryoglobulins
monoclonal_component rheumatoid_factor beta2_microglobulin anti_ro_ssa anti_la_ssb crp essdai_total clinessdai_total
esspri_dryness esspri_fatigue esspri_pain esspri_total uws_flow sws_flow stimulated_parotid_flow
schirmer_no_anaesthesia schirmer_with_anaesthesia ocular_staining_score van_bijsterveld tbut sgus_omeract
sgus_hocevar biopsy_fibrosis germinal_centre_like wpi sss first_score psqi isi epworth hads_anxiety hads_depression
gad7 phq9 csi dn4 paindetect facit_f osdi xerostomia_inventory eq5d_index eq_vas
"""
"""The variables of the two clinical dossiers, in their order."""


def test_the_crosswalk_carries_every_name_of_the_dossiers() -> None:
    carried = ask("?node sjd:clinicalName|sjd:derivedClinicalName ?name", "name")
    assert carried == sorted(set(CLINICAL_NAMES.split()))


# --- an edit is seen -------------------------------------------------------------------------------------------------

VASCULITIS = """
sjd:SystemicVasculitis a owl:Class, skos:Concept, sjd:AssociatingDisease ;
    skos:prefLabel "systemic vasculitis"@en ;
    skos:notation "systemic_vasculitis" ;
    skos:definition "Inflammation of vessels in several organs."@en ;
    skos:broader sjd:SystemicAutoimmuneDisease ;
    rdfs:subClassOf sjd:SystemicAutoimmuneDisease ;
    sjd:verification "M" .
"""


def test_a_disease_added_to_the_class_is_associating(edit: Edit) -> None:
    folder = append(edit("terms.ttl", "# What", "# What"), "terms.ttl", VASCULITIS)
    vocabulary = read_vocabulary(folder)
    assert "systemic_vasculitis" in vocabulary.associating_diseases
    assert vocabulary.facts["systemic_autoimmune_diseases.systemic_vasculitis"].type == "boolean"
    assert check_ontology(folder) == []


def test_a_disease_taken_out_of_the_class_is_not(edit: Edit) -> None:
    folder = edit(
        "terms.ttl",
        "sjd:RheumatoidArthritis a owl:Class, skos:Concept, sjd:AssociatingDisease",
        "sjd:RheumatoidArthritis a owl:Class, skos:Concept",
    )
    vocabulary = read_vocabulary(folder)
    assert "rheumatoid_arthritis" not in vocabulary.facts["systemic_autoimmune_diseases"].codes
    assert "RheumatoidArthritis" in vocabulary.terms


def test_an_antibody_is_narrower_by_the_ontology_alone(edit: Edit) -> None:
    folder = edit("facts.ttl", "    sjd:implies fact:anti_ssa_ro ;\n", "")
    assert read_vocabulary(folder).facts["anti_ssa_ro"].narrower == ("anti_ro52",)


def test_a_deprecated_label_is_mapped_once_it_is_written_down(edit: Edit, vocabulary: Vocabulary) -> None:
    assert "sicca disease" not in vocabulary.term_of_label
    folder = edit(
        "terms.ttl",
        'sjd:deprecatedLabel "Sjögren syndrome"@en',
        'sjd:deprecatedLabel "sicca disease"@en, "Sjögren syndrome"@en',
    )
    assert read_vocabulary(folder).term_of_label["sicca disease"] == "SjogrenDisease"


def test_a_validity_period_is_what_the_ontology_says(edit: Edit) -> None:
    found = read_vocabulary(edit("facts.ttl", "sjd:validDays 28", "sjd:validDays 14"))
    assert found.facts["esspri.pain"].valid_days == 14
    assert found.facts["schirmer_test"].valid_days == 180


def test_a_level_value_is_what_the_ontology_says(edit: Edit) -> None:
    assert read_vocabulary(edit("terms.ttl", "sjd:levelValue 3", "sjd:levelValue 4")).level_values["high"] == 4


# --- a malformed file is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "said"),
    [
        ("facts.ttl", 'sjd:laterality "eye"', 'sjd:laterality "eyes"', "O105", "Did you mean 'eye'?"),
        ("facts.ttl", 'sjd:valueType "number"', 'sjd:valueType "numbre"', "O105", "Did you mean 'number'?"),
        ("facts.ttl", "sjd:minimum 0", "sjd:minimun 0", "O102", "Did you mean 'minimum'?"),
        ("facts.ttl", "sjd:maximum 35", 'sjd:maximum "thirty-five"', "O104", "not an exact number"),
        ("facts.ttl", "sjd:maximum 35", "sjd:maximum -1", "O104", "above the maximum"),
        ("facts.ttl", "sjd:maximum 35", "sjd:maximum 35, 40", "O107", "more than once"),
        ("facts.ttl", 'sjd:factor "1/15"', 'sjd:factor "0"', "O104", "above zero"),
        ("facts.ttl", "sjd:validDays 90", "sjd:validDays 90.5", "O104", "whole number"),
        ("terms.ttl", "sjd:levelValue 2", "sjd:levelValue 2.5", "O104", "is 5/2, which is not a whole number"),
        ("facts.ttl", "validity:gland-test ;", "validity:glandtest ;", "O106", "Did you mean 'validity:gland-test'?"),
        (
            "facts.ttl",
            "quantity:tear-wetting ;",
            "quantity:tear-weting ;",
            "O106",
            "Did you mean 'quantity:tear-wetting'?",
        ),
        (
            "facts.ttl",
            "sjd:implies fact:anti_ssa_ro",
            "sjd:implies fact:anti_ssa_roo",
            "O106",
            "Did you mean 'fact:anti_ssa_ro'?",
        ),
        ("facts.ttl", "fact:schirmer_test a sjd:Fact", "fact:schirmer_test a sjd:Fakt", "O102", "Did you mean 'Fact'?"),
        ("facts.ttl", '    sjd:group "eye" ;\n', "", "O103", "group is missing"),
        ("facts.ttl", '    sjd:levels ( "no" "moderate" "high" ) ;\n', "", "O103", "a level needs it"),
        (
            "terms.ttl",
            "skos:broader sjd:SjogrenDisease",
            "skos:broader sjd:SjogrensDisease",
            "O106",
            "Did you mean 'SjogrenDisease'?",
        ),
        ("terms.ttl", 'skos:notation "rheumatoid_arthritis"', 'skos:notation "sle"', "O107", "another disease"),
        ("terms.ttl", 'sjd:defaultValue "17"', 'sjd:defaultValue "16"', "O105", "Did you mean '1"),
        ("terms.ttl", '( "absent" )', "()", "O103", "allowedValues is missing"),
        ("terms.ttl", "sjd:DiseaseAxis a skos:Concept ;", "sjd:DiseaseAxis a skos:Concept", "O101", "not Turtle"),
    ],
)
def test_a_malformed_file_is_refused_with_place_and_cure(
    edit: Edit, file: str, old: str, new: str, code: str, said: str
) -> None:
    folder = edit(file, old, new)
    with pytest.raises(KnowledgeError) as refused:
        read_vocabulary(folder)
    told = [finding for finding in refused.value.findings if finding.code == code and said in str(finding)]
    assert told, str(refused.value)
    assert told[0].file == file
    assert told[0].line > 1
    if code in {"O104", "O105", "O106", "O107"}:
        named = told[0].message.split(": ")[1].split()[0]
        assert named in (folder / file).read_text(encoding="utf-8").splitlines()[told[0].line - 1]


def test_all_faults_are_told_at_once(edit: Edit) -> None:
    edit("facts.ttl", 'sjd:laterality "eye"', 'sjd:laterality "eyes"')
    folder = edit("terms.ttl", 'sjd:defaultValue "17"', 'sjd:defaultValue "16"')
    with pytest.raises(KnowledgeError) as refused:
        read_vocabulary(folder)
    assert {finding.file for finding in refused.value.findings} == {"facts.ttl", "terms.ttl"}


def test_a_folder_without_its_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError) as refused:
        load_graph(tmp_path)
    assert [finding.file for finding in refused.value.findings] == ["facts.ttl", "sjd.ttl", "terms.ttl"]


def test_bytes_that_are_not_text_are_refused(edit: Edit) -> None:
    folder = edit("facts.ttl", "# What", "# What")
    (folder / "facts.ttl").write_bytes(b"# \xff\n")
    with pytest.raises(KnowledgeError, match="not UTF-8"):
        load_graph(folder)


# --- the promises ----------------------------------------------------------------------------------------------------


def test_the_ontology_keeps_all_its_promises() -> None:
    assert check_ontology(FOLDER) == []


LOOSE = """
sjd:Loose a skos:Concept ;
    skos:prefLabel "loose"@en ;
    skos:definition "A term that hangs nowhere."@en ;
    sjd:verification "M" .
"""
MAPPINGS = "mapping.sssom.tsv"
OWN_CODE = """    skos:prefLabel "Xerostomia"@en ;
    skos:closeMatch <http://purl.obolibrary.org/obo/HP_0000522> ;"""
EXCUSED = """fact:anti_ssa_ro a sjd:Fact ;
    sjd:noRuleBecause "Nobody asks for it."@en ;"""


def row(subject: str, relation: str, code: str, modifier: str = "") -> str:
    """A row of the mapping set."""
    source = "https://w3id.org/sjd/source/mondo-2026-08"
    cells = (subject, "", f"skos:{relation}", modifier, code, "", "semapv:ManualMappingCuration", source, "V", "")
    return "\t".join(cells) + "\n"


FAULTS: dict[str, tuple[str, str, str]] = {
    "missing_label": ("terms.ttl", '    skos:prefLabel "Xerostomia"@en ;\n', ""),
    "missing_definition": ("terms.ttl", '    skos:definition "The feeling of a dry mouth."@en ;\n', ""),
    "duplicate_definition": ("terms.ttl", '"The feeling of a dry mouth."', '"The feeling of a dry eye."'),
    "duplicate_label": ("terms.ttl", '"hyposalivation"', '"aptyalism"'),
    "ambiguous_label_mapped": ("terms.ttl", '"hyposalivation"', '"sialometry"'),
    "multiple_labels": ("terms.ttl", '"Xerostomia"@en', '"Xerostomia"@en, "xerostomy"@en'),
    "label_whitespace": ("terms.ttl", '"hyposalivation"', '"hyposalivation "'),
    "deprecated_label_preferred": (
        "terms.ttl",
        'sjd:deprecatedLabel "Sjögren syndrome"',
        'sjd:deprecatedLabel "Xerostomia"',
    ),
    "incomplete_fact": ("facts.ttl", "    sjd:validity validity:gland-test ;\n", ""),
    "missing_validity_reason": ("facts.ttl", "    sjd:validityReason ", "    rdfs:comment "),
    "invalid_code": ("terms.ttl", '    skos:prefLabel "Xerostomia"@en ;', OWN_CODE),
    "duplicate_exact_match": (MAPPINGS, "# end", row("sjd:RheumatoidArthritis", "exactMatch", "MONDO:0007915")),
    "dangling_mapping": (MAPPINGS, "# end", row("sjd:Lupus", "closeMatch", "MONDO:0007915")),
    "outdated_mapping_label": (MAPPINGS, "sjd:Xerostomia\tXerostomia", "sjd:Xerostomia\txerostomia"),
    "implication_differs": ("facts.ttl", "    sjd:implies fact:anti_ssa_ro ;\n", ""),
    "unknown_source": (
        "facts.ttl",
        "dcterms:source <https://doi.org/10.1136/annrheumdis-2016-210571>",
        "dcterms:source <https://doi.org/10.1136/nowhere>",
    ),
    "missing_source": ("facts.ttl", "    dcterms:source source:pmc8450300 ;\n", ""),
    "missing_verification": ("terms.ttl", ' ;\n    sjd:verification "V" .', " ."),
    "orphan_term": ("terms.ttl", "# What", LOOSE),
    "term_cycle": ("terms.ttl", "skos:topConceptOf sjd:vocabulary", "skos:broader sjd:SjogrenDisease"),
    "hierarchies_differ": ("terms.ttl", "    rdfs:subClassOf sjd:SjogrenDisease ;\n", ""),
    "associating_disease": (
        "terms.ttl",
        "sjd:CoeliacDisease a owl:Class, skos:Concept",
        'sjd:CoeliacDisease a owl:Class, skos:Concept, sjd:AssociatingDisease ; skos:notation "coeliac_disease"',
    ),
    "unknown_level": ("facts.ttl", '( "no" "moderate" "high" )', '( "no" "medium" "high" )'),
    "duplicate_clinical_name": ("facts.ttl", 'sjd:clinicalName "wpi"', 'sjd:clinicalName "sss"'),
    "missing_ontology_license": (
        "sjd.ttl",
        "    dcterms:license <https://creativecommons.org/licenses/by/4.0/> ;\n",
        "",
    ),
    "excused_fact": ("facts.ttl", "fact:anti_ssa_ro a sjd:Fact ;", EXCUSED),
    "unread_fact": ("facts.ttl", "    sjd:noRuleBecause ", "    skos:scopeNote "),
    "one_procedure": ("procedure.ttl", "fact:schirmer_test, ", ""),
    **EVIDENCE_FAULTS,
}
"""One fault for each query: the file, and what is replaced by what. A text for "# What" is added to the end."""


OF_RULES = {"unsourced_rule", "untested_rule"}
"""The promises whose faults are in a rule: tests/kb/test_promises_of_rules.py."""


def test_every_query_has_a_fault_that_it_finds() -> None:
    assert {promise.name for promise in promises(FOLDER)} == set(FAULTS) | OF_RULES


@pytest.fixture(scope="module")
def rules() -> Beside:
    places: Places = {}
    return Beside(rules_graph(places=places), places)


@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_promise_is_found_with_its_cure(edit: Edit, rules: Beside, name: str) -> None:
    file, old, new = FAULTS[name]
    folder = append(edit(file, "#", "#"), file, new) if old in {"# What", "# end"} else edit(file, old, new)
    promise = {promise.name: promise for promise in promises(folder)}[name]
    told = check_ontology(folder, only=[name], beside=rules)
    assert {finding.code for finding in told} == {name}
    assert told[0].message.startswith(promise.title)
    assert told[0].severity == promise.severity
    assert told[0].hint
    assert told[0].file.endswith((".ttl", ".tsv"))
    assert told[0].line > 0


MALFORMED = [
    ("malformed_label", "terms.ttl", 'skos:prefLabel "Xerostomia"@en', 'skos:prefLabel "Xerostomia"'),
    (
        "multiple_definitions",
        "terms.ttl",
        '"The feeling of a dry mouth."@en',
        '"The feeling of a dry mouth."@en, "A dry mouth as felt."@en',
    ),
    ("unknown_property", "facts.ttl", "sjd:minimum 0", "sjd:levelValue 0"),
    ("unknown_property", "source.ttl", "dcterms:creator", "dcterms:contributor"),
    ("invalid_verification", "facts.ttl", 'sjd:verification "V"', 'sjd:verification "verified"'),
    ("malformed_source", "facts.ttl", "dcterms:source source:pmc8450300", 'dcterms:source "PMC8450300"'),
    ("invalid_group", "facts.ttl", 'sjd:group "eye"', 'sjd:group "eyes"'),
    ("invalid_range", "facts.ttl", "sjd:maximum 35", "sjd:maximum -1"),
    ("invalid_threshold", "facts.ttl", "sjd:atMost 5 ;", ""),
    ("invalid_unit_factor", "facts.ttl", 'sjd:factor "1/15"', 'sjd:factor "0.0667"'),
    ("missing_unit", "facts.ttl", '    sjd:unit "Cel" ;\n', ""),
    ("invalid_validity", "facts.ttl", "sjd:validDays 90", "sjd:validDays 0"),
    (
        "dangling_reference",
        "facts.ttl",
        "sjd:assumption sjd:unrecorded_exclusions",
        "sjd:assumption sjd:unrecorded_exclusion",
    ),
    ("missing_default", "terms.ttl", '    sjd:defaultValue "17" ;\n', ""),
    ("invalid_xref", "source.ttl", 'sjd:pmid "25735642"', 'sjd:pmid "PMID 25735642"'),
    ("invalid_timepoint", "endpoint.ttl", "sjd:timepointWeeks 24", "sjd:timepointWeeks 0"),
    ("missing_priority", "endpoint.ttl", "    sjd:patientPrioritised false ;\n", ""),
    ("missing_validation", "endpoint.ttl", "    sjd:notValidatedInChildren true ;\n", ""),
    ("missing_status", "endpoint.ttl", '    sjd:status "operationalisation" ;\n', ""),
    ("missing_burden", "procedure.ttl", "    sjd:burden burden:on_file ;\n", ""),
    ("dangling_reference", "procedure.ttl", "fact:schirmer_test,", "fact:schirmer,"),
    ("missing_status", "procedure.ttl", '    sjd:status "operationalisation" ;\n', ""),
    ("invalid_burden_rank", "procedure.ttl", "sjd:burdenRank 9", 'sjd:burdenRank "9"'),
    ("unknown_property", "procedure.ttl", "sjd:burdenRank 8 ;", "sjd:burdenRank 8 ; sjd:minimum 8 ;"),
    ("missing_title", "source.ttl", "dcterms:title ", "skos:altLabel "),
    *EVIDENCE_MALFORMED,
]
"""Nodes out of shape: the code that is told, the file, and what is replaced by what. All can be wrong at once."""


@pytest.fixture(scope="module")
def malformed(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    folder = tmp_path_factory.mktemp("malformed") / "ontology"
    shutil.copytree(FOLDER, folder)
    for _, file, old, new in MALFORMED:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, f"{file} does not say {old!r}"
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return check_ontology(folder, only=["shapes"])


@pytest.mark.parametrize(("code", "file"), sorted({(code, file) for code, file, _, _ in MALFORMED}))
def test_a_node_out_of_shape_is_found_with_its_cure(malformed: list[Finding], code: str, file: str) -> None:
    told = [finding for finding in malformed if (finding.code, finding.file) == (code, file)]
    assert told
    for finding in told:
        assert finding.severity == "error"
        assert finding.hint
        assert finding.line > 0


def test_only_the_nodes_out_of_shape_are_told(malformed: list[Finding]) -> None:
    assert {(finding.code, finding.file) for finding in malformed} == {(code, file) for code, file, _, _ in MALFORMED}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("# mend: ", "# cure: ", "'# mend: …'"),
        ("# severity: error", "# severity: fatal", "'fatal' is unknown"),
        ("SELECT", "SELEKT", "not SPARQL"),
    ],
)
def test_a_query_that_cannot_be_used_is_refused(edit: Edit, old: str, new: str, said: str) -> None:
    folder = edit("check/orphan_term.rq", old, new)
    with pytest.raises(KnowledgeError, match=re.escape(said)):
        check_ontology(folder)


def test_without_pyshacl_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyshacl", None)
    with pytest.raises(MissingExtra, match=r"sjogren-kb\[check\]"):
        check_ontology(FOLDER)


def test_importing_the_room_loads_no_graph_library() -> None:
    asked = "import sys, sjogren.ontology; print(sorted({'rdflib', 'pyshacl'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
