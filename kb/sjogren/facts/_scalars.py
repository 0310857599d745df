"""One value as written, to one exact value: numbers, truth values, words, dates, texts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from sjogren._located import Node, Scalar
from sjogren.facts._findings import Findings, quoted
from sjogren.facts._load import ExactScalar
from sjogren.model.case import ABNORMAL, NORMAL
from sjogren.model.vocabulary import FactDef

MAX_TEXT = 10_000
"""Characters of a free text."""
MAX_ID = 200
"""Characters of a case identifier or a label."""
_MAX_DIGITS = 30
_MAX_EXPONENT = 30
_MAX_MAGNITUDE = 2**53

_TRUE = frozenset({"true", "present", "positive"})
_FALSE = frozenset({"false", "absent", "negative"})
_MISSING = frozenset({"unknown", "not_done"})
_NOT_FINITE = frozenset({"nan", "inf", "infinity"})
_DIGITS = frozenset("0123456789")
_NUMBER = _DIGITS | frozenset("+-.eE")
_BIDIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS = str.maketrans("\n\r\t", "   ")
_NO_VALUE = "Write not_done or unknown when there is no value."


def is_missing(node: Node) -> bool:
    """Whether it says that there is no value: null, unknown, not_done. Missing is never negative."""
    return isinstance(node, Scalar) and (node.is_null or node.text.casefold() in _MISSING)


def text_of(node: Node, findings: Findings, what: str, limit: int = MAX_TEXT) -> str | None:
    """A free text in Unicode normal form C; None (and a finding) when it is not one.

    Line breaks and tabs become spaces. Other control characters, terminal escapes, lone surrogates and marks that
    reverse the direction of writing are refused: a text must look on every screen as it does in the file.
    """
    if not isinstance(node, Scalar):
        findings.add("E110", node.line, f"{what} must be a text, not a list or a mapping.")
        return None
    text = unicodedata.normalize("NFC", node.text.replace("\r\n", "\n")).translate(_BREAKS)
    if len(text) > limit:
        findings.add("E133", node.line, f"{what} has {len(text)} characters; {limit} are allowed.")
        return None
    if not text.isprintable():
        for character in text:
            if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _BIDIRECTIONAL:
                name = f"U+{ord(character):04X}"
                findings.add("E133", node.line, f"{what} holds the control character {name}.", "Remove it.")
                return None
    return text


def word_of(node: Node, findings: Findings, what: str, choices: Iterable[str], code: str = "E126") -> str | None:
    """One word of a fixed list; None (and a finding) when it is none of them."""
    known = tuple(choices)
    if not isinstance(node, Scalar):
        findings.add("E110", node.line, f"{what} must be one word, not a list or a mapping.")
        return None
    if node.text in known:
        return node.text
    findings.add(code, node.line, f"{quoted(node.text)} is not a value of {what}.", findings.nearest(node.text, known))
    return None


def date_of(node: Node, findings: Findings, what: str) -> date | None:
    """A calendar date written YYYY-MM-DD; None for null, and None with a finding when there is no such day."""
    if not isinstance(node, Scalar):
        findings.add("E110", node.line, f"{what} must be a date such as 2026-01-31.")
        return None
    if is_missing(node):
        return None
    text = node.text
    parts = text.split("-")
    if [len(part) for part in parts] != [4, 2, 2] or not _DIGITS.issuperset("".join(parts)):
        findings.add("E130", node.line, f"{what} {quoted(text)} is not a date.", "Write it as 2026-01-31.")
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        findings.add("E130", node.line, f"{what} {quoted(text)} is impossible: there is no such day.")
        return None


def boolean_of(node: Scalar, findings: Findings, what: str) -> bool | None:
    """True or False; None (and a finding) for anything else. The caller has taken out missing values."""
    word = node.text.casefold()
    if node.quoted and word in {"true", "false"}:
        findings.add("E122", node.line, f"{what} is the text {quoted(node.text)}.", f"Remove the quotes: {word}")
        return None
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    hint = f"Write true or false (or present, absent, positive, negative). {_NO_VALUE}"
    findings.add("E121", node.line, f"{what} must be true or false, not {quoted(node.text)}.", hint)
    return None


def number_of(node: Scalar, findings: Findings, what: str, hint: str = "") -> Fraction | None:
    """An exact number; None (and a finding) when it is none, is not finite, or is longer than any measurement.

    ``hint`` says how to write it, when it is no number at all.
    """
    if isinstance(node, ExactScalar):
        number: Fraction | None = node.exact
    else:
        text = node.text.strip()
        if text.lstrip("+-.").casefold() in _NOT_FINITE:
            findings.add("E124", node.line, f"{what} is {quoted(text)}, which is not a finite number.")
            return None
        number = _exact(text)
        if number is None and _NUMBER.issuperset(text) and _looks_numeric(text):
            message = f"{what} {quoted(text)} has more digits or a larger exponent than a measurement can have."
            findings.add("E124", node.line, message)
            return None
    if number is None:
        findings.add(
            "E121", node.line, f"{what} must be a number, not {quoted(node.text)}.", hint or _number_hint(node.text)
        )
        return None
    if node.quoted:
        findings.add(
            "E122", node.line, f"{what} is the text {quoted(node.text)}.", f"Remove the quotes: {node.text.strip()}"
        )
        return None
    if abs(number) >= _MAX_MAGNITUDE:
        findings.add("E124", node.line, f"{what} {quoted(node.text)} is too large to be a measurement.")
        return None
    return number


def _exact(text: str) -> Fraction | None:
    mantissa, marked, exponent = text.lower().partition("e")
    if not _NUMBER.issuperset(text) or (marked and len(exponent.lstrip("+-0")) > 2):
        return None
    if len(mantissa.lstrip("+-").replace(".", "").strip("0")) > _MAX_DIGITS or len(mantissa) > 10 * _MAX_DIGITS:
        return None
    try:
        if marked and abs(int(exponent)) > _MAX_EXPONENT:
            return None
        return Fraction(text)
    except ValueError:
        return None


def _looks_numeric(text: str) -> bool:
    """Whether it is a sign, digits with at most one point, and perhaps an exponent: a number, only too long."""
    mantissa, marked, exponent = text.lower().partition("e")
    digits = mantissa.lstrip("+-").replace(".", "", 1)
    power = exponent.lstrip("+-")
    return digits.isdigit() and (not marked or power.isdigit()) and mantissa.count("+") + mantissa.count("-") <= 1


def _number_hint(text: str) -> str:
    if "," in text and _exact(text.replace(",", ".", 1)) is not None:
        return f"Write a decimal point: {text.replace(',', '.', 1)}"
    first, _, rest = text.partition(" ")
    if rest and _exact(first) is not None:
        return f"Write the unit apart: {{value: {first}, unit: …}}"
    return _NO_VALUE


def measured(
    fact: FactDef, what: str, node: Scalar, unit: str, findings: Findings, *, check_range: bool = True, hint: str = ""
) -> Fraction | str | None:
    """A numeric fact in its canonical unit, or the word abnormal or normal; None (and a finding) when invalid."""
    if node.text in {ABNORMAL, NORMAL}:
        if fact.abnormal is not None:
            return node.text
        findings.add("E121", node.line, f"{what} has no published threshold, so it cannot be {quoted(node.text)}.")
        return None
    number = number_of(node, findings, what, hint)
    if number is None:
        return None
    number *= fact.units.get(unit, Fraction(1))
    stated = f"{node.text} {unit}".rstrip()
    if check_range and not _in_range(fact, number):
        converted = f" (= {decimal_text(number)} {fact.unit})" if unit not in {"", fact.unit} else ""
        message = f"{what} {quoted(stated)}{converted} is out of range: {range_text(fact)}."
        findings.add("E123", node.line, message)
        return None
    if check_range and fact.type == "count" and number.denominator != 1:
        findings.add("E128", node.line, f"{what} must be a whole number, not {quoted(stated)}.")
        return None
    return number


def _in_range(fact: FactDef, number: Fraction) -> bool:
    return (fact.minimum is None or number >= fact.minimum) and (fact.maximum is None or number <= fact.maximum)


def range_text(fact: FactDef) -> str:
    """The valid range as it is told to people: ``0 to 35 mm/(5.min)``; empty when it is open.

    A unit that is an annotation alone (``{score}``) is left out.

    >>> range_text(FactDef("igg", "", "", "number", "g/L", minimum=Fraction(0), maximum=Fraction(20)))
    '0 to 20 g/L'
    """
    low, high = fact.minimum, fact.maximum
    if low is None and high is None:
        return ""
    if high is None:
        span = f"{decimal_text(low or Fraction(0))} or more"
    elif low is None:
        span = f"at most {decimal_text(high)}"
    else:
        span = f"{decimal_text(low)} to {decimal_text(high)}"
    annotation = fact.unit.startswith("{") and fact.unit.endswith("}")
    return span if annotation or not fact.unit else f"{span} {fact.unit}"


def decimal_text(number: Fraction) -> str:
    """A number as people write it: exact where its decimal form ends within 15 places, else rounded there.

    >>> decimal_text(Fraction(1, 8)), decimal_text(Fraction(52))
    ('0.125', '52')
    """
    if number.denominator == 1:
        return str(number.numerator)
    sign = "-" if number < 0 else ""
    whole, rest = divmod(round(abs(number) * 10**15), 10**15)
    return f"{sign}{whole}.{rest:015d}".rstrip("0").rstrip(".")
