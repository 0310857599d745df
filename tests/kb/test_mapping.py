"""The mapping set: valid SSSOM, only verified codes, the right relation, the traps, and faults told with their line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import sjogren
from sjogren._located import Mapping as Located
from sjogren._located import Scalar, read_located
from sjogren._resources import data
from sjogren.errors import Finding, KnowledgeError
from sjogren.model.vocabulary import fold_label
from sjogren.ontology import load_graph, read_vocabulary
from sjogren.ontology.mapping import COLUMNS, FILE, Mapping, read_mappings

TABLE = data("ontology") / FILE
ROWS = read_mappings(TABLE)
BASE = "https://w3id.org/sjd/"
SKOS = "http://www.w3.org/2004/02/skos/core#"

SET_SLOTS = """
    sssom_version curie_map mapping_set_id mapping_set_version mapping_set_source mapping_set_title
    mapping_set_description mapping_set_confidence creator_id creator_label license subject_type subject_source
    subject_source_version object_type object_source object_source_version predicate_type mapping_provider
    cardinality_scope mapping_tool mapping_tool_id mapping_tool_version mapping_date publication_date
    subject_match_field object_match_field subject_preprocessing object_preprocessing similarity_measure
    curation_rule curation_rule_text see_also issue_tracker other comment extension_definitions
"""
ROW_SLOTS = """
    record_id subject_id subject_label subject_category predicate_id predicate_label predicate_modifier object_id
    object_label object_category mapping_justification author_id author_label reviewer_id reviewer_label
    creator_id creator_label license subject_type subject_source subject_source_version object_type object_source
    object_source_version predicate_type mapping_provider mapping_source mapping_cardinality cardinality_scope
    mapping_tool mapping_tool_id mapping_tool_version mapping_date publication_date review_date confidence
    curation_rule curation_rule_text subject_match_field object_match_field match_string subject_preprocessing
    object_preprocessing similarity_score similarity_measure see_also issue_tracker_item other comment
