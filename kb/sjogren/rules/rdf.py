"""Rules as RDF: the YAML of their files read through the local JSON-LD context, every condition with an IRI of its own.

A condition's IRI is its rule file's IRI and its path in it, ``…/rule/classification/acr-eular-2016#items.3.when``,
so that a proof, a query and an editor mean the same line. Nothing is fetched: the context is put in from the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sjogren._located import Mapping, Node, Scalar, Sequence, read_located
from sjogren._resources import data
from sjogren.errors import Finding, KnowledgeError, MissingExtra
from sjogren.model.rule import Rule
from sjogren.rules.evidence import check_evidence
from sjogren.rules.reader import rule_files

if TYPE_CHECKING:
    from rdflib import Graph

RULE = "https://w3id.org/sjd/rule/"
SJD = "https://w3id.org/sjd/"
INSIDE = {
    "source": "Source",
    "shows": "Shown",
    "sum_of": "Addend",
    "mean_of": "Addend",
    "highest_of": "RuleName",
    "met_when": "Needed",
    "when_unknown": "Reading",
    "unreliable_if": "Caveat",
    "marks": "Mark",
    "cases": "Case",
    "select": "Case",
    "at_least_that_of": "RuleName",
    "at_most_that_of": "RuleName",
    "above_that_of": "RuleName",
    "below_that_of": "RuleName",
}
"""The class of the nodes under a key; those under other keys are rules, tests or groups."""


def rules_graph(folder: Path | None = None, only: str = "") -> Graph:
    """All rule files (or one, by the identifier of its rule) as one graph."""
    from rdflib import Graph

    place = folder or data("rules")
    words = json.loads((place / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    graph = Graph()
    for path in rule_files(place):
        name = path.relative_to(place).as_posix()
        if only and name != f"{only}.yaml":
            continue
        document = _document(path.read_text(encoding="utf-8"), name, words)
        graph.parse(data=json.dumps(document), format="json-ld")
    for prefix, iri in (("sjd", SJD), ("rule", RULE), ("fact", f"{SJD}fact/")):
        graph.bind(prefix, iri)
    return graph


def _document(text: str, name: str, words: dict[str, Any]) -> Any:
    findings: list[Finding] = []
    root = read_located(text, f"rules/{name}", findings.append, "K101")
    if findings or not isinstance(root, Mapping):
        raise KnowledgeError(findings)
    file = RULE + name.removesuffix(".yaml")
    document = _plain(root, "", file, "")
    document["@context"] = words
    return document


def _plain(node: Node, path: str, file: str, key: str) -> Any:
    """The tree as JSON data, with identifiers and classes put in; scalars stay text and the context types them."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [_plain(item, f"{path}.{index}" if path else str(index), file, key) for index, item in enumerate(node)]
    found: dict[str, Any] = {}
    for name, value in node:
        if name == "@context":
            continue
        below = f"{path}.{name}" if path else name
        found[name] = _plain(value, below, file, name)
    if "type" in found:
        found["id"] = RULE + found["id"]
    else:
        found["id"] = f"{file}#{path}"
        found["type"] = _class_of(key, found)
    return found


def _class_of(key: str, found: dict[str, Any]) -> str:
    if key == "first_known" and set(found) <= {"rule", "id"}:
        return "RuleName"
    if key in INSIDE:
        return INSIDE[key]
    return "Test" if {"fact", "rule", "policy"} & set(found) else "Group"


def rule_turtle(rule: Rule, folder: Path | None = None) -> str:
    """One rule, with its conditions and parts, as Turtle."""
    from rdflib import BNode, Graph, URIRef
    from rdflib.term import Node as Term

    whole = rules_graph(folder, only=rule.place.file.removeprefix("rules/").removesuffix(".yaml"))
    part = Graph()
    for prefix, iri in whole.namespaces():
        part.bind(prefix, iri)
    start = URIRef(RULE + rule.id)
    waiting: list[Term] = [start]
    seen: set[Term] = set()
    while waiting:
        subject = waiting.pop()
        if subject in seen:
            continue
        seen.add(subject)
        for triple in whole.triples((subject, None, None)):
            part.add(triple)
            target = triple[2]
            own = isinstance(target, BNode) or "#" in str(target) or str(target).startswith(f"{start}/")
            if own and (target, None, None) in whole:
                waiting.append(target)
    return part.serialize(format="turtle")


def check_rules(rules: Path, ontology: Path) -> list[Finding]:
    """The closed shapes over all rules, every work that they cite, and what rules and statements say of each other."""
    from rdflib import Graph, URIRef

    try:
        from pyshacl import validate
    except ImportError:
        raise MissingExtra("pyshacl", "check") from None
    graph = rules_graph(rules)
    shapes = Graph().parse(rules / "rule.shapes.ttl", format="turtle")
    _, report, _ = validate(graph, shacl_graph=shapes, advanced=False)
    findings = [*_shape_findings(report)]
    works = Graph().parse(ontology / "source.ttl", format="turtle")
    cited = set(graph.objects(None, URIRef("http://purl.org/dc/terms/references")))
    for work in sorted(str(each) for each in cited):
        if (URIRef(work), None, None) not in works:
            where = next(graph.subjects(None, URIRef(work)), None)
            findings.append(Finding(_file(str(where)), 0, "K301", f"the work {work} is not in ontology/source.ttl."))
    return [*findings, *check_evidence(graph, ontology)]


def _shape_findings(report: Any) -> Iterator[Finding]:
    from rdflib import SH

    for result in sorted(report.subjects(None, SH.ValidationResult), key=str):
        focus = str(report.value(result, SH.focusNode))
        path = report.value(result, SH.resultPath)
        message = next(iter(_texts(report.objects(result, SH.resultMessage))), "the shape is not met")
        what = f"{focus.removeprefix(RULE)}: {message}" + (f" ({path})" if path else "")
        yield Finding(_file(focus), 0, "K302", what)


def _texts(values: Iterable[Any]) -> list[str]:
    return sorted(str(value) for value in values)


def _file(iri: str) -> str:
    """The rule file that a rule or condition stands in."""
    return f"rules/{iri.removeprefix(RULE).partition('#')[0]}.yaml"
