"""Where each thing stands in the Turtle files, so that a finding can name file and line.

The files keep one form: a subject begins in the first column, its properties are indented below it. That is all that
is looked for here; a file in another form is still read, only without lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

_PREFIX = re.compile(r"@prefix\s+([\w-]*):\s*<([^>]*)>")
_SUBJECT = re.compile(r"(?:<([^>\s]+)>|([A-Za-z][\w-]*):([^\s;,]+))\s")


class Places:
    """Line numbers of subjects and of their properties, by IRI."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.order: dict[str, int] = {}
        self._at: dict[str, tuple[str, int]] = {}
        self._lines: dict[str, list[str]] = {}
        for file in files:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
            self._lines[file.name] = lines
            prefixes: dict[str, str] = {}
            for number, line in enumerate(lines, 1):
                if found := _PREFIX.match(line):
                    prefixes[found[1]] = found[2]
                elif found := _SUBJECT.match(line):
                    iri = found[1] or prefixes.get(found[2], "") + found[3].replace("\\", "")
                    self._at.setdefault(iri, (file.name, number))
                    self.order.setdefault(iri, len(self.order))

    def add(self, places: Mapping[str, tuple[str, int]]) -> None:
        """Take in places that are known from elsewhere: rows of a table, rules."""
        for iri, place in places.items():
            self._at.setdefault(iri, place)

    def of(self, subject: str, word: str = "") -> tuple[str, int]:
        """File and line of a subject, or of the first of its lines that has this word; ``("", 0)`` when not found."""
        if subject not in self._at:
            return "", 0
        file, start = self._at[subject]
        lines = self._lines.get(file, [])
        for number in range(start, len(lines) + 1):
            line = lines[number - 1]
            if number > start and line[:1] not in {"", " ", "\t"}:
                break
            if word and word in line:
                return file, number
        return file, start

    def mention(self, word: str) -> tuple[str, int]:
        """File and line of the first line that has this word; ``("", 0)`` when none has."""
        for file, lines in self._lines.items():
            for number, line in enumerate(lines, 1):
                if word in line:
                    return file, number
        return "", 0
