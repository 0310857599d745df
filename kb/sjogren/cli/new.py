"""``sjd new``: templates to start from."""

from __future__ import annotations

from pathlib import Path

import click

from sjogren.assess.knowledge_base import open_knowledge_base
from sjogren.cli.options import example
from sjogren.facts.template import case_template


@click.group(epilog=example("sjd new case -o case.yaml"))
def new() -> None:
    """Write a template to start from."""


@new.command(epilog=example("sjd new case -o case.yaml"))
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file, which must not exist."
)
def case(output: Path | None) -> None:
    """Write a commented case file with every fact, its unit and its range."""
    text = case_template(open_knowledge_base().vocabulary)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.UsageError(f"{output} exists; it is not overwritten.") from None
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {error.strerror}.") from None
    click.echo(f"wrote {output}; fill it in, then: sjd assess {output}", err=True)
