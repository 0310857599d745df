"""JSON data as YAML text. Written here because only `_located` may import a YAML library, and that one only reads."""

from __future__ import annotations

import json
from typing import Any

INDENT = "  "


def to_yaml(data: Any) -> str:
    """Block style, keys in order, every text quoted as JSON does (which YAML reads the same).

    >>> print(to_yaml({"low": 5, "lacks": [], "names": ["a", "b"]}))
    low: 5
    lacks: []
    names:
      - "a"
      - "b"
    """
    return "\n".join(_lines(data, ""))


def _lines(data: Any, indent: str) -> list[str]:
    if isinstance(data, dict) and data:
        found = []
        for key, value in data.items():
            name = key if key.replace("_", "").isalnum() and key.isascii() and not key[0].isdigit() else json.dumps(key)
            found += _entry(f"{indent}{name}:", value, indent + INDENT)
        return found
    if isinstance(data, list) and data:
        found = []
        for value in data:
            lines = _lines(value, indent + INDENT)
            found += [f"{indent}- {lines[0].lstrip()}", *lines[1:]]
        return found
    return [f"{indent}{json.dumps(data, ensure_ascii=False)}"]


def _entry(head: str, value: Any, indent: str) -> list[str]:
    if isinstance(value, dict | list) and value:
        return [head, *_lines(value, indent)]
    return [f"{head} {json.dumps(value, ensure_ascii=False)}"]
