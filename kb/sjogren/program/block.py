"""One exact condition: its inputs as axes, its truth as a set of completions, its clauses as prime boxes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import floor
from typing import NamedTuple, TypeAlias

from sjogren.program.grid import Axis, Grid
from sjogren.program.ir import FALSE, TRUE, Boundary, Clause, Literal

MAX_BODY = 12
"""Premises of one clause; a longer one is split (durable-rules fails above sixteen)."""


class AxisSpec(NamedTuple):
    """One input of a block before it is cut into cells.

    kind ``number`` (cut at boundaries), ``flag`` (a node or boolean input), ``code`` (a code or policy, known or not),
    ``grade`` (levels in order, a node for each but the lowest), ``table`` (outcomes, a node for each).
    """

    kind: str
    key: str
    qualitative: bool = False
    words: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    certain: bool = False


class Leaf(NamedTuple):
    """A test on an axis: ``low``/``high`` for numbers, grades (as level indexes) and flags (1: true); else words."""

    axis: AxisSpec
    low: Boundary | None = None
    high: Boundary | None = None
    words: frozenset[str] = frozenset()
    path: str = ""


class Join(NamedTuple):
    """A two-valued connective: ``and``, ``or``, ``not`` (of one), ``count`` (at least ``least`` of them)."""

    op: str
    parts: tuple[Formula, ...]
    least: int = 0


Formula: TypeAlias = "Leaf | Join"

NEVER = Join("or", ())
ALWAYS = Join("and", ())


def leaves(formula: Formula) -> Iterable[Leaf]:
    """All leaves of a formula."""
    if isinstance(formula, Leaf):
        yield formula
    else:
        for part in formula.parts:
            yield from leaves(part)


class Block:
    """Formulas over shared axes, answered together; raises `GridTooLarge` when the axes span too many completions."""

    def __init__(self, formulas: Iterable[Formula]) -> None:
        specs: dict[AxisSpec, list[Leaf]] = {}
        for formula in formulas:
            for leaf in leaves(formula):
                specs.setdefault(leaf.axis, []).append(leaf)
        self.specs = list(specs)
        self.index = {spec: position for position, spec in enumerate(self.specs)}
        self.paths = [tests[0].path for tests in specs.values()]
        self.cuts: list[list[Boundary]] = []
        self.words: list[list[str]] = []
        axes = []
        for spec, tests in specs.items():
            cuts = sorted({cut for leaf in tests for cut in (leaf.low, leaf.high) if cut})
            if spec.kind == "grade":
                cuts = [cut for cut in cuts if 0 < cut.at < len(spec.words)]
            self.cuts.append(cuts)
            named = sorted({word for leaf in tests for word in leaf.words})
            words = [*named, ""] if len(named) < len(spec.words) or not spec.words else named
            self.words.append(words)
            cells = {"number": len(cuts) + 1, "flag": 2, "grade": len(cuts) + 1}.get(spec.kind, len(words))
            axes.append(Axis(spec.key, cells, spec.kind in {"number", "flag", "grade"}, spec.certain))
        self.grid = Grid(axes)

    def points(self, formula: Formula) -> int:
        """The completions for which a formula is true."""
        if isinstance(formula, Leaf):
            axis = self.index[formula.axis]
            return self.grid.cells(axis, self._cells(axis, formula))
        sets = [self.points(part) for part in formula.parts]
        if formula.op == "and":
            result = self.grid.full
            for points in sets:
                result &= points
            return result
        if formula.op == "or":
            result = 0
            for points in sets:
                result |= points
            return result
        if formula.op == "not":
            return self.grid.full & ~sets[0]
        reached = [self.grid.full] + [0] * formula.least
        for points in sets:
            for count in range(formula.least, 0, -1):
                reached[count] |= reached[count - 1] & points
        return reached[formula.least]

    def _cells(self, axis: int, leaf: Leaf) -> list[int]:
        spec = leaf.axis
        if spec.kind in {"code", "table"}:
            return [cell for cell, word in enumerate(self.words[axis]) if word in leaf.words]
        if spec.kind in {"number", "grade"}:
            cuts = self.cuts[axis]
            start = cuts.index(leaf.low) + 1 if leaf.low in cuts else 0
            stop = cuts.index(leaf.high) + 1 if leaf.high in cuts else len(cuts) + 1
            return list(range(start, stop))
        count = self.grid.axes[axis].cells
        start = int(leaf.low.at) if leaf.low else 0
        stop = int(leaf.high.at) if leaf.high else count
        return list(range(start, stop))

    def clauses(
        self, head: str, truth: str, points: int, rule: str, path: str, unknown: Mapping[Literal, str]
    ) -> list[Clause]:
        """A clause for each prime box of ``points``, long ones split.

        ``unknown`` gives for a premise that says that an input is not known the key of that input: a clause that asks
        for its value as well can never fire and is left out.
        """
        found = []
        for box in self.grid.primes(points):
            bodies: list[list[Literal]] = [[]]
            named = ""
            for axis, span in enumerate(box):
                ways = self._literals(axis, span)
                if ways == [[]]:
                    continue
                named = self.paths[axis] if not named else path
                bodies = [body + way for body in bodies for way in ways]
            found += [
                Clause(head, truth, tuple(body), rule, named or path) for body in bodies if not _idle(body, unknown)
            ]
        return [clause for number, whole in enumerate(found) for clause in split(whole, number)]

    def _literals(self, axis: int, span: tuple[int, ...]) -> list[list[Literal]]:
        """The ways to know that the axis lies in the span; one empty way when it spans everything."""
        spec, count = self.specs[axis], self.grid.axes[axis].cells
        if len(span) == count:
            return [[]]
        if spec.kind == "flag":
            return [[Literal("t", spec.key, TRUE if span == (1,) else FALSE)]]
        if spec.kind == "number":
            cuts = self.cuts[axis]
            low = cuts[span[0] - 1] if span[0] else None
            high = cuts[span[-1]] if span[-1] < len(cuts) else None
            return [[Literal("n", spec.key, low=low, high=high, qualitative=spec.qualitative)]]
        if spec.kind == "grade":
            cuts = self.cuts[axis]
            body = []
            if span[0]:
                body.append(Literal("t", spec.nodes[int(cuts[span[0] - 1].at) - 1], TRUE))
            if span[-1] < len(cuts):
                body.append(Literal("t", spec.nodes[int(cuts[span[-1]].at) - 1], FALSE))
            return [body]
        words = self.words[axis]
        inside = [words[cell] for cell in span]
        outside = [word for word in words if word not in inside]
        if spec.kind == "table":
            nodes = dict(zip(spec.words, spec.nodes, strict=True))
            if len(inside) == 1 and inside[0]:
                return [[Literal("t", nodes[inside[0]], TRUE)]]
            untested = [word for word in spec.words if word not in words]
            ruled_out = [word for word in outside if word] + (untested if "" in outside else [])
            return [[Literal("t", nodes[word], FALSE) for word in ruled_out]]
        if "" in inside:
            return [[Literal("s", spec.key, "not", tuple(outside))]]
        return [[Literal("s", spec.key, "is", (word,))] for word in inside]


def _idle(body: list[Literal], unknown: Mapping[Literal, str]) -> bool:
    """Whether a body asks for the value of something that it also says is not known."""
    absent = {unknown[literal] for literal in body if literal in unknown}
    return any(literal.key in absent for literal in body)


def split(clause: Clause, number: int = 0) -> list[Clause]:
    """The clause itself, or a chain of clauses through helper nodes when its body is too long."""
    found: list[Clause] = []
    body = tuple(dict.fromkeys(clause.body))
    while len(body) > MAX_BODY:
        helper = f"{clause.head}~{clause.truth}{number}.{len(found)}"
        found.append(Clause(helper, TRUE, body[:MAX_BODY], clause.rule, clause.path))
        body = (Literal("t", helper, TRUE), *body[MAX_BODY:])
    return [*found, clause._replace(body=body)]


def after(number: Fraction, step: Fraction | None) -> Boundary:
    """The cut just above a number; for whole numbers that is the cut at the next one."""
    return Boundary(Fraction(floor(number)) + step, 0) if step else Boundary(number, 1)
