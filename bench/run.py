"""How long one case takes, warm and cold, and whether memory stays flat: ``make bench``.

Every figure is of this machine at this moment; the load that is printed above the table says how quiet it was. Nothing
here passes or fails: the aims stand beside the figures.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any

import sjogren
from sjogren.advice import advise
from sjogren.assess.assessor import Assessor
from sjogren.assess.inputs import see
from sjogren.assess.workers import Job, assess_many
from sjogren.engine.reference import disagreements
from sjogren.errors import InputError
from sjogren.facts.resolve import resolve
from sjogren.model.case import Case
from sjogren.proof.printed import Bound

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.cases import cases, draw, registry, seeded  # (a script's own folder is on the path, its parent is not)
from bench.questions import PATIENCE, questions
from bench.reports import reports

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "moutsopoulos-2014-1.yaml"
VARIED = 1000
WARMING = 50
COLD_RUNS = 15
MS = 1000.0


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=100_000, help="cases of the memory run (default: 100000)")
    count = options.parse_args().cases
    kb = sjogren.open()
    print(f"sjogren-kb {sjogren.__version__}, {len(kb.rules)} rules, {len(kb.knowledge.program.clauses)} clauses")
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, {_load()}")
    print(f"{'':<58}{'median':>10}{'p99':>10}   aim")
    _row(*_again(kb))
    _row(*_first_advice(kb))
    varied = list(cases(kb, VARIED))
    for title, drawn in (("registry visits", list(registry(kb, VARIED))), ("any facts at random", varied)):
        print(f"warm, {title}, processor time")
        for name, times, aim in _warm(kb, drawn):
            _row(name, f"{median(times) * MS:.2f} ms", f"{quantiles(times, n=100)[-1] * MS:.2f} ms", aim)
    print("whole processes, and memory")
    for name, text, aim in _cold():
        _row(name, text, "", aim)
    print("named questions, whole processes, and beside a plain rdflib script that asks the same")
    for name, text, ratio in _questions():
        _row(name, text, ratio, "≤ 1 s")
    print("reports, warm, processor time, and their size")
    for name, text, size, aim in reports(kb):
        _row(name, text, size, aim)
    _row(f"{VARIED} cases in worker processes", f"{_workers(kb):.0f}/s", "", "")
    _memory(kb, count)
    print(_load())


def _row(name: str, middle: str, high: str, aim: str) -> None:
    print(f"{name:<58}{middle:>10}{high:>10}   {aim}", flush=True)


def _load() -> str:
    return "load " + " ".join(f"{each:.2f}" for each in os.getloadavg())


# -- warm


def _again(kb: sjogren.KnowledgeBase) -> tuple[str, str, str, str]:
    """One published case again and again: all that can be kept for patients who look alike is kept."""
    fresh, case = sjogren.KnowledgeBase(kb.knowledge), kb.read(EXAMPLE)
    fresh.assess(case)
    times = _each(fresh.assess, [case] * VARIED)
    name = "warm, one case again and again, processor time"
    return name, f"{median(times) * MS:.2f} ms", f"{quantiles(times, n=100)[-1] * MS:.2f} ms", ""


def _first_advice(kb: sjogren.KnowledgeBase) -> tuple[str, str, str, str]:
    """The first advice of a process, which makes the fields that the others use."""
    (time,) = _each(partial(advise, sjogren.KnowledgeBase(kb.knowledge)), [kb.read(EXAMPLE)])
    return "first minimal sets and next tests of a process, processor time", f"{time * MS:.0f} ms", "", ""


def _warm(kb: sjogren.KnowledgeBase, varied: Sequence[Case]) -> Iterator[tuple[str, list[float], str]]:
    """Each case once, after some others: what is kept for patients who look alike helps as much as it does in use."""
    warming, measured = varied[:WARMING], varied[WARMING:]
    fresh = sjogren.KnowledgeBase(kb.knowledge)
    assessed = [fresh.assess(case).data for case in warming]
    gc.freeze()  # as a worker does
    yield "one case, with justification and reference check", _each(fresh.assess, measured), "≤ 2 ms, never > 5 ms"
    split = Assessor(kb.knowledge)
    for case in warming:
        split.assess(case)
    gc.disable()  # as the front door does during a case
    parts = [_parts(kb, split, case) for case in measured]
    gc.enable()
    names = ("choosing values", "engine", "reference evaluator and comparison", "proof: skeleton, sentences, digests")
    for name, times in zip(names, zip(*parts, strict=True), strict=True):
        yield f"  of it: {name}", list(times), ""
    yield "besides: its JSON text", _each(lambda data: json.dumps(data, ensure_ascii=False), assessed), ""
    yield "besides: the independent checker (sjd verify)", _each(kb.verify, assessed), ""
    for case in warming:  # every assumption makes its own fields, once in a process
        advise(kb, case)
    yield "besides: minimal sets and next tests", _each(partial(advise, kb), measured), "p99 ≤ 50 ms"


def _parts(kb: sjogren.KnowledgeBase, assessor: Assessor, case: Case) -> tuple[float, float, float, float]:
    """The seconds of each part of one assessment, in the order in which an assessment runs them."""
    start = process_time()
    resolved = resolve(case, 0, kb.vocabulary)
    seen = see(case, resolved, kb.vocabulary)
    chosen = process_time()
    result = assessor.engine.run(seen.inputs)
    derived = process_time()
    disagreements(result, assessor.reference.run(seen.inputs))
    checked = process_time()
    skeleton = assessor.prover.skeleton(result, seen.inputs)
    bound = Bound(seen.inputs, seen.origins, result, 0, resolved.chosen, resolved.unused, case.policy)
    assessor.binder.graph(skeleton, bound)
    return chosen - start, derived - chosen, checked - derived, process_time() - checked


def _each(work: Callable[[Any], object], over: Sequence[Any]) -> list[float]:
    times = []
    for one in over:
        start = process_time()
        work(one)
        times.append(process_time() - start)
    return times


# -- cold: whole processes, turn by turn with a bare one


def _cold() -> Iterator[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**_as_installed(), "XDG_CACHE_HOME": folder}
        assess = [sys.executable, "-m", "sjogren", "assess", str(EXAMPLE)]
        first = _process(assess, environment)
        yield "first sjd assess CASE, empty cache (compiles)", f"{first * MS:.0f} ms", ""
        yield _ratio("sjd assess CASE", assess, "import click, yaml", "≤ 4 ×", environment)
        yield _ratio("sjd --help", [sys.executable, "-m", "sjogren", "--help"], "import click", "≤ 1.5 ×", environment)


def _ratio(name: str, command: list[str], bare: str, aim: str, environment: dict[str, str]) -> tuple[str, str, str]:
    ours, theirs = [], []
    for _ in range(COLD_RUNS):
        theirs.append(_process([sys.executable, "-c", bare], environment))
        ours.append(_process(command, environment))
    middle, base = median(ours), median(theirs)
    return f"{name}, {middle / base:.1f} × python -c '{bare}' ({base * MS:.0f} ms)", f"{middle * MS:.0f} ms", aim


def _as_installed() -> dict[str, str]:
    """The environment without the switch that keeps Python from writing bytecode, which an installed package has."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _process(command: list[str], environment: dict[str, str], patience: float | None = None) -> float:
    start = perf_counter()
    subprocess.run(
        command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=patience
    )
    return perf_counter() - start