"""
"""The slots of a mapping set and of a mapping in SSSOM 1.1 (https://w3id.org/sssom/schema/)."""


def relations(subject: str) -> dict[str, str]:
    """The codes of a term or fact, each with its relation; a denied one begins with ``Not``."""
    return {
        f"{row.system}:{row.notation}": ("Not " if row.negated else "") + row.predicate.removeprefix(SKOS)
        for row in ROWS
        if row.subject == BASE + subject
    }


def head() -> Located:
    findings: list[Finding] = []
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    found = read_located("\n".join(line.removeprefix("# ") for line in lines), FILE, findings.append, "O101")
    assert findings == []
    assert isinstance(found, Located)
    return found


# --- the form --------------------------------------------------------------------------------------------------------


def test_the_head_has_slots_of_sssom_and_those_that_must_be_there() -> None:
    names = [name for name, _ in head()]

    assert set(names) <= set(SET_SLOTS.split())
    assert {"mapping_set_id", "license", "sssom_version", "curie_map"} <= set(names)


def test_every_column_is_a_slot_of_sssom_or_an_extension_that_the_head_defines() -> None:
    line = next(line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    extensions = re.findall(r"(?m)^# - slot_name: (\w+)$", TABLE.read_text(encoding="utf-8"))

    assert set(line.split("\t")) - set(ROW_SLOTS.split()) == set(extensions) == {"verification"}
    assert set(line.split("\t")) == set(COLUMNS)


def test_the_head_names_the_licence_and_the_version_of_the_ontology() -> None:
    version = head().get("mapping_set_version")
    assert isinstance(version, Scalar)
    assert f'owl:versionInfo "{version.text}"' in (data("ontology") / "sjd.ttl").read_text(encoding="utf-8")


def test_no_name_of_loinc_or_snomed_ct_is_published() -> None:
    assert [row.node for row in ROWS if row.system in {"LOINC", "SNOMEDCT"} and row.target_label] == []


def test_codes_stand_nowhere_else() -> None:
    found = [
        f"{path.name}:{number}"
        for path in data("ontology").glob("*.ttl")
        if path.name != "shapes.ttl"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.match(r"\s*skos:(exact|close|narrow|broad|related)Match\b", line) and path.name != "axioms.ttl"
    ]
    assert found == []


# --- the codes -------------------------------------------------------------------------------------------------------


def luhn(digits: str) -> int:
    """The check digit of LOINC (modulus 10, from the right, every second digit doubled)."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    return -sum(number // 10 + number % 10 for number in doubled) % 10


D5 = [[(i + j) % 5 if i < 5 and j < 5 else 0 for j in range(10)] for i in range(10)]
for i in range(10):
    for j in range(10):
        if i < 5:
            D5[i][j] = (i + j) % 5 if j < 5 else (i + j - 5) % 5 + 5
        else:
            D5[i][j] = (i - 5 - j) % 5 + 5 if j < 5 else (i - j) % 5
TURN = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]


def verhoeff(digits: str) -> int:
    """Zero for an identifier of SNOMED CT whose check digit is right (dihedral group of ten)."""
    sum_ = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _ in range(place % 8):
            value = TURN[value]
        sum_ = D5[sum_][value]
    return sum_


@pytest.mark.parametrize("row", [row for row in ROWS if row.system == "LOINC"], ids=lambda row: row.node)
def test_the_check_digit_of_a_loinc_code(row: Mapping) -> None:
    number, _, digit = row.notation.partition("-")
    assert int(digit) == luhn(number)


@pytest.mark.parametrize("row", [row for row in ROWS if row.system == "SNOMEDCT"], ids=lambda row: row.node)
def test_the_check_digit_of_a_snomed_ct_code(row: Mapping) -> None:
    assert verhoeff(row.notation) == 0


def test_the_check_digits_would_see_a_slip_of_the_pen() -> None:
    assert luhn("29003") == 1
    assert luhn("29030") != 1
    assert verhoeff("83901003") == 0
    assert verhoeff("83901030") != 0


FORMS = {
    "MONDO": r"\d{7}",
    "DOID": r"\d+",
    "NCIT": r"C\d+",
    "ORPHA": r"\d+",
    "MESH": r"[CD]\d{6,9}",
    "ICD10": r"[A-Z]\d\d(\.\d)?",
    "ICD10CM": r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?",
    "ICD11": r"[0-9A-Z]{4}(\.[0-9A-Z]{1,2})?",
    "ICD11F": r"\d+",
    "OMIM": r"\d{6}",
    "SNOMEDCT": r"\d{6,18}",
    "LOINC": r"\d{1,5}-\d",
    "HP": r"\d{7}",
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.node)
def test_every_code_has_the_form_of_its_system(row: Mapping) -> None:
    assert re.fullmatch(FORMS[row.system], row.notation)


# --- the relations ---------------------------------------------------------------------------------------------------


def test_the_disease_is_the_same_as_that_of_mondo_and_wider_than_codes_of_primary_disease() -> None:
    codes = relations("SjogrenDisease")

    assert {codes[code] for code in ("MONDO:0010030", "DOID:12894", "SNOMEDCT:83901003", "NCIT:C26883")} == {
        "exactMatch"
    }
    assert {codes[code] for code in ("ORPHA:289390", "ICD11F:899463360", "ICD11:4A43.21")} == {"narrowMatch"}
    assert codes["ICD10:M35.0"] == "closeMatch"
    assert codes["ICD10CM:M35.02"] == "narrowMatch"


def test_no_code_of_one_kind_of_the_disease_is_an_exact_match_of_the_whole() -> None:
    kinds = {code for kind in ("Primary", "Associated", "Childhood") for code in relations(f"{kind}SjogrenDisease")}
    assert kinds
    assert {relations("SjogrenDisease").get(code) for code in kinds} <= {"narrowMatch", None}


def test_a_code_that_does_not_tell_stimulated_from_unstimulated_flow_is_wider() -> None:
    assert relations("fact/unstimulated_whole_saliva_flow")["SNOMEDCT:251339001"] == "broadMatch"


def test_a_finding_that_is_read_off_a_number_is_not_close_to_the_number() -> None:
    numbers = {
        name for name, fact in read_vocabulary(data("ontology")).facts.items() if fact.type in {"number", "count"}
    }
    close = [
        row.node
        for row in ROWS
        if row.system == "HP" and row.predicate != f"{SKOS}relatedMatch"
        if row.subject.removeprefix(f"{BASE}fact/") in numbers
    ]
    assert close == []


# --- the traps -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fact", ["schirmer_test", "schirmer_test_anaesthetised"])
@pytest.mark.parametrize("code", ["29007-2", "29008-0", "29009-8", "29010-6"])
def test_seconds_and_comments_are_denied_for_schirmers_test(fact: str, code: str) -> None:
    assert relations(f"fact/{fact}")[f"LOINC:{code}"] == "Not closeMatch"


def test_seconds_are_the_break_up_time() -> None:
    assert set(relations("fact/tear_break_up_time")) == {"LOINC:29007-2", "LOINC:29008-0"}


@pytest.mark.parametrize("code", ["0009567", "0010031", "0010200"])
def test_diseases_that_lists_or_names_confuse_with_it_are_denied(code: str) -> None:
    assert relations("SjogrenDisease")[f"MONDO:{code}"] == "Not exactMatch"
    assert [row.node for row in ROWS if row.notation == code and not row.negated] == []


@pytest.mark.parametrize(
    "name", ["Marinesco-Sjögren syndrome", "Marinesco-Sjogren syndrome", "Sjögren-Larsson syndrome", "Wilson disease"]
)
def test_the_name_of_another_disease_maps_to_nothing(kb: sjogren.KnowledgeBase, name: str) -> None:
    assert fold_label(name) not in kb.vocabulary.term_of_label


def test_a_denied_relation_is_no_triple_of_the_graph() -> None:
    graph = load_graph(data("ontology"))
    said = {(str(subject), str(target)) for subject, target in graph.subject_objects()}
    assert [row.node for row in ROWS if row.negated and (row.subject, row.target) in said] == []
    assert [row.node for row in ROWS if not row.negated and (row.subject, row.target) not in said] == []


# --- what is wrong ---------------------------------------------------------------------------------------------------

Spoil = Callable[[str, str], list[str]]


@pytest.fixture
def spoil(tmp_path: Path) -> Spoil:
    """What is told of the table when one text of it is replaced."""

    def told(old: str, new: str) -> list[str]:
        shutil.copy(TABLE, tmp_path / FILE)
        text = TABLE.read_text(encoding="utf-8")
        assert old in text
        (tmp_path / FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(KnowledgeError) as refused:
            read_mappings(tmp_path / FILE)
        return [str(finding) for finding in refused.value.findings]

    return told


FIRST = "sjd:SjogrenDisease\tSjögren disease\tskos:exactMatch\t\tMONDO:0010030"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "\tobject_label\t",
            "\tobject_lable\t",
            "O105 the column 'object_lable' is unknown. Did you mean 'object_label'?",
        ),
        ("\tobject_id\t", "\tcomment\t", "O103 the column 'object_id' is missing."),
        (FIRST, FIRST.replace("MONDO:", "MONDOO:"), "is not in the curie_map. Did you mean 'MONDO'?"),
        (FIRST, FIRST.replace("MONDO:0010030", "0010030"), "O105 the object_id '0010030' is no CURIE."),
        (FIRST, FIRST.replace("\t\tMONDO", "\tNo\tMONDO"), "O105 the predicate_modifier 'No' is unknown."),
        (FIRST, FIRST.replace("\t\tMONDO", "\tMONDO"), "O103 this row has 9 cells, and there are 10 columns."),
        ("\tDOID:12894\t", "\tMONDO:0010030\t", "O107 Sjögren disease and MONDO:0010030 stand in line"),
        ("# curie_map:", "# curie_maps:", "O103 the head has no curie_map."),
        ("# license: ", "# license: : ", "O101"),
    ],
)
def test_a_fault_of_the_table_is_told_with_its_line(spoil: Spoil, old: str, new: str, said: str) -> None:
    told = spoil(old, new)

    assert [line for line in told if said in line], told
    assert all(re.match(rf"{re.escape(FILE)}:\d+: O10\d ", line) for line in told)
