"""A small vocabulary with one fact of every type, so that the gate is tested without the ontology."""

from __future__ import annotations

from fractions import Fraction

from sjogren.model.vocabulary import Choice, FactDef, Term, Vocabulary, fold_label

LEVELS = ("no", "low", "moderate", "high")
SECONDS = (
    "Seconds are a tear break-up time (LOINC 29007-2 and 29008-0); Schirmer's test is millimetres of wetting in 5 min."
)
DISEASES = (
    "inflammatory_myopathy",
    "mixed_connective_tissue_disease",
    "rheumatoid_arthritis",
    "sle",
    "systemic_sclerosis",
)
PATTERNS = ("hypoechoic_foci", "hyperechoic_bands", "fibrous", "fatty")
CLASSES = (
    "b_cell_depleting",
    "immunoglobulin_lowering",
    "glucocorticoid",
    "hydroxychloroquine",
    "secretagogue",
    "other",
)
DOMAINS = {
    "constitutional": LEVELS[:3],
    "articular": LEVELS,
    "central_nervous_system": ("no", "moderate", "high"),
    "biological": LEVELS[:3],
}
ESSPRI = ("dryness", "fatigue", "pain")
RAW = "unrecorded_essdai_findings"


def _number(low: str, high: str | None) -> dict[str, Fraction | None]:
    return {"minimum": Fraction(low), "maximum": None if high is None else Fraction(high)}


def _fact(name: str, type_: str, group: str = "test", **more: object) -> FactDef:
    return FactDef(name, name.replace("_", " "), group, type_, **more)  # type: ignore[arg-type]  # the keys are those of FactDef


FACTS = [
    _fact("age", "number", "patient", unit="a", **_number("0", "120")),
    _fact("clinician_diagnosis", "boolean", "diagnosis"),
    _fact("recorded_diagnosis", "term", "diagnosis"),
    _fact("dry_mouth_over_3_months", "boolean", "entry"),
    _fact("anti_ssa_ro", "boolean", "serology"),
    _fact("hepatitis_c_rna", "boolean", "exclusion", assumption="unrecorded_exclusions"),
    _fact("anticholinergic_drug", "code", "medication", codes=("none", "washed_out", "ongoing")),
    _fact("treatments", "treatments", "medication", codes=CLASSES),
    _fact("igg", "number", "serology", unit="g/L", units={"g/L": Fraction(1), "mg/dL": Fraction(1, 100)},
          valid_days=90, **_number("0", "200")),
    _fact("ana_titer", "number", "serology", **_number("0", None)),
    _fact("focus_score", "number", "biopsy", unit="{foci}/(4.mm2)", abnormal=("at_least", Fraction(1)),
          **_number("0", "20")),
    _fact("foci_count", "count", "biopsy", **_number("0", None)),
    _fact("schirmer_test", "number", "eye", unit="mm/(5.min)",
          units={"mm/(5.min)": Fraction(1), "mm/5.min": Fraction(1), "mm": Fraction(1)}, laterality="eye",
          abnormal=("at_most", Fraction(5)), valid_days=180, unit_hints={"s": SECONDS}, **_number("0", "35")),
    _fact("ocular_staining_score", "count", "eye", laterality="eye", abnormal=("at_least", Fraction(5)), valid_days=180,
          **_number("0", "12")),
    _fact("unstimulated_whole_saliva_flow", "number", "saliva", unit="mL/min",
          units={"mL/min": Fraction(1), "mL/5.min": Fraction(1, 5), "mL/15.min": Fraction(1, 15),
                 "mL/(15.min)": Fraction(1, 15)},
          abnormal=("at_most", Fraction(1, 10)), valid_days=180, **_number("0", "5")),
    _fact("sgus_omeract_grade", "count", "ultrasound", laterality="gland", valid_days=180, **_number("0", "3")),
    _fact("sgus_hypoechoic_area_grade", "count", "ultrasound", laterality="gland_kind", **_number("0", "3")),
    _fact("sgus_pattern", "codes", "ultrasound", codes=PATTERNS, valid_days=180),
    _fact("essdai", "mapping", "essdai", members=tuple(DOMAINS)),
    *(_fact(f"essdai.{domain}", "level", "essdai", levels=levels, valid_days=90) for domain, levels in DOMAINS.items()),
    _fact("esspri", "mapping", "esspri", members=ESSPRI),
    *(_fact(f"esspri.{item}", "number", "esspri", valid_days=28, **_number("0", "10")) for item in ESSPRI),
    _fact("systemic_autoimmune_diseases", "diseases", "other disease", codes=DISEASES),
    _fact("organ_specific_autoimmune_diseases", "texts", "other disease"),
    _fact("synovitis", "boolean", "raw finding", assumption=RAW, valid_days=90),
    _fact("neutrophils", "number", "raw finding", unit="10*9/L", assumption=RAW, valid_days=90, **_number("0", "100")),
    _fact("ethnicity", "text", "other"),
]  # fmt: skip

TERMS = [
    Term("SjogrenDisease", "Sjögren disease", ("Sjögren disease", "Sjögren's syndrome"), ("SjogrenDisease",)),
    Term("PrimarySjogrenDisease", "primary Sjögren disease", ("primary Sjögren disease", "primary Sjögren's syndrome"),
         ("PrimarySjogrenDisease", "SjogrenDisease")),
]  # fmt: skip

VOCABULARY = Vocabulary(
    facts={fact.name: fact for fact in FACTS},
    terms={term.id: term for term in TERMS},
    term_of_label={fold_label(label): term.id for term in TERMS for label in term.labels},
    associating_diseases=DISEASES,
    policies={
        "ro52_alone_counts_as_ssa": Choice("ro52_alone_counts_as_ssa", "anti-Ro52 counts", ("true", "false"), "true"),
        "lone_biological_domain_opens_entry": Choice(
            "lone_biological_domain_opens_entry", "the biological domain alone opens entry", ("true", "false"), "true"
        ),
        "aecg_reading": Choice("aecg_reading", "reading of the AECG criteria", ("strict", "as_tested"), "strict"),
        "hocevar_cutoff": Choice("hocevar_cutoff", "cut-off of the Hočevar score", ("17", "15"), "17"),
    },
    assumptions={
        "unrecorded_exclusions": Choice("unrecorded_exclusions", "exclusions not recorded are absent", ("absent",), ""),
        "qualitative_results": Choice("qualitative_results", "abnormal without a number counts", ("accepted",), ""),
        RAW: Choice(RAW, "findings not recorded are absent", ("absent",), ""),
    },
    level_values={level: value for value, level in enumerate(LEVELS)},
)
