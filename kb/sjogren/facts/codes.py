"""The numbered errors of a case file. A number, once published, keeps its meaning."""

from __future__ import annotations

from collections.abc import Mapping

CODES: Mapping[str, str] = {
    "E101": "the file does not exist",
    "E102": "it is a directory, not a file",
    "E103": "the file cannot be read (permission, device)",
    "E104": "the file is larger than a case file may be",
    "E105": "the file is not UTF-8 text",
    "E106": "the file is binary",
    "E107": "the file is empty",
    "E108": "it is not readable as YAML or JSON: syntax, a duplicate key, an anchor, a tag, too deep",
    "E109": "a value of a Python mapping is of a kind that no case file can hold",
    "E110": "something has the wrong shape: a list, a mapping or a single value was expected",
    "E111": "an unknown key",
    "E112": "a required key is missing or empty",
    "E113": "two keys exclude each other",
    "E114": "the visits are not in order of date, or two are of one date",
    "E120": "an unknown fact",
    "E121": "a value of the wrong type",
    "E122": "a number or truth value in quotes",
    "E123": "a number out of range",
    "E124": "a number that is not finite, too large or too long",
    "E125": "an unknown unit, or a unit where there is none",
    "E126": "an unknown word where one of a fixed list is expected",
    "E127": "a level that this ESSDAI domain does not have",
    "E128": "a fraction where a whole number is expected",
    "E129": "a side or gland is missing, unknown or not wanted",
    "E130": "an impossible date, or one that is not written YYYY-MM-DD",
    "E131": "dates in an impossible order: a value after its visit, a drug stopped before it was started",
    "E132": "two different values of one fact, side and date",
    "E133": "a text that is too long or holds control characters",
    "E140": "an unknown assumption, or a value that it does not have",
    "E141": "an unknown policy, or a value that it does not have",
}
"""Code to meaning, in one line each; the documentation is written from this table."""
