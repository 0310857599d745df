"""The words of the rule language, read from ``rules/rule.schema.json``, the one place where they are written."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from sjogren._resources import data

KINDS = ("Finding", "Grade", "Table", "Selection", "Score", "CriteriaSet", "Recommendation", "Response")


@lru_cache(maxsize=4)
def schema(folder: Path | None = None) -> dict[str, Any]:
    """The JSON Schema as a dictionary."""
    path = (folder or data("rules")) / "rule.schema.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def words(shape: str) -> dict[str, dict[str, Any]]:
    """The keys that a shape (``Finding``, ``Test``, ``Group``, …) may have, each with its definition."""
    properties: dict[str, dict[str, Any]] = schema()["$defs"][shape]["properties"]
    return properties


def required(shape: str) -> tuple[str, ...]:
    """The keys that a shape must have."""
    return tuple(schema()["$defs"][shape].get("required", ()))


def choices(shape: str, key: str) -> tuple[str, ...]:
    """The allowed words of a key, or nothing when it is free."""
    definition = words(shape)[key]
    if "const" in definition:
        return (definition["const"],)
    return tuple(definition.get("enum", ()))
