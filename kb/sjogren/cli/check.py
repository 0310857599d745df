"""``sjd check``: whether rules and ontology keep their promises."""

from __future__ import annotations

from pathlib import Path

import click

from sjogren._resources import data
from sjogren.cli.options import example, knowledge_options
from sjogren.errors import KnowledgeError


@click.command(epilog=example("sjd check"))
@knowledge_options
def check(rules: Path | None, ontology: Path | None) -> None:
    """Check the rules (words, names, types, units, cycles, shapes) and the ontology (shapes and promises)."""
    from sjogren.assess.knowledge_base import VERSION
    from sjogren.ontology import check_ontology
    from sjogren.program.store import build
    from sjogren.rules.rdf import check_rules

    rule_folder, ontology_folder = rules or data("rules"), ontology or data("ontology")
    findings = [*check_ontology(ontology_folder)]
    try:
        knowledge = build(rule_folder, ontology_folder, VERSION)
    except KnowledgeError as error:
        findings += [finding for finding in error.findings if finding not in findings]
    else:
        findings += check_rules(rule_folder, ontology_folder)
        click.echo(
            f"{len(knowledge.rules.rules)} rules, {len(knowledge.vocabulary.facts)} facts, "
            f"{len(knowledge.vocabulary.terms)} terms, {len(knowledge.program.clauses)} clauses: "
            f"{'nothing found' if not findings else f'{len(findings)} found'}"
        )
    if findings:
        raise KnowledgeError(findings)
