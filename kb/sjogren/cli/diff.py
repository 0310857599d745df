"""``sjd diff``: two versions of the rules in a clinician's words."""

from __future__ import annotations

import click

from sjogren.cli.compare import FORMATS, LINES
from sjogren.cli.options import Choice, example

FOUND = 1


@click.command(epilog=example("sjd diff installed installed --format markdown"))
@click.argument("old")
@click.argument("new")
@click.option("--further", is_flag=True, help="Compare all conclusions, not only the first that a change reaches.")
@click.option("--fail-on", type=Choice(("meaning",)), help="Exit with 1 when the meaning changed, or may have.")
@click.option("-f", "--format", "form", type=Choice(FORMATS), default="text", show_default=True, help="Format.")
@click.option(
    "--most", type=click.IntRange(min=1), default=LINES, show_default=True, help="Lines of patterns a difference."
)
def diff(old: str, new: str, further: bool, fail_on: str | None, form: str, most: int) -> int:
    """Tell what changed from the OLD to the NEW version of the rules, on which authority, and for which patients.

    A version is a folder that holds rules/ and ontology/, a wheel, a revision of the git repository here, or
    `installed`: what comes with this program. Nothing changed in meaning when only words, order or comments did, or
    when every combination of findings is answered as before.

    Exit codes: 0 ran; 1 ran, and found what --fail-on names; 2 wrong usage; 3 a version cannot be read.
    """
    from sjogren.assess.knowledge_base import VERSION
    from sjogren.compare.difference import difference
    from sjogren.compare.document import render
    from sjogren.compare.versions import version

    with version(old, VERSION) as before, version(new, VERSION) as after:
        found = difference((old, new), before, after, {}, most, further=further)
    click.echo(render(found.blocks, form))
    return FOUND if fail_on and not found.same else 0
