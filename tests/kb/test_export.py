"""Assessments as JSON-LD and Turtle: the same triples, self-contained, in PROV-O terms, with inert texts."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

import pytest
from rdflib import PROV, RDF, XSD, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from sjogren._resources import data
from sjogren.assess.assessor import Assessor
from sjogren.facts import read_case
from sjogren.program.store import Knowledge, load
from sjogren.proof.export import to_jsonld, to_turtle, work_iri

Json: TypeAlias = Any

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's JSON-LD

SJD = "https://w3id.org/sjd/"
BASE = URIRef(f"{SJD}assessment/exported")
CASE: Json = {
    "id": "exported",
    "age": 52,
    "assume": {"unrecorded_exclusions": "absent"},
    "policy": {"ro52_alone_counts_as_ssa": "true"},
    "visits": [
        {
            "date": "2026-01-12",
            "label": "baseline",
            "facts": {
                "dry_mouth_over_3_months": True,
                "schirmer_test": {"right": 4.5, "left": 11},
                "unstimulated_whole_saliva_flow": {"value": 1.5, "unit": "mL/15.min"},
                "anti_ssa_ro": True,
                "essdai": {"articular": "moderate"},
                "esspri": {"dryness": 7, "fatigue": 6, "pain": 3},
            },
        }
    ],
}
HOSTILE = [
    'a" . <https://example.org/s> <https://example.org/p> <https://example.org/o> . "',
    "@prefix x: <https://example.org/> .",
    '{"@id": "https://example.org/s"}',
    '<script>alert(1)</script> \\u0022 \\n """',
    "sjd:Firing",
    "https://example.org/s",
]


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load(data("rules"), data("ontology"), "test")


@pytest.fixture(scope="module")
def assessor(knowledge: Knowledge) -> Assessor:
    return Assessor(knowledge)


def assessed(assessor: Assessor, case: Json) -> Json:
    return assessor.assess(read_case(json.dumps(case), assessor.knowledge.vocabulary))


@pytest.fixture(scope="module")
def assessment(assessor: Assessor) -> Json:
    return assessed(assessor, CASE)


def triples(assessment: Json) -> Graph:
    return Graph().parse(data=json.dumps(to_jsonld(assessment)), format="json-ld")


@pytest.fixture(scope="module")
def graph(assessment: Json) -> Graph:
    return triples(assessment)


def node_of(assessment: Json, fact: str, side: str = "") -> URIRef:
    nodes = assessment["visits"][0]["justification"]["@graph"]
    found = [node["id"] for node in nodes if node.get("fact") == fact and node.get("side", "") == side]
    assert len(found) == 1
    return BASE + f"/0/{found[0]}"


def alone(assessment: Json, fact: str) -> Json:
    """The assessment with the nodes of one fact and nothing else, to be quick."""
    visit = assessment["visits"][0]
    nodes = [node for node in visit["justification"]["@graph"] if node.get("fact") == fact]
    return assessment | {"visits": [visit | {"conclusions": {}, "justification": {"@graph": nodes}}]}


def firing_of(assessment: Json, rule: str) -> Json:
    nodes = assessment["visits"][0]["justification"]["@graph"]
    return next(node for node in nodes if node["type"] == "firing" and node["rule"] == rule)


@pytest.mark.parametrize("facts", [CASE["visits"][0]["facts"], {}], ids=["recorded", "nothing recorded"])
def test_both_forms_are_the_same_triples(assessor: Assessor, facts: Json) -> None:
    found = assessed(assessor, {"id": "both", "age": 50, "facts": facts})

    assert isomorphic(triples(found), Graph().parse(data=to_turtle(found), format="turtle"))


def test_the_context_stands_inside(assessment: Json) -> None:
    document = to_jsonld(assessment)

    assert all(isinstance(term, str) for term in document["@context"].values())
    assert document == json.loads(json.dumps(document))


def test_every_node_is_an_entity_of_the_bundle(assessment: Json, graph: Graph) -> None:
    members = set(graph.objects(BASE + "/0", PROV.hadMember))

    assert members == {BASE + f"/0/{node['id']}" for node in assessment["visits"][0]["justification"]["@graph"]}
    assert all((member, RDF.type, PROV.Entity) in graph for member in members)
    assert (BASE, RDF.type, PROV.Bundle) in graph
    assert graph.value(BASE, URIRef(f"{SJD}contentHash")) == Literal(assessment["knowledge_base"]["content_hash"])
    assert str(graph.value(BASE, URIRef(f"{SJD}notice"))) == assessment["notice"]


