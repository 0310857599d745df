"""The compiled program: inputs, aggregates, nodes and clauses. Plain tuples, so that it is hashed and stored as data.

Every *node* is a three-valued statement: true (``T``) and false (``F``) are each derived by clauses of their own, and
unknown (``U``) is what neither could be derived for when the stratum ends.

========== ======================================================================================================
kind       node keys
========== ======================================================================================================
Finding    ``rule`` (met)
Grade      ``rule>=level`` for every level but the lowest
Table      ``rule=value`` for every value
Selection  ``rule=member`` for every member
CriteriaSet ``rule=met``, ``=not_met``, ``=excluded``, ``=entry_not_met``; ``rule=branch:name`` for each branch
inner      ``rule#path`` for a condition that is a statement of its own
========== ======================================================================================================

A statement about one eye or gland ends in ``@side``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

TRUE, FALSE, UNKNOWN = "T", "F", "U"


class Boundary(NamedTuple):
    """A cut between two cells of a number: below it, or at it and above; ``open``: at it and below, or above."""

    at: Fraction
    open: int


class Literal(NamedTuple):
    """One premise of a clause.

    test ``t``: the node or flag ``key`` is ``word`` (T, F or U).
    test ``n``: the number ``key`` lies at or above ``low`` and below ``high`` (None: open); ``qualitative`` also lets
    in a result recorded as *abnormal* or *normal*.
    test ``s``: the code ``key`` is one of ``words`` (word ``is``) or none of them (word ``not``).
    """

    test: str
    key: str
    word: str = ""
    words: tuple[str, ...] = ()
    low: Boundary | None = None
    high: Boundary | None = None
    qualitative: bool = False


class Clause(NamedTuple):
    """When all of ``body`` hold, node ``head`` is ``truth``; written at ``path`` of ``rule``."""

    head: str
    truth: str
    body: tuple[Literal, ...]
    rule: str
    path: str


class Node(NamedTuple):
    """What a node says: true concludes ``says`` = ``value`` for ``rule``, false ``says_not`` = ``value_not``."""

    key: str
    rule: str
    says: str
    value: str
    says_not: str
    value_not: str
    side: str = ""


class Addend(NamedTuple):
    """One addend of an aggregate.

    kind ``grade``: ``levels`` pairs each node ``≥ level`` with what that level counts, from the lowest, whose node is
    empty. kind ``flag``: a node that counts 1. kind ``number``: an input with its range. kind ``aggregate``.
    """

    kind: str
    key: str
    weight: Fraction
    levels: tuple[tuple[str, Fraction], ...] = ()
    minimum: Fraction | None = None
    maximum: Fraction | None = None


class Aggregate(NamedTuple):
    """A number that the driver computes between strata: op is ``sum``, ``mean`` or ``first_known``."""

    key: str
    rule: str
    op: str
    addends: tuple[Addend, ...]
    stated: str
    path: str


class Input(NamedTuple):
    """One fact on one side as the engine sees it; kind is ``flag``, ``number`` or ``code``."""

    key: str
    fact: str
    side: str
    kind: str


class Shown(NamedTuple):
    """One key of a conclusion.

    how ``truth``, ``verdict``, ``branch``, ``branch_count`` (its aggregate), ``grade``, ``table``, ``selection``,
    ``axes``, ``members``, ``recommends``, ``interval`` (an aggregate), ``low``, ``high``, ``lacks``, ``text`` (a fact
    as stated); ``of`` names the rule or fact; ``word`` is printed when undecided.
    """

    key: str
    how: str
    of: str
    word: str = ""
    needed: Fraction | None = None


class Conclusion(NamedTuple):
    """What the assessment prints for one rule."""

    rule: str
    shown: tuple[Shown, ...]


class Program(NamedTuple):
    """Everything an engine needs, in the order in which it is worked through."""

    version: str
    content_hash: str
    inputs: tuple[Input, ...]
    nodes: tuple[Node, ...]
    clauses: tuple[Clause, ...]
    aggregates: tuple[Aggregate, ...]
    strata: tuple[tuple[tuple[str, ...], tuple[tuple[int, ...], ...]], ...]
    """For each stratum: the aggregates computed when it begins, and its banks, each the indexes of its clauses."""
    conclusions: tuple[Conclusion, ...]
    flags: tuple[tuple[str, str], ...]
    """Flag name and the node that raises it."""
    rests_on_absence: tuple[str, ...]
    """Rules that, directly or through others, read that something is unknown."""
