"""Many cases in worker processes: results come in input order, and a crash costs one case, never the batch.

Each worker holds an engine of its own and works on one case at a time, so that a crash of the C engine is known to
belong to the case in hand. That case is set aside with its error and a new worker takes over.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from sjogren.errors import ISSUES, InputError, InternalFault, SjogrenError
from sjogren.facts.casefile import read_case

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Json: TypeAlias = Any

TIME_LIMIT = 120.0
"""Seconds for one case; a case that takes milliseconds has gone wrong long before."""
STANDARD_INPUT = "-"
GRACE = 1.0
"""Seconds that an idle process has to end by itself."""
MOST_WORKERS = 8
AHEAD = 256
"""Cases that may be begun before their turn."""


class Outcome(NamedTuple):
    """One case: its assessment, or the error that set it aside (``fault``: not an error of the input)."""

    case: str
    assessment: Json | None
    error: str = ""
    fault: bool = False


class Job(NamedTuple):
    """What a worker needs to open the knowledge base and to change a case's assumptions and policies."""

    rules: Path | None
    ontology: Path | None
    assume: dict[str, str]
    policy: dict[str, str]


def assess_one(knowledge_base: Any, path: str, job: Job) -> Outcome:
    """Assess one file (``-``: standard input).

    Raises `InputError` for an invalid one and `InternalFault` when no answer can be given.
    """
    if path == STANDARD_INPUT:
        case = read_case(sys.stdin.buffer.read(), knowledge_base.vocabulary, "<standard input>")
    else:
        case = knowledge_base.read(path)
    case = case._replace(assume={**case.assume, **job.assume}, policy={**case.policy, **job.policy})
    return Outcome(case.id, knowledge_base.assess(case).data)


def _outcome(knowledge_base: Any, path: str, job: Job) -> Outcome:
    """As `assess_one`, with every error as a part of the outcome."""
    try:
        return assess_one(knowledge_base, path, job)
    except InputError as error:
        return Outcome(path, None, str(error))
    except SjogrenError as error:
        return Outcome(path, None, f"{path}: {error}", fault=True)
    except Exception as error:  # noqa: BLE001  # a bug that one case meets must not take the others down
        return _set_aside(path, f"{type(error).__name__}: {error}")


def work(pipe: Connection, job: Job) -> None:
    """The life of a worker: open once, then one path in, one outcome out, until the pipe closes."""
    from sjogren.assess.knowledge_base import open_knowledge_base

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which stops its workers
    knowledge_base = open_knowledge_base(job.rules, job.ontology)
    gc.freeze()  # what is open stays open: the collector need not walk through it again and again
    pipe.send(None)
    while True:
        try:
            path = pipe.recv()
        except EOFError:
            return
        pipe.send(_outcome(knowledge_base, path, job))


class _Worker:
    """One process, the pipe to it, the case that it has in hand, and since when."""

    def __init__(self, job: Job, target: Callable[[Connection, Job], None]) -> None:
        from multiprocessing import get_context  # not for the one case of a common call: it loads sockets

        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=target, args=(theirs, job), daemon=True)
        self.process.start()
        theirs.close()
        self.ready = False
        self.index: int | None = None
        self.since = monotonic()

    @property
    def busy(self) -> bool:
        """Whether something is expected of it: to open, or to answer."""
        return not self.ready or self.index is not None

    def give(self, index: int, path: str) -> None:
        """Hand over a case."""
        self.index, self.since = index, monotonic()
        with suppress(OSError):  # a process that has just ended is found out by its pipe, as any other
            self.pipe.send(path)

    def stop(self) -> int | None:
        """End the process, at once if it is at work; gives its exit code."""
        self.pipe.close()
        if self.busy and self.process.is_alive():
            self.process.kill()
        self.process.join(GRACE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        return self.process.exitcode


def assess_many(
    paths: Sequence[str],
    job: Job,
    *,
    workers: int = 0,
    work: Callable[[Connection, Job], None] = work,
    time_limit: float = TIME_LIMIT,
) -> Iterator[Outcome]:
    """Assess many files in processes, yielding outcomes in the order of ``paths``.

    ``workers`` is the number of processes (0: one a core), ``time_limit`` the seconds after which a case is set aside.
    At most `AHEAD` cases are begun before their turn, so that a slow one does not let the others pile up in memory.
    """
    count = max(1, min(workers or os.cpu_count() or 1, MOST_WORKERS, len(paths)))
    pool = [_Worker(job, work) for _ in range(count)]
    done: dict[int, Outcome] = {}
    begun = yielded = 0
    try:
        while yielded < len(paths):
            for place, outcome in _news(pool, time_limit):
                worker = pool[place]
                if isinstance(outcome, str):
                    why = outcome.format(code=worker.stop())
                    if not worker.ready:
                        raise InternalFault(f"a worker process could not start: {why}")
                    pool[place] = _Worker(job, work)
                    if worker.index is not None:
                        done[worker.index] = _set_aside(paths[worker.index], why)
                    continue
                if outcome is not None and worker.index is not None:
                    done[worker.index] = outcome
                worker.ready, worker.index = True, None
            while yielded in done:
                yield done.pop(yielded)
                yielded += 1
            for worker in pool:
                if not worker.busy and begun < min(len(paths), yielded + AHEAD):
                    worker.give(begun, paths[begun])
                    begun += 1
    finally:
        for worker in pool:
            worker.stop()


def _news(pool: list[_Worker], time_limit: float) -> Iterator[tuple[int, Outcome | str | None]]:
    """What came from which worker: an outcome, None (it has opened), or why no more will come from it."""
    from multiprocessing import connection

    expected = [worker.since + time_limit for worker in pool if worker.busy]
    came = connection.wait([worker.pipe for worker in pool], timeout=max(0.0, min(expected) - monotonic()))
    for place, worker in enumerate(pool):
        if worker.pipe in came:
            try:
                yield place, worker.pipe.recv()
            except (EOFError, OSError):
                worker.process.join(GRACE)  # so that its own exit code is told, not that of being ended
                yield place, "the process ended with code {code}"
        elif worker.busy and monotonic() > worker.since + time_limit:
            yield place, f"no answer within {time_limit:g} s"


def _set_aside(path: str, why: str) -> Outcome:
    return Outcome(path, None, f"{path}: internal fault: {why}; the case was set aside, please {ISSUES}", fault=True)
