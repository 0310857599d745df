"""The authors' guide is followed to the letter, in a copy of the checkout: its files written, its commands run."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from tests.cli.shell import ROOT, environment, shell
from tests.cli.test_transcripts import pattern

GUIDE = ROOT / "docs" / "authors-guide.md"
BLOCK = re.compile(r"^```(\w+)(?: (file|append)=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COPIED = ("kb", "rules", "ontology", "tests", "tools", "examples", "pyproject.toml", "README.md")

pytestmark = [pytest.mark.checkout, pytest.mark.long]


def checkout(folder: Path) -> dict[str, str]:
    """A copy of what an author works in, and the environment for a shell in it."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    programs = folder / ".bin"
    programs.mkdir()
    for name, command in (("sjd", f'"{sys.executable}" -m sjogren'), ("python", f'"{sys.executable}"')):
        (programs / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    return environment(PATH=path, PYTHONPATH=f"{folder / 'kb'}:{folder}", COLUMNS="200", PYTHONDONTWRITEBYTECODE="1")


def test_the_guide_can_be_followed(tmp_path: Path) -> None:
    surroundings = checkout(tmp_path)
    done = []
    for language, how, name, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        if how == "file":
            (tmp_path / name).write_text(text, encoding="utf-8")
        elif how == "append":
            with (tmp_path / name).open("a", encoding="utf-8") as file:
                file.write("\n" + text)
        elif language == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, _, expected = part.partition("\n")
                code, output = shell(command, tmp_path, surroundings)
                shown = output.rstrip("\n") + ("\n" if output else "") + (f"[exit {code}]\n" if code else "")
                assert pattern(expected.rstrip("\n")).fullmatch(shown), f"$ {command}\n{shown}"
                done.append(command)
    assert len(done) >= 8