def _questions() -> Iterator[tuple[str, str, str]]:
    """Each named question: its time, and its ratio to a plain rdflib script on the same triples."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**_as_installed(), "XDG_CACHE_HOME": folder}
        for name, ours, theirs in questions(Path(folder), environment, _process):
            ratio = f"{ours / theirs:.2f} ×" if theirs else f"< {ours / PATIENCE:.2f} ×"
            yield f"sjd ask {name}", f"{ours * MS:.0f} ms", ratio


# -- many cases


def _workers(kb: sjogren.KnowledgeBase) -> float:
    """Cases a second through worker processes, their start included."""
    with tempfile.TemporaryDirectory() as folder:
        paths: list[str] = []
        source = seeded()
        while len(paths) < VARIED:
            data = draw(kb, source, f"bench-{len(paths)}")
            try:
                kb.read(data)
            except InputError:
                continue
            paths.append(str(Path(folder) / f"{len(paths)}.json"))
            Path(paths[-1]).write_text(json.dumps(data), encoding="utf-8")
        start = perf_counter()
        faults = [outcome for outcome in assess_many(paths, Job(None, None, {}, {})) if outcome.assessment is None]
        if faults:
            raise SystemExit(f"{len(faults)} cases were set aside: {faults[0].error}")
        return VARIED / (perf_counter() - start)


def _memory(kb: sjogren.KnowledgeBase, count: int) -> None:
    """Resident memory while ``count`` different cases go through one engine."""
    assessor = Assessor(kb.knowledge)
    marks: list[tuple[int, float]] = []
    step = max(1, count // 10)
    start = perf_counter()
    for done, case in enumerate(cases(kb, count), 1):
        assessor.assess(case)
        if done % step == 0:
            marks.append((done, _resident()))
            if sys.stderr.isatty():
                print(f"\r  {done} of {count} cases", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
    rate = count / (perf_counter() - start)
    sizes = [size for _, size in marks]
    _row(f"memory over {count} cases, read and assessed ({rate:.0f}/s)", f"{sizes[-1]:.0f} MB", "", "flat ± 10 MB")
    course = ", ".join(f"{done}: {size:.1f}" for done, size in marks)
    print(f"  {course} MB; spread {max(sizes) - min(sizes):.1f} MB")


def _resident() -> float:
    """Resident set size in MB."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:  # no /proc: the highest so far is all that can be known
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
