"""``sjd rule`` and ``sjd cite``: what the rules say, and what they rest on."""

from __future__ import annotations

from pathlib import Path

import click

from sjogren.assess.knowledge_base import open_knowledge_base
from sjogren.cli.options import Choice, example, knowledge_options, known_name
from sjogren.model.rule import Rule


@click.group(epilog=example("sjd rule show classification/acr-eular-2016/schirmer"))
def rule() -> None:
    """List the rules, or show one."""


@rule.command("list", epilog=example("sjd rule list --family classification"))
@click.option("--family", help="Only rules whose identifier begins with this word.")
@click.option(
    "--status", type=Choice(("published", "consensus", "operationalisation")), help="Only rules with this status."
)
@click.option(
    "--when-unknown", is_flag=True, help="Only rules that say what is taken for granted when their result is open."
)
@knowledge_options
def list_rules(
    family: str | None, status: str | None, when_unknown: bool, rules: Path | None, ontology: Path | None
) -> None:
    """List all rules and parts: identifier, status, label."""
    from sjogren.rules.english import reading

    knowledge_base = open_knowledge_base(rules, ontology)
    families = sorted({name.partition("/")[0] for name in knowledge_base.rules})
    if family and family not in families:
        known_name(family, families, "family")
    chosen = [
        found
        for found in knowledge_base.rules.values()
        if (not family or found.id.startswith(f"{family}/"))
        and (not status or found.status == status)
        and (not when_unknown or found.when_unknown)
    ]
    width = max((len(found.id) for found in chosen), default=0)
    for found in sorted(chosen):
        click.echo(f"{found.id:<{width}}  {found.status:<18}  {found.label}")
        if when_unknown and found.when_unknown:
            click.echo(f"    {reading(found.when_unknown, knowledge_base.vocabulary, knowledge_base.rules)}")


@rule.command(epilog=example("sjd rule show classification/acr-eular-2016/schirmer --as turtle"))
@click.argument("identifier", metavar="RULE")
@click.option(
    "--as",
    "form",
    type=Choice(("text", "yaml", "turtle")),
    default="text",
    show_default=True,
    help="Plain English, the file as written, or RDF.",
)
@knowledge_options
def show(identifier: str, form: str, rules: Path | None, ontology: Path | None) -> None:
    """Show one RULE or part in plain English, as it is written, or as RDF."""
    knowledge_base = open_knowledge_base(rules, ontology)
    known_name(identifier, knowledge_base.rules, "rule")
    found = knowledge_base.rule(identifier)
    if form == "text":
        from sjogren.rules.english import narrate

        click.echo("\n".join(narrate(found, knowledge_base.vocabulary, knowledge_base.rules)))
    elif form == "yaml":
        from sjogren.rules.written import as_written

        click.echo(as_written(found, rules), nl=False)
    else:
        from sjogren.rules.rdf import rule_turtle

        click.echo(rule_turtle(found, rules), nl=False)


@click.command(epilog=example("sjd cite classification/acr-eular-2016"))
@click.argument("identifier", metavar="RULE")
@knowledge_options
def cite(identifier: str, rules: Path | None, ontology: Path | None) -> None:
    """Print the works that a RULE and its parts rest on, each with the table or clause."""
    knowledge_base = open_knowledge_base(rules, ontology)
    known_name(identifier, knowledge_base.rules, "rule")
    from sjogren.ontology.works import read_works

    works = read_works(ontology)
    parts = [
        found for name, found in knowledge_base.rules.items() if name == identifier or name.startswith(f"{identifier}/")
    ]
    for work, uses in _uses(parts).items():
        known = works.get(work)
        click.echo(known.reference() if known else work)
        for locator, names in uses.items():
            click.echo(f"    {locator}: {', '.join(names)}")


def _uses(parts: list[Rule]) -> dict[str, dict[str, list[str]]]:
    """Work to locator to the rules that cite it there."""
    uses: dict[str, dict[str, list[str]]] = {}
    for part in parts:
        for source in part.source:
            uses.setdefault(source.work, {}).setdefault(source.locator, []).append(part.id)
    return uses
