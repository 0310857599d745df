"""``sjd lint``: proofs about the rules, over all possible patients."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic

import click

from sjogren._resources import data
from sjogren.assess.knowledge_base import open_knowledge_base
from sjogren.cli.options import Choice, example, knowledge_options, known_name

FORMATS = ("text", "json")
FOUND = 1
QUIET, EVERY = 3.0, 5.0
"""Seconds without a word, and between two words of progress."""


@click.command(epilog=example("sjd lint classification/acr-eular-2016"))
@click.argument("names", nargs=-1, metavar="[RULE]...")
@knowledge_options
@click.option("-f", "--format", "form", type=Choice(FORMATS), default="text", show_default=True, help="How to print.")
@click.option(
    "--fail-on",
    type=Choice(("error", "warning")),
    help="Exit with 1 when something of this severity is found, or worse, that is not accepted.",
)
@click.pass_context
def lint(
    ctx: click.Context,
    names: tuple[str, ...],
    rules: Path | None,
    ontology: Path | None,
    form: str,
    fail_on: str | None,
) -> None:
    """Prove what can be proved of a RULE and its parts, or of all rules, over all possible patients.

    Looked for are gaps, overlaps, what never fires or never matters, findings that count against, thresholds that
    decide nothing, and contradictions. Each finding names the places that collide and a patient who shows it, whom the
    rule engine has answered; as JSON that patient is a case for `sjd assess`. What is meant to be so stands with its
    reason in accepted.yaml beside the rules. What was not covered is said.
    """
    knowledge_base = open_knowledge_base(rules, ontology)
    chosen = [known_name(name, knowledge_base.rules, "rule") for name in names]
    from sjogren.lint.run import lint as lint_rules
    from sjogren.lint.telling import as_json, told

    folders = rules or data("rules"), ontology or data("ontology")
    report = lint_rules(knowledge_base.knowledge, *folders, chosen, _progress())
    click.echo("\n".join(told(report)) if form == "text" else as_json(report))
    if fail_on and (report.of("error") or (fail_on == "warning" and report.of("warning"))):
        ctx.exit(FOUND)


def _progress() -> Callable[[int, int], None]:
    """Tells on standard error how far a long run is."""
    said = monotonic() + QUIET - EVERY

    def tell(done: int, of: int) -> None:
        nonlocal said
        if monotonic() - said >= EVERY and done < of:
            said = monotonic()
            click.echo(f"{done} of {of} rules", err=True)

    return tell
