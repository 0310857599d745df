"""Which value counts at a visit: one table of situations, and what no order of the file may change."""

from __future__ import annotations

import random
from datetime import date
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kb.conftest_vocabulary import VOCABULARY

from sjogren.facts import Chosen, Resolved, read_case, resolve
from sjogren.model.case import Case


def case_of(*visits: str) -> Case:
    """A case of visits written ``date | facts``."""
    rows = [visit.split(" | ") for visit in visits]
    listed = "".join(f"\n  - {{date: {day}, facts: {facts}}}" for day, facts in rows)
    return read_case(f"id: a\nage: 50.5\nvisits:{listed}\n", VOCABULARY)


def at(case: Case, visit: int) -> Resolved:
    return resolve(case, visit, VOCABULARY)


def igg(case: Case, visit: int) -> Chosen:
    return at(case, visit).chosen["igg", ""]


def test_a_visit_sees_its_own_values() -> None:
    chosen = igg(case_of("2026-01-01 | {igg: 15}"), 0)

    assert (chosen.value.value, chosen.visit, chosen.carried, chosen.passed_over) == (15, 0, False, ())


def test_a_visit_does_not_see_later_ones() -> None:
    assert ("igg", "") not in at(case_of("2026-01-01 | {}", "2026-02-01 | {igg: 15}"), 0).chosen


def test_an_older_value_is_carried_to_the_last_day_of_its_validity() -> None:
    carried = igg(case_of("2026-01-01 | {igg: 15}", "2026-04-01 | {}"), 1)
    expired = at(case_of("2026-01-01 | {igg: 15}", "2026-04-02 | {}"), 1)

    assert (carried.value.value, carried.visit, carried.carried) == (15, 0, True)
    assert ("igg", "") not in expired.chosen
    assert [(one.value.value, one.visit, one.reason) for one in expired.unused["igg", ""]] == [(15, 0, "expired")]


def test_validity_counts_from_the_date_of_the_value_not_of_its_visit() -> None:
    late = case_of("2026-01-31 | {igg: {value: 15, date: 2026-01-01}}", "2026-04-02 | {}")

    assert ("igg", "") not in at(late, 1).chosen


def test_what_does_not_expire_is_carried_for_ever() -> None:
    chosen = at(case_of("1996-01-01 | {anti_ssa_ro: true}", "2026-01-01 | {}"), 1).chosen["anti_ssa_ro", ""]

    assert (chosen.value.value, chosen.carried) == (True, True)


def test_a_new_value_comes_before_an_old_one_which_stays_visible() -> None:
    chosen = igg(case_of("2026-01-01 | {igg: 15}", "2026-02-01 | {igg: 18}"), 1)

    assert (chosen.value.value, chosen.carried) == (18, False)
    assert [(one.value.value, one.visit, one.reason) for one in chosen.passed_over] == [(15, 0, "older")]


def test_preliminary_yields_to_final_even_to_an_older_one() -> None:
    visit = "2026-02-01 | {igg: [{value: 18, status: preliminary}, {value: 15, date: 2026-01-01}]}"
    chosen = igg(case_of(visit), 0)

    assert chosen.value.value == 15
    assert [one.reason for one in chosen.passed_over] == ["preliminary"]
    assert igg(case_of("2026-02-01 | {igg: {value: 18, status: preliminary}}"), 0).value.value == 18


def test_what_was_entered_in_error_never_counts() -> None:
    resolved = at(case_of("2026-02-01 | {igg: {value: 18, status: entered_in_error}}"), 0)

    assert ("igg", "") not in resolved.chosen
    assert [one.reason for one in resolved.unused["igg", ""]] == ["entered_in_error"]


def test_not_done_hides_no_older_value_that_is_still_valid() -> None:
    chosen = igg(case_of("2026-01-01 | {igg: 15}", "2026-02-01 | {igg: not_done}"), 1)

    assert (chosen.value.value, chosen.carried) == (15, True)
    assert [one.reason for one in chosen.passed_over] == ["not_done"]


def test_not_done_alone_is_kept_for_the_proof() -> None:
    assert igg(case_of("2026-01-01 | {igg: not_done}"), 0).value.value is None


def test_the_latest_of_dated_values_counts() -> None:
    visit = "2026-03-01 | {igg: [{value: 15, date: 2026-01-01}, {value: 17, date: 2026-02-01}]}"

    assert igg(case_of(visit), 0).value.value == 17


def test_this_visit_comes_before_an_earlier_one_of_the_same_date() -> None:
    chosen = igg(case_of("2026-01-01 | {igg: 15}", "2026-02-01 | {igg: {value: 15, date: 2026-01-01}}"), 1)

    assert (chosen.visit, chosen.carried) == (1, False)
    assert [one.reason for one in chosen.passed_over] == ["repeated"]


def test_a_number_comes_before_the_word_that_it_confirms() -> None:
    assert at(case_of("2026-01-01 | {focus_score: [abnormal, 2]}"), 0).chosen["focus_score", ""].value.value == 2


def test_each_side_is_resolved_by_itself() -> None:
    chosen = at(
        case_of("2026-01-01 | {schirmer_test: {right: 4, left: 6}}", "2026-02-01 | {schirmer_test: {left: 9}}"), 1
    ).chosen

    assert (chosen["schirmer_test", "right"].value.value, chosen["schirmer_test", "right"].carried) == (4, True)
    assert (chosen["schirmer_test", "left"].value.value, chosen["schirmer_test", "left"].carried) == (9, False)


def test_a_member_of_a_list_expires_with_its_list() -> None:
    case = case_of("2026-01-01 | {sgus_pattern: [fatty]}", "2026-06-30 | {}", "2026-07-01 | {}")

    assert at(case, 1).chosen["sgus_pattern.fatty", ""].value.value is True
    assert ("sgus_pattern.fatty", "") not in at(case, 2).chosen


def test_without_dates_nothing_expires() -> None:
    case = read_case("{id: a, age: 50, facts: {igg: {value: 15, date: 1999-01-01}}}", VOCABULARY)

    assert igg(case, 0).value.value == 15


def test_age_grows_with_the_days_since_the_first_visit() -> None:
    case = case_of("2026-01-01 | {}", "2030-01-01 | {}")

    assert at(case, 0).age == Fraction(101, 2)
    assert at(case, 1).age == Fraction(101, 2) + 4
    assert at(case, 1).chosen["age", ""].value.value == at(case, 1).age
    assert at(case, 0).chosen["age", ""].value.as_stated == "50.5"
    assert at(case, 1).chosen["age", ""].value.as_stated == "50.5 on 2026-01-01"
    assert at(case, 1).date == date(2030, 1, 1)


ENTRIES = [
    "{value: 14, date: 2025-11-01}",
    "{value: 15, date: 2026-01-05, status: preliminary}",
    "{value: 16, date: 2026-01-06, status: entered_in_error}",
    "{value: 16, date: 2026-01-04, source: a}",
    "{value: 1600, unit: mg/dL, date: 2026-01-04, source: b}",
    "{value: not_done, date: 2026-01-07}",
]


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.sets(st.sampled_from(ENTRIES), min_size=1))
def test_the_order_of_the_file_is_irrelevant(chance: random.Random, entries: set[str]) -> None:
    order = sorted(entries)
    chance.shuffle(order)

    def plain(listed: list[str]) -> object:
        resolved = at(case_of(f"2026-01-08 | {{igg: [{', '.join(listed)}]}}", "2026-03-01 | {}"), 1)
        return resolved.chosen, resolved.unused

    assert plain(order) == plain(sorted(entries))
