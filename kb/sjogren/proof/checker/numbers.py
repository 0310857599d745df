"""Sums, means and preferences, computed again from their premises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from sjogren.model.rule import FACT, RULE, Rule, Subject
from sjogren.proof.checker.logic import Leaf, Refused, Said, Var, words
from sjogren.proof.checker.nodes import Node, number, same
from sjogren.proof.checker.premises import Premises

Ends: TypeAlias = "tuple[Fraction | None, Fraction | None]"


class Numbers(Premises):
    """Judges the nodes that add."""

    def _adds(self, node: Node) -> None:
        rule = self._rule(node)
        var, said = self._total(node)
        operation, key, clause, expected = self._computed(node, rule, var)
        shape = {"conclusion": rule.id, "key": key, "value": {"low": number(expected[0]), "high": number(expected[1])}}
        if (node["operation"], node["clause"]) != (operation, clause):
            raise Refused("V122", f"{node['operation']} at {node['clause']!r}", f"{operation} at {clause!r}")
        if not same(node["concludes"], shape):
            raise Refused("V132", f"{rule.id}: {_span(said.value)}", f"{key} {_span(expected)}, from its premises")

    def _computed(self, node: Node, rule: Rule, var: Var) -> tuple[str, str, str, Ends]:
        given = self._given(node)
        prefix = f"{rule.place.path}." if rule.place.path else ""
        if var.kind == "points":
            parts = [(Fraction(item.points), Subject(RULE, item.rule)) for item in rule.items]
            branch = next((each for each in rule.branches if each.value == var.path), None)
            if branch:
                parts = [(Fraction(1), Subject(RULE, item)) for item in branch.items]
                return "sum", f"count/{branch.value}", f"{branch.place.path}.counts", self._sum(parts, given)
            return "sum", "score", "items", self._sum(parts, given)
        if var.kind == "mean":
            eyes = [Var("fact", var.name, side) for side in self.space.fact(var.name).sides]
            self._all_used(given, eyes)
            total = _added([(Fraction(1), self._number_of(eye, given)) for eye in eyes])
            return "mean", "mean", node["clause"], _divided(total, len(eyes))
        operation = "first_known" if rule.alternatives else "mean" if rule.mean else "sum"
        clause = f"{prefix}{operation if rule.alternatives else operation + '_of'}"
        return operation, operation, clause, self._score(rule, operation, given)

    def _score(self, rule: Rule, operation: str, given: Mapping[Var, Sequence[Said]]) -> Ends:
        told = Var("fact", rule.stated)
        if rule.stated and any(each.op == "is" for each in given.get(told, ())):
            self._all_used(given, [told])
            return self._number_of(told, given)
        self._not_stated(rule)
        if rule.alternatives:
            self._all_used(given, [Var("score", subject.name) for subject in rule.alternatives])
            spans = [self._addend(subject, given) for subject in rule.alternatives]
            return next((span for span in spans if span[0] is not None and span[0] == span[1]), spans[0])
        total = self._sum([(term.weight, term.subject) for term in rule.terms], given)
        return _divided(total, len(rule.terms)) if operation == "mean" else total

    def _not_stated(self, rule: Rule) -> None:
        """A stated total wins, so a justification that holds one must use it."""
        for node in self.nodes.values():
            if rule.stated and node["type"] == "fact" and node["fact"] == rule.stated:
                raise Refused("V132", f"{rule.id} from its items", f"the total that is stated ({rule.stated})")

    def _sum(self, parts: Sequence[tuple[Fraction, Subject]], given: Mapping[Var, Sequence[Said]]) -> Ends:
        self._all_used(given, [self._var(subject) for _, subject in parts])
        return _added([(weight, self._addend(subject, given)) for weight, subject in parts])

    def _all_used(self, given: Mapping[Var, Sequence[Said]], wanted: Sequence[Var]) -> None:
        strange, absent = set(given) - set(wanted), [var for var in wanted if var not in given]
        if strange:
            raise Refused("V124", f"a premise about {words(min(strange))}", "premises that are added here")
        if absent:
            raise Refused("V132", f"nothing said of {words(absent[0])}", "a premise for each addend")

    def _var(self, subject: Subject) -> Var:
        if subject.kind == FACT:
            return Var("fact", subject.name)
        return Var(
            {"Score": "score", "Finding": "finding"}.get(self.rules.rules[subject.name].kind, "grade"), subject.name
        )

    def _addend(self, subject: Subject, given: Mapping[Var, Sequence[Said]]) -> Ends:
        var = self._var(subject)
        if var.kind in {"fact", "score"}:
            return self._number_of(var, given)
        possible = self._possible(var, given)
        if var.kind == "finding":
            return Fraction(min(possible)), Fraction(max(possible))
        levels = self.rules.rules[subject.name].levels
        return self._worth(levels[min(possible)]), self._worth(levels[max(possible)])

    def _worth(self, level: str) -> Fraction:
        values = self.vocabulary.level_values
        return Fraction(values[level]) if level in values and not level.isdigit() else Fraction(level)

    def _number_of(self, var: Var, given: Mapping[Var, Sequence[Said]]) -> Ends:
        said = given.get(var, ())
        self._possible(var, given)
        for each in said:
            if each.op == "is":
                return each.value, each.value
            if each.op == "within":
                low, high = each.value
                return low, high
        fact = self.space.fact(var.name)
        return fact.minimum, fact.maximum

    def _possible(self, var: Var, given: Mapping[Var, Sequence[Said]]) -> tuple[Any, ...]:
        possible, _ = self.space.left(var, [Leaf(var, None)], given.get(var, ()), qualitative=False)
        return possible


def _added(parts: Sequence[tuple[Fraction, Ends]]) -> Ends:
    """The weighted sum of intervals; an open end opens the result (with negative weights ends swap)."""
    ends: list[Fraction | None] = []
    for end in (0, 1):
        terms = [(weight, span[end if weight >= 0 else 1 - end]) for weight, span in parts]
        known = [weight * value for weight, value in terms if value is not None]
        ends.append(sum(known, Fraction(0)) if len(known) == len(terms) else None)
    return ends[0], ends[1]


def _divided(span: Ends, count: int) -> Ends:
    low, high = (None if end is None else end / count for end in span)
    return low, high


def _span(span: Ends) -> str:
    return f"{number(span[0])} to {number(span[1])}"
