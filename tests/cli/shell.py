"""Running ``sjd`` as a user does: a process of its own, in a folder of its own, with the examples beside it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
EXAMPLE = EXAMPLES / "moutsopoulos-2014-1.yaml"
INVALID = ROOT / "tests" / "invalid"
CONTRACT = Path(__file__).parent / "contract"


PROGRESS = re.compile(r"^\d+ of \d+ rules\n", re.MULTILINE)
"""How far a run is that takes long, which depends on how busy the machine is."""
PATIENCE = 600
"""Seconds after which a command is held to hang."""


def environment(**more: str) -> dict[str, str]:
    """The caller's environment, in UTF-8 and without a terminal's width."""
    kept = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "SJD_DEBUG", "NO_COLOR"}}
    return {**kept, "PYTHONIOENCODING": "utf-8", **more}


def sjd(
    *arguments: str | Path, given: str | None = None, variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """One command, with its exit code and both streams."""
    command = [sys.executable, "-m", "sjogren", *map(str, arguments)]
    return subprocess.run(
        command,
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        env=environment(**(variables or {})),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=PATIENCE,
    )


def room(folder: Path) -> dict[str, str]:
    """Make a folder look like a checkout to a pasted command line, and give the environment for a shell in it."""
    shutil.copytree(EXAMPLES, folder / "examples")
    programs = folder / ".bin"
    programs.mkdir()
    door = programs / "sjd"
    door.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sjogren "$@"\n', encoding="utf-8")
    door.chmod(0o755)
    return environment(PATH=f"{programs}:{os.environ['PATH']}")


def shell(line: str, folder: Path, surroundings: dict[str, str]) -> tuple[int, str]:
    """One command line in that folder: its exit code, and both streams as a terminal shows them, but for progress."""
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=surroundings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=PATIENCE,
    )
    return done.returncode, PROGRESS.sub("", done.stdout)
