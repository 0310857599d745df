"""Collects the findings of one case file, so that all of them are told at once."""

from __future__ import annotations

from collections.abc import Iterable

from sjogren.errors import Finding, InputError, did_you_mean

_HINTS = 100
"""Nearest names are looked up for so many findings only: a hostile file must not buy computing time."""
_FEW, _LISTED = 3, 12
"""So few choices are told instead of the nearest one; so many are told when none is near."""
_SHOWN = 60
"""So many characters of an offending text are shown."""


class Findings:
    """The findings of one file, told in the order of its lines."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[Finding] = []
        self._hints = 0

    def add(self, code: str, line: int, message: str, hint: str = "") -> None:
        """Note one thing that is wrong at this line (0: no line can be named)."""
        self._found.append(Finding(self.file, line, code, message, hint))

    def take(self, finding: Finding) -> None:
        """Note a finding that the YAML reader made."""
        self._found.append(finding)

    def nearest(self, word: str, choices: Iterable[str]) -> str:
        """The nearest valid choice as a hint; all choices where they are few or none is near."""
        known = list(choices)
        hint = ""
        if len(known) > _FEW and len(word) <= _SHOWN and self._hints < _HINTS:
            self._hints += 1
            hint = did_you_mean(word, known)
        if not hint and 0 < len(known) <= _LISTED:
            hint = f"Choose one of: {', '.join(known)}." if len(known) > 1 else f"Write {known[0]}."
        return hint

    def error(self) -> InputError:
        """The error that tells all findings, by line."""
        return InputError(sorted(self._found, key=lambda finding: finding.line))

    def raise_if_any(self) -> None:
        """Raise `InputError` when anything is wrong."""
        if self._found:
            raise self.error()


def quoted(text: str) -> str:
    """An offending text for a message: in quotes, shortened, with control characters and escapes made visible.

    >>> quoted("a" * 100)[-5:]
    "aaa…'"
    """
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")
