"""What can go wrong, drawn as a tree.

::

    SjogrenError
    ├── InputError        a case file is invalid                      exit code 3
    ├── QueryError        a question or query cannot be answered      exit code 2
    ├── KnowledgeError    the rules or the ontology are invalid       exit code 4
    ├── MissingExtra      an optional package is needed               exit code 5
    └── InternalFault     engine and reference disagree, or worse     exit code 70

Input, query and knowledge errors carry a list of findings, so that all errors of a file are told at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import NamedTuple

ISSUES = "report it with the command line and the version that `sjd --version` prints"


class Finding(NamedTuple):
    """One thing that is wrong: where, what, and how to mend it.

    ``line`` counts from 1; 0 means that no line can be named (a missing file). ``severity`` is ``error``, ``warning``
    or ``info``; only `sjd check` gives anything but errors.
    """

    file: str
    line: int
    code: str
    message: str
    hint: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        hint = f" {self.hint}" if self.hint else ""
        return f"{where}: {self.code} {self.message}{hint}"


class SjogrenError(Exception):
    """Root of all errors that this package raises on purpose."""

    exit_code = 70


class FindingsError(SjogrenError):
    """An error that lists one or more findings."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: tuple[Finding, ...] = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class InputError(FindingsError):
    """A case file is invalid; nothing of it was evaluated."""

    exit_code = 3


class QueryError(FindingsError):
    """A question or query is not let through, or takes more than it may; nothing was answered."""

    exit_code = 2


class KnowledgeError(FindingsError):
    """The rules or the ontology are invalid; nothing can be evaluated."""

    exit_code = 4


class MissingExtra(SjogrenError):
    """A command needs an optional package that is not installed."""

    exit_code = 5

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"this command needs {package}: pip install 'sjogren-kb[{extra}]'")


class InternalFault(SjogrenError):
    """Engine and reference evaluator disagree, or the engine failed: no answer is given."""

    exit_code = 70

    def __init__(self, message: str) -> None:
        super().__init__(f"internal fault: {message}; no answer is given, please {ISSUES}")


def did_you_mean(word: str, choices: Iterable[str], *, always: bool = False) -> str:
    """The nearest valid choice as a hint, or an empty string.

    >>> did_you_mean("at_mots", ["at_least", "at_most"])
    "Did you mean 'at_most'?"
    """
    known: Sequence[str] = sorted(choices)
    folded = {choice.casefold(): choice for choice in known}
    near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.0 if always else 0.6)
    return f"Did you mean {folded[near[0]]!r}?" if near else ""
