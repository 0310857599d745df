"""Whether the ontology contradicts itself: the OWL 2 RL closure, and each contradiction in words.

owlrl draws the conclusions. A class that can have no member is no contradiction in OWL 2 RL until it has one; so every
class is given a member for the time of the check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from sjogren.errors import Finding, MissingExtra
from sjogren.ontology.graph import RDF, RDFS, short
from sjogren.ontology.places import Places

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

MEMBER = "urn:sjd:member-of:"
KINDS_OF_PROPERTY = tuple(
    f"{kind}Property"
    for kind in ("Transitive", "Symmetric", "Asymmetric", "Irreflexive", "Functional", "InverseFunctional")
)


class _Kind(NamedTuple):
    """One kind of contradiction: how owlrl words it, its name, what is said, the cure."""

    pattern: str
    name: str
    said: str
    mend: str


KINDS = (
    _Kind(
        r"Disjoint classes (\S+) and (\S+) have a common individual (?P<subject>\S+)",
        "disjoint_classes",
        "{3} is a {1} ({why1}) and a {2} ({why2}), and nothing is both.",
        "Correct one of the two statements, or the axiom that keeps the classes apart.",
    ),
    _Kind(
        r"Erroneous usage of disjoint properties (\S+) and (\S+) on (?P<subject>\S+) and (.+)",
        "disjoint_properties",
        "{4} is both {1} and {2} of {3}, and these exclude each other.",
        "Keep one of the two.",
    ),
    _Kind(
        r"Irreflexive property used on (?P<subject>\S+) with (\S+)",
        "irreflexive_property",
        "{1} has itself as its {2}, and nothing may.",
        "Remove the statement.",
    ),
    _Kind(
        r"Erroneous usage of asymmetric property (\S+) on (?P<subject>\S+) and (\S+)",
        "asymmetric_property",
        "{2} and {3} have each other as {1}, which can hold in one direction only.",
        "Remove one of the two statements.",
    ),
    _Kind(
        r"Negative \(object\) property assertion violated for: \((?P<subject>\S+), (\S+), (\S+)\)",
        "contradicted_mapping",
        "{1} has the {2} {3}, and mapping.sssom.tsv says that it has not.",
        "The code is a trap: remove the match.",
    ),
)


def inconsistencies(graph: Graph, places: Places) -> list[Finding]:
    """Every contradiction that OWL 2 RL finds in a graph; raises `MissingExtra` without owlrl."""
    try:
        from owlrl import OWLRL_Semantics
    except ImportError:
        raise MissingExtra("owlrl", "check") from None
    from rdflib import OWL

    class Closure(OWLRL_Semantics):  # type: ignore[misc]  # owlrl is not typed
        """That everything equals itself is half of the work, and of use only where something may equal another."""

        def _equality(self, triple: Any, cycle_num: int) -> None:
            if equal:
                super()._equality(triple, cycle_num)

    closed = _with_members(graph)
    kinds = (OWL.FunctionalProperty, OWL.InverseFunctionalProperty, OWL.AllDifferent)
    equal = any((None, role, None) in closed for role in (OWL.sameAs, OWL.differentFrom))
    equal = equal or any((None, None, kind) in closed for kind in kinds)
    closure = Closure(closed, axioms=False, daxioms=False)
    closure.closure()
    return sorted({_finding(message, graph, places) for message in closure.error_messages})


def _with_members(graph: Graph) -> Graph:
    """What the axioms speak of, and a member of every class; declarations and remarks would only cost time."""
    from rdflib import OWL, RDF, RDFS, Graph, URIRef

    found = Graph()
    roles = {RDFS.domain, RDFS.range, RDFS.subPropertyOf, OWL.propertyDisjointWith, OWL.inverseOf}
    ruled = {subject for role in roles for subject in graph.subjects(role)}
    ruled |= {value for role in roles - {RDFS.domain, RDFS.range} for value in graph.objects(None, role)}
    for kind in KINDS_OF_PROPERTY:
        ruled |= set(graph.subjects(RDF.type, URIRef(f"{OWL}{kind}")))
    ruled |= roles | {
        RDFS.subClassOf,
        OWL.disjointWith,
        OWL.members,
        RDF.first,
        RDF.rest,
        OWL.sameAs,
        OWL.differentFrom,
    }
    ruled |= {OWL.sourceIndividual, OWL.assertionProperty, OWL.targetIndividual}
    declared = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.Axiom}
    for subject, predicate, value in graph:
        if predicate in ruled or (predicate == RDF.type and value not in declared):
            found.add((subject, predicate, value))
    for each in set(graph.subjects(RDFS.subClassOf)):
        found.add((URIRef(f"{MEMBER}{each}"), RDF.type, each))
    return found


def _finding(message: str, graph: Graph, places: Places) -> Finding:
    for kind in KINDS:
        match = re.fullmatch(kind.pattern, message)
        if match is None:
            continue
        one, other, *rest = match.groups()
        if kind.name == "disjoint_classes":
            one, other = sorted((one, other))
        subject = match["subject"].removeprefix(MEMBER)
        if match["subject"] != subject:
            said = f"nothing can be a {short(subject)}: it would be a {short(one)} and a {short(other)}, "
            said += "and nothing is both."
            return _told("unsatisfiable_class", places, subject, one, said, kind.mend)
        words = ["", *(short(part) for part in (one, other, *rest))]
        why1, why2 = (_why(graph, subject, part) for part in (one, other))
        said = kind.said.format(*words, why1=why1, why2=why2)
        return _told(kind.name, places, subject, other if kind.name == "irreflexive_property" else one, said, kind.mend)
    subject = next(iter(re.findall(r"https?://[^\s,()']+", message)), "")
    said = re.sub(r"https?://[^\s,()']+", lambda iri: short(iri[0]), message)
    return _told("inconsistent", places, subject, "", f"{said}.", "Correct one of the statements that meet here.")


def _told(name: str, places: Places, subject: str, word: str, said: str, mend: str) -> Finding:
    file, line = places.of(subject, short(word))
    return Finding(file or "ontology", line, name, said, mend)


def _why(graph: Graph, individual: str, kind: str) -> str:
    """Why an individual belongs to a class: it is said, or a narrower class or a property has it follow."""
    from rdflib import URIRef

    node, wanted = URIRef(individual), URIRef(kind)
    narrower = {each for each in graph.transitive_subjects(URIRef(RDFS + "subClassOf"), wanted) if each is not None}
    said = set(graph.objects(node, URIRef(RDF + "type")))
    if wanted in said:
        return "as is said of it"
    for each in sorted(said & narrower, key=str):
        return f"as every {short(str(each))} is"
    return next(_roles(graph, node, narrower), "as follows from what is said of it")


def _roles(graph: Graph, node: Node, kinds: set[Node]) -> Iterator[str]:
    from rdflib import URIRef

    ends: tuple[tuple[str, Callable[[Node], tuple[Node | None, Node, Node | None]], str], ...] = (
        ("domain", lambda name: (node, name, None), "as it has the property {}"),
        ("range", lambda name: (None, name, node), "as it is the {} of {}"),
    )
    for end, pattern, words in ends:
        for kind in sorted(kinds, key=str):
            for name in sorted(graph.subjects(URIRef(RDFS + end), kind), key=str):
                for subject, _, _ in sorted(graph.triples(pattern(name)), key=str):
                    yield words.format(short(str(name)), short(str(subject)))
