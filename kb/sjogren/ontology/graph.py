"""A graph that is asked politely: one value, exact numbers, known words; whatever is wrong is told with its place.

Faults are collected, so that all of them are told at once.

==== ===========================================================
O101 a file or folder is missing, or is not Turtle
O102 an unknown property or class
O103 something that must be said is missing
O104 not an exact number, or a range upside down
O105 a word that is not among the allowed ones
O106 a reference to something that does not exist
O107 something is said more than once
==== ===========================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from sjogren.errors import Finding, KnowledgeError, did_you_mean
from sjogren.ontology.places import Places

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

SJD = "https://w3id.org/sjd/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"

_NEEDED = ("sjd.ttl", "terms.ttl", "facts.ttl")


def load_graph(folder: Path) -> Graph:
    """All Turtle files of an ontology folder as one graph, the shapes excepted.

    Raises `KnowledgeError` when a file that must be there is missing, and for every file that is not Turtle.
    """
    return parse([file for file in turtle_files(folder) if file.name != "shapes.ttl"])


def turtle_files(folder: Path) -> list[Path]:
    """The Turtle files of an ontology folder; raises `KnowledgeError` when one that must be there is missing."""
    files = sorted(folder.glob("*.ttl"))
    missing = set(_NEEDED) - {file.name for file in files}
    if missing:
        here = f"there is no such file in {folder.name!r}."
        raise KnowledgeError(Finding(name, 0, "O101", here) for name in sorted(missing))
    return files


def parse(files: Sequence[Path]) -> Graph:
    """These files as one graph; raises `KnowledgeError` for every one that is not Turtle."""
    from rdflib import Graph
    from rdflib.plugins.parsers.notation3 import BadSyntax

    graph = Graph()
    findings = []
    for file in files:
        try:
            graph.parse(data=file.read_text(encoding="utf-8"), format="turtle", publicID=SJD)
        except BadSyntax as error:
            findings.append(Finding(file.name, error.lines + 1, "O101", f"this is not Turtle: {error._why}."))
        except UnicodeDecodeError as error:
            findings.append(Finding(file.name, 0, "O101", f"this is not UTF-8: byte {error.start} cannot be read."))
    if findings:
        raise KnowledgeError(findings)
    return graph


class Asker:
    """One reading of one graph; faults are collected and raised together."""

    def __init__(self, graph: Graph, places: Places) -> None:
        from rdflib import URIRef

        self.graph, self.places, self.iri = graph, places, URIRef
        self.findings: list[Finding] = []

    def fail(self, code: str, subject: str, predicate: str, what: str, hint: str = "") -> None:
        """Note a fault of a subject; with a predicate, it is told at that line and by its name."""
        word = local(predicate)
        file, line = self.places.of(subject, word)
        message = f"{short(subject)}: {word} {what}." if word else f"{short(subject)}: {what}."
        self.findings.append(Finding(file or "ontology", line, code, message, hint))

    def subjects(self, kind: str) -> list[str]:
        """Everything of this class, in the order of the files."""
        found = {str(node) for node in self.graph.subjects(self.iri(RDF + "type"), self.iri(kind))}
        return sorted(found, key=lambda iri: (self.places.order.get(iri, len(self.places.order)), iri))

    def nodes(self, subject: Node, predicate: str) -> list[Node]:
        """The values of a property, in a stable order."""
        return sorted(self.graph.objects(subject, self.iri(predicate)), key=str)

    def texts(self, subject: str, predicate: str) -> list[str]:
        """The values of a property as text."""
        return [str(node) for node in self.nodes(self.iri(subject), predicate)]

    def text(self, subject: str, predicate: str, *, needed: bool = False) -> str:
        """The one value of a property; empty when there is none."""
        found = self.texts(subject, predicate)
        if len(found) > 1:
            self.fail("O107", subject, predicate, f"is given more than once: {', '.join(found)}")
        if needed and not found:
            self.fail("O103", subject, predicate, "is missing")
        return found[0] if found else ""

    def number(self, subject: Node, predicate: str, owner: str) -> Fraction | None:
        """The one number of a property, exact from its text; a fault is told of the owner."""
        found = self.nodes(subject, predicate)
        if len(found) > 1:
            self.fail("O107", owner, predicate, "is given more than once")
        if not found:
            return None
        try:
            return Fraction(str(found[0]))
        except (ValueError, ZeroDivisionError):
            self.fail("O104", owner, predicate, f"is {str(found[0])!r}, which is not an exact number")
            return None

    def inner(self, node: Node, predicate: str) -> str:
        """The first value of a property of a part that has no name of its own; empty when there is none."""
        return next((str(value) for value in self.nodes(node, predicate)), "")

    def words(self, subject: str, predicate: str) -> tuple[str, ...]:
        """The words of the list that a property points to."""
        heads = self.nodes(self.iri(subject), predicate)
        if len(heads) > 1:
            self.fail("O107", subject, predicate, "is given more than once")
        return tuple(str(item) for head in heads[:1] for item in self.graph.items(head))

    def chosen(self, subject: str, predicate: str, choices: Sequence[str], *, needed: bool = False) -> str:
        """The one word of a property; nothing, and a fault, when it is not among the choices."""
        word = self.text(subject, predicate, needed=needed)
        if not word or word in choices:
            return word
        self.fail("O105", subject, predicate, f"{word!r} is unknown", did_you_mean(word, choices, always=True))
        return ""

    def reference(self, subject: str, predicate: str, target: str, existing: Sequence[str]) -> str:
        """The target's own name; nothing, and a fault, when it does not exist."""
        if target in existing:
            return local(target)
        nearest = did_you_mean(short(target), [short(iri) for iri in existing])
        self.fail("O106", subject, predicate, f"points to {short(target)}, which does not exist", nearest)
        return ""

    def check_words(self) -> None:
        """Every property and class of our namespace that is used is declared."""
        kinds = ("AnnotationProperty", "ObjectProperty", "DatatypeProperty")
        properties = [iri for kind in kinds for iri in self.subjects(OWL + kind)]
        classes = self.subjects(OWL + "Class")
        for subject, predicate, target in sorted(self.graph, key=str):
            is_type = str(predicate) == RDF + "type"
            word, known = (str(target), classes) if is_type else (str(predicate), properties)
            if word.startswith(SJD) and word not in known:
                hint = did_you_mean(local(word), [local(iri) for iri in known])
                file, line = self.places.of(str(subject), local(word))
                if not line:
                    file, line = self.places.mention("sjd:" + local(word))
                what = "class" if is_type else "property"
                self.findings.append(
                    Finding(file or "ontology", line, "O102", f"the {what} {local(word)!r} is unknown.", hint)
                )


def local(iri: str) -> str:
    """The last part of an IRI.

    >>> local("https://w3id.org/sjd/SjogrenDisease")
    'SjogrenDisease'
    """
    return iri.replace("#", "/").rpartition("/")[2]


def short(iri: str) -> str:
    """An IRI as the files write it.

    >>> short("https://w3id.org/sjd/fact/schirmer_test"), short("http://www.w3.org/2004/02/skos/core#prefLabel")
    ('fact:schirmer_test', 'prefLabel')
    """
    kind, _, name = iri.removeprefix(SJD).partition("/")
    if iri.startswith(SJD) and name:
        return f"{kind}:{name}"
    return iri if iri.startswith("https://doi.org/") else local(iri)
