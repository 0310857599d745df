"""``sjd assess``: one case or several, in the format that is asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from sjogren.assess.knowledge_base import KnowledgeBase, open_knowledge_base
from sjogren.assess.workers import Job, Outcome, assess_file, assess_many
from sjogren.cli.options import Choice, case_options, knowledge_options, settings

FORMATS = ("text", "json", "yaml", "jsonld", "turtle")
FAIL_ON = ("met", "not_met", "excluded", "entry_not_met", "undetermined", "flag")
INVALID, INTERNAL, FOUND = 3, 70, 1


@click.command(epilog="Example: sjd assess examples/moutsopoulos-2014-1.yaml --format json")
@click.argument("cases", nargs=-1, required=True, type=click.Path(), metavar="CASE...")
@click.option("-f", "--format", "form", type=Choice(FORMATS), help="Output format; text on a terminal, else json.")
@click.option("--research", is_flag=True, help="In text, name the research subtype (primary or associated).")
@click.option("--fail-on", multiple=True, type=Choice(FAIL_ON), help="Exit with 1 when a case has this verdict, or a flag.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes for several cases; as many as there are cores.")
@case_options
@knowledge_options
def assess(
    cases: tuple[str, ...],
    form: str | None,
    research: bool,
    fail_on: tuple[str, ...],
    workers: int | None,
    assume: tuple[str, ...],
    policy: tuple[str, ...],
    rules: Path | None,
    ontology: Path | None,
) -> int:
    """Assess one CASE file, or several.

    One case gives one document; several give JSON Lines in the order of the files, and one that is invalid does not stop
    the others.
    """
    knowledge_base = open_knowledge_base(rules, ontology)
    vocabulary = knowledge_base.vocabulary
    job = Job(
        rules,
        ontology,
        settings(assume, vocabulary.assumptions, "assume"),
        settings(policy, vocabulary.policies, "policy"),
    )
    form = form or ("text" if sys.stdout.isatty() else "json")
    several = len(cases) > 1
    code = 0
    for outcome in _outcomes(knowledge_base, cases, job, workers or 0):
        if outcome.assessment is None:
            click.echo(outcome.error, err=True)
            code = max(code, INTERNAL if outcome.fault else INVALID)
        elif code == 0 and _found(outcome.assessment, fail_on):
            code = FOUND
        text = _printed(outcome, form, several, research, knowledge_base)
        if text:
            click.echo(text)
    return code


def _outcomes(knowledge_base: KnowledgeBase, cases: Sequence[str], job: Job, workers: int) -> Iterator[Outcome]:
    if len(cases) == 1:
        yield assess_file(knowledge_base, cases[0], job)
        return
    outcomes = assess_many(cases, job, workers=workers)
    if not sys.stderr.isatty():
        yield from outcomes
        return
    with click.progressbar(length=len(cases), label="assessing", file=sys.stderr) as bar:
        for outcome in outcomes:
            yield outcome
            bar.update(1)


def _found(assessment: Any, fail_on: Sequence[str]) -> bool:
    """Whether an assessment has what ``--fail-on`` names, at any visit."""
    for visit in assessment["visits"]:
        verdicts = {conclusion.get("verdict") for conclusion in visit["conclusions"].values()}
        if verdicts & set(fail_on) or ("flag" in fail_on and visit["flags"]):
            return True
    return False


def _printed(outcome: Outcome, form: str, several: bool, research: bool, knowledge_base: KnowledgeBase) -> str:
    """One outcome in one format; an error prints only among several cases, as a line of its own."""
    if outcome.assessment is None:
        as_line = several and form in {"json", "jsonld"}
        return json.dumps({"case": outcome.case, "error": outcome.error}, ensure_ascii=False) if as_line else ""
    data = outcome.assessment
    if form == "json":
        return json.dumps(data, ensure_ascii=False, indent=None if several else 2)
    if form == "jsonld":
        from sjogren.proof.export import to_jsonld

        return json.dumps(to_jsonld(data), ensure_ascii=False, indent=None if several else 2)
    if form == "turtle":
        from sjogren.proof.export import to_turtle

        return to_turtle(data)
    if form == "yaml":
        from sjogren.cli.yamltext import to_yaml

        return ("---\n" if several else "") + to_yaml(data)
    from sjogren.cli.strip import show

    return show(data, knowledge_base, research=research)
