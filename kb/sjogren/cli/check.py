"""``sjd check``: whether rules and ontology keep their promises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sjogren._resources import data
from sjogren.cli.options import Choice, example, knowledge_options
from sjogren.errors import KnowledgeError

if TYPE_CHECKING:
    from sjogren.assess.promises import Report

FORMATS = ("text", "json", "tsv")
FOUND = 1


@click.command(epilog=example("sjd check --fail-on warning"))
@knowledge_options
@click.option("-f", "--format", "form", type=Choice(FORMATS), default="text", show_default=True, help="How to print.")
@click.option(
    "--fail-on",
    type=Choice(("warning", "info")),
    help="Exit with 1 when something of this severity is found, or worse.",
)
@click.pass_context
def check(ctx: click.Context, rules: Path | None, ontology: Path | None, form: str, fail_on: str | None) -> None:
    """Check the rules and the ontology: words, names, types, units, cycles, shapes, contradictions and promises.

    Each finding names file and line, how grave it is, and how to mend it. An error makes the knowledge base invalid
    (exit code 4); warnings and remarks do not, unless --fail-on asks for it (exit code 1).
    """
    from sjogren.assess.knowledge_base import VERSION
    from sjogren.assess.promises import check as check_all

    report = check_all(rules or data("rules"), ontology or data("ontology"), VERSION)
    for line in {"text": _text, "json": _json, "tsv": _tsv}[form](report):
        click.echo(line)
    if report.of("error"):
        ctx.exit(KnowledgeError.exit_code)
    if fail_on and (report.of("warning") or (fail_on == "info" and report.of("info"))):
        ctx.exit(FOUND)


def _text(report: Report) -> Iterator[str]:
    """One line a finding, those of one promise together with their cure; then what was checked and counts."""
    for (severity, code), group in groupby(report.findings, lambda finding: (finding.severity, finding.code)):
        findings = list(group)
        hints = {finding.hint for finding in findings}
        shared = next(iter(hints)) if len(hints) == 1 and len(findings) > 1 else ""
        for finding in findings:
            where = f"{finding.file}:{finding.line}" if finding.line else finding.file
            yield f"{where}: {severity} {code}: {finding.message}"
            if finding.hint and not shared:
                yield f"    {finding.hint}"
        if shared:
            yield f"    {shared}"
    if report.findings:
        yield ""
    if report.counts:
        yield ", ".join(f"{number} {name}" for name, number in report.counts.items()) + " checked."
    told = [
        _count(len(report.of(name)), word)
        for name, word in (("error", "error"), ("warning", "warning"), ("info", "remark"))
    ]
    yield ", ".join(told) + "." if report.findings else "Nothing found."


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"


def _json(report: Report) -> Iterator[str]:
    """One document: what was checked, and the findings."""
    findings = [
        {
            "level": finding.severity,
            "rule": finding.code,
            "file": finding.file,
            "line": finding.line or None,
            "message": finding.message,
            "mend": finding.hint,
        }
        for finding in report.findings
    ]
    yield json.dumps({"checked": report.counts, "findings": findings}, ensure_ascii=False, indent=2)


def _tsv(report: Report) -> Iterator[str]:
    """The table of ROBOT's report (level and rule name first), with places and cures."""
    yield "Level\tRule Name\tFile\tLine\tMessage\tMend"
    for finding in report.findings:
        cells = (finding.severity.upper(), finding.code, finding.file, str(finding.line or ""), finding.message)
        yield "\t".join(" ".join(cell.split()) for cell in (*cells, finding.hint))
