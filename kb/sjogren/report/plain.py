"""Text from elsewhere, made fit for a document: nothing in it steers a reader's program."""

from __future__ import annotations

import re

_UNFIT = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for, and the controls that it only discourages."""
_TURNS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of writing, so that a text reads otherwise than it is."""


def clean(text: str) -> str:
    r"""Text without control characters, lone surrogates and marks of direction; each becomes a mark that it was there.

    >>> clean("case\x1b[2J")
    'case\ufffd[2J'
    """
    return _TURNS.sub("\ufffd", _UNFIT.sub("\ufffd", text))


def one_line(text: str) -> str:
    r"""`clean`, with every run of white space as one space.

    >>> one_line("a\n b")
    'a b'
    """
    return " ".join(clean(text).split())


def css_string(text: str) -> str:
    r"""A text as CSS writes it: what is not a letter, a digit or a blank by its number, so that nothing ends it.

    >>> css_string('a "b"')
    '"a \\22 b\\22 "'
    """
    return '"' + "".join(char if char.isalnum() or char == " " else f"\\{ord(char):x} " for char in text) + '"'
