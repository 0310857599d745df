"""``sjd assess``: one case or several, in the format that is asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from sjogren.assess.knowledge_base import KnowledgeBase, open_knowledge_base
from sjogren.assess.workers import STANDARD_INPUT, Job, Outcome, assess_many, assess_one
from sjogren.cli.options import Choice, case_options, example, knowledge_options, settings

FORMATS = ("text", "json", "yaml", "jsonld", "turtle")
DEEP = {"json": 5, "jsonld": 2}
"""How deep the nodes of a proof lie in each format; each of them is one line."""
FAIL_ON = ("met", "not_met", "excluded", "entry_not_met", "undetermined", "flag")
FOUND, INVALID, INTERNAL = 1, 3, 70


@click.command(epilog=example("sjd assess examples/moutsopoulos-2014-1.yaml --format json"))
@click.argument("cases", nargs=-1, required=True, type=click.Path(allow_dash=True), metavar="CASE...")
@click.option(
    "-f", "--format", "form", type=Choice(FORMATS), help="Format: text on a terminal, else json, unless given."
)
@click.option("--research", is_flag=True, help="In text, name the research subtype (primary or associated).")
@click.option("--fail-on", multiple=True, type=Choice(FAIL_ON), help="Exit with 1 on this verdict, or on any flag.")
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes for several cases (default: one a core, at most 8)."
)
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
    """Assess one CASE file (- reads standard input), or several.

    One case gives one document. Several give one line each (JSON Lines) in the order of the files; an invalid one gives
    its error, and does not stop the others. Start a case file with `sjd new case`.

    Exit codes: 0 ran; 1 ran, and found what --fail-on names; 2 wrong usage; 3 an input was invalid; 4 the knowledge
    base is invalid; 70 an internal fault.
    """
    several = len(cases) > 1
    if several and STANDARD_INPUT in cases:
        raise click.UsageError("standard input (-) holds one case, so it is assessed alone.")
    knowledge_base = open_knowledge_base(rules, ontology)
    vocabulary = knowledge_base.vocabulary
    job = Job(
        rules,
        ontology,
        settings(assume, vocabulary.assumptions, "assume"),
        settings(policy, vocabulary.policies, "policy"),
    )
    form = form or ("text" if sys.stdout.isatty() else "json")
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
    """The outcomes in order; of a single case an error is raised. Progress is for who sees nothing else happen."""
    if len(cases) == 1:
        yield assess_one(knowledge_base, cases[0], job)
        return
    outcomes = assess_many(cases, job, workers=workers)
    if sys.stdout.isatty() or not sys.stderr.isatty():
        yield from outcomes
        return
    with click.progressbar(length=len(cases), label="assessing", file=sys.stderr) as bar:
        for outcome in outcomes:
            yield outcome
            bar.update(1)


def _laid_out(data: Any, deep: int, indent: str = "") -> str:
    """JSON with a line for each entry down to some depth; what lies deeper, such as a node of a proof, is one line."""
    if not deep or not data or not isinstance(data, list | dict):
        return json.dumps(data, ensure_ascii=False)
    inner, ends = indent + "  ", "{}" if isinstance(data, dict) else "[]"
    if isinstance(data, dict):
        entries = [(f"{json.dumps(key, ensure_ascii=False)}: ", value) for key, value in data.items()]
    else:
        entries = [("", value) for value in data]
    lines = ",\n".join(f"{inner}{head}{_laid_out(value, deep - 1, inner)}" for head, value in entries)
    return f"{ends[0]}\n{lines}\n{indent}{ends[1]}"


def _found(assessment: Any, fail_on: Sequence[str]) -> bool:
    """Whether an assessment has what ``--fail-on`` names, at any visit."""
    for visit in assessment["visits"]:
        verdicts = {conclusion.get("verdict") for conclusion in visit["conclusions"].values()}
        if verdicts & set(fail_on) or ("flag" in fail_on and visit["flags"]):
            return True
    return False


def _printed(outcome: Outcome, form: str, several: bool, research: bool, knowledge_base: KnowledgeBase) -> str:
    """One outcome in one format. An error among several cases is a record where the format has records."""
    data = outcome.assessment
    if data is None:
        if form not in {"json", "jsonld", "yaml"}:
            return ""
        data = {"case": outcome.case, "error": outcome.error}
    if form == "yaml":
        from sjogren.cli.yamltext import to_yaml

        return ("---\n" if several else "") + to_yaml(data)
    if form == "jsonld" and outcome.assessment is not None:
        from sjogren.proof.export import to_jsonld

        data = to_jsonld(data)
    if form in {"json", "jsonld"}:
        return json.dumps(data, ensure_ascii=False) if several else _laid_out(data, DEEP[form])
    if form == "turtle":
        from sjogren.proof.export import to_turtle

        return to_turtle(data)
    from sjogren.cli.strip import show

    return show(data, knowledge_base, research=research)
