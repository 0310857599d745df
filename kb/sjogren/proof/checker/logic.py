"""The checker's own logic: what premises leave open, and what follows from it.

Nothing here is shared with the compiler, the engines or the proof builder. Two kinds of statement are judged. A
*condition* is two-valued once every thing that it reads has a value, so all completions are tried (the undecided parts
only). A *reading* asks what is known: it is a function of words that are true, false or unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple, NoReturn, TypeAlias

from sjogren.model.rule import Rule
from sjogren.model.vocabulary import FactDef

TRUE, FALSE, OPEN = "true", "false", "open"
VERDICTS = ("excluded", "entry_not_met", "not_met", "met")

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "at_least": lambda value, limit: bool(value >= limit),
    "at_most": lambda value, limit: bool(value <= limit),
    "above": lambda value, limit: bool(value > limit),
    "below": lambda value, limit: bool(value < limit),
}


class Refused(Exception):
    """A statement is not borne out: a code, what was found and what was expected."""

    def __init__(self, code: str, found: str, expected: str) -> None:
        super().__init__(f"{code} {found}")
        self.code, self.found, self.expected = code, found, expected


class Var(NamedTuple):
    """One thing that a rule reads.

    kind
        ``fact``, ``policy``, ``finding``, ``grade``, ``cases`` (a grade by its cases, where a level may be stated),
        ``table``, ``verdict``, ``branch`` (of a criteria set), ``member`` (of a selection; ``path`` names it),
        ``score``, ``points`` (of a set, or of its branch ``path``), ``mean`` (of a fact over both eyes) or ``inner`` (a
        condition at ``path``).
    """

    kind: str
    name: str
    side: str = ""
    path: str = ""


class Said(NamedTuple):
    """What one premise says of a variable.

    op
        ``is``, ``not``, ``from`` and ``to`` (ranks), ``open`` (neither shown nor ruled out), ``within`` (two ends),
        ``missing``, ``accepted`` (recorded as abnormal or normal).
    """

    op: str
    value: Any = None


class Leaf(NamedTuple):
    """A test of one variable; ``accepts`` None asks only whether its value is known.

    cuts, words
        the numbers and words at which the answer turns.
    """

    var: Var
    accepts: Callable[[Any], bool] | None
    cuts: tuple[Fraction, ...] = ()
    words: frozenset[str] = frozenset()


class Join(NamedTuple):
    """At least ``least`` of the parts hold; ``negated``: they do not."""

    parts: tuple[Expr, ...]
    least: int
    negated: bool = False


class First(NamedTuple):
    """A decision list: the answer of the first condition that holds, else ``otherwise``."""

    cases: tuple[tuple[Expr, bool], ...]
    otherwise: bool


Expr: TypeAlias = "Leaf | Join | First"
Ask: TypeAlias = Callable[[Leaf], str]


class Claim(NamedTuple):
    """How a statement is judged: by two conditions (``true`` and ``false``), or by a reading (``ask``).

    leaves
        all that it reads.
    clauses
        where in the rule its reason may stand; ``tests`` adds single tests, with the variables that each reads.
    """

    leaves: tuple[Leaf, ...]
    clauses: frozenset[str]
    true: Expr | None = None
    false: Expr | None = None
    ask: Callable[[Ask], str] | None = None
    tests: Mapping[str, frozenset[Var]] = {}
    qualitative: bool = False


def absent() -> NoReturn:
    """Refuse: the kind of rule or statement at hand always has the part that is asked for."""
    raise Refused("V123", "a part that the rule does not have", "a statement that the rule can make")


def all_of(parts: Iterable[Expr]) -> Join:
    """Every part holds."""
    found = tuple(parts)
    return Join(found, len(found))


def any_of(parts: Iterable[Expr]) -> Join:
    """At least one part holds."""
    return Join(tuple(parts), 1)


def negation(expr: Expr) -> Join:
    """The part does not hold."""
    return Join((expr,), 1, negated=True)


def leaves(expr: Expr) -> Iterable[Leaf]:
    """All tests of an expression."""
    if isinstance(expr, Leaf):
        yield expr
        return
    for part in expr.parts if isinstance(expr, Join) else (condition for condition, _ in expr.cases):
        yield from leaves(part)


def kleene(expr: Expr, domains: Mapping[Var, Sequence[Any]]) -> bool | None:
    """The truth of an expression that the domains decide at sight; None when they do not."""
    if isinstance(expr, Leaf):
        accepts = expr.accepts or absent()
        found = {accepts(value) for value in domains[expr.var]}
        return found.pop() if len(found) == 1 else None
    if isinstance(expr, Join):
        truths = [kleene(part, domains) for part in expr.parts]
        shown = sum(truth is True for truth in truths)
        if shown >= expr.least:
            return not expr.negated
        return expr.negated if shown + sum(truth is None for truth in truths) < expr.least else None
    answers = set()
    for condition, answer in expr.cases:
        truth = kleene(condition, domains)
        if truth is not False:
            answers.add(answer)
        if truth:
            break
    else:
        answers.add(expr.otherwise)
    return answers.pop() if len(answers) == 1 else None


def outcomes(expr: Expr, domains: Mapping[Var, Sequence[Any]]) -> set[bool]:
    """Every answer that some completion gives; the search ends when both are found."""
    found: set[bool] = set()
    waiting = [domains]
    while waiting and len(found) < len((True, False)):
        now = waiting.pop()
        truth = kleene(expr, now)
        if truth is not None:
            found.add(truth)
            continue
        leaf = next(leaf for leaf in leaves(expr) if kleene(leaf, now) is None)
        waiting += [{**now, leaf.var: (value,)} for value in now[leaf.var]]
    return found


def answers(rule: Rule) -> tuple[str, ...]:
    """The answers of a table, in the order of its cases."""
    return tuple(dict.fromkeys([*(case.low for case in rule.cases), rule.otherwise]))


def stretches(cuts: Iterable[Fraction], *, whole: bool) -> tuple[Fraction, ...]:
    """A number at every cut, between neighbours and beyond the ends; whole numbers only where the fact is a count."""
    ordered = sorted(set(cuts))
    if whole:
        near = {number for cut in ordered for number in (ceil(cut) - 1, floor(cut), ceil(cut), floor(cut) + 1)}
        return tuple(Fraction(number) for number in sorted(near))
    found = [ordered[0] - 1]
    for cut, following in zip(ordered, [*ordered[1:], ordered[-1] + 2], strict=True):
        found += [cut, (cut + following) / 2]
    return tuple(found)


def in_range(fact: FactDef, value: Fraction) -> bool:
    """Whether a number lies in the valid range of a fact."""
    return (fact.minimum is None or value >= fact.minimum) and (fact.maximum is None or value <= fact.maximum)


def words(var: Var) -> str:
    """A variable in words, for a message."""
    return " ".join(part for part in (var.kind, var.name, var.path, var.side) if part)
