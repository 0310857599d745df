"""All possible patients: what is read of a patient, cut where any compared rule cuts, each cell with a value in it.

The space is finite. A number counts only by the stretch between two thresholds in which it lies, a code by its word, a
finding by being present or absent; over partial records, each may also be unknown. What the clinician states (a level,
a total) is read as stated, so the findings behind it are not told apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from sjogren.assess.inputs import qualitative
from sjogren.engine.knowledge import Known, exact
from sjogren.model.vocabulary import FactDef, Vocabulary
from sjogren.program.ir import FALSE, TRUE, UNKNOWN, Boundary, Literal

LISTS = ("codes", "diseases")
"""Types of facts that are lists; each member is a finding, and a list of codes is known as a whole."""
PATIENT = "age"
"""The one input that every case file must have, so it is never unknown."""


class Cell(NamedTuple):
    """One value that the compared rules tell from others: what it is to the engines, and its ends when a number."""

    known: Known | None
    low: Boundary | None = None
    high: Boundary | None = None

    @property
    def unknown(self) -> bool:
        """Whether nothing is recorded."""
        return self.known is None


class Variable(NamedTuple):
    """One input of the compared rules; ``fact`` is its definition, ``cells`` its values from the lowest."""

    key: str
    side: str
    kind: str
    fact: FactDef
    cells: tuple[Cell, ...]


class Uncountable(Exception):
    """What a rule reads does not fall into finitely many cells, or not into any that can be worked out."""


def fact_of(key: str, vocabulary: Vocabulary) -> FactDef:
    """The definition of the fact behind an input; a member of a list has that of its list."""
    name = key.partition("@")[0]
    whole = vocabulary.facts.get(name.partition(".")[0])
    return whole if whole and whole.type in LISTS else vocabulary.facts[name]


def variable(
    key: str,
    kind: str,
    literals: Iterable[Literal],
    fact: FactDef,
    vocabulary: Vocabulary,
    *,
    partial: bool,
    half: Collection[str] | None = None,
) -> Variable:
    """An input with its cells: cut wherever one of the literals cuts; with ``partial`` one cell for *unknown*.

    With ``half`` there are also cells for a number of which only a range is known: that a test was abnormal, and for
    the facts that it names any run of stretches. They stand before *unknown*.
    """
    if kind == "flag":
        cells = [Cell(Known(truth=FALSE)), Cell(Known(truth=TRUE))]
    elif kind == "code":
        words = {word for literal in literals for word in literal.words}
        others = [code for code in (fact.codes or sorted(vocabulary.terms)) if code not in words]
        order = [code for code in fact.codes if code in words] or sorted(words)
        cells = [Cell(Known(code=code)) for code in (*others[:1], *order)]
        cells.sort(key=lambda cell: fact.codes.index(cell.known.code) if fact.codes and cell.known else 0)
    else:
        cuts = sorted({cut for literal in literals for cut in (literal.low, literal.high) if cut})
        cells = list(_stretches(cuts, fact))
        cells += _runs(cells) if half and fact.name in half else ()
        cells += _words(fact) if half is not None else ()
    if partial and key != PATIENT:
        cells.append(Cell(None))
    return Variable(key, key.partition("@")[2], kind, fact, tuple(cells))


def _stretches(cuts: Sequence[Boundary], fact: FactDef) -> Iterable[Cell]:
    """The stretches between cuts that hold a valid value, each with one such value."""
    whole = fact.type in {"count", "level"}
    minimum = Fraction(0) if fact.type == "level" else fact.minimum
    maximum = Fraction(len(fact.levels) - 1) if fact.type == "level" else fact.maximum
    for low, high in zip((None, *cuts), (*cuts, None), strict=True):
        value = _inside(low, high, minimum, maximum, whole=whole)
        if value is not None:
            yield Cell(Known(low=exact(value), high=exact(value)), low, high)


def _runs(cells: Sequence[Cell]) -> list[Cell]:
    """Stretches that follow each other as one, short of all of them."""
    return [
        Cell(Known(low=start.known.low, high=end.known.high), start.low, end.high)
        for first, start in enumerate(cells)
        for last, end in enumerate(cells[first + 1 :], first + 1)
        if last - first + 1 < len(cells) and start.known and end.known
    ]


def _words(fact: FactDef) -> list[Cell]:
    """A result recorded as abnormal, and one recorded as normal."""
    found = [qualitative(fact, abnormal=abnormal) for abnormal in (True, False)]
    return [Cell(known) for known in found if known is not None]


def _inside(
    low: Boundary | None, high: Boundary | None, minimum: Fraction | None, maximum: Fraction | None, *, whole: bool
) -> Fraction | None:
    """A valid value from a cut up to another: the end that is nearest to the threshold where it can be one."""
    starts = minimum is not None and (low is None or minimum > low.at or (minimum == low.at and not low.open))
    start, open_start = (minimum, False) if starts else (low.at, bool(low.open)) if low else (None, False)
    ends = maximum is not None and (high is None or maximum < high.at)
    end, open_end = (maximum, False) if ends else (high.at, not high.open) if high else (None, False)
    if start is not None and end is not None and (start > end or (start == end and (open_start or open_end))):
        return None
    if start is None or end is None:
        step = Fraction(1)
        if start is not None:
            return start + step if open_start else start
        return Fraction(0) if end is None else end - step if open_end else end
    if whole:
        inside = start + 1 if open_start else start
        return inside if inside < end or (inside == end and not open_end) else None
    if not open_start:
        return start
    return end if not open_end else (start + end) / 2


def accepts(literal: Literal, cell: Cell) -> bool:
    """Whether a premise about an input holds in a cell."""
    known = cell.known
    if known and known.qualitative and not literal.qualitative:
        known = None
    if literal.test == "t":
        return (known.truth if known else UNKNOWN) == literal.word
    if known is None:
        return False
    if literal.test == "s":
        return (known.code in literal.words) == (literal.word == "is")
    return reached(literal.low, known.low) and not (literal.high and reached(literal.high, known.high))


def reached(cut: Boundary | None, number: Fraction | None) -> bool:
    """Whether a number lies at or beyond a cut."""
    if cut is None or number is None:
        return cut is None
    return number > cut.at if cut.open else number >= cut.at


def impossible(variables: Sequence[Variable], vocabulary: Vocabulary) -> Iterable[Mapping[int, Iterable[int]]]:
    """Boxes that hold no patient: a narrower finding without its broader one, a list of which only a part is known."""
    index = {each.key: position for position, each in enumerate(variables)}
    for broader in vocabulary.facts.values():
        for name in broader.narrower:
            if broader.name in index and name in index:
                absent, present = index[broader.name], index[name]
                yield {absent: _cells(variables[absent], FALSE), present: _cells(variables[present], TRUE)}
    lists: dict[str, list[int]] = {}
    for position, each in enumerate(variables):
        if each.fact.type == "codes" and any(cell.unknown for cell in each.cells):
            lists.setdefault(each.fact.name, []).append(position)
    for members in lists.values():
        for one in members[1:]:
            first = members[0]
            unknown = [len(variables[position].cells) - 1 for position in (first, one)]
            yield {first: [unknown[0]], one: range(unknown[1])}
            yield {first: range(unknown[0]), one: [unknown[1]]}


def _cells(variable: Variable, truth: str) -> list[int]:
    return [index for index, cell in enumerate(variable.cells) if cell.known and cell.known.truth == truth]
