"""``sjd verify``: the independent checker on the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from sjogren.assess.knowledge_base import open_knowledge_base
from sjogren.cli.options import example, knowledge_options
from sjogren.errors import Finding, InputError

REFUSED = 1


@click.command(epilog=example("sjd assess examples/moutsopoulos-2014-1.yaml --format json | sjd verify -"))
@click.argument("assessment", type=click.Path(allow_dash=True))
@knowledge_options
def verify(assessment: str, rules: Path | None, ontology: Path | None) -> int:
    """Re-evaluate every step of an ASSESSMENT (JSON or JSON Lines; - reads standard input).

    Each step is derived again from its premises and the rules as written, by code that shares none with the engine.
    Exit code 1 when an assessment is refused.
    """
    knowledge_base = open_knowledge_base(rules, ontology)
    refused = 0
    documents = _documents(assessment)
    for data in documents:
        problems = knowledge_base.verify(data)
        refused += bool(problems)
        for problem in problems:
            click.echo(str(problem), err=True)
        name = data.get("case") if isinstance(data, dict) else None
        click.echo(f"{name if isinstance(name, str) else '?'}: {'refused' if problems else 'accepted'}")
    return REFUSED if refused else 0


def _documents(path: str) -> list[Any]:
    """The JSON documents of a file: one document, or one a line."""
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Finding(path, 0, "E101", f"this cannot be read: {error}.")]) from None
    try:
        return [json.loads(text)]
    except (ValueError, RecursionError):
        pass
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise InputError([Finding(path, number, "E108", f"this is not an assessment in JSON: {error}.")]) from None
    if not found:
        raise InputError([Finding(path, 1, "E107", "the file is empty.")])
    return found
