"""The drugs that the ontology names, for who must tell a known name from free text."""

from __future__ import annotations

from pathlib import Path

from sjogren._resources import data
from sjogren.model.vocabulary import fold_label
from sjogren.ontology.graph import RDF, SJD, SKOS, parse

FILE = "drug.ttl"


def read_drugs(folder: Path | None = None) -> dict[str, str]:
    """Every name of every drug, folded, with the preferred one; empty for an ontology without drugs.

    Raises `KnowledgeError` when the file is not Turtle.

    >>> read_drugs()["rituximab"]
    'rituximab'
    """
    from rdflib import URIRef

    file = (folder or data("ontology")) / FILE
    if not file.is_file():
        return {}
    graph = parse([file])
    found: dict[str, str] = {}
    for drug in sorted(graph.subjects(URIRef(RDF + "type"), URIRef(SJD + "Drug")), key=str):
        preferred = str(graph.value(drug, URIRef(SKOS + "prefLabel")) or "")
        for kind in ("prefLabel", "altLabel", "hiddenLabel"):
            for label in graph.objects(drug, URIRef(SKOS + kind)):
                found.setdefault(fold_label(str(label)), preferred)
    return found
