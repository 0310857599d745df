"""JSON text without loss: a number keeps the digits that it was stated with, and no key is there twice."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any, TypeAlias

from sjogren.facts.written import Number

Json: TypeAlias = Any


class NotJson(ValueError):
    """A text that is no JSON; ``line`` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def compact(data: Json) -> str:
    """JSON in one line. A `Number` is written with its own digits.

    >>> compact({"flow": Number("1.50"), "side": None})
    '{"flow": 1.50, "side": null}'
    """
    if isinstance(data, dict):
        inside = ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {compact(value)}" for key, value in data.items())
        return f"{{{inside}}}"
    if isinstance(data, list | tuple):
        return f"[{', '.join(compact(value) for value in data)}]"
    if isinstance(data, Number):
        return str(data)
    return json.dumps(str(data) if isinstance(data, Fraction) else data, ensure_ascii=False)


def laid_out(data: Json, deep: int, indent: str = "") -> str:
    """JSON with a line for each entry down to some depth; what lies deeper is one line."""
    if not deep or not data or not isinstance(data, list | dict):
        return compact(data)
    inner, ends = indent + "  ", "{}" if isinstance(data, dict) else "[]"
    if isinstance(data, dict):
        entries = [(f"{json.dumps(key, ensure_ascii=False)}: ", value) for key, value in data.items()]
    else:
        entries = [("", value) for value in data]
    lines = ",\n".join(f"{inner}{head}{laid_out(value, deep - 1, inner)}" for head, value in entries)
    return f"{ends[0]}\n{lines}\n{indent}{ends[1]}"


def read(text: str) -> Json:
    """The data of a JSON text, numbers as `Number`; raises `NotJson` with the line of what is wrong."""
    try:
        return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=_refuse, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} (column {error.colno})", error.lineno) from None
    except RecursionError:
        raise NotJson("it nests too deep", 0) from None


def _refuse(word: str) -> Json:
    raise NotJson(f"{word} is not a number", 0)


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(key for place, (key, _) in enumerate(pairs) if key in dict(pairs[:place]))
        raise NotJson(f"the key {twice!r} is given twice", 0)
    return found
