"""What a rule answers, as questions over all patients, and the same read off what an engine derived for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import TypeAlias

from sjogren.compare.diagrams import NOBODY, Diagrams
from sjogren.compare.space import Uncountable
from sjogren.model.rule import Rule
from sjogren.program.ir import FALSE, TRUE, UNKNOWN

Truth: TypeAlias = Callable[[str, str], int]
"""All patients in whom a node is true, false or unknown."""
UNDETERMINED = "undetermined"
VERDICTS = ("excluded", "entry_not_met", "not_met", "met")
TABLES = {"Table", "Recommendation"}


def nodes_of(rule: Rule, *, coarse: bool = False) -> list[str]:
    """The nodes that an answer of a rule is read from; ``coarse``: only whether a criteria set is met."""
    if rule.kind == "CriteriaSet":
        return [f"{rule.id}={word}" for word in (("met",) if coarse else VERDICTS)]
    if rule.kind == "Finding":
        return [rule.id]
    if rule.kind == "Grade":
        return [f"{rule.id}>={level}" for level in rule.levels[1:]]
    if rule.kind in TABLES:
        words = dict.fromkeys([*(case.low for case in rule.cases), rule.otherwise])
        return [f"{rule.id}={word}" for word in words]
    if rule.kind == "Selection":
        return [f"{rule.id}={case.low}" for case in rule.cases]
    raise Uncountable(f"{rule.id} is a number; its categories are compared instead")


def _ways(rule: Rule, nodes: list[str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each answer of a rule with what its nodes must be."""
    if rule.kind == "Finding" or (rule.kind == "CriteriaSet" and len(nodes) == 1):
        yield "met", [(nodes[0], TRUE)]
        yield "not_met", [(nodes[0], FALSE)]
    elif rule.kind == "Grade":
        for low in range(len(rule.levels)):
            for high in range(low, len(rule.levels)):
                if (low, high) == (0, len(rule.levels) - 1):
                    continue
                ends = [(nodes[low - 1], TRUE)] if low else []
                ends += [(nodes[high], FALSE)] if high < len(nodes) else []
                between = [(node, UNKNOWN) for node in nodes[low:high]]
                words = rule.levels[low] if low == high else f"{rule.levels[low]} to {rule.levels[high]}"
                yield words, [*ends, *between]
    elif rule.kind == "Selection":
        for truths in product((TRUE, FALSE, UNKNOWN), repeat=len(nodes)):
            chosen = [node.rpartition("=")[2] for node, word in zip(nodes, truths, strict=True) if word == TRUE]
            open_ = [node.rpartition("=")[2] for node, word in zip(nodes, truths, strict=True) if word == UNKNOWN]
            words = " and ".join(chosen) or "none"
            doubt = f" ({', '.join(open_)} open)" if open_ else ""
            yield f"{words}{doubt}", list(zip(nodes, truths, strict=True))
    else:
        for node in nodes:
            yield node.rpartition("=")[2], [(node, TRUE)]


def answers(rule: Rule, truth: Truth, diagrams: Diagrams, *, coarse: bool = False) -> dict[str, int]:
    """Each answer that a rule gives to anybody, with all who get it; the first that fits, what is left undetermined."""
    found: dict[str, int] = {}
    left = 1
    for words, wanted in _ways(rule, nodes_of(rule, coarse=coarse)):
        here = diagrams.both(left, diagrams.all_of(truth(node, word) for node, word in wanted))
        if here != NOBODY:
            found[words] = diagrams.either(found.get(words, NOBODY), here)
            left = diagrams.both(left, diagrams.negate(here))
    if left != NOBODY:
        found[UNDETERMINED] = left
    return found


def answer(rule: Rule, derived: Mapping[str, str]) -> str:
    """The answer of a rule by what an engine derived: the same words as in `answers`."""
    for words, wanted in _ways(rule, nodes_of(rule)):
        if all(derived.get(node, UNKNOWN) == word for node, word in wanted):
            return words
    return UNDETERMINED
