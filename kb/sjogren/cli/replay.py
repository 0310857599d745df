"""``sjd replay``: the cases of a report bundle again, held against what the bundle says."""

from __future__ import annotations

from pathlib import Path

import click

from sjogren.assess.knowledge_base import open_knowledge_base
from sjogren.cli.options import example, knowledge_options
from sjogren.cli.safe import safe

DIFFERS = 1


@click.command(epilog=example("sjd report examples/moutsopoulos-2014-1.yaml -o report.json && sjd replay report.json"))
@click.argument("report", type=click.Path())
@knowledge_options
def replay(report: str, rules: Path | None, ontology: Path | None) -> int:
    """Read and assess the cases of a REPORT.json again, and say what differs.

    `sjd report CASE -o REPORT.json` writes one. Where the knowledge base or a package is another than the one that made
    it, that is told first.

    Exit codes: 0 the same assessments, byte for byte; 1 something differs; 3 the bundle was edited or cut off.
    """
    from sjogren.report.bundle import read_bundle, versions
    from sjogren.report.bundle import replay as replayed

    bundle = read_bundle(report)
    knowledge_base = open_knowledge_base(rules, ontology)
    for name, before, after in versions(knowledge_base, bundle):
        click.echo(safe(f"{name}: was {before}, is {after}"))
    code = 0
    for case, differences in replayed(knowledge_base, bundle):
        click.echo(safe(f"{case}: {'differs' if differences else 'the same, byte for byte'}"))
        for place, before, after in differences:
            click.echo(safe(f"  {place}: was {before}, is {after}"))
        code = max(code, DIFFERS if differences else 0)
    return code
