"""Diagrams, and the patterns taken from them, against sets that are written out."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sjogren.compare import patterns
from sjogren.compare.diagrams import NOBODY, Diagrams, TooLarge
from sjogren.compare.patterns import Factors, cover

SIZES = (2, 3, 2, 2)
EVERYONE = list(product(*map(range, SIZES)))
Members = frozenset[tuple[int, ...]]
members = st.frozensets(st.sampled_from(EVERYONE))


def drawn(diagrams: Diagrams, chosen: Members) -> int:
    boxes = [diagrams.box({at: [value] for at, value in enumerate(one)}) for one in sorted(chosen)]
    return diagrams.any_of(boxes)


def listed(diagrams: Diagrams, one: int) -> Members:
    return frozenset(values for values in EVERYONE if diagrams.holds(one, values))


@settings(max_examples=80, deadline=None, derandomize=True)
@given(members, members)
def test_diagrams_are_the_sets_that_they_stand_for(one: Members, other: Members) -> None:
    diagrams = Diagrams(SIZES)
    left, right = drawn(diagrams, one), drawn(diagrams, other)

    assert listed(diagrams, left) == one
    assert listed(diagrams, diagrams.both(left, right)) == one & other
    assert listed(diagrams, diagrams.either(left, right)) == one | other
    assert listed(diagrams, diagrams.negate(left)) == frozenset(EVERYONE) - one
    assert diagrams.count(left) == len(one)
    assert (left == right) is (one == other)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(members, st.integers(0, 3), st.integers(0, 1))
def test_what_is_left_when_a_value_is_given(one: Members, at: int, value: int) -> None:
    diagrams = Diagrams(SIZES)
    left = diagrams.given(drawn(diagrams, one), {at: value})

    assert listed(diagrams, left) == {each for each in EVERYONE if (*each[:at], value, *each[at + 1 :]) in one}


def test_what_grows_too_large_is_given_up() -> None:
    diagrams = Diagrams((2,) * 12, limit=40)
    with pytest.raises(TooLarge):
        diagrams.any_of(diagrams.both(diagrams.values(at, [1]), diagrams.values(at + 6, [1])) for at in range(6))


def told(factors: Factors) -> Members:
    """Whom the factors of one pattern take, read as a person reads them."""
    return frozenset(
        values
        for values in EVERYONE
        if all(any(values[at] in wanted for at, wanted in alternatives) for alternatives in factors)
    )


@settings(max_examples=120, deadline=None, derandomize=True)
@given(members, members)
def test_patterns_cover_a_question_and_nothing_that_can_occur_beside_it(one: Members, impossible: Members) -> None:
    diagrams = Diagrams(SIZES)
    possible = diagrams.negate(drawn(diagrams, impossible))
    found = cover(diagrams, drawn(diagrams, one), possible, len(EVERYONE))

    wanted = one - impossible
    assert frozenset().union(*(told(pattern.factors) for pattern in found.patterns)) - impossible == wanted
    assert found.left == 0
    assert wanted <= told(found.always)
    assert sum(pattern.new for pattern in found.patterns) == len(wanted)
    for pattern in found.patterns:
        assert pattern.all == len(told(pattern.factors) - impossible)


@pytest.mark.parametrize("most", [3, 100])
def test_where_there_are_too_many_patterns_some_are_told_and_the_rest_is_counted(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(patterns, "MAX_PATTERNS", 2)
    diagrams = Diagrams((2,) * 6)
    odd = frozenset(each for each in product(range(2), repeat=6) if sum(each) % 2)
    question = diagrams.any_of(diagrams.box({at: [value] for at, value in enumerate(one)}) for one in sorted(odd))
    found = cover(diagrams, question, diagrams.negate(NOBODY), most)

    assert found.minimal is None
    assert found.left == len(odd) - sum(pattern.new for pattern in found.patterns)
    assert (found.left == 0) is (most > len(odd))


@settings(max_examples=120, deadline=None, derandomize=True)
@given(members)
def test_no_factor_of_a_pattern_can_be_left_out(one: Members) -> None:
    diagrams = Diagrams(SIZES)
    question = drawn(diagrams, one)
    for pattern in cover(diagrams, question, diagrams.negate(NOBODY), len(EVERYONE)).patterns:
        for at in range(len(pattern.factors)):
            wider = told((*pattern.factors[:at], *pattern.factors[at + 1 :]))
            assert not wider <= one


def test_fewer_lines_say_what_they_leave_out() -> None:
    diagrams = Diagrams((2, 2, 2))
    odd = drawn(diagrams, frozenset(each for each in product(range(2), repeat=3) if sum(each) % 2))
    found = cover(diagrams, odd, diagrams.negate(NOBODY), 1)

    assert (len(found.patterns), found.minimal, found.left) == (1, 4, 3)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(members)
def test_what_is_said_of_all_holds_for_what_is_left_out_too(one: Members) -> None:
    diagrams = Diagrams(SIZES)
    found = cover(diagrams, drawn(diagrams, one), diagrams.negate(NOBODY), 2)

    assert one <= told(found.always)
