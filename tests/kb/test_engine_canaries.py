"""What durable-rules 2.0.28 does wrong outside the safe idiom, and that none of it can reach an assessment.

Each canary is a small program against the engine room. What could crash or hang runs in a process of its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import durable_rules_engine
import pytest

import sjogren
from sjogren.engine import durable
from sjogren.engine.driver import DurableEngine
from sjogren.engine.durable import EngineError, RuleSet
from sjogren.engine.knowledge import Known, Span
from sjogren.program.ir import Addend, Aggregate, Clause, Input, Literal, Node, Program
from sjogren.program.ir import Boundary as Cut


def when(head: str, *body: Literal, truth: str = "T") -> Clause:
    return Clause(head, truth, body, "r", "when")


A = when("met", Literal("t", "a", "T"))


def rules_of(*clauses: Clause) -> RuleSet:
    """Clauses, numbered and compiled."""
    return RuleSet(dict(enumerate(clauses)))


def derived(rules: RuleSet, **facts: Known | str) -> dict[str, str]:
    """The truths that follow from facts."""
    return dict(rules.derive(facts.items())[0])


@pytest.fixture
def rules() -> Iterator[RuleSet]:
    made = rules_of(A)
    yield made
    made.close()


def alone(code: str) -> str:
    """The output of a program in a process of its own; a crash or a hang fails the test."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_a_case_without_any_fact_does_not_crash() -> None:
    """H74, H09: an empty batch, or deleting a state in which nothing fired, ends the process."""
    case = "{'id': 'empty', 'age': 50, 'facts': {}}"
    run = f"kb = sjogren.open()\nfor _ in range(50): result = kb.assess({case})"
    code = f"import sjogren\n{run}\nprint(result.verdict('acr-eular-2016'))"

    assert alone(code) == "undetermined"


def test_nothing_known(rules: RuleSet) -> None:
    assert [derived(rules) for _ in range(3)] == [{}, {}, {}]


@pytest.mark.parametrize("text", ["0.00001", "0.000000001", "1e-05", "1234567.000001"])
def test_small_and_long_numbers_are_not_lost(text: str) -> None:
    """H01, H02: a number that durable-rules cannot read silently ends the batch."""
    value = Fraction(text)
    clauses = [
        when("below", Literal("n", "b", high=Cut(value, 0))),
        when("at", Literal("n", "b", low=Cut(value, 0))),
        A,
    ]
    engine = rules_of(*clauses)
    for number, said in ((value, "at"), (value - Fraction(1, 10**12), "below")):
        assert derived(engine, b=Known(low=number, high=number), a="T") == {said: "T", "met": "T"}
    engine.close()


@pytest.mark.parametrize("number", ["-2", "-9/8", "-1", "-1/3", "0", "1/3", "1", "9/8", "2"])
def test_numbers_of_either_sign_fall_on_their_side_of_a_threshold(number: str) -> None:
    value = Fraction(number)
    cuts = [Fraction(cut) for cut in (-2, -1, 0, 1, 2)]
    clauses = [when(f"above {cut}", Literal("n", "b", low=Cut(cut, 1))) for cut in cuts]
    engine = rules_of(*clauses)

    assert set(derived(engine, b=Known(low=value, high=value))) == {f"above {cut}" for cut in cuts if value > cut}
    engine.close()


def test_a_number_too_large_to_compare_exactly_is_refused() -> None:
    """H76: whole numbers beyond 2**53 compare wrongly."""
    big = rules_of(when("met", Literal("n", "b", low=Cut(Fraction(1), 0))))
    with pytest.raises(EngineError, match="too large"):
        derived(big, b=Known(low=Fraction(2**60), high=Fraction(2**60)))

    assert derived(big, b=Known(low=Fraction(2), high=Fraction(2))) == {"met": "T"}
    big.close()


def test_the_limit_of_live_states_is_never_met(rules: RuleSet) -> None:
    """H06: the 1,025th live state ends the process."""
    for number in range(1100):
        known = {"a": "T"} if number % 2 else {}
        assert derived(rules, **known) == ({"met": "T"} if known else {})


def test_no_case_leaks_into_the_next(rules: RuleSet) -> None:
    """H05: two session identifiers of one hash share a state; here there is one, and it is deleted."""
    assert derived(rules, a="T") == {"met": "T"}
    assert derived(rules, a="F") == {}


def test_fact_identifiers_do_not_collide() -> None:
    """H04: an identifier is a 32-bit hash, and a colliding fact is dropped; so many facts of one case are all seen."""
    keys = [f"k{number}" for number in range(1000)]
    clauses = [when(f"seen {key}", Literal("t", key, "T")) for key in keys]
    engine = rules_of(*clauses)

    assert len(derived(engine, **dict.fromkeys(keys, "T"))) == len(keys)
    engine.close()


