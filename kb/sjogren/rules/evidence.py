"""What rules and the normative statements say of each other, held together.

==== ==========================================================================
K303 a statement is represented by a rule that does not exist
K304 a statement is represented by a check that does not exist
K305 a case is grounded on a statement, trial or result that does not exist
K306 a profile with endpoints has no scope of evidence, or a scope no profile
K307 a rule gives a statement as its ground, and the statement does not name the rule
==== ==========================================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sjogren.errors import Finding, did_you_mean

if TYPE_CHECKING:
    from rdflib import Graph

SJD = "https://w3id.org/sjd/"
RULE = f"{SJD}rule/"
CHECK = f"{SJD}check/"
GROUNDS = ("statement.ttl", "result.ttl", "trial.ttl")
"""The files whose identifiers a case may give as its grounds."""


def check_evidence(rules: Graph, ontology: Path) -> Iterator[Finding]:
    """What is represented by something that is not there, grounded on nothing, or without a scope of evidence."""
    yield from _represented(rules, ontology)
    yield from _grounds(rules, ontology)
    yield from _scopes(rules, ontology)


def _represented(rules: Graph, ontology: Path) -> Iterator[Finding]:
    from rdflib import RDF, Graph, URIRef

    file = ontology / "statement.ttl"
    statements, shapes = _graph(file), Graph().parse(ontology / "shapes.ttl", format="turtle")
    known_rules = sorted(
        str(each) for each in rules.subjects(RDF.type) if str(each).startswith(RULE) and "#" not in str(each)
    )
    promises = [f"{CHECK}{path.stem}" for path in sorted((ontology / "check").glob("*.rq"))]
    checks = [
        *promises,
        *sorted(str(each) for each in shapes.subjects(RDF.type) if str(each).startswith(f"{SJD}shape/")),
    ]
    for code, word, known in (("K303", "representedByRule", known_rules), ("K304", "representedByCheck", checks)):
        for statement, target in sorted(statements.subject_objects(URIRef(SJD + word))):
            if str(target) not in known:
                what = str(target).removeprefix(SJD)
                hint = did_you_mean(what, [each.removeprefix(SJD) for each in known])
                message = f"{str(statement).removeprefix(SJD)}: {word} names {what}, which does not exist."
                yield Finding(file.name, _line(file, str(statement)), code, message, hint)


def _grounds(rules: Graph, ontology: Path) -> Iterator[Finding]:
    from rdflib import SKOS, URIRef

    file = ontology / "statement.ttl"
    graphs = [_graph(ontology / name) for name in GROUNDS]
    named = {str(number): (graph, node) for graph in graphs for node, number in graph.subject_objects(SKOS.notation)}
    for case, head in sorted(rules.subject_objects(URIRef(f"{SJD}grounds"))):
        rule = str(case).removeprefix(RULE).partition("#")[0]
        for ground in sorted(str(each) for each in rules.items(head)):
            if ground not in named:
                message = f"{str(case).removeprefix(RULE)} is grounded on {ground}, which does not exist."
                yield Finding(_file(str(case)), 0, "K305", message, did_you_mean(ground, sorted(named)))
                continue
            graph, node = named[ground]
            carried = [str(each).removeprefix(RULE) for each in graph.objects(node, URIRef(f"{SJD}representedByRule"))]
            is_statement = (node, URIRef(f"{SJD}force"), None) in graph
            if is_statement and not any(each == rule or each.startswith(f"{rule}/") for each in carried):
                message = f"{ground} is a ground of {rule}, which it does not name."
                hint = "Add the rule to sjd:representedByRule, or take the ground away."
                yield Finding(file.name, _line(file, str(node)), "K307", message, hint)


def _scopes(rules: Graph, ontology: Path) -> Iterator[Finding]:
    from rdflib import URIRef

    file = ontology / "evidence.ttl"
    scopes = {str(profile): str(scope) for scope, profile in _graph(file).subject_objects(URIRef(f"{SJD}profile"))}
    profiles = {
        str(rules.value(case, URIRef(f"{SJD}value"))).removeprefix(SJD): str(case)
        for case in rules.subjects(URIRef(f"{SJD}primary"))
    }
    for profile in sorted(profiles.keys() - scopes.keys()):
        message = f"the profile {profile} has endpoints and no scope of evidence."
        yield Finding(_file(profiles[profile]), 0, "K306", message, f"Add one to ontology/{file.name}.")
    for profile in sorted(scopes.keys() - profiles.keys()):
        hint = did_you_mean(profile, sorted(profiles))
        message = f"the scope of evidence names the profile {profile}, which has no endpoints."
        yield Finding(file.name, _line(file, scopes[profile]), "K306", message, hint)


def _graph(file: Path) -> Graph:
    from rdflib import Graph

    return Graph().parse(file, format="turtle") if file.is_file() else Graph()


def _line(file: Path, iri: str) -> int:
    """The line on which a subject of a file begins, written with the prefix of its kind."""
    kind, _, name = iri.removeprefix(SJD).partition("/")
    lines = file.read_text(encoding="utf-8").splitlines()
    return next((at for at, line in enumerate(lines, 1) if line.startswith(f"{kind}:{name} ")), 0)


def _file(iri: str) -> str:
    """The rule file that a condition stands in."""
    return f"rules/{iri.removeprefix(RULE).partition('#')[0]}.yaml"
