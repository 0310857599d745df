"""Contradictions in the ontology: each kind is found by OWL 2 RL, told in words, and given its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sjogren._resources import data
from sjogren.errors import Finding
from sjogren.ontology import check_ontology
from sjogren.ontology.consistency import KINDS

FAULTS = {
    "a node of two records": (
        "facts.ttl",
        "fact:schirmer_test a sjd:Fact ;",
        "fact:schirmer_test a sjd:Fact, sjd:Quantity ;",
        "disjoint_classes",
        "fact:schirmer_test is a Fact (as is said of it) and a Quantity (as is said of it), and nothing is both.",
    ),
    "the value of a property is of another class": (
        "facts.ttl",
        "sjd:validity validity:gland-test ;",
        "sjd:validity quantity:score ;",
        "disjoint_classes",
        "quantity:score is a Quantity (as is said of it) and a ValidityPeriod (as it is the validity of fact:",
    ),
    "a property on a subject of another class": (
        "facts.ttl",
        "quantity:score a sjd:Quantity ;",
        "quantity:score a sjd:Quantity ;\n    sjd:quantity quantity:number ;",
        "disjoint_classes",
        "quantity:score is a Fact (as it has the property quantity) and a Quantity (as is said of it)",
    ),
    "a class below two that exclude each other": (
        "terms.ttl",
        "rdfs:subClassOf sjd:SalivaryFlowTest",
        "rdfs:subClassOf sjd:SchirmerTest, sjd:SchirmerTwoTest",
        "unsatisfiable_class",
        "nothing can be a UnstimulatedWholeSalivaFlow: it would be a SchirmerTest and a SchirmerTwoTest",
    ),
    "related and broader": (
        "terms.ttl",
        "sjd:AssociatedSjogrenDisease a owl:Class, skos:Concept ;",
        "sjd:AssociatedSjogrenDisease a owl:Class, skos:Concept ;\n    skos:related sjd:SystemicAutoimmuneDisease ;",
        "disjoint_properties",
        "SystemicAutoimmuneDisease is both related and broaderTransitive of AssociatedSjogrenDisease",
    ),
    "one label preferred and alternative": (
        "terms.ttl",
        'skos:prefLabel "Xerostomia"@en ;',
        'skos:prefLabel "Xerostomia"@en ;\n    skos:altLabel "Xerostomia"@en ;',
        "disjoint_properties",
        "Xerostomia is both prefLabel and altLabel of Xerostomia",
    ),
    "a fact that implies itself": (
        "facts.ttl",
        "sjd:implies fact:anti_ssa_ro",
        "sjd:implies fact:anti_ro60",
        "irreflexive_property",
        "fact:anti_ro60 has itself as its implies",
    ),
    "two facts that imply each other": (
        "facts.ttl",
        "fact:anti_ssa_ro a sjd:Fact ;",
        "fact:anti_ssa_ro a sjd:Fact ;\n    sjd:implies fact:anti_ro60 ;",
        "asymmetric_property",
        "have each other as implies",
    ),
    "a code that is a trap": (
        "facts.ttl",
        "fact:schirmer_test a sjd:Fact ;",
        "fact:schirmer_test a sjd:Fact ;\n    skos:closeMatch <https://loinc.org/29008-0> ;",
        "contradicted_mapping",
        "fact:schirmer_test has the closeMatch 29008-0, and mapping.sssom.tsv says that it has not.",
    ),
}
"""By what is wrong: the file, what is replaced by what, and the finding."""


def contradictions(folder: Path) -> list[Finding]:
    return check_ontology(folder, only=["consistency"])


def test_the_ontology_does_not_contradict_itself() -> None:
    assert contradictions(data("ontology")) == []


@pytest.mark.parametrize("what", FAULTS)
def test_a_contradiction_is_found_and_told_in_words(tmp_path: Path, what: str) -> None:
    file, old, new, code, said = FAULTS[what]
    folder = tmp_path / "ontology"
    shutil.copytree(data("ontology"), folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    told = [each for each in contradictions(folder) if each.code == code and said in each.message]
    assert told, contradictions(folder)
    assert told[0].severity == "error"
    assert told[0].file.endswith(".ttl")
    assert told[0].line > 0
    assert told[0].hint


def test_every_kind_of_contradiction_that_is_worded_has_a_fault() -> None:
    assert {kind.name for kind in KINDS} <= {code for _, _, _, code, _ in FAULTS.values()}


def test_two_that_are_the_same_and_different_are_told_in_the_words_of_owlrl(tmp_path: Path) -> None:
    folder = tmp_path / "ontology"
    shutil.copytree(data("ontology"), folder)
    with (folder / "axioms.ttl").open("a", encoding="utf-8") as file:
        file.write("sjd:Essdai owl:sameAs sjd:Esspri ; owl:differentFrom sjd:Esspri .\n")

    told = {each.message for each in contradictions(folder) if each.code == "inconsistent"}
    said = "'sameAs' and 'differentFrom' cannot be used on the same subject-object pair"
    assert f"{said}: (Essdai, Esspri)." in told