@pytest.mark.parametrize(
    "code",
    ["it's", 'the "best"', "back\\slash", "tab\tnew\nline", "Sjögren’s", "日本語", "é", "a" * 150, "{}", "[", ""],
)
def test_codes_are_compared_as_they_are(code: str) -> None:
    """H28: strings are compared as escaped text."""
    clauses = [
        when("is", Literal("s", "c", "is", (code or "x",))),
        when("not", Literal("s", "c", "not", (code or "x",))),
    ]
    engine = rules_of(*clauses)

    assert derived(engine, c=Known(code=code or "x")) == {"is": "T"}
    assert derived(engine, c=Known(code=f"{code}!")) == {"not": "T"}
    engine.close()


class Lossy:
    """The C module, except that a batch loses what stands at one place."""

    def __init__(self, core: Any, lost: str) -> None:
        self.core, self.lost = core, lost

    def __getattr__(self, name: str) -> Any:
        return getattr(self.core, name)

    def assert_facts(self, handle: int, text: str) -> Any:
        first, *middle, last = text[1:-1].split("},{")
        kept = {"begin": ["{" + "},{".join([*middle, last])], "end": ["},{".join([first, *middle]) + "}"]}[self.lost]
        return self.core.assert_facts(handle, f"[{kept[0]}]")


@pytest.mark.parametrize("lost", ["begin", "end"])
def test_a_batch_that_is_not_taken_in_whole_is_refused(
    rules: RuleSet, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """H01: the engine says that all went well while the rest of a batch is lost."""
    with monkeypatch.context() as patch:
        patch.setattr(durable, "core", Lossy(durable_rules_engine, lost))
        with pytest.raises(EngineError, match="not taken in"):
            derived(rules, a="T")

    assert derived(rules, a="T") == {"met": "T"}


def test_a_contradiction_is_refused_and_the_state_deleted() -> None:
    """H64 to H66: a state left behind by an exception makes later cases silently do nothing."""
    engine = rules_of(A, when("met", Literal("t", "a", "T"), truth="F"))
    for _ in range(5):
        with pytest.raises(EngineError, match="both true and false"):
            derived(engine, a="T")
        assert derived(engine, a="F") == {}
    engine.close()


def test_no_thread_is_started(kb: sjogren.KnowledgeBase) -> None:
    """H07, H08, H24: the Python layer of durable-rules starts threads that touch freed states."""
    before = threading.active_count()
    kb.assess({"id": "one", "age": 50, "facts": {"anti_ssa_ro": True}})

    assert threading.active_count() == before
    assert "durable" not in sys.modules


def premises(count: int) -> list[Clause]:
    return [when(f"h{index}", Literal("t", "a", "T"), Literal("t", f"k{index}", "T")) for index in range(count)]


TOO_LARGE = {
    "rules": [when(f"h{index}", Literal("t", f"k{index}", "T")) for index in range(durable.MAX_RULES)],
    "uses of one premise": premises(durable.MAX_USES),
    "tests of one key": [
        when(f"h{n}", Literal("n", "b", low=Cut(Fraction(n), 0))) for n in range(durable.MAX_SIBLINGS)
    ],
    "no premise": [when("met")],
    "a premise twice": [when("met", Literal("t", "a", "T"), Literal("t", "a", "T"))],
}


@pytest.mark.parametrize("clauses", TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_program_beyond_the_limits_is_refused(clauses: list[Clause]) -> None:
    """H16 to H18, H20: beyond its limits the engine loses facts, hangs or crashes, without saying so."""
    with pytest.raises(EngineError):
        rules_of(*clauses)


def test_the_largest_programs_within_the_limits_run() -> None:
    clauses = [*premises(durable.MAX_USES - 1), *TOO_LARGE["tests of one key"][1:]]
    engine = rules_of(*clauses)
    known = {f"k{number}": "T" for number in range(durable.MAX_USES - 1)}

    assert len(derived(engine, a="T", b=Known(low=Fraction(1000), high=Fraction(1000)), **known)) == len(
        {clause.head for clause in clauses}
    )
    engine.close()


def test_memory_stays_flat_over_some_thousand_cases(rules: RuleSet) -> None:
    def run(count: int) -> int:
        for number in range(count):
            derived(rules, a="TF"[number % 2])
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    warm = run(1000)
    assert run(8000) - warm < 4096, "more than 4 MiB for eight thousand cases"


def test_aggregates_are_open_where_an_end_is_open() -> None:
    number = Addend("number", "b", Fraction(-2), minimum=Fraction(0))
    total = Aggregate("sum", "r", "sum", (number,), "", "sum_of")
    clause = when("low", Literal("n", "sum", high=Cut(Fraction(0), 1)))
    node = Node("low", "r", "result", "met", "result", "not_met")
    strata = ((("sum",), ((0,),)),)
    program = Program(
        "0", "sha256:0", (Input("b", "b", "", "number"),), (node,), (clause,), (total,), strata, (), (), ()
    )
    engine = DurableEngine(program)

    assert engine.run({}).spans["sum"] == Span(None, Fraction(0))
    assert engine.run({}).truth == {"low": "T"}
    engine.close()
