"""The ontology's promises, checked: SHACL shapes for single nodes, OWL 2 RL for contradictions, SPARQL for the rest.

Each promise between nodes is a query in a file of its own; an empty answer keeps it. A finding's code is the name of
the promise (ROBOT's report names where they mean the same), its hint says how to mend.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sjogren.errors import Finding, KnowledgeError, MissingExtra, did_you_mean
from sjogren.ontology.consistency import inconsistencies
from sjogren.ontology.graph import SJD, load_graph, parse, short
from sjogren.ontology.mapping import FILE, read_mappings
from sjogren.ontology.places import Places
from sjogren.ontology.reader import read_vocabulary

if TYPE_CHECKING:
    from rdflib import Graph

_SHACL = "http://www.w3.org/ns/shacl#"
_HEAD = re.compile(r"(?m)^# (title|severity|mend): *(\S.*?) *$")

SEVERITIES = ("error", "warning", "info")


class Promise(NamedTuple):
    """One query of ``check/``: its name, what it promises, how grave a breach is, how to mend it, and the query."""

    name: str
    title: str
    severity: str
    mend: str
    query: str


class Beside(NamedTuple):
    """What the promises ask of beside the ontology: a graph of the rules, and where each of its nodes stands."""

    graph: Graph
    places: Mapping[str, tuple[str, int]]


def check_ontology(folder: Path, only: Collection[str] = (), beside: Beside | None = None) -> list[Finding]:
    """Everything that is wrong with an ontology folder, in the order of its files; an empty list is a pass.

    only
        the names of the queries to ask, with ``shapes`` for the SHACL shapes, ``consistency`` for the contradictions
        and ``vocabulary`` for what keeps the vocabulary from being read; empty: all.
    beside
        the rules, for the promises that speak of rules and ontology together; without them only the ontology is asked.

    Raises `MissingExtra` without pyshacl or owlrl, and `KnowledgeError` when a file cannot be read or is no query.
    """
    graph = load_graph(folder)
    places = Places(sorted(folder.glob("*.ttl")))
    places.add(_mapped(folder))
    asked = promises(folder)
    wanted = only or {"shapes", "consistency", "vocabulary", *(promise.name for promise in asked)}
    found: list[Finding] = []
    if "shapes" in wanted:
        found += _shape_findings(graph, folder / "shapes.ttl", places)
    if "consistency" in wanted:
        found += inconsistencies(graph, places)
    if "vocabulary" in wanted:
        found += _unread(folder)
    if beside is not None:
        for triple in beside.graph:
            graph.add(triple)
        places.add(beside.places)
    for promise in asked:
        if promise.name in wanted:
            found += _query_findings(graph, promise, places)
    return sorted(set(found))


def _mapped(folder: Path) -> dict[str, tuple[str, int]]:
    """Where the rows of the mapping set stand, and each code for the first time."""
    found: dict[str, tuple[str, int]] = {}
    for row in read_mappings(folder / FILE):
        found[row.node] = (FILE, row.line)
        found.setdefault(row.target, (FILE, row.line))
    return found


def promises(folder: Path) -> list[Promise]:
    """The queries of ``check/``; raises `KnowledgeError` for one whose head is incomplete."""
    found: list[Promise] = []
    bad: list[Finding] = []
    for file in sorted((folder / "check").glob("*.rq")):
        text = file.read_text(encoding="utf-8")
        head = dict(_HEAD.findall(text))
        lost = [key for key in ("title", "severity", "mend") if key not in head]
        bad += [
            Finding(f"check/{file.name}", 1, "O103", f"the line '# {key}: …' is missing at the top.") for key in lost
        ]
        severity = head.get("severity", SEVERITIES[0])
        if severity not in SEVERITIES:
            hint = did_you_mean(severity, SEVERITIES, always=True)
            bad.append(Finding(f"check/{file.name}", 1, "O105", f"the severity {severity!r} is unknown.", hint))
        found.append(Promise(file.stem, head.get("title", ""), severity, head.get("mend", ""), text))
    if bad:
        raise KnowledgeError(bad)
    return found


def _unread(folder: Path) -> list[Finding]:
    """What keeps the vocabulary from being read."""
    try:
        read_vocabulary(folder)
    except KnowledgeError as error:
        return list(error.findings)
    return []


def _query_findings(graph: Graph, promise: Promise, places: Places) -> Iterator[Finding]:
    from pyparsing import ParseBaseException
    from rdflib.query import ResultRow

    try:
        rows = [row for row in graph.query(promise.query) if isinstance(row, ResultRow)]
    except ParseBaseException as error:
        raise KnowledgeError(
            [Finding(f"check/{promise.name}.rq", error.lineno, "O101", "this is not SPARQL.")]
        ) from None
    for row in rows:
        answer = row.asdict()
        if "subject" not in answer:
            continue
        subject, words = (
            str(answer["subject"]),
            [short(str(answer[key])) for key in ("property", "value") if key in answer],
        )
        file, line = places.of(subject, words[0] if words else "")
        what = f"{short(subject)} ({' '.join(words)})" if words else short(subject)
        message = f"{promise.title}, but {what} breaks it."
        yield Finding(file or "ontology", line, promise.name, message, _sentence(promise.mend), promise.severity)


def _shape_findings(graph: Graph, file: Path, places: Places) -> Iterator[Finding]:
    try:
        from pyshacl import validate
    except ImportError:
        raise MissingExtra("pyshacl", "check") from None
    from rdflib import Graph, URIRef

    shapes = parse([file])
    _, report, _ = validate(graph, shacl_graph=shapes, inference="none", advanced=False)
    if not isinstance(report, Graph):
        raise KnowledgeError([Finding(file.name, 0, "O101", f"the shapes could not be applied: {report}")])
    for result in report.objects(None, URIRef(_SHACL + "result")):
        shape = report.value(result, URIRef(_SHACL + "sourceShape"))
        focus = str(report.value(result, URIRef(_SHACL + "focusNode")))
        name, mend, rule = (
            str(shapes.value(shape, URIRef(iri)) or "")
            for iri in (SJD + "reportName", SJD + "mend", _SHACL + "message")
        )
        path = short(str(report.value(result, URIRef(_SHACL + "resultPath")) or ""))
        place, line = places.of(focus, path)
        what = f"{short(focus)} ({path})" if path else short(focus)
        message = f"{rule.rstrip('.')}, but {what} is not so."
        yield Finding(place or "ontology", line, name, message, _sentence(mend))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
