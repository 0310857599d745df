"""Many cases in processes: order, crashes, hangs, bugs, invalid cases, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from multiprocessing import active_children
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from sjogren.assess.workers import AHEAD, Job, Outcome, assess_many
from sjogren.errors import InternalFault

JOB = Job(None, None, {}, {})
CRASH, HANG, GONE = "crash", "hang", "gone"


def play(pipe: Connection, job: Job) -> None:  # noqa: ARG001  # the signature of a worker
    """A worker that does what the name of a case says."""
    pipe.send(None)
    while True:
        try:
            path = pipe.recv()
        except EOFError:
            return
        if path.startswith(CRASH):
            os.kill(os.getpid(), signal.SIGSEGV)
        if path.startswith(HANG):
            time.sleep(600)
        if path.startswith(GONE):
            os._exit(3)
        pipe.send(Outcome(path, {"process": os.getpid()}))


def never_opens(pipe: Connection, job: Job) -> None:  # noqa: ARG001
    """A worker that ends before its first case."""
    pipe.close()


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    assert active_children() == []


def names(paths: list[str], **options: float) -> list[tuple[str, bool]]:
    return [(each.case, each.fault) for each in assess_many(paths, JOB, workers=2, work=play, **options)]


def test_outcomes_come_in_the_order_of_the_input() -> None:
    paths = [f"case-{number}" for number in range(300)]

    assert names(paths) == [(path, False) for path in paths]


@pytest.mark.parametrize("bad", [CRASH, GONE])
def test_a_crash_costs_one_case(bad: str) -> None:
    paths = ["a", bad, "b", f"{bad}-again", "c", "d"]

    assert names(paths) == [(path, path.startswith(bad)) for path in paths]


def test_what_is_said_of_a_crash_names_the_case_the_signal_and_what_to_do() -> None:
    (outcome,) = assess_many([CRASH], JOB, work=play)

    assert outcome.assessment is None
    assert outcome.error.startswith(f"crash: internal fault: the process ended with code {-signal.SIGSEGV};")
    assert "report it" in outcome.error


def test_every_case_may_crash() -> None:
    paths = [f"{CRASH}-{number}" for number in range(5)]

    assert names(paths) == [(path, True) for path in paths]


def test_a_case_that_hangs_is_set_aside_although_others_answer() -> None:
    paths = [HANG, *(f"case-{number}" for number in range(20))]
    outcomes = list(assess_many(paths, JOB, workers=2, work=play, time_limit=4))

    assert [outcome.fault for outcome in outcomes] == [True, *[False] * 20]
    assert "no answer within 4 s" in outcomes[0].error


def test_a_slow_case_does_not_let_the_others_pile_up() -> None:
    paths = [HANG, *(f"case-{number}" for number in range(2 * AHEAD))]
    outcomes = assess_many(paths, JOB, workers=2, work=play, time_limit=4)
    first = next(outcomes)
    rest = list(outcomes)

    assert first.fault
    assert [outcome.case for outcome in rest] == paths[1:]


def test_a_worker_that_cannot_start_is_a_fault_of_the_whole() -> None:
    with pytest.raises(InternalFault, match="could not start: the process ended with code 0"):
        list(assess_many(["a"], JOB, work=never_opens))


def test_who_stops_reading_stops_the_workers() -> None:
    outcomes = assess_many([f"case-{number}" for number in range(50)], JOB, workers=2, work=play)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]  # a generator


def test_real_cases_valid_and_invalid_one_by_one(tmp_path: Path) -> None:
    paths = []
    for number in range(30):
        path = tmp_path / f"{number}.json"
        age = 50 if number % 10 else "old"
        path.write_text(
            json.dumps({"id": f"case-{number}", "age": age, "facts": {"anti_ssa_ro": True}}), encoding="utf-8"
        )
        paths.append(str(path))
    job = Job(None, None, {"unrecorded_exclusions": "absent"}, {"ro52_alone_counts_as_ssa": "false"})
    outcomes = list(assess_many(paths, job, workers=2))

    for number, outcome in enumerate(outcomes):
        assert not outcome.fault
        if number % 10:
            assert outcome.case == f"case-{number}"
            assert outcome.assessment is not None
            assert outcome.assessment["assume"] == job.assume
            assert outcome.assessment["policy"] == job.policy
        else:
            assert outcome.case == paths[number]
            assert outcome.error.startswith(f"{paths[number]}:")


def test_memory_of_the_parent_does_not_grow_with_the_cases() -> None:
    import tracemalloc

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in assess_many([f"case-{number}" for number in range(count)], JOB, workers=2, work=play):
            pass
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(AHEAD)
    paths = 2 * AHEAD * 120  # the list of paths itself, generously
    assert peak(4 * AHEAD) < peak(2 * AHEAD) + 2 * paths
