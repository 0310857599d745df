"""The verdict of a response index, for the checker."""

from __future__ import annotations

from fractions import Fraction

from sjogren.model.rule import RESPONSES, Rule
from sjogren.proof.checker.logic import FALSE, OPEN, TRUE, Ask, Claim, Leaf, Var


def response(rule: Rule, word: str) -> Claim:
    """Responder where enough is met whatever is missing, non-responder where it cannot be, or too few are there."""
    enough = Leaf(Var("points", rule.id), lambda value: bool(value >= rule.needed), (rule.needed,))
    fewest, every = Fraction(rule.fewest), Fraction(len(rule.items))
    done = Leaf(Var("evaluable", rule.id), lambda value: bool(value >= fewest), (fewest, every))

    def ask(of: Ask) -> str:
        found = FALSE if of(done) == FALSE else of(enough)
        if word == RESPONSES[0] or found == OPEN:
            return found
        return FALSE if found == TRUE else TRUE

    return Claim((done, enough), frozenset({"met_when", "when_missing", "evaluable_when"}), ask=ask)
