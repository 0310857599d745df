"""Everything that `sjd check` asks of rules and ontology together, as one list."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sjogren.errors import Finding, KnowledgeError
from sjogren.ontology.check import SEVERITIES, Beside, check_ontology, promises
from sjogren.ontology.mapping import FILE, read_mappings
from sjogren.program.store import build
from sjogren.rules.rdf import Places, add_cases, check_rules, rules_graph


class Report(NamedTuple):
    """What was checked, in numbers by what was counted, and what was found, the gravest first."""

    counts: dict[str, int]
    findings: tuple[Finding, ...]

    def of(self, severity: str) -> tuple[Finding, ...]:
        """The findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity == severity)


def check(rules: Path, ontology: Path, version: str) -> Report:
    """Whether two folders keep all promises; raises `MissingExtra` when the extra `check` is not installed.

    A folder that cannot be read at all is a finding like any other; what could be checked beside it was.
    """
    counts: dict[str, int] = {}
    findings: set[Finding] = set()
    readable: Beside | None = None
    try:
        knowledge = build(rules, ontology, version)
        places: Places = {}
        graph = rules_graph(rules, places=places)
        counts |= {
            "rules": len(knowledge.rules.rules),
            "facts": len(knowledge.vocabulary.facts),
            "terms": len(knowledge.vocabulary.terms),
            "clauses": len(knowledge.program.clauses),
        }
        findings.update(_placed(check_rules(rules, ontology, (graph, places)), ontology))
        add_cases(graph, rules)
        readable = Beside(graph, places)
    except KnowledgeError as error:
        findings.update(_placed(error.findings, ontology))
    try:
        asked = {promise.name for promise in promises(ontology)}
        counts |= {"mappings": len(read_mappings(ontology / FILE)), "promises": len(asked)}
        # What keeps the vocabulary from being read was told above.
        findings.update(_placed(check_ontology(ontology, {"shapes", "consistency", *asked}, readable), ontology))
    except KnowledgeError as error:
        findings.update(_placed(error.findings, ontology))
    order = {severity: rank for rank, severity in enumerate(SEVERITIES)}
    return Report(counts, tuple(sorted(findings, key=lambda each: (order[each.severity], each.code, each))))


def _placed(findings: list[Finding] | tuple[Finding, ...], ontology: Path) -> list[Finding]:
    """The findings with the files of the ontology named from the root, as those of the rules are."""
    return [
        finding._replace(file=f"ontology/{finding.file}") if (ontology / finding.file).is_file() else finding
        for finding in findings
    ]
