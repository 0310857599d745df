"""Sets of cells gathered into few findings, and these in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sjogren.advice.cells import value_of, within
from sjogren.advice.family import NONE, Families
from sjogren.advice.nouns import Finding
from sjogren.advice.patient import SHIFT, Patient, spanned
from sjogren.compare.space import Variable
from sjogren.compare.words import cell_words, where_words
from sjogren.engine.knowledge import Span
from sjogren.model.vocabulary import Vocabulary
from sjogren.proof.words import place, span_words, value_words
from sjogren.rules.english import fact_label, side_words

Factors = list[list[int]]
"""One element of each factor makes a set."""


def gathered(families: Families, family: int, patient: Patient, most: int) -> tuple[list[Factors], int]:
    """At most so many products of sets that are in a family, the smallest first; and how many sets are in none.

    Elements take each other's place in a product where the same statements read them.
    """
    found: list[Factors] = []
    while family != NONE and len(found) < most:
        factors = _grown(families, family, families.smallest(family), patient)
        found.append(factors)
        family = families.less(family, families.product(factors))
    return found, families.count(family)


def _grown(families: Families, family: int, one: Sequence[int], patient: Patient) -> Factors:
    readers = patient.field.readers
    others = sorted(families.elements(family) - set(one))
    factors = [[each] for each in one]
    for at, each in enumerate(one):
        rest = [*one[:at], *one[at + 1 :]]
        for other in others:
            if readers[other // SHIFT] == readers[each // SHIFT] and families.has(family, [*rest, other]):
                wider = [*factors[:at], [*factors[at], other], *factors[at + 1 :]]
                if families.holds_all(family, families.product(wider)):
                    factors = wider
    return factors


class Teller:
    """Tells products of sets of one patient as findings."""

    def __init__(self, patient: Patient, vocabulary: Vocabulary) -> None:
        self.patient, self.vocabulary = patient, vocabulary

    def told(self, factors: Factors) -> tuple[Finding, ...]:
        """A finding for each factor; all sides of a test that are to be alike are one."""
        alone: dict[tuple[str, str], list[int]] = {}
        found: list[Finding] = []
        for factor in factors:
            if len(factor) == 1:
                each, text = self._words(factor[0])
                alone.setdefault((each.fact.name if each.side else each.key, text), []).append(factor[0])
            else:
                found.append(self._either(factor))
        return (*(each for (_, text), elements in alone.items() for each in self._all(elements, text)), *found)

    def _words(self, element: int) -> tuple[Variable, str]:
        """An input, and one of its cells, with those that nothing tells from it, in words, without its side."""
        at, cell = divmod(element, SHIFT)
        each, alike = self.patient.field.variables[at], self.patient.field.alike[at]
        possible = within(each, self.patient.base[at]) if self.patient.open[at] else range(len(each.cells))
        cells = [one for one in within(each, len(each.cells) - 1) if alike[one] == alike[cell] and one in possible]
        return each, cell_words(each, cells, self.vocabulary)

    def _all(self, elements: Sequence[int], text: str) -> Iterator[Finding]:
        each = self.patient.field.variables[elements[0] // SHIFT]
        if len(elements) == len(each.fact.sides) > 1:
            where = where_words(each.fact.laterality, either=False)
            yield self._finding(f"{text} in {where}", [elements])
            return
        for element in elements:
            side = self.patient.field.variables[element // SHIFT].side
            yield self._finding(f"{text}, {side_words(side)}" if side else text, [[element]])

    def _either(self, factor: Sequence[int]) -> Finding:
        told = [(*self._words(element), element) for element in factor]
        parts = []
        for (name, text), group in groupby(
            sorted(told, key=lambda one: (one[0].fact.name, one[1])), key=lambda one: (one[0].fact.name, one[1])
        ):
            sides = [each.side for each, _, _ in group if each.side]
            fact = self.vocabulary.facts[name]
            if len(sides) == len(fact.sides) > 1:
                parts.append(f"{text} in {where_words(fact.laterality, either=True)}")
            else:
                parts += [f"{text}, {side_words(side)}" for side in sides] or [text]
        return self._finding(" or ".join(parts), [[element] for element in factor])

    def _finding(self, text: str, ways: Sequence[Sequence[int]]) -> Finding:
        variables, terms = self.patient.field.variables, self.vocabulary.terms
        told = [
            tuple(
                (*_key(variables[element // SHIFT]), value_of(variables[element // SHIFT], element % SHIFT, terms))
                for element in way
            )
            for way in ways
        ]
        facts = tuple(dict.fromkeys((fact, side) for way in told for fact, side, _ in way))
        return Finding(
            facts, text, self._now([variables[element // SHIFT] for way in ways for element in way]), tuple(told)
        )

    def _now(self, variables: Sequence[Variable]) -> str:
        """What is recorded now; with its name where the finding is about several inputs."""
        recorded = {each.key: words for each in variables if (words := self._recorded(each))}
        if len(variables) == 1 or not recorded:
            return "".join(recorded.values())
        several = len({each.key.partition("@")[0] for each in variables}) > 1
        parts = []
        for each in variables:
            if each.key in recorded:
                fact, side = _key(each)
                name = place(fact_label(fact, self.vocabulary), side) if several else side_words(side)
                parts.append(f"{name}: {recorded[each.key]}")
        return "; ".join(dict.fromkeys(parts))

    def _recorded(self, each: Variable) -> str:
        derived = self.patient.derived
        origin = derived.origins.get(each.key)
        if origin is not None:
            if origin.chosen is not None:
                return value_words(each.fact, origin.chosen.value)
            return f"assumed {origin.value.replace('_', ' ')}"
        rule = self.patient.rules.get(self.patient.field.stated.get(each.key, ""))
        if rule is None:
            return ""
        low, high = spanned(rule, derived.result)
        if rule.kind == "Grade":
            if (low, high) == (0, len(rule.levels) - 1):
                return ""
            return rule.levels[int(low)] if low == high else f"{rule.levels[int(low)]} to {rule.levels[int(high)]}"
        return span_words(Span(low, high))


def _key(each: Variable) -> tuple[str, str]:
    return each.key.partition("@")[0], each.side
