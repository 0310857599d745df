"""A rule read as RDF says what the same rule says when it is read for evaluation, and nothing is fetched for it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.term import Node

from sjogren._resources import data
from sjogren.model.rule import Condition, Group, Place, Rule, Subject, Test
from sjogren.program.outline import conditions
from sjogren.rules.generate import context, written
from sjogren.rules.rdf import RULE, SJD, check_rules, rule_turtle, rules_graph
from sjogren.rules.reader import read_rules

pytestmark = pytest.mark.filterwarnings(
    "ignore:ConjunctiveGraph is deprecated:DeprecationWarning"
)  # rdflib, of its own reader
Test.__test__ = False  # type: ignore[attr-defined]  # a condition of a rule, not a test of pytest
RULES = read_rules(data("rules")).rules
WORDS: dict[str, Any] = context()["@context"]
OWN = (RULE, SJD)
OTHERS = (
    "https://doi.org/",
    "https://pubmed.ncbi.nlm.nih.gov/",
    "http://purl.org/dc/terms/",
    "http://www.w3.org/2004/02/skos/core#",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
)


@pytest.fixture(scope="module")
def graph() -> Iterator[Graph]:
    """The rules as RDF, read where no connection can be made."""
    patch = pytest.MonkeyPatch()

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was asked for")

    patch.setattr(socket.socket, "connect", refuse)
    patch.setattr(socket, "getaddrinfo", refuse)
    yield rules_graph()
    patch.undo()


def word(key: str) -> URIRef:
    """What a word of the rule language means."""
    meaning = WORDS[key]
    name = meaning["@id"] if isinstance(meaning, dict) else meaning
    prefix, _, rest = name.partition(":")
    return URIRef(WORDS.get(prefix, prefix + ":") + rest)


def at(place: Place) -> URIRef:
    return URIRef(f"{RULE}{place.file.removeprefix('rules/').removesuffix('.yaml')}#{place.path}")


def walk(condition: Condition) -> Iterator[Condition]:
    yield condition
    for part in condition.parts if isinstance(condition, Group) else ():
        yield from walk(part)


def everything(rule: Rule) -> list[Condition]:
    return [below for condition in conditions(rule) for below in walk(condition)]


def plain(node: Node | None) -> object:
    """A value of the graph as the reader has it: numbers exact, terms by the last part of their IRI."""
    if isinstance(node, Literal):
        value = node.toPython()
        return Fraction(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else str(node)
    return str(node).removeprefix(f"{SJD}fact/").removeprefix(f"{SJD}policy/").removeprefix(RULE).removeprefix(SJD)


def test_there_are_conditions_to_compare() -> None:
    assert sum(len(everything(rule)) for rule in RULES.values()) >= len(RULES)


@pytest.mark.parametrize("name", list(RULES))
def test_every_condition_is_a_node_of_its_own_that_says_the_same(graph: Graph, name: str) -> None:
    for condition in everything(RULES[name]):
        node = at(condition.place)
        kind = URIRef(f"{SJD}{'Test' if isinstance(condition, Test) else 'Group'}")
        assert (node, RDF.type, kind) in graph, f"{node} is no {kind}"
        if condition.where:
            assert plain(graph.value(node, word("in"))) == condition.where
        if isinstance(condition, Group):
            parts = list(graph.objects(node, word("of" if condition.op == "at_least" else condition.op)))
            assert listed(graph, parts) == [at(part.place) for part in condition.parts]
            if condition.op == "at_least":
                assert plain(graph.value(node, word("at_least"))) == condition.least
            continue
        assert plain(graph.value(node, word(condition.subject.kind))) == condition.subject.name
        assert plain(graph.value(node, word("unit"))) == (condition.unit or "None")
        value = graph.value(node, word(condition.op))
        if isinstance(condition.value, Subject):
            assert value is not None
            assert plain(graph.value(value, word(condition.value.kind))) == condition.value.name
        elif isinstance(condition.value, tuple):
            assert {plain(each) for each in graph.objects(node, word(condition.op))} == set(condition.value)
        else:
            assert plain(value) == condition.value


def listed(graph: Graph, objects: list[Node]) -> list[Node]:
    """The members of an RDF list, in order; or the objects themselves, where the context says that order is nothing."""
    if len(objects) == 1 and (objects[0], RDF.first, None) in graph:
        return list(graph.items(objects[0]))
    return sorted(objects, key=lambda node: [int(part) if part.isdigit() else 0 for part in str(node).split(".")])


@pytest.mark.parametrize("name", list(RULES))
def test_every_rule_says_the_same_of_itself(graph: Graph, name: str) -> None:
    rule, node = RULES[name], URIRef(RULE + name)

    assert (node, RDF.type, URIRef(SJD + rule.kind)) in graph
    assert str(graph.value(node, word("label"))) == rule.label
    stated = graph.value(node, word("status"))
    if not rule.parent or stated is not None:
        assert plain(stated) == rule.status
    cited = [plain_source(graph, each) for each in listed(graph, list(graph.objects(node, word("source"))))]
    if cited or not rule.parent:
        assert cited == [(full(source.work), source.locator) for source in rule.source]
    assert [plain(each) for each in listed(graph, list(graph.objects(node, word("levels"))))] == list(rule.levels)
    if rule.stated:
        assert plain(graph.value(node, word("stated"))) == rule.stated


def full(work: str) -> str:
    prefix, _, rest = work.partition(":")
    return str(WORDS[prefix]) + rest


def plain_source(graph: Graph, node: Node) -> tuple[str, str]:
    return str(graph.value(node, word("work"))), str(graph.value(node, word("locator")))


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.terms])
def test_the_weights_of_a_score_are_the_same(graph: Graph, name: str) -> None:
    for term in RULES[name].terms:
        node = at(term.place)
        assert plain(graph.value(node, word(term.subject.kind))) == term.subject.name
        weight = graph.value(node, word("weight"))
        assert plain(weight) == term.weight if weight is not None else term.weight == 1


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.items])
def test_the_points_of_a_criteria_set_are_the_same(graph: Graph, name: str) -> None:
    rule = RULES[name]
    needed = graph.value(URIRef(RULE + name), word("met_when"))
    if rule.branches:
        assert needed is None
    else:
        assert needed is not None
        assert plain(graph.value(needed, word("at_least"))) == rule.needed
    for item in rule.items:
        points = graph.value(URIRef(RULE + item.rule), word("points"))
        assert rule.counts if points is None else plain(points) == item.points


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.branches])
def test_the_branches_of_a_criteria_set_are_the_same(graph: Graph, name: str) -> None:
    found = listed(graph, list(graph.objects(URIRef(RULE + name), word("branches"))))

    assert found == [at(branch.place) for branch in RULES[name].branches]
    for node, branch in zip(found, RULES[name].branches, strict=True):
        assert str(graph.value(node, word("label"))) == branch.label
        assert plain(graph.value(node, word("value"))) == branch.value
        assert plain(graph.value(node, word("needed"))) == branch.needed
        counted = listed(graph, list(graph.objects(node, word("counts"))))
        assert [plain(graph.value(each, word("rule"))) for each in counted] == list(branch.items)
        assert (graph.value(node, word("when")) is None) == (branch.when is None)
        assert graph.value(node, word("met_when")) == at(branch.met_when.place)


def test_no_iri_is_stray(graph: Graph) -> None:
    """Every IRI belongs to this project or to a vocabulary that it uses, and every rule that is named exists."""
    iris = {node for triple in graph for node in triple if isinstance(node, URIRef)}

    assert [iri for iri in iris if not str(iri).startswith((*OWN, *OTHERS))] == []
    named = {iri.removeprefix(RULE) for iri in graph.objects(None, word("rule")) if isinstance(iri, URIRef)}
    assert named - set(RULES) == set()
    used = {iri for iri in iris if iri.startswith(SJD) and not iri.startswith(RULE)}
    assert [iri for iri in used if " " in iri or "#" in iri] == []


def test_every_subject_has_a_class(graph: Graph) -> None:
    inner = {subject for subject in graph.subjects() if isinstance(subject, URIRef)}

    assert [subject for subject in inner if (subject, RDF.type, None) not in graph] == []


def test_the_generated_files_are_what_the_schema_makes_them() -> None:
    for path, text in written(data("rules")).items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run python -m sjogren.rules.generate"


def test_one_rule_as_turtle_is_part_of_the_whole(graph: Graph) -> None:
    rule = RULES["classification/acr-eular-2016/schirmer"]
    part = Graph().parse(data=rule_turtle(rule), format="turtle")

    def said(triples: Graph) -> set[tuple[object, ...]]:
        return {(subject, predicate, plain(target)) for subject, predicate, target in triples}

    assert said(part) - said(graph) == set()  # by value: Turtle writes the decimal 5 as 5.0
    assert (URIRef(RULE + rule.id), word("points"), None) in part


def test_the_shapes_accept_the_rules() -> None:
    pytest.importorskip("pyshacl")
    assert check_rules(data("rules"), data("ontology")) == []


@pytest.mark.parametrize("property_", ["atLaest", "colour"])
def test_the_closed_shapes_refuse_a_property_that_the_language_does_not_have(graph: Graph, property_: str) -> None:
    validate = pytest.importorskip("pyshacl").validate
    shapes = Graph().parse(data("rules") / "rule.shapes.ttl", format="turtle")
    node = at(Place("rules/classification/acr-eular-2016.yaml", 0, "items.3.when"))
    spoiled = Graph() + graph
    spoiled.add((node, URIRef(SJD + property_), Literal(5)))
    conforms, _, text = validate(spoiled, shacl_graph=shapes)

    assert not conforms
    assert property_ in text
    assert str(node) in text
