"""Generated rule sets: engine and reference agree on every construct, and both are exact."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.properties import oracle, programs
from tests.properties.programs import CHOICES, VOCABULARY

from sjogren.engine.driver import DurableEngine
from sjogren.engine.knowledge import Inputs, Known
from sjogren.engine.reference import Reference, disagreements
from sjogren.errors import KnowledgeError
from sjogren.model.rule import RuleSet
from sjogren.program.compile import compile_program
from sjogren.program.ir import Program
from sjogren.program.outline import order

MEANINGLESS = {"K220", "K225", "K226"}
"""What a random rule set may rightly be refused for: too large a grid, or a condition that no fact can change."""
MOST_COMPLETIONS = 1500


def compiled(rules: RuleSet) -> Program:
    """The program, or a discarded example where the rules rightly are refused."""
    try:
        return compile_program(rules, VOCABULARY, "0", "sha256:0")
    except KnowledgeError as error:
        unexpected = [finding for finding in error.findings if finding.code not in MEANINGLESS]
        assert unexpected == []
        assume(False)
        raise


@contextmanager
def engines(rules: RuleSet) -> Iterator[tuple[DurableEngine, Reference]]:
    engine = DurableEngine(compiled(rules))
    try:
        yield engine, Reference(rules.rules, order(rules.rules, []), VOCABULARY)
    finally:
        engine.close()


@given(programs.rule_files(), st.lists(programs.inputs(), min_size=2, max_size=5))
def test_engine_and_reference_agree(files: dict[str, str], patients: list[Inputs]) -> None:
    with engines(programs.read(files)) as (engine, reference):
        for patient in patients:
            assert disagreements(engine.run(patient), reference.run(patient)) == []


@given(programs.rule_files(), programs.inputs(), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_changes_nothing(files: dict[str, str], patient: Inputs, random: Any) -> None:
    with engines(programs.read(files)) as (engine, _):
        first = engine.run(patient)
        keys = list(patient)
        random.shuffle(keys)
        again = engine.run({key: patient[key] for key in keys})

        assert (first.truth, first.spans) == (again.truth, again.spans)


@given(
    programs.rule_files(),
    programs.inputs(certain=True),
    st.sampled_from(sorted(CHOICES)),
    st.randoms(use_true_random=False),
)
def test_what_is_decided_stays_decided_outside_what_rests_on_absence(
    files: dict[str, str], patient: Inputs, key: str, random: Any
) -> None:
    rules = programs.read(files)
    with engines(rules) as (engine, _):
        less = {name: known for name, known in patient.items() if name != key}
        more = {**less, key: random.choice([known for known in CHOICES[key] if not known.qualitative])}
        before, after = engine.run(less), engine.run(more)
        absent = set(engine.program.rests_on_absence)
        stated = {rule.id for rule in rules.rules.values() if rule.stated or rule.alternatives}
        free = {
            node.key for node in engine.program.nodes if "#" not in node.key and "~" not in node.key
            and not resting(rules, node.rule) & (absent | stated)
        }  # fmt: skip

        flipped = {
            node: (word, after.truth.get(node))
            for node, word in before.truth.items()
            if node in free and after.truth.get(node) != word
        }
        assert flipped == {
            node: pair for node, pair in flipped.items() if node.endswith(("=not_met", "=entry_not_met"))
        }


def resting(rules: RuleSet, name: str) -> set[str]:
    """A rule and all those that it reads, directly or through others."""
    from sjogren.program.outline import dependencies

    found, waiting = {name}, [name]
    while waiting:
        for subject in dependencies(rules.rules[waiting.pop()]):
            if subject.kind == "rule" and subject.name not in found:
                found.add(subject.name)
                waiting.append(subject.name)
    return found


@given(programs.rule_files(exact_only=True), programs.inputs(certain=True), st.randoms(use_true_random=False))
def test_an_answer_is_given_exactly_when_every_completion_gives_it(
    files: dict[str, str], patient: Mapping[str, Known], random: Any
) -> None:
    with engines(programs.read(files)) as (engine, _):
        for text in files.values():
            rule = json.loads(re.sub(r'("(?:at_least|at_most|above|below)": )(-?[\d.]+)', r'\1"\2"', text))
            known, open_ = narrowed(rule, patient, random)
            answers = {oracle.answer(rule, completion, VOCABULARY) for completion in oracle.completions(known, open_)}

            assert told(rule, engine.run(known).truth) == expected(rule, answers)


def narrowed(
    rule: Mapping[str, Any], patient: Mapping[str, Known], random: Any
) -> tuple[dict[str, Known], dict[str, list[Known]]]:
    """The patient, and the open inputs of a rule with their values; inputs beyond what can be tried are made known."""
    known, open_, size = dict(patient), {}, 1
    keys = sorted({key for condition in oracle.conditions(rule) for key in oracle.reads(condition, VOCABULARY)})
    for key in keys:
        if key not in known:
            values = [value for value in CHOICES[key] if not value.qualitative]
            if size * len(values) > MOST_COMPLETIONS:
                known[key] = random.choice(values)
            else:
                open_[key] = values
                size *= len(values)
    return known, open_


def expected(rule: Mapping[str, Any], answers: set[tuple[Any, Any]]) -> dict[str, str]:
    """The statements of a rule that hold, or cannot hold, whichever of these answers it is."""
    if rule["type"] == "Finding":
        claims = {rule["id"]: [low for low, _ in answers]}
    elif rule["type"] == "Selection":
        claims = {
            f"{rule['id']}={case['value']}": [case["value"] in low for low, _ in answers] for case in rule["select"]
        }
    elif rule["type"] == "Table":
        words = {*(case["value"] for case in rule["cases"]), rule["otherwise"]}
        claims = {f"{rule['id']}={word}": [low == word for low, _ in answers] for word in words}
    else:
        return _levels(rule, answers)
    return {key: "T" if all(found) else "F" for key, found in claims.items() if len(set(found)) == 1}


def _levels(rule: Mapping[str, Any], answers: set[tuple[Any, Any]]) -> dict[str, str]:
    levels = rule["levels"]
    low = min(levels.index(low) for low, _ in answers)
    high = max(levels.index(high) for _, high in answers)
    found = {f"{rule['id']}>={levels[rank]}": "T" for rank in range(1, low + 1)}
    return found | {f"{rule['id']}>={levels[rank]}": "F" for rank in range(high + 1, len(levels))}


def told(rule: Mapping[str, Any], truth: Mapping[str, str]) -> dict[str, str]:
    """What the engine said of a rule."""
    name = rule["id"]
    own = {key for key in truth if key == name or key.startswith((f"{name}=", f"{name}>="))}
    return {key: truth[key] for key in own if "#" not in key and "~" not in key}
