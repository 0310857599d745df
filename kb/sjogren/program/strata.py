"""In which order a program is worked through: strata, and in each stratum banks of clauses.

A *stratum* ends where something is computed over what was derived, or where a clause asks what stayed unknown. A *bank*
is the clauses of one rule file within a stratum: all that they read comes from earlier banks, so what a bank derives
depends on nothing but the state of what it reads, and can be kept by that state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from sjogren.program.ir import UNKNOWN, Aggregate, Clause

Bank: TypeAlias = "tuple[int, ...]"
"""Indexes of the clauses of one bank."""
Strata: TypeAlias = "tuple[tuple[tuple[str, ...], tuple[Bank, ...]], ...]"


def stratify(
    clauses: Sequence[Clause], aggregates: Mapping[str, Aggregate], file_of: Mapping[str, str] | None = None
) -> Strata:
    """For each stratum the aggregates computed when it begins, and its banks in order.

    ``file_of`` gives the file of a rule; clauses of one file that do not read each other in a circle with another file
    stand in one bank.
    """
    level = _levels(clauses, aggregates)
    unit_of = {clause.head: (level[clause.head], (file_of or {}).get(clause.rule, "")) for clause in clauses}
    reads: dict[tuple[int, str], set[tuple[int, str]]] = {unit: set() for unit in unit_of.values()}
    for clause in clauses:
        unit = unit_of[clause.head]
        reads[unit] |= {unit_of[literal.key] for literal in clause.body if literal.key in unit_of} - {unit}
    members: dict[tuple[int, str], list[int]] = {}
    for index, clause in enumerate(clauses):
        members.setdefault(unit_of[clause.head], []).append(index)
    ordered = _in_order(reads)
    strata = []
    for stratum in range(1 + max(level.values(), default=0)):
        computed = [key for key in aggregates if level[key] == stratum]
        banks = [
            tuple(sorted(index for unit in group for index in members[unit]))
            for group in ordered
            if group[0][0] == stratum
        ]
        strata.append((_by_dependency(tuple(sorted(computed)), aggregates), tuple(banks)))
    return tuple(strata)


def _levels(clauses: Sequence[Clause], aggregates: Mapping[str, Aggregate]) -> dict[str, int]:
    """The stratum in which each node is settled and each aggregate computed."""
    bodies: dict[str, list[Clause]] = {}
    for clause in clauses:
        bodies.setdefault(clause.head, []).append(clause)
    level: dict[str, int] = {}

    def of(key: str) -> int:
        if key in level:
            return level[key]
        level[key] = 0
        if key in aggregates:
            level[key] = 1 + max(
                (of(part) for part in _parts(aggregates[key]) if part in bodies or part in aggregates), default=-1
            )
        else:
            read = [literal for clause in bodies.get(key, ()) for literal in clause.body]
            known = [literal for literal in read if literal.key in bodies or literal.key in aggregates]
            level[key] = max((of(literal.key) + (literal.word == UNKNOWN) for literal in known), default=0)
        return level[key]

    for key in (*bodies, *aggregates):
        of(key)
    return level


def _parts(aggregate: Aggregate) -> Iterable[str]:
    for addend in aggregate.addends:
        yield addend.key
        yield from (node for node, _ in addend.levels)


def _in_order(reads: Mapping[tuple[int, str], set[tuple[int, str]]]) -> list[list[tuple[int, str]]]:
    """Groups of units that read each other in a circle, each after those that it reads (Tarjan's components)."""
    number: dict[tuple[int, str], int] = {}
    lowest: dict[tuple[int, str], int] = {}
    stack: list[tuple[int, str]] = []
    groups: list[list[tuple[int, str]]] = []

    def visit(unit: tuple[int, str]) -> None:
        number[unit] = lowest[unit] = len(number)
        stack.append(unit)
        for other in sorted(reads[unit]):
            if other not in number:
                visit(other)
                lowest[unit] = min(lowest[unit], lowest[other])
            elif other in stack:
                lowest[unit] = min(lowest[unit], number[other])
        if lowest[unit] == number[unit]:
            start = stack.index(unit)
            groups.append(stack[start:])
            del stack[start:]

    for unit in sorted(reads):
        if unit not in number:
            visit(unit)
    return groups


def _by_dependency(keys: tuple[str, ...], aggregates: Mapping[str, Aggregate]) -> tuple[str, ...]:
    """Aggregates of one stratum, those that others add up first."""
    done: list[str] = []

    def visit(key: str) -> None:
        for addend in aggregates[key].addends:
            if addend.kind == "aggregate" and addend.key in keys:
                visit(addend.key)
        if key not in done:
            done.append(key)

    for key in keys:
        visit(key)
    return tuple(done)
