"""The bibliography as people cite it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sjogren._resources import data
from sjogren.ontology.graph import SJD

DOI = "https://doi.org/"
PUBMED = "https://pubmed.ncbi.nlm.nih.gov/"


class Work(NamedTuple):
    """One work. ``checked`` is the tag of the bibliographic line: V checked, M from memory, ? uncertain."""

    curie: str
    title: str
    authors: str
    journal: str
    year: str
    pmid: str
    checked: str

    def reference(self) -> str:
        """The work as a line of a reference list; a line that was not checked says so."""
        where = " ".join(part for part in (self.journal, self.year) if part)
        pmid = f". PMID {self.pmid}" if self.pmid else ""
        doubt = "" if self.checked == "V" else " [title and authors not checked against the work]"
        parts = (self.authors.rstrip("."), self.title.rstrip("."), where, f"{self.curie}{pmid}{doubt}")
        return ". ".join(part for part in parts if part)


def read_works(folder: Path | None = None) -> dict[str, Work]:
    """All works by CURIE (``doi:…``, ``pmid:…`` or ``sjd:source/…``)."""
    from rdflib import DCTERMS, RDF, Graph, URIRef
    from rdflib.term import Node

    graph = Graph().parse((folder or data("ontology")) / "source.ttl", format="turtle")
    found = {}
    for node in graph.subjects(RDF.type, URIRef(SJD + "Work")):

        def text(predicate: URIRef, node: Node = node) -> str:
            return str(graph.value(node, predicate) or "")

        curie = curie_of(str(node))
        found[curie] = Work(
            curie,
            text(DCTERMS.title),
            text(DCTERMS.creator),
            text(URIRef(SJD + "publishedIn")),
            text(DCTERMS.issued),
            text(URIRef(SJD + "pmid")),
            text(URIRef(SJD + "recordVerification")),
        )
    return found


def curie_of(iri: str) -> str:
    """The CURIE of a work.

    >>> curie_of("https://doi.org/10.1136/ard.61.6.554"), curie_of("https://w3id.org/sjd/source/copen")
    ('doi:10.1136/ard.61.6.554', 'sjd:source/copen')
    """
    for prefix, name in ((DOI, "doi:"), (PUBMED, "pmid:"), (SJD, "sjd:")):
        if iri.startswith(prefix):
            return name + iri.removeprefix(prefix).strip("/")
    return iri
