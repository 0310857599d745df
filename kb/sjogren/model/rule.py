"""A rule as its author wrote it: conditions, cases, points, sources. No behaviour, no third-party import."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, TypeAlias

FACT, RULE, POLICY = "fact", "rule", "policy"

NUMERIC = ("at_least", "at_most", "above", "below")
NUMERIC_THAT_OF = ("at_least_that_of", "at_most_that_of", "above_that_of", "below_that_of")
STATUS_WORDS = ("known", "unknown", "not_shown")
PURE = ("all_of", "any_of", "none_of", "at_least")
BY_STATUS = ("any_known", "first_known")
EITHER = {"either_eye": "eye", "any_gland": "gland"}
BOTH = {"both_eyes": "eye"}


class Place(NamedTuple):
    """Where a part of a rule stands: file, line (from 1), and its path in the file (``items.2.when.any_of.0``)."""

    file: str = ""
    line: int = 0
    path: str = ""


class Source(NamedTuple):
    """A work (a CURIE such as ``doi:10.1136/…``) and the table or clause in it."""

    work: str
    locator: str


class Subject(NamedTuple):
    """What a test looks at: kind is `FACT`, `RULE` or `POLICY`."""

    kind: str
    name: str


class Test(NamedTuple):
    """One leaf: whom, where, and exactly one test.

    op is one of ``is``, ``reaches``, ``only``, the four of `NUMERIC` and the four of `NUMERIC_THAT_OF`.
    value is a number, a word, a tuple of words (``only``) or a `Subject` (``…_that_of``).
    """

    subject: Subject
    where: str
    op: str
    value: Fraction | str | tuple[str, ...] | Subject
    unit: str
    place: Place


class Group(NamedTuple):
    """A connective over conditions; ``least`` only for ``at_least``; ``where`` repeats it over eyes or glands."""

    op: str
    parts: tuple[Condition, ...]
    least: int
    where: str
    place: Place


Condition: TypeAlias = "Test | Group"


class Reading(NamedTuple):
    """``when_unknown``: what an undecided condition is taken as, under which condition, and why."""

    take_as: str
    provided: Condition | None
    because: str
    place: Place


class Caveat(NamedTuple):
    """``unreliable_if``: a positive result is unknown where this condition is shown."""

    when: Condition
    because: str
    place: Place


class CaseOf(NamedTuple):
    """One case of a grade, table or selection: an answer (one word, or an interval of levels) and its condition."""

    low: str
    high: str
    when: Condition
    because: str
    place: Place
    source: tuple[Source, ...] = ()
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """For a recommendation: each list of endpoints by its key."""
    grounds: tuple[str, ...] = ()
    label: str = ""
    """The answer in words, where its name is short for them."""


class Mark(NamedTuple):
    """A property of endpoints that a recommendation prints where a condition holds."""

    mark: str
    when: Condition
    place: Place


class TermOf(NamedTuple):
    """One addend of a score."""

    subject: Subject
    weight: Fraction
    place: Place


class Item(NamedTuple):
    """One item of a criteria set: a finding and the points that it gives."""

    rule: str
    points: int
    place: Place


class Branch(NamedTuple):
    """One of several rules of a criteria set; the first whose ``when`` holds is the patient's (None: every other one).

    items
        the items that are counted and printed, of which ``needed`` are the published number.
    met_when
        the condition that decides; it may ask more, or less, than the count.
    """

    value: str
    label: str
    because: str
    when: Condition | None
    items: tuple[str, ...]
    needed: Fraction
    met_when: Condition
    place: Place


class Shown(NamedTuple):
    """One more key that a conclusion prints: its name and the rule or fact whose value it takes."""

    key: str
    subject: Subject
    place: Place


class Rule(NamedTuple):
    """One rule. Which fields are used depends on ``kind``:

    Finding
        ``when``, ``unreliable_if``, ``when_unknown``, ``raises`` (a flag).
    Grade
        ``levels`` in order, ``cases`` read from the top, ``otherwise``, ``stated``, ``highest_of``, ``when_unknown``,
        ``for_each`` (``eye``: one grade an eye, the worse counts).
    Table
        ``cases`` read from the top, ``otherwise``, ``if_undetermined`` (the printed word), ``when_unknown``.
    Selection
        ``cases``: every one whose condition holds belongs to the answer; ``as_list`` prints it as a list with sources.
    Score
        ``terms`` summed or averaged (``mean``), or the first known of ``alternatives``; ``stated``.
    Recommendation
        a table whose cases carry lists of endpoints; ``marks``.
    CriteriaSet
        ``entry``, ``exclude``, ``items``, ``needed`` points or items; ``counts`` when items have no points; or
        ``branches`` in place of ``needed``.
    """

    id: str
    kind: str
    label: str
    status: str
    source: tuple[Source, ...]
    place: Place
    because: str = ""
    because_not: str = ""
    note: str = ""
    verification: str = ""
    when: Condition | None = None
    unreliable_if: Caveat | None = None
    when_unknown: Reading | None = None
    raises: str = ""
    levels: tuple[str, ...] = ()
    cases: tuple[CaseOf, ...] = ()
    otherwise: str = ""
    if_undetermined: str = ""
    stated: str = ""
    highest_of: tuple[Subject, ...] = ()
    for_each: str = ""
    terms: tuple[TermOf, ...] = ()
    mean: bool = False
    alternatives: tuple[Subject, ...] = ()
    entry: Condition | None = None
    exclude: Condition | None = None
    items: tuple[Item, ...] = ()
    needed: Fraction = Fraction(0)
    counts: bool = False
    branches: tuple[Branch, ...] = ()
    shows: tuple[Shown, ...] = ()
    marks: tuple[Mark, ...] = ()
    as_list: str = ""
    parent: str = ""


class RuleSet(NamedTuple):
    """All rules by identifier, in the order of their files."""

    rules: dict[str, Rule]
    content: str = ""

    def __getitem__(self, rule: str) -> Rule:  # type: ignore[override]  # by rule, not place
        return self.rules[rule]
