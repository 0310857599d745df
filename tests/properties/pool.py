"""A fixed pool of inputs for the shipped program: the clinical cases, and random ones on and around every threshold."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from tests.properties.patients import cuts
from tests.test_rules import CASES

import sjogren
from sjogren.assess.inputs import see
from sjogren.engine.knowledge import Inputs, Known, exact
from sjogren.facts.resolve import resolve
from sjogren.model.vocabulary import FactDef
from sjogren.program.store import Knowledge

RANDOM_CASES = 500


def clinical(kb: sjogren.KnowledgeBase) -> Iterator[Inputs]:
    """The inputs of every visit of every clinical case."""
    for _, told in CASES:
        case = kb.read(told.patient)
        for index in range(len(case.visits)):
            yield see(case, resolve(case, index, kb.vocabulary), kb.vocabulary).inputs


def numbers(fact: FactDef, thresholds: list[Fraction]) -> list[Known]:
    """Values of a number or level on and around its thresholds."""
    if fact.type == "level":
        return [Known(low=rank, high=rank) for rank in map(exact, map(Fraction, range(len(fact.levels))))]
    step = Fraction(1) if fact.type == "count" else Fraction(1, 100)
    near = {cut + change for cut in thresholds or [Fraction(1)] for change in (-step, Fraction(0), step)}
    return [Known(low=exact(one), high=exact(one)) for one in sorted(near) if one >= (fact.minimum or 0)]


def drawn(knowledge: Knowledge, seed: int = 2016) -> Iterator[Inputs]:
    """Random inputs, from nearly empty to nearly complete."""
    random = Random(seed)  # noqa: S311 - cases are drawn, nothing is kept secret
    vocabulary, program = knowledge.vocabulary, knowledge.program
    thresholds = cuts(program)
    choices: dict[str, list[Known]] = {}
    for given in program.inputs:
        fact = vocabulary.facts.get(given.fact) or vocabulary.facts[given.fact.partition(".")[0]]
        if given.kind == "flag":
            choices[given.key] = [Known(truth="T"), Known(truth="F")]
        elif given.kind == "code":
            words = fact.codes or tuple(vocabulary.terms)
            choices[given.key] = [Known(code=word) for word in words]
        else:
            choices[given.key] = numbers(fact, thresholds.get(given.fact, []))
    for _ in range(RANDOM_CASES):
        density, negative = random.random(), random.random()
        found = {f"policy:{one.name}": Known(code=random.choice(one.values)) for one in vocabulary.policies.values()}
        for key, values in choices.items():
            if random.random() < density:
                found[key] = values[-1] if random.random() < negative else random.choice(values)
        yield found
