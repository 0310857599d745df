"""``sjd compare``: criteria sets side by side, and which patients one takes and the other does not."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sjogren.assess.knowledge_base import KnowledgeBase, open_knowledge_base
from sjogren.cli.options import Choice, example, knowledge_options, known_name, settings

FORMATS = ("text", "markdown", "html")
LINES = 6
"""Lines of patterns for each difference, unless more are asked for."""


@click.command(epilog=example("sjd compare acr-eular-2016 aecg-2002"))
@click.argument("sets", nargs=-1, required=True, metavar="SET SET...")
@click.option("-f", "--format", "form", type=Choice(FORMATS), default="text", show_default=True, help="Format.")
@click.option(
    "--most", type=click.IntRange(min=1), default=LINES, show_default=True, help="Lines of patterns a difference."
)
@click.option(
    "--examples", type=click.Path(path_type=Path), metavar="FOLDER", help="Write each line's example patient here."
)
@click.option("--policy", multiple=True, metavar="NAME=VALUE", help="Compare under a policy.")
@knowledge_options
def compare(
    sets: tuple[str, ...],
    form: str,
    most: int,
    examples: Path | None,
    policy: tuple[str, ...],
    rules: Path | None,
    ontology: Path | None,
) -> None:
    """Compare two or more criteria SETs: side by side as they are written, and over all possible patients.

    A SET is named by its identifier or by the last part of it. Which combinations of findings meet one set and not the
    other is worked out for all of them, counted, and told in as few findings as possible.
    """
    knowledge_base = open_knowledge_base(rules, ontology)
    chosen = [_set(name, knowledge_base) for name in sets]
    if len(set(chosen)) < len(chosen) or len(chosen) == 1:
        raise click.UsageError("name two different criteria sets at least.")
    if examples and examples.exists():
        raise click.UsageError(f"--examples: {examples} is there already; name a new folder.")
    from sjogren.compare.contrast import Base
    from sjogren.compare.document import render
    from sjogren.compare.sets import compare_sets

    base = Base(knowledge_base.knowledge, settings(policy, knowledge_base.vocabulary.policies, "policy"))
    found = compare_sets(base, chosen, most)
    click.echo(render(found.blocks, form))
    if examples:
        examples.mkdir(parents=True)
        for case in found.examples:
            text = json.dumps(case, ensure_ascii=False, indent=2)
            (examples / f"{case['id']}.json").write_text(f"{text}\n", encoding="utf-8")


def _set(name: str, knowledge_base: KnowledgeBase) -> str:
    """The identifier of a criteria set, given in full or by its last part."""
    sets = [rule.id for rule in knowledge_base.rules.values() if rule.kind == "CriteriaSet"]
    short = {identifier.rpartition("/")[2]: identifier for identifier in sets}
    if name in sets:
        return name
    return short[known_name(name, short, "criteria set")]
