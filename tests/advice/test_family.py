"""Families of sets against plain Python sets."""

from __future__ import annotations

import random
from itertools import product

import pytest

from sjogren.advice.family import NONE, NOTHING_NEEDED, Families

ELEMENTS = 6


def made(families: Families, sets: set[frozenset[int]]) -> int:
    found = NONE
    for each in sets:
        one = NOTHING_NEEDED
        for element in sorted(each, reverse=True):
            one = families.node(element, NONE, one)
        found = families.either(found, one)
    return found


@pytest.mark.parametrize("seed", range(60))
def test_what_is_done_to_families_is_done_to_their_sets(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - sets, not secrets
    sets = [
        {frozenset(chance.sample(range(ELEMENTS), chance.randint(0, 4))) for _ in range(chance.randint(0, 9))}
        for _ in range(2)
    ]
    families = Families()
    one, other = (made(families, each) for each in sets)
    first, second = sets

    assert families.either(one, other) == made(families, first | second)
    assert families.less(one, other) == made(families, first - second)
    assert families.beyond(one, other) == made(families, {a for a in first if not any(b <= a for b in second)})
    assert families.count(one) == len(first)
    assert families.size(one) == min((len(each) for each in first), default=None)
    assert families.elements(one) == {element for each in first for element in each}
    assert families.has_empty(one) is (frozenset() in first)
    assert all(families.has(one, each) is (each in first) for each in first | second)
    assert families.holds_all(one, other) is (second <= first)
    if first:
        assert frozenset(families.smallest(one)) in first
        assert len(families.smallest(one)) == families.size(one)


@pytest.mark.parametrize("seed", range(40))
def test_a_product_takes_one_element_of_each_factor(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - sets, not secrets
    factors: list[list[int]] = [[] for _ in range(chance.randint(1, 4))]
    for element in range(9):
        chance.choice(factors).append(element)
    families = Families()

    found = families.product(factors)

    assert found == made(families, {frozenset(each) for each in product(*factors)})
