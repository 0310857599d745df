"""Sets of cells gathered into few findings, and these in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sjogren.advice.cells import value_of, within
from sjogren.advice.family import NONE, Families
from sjogren.advice.nouns import Finding
from sjogren.advice.patient import SHIFT, Patient, spanned
from sjogren.compare.space import Variable
from sjogren.compare.words import cell_words, where_words
from sjogren.engine.knowledge import Span
from sjogren.model.vocabulary import Vocabulary
from sjogren.proof.words import list_words, place, span_words, value_words
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
    alike: dict[frozenset[str], list[int]] = {}
    for other in sorted(families.elements(family) - set(one)):
        alike.setdefault(readers[other // SHIFT], []).append(other)
    instead = [
        [
            other
            for other in alike.get(readers[each // SHIFT], ())
            if families.has(family, [*one[:at], other, *one[at + 1 :]])
        ]
        for at, each in enumerate(one)
    ]
    taken = [other for others in instead for other in others]
    whole = [[each, *others] for each, others in zip(one, instead, strict=True)]
    if len(set(taken)) == len(taken) and families.holds_all(family, families.product(whole)):
        return whole
    factors = [[each] for each in one]
    for at, others in enumerate(instead):
        for other in others:
            if any(other in factor for factor in factors):
                continue
            wider = [*factors[:at], [*factors[at], other], *factors[at + 1 :]]
            if families.holds_all(family, families.product(wider)):
                factors = wider
    return factors


MANY = 3
"""So many absent findings that the same statements read are told as one."""


class Teller:
    """Tells products of sets of one patient as findings."""

    def __init__(self, patient: Patient, vocabulary: Vocabulary) -> None:
        self.patient, self.vocabulary = patient, vocabulary

    def told(self, factors: Factors) -> tuple[Finding, ...]:
        """A finding for each factor; all sides of a test that are to be alike are one, and much that is absent."""
        alone: dict[tuple[str, str], list[int]] = {}
        absent: dict[frozenset[str], list[int]] = {}
        found: list[Finding] = []
        for factor in factors:
            element = factor[0]
            each = self.patient.field.variables[element // SHIFT]
            if len(factor) > 1:
                found.append(self._either(factor))
            elif each.kind == "flag" and not each.side and element % SHIFT == 0:
                absent.setdefault(self.patient.field.readers[element // SHIFT], []).append(element)
            else:
                alone.setdefault((each.fact.name if each.side else each.key, self._words([element])), []).append(
                    element
                )
        for elements in absent.values():
            if len(elements) < MANY:
                alone |= {(self._name(element), self._words([element])): [element] for element in elements}
            else:
                labels = [fact_label(self._name(element), self.vocabulary) for element in elements]
                found.append(self._finding(f"none of {list_words(labels)}", [elements]))
        return (*(each for (_, text), elements in alone.items() for each in self._all(elements, text)), *found)

    def _name(self, element: int) -> str:
        return self.patient.field.variables[element // SHIFT].key

    def _words(self, elements: Sequence[int]) -> str:
        """Some cells of one input, with those that nothing tells from them, in words, without its side."""
        at = elements[0] // SHIFT
        field = self.patient.field
        each, alike = field.variables[at], field.alike[at]
        shown = within(each, self.patient.base[at]) if self.patient.open[at] else field.values[at]
        kinds = {alike[element % SHIFT] for element in elements}
        cells = tuple(one for one in shown if alike[one] in kinds)
        words = field.words.get((at, cells))
        if words is None:
            if len(elements) > 1 and len(cells) == len(field.values[at]):
                words = f"{fact_label(each.key.partition('@')[0], self.vocabulary)} known"
            else:
                words = cell_words(each, cells, self.vocabulary)
            field.words[at, cells] = words
        return words

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
        """One of several cells: those of one input in one phrase, and all sides of a test together."""
        inputs: dict[int, list[int]] = {}
        for element in factor:
            inputs.setdefault(element // SHIFT, []).append(element)
        sides: dict[tuple[str, str], list[str]] = {}
        for at, elements in inputs.items():
            each = self.patient.field.variables[at]
            sides.setdefault((each.fact.name if each.side else each.key, self._words(elements)), []).append(each.side)
        parts = []
        for (name, text), where in sides.items():
            if not where[0]:
                parts.append(text)
            elif len(where) == len(self.vocabulary.facts[name].sides):
                parts.append(f"{text} in {where_words(self.vocabulary.facts[name].laterality, either=True)}")
            else:
                parts += [f"{text}, {side_words(side)}" for side in where]
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
        if rule is None or spanned(rule, derived.result) == self.patient.unknown(rule):
            return ""
        low, high = spanned(rule, derived.result)
        if rule.kind == "Grade":
            return rule.levels[int(low)] if low == high else f"{rule.levels[int(low)]} to {rule.levels[int(high)]}"
        return span_words(Span(low, high))


def _key(each: Variable) -> tuple[str, str]:
    return each.key.partition("@")[0], each.side