def test_a_firing_used_its_premises_and_followed_its_rule(assessment: Json, graph: Graph) -> None:
    node = firing_of(assessment, "classification/acr-eular-2016/schirmer")
    activity = graph.value(BASE + f"/0/{node['id']}", PROV.wasGeneratedBy)
    association = graph.value(activity, PROV.qualifiedAssociation)
    rule = URIRef(f"{SJD}rule/classification/acr-eular-2016/schirmer")

    assert (activity, RDF.type, PROV.Activity) in graph
    assert set(graph.objects(activity, PROV.used)) == {BASE + f"/0/{premise}" for premise in node["premises"]}
    assert graph.value(association, PROV.hadPlan) == rule
    assert set(graph.objects(rule, PROV.wasDerivedFrom)) == {URIRef("https://doi.org/10.1136/annrheumdis-2016-210571")}
    derivation = graph.value(rule, PROV.qualifiedDerivation)
    assert graph.value(derivation, URIRef(f"{SJD}locator")) == Literal("table 3, item 4")


def test_every_premise_and_every_conclusion_is_there(assessment: Json, graph: Graph) -> None:
    nodes = assessment["visits"][0]["justification"]["@graph"]
    premises = sum(len(node.get("premises", ())) for node in nodes)
    linked = [*graph.subject_objects(PROV.used)]
    linked += [pair for pair in graph.subject_objects(PROV.wasDerivedFrom) if str(pair[0]).startswith(BASE)]

    assert len(linked) == premises
    assert len([*graph.objects(None, URIRef(f"{SJD}concludes"))]) == sum("concludes" in node for node in nodes)


def test_values_are_typed_and_exact(assessment: Json, graph: Graph) -> None:
    value, unit = URIRef(f"{SJD}value"), URIRef(f"{SJD}unit")
    flow = node_of(assessment, "unstimulated_whole_saliva_flow")

    assert graph.value(flow, value) == Literal("0.1", datatype=XSD.decimal)
    assert graph.value(flow, unit) == Literal("mL/min")
    assert graph.value(flow, URIRef(f"{SJD}fact")) == URIRef(f"{SJD}fact/unstimulated_whole_saliva_flow")
    assert graph.value(node_of(assessment, "schirmer_test", "right"), value) == Literal("4.5", datatype=XSD.decimal)
    assert graph.value(node_of(assessment, "anti_ssa_ro"), value) == Literal("true", datatype=XSD.boolean)
    assert graph.value(node_of(assessment, "esspri.dryness"), value) == Literal("7", datatype=XSD.integer)
    assert graph.value(node_of(assessment, "essdai.articular"), value) == Literal("moderate")
    assert not [
        literal for literal in graph.objects() if isinstance(literal, Literal) and literal.datatype == XSD.double
    ]


@pytest.mark.parametrize("identifier", ["a b", "../0", ".", "..", 'é/ü?#<>"{}|\\^`', "%41", "urn:x", *HOSTILE])
def test_any_identifier_of_a_case_is_safe_in_an_iri(assessment: Json, identifier: str) -> None:
    found = alone(assessment, "anti_ssa_ro") | {"case": identifier}
    graph = Graph().parse(data=to_turtle(found), format="turtle")
    bundle = graph.value(None, RDF.type, PROV.Bundle)

    assert bundle is not None
    assert graph.value(bundle, URIRef("http://purl.org/dc/terms/identifier")) == Literal(identifier)
    assert str(bundle).removeprefix(f"{SJD}assessment/").strip(".").isascii()
    assert "/" not in str(bundle).removeprefix(f"{SJD}assessment/")
    assert isomorphic(graph, triples(found))


def test_identifiers_of_cases_stay_apart(assessment: Json) -> None:
    found = [to_jsonld(assessment | {"case": name, "visits": []}) for name in ("a b", "a%20b", "a+b")]

    assert len({document["@graph"][0]["@id"] for document in found}) == len(found)


@pytest.mark.parametrize("text", HOSTILE)
def test_free_texts_are_inert(assessor: Assessor, text: str) -> None:
    """What somebody wrote into a note, a source or a label comes out as that text and makes no triple of its own."""
    case = json.loads(json.dumps(CASE))
    case["visits"][0]["label"] = text
    case["visits"][0]["facts"]["anti_ssa_ro"] = {"value": True, "note": text, "source": text}
    found = alone(assessed(assessor, case), "anti_ssa_ro")
    graph = Graph().parse(data=to_turtle(found), format="turtle")
    node = node_of(found, "anti_ssa_ro")

    assert graph.value(node, URIRef("http://www.w3.org/2004/02/skos/core#note")) == Literal(text)
    assert graph.value(node, URIRef(f"{SJD}recordedBy")) == Literal(text)
    assert not [part for triple in graph for part in triple if isinstance(part, URIRef) and "example.org" in part]
    assert isomorphic(graph, triples(found))


@pytest.mark.parametrize(
    ("work", "iri"),
    [
        ("doi:10.1136/ard.2009.110619", "https://doi.org/10.1136/ard.2009.110619"),
        ("sjd:PMC8450300", f"{SJD}PMC8450300"),
        ("pmid:12006334", "https://pubmed.ncbi.nlm.nih.gov/12006334"),
        ("doi:10.1002/a<b>", "https://doi.org/10.1002/a%3Cb%3E"),
    ],
)
def test_works_have_iris(work: str, iri: str) -> None:
    assert work_iri(work) == iri
