"""Many cases in worker processes: results come in input order, and a crash costs one case, never the batch.

Each worker holds an engine of its own and works on one case at a time, so that a crash of the C engine is known to
belong to the case in hand. That case is set aside with its error and a new worker takes over.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from sjogren.errors import InputError, SjogrenError

Json: TypeAlias = Any

TIME_LIMIT = 120.0
"""Seconds for one case; a case that takes milliseconds has gone wrong long before."""
MOST_WORKERS = 8


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


def assess_file(knowledge_base: Any, path: str, job: Job) -> Outcome:
    """Assess one file; an error of the input or of the engine becomes part of the outcome."""
    name = path
    try:
        case = knowledge_base.read(path)
        name = case.id
        case = case._replace(assume={**case.assume, **job.assume}, policy={**case.policy, **job.policy})
        return Outcome(case.id, knowledge_base.assess(case).data)
    except InputError as error:
        return Outcome(name, None, str(error))
    except SjogrenError as error:
        return Outcome(name, None, str(error), fault=True)


def _work(pipe: Connection, job: Job) -> None:
    """The life of a worker: open once, then one path in, one outcome out, until the pipe closes."""
    from sjogren.assess.knowledge_base import open_knowledge_base

    knowledge_base = open_knowledge_base(job.rules, job.ontology)
    pipe.send(None)
    while True:
        try:
            path = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        pipe.send(assess_file(knowledge_base, path, job))


class _Worker:
    """One process, the pipe to it, and the case that it has in hand."""

    def __init__(self, job: Job, work: Callable[[Connection, Job], None]) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs, job), daemon=True)
        self.process.start()
        theirs.close()
        self.ready = False
        self.index: int | None = None

    def give(self, index: int, path: str) -> None:
        self.index = index
        self.pipe.send(path)

    def stop(self) -> None:
        self.pipe.close()
        self.process.join(1)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def assess_many(
    paths: Sequence[str],
    job: Job,
    *,
    workers: int = 0,
    work: Callable[[Connection, Job], None] = _work,
    time_limit: float = TIME_LIMIT,
) -> Iterator[Outcome]:
    """Assess many files in processes, yielding outcomes in the order of ``paths``."""
    count = max(1, min(workers or os.cpu_count() or 1, MOST_WORKERS, len(paths)))
    pool = [_Worker(job, work) for _ in range(count)]
    waiting = iter(enumerate(paths))
    done: dict[int, Outcome] = {}
    following = 0
    try:
        while following < len(paths):
            for position, outcome in _turn(pool, waiting, paths, time_limit):
                done[position] = outcome
            for index, worker in enumerate(pool):
                if not worker.process.is_alive() and worker.index is None:
                    worker.stop()
                    pool[index] = _Worker(job, work)
            while following in done:
                yield done.pop(following)
                following += 1
    finally:
        for worker in pool:
            worker.stop()


def _turn(
    pool: list[_Worker], waiting: Iterator[tuple[int, str]], paths: Sequence[str], time_limit: float
) -> Iterable[tuple[int, Outcome]]:
    """Wait for news from any worker, take it in, and hand out the next cases."""
    by_pipe = {worker.pipe: worker for worker in pool}
    found: list[tuple[int, Outcome]] = []
    news = connection.wait(list(by_pipe), timeout=time_limit)
    if not news:
        for worker in pool:
            if worker.index is not None:
                worker.process.kill()
                found.append(_set_aside(worker, paths, f"no answer within {time_limit:.0f} s"))
    for pipe in news:
        worker = by_pipe[pipe]  # type: ignore[index]  # wait() gives back the very pipes it was given
        try:
            outcome = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(1)
            if worker.index is None:
                raise SjogrenError(f"a worker process ended before its first case (code {worker.process.exitcode})") from None
            found.append(_set_aside(worker, paths, f"the engine's process ended (code {worker.process.exitcode})"))
            continue
        if worker.index is None:
            worker.ready = True
        else:
            found.append((worker.index, outcome))
            worker.index = None
        following = next(waiting, None)
        if following is not None:
            worker.give(*following)
    return found


def _set_aside(worker: _Worker, paths: Sequence[str], why: str) -> tuple[int, Outcome]:
    assert worker.index is not None
    index, worker.index = worker.index, None
    name = paths[index]
    return index, Outcome(name, None, f"{name}: {why}; the case was set aside and the others went on", fault=True)
