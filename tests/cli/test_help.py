"""Every command has help, the help ends in an example, and the example runs as it is pasted."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from tests.cli.shell import room, shell, sjd

from sjogren.cli.main import COMMANDS
from sjogren.cli.main import sjd as top


def commands() -> list[str]:
    """All commands and those below them, as they are typed."""
    context = click.Context(top)
    found = [""]
    for name in sorted(COMMANDS):
        command = top.get_command(context, name)
        found.append(name)
        if isinstance(command, click.Group):
            found += [f"{name} {below}" for below in sorted(command.commands)]
    return found


@pytest.mark.parametrize("command", commands())
def test_help_ends_in_an_example_that_runs(command: str, tmp_path: Path) -> None:
    done = sjd(*command.split(), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: {' '.join(['sjd', *command.split()])} ")

    head, line = done.stdout.rstrip("\n").splitlines()[-2:]
    assert head.strip() == "Example:"
    assert line.strip().startswith("sjd ")

    code, output = shell(line, tmp_path, room(tmp_path))
    assert code == 0, output
    assert output


def test_help_lists_every_command_with_a_sentence() -> None:
    listed = sjd("--help").stdout

    assert [short for _, short in COMMANDS.values() if f"{short}\n" not in listed] == []


def test_without_a_command_the_help_is_shown_and_the_code_is_that_of_wrong_usage() -> None:
    done = sjd()

    assert done.returncode == 2
    assert "Commands:" in done.stderr


def test_the_version_is_that_of_the_package() -> None:
    import sjogren

    assert sjd("--version").stdout == f"sjd {sjogren.__version__}\n"
