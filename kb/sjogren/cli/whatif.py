"""``sjd whatif``: what a change of a rule would do."""

from __future__ import annotations

from pathlib import Path

import click

from sjogren._resources import data
from sjogren.assess.knowledge_base import open_knowledge_base
from sjogren.cli.compare import FORMATS, LINES
from sjogren.cli.options import Choice, example, knowledge_options, settings

INVALID = 3


@click.command(epilog=example("sjd whatif --set classification/acr-eular-2016/schirmer:at_most=10 --cases examples"))
@click.option("--set", "values", multiple=True, metavar="RULE:KEY=VALUE", help="Set one value of a rule.")
@click.option("--drop", multiple=True, metavar="ITEM", help="Leave an item out of its criteria set.")
@click.option(
    "--edited", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Use this edited rule file."
)
@click.option(
    "--cases", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Assess the cases of this folder."
)
@click.option("--further", is_flag=True, help="Compare all conclusions, not only the first that the change reaches.")
@click.option("-f", "--format", "form", type=Choice(FORMATS), default="text", show_default=True, help="Format.")
@click.option(
    "--most", type=click.IntRange(min=1), default=LINES, show_default=True, help="Lines of patterns a difference."
)
@click.option("--policy", multiple=True, metavar="NAME=VALUE", help="Compare under a policy.")
@knowledge_options
def whatif(
    values: tuple[str, ...],
    drop: tuple[str, ...],
    edited: Path | None,
    cases: Path | None,
    further: bool,
    form: str,
    most: int,
    policy: tuple[str, ...],
    rules: Path | None,
    ontology: Path | None,
) -> int:
    """Change a rule, and see who would be treated otherwise; nothing is written.

    A KEY is a key of the rule's file, with the keys above it where it stands more than once: at_most, points,
    met_when.at_least. Every conclusion that the change can reach is compared over all possible patients, and over the
    given cases, with the steps that differ.

    Exit codes: 0 ran; 2 wrong usage; 3 the change cannot be made, or a case is invalid.
    """
    if not (values or drop or edited):
        raise click.UsageError("say what to change: --set RULE:KEY=VALUE, --drop ITEM or --edited FILE.")
    knowledge_base = open_knowledge_base(rules, ontology)
    chosen = settings(policy, knowledge_base.vocabulary.policies, "policy")
    from sjogren.cli.main import tell
    from sjogren.compare.document import render
    from sjogren.compare.edit import Edit, known_rule, parse
    from sjogren.compare.whatif import what_if

    edits = [parse(value, knowledge_base.rules) for value in values]
    edits += [Edit(known_rule(name, knowledge_base.rules, "--drop"), "", "") for name in drop]
    folders = (rules or data("rules"), ontology or data("ontology"))
    found = what_if(knowledge_base, folders, edits, edited, cases, chosen, most, further=further)
    click.echo(render(found.blocks, form))
    errors = found.flips.errors if found.flips else ()
    for error in errors:
        tell(error)
    return INVALID if errors else 0
