"""What comes back from a query, as plain data, whichever store it came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

Term: TypeAlias = "Mapping[str, str]"
"""One term as SPARQL's JSON results write it: ``type`` (``uri``, ``literal``, ``bnode``), ``value``, and for literals
``xml:lang`` or ``datatype``."""

SJD = "https://w3id.org/sjd/"
SHORT: tuple[tuple[str, str], ...] = (
    ("https://w3id.org/sjd/rule/", ""),
    ("https://w3id.org/sjd/fact/", ""),
    ("https://w3id.org/sjd/endpoint/", ""),
    ("https://w3id.org/sjd/source/", "sjd:source/"),
    ("https://w3id.org/sjd/", ""),
    ("https://doi.org/", "doi:"),
    ("https://pubmed.ncbi.nlm.nih.gov/", "pmid:"),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf:"),
    ("http://www.w3.org/2000/01/rdf-schema#", "rdfs:"),
    ("http://www.w3.org/2002/07/owl#", "owl:"),
    ("http://www.w3.org/2004/02/skos/core#", "skos:"),
    ("http://www.w3.org/2001/XMLSchema#", "xsd:"),
    ("http://www.w3.org/ns/prov#", "prov:"),
    ("http://purl.org/dc/terms/", "dcterms:"),
)
"""How an IRI begins, and what is written instead of that: the identifiers that the other commands take and print."""


class Answer(NamedTuple):
    """One answer.

    ``form`` is ``rows`` (SELECT), ``yes_no`` (ASK) or ``graph`` (CONSTRUCT and DESCRIBE; its rows are its triples,
    under ``subject``, ``predicate`` and ``object``, and ``turtle`` is the graph as text). ``cut`` says that there was
    more than the limit allowed.
    """

    form: str
    columns: tuple[str, ...] = ()
    rows: tuple[Mapping[str, Term], ...] = ()
    yes: bool = False
    turtle: str = ""
    cut: bool = False


TRIPLE = ("subject", "predicate", "object")


def short(iri: str) -> str:
    """An IRI as the other commands name the same thing.

    >>> short("https://w3id.org/sjd/rule/axis/systemic"), short("https://doi.org/10.1136/ard.61.6.554")
    ('axis/systemic', 'doi:10.1136/ard.61.6.554')
    """
    for start, instead in SHORT:
        if iri.startswith(start) and len(iri) > len(start):
            name = iri[len(start) :]
            return instead + (name.rstrip("/") if instead == "pmid:" else name)
    return iri


def shown(term: Term | None) -> str:
    """A term as people read it: the identifier of a thing, the text of a literal, nothing for no value."""
    if term is None:
        return ""
    return short(term["value"]) if term["type"] == "uri" else term["value"]
