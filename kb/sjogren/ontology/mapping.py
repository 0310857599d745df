"""Codes of other systems for our terms and facts: the SSSOM table read, and put into a graph.

``mapping.sssom.tsv`` is the only place where codes stand. A row gives a term or fact, a relation, a code, and the
evidence for it. In the graph each row is a node of its own (`sjd:Mapping`, in the RDF form of SSSOM an `owl:Axiom`)
beside the triple that it justifies. A row with the modifier ``Not`` asserts that there is no such relation: it becomes
an `owl:NegativePropertyAssertion`, and no triple.

SSSOM: https://mapping-commons.github.io/sssom/
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sjogren import _located
from sjogren.errors import Finding, KnowledgeError, did_you_mean

if TYPE_CHECKING:
    from rdflib import Graph

FILE = "mapping.sssom.tsv"
SJD = "https://w3id.org/sjd/"
SSSOM = "https://w3id.org/sssom/"
NEEDED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
COLUMNS = (*NEEDED, "subject_label", "predicate_modifier", "object_label", "see_also", "verification", "comment")
"""The slots that are read; ``verification`` is an extension slot that the head of the file defines."""


class Mapping(NamedTuple):
    """One row. IRIs in full, labels and remarks as written; ``negated``: there is no such relation."""

    line: int
    subject: str
    predicate: str
    target: str
    system: str
    notation: str
    negated: bool
    justification: str
    subject_label: str
    target_label: str
    sources: tuple[str, ...]
    verification: str
    comment: str
    node: str


def read_mappings(file: Path) -> list[Mapping]:
    """The rows of a mapping set in the order of the file, none when there is no file.

    Raises `KnowledgeError` with everything that is wrong.
    """
    if not file.is_file():
        return []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        message = f"this is not UTF-8: byte {error.start} cannot be read."
        raise KnowledgeError([Finding(file.name, 0, "O101", message)]) from None
    head = next((index for index, line in enumerate(lines) if not line.startswith("#")), len(lines))
    findings: list[Finding] = []
    prefixes = _prefixes(lines[:head], file.name, findings)
    columns = lines[head].split("\t") if head < len(lines) else []
    for column in columns:
        if column not in COLUMNS:
            hint = did_you_mean(column, COLUMNS, always=True)
            findings.append(Finding(file.name, head + 1, "O105", f"the column {column!r} is unknown.", hint))
    lost = [column for column in NEEDED if column not in columns]
    findings += [Finding(file.name, head + 1, "O103", f"the column {column!r} is missing.") for column in lost]
    if findings:
        raise KnowledgeError(findings)
    found: dict[tuple[str, str], Mapping] = {}
    for number, line in enumerate(lines[head + 1 :], head + 2):
        cells = line.split("\t")
        if len(cells) != len(columns):
            message = f"this row has {len(cells)} cells, and there are {len(columns)} columns."
            findings.append(Finding(file.name, number, "O103", message, "Separate the cells by one tabulator each."))
            continue
        row = _Row(file.name, number, dict(zip(columns, cells, strict=True)), prefixes, findings).mapping()
        if row is None:
            continue
        first = found.setdefault((row.subject, row.target), row)
        if first is not row:
            message = f"{row.subject_label} and {row.system}:{row.notation} stand in line {first.line} already."
            findings.append(Finding(file.name, number, "O107", message, "Two things have one relation: keep one row."))
    if findings:
        raise KnowledgeError(findings)
    return list(found.values())


class _Row:
    """One row that is being read; faults are collected."""

    def __init__(
        self, file: str, line: int, cells: dict[str, str], prefixes: dict[str, str], findings: list[Finding]
    ) -> None:
        self.file, self.line, self.cells, self.prefixes, self.findings = file, line, cells, prefixes, findings

    def mapping(self) -> Mapping | None:
        """The row, or None when it cannot be used."""
        before = len(self.findings)
        subject, predicate, target, justification = (self.iri(column) for column in NEEDED)
        modifier = self.cells.get("predicate_modifier", "")
        if modifier not in {"", "Not"}:
            message = f"the predicate_modifier {modifier!r} is unknown."
            self.findings.append(Finding(self.file, self.line, "O105", message, "Write Not, or nothing."))
        if len(self.findings) > before:
            return None
        system, _, notation = self.cells["object_id"].partition(":")
        return Mapping(
            self.line,
            subject,
            predicate,
            target,
            system,
            notation,
            modifier == "Not",
            justification,
            self.cells.get("subject_label", ""),
            self.cells.get("object_label", ""),
            tuple(filter(None, self.cells.get("see_also", "").split("|"))),
            self.cells.get("verification", ""),
            self.cells.get("comment", ""),
            f"{SJD}mapping/{self.cells['subject_id']}={self.cells['object_id']}",
        )

    def iri(self, column: str) -> str:
        """The IRI of a CURIE, by the prefixes of the head."""
        curie = self.cells[column]
        prefix, colon, name = curie.partition(":")
        if not (colon and name):
            message = f"the {column} {curie!r} is no CURIE."
            self.findings.append(Finding(self.file, self.line, "O105", message, "Write prefix:name."))
        elif prefix not in self.prefixes:
            hint = did_you_mean(prefix, self.prefixes, always=True)
            message = f"the prefix {prefix!r} of the {column} is not in the curie_map."
            self.findings.append(Finding(self.file, self.line, "O106", message, hint))
        return self.prefixes.get(prefix, "") + name


def _prefixes(head: Sequence[str], file: str, findings: list[Finding]) -> dict[str, str]:
    """The ``curie_map`` of the head, which is YAML behind ``# ``."""
    text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in head)
    root = _located.read_located(text, file, findings.append, "O101")
    table = root.get("curie_map") if isinstance(root, _located.Mapping) else None
    if not isinstance(table, _located.Mapping):
        findings.append(Finding(file, 1, "O103", "the head has no curie_map.", "Begin the file as SSSOM asks."))
        return {}
    return {name: node.text for name, node in table if isinstance(node, _located.Scalar)}


def add_mappings(graph: Graph, mappings: Sequence[Mapping]) -> None:
    """Put rows into a graph: the triples that they assert, their codes, and their evidence."""
    from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, Literal, URIRef

    for row in mappings:
        subject, predicate, target, node = map(URIRef, (row.subject, row.predicate, row.target, row.node))
        kind, *roles = (
            (OWL.NegativePropertyAssertion, OWL.sourceIndividual, OWL.assertionProperty, OWL.targetIndividual)
            if row.negated
            else (OWL.Axiom, OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget)
        )
        if not row.negated:
            graph.add((subject, predicate, target))
        graph.add((node, RDF.type, URIRef(f"{SJD}Mapping")))
        graph.add((node, RDF.type, kind))
        for role, value in zip(roles, (subject, predicate, target), strict=True):
            graph.add((node, role, value))
        graph.add((node, URIRef(f"{SSSOM}mapping_justification"), URIRef(row.justification)))
        for source in row.sources:
            graph.add((node, DCTERMS.source, URIRef(source)))
        texts = (
            (URIRef(f"{SSSOM}subject_label"), row.subject_label),
            (URIRef(f"{SSSOM}object_label"), row.target_label),
            (URIRef(f"{SJD}verification"), row.verification),
            (RDFS.comment, row.comment),
        )
        for name, text in texts:
            if text:
                graph.add((node, name, Literal(text)))
        graph.add((target, RDF.type, URIRef(f"{SJD}Code")))
        graph.add((target, URIRef(f"{SJD}system"), Literal(row.system)))
        graph.add((target, SKOS.notation, Literal(row.notation)))
