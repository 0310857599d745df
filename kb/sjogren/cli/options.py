"""Options and small helpers that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from sjogren.errors import did_you_mean

Command = TypeVar("Command", bound=Callable[..., Any])


class Choice(click.Choice[str]):
    """A choice that names the nearest valid word when the given one is not among them."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Check the word."""
        if value not in self.choices:
            hint = did_you_mean(str(value), self.choices)
            self.fail(f"{value!r} is not one of {', '.join(self.choices)}. {hint}".strip(), param, ctx)
        return value


def example(line: str) -> str:
    """The end of a help text: one command line that is never wrapped, so that it can be pasted."""
    return f"\b\nExample:\n  {line}"


def knowledge_options(command: Command) -> Command:
    """``--rules`` and ``--ontology``: other folders than those that come with the package."""
    folder = click.Path(exists=True, file_okay=False, path_type=Path)
    command = click.option("--ontology", type=folder, help="Use this ontology folder.")(command)
    return click.option("--rules", type=folder, help="Use this rules folder.")(command)


def case_options(command: Command) -> Command:
    """``--assume`` and ``--policy``, which override those of the case file."""
    command = click.option("--policy", multiple=True, metavar="NAME=VALUE", help="Set a policy for every case.")(
        command
    )
    return click.option("--assume", multiple=True, metavar="NAME=VALUE", help="Make an assumption for every case.")(
        command
    )


def settings(pairs: Iterable[str], known: Any, kind: str) -> dict[str, str]:
    """``name=value`` pairs, checked against the policies or assumptions of the ontology."""
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise click.UsageError(f"--{kind} takes NAME=VALUE, found {pair!r}.")
        if name not in known:
            hint = did_you_mean(name, known) or f"There are: {', '.join(sorted(known))}."
            raise click.UsageError(f"--{kind}: there is no {name!r}. {hint}")
        if value not in known[name].values:
            allowed = ", ".join(known[name].values)
            raise click.UsageError(f"--{kind}: {value!r} is not a value of {name}. Choose one of: {allowed}.")
        found[name] = value
    return found


def known_name(name: str, known: Iterable[str], what: str) -> str:
    """A name that exists, or a usage error that names the nearest one."""
    names = list(known)
    if name not in names:
        hint = did_you_mean(name, names) or (
            "`sjd rule list` lists them." if what == "rule" else f"There are: {', '.join(names)}."
        )
        raise click.UsageError(f"there is no {what} {name!r}. {hint}")
    return name
