"""``sjd explain``: why one conclusion is what it is."""

from __future__ import annotations

from pathlib import Path

import click

from sjogren.assess.knowledge_base import open_knowledge_base
from sjogren.cli.options import case_options, example, knowledge_options, settings
from sjogren.proof.explain import account
from sjogren.proof.steps import UnknownConclusion
from sjogren.proof.words import NOTICE


@click.command(epilog=example("sjd explain examples/moutsopoulos-2014-1.yaml classification/acr-eular-2016"))
@click.argument("case", type=click.Path())
@click.argument("conclusion")
@click.option("--visit", type=int, default=-1, help="Index of the visit, from 0; the last one when not given.")
@case_options
@knowledge_options
def explain(
    case: str,
    conclusion: str,
    visit: int,
    assume: tuple[str, ...],
    policy: tuple[str, ...],
    rules: Path | None,
    ontology: Path | None,
) -> None:
    """Explain one CONCLUSION of a CASE: each step with its fact, its rule, and where the rule is written.

    A conclusion is named as `sjd assess CASE --format json` names it; flags and the parts of a rule are explained too.
    """
    knowledge_base = open_knowledge_base(rules, ontology)
    vocabulary = knowledge_base.vocabulary
    read = knowledge_base.read(case)
    read = read._replace(
        assume={**read.assume, **settings(assume, vocabulary.assumptions, "assume")},
        policy={**read.policy, **settings(policy, vocabulary.policies, "policy")},
    )
    visits = knowledge_base.assess(read).visits
    if not -len(visits) <= visit < len(visits):
        raise click.UsageError(f"--visit goes from 0 to {len(visits) - 1} in this case.")
    try:
        lines = account(visits[visit], conclusion, knowledge_base.rules, vocabulary.trial_findings)
    except UnknownConclusion as error:
        raise click.UsageError(str(error)) from None
    click.echo("\n".join([*lines, "", f"{NOTICE[0].upper()}{NOTICE[1:]}."]))
