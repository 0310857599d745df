"""The shell sessions of ``tests/transcript``: each command is run as it stands there, and must say what stands there.

A ``console`` block is ``$`` and a command line, then what both streams show, then ``[exit N]`` where the code is not 0.
``…`` stands for any text, and on a line of its own for any lines. The commands of a file share one folder, which holds
the examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.cli.shell import ROOT, room, shell

FILES = sorted((ROOT / "tests" / "transcript").glob("*.md"))
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Said(NamedTuple):
    command: str
    expected: str


def session(text: str) -> Iterator[Said]:
    """The commands of a document and what is expected of each."""
    for block in BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            yield Said(command, expected.rstrip("\n"))


def pattern(expected: str) -> re.Pattern[str]:
    """What an expected text matches."""
    lines = [
        r"(?:[^\n]*\n)*?" if line.strip() == "…" else "[^\n]*".join(map(re.escape, line.split("…"))) + r"\n"
        for line in expected.splitlines()
    ]
    return re.compile("".join(lines))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_session_is_as_written(path: Path, tmp_path: Path) -> None:
    surroundings = room(tmp_path)
    said = list(session(path.read_text(encoding="utf-8")))
    assert said

    for command, expected in said:
        code, output = shell(command, tmp_path, surroundings)
        shown = output.rstrip("\n") + ("\n" if output else "") + (f"[exit {code}]\n" if code else "")
        if not pattern(expected).fullmatch(shown):
            assert shown == expected + "\n", f"$ {command}"  # for the difference that pytest shows


@pytest.mark.parametrize(
    ("expected", "shown", "matches"),
    [
        ("a … c", "a b c\n", True),
        ("a … c", "a b d\n", False),
        ("a\n…\nd", "a\nb\nc\nd\n", True),
        ("a\n…\nd", "a\nb\nc\n", False),
        ("a", "a\nb\n", False),
    ],
)
def test_an_ellipsis_stands_for_text_and_for_nothing_else(expected: str, shown: str, matches: bool) -> None:
    assert bool(pattern(expected).fullmatch(shown)) is matches
