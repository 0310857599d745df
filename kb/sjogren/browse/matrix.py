"""The evidence map: which rule file rests on which work, and which rests on a single one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sjogren.model.rule import Rule


class Row(NamedTuple):
    """A rule file: its rule, the works that it or its parts cite, and whether it rests on one alone."""

    rule: str
    label: str
    status: str
    works: tuple[str, ...]

    @property
    def single(self) -> bool:
        """Whether everything in the file rests on one work."""
        return len(self.works) == 1


class Matrix(NamedTuple):
    """Rows of rules and columns of works, the most cited work first."""

    rows: tuple[Row, ...]
    works: tuple[str, ...]

    def counted(self, work: str) -> int:
        """How many rule files rest on a work."""
        return sum(work in row.works for row in self.rows)


def matrix(rules: Mapping[str, Rule]) -> Matrix:
    """The map of all rule files; a part's works count for its file."""
    files: dict[str, list[Rule]] = {}
    for rule in rules.values():
        files.setdefault(rule.place.file, []).append(rule)
    rows = [_row(parts) for parts in files.values()]
    rows.sort(key=lambda row: row.rule)
    cited = sorted({work for row in rows for work in row.works})
    cited.sort(key=lambda work: (-sum(work in row.works for row in rows), work))
    return Matrix(tuple(rows), tuple(cited))


def _row(parts: Iterable[Rule]) -> Row:
    known = list(parts)
    top = next((rule for rule in known if not rule.parent), known[0])
    works = {source.work: None for rule in known for source in rule.source}
    return Row(top.id, top.label, top.status, tuple(sorted(works)))
