"""What premises leave open, and what follows from that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from sjogren.model.rule import Rule
from sjogren.model.vocabulary import FactDef, Vocabulary
from sjogren.proof.checker.logic import (
    COMPARE,
    FALSE,
    OPEN,
    TRUE,
    VERDICTS,
    Ask,
    Claim,
    Leaf,
    Refused,
    Said,
    Var,
    absent,
    answers,
    in_range,
    outcomes,
    stretches,
    words,
)

MAX_CHOICES = 4096
"""Ways in which premises may leave a statement open; above that they cite too little to be checked."""


class Space:
    """What variables can be, and what premises leave of it."""

    def __init__(self, rules: Mapping[str, Rule], vocabulary: Vocabulary) -> None:
        self.rules, self.vocabulary = rules, vocabulary

    def fact(self, name: str) -> FactDef:
        """A fact, or the list that a member belongs to."""
        return self.vocabulary.facts.get(name) or self.vocabulary.facts[name.partition(".")[0]]

    def domain(self, var: Var, asked: Sequence[Leaf], said: Sequence[Said]) -> tuple[Any, ...]:
        """Values that stand for all that the variable can be: one for each stretch that some test tells apart."""
        if var.kind in {"grade", "cases"}:
            return tuple(range(len(self.rules[var.name].levels)))
        if var.kind == "table":
            return answers(self.rules[var.name])
        if var.kind == "verdict":
            return VERDICTS
        if var.kind == "branch":
            return tuple(branch.value for branch in self.rules[var.name].branches)
        if var.kind == "policy":
            return self.vocabulary.policies[var.name].values
        fact = self.fact(var.name) if var.kind == "fact" else None
        if fact and fact.type == "level":
            return tuple(range(len(fact.levels)))
        if fact and fact.type in {"code", "term"}:
            return (*sorted({word for leaf in asked for word in leaf.words}), "", "another")
        if var.kind in {"score", "points", "mean"} or (fact and fact.type in {"number", "count"}):
            cuts = {cut for leaf in asked for cut in leaf.cuts} | set(_ends(said, fact)) or {Fraction(0)}
            return stretches(cuts, whole=bool(fact and fact.type == "count"))
        return (True, False)

    def left(
        self, var: Var, asked: Sequence[Leaf], said: Sequence[Said], *, qualitative: bool
    ) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]]:
        """The values that premises leave possible, and the sets of which one is surely open.

        Raises `Refused` when the premises contradict each other.
        """
        possible = self.domain(var, asked, said)
        exact = list(dict.fromkeys(each.value for each in said if each.op == "is"))
        if exact:
            possible = tuple(exact) if len(exact) == 1 else ()
        unread = any(each.op == "missing" or (each.op == "accepted" and not qualitative) for each in said)
        for each in said:
            possible = tuple(value for value in possible if self._allows(var, each, value, qualitative=qualitative))
        opened = sorted({each.value for each in said if each.op == "open"})
        if not possible or (unread and exact) or not _stays_open(var, possible, opened):
            found = f"{', '.join(sorted({each.op for each in said}))} of {words(var)}"
            raise Refused("V107", f"premises that contradict each other: {found}", "one account of each thing")
        if opened:
            return possible, _surely(var, possible, opened)
        if len(possible) == 1 or unread or any(each.op in {"within", "accepted"} for each in said):
            return possible, [possible]
        return possible, [(value,) for value in possible]

    def _allows(self, var: Var, said: Said, value: Any, *, qualitative: bool) -> bool:
        if said.op == "not":
            return bool(value != said.value)
        if said.op == "from":
            return bool(value >= said.value)
        if said.op == "to":
            return bool(value <= said.value)
        if said.op == "within":
            low, high = said.value
            return (low is None or value >= low) and (high is None or value <= high)
        if said.op == "accepted" and qualitative:
            fact = self.fact(var.name)
            operator, limit = fact.abnormal or absent()
            beyond = COMPARE[operator](value, limit) == (said.value == "abnormal")
            return beyond and in_range(fact, value)
        return True

    def words(self, leaf: Leaf, asked: Sequence[Leaf], said: Sequence[Said], *, qualitative: bool) -> set[str]:
        """Which of true, false and open a test can still be."""
        possible, surely = self.left(leaf.var, asked, said, qualitative=qualitative)
        if leaf.accepts is None:
            found = {TRUE} if any(len(values) == 1 for values in surely) else set()
            return found | {FALSE} if len(possible) > 1 else found
        found = set()
        for values in surely:
            truths = {leaf.accepts(value) for value in values}
            if len(truths) == 1:
                found.add(TRUE if truths.pop() else FALSE)
        if len({leaf.accepts(value) for value in possible}) > 1:
            found.add(OPEN)
        return found


def _ends(said: Iterable[Said], fact: FactDef | None) -> Iterable[Fraction]:
    for each in said:
        if each.op == "within":
            yield from (end for end in each.value if end is not None)
        elif each.op == "accepted" and fact and fact.abnormal:
            yield from (end for end in (fact.abnormal[1], fact.minimum, fact.maximum) if end is not None)


def _stays_open(var: Var, possible: Sequence[Any], opened: Sequence[Any]) -> bool:
    """Whether what is said to be undecided still can be."""
    if not opened:
        return True
    if var.kind in {"grade", "cases"}:
        return bool(min(possible) < opened[0] and opened[-1] <= max(possible))
    return len(possible) > 1 and all(value in possible for value in opened)


def _surely(var: Var, possible: tuple[Any, ...], opened: list[Any]) -> list[tuple[Any, ...]]:
    """The smallest sets of values that are open when the given statements are undecided."""
    if var.kind in {"grade", "cases"}:
        return [tuple(range(opened[0] - 1, opened[-1] + 1))]
    if len(opened) > 1 or len(possible) == len((True, False)):
        return [tuple(opened) if len(opened) > 1 else possible]
    return [(opened[0], other) for other in possible if other != opened[0]]


def conditional(claim: Claim, said: Mapping[Var, Sequence[Said]], space: Space) -> str:
    """What follows for a condition: true, false, open, or an empty word when the premises do not settle which."""
    true = claim.true or absent()
    false = claim.false or absent()
    domains: dict[Var, tuple[Any, ...]] = {}
    choices: dict[Var, list[tuple[Any, ...]]] = {}
    for var, asked in by_variable(claim.leaves).items():
        possible, surely = space.left(var, asked, said.get(var, ()), qualitative=claim.qualitative)
        alike = _alike(possible, asked)
        domains[var] = tuple(dict.fromkeys(alike[value] for value in possible))
        choices[var] = list(dict.fromkeys(tuple(dict.fromkeys(alike[value] for value in values)) for values in surely))
    if outcomes(true, domains) == {True}:
        return TRUE
    if outcomes(false, domains) == {True}:
        return FALSE
    ways = 1
    for sets in choices.values():
        ways *= len(sets)
    if ways > MAX_CHOICES:
        return ""
    for chosen in product(*choices.values()):
        open_now = dict(zip(choices, chosen, strict=True))
        if outcomes(true, open_now) == {True} or outcomes(false, open_now) == {True}:
            return ""
    return OPEN


def _alike(values: Iterable[Any], asked: Sequence[Leaf]) -> dict[Any, Any]:
    """For each value the first one that no test tells from it."""
    first: dict[tuple[bool, ...], Any] = {}
    return {
        value: first.setdefault(tuple(bool(leaf.accepts and leaf.accepts(value)) for leaf in asked), value)
        for value in values
    }


class _Branch(Exception):
    def __init__(self, leaf: Leaf) -> None:
        super().__init__()
        self.leaf = leaf


def read(claim: Claim, said: Mapping[Var, Sequence[Said]], space: Space) -> str:
    """What follows for a reading: true, false, open, or an empty word when the premises do not settle which."""
    asked = by_variable(claim.leaves)
    can_be: dict[Leaf, set[str]] = {}
    for leaf in claim.leaves:
        found = space.words(leaf, asked[leaf.var], said.get(leaf.var, ()), qualitative=claim.qualitative)
        can_be[leaf] = found
    results: set[str] = set()
    waiting: list[dict[Leaf, str]] = [{leaf: next(iter(found)) for leaf, found in can_be.items() if len(found) == 1}]
    judge = claim.ask or absent()
    tried = 0
    while waiting and len(results) < len((TRUE, FALSE)):
        fixed = waiting.pop()
        tried += 1
        if tried > MAX_CHOICES:
            return ""

        def ask(leaf: Leaf, fixed: Mapping[Leaf, str] = fixed) -> str:
            if leaf not in fixed:
                raise _Branch(leaf)
            return fixed[leaf]

        try:
            results.add(judge(ask))
        except _Branch as branch:
            waiting += [{**fixed, branch.leaf: word} for word in can_be[branch.leaf]]
    return results.pop() if len(results) == 1 else ""


def some(ask: Ask, tests: Iterable[Leaf], word: str) -> bool:
    """Whether some test has the word; those that premises settle are asked first."""
    waiting = []
    for leaf in tests:
        try:
            if ask(leaf) == word:
                return True
        except _Branch:
            waiting.append(leaf)
    return any(ask(leaf) == word for leaf in waiting)


def by_variable(tests: Iterable[Leaf]) -> dict[Var, list[Leaf]]:
    """The tests of each variable."""
    found: dict[Var, list[Leaf]] = {}
    for leaf in tests:
        found.setdefault(leaf.var, []).append(leaf)
    return found
