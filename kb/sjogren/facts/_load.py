"""From a path, a text or a Python mapping to one tree of located nodes; nothing of its meaning is judged here."""

from __future__ import annotations

from collections.abc import Mapping as PyMapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from sjogren._located import MAX_DEPTH, Mapping, Node, Scalar, Sequence, read_located
from sjogren.facts._findings import Findings, quoted

MAX_BYTES = 5_000_000
"""The largest case file that is read: a patient's is some thousand bytes, larger input is a mistake or an attack."""
_MAX_BITS = 200
"""Larger whole numbers of Python are refused before they are written out."""


class ExactScalar(Scalar):
    """A number that Python gave as a `Fraction`, which need not have a finite decimal form."""

    __slots__ = ("exact",)

    def __init__(self, exact: Fraction) -> None:
        super().__init__(str(exact), 0, quoted=False)
        self.exact = exact


def load_path(path: str | Path, findings: Findings) -> Node | None:
    """The tree of a file; findings E101 to E108 and None when there is none."""
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        findings.add("E101", 0, "there is no such file.")
    except IsADirectoryError:
        findings.add("E102", 0, "this is a directory; name the case files in it.")
    except PermissionError:
        findings.add("E103", 0, "this file may not be read: permission denied.")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        findings.add("E103", 0, f"this file cannot be read: {reason}.")
    else:
        return load_text(data, findings)
    return None


def load_text(data: str | bytes, findings: Findings) -> Node | None:
    """The tree of a YAML or JSON text; findings E104 to E108 and None when there is none."""
    if len(data) > MAX_BYTES:
        findings.add("E104", 0, f"this is larger than the {MAX_BYTES // 1_000_000} MB that a case file may have.")
        return None
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            if b"\0" in data:
                findings.add("E106", 0, "this is binary, not text; a case file is YAML or JSON in UTF-8.")
            else:
                line = data.count(b"\n", 0, error.start) + 1
                byte = data[error.start]
                findings.add("E105", line, f"this is not UTF-8 text: byte 0x{byte:02X}.", "Save the file as UTF-8.")
            return None
    else:
        text = data.removeprefix("\ufeff")
    if "\0" in text:
        findings.add("E106", 0, "this is binary, not text; a case file is YAML or JSON in UTF-8.")
        return None
    if not text.strip():
        findings.add("E107", 0, "this is empty.", "`sjd new case` writes a template.")
        return None
    return read_located(text, findings.file, findings.take, "E108")


def load_plain(value: object, findings: Findings, depth: int = 0) -> Node:
    """The tree of plain Python values, every line 0.

    A float counts as its shortest decimal form, so 0.1 stays 0.1. A str is read as if it stood in a file without
    quotes. Whatever no case file can hold is finding E109 and reads as null.
    """
    if isinstance(value, PyMapping | list | tuple):
        if depth >= MAX_DEPTH:
            findings.add("E109", 0, f"this nests deeper than {MAX_DEPTH} levels.")
        elif isinstance(value, PyMapping):
            return _plain_mapping(value, findings, depth)
        else:
            return Sequence([load_plain(item, findings, depth + 1) for item in value], 0)
        return Scalar("null", 0, quoted=False)
    return _plain_scalar(value, findings)


def _plain_mapping(value: PyMapping[object, object], findings: Findings, depth: int) -> Mapping:
    items: dict[str, Node] = {}
    for key, item in value.items():
        if isinstance(key, str):
            items[key] = load_plain(item, findings, depth + 1)
        else:
            findings.add("E109", 0, f"a key must be a text, not {quoted(repr(key))}.")
    return Mapping(items, dict.fromkeys(items, 0), 0)


def _plain_scalar(value: object, findings: Findings) -> Scalar:
    text = "null"
    match value:
        case None:
            pass
        case bool():
            text = "true" if value else "false"
        case str():
            return Scalar(value, 0, quoted=Scalar(value, 0, quoted=False).is_null)
        case int() if value.bit_length() <= _MAX_BITS:
            text = int.__repr__(value)
        case float():
            text = float.__repr__(value)
        case Decimal():
            text = str(value)
        case Fraction() if max(value.numerator.bit_length(), value.denominator.bit_length()) <= _MAX_BITS:
            return ExactScalar(value)
        case int() | Fraction():
            findings.add("E124", 0, "a number is too large to be one of a patient.")
        case date():
            text = value.isoformat()
        case _:
            findings.add("E109", 0, f"a value of type {quoted(type(value).__name__)} cannot stand in a case.")
    return Scalar(text, 0, quoted=False)
