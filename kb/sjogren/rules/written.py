"""A rule as its author wrote it: the lines of its file."""

from __future__ import annotations

from pathlib import Path

from sjogren._resources import data
from sjogren.model.rule import Rule


def as_written(rule: Rule, folder: Path | None = None) -> str:
    """The text of a rule file, or of the part or item of it that the rule is, with its indentation taken off."""
    path = (folder or data("rules")) / rule.place.file.removeprefix("rules/")
    text = path.read_text(encoding="utf-8")
    if not rule.parent:
        return text
    lines = text.splitlines()
    start = rule.place.line - 1
    indent = len(lines[start]) - len(lines[start].lstrip(" -"))
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) >= indent):
        end += 1
    first = " " * indent + lines[start][indent:]
    return "\n".join(line[indent:].rstrip() for line in (first, *lines[start + 1 : end])).rstrip() + "\n"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
