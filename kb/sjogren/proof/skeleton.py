"""Which steps lead to an answer, apart from any patient's values.

What a step rests on is the same for everybody, so every step is written once for the program; which steps a patient's
proof has, and in which order, is one walk back from what is printed. Binding the patient's values to them
(`sjogren.proof.graph`) gives the justification.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from sjogren.engine.knowledge import Inputs, Result
from sjogren.model.rule import RESPONSES, Mark, Rule, Test
from sjogren.program.ir import FALSE, TRUE, UNKNOWN, Clause, Conclusion, Literal, Program, Shown
from sjogren.proof.lacks import Lacks

_NUMBERS = count()


class Step:
    """One step that a proof of the program can have; the same for every patient.

    kind
        ``input`` (a recorded value, an assumption or a policy), ``missing``, ``fires`` (a clause), ``undecided``
        (neither true nor false), ``taken`` (an undecided or missing thing that a rule reads as an assumption), ``adds``
        (an aggregate), ``reports`` (one printed key of a conclusion), ``raises`` (a flag).
    key, word
        the input, node or aggregate and its truth; for ``reports`` the rule and the printed key.
    clause
        index of the clause that fired; for ``reports`` of the conclusion's shown key; else -1.
    rests_on
        keys of the inputs, nodes, aggregates and readings that it rests on, where they are the same for everybody;
        for ``reports`` those of which some are chosen for each patient, for ``adds`` none.
    detail
        for ``input`` and ``missing`` the fact and its side; for ``taken`` the rule, its clause and its reason; for
        ``raises`` the rule.
    name
        short and different for every step.
    """

    __slots__ = ("clause", "detail", "key", "kind", "name", "rests_on", "word")

    def __init__(
        self,
        kind: str,
        key: str,
        word: str = "",
        clause: int = -1,
        rests_on: tuple[str, ...] = (),
        detail: tuple[str, ...] = (),
    ) -> None:
        self.kind, self.key, self.word, self.clause = kind, key, word, clause
        self.rests_on, self.detail = rests_on, detail
        self.name = f"{next(_NUMBERS)}:"


class Skeleton(NamedTuple):
    """Steps in order, each with the places of the earlier steps it rests on."""

    steps: list[Step]
    premises: list[list[int]]
    reports: Mapping[tuple[str, str], int]
    """For each conclusion and key the place of the step that concludes it."""
    flags: Mapping[str, int]
    lacking: Mapping[int, tuple[str, ...]]
    """For the place of each step that reports what is lacking: the keys of those inputs."""


class Prover:
    """Finds skeletons for one program."""

    def __init__(self, program: Program, rules: Mapping[str, Rule]) -> None:
        self.program, self.rules = program, rules
        self.nodes = {node.key: node for node in program.nodes}
        self.aggregates = {aggregate.key: aggregate for aggregate in program.aggregates}
        self.by_head: dict[str, list[Clause]] = {}
        for clause in program.clauses:
            self.by_head.setdefault(clause.head, []).append(clause)
        self.chained = {clause.head: clause.body for clause in program.clauses if CHAINED.search(clause.head)}
        self.lacks = Lacks(program, rules, self.by_head, self.aggregates)
        self.recorded, self.missing = Given("input"), Given("missing")
        self.addends = {
            aggregate.key: [
                (addend.key, tuple(node for node, _ in addend.levels[1:]) if addend.kind == "grade" else ())
                for addend in aggregate.addends
            ]
            for aggregate in program.aggregates
        }
        self.taken: dict[str, Step] = {}
        self.undecided = Undecided(self)
        self.fired: list[Step | None] = [None] * len(program.clauses)
        self.reports = [
            [self._asked(conclusion, index, shown) for index, shown in enumerate(conclusion.shown)]
            for conclusion in program.conclusions
        ]
        self.raised = [(flag, node, Step("raises", flag, TRUE, -1, (node,), (node,))) for flag, node in program.flags]

    def reads(self, node: str) -> tuple[str, ...]:
        """What the clauses of a node read, for saying why it is undecided."""
        read = [each.key for clause in self.by_head.get(node, ()) for each in self.premises(clause)]
        return tuple(dict.fromkeys(read))

    def premises(self, clause: Clause) -> Iterator[Literal]:
        """The premises of a clause as its rule has them: those of the links of a chain in place of the links."""
        for literal in clause.body:
            link = self.chained.get(literal.key)
            if link is None:
                yield literal
            else:
                yield from self.premises(clause._replace(body=link))

    def fires(self, number: int) -> Step:
        """The step of a clause that fired."""
        step = self.fired[number]
        if step is None:
            clause = self.program.clauses[number]
            rests_on = dict.fromkeys(self._rests_on(literal, clause) for literal in self.premises(clause))
            step = self.fired[number] = Step("fires", clause.head, clause.truth, number, tuple(rests_on))
        return step

    def _rests_on(self, literal: Literal, clause: Clause) -> str:
        """The key of a premise, or that of the reading through which a rule takes it while it is unknown."""
        reading = self._reading(clause) if literal.word == UNKNOWN and literal.key not in self.aggregates else ""
        if not reading:
            return literal.key
        key = f"{literal.key} taken by {clause.rule}#{clause.path}"
        detail = (clause.rule, clause.path, reading)
        self.taken.setdefault(key, Step("taken", literal.key, UNKNOWN, -1, (literal.key,), detail))
        return key

    def _reading(self, clause: Clause) -> str:
        """Why a clause may read something as unknown: the author's reason, or nothing where the language says so."""
        rule = self.rules[clause.rule]
        if rule.unreliable_if and clause.path == rule.unreliable_if.place.path:
            return rule.unreliable_if.because
        if rule.when_unknown and clause.path == rule.when_unknown.place.path:
            return rule.when_unknown.because
        return ""

    def _asked(self, conclusion: Conclusion, index: int, shown: Shown) -> Asked:
        """How one printed key is read, and the keys that it is read from."""
        rule = self.rules.get(shown.of)
        choose = "all"
        keys: tuple[str, ...] = (shown.of,)
        marks: tuple[str, ...] = ()
        if shown.how == "verdict":
            words = NOT_EVALUABLE if rule is not None and rule.kind == "Response" else VERDICTS
            choose, keys = "verdict", tuple(f"{shown.of}={word}" for word in words)
        elif shown.how == "points":
            assert rule is not None
            keys = tuple(item.rule for item in rule.items)
        elif shown.how in {"branch", "branch_count"}:
            assert rule is not None
            choose, keys = shown.how, tuple(f"{rule.id}=branch:{branch.value}" for branch in rule.branches)
        elif shown.how in {"table", "recommends"}:
            assert rule is not None
            choose = "answer"
            keys = tuple(f"{shown.of}={value}" for value in answers(rule))
            marks = tuple(mark_node(rule, mark) for mark in rule.marks) if shown.how == "recommends" else ()
        elif shown.how in {"selection", "axes", "members"}:
            assert rule is not None
            keys = tuple(f"{shown.of}={case.low}" for case in rule.cases)
        elif shown.how in {"grade", "low", "high"} and rule is not None and rule.kind == "Grade":
            choose, keys = "grade", tuple(f"{rule.id}>={level}" for level in rule.levels[1:])
        elif shown.how == "lacks":
            choose = "lacks"
        step = Step("reports", conclusion.rule, shown.key, index, tuple(dict.fromkeys(keys)))
        return Asked(step, (conclusion.rule, shown.key), choose, tuple(dict.fromkeys(marks)), shown.of)

    def skeleton(self, result: Result, inputs: Inputs) -> Skeleton:
        """The skeleton for what an engine derived from these inputs."""
        return _Search(self, result, inputs).run()


class Undecided(dict[str, "Step | None"]):
    """What stands for a key that no clause has decided, written when it is first asked for; None for an input."""

    def __init__(self, prover: Prover) -> None:
        super().__init__()
        self.prover = prover

    def __missing__(self, key: str) -> Step | None:
        prover = self.prover
        step: Step | None = prover.taken.get(key)
        if key in prover.aggregates:
            step = Step("adds", key)
        elif key in prover.nodes:
            branched = bool(prover.rules[prover.nodes[key].rule].branches)
            step = Step("undecided", key, UNKNOWN, -1, () if branched else prover.reads(key))
        self[key] = step
        return step


class Given(dict[str, Step]):
    """The steps of inputs, each written when it is first asked for."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def __missing__(self, key: str) -> Step:
        name, _, side = key.partition("@")
        step = self[key] = Step(self.kind, key, detail=(name, side))
        return step


class Asked(NamedTuple):
    """One printed key: its step, its name, how what it rests on is chosen, and the nodes of its marks."""

    step: Step
    name: tuple[str, str]
    choose: str
    marks: tuple[str, ...]
    of: str


CHAINED = re.compile(r"~[TF]\d+\.\d+$")
"""Ends the key of a link: a node of the engine's alone, where a long clause was split."""
VERDICTS = ("excluded", "entry_not_met", "not_met", "met")
"""In the order in which they are told; of an open one the last is shown."""
NOT_EVALUABLE = RESPONSES[::-1]
"""The same for response indices."""


class _Search:
    """Walks back from every printed key of one patient to the inputs."""

    def __init__(self, prover: Prover, result: Result, inputs: Inputs) -> None:
        self.prover, self.result, self.inputs = prover, result, inputs
        self.undecided, self.recorded, self.missing = prover.undecided, prover.recorded, prover.missing
        self.reasons, self.fired, self.fires = result.reasons, prover.fired, prover.fires
        self.steps: list[Step] = []
        self.premises: list[list[int]] = []
        self.made: dict[str, int] = {}

    def run(self) -> Skeleton:
        reports: dict[tuple[str, str], int] = {}
        lacking: dict[int, tuple[str, ...]] = {}
        for conclusion in self.prover.reports:
            for asked in conclusion:
                if asked.choose == "lacks":
                    lacks = self.prover.lacks.of_verdict(asked.of, self.result, self.inputs)
                    premises = [self.place(key) for key in lacks] or [reports[conclusion[0].name]]
                    lacking[len(self.steps)] = lacks
                    reports[asked.name] = self._add(asked.step, premises)
                else:
                    reports[asked.name] = self._report(asked)
        flags = {
            flag: self._add(step, [self.place(node)])
            for flag, node, step in self.prover.raised
            if self.result.truth.get(node) == TRUE
        }
        return Skeleton(self.steps, self.premises, reports, flags, lacking)

    def _add(self, step: Step, premises: list[int]) -> int:
        self.steps.append(step)
        self.premises.append(premises)
        return len(self.steps) - 1

    def place(self, key: str) -> int:
        """The place of the step that stands for a key; made, with what it rests on, when it is first asked for."""
        place = self.made.get(key)
        return self._make(key) if place is None else place

    def _make(self, key: str) -> int:
        made = self.made
        number = self.reasons.get(key)
        step = self.undecided[key] if number is None else self.fired[number] or self.fires(number)
        premises = []
        if step is None:
            step = self.recorded[key] if key in self.inputs else self.missing[key]
        else:
            for other in step.rests_on or self._bounds(step):
                place = made.get(other)
                premises.append(self._make(other) if place is None else place)
        made[key] = place = len(self.steps)
        self.steps.append(step)
        self.premises.append(premises)
        return place

    def _bounds(self, step: Step) -> Iterable[str]:
        """What bounds each addend of an aggregate, or leaves a set with branches open; no other step chooses."""
        if step.kind == "undecided":
            return self._open(step.key)
        if step.kind != "adds":
            return ()
        aggregate = self.prover.aggregates[step.key]
        if aggregate.stated and aggregate.stated in self.inputs:
            return (aggregate.stated,)
        found: list[str] = []
        for key, levels in self.prover.addends[step.key]:
            if levels:
                found += self._grade(levels)
            else:
                found.append(key)
        return dict.fromkeys(found)

    def _open(self, key: str) -> list[str]:
        """What a statement of a set with branches reads, but for the rules of branches that are not the patient's."""
        rule = self.prover.rules[self.prover.nodes[key].rule]
        passed = {
            f"{rule.id}#{branch.met_when.place.path}"
            for branch in rule.branches
            if self.result.truth.get(f"{rule.id}=branch:{branch.value}") == FALSE
        }
        return [other for other in self.prover.reads(key) if other not in passed]

    def _grade(self, nodes: Sequence[str]) -> list[str]:
        """What bounds a grade: the highest level shown, the lowest ruled out, and what is open between."""
        truth = self.result.truth
        shown = ruled_out = between = ""
        for node in nodes:
            word = truth.get(node)
            if word == TRUE:
                shown = node
            elif word == FALSE:
                ruled_out = ruled_out or node
            else:
                between = between or node
        return [node for node in (shown, ruled_out, between) if node]

    def _report(self, asked: Asked) -> int:
        """The step of a printed key."""
        keys: Sequence[str] = asked.step.rests_on
        truth = self.result.truth
        if asked.choose == "verdict":
            given = [key for key in keys if truth.get(key) == TRUE]
            if given:
                return self.place(given[0])
            keys = keys[-1:]
        elif asked.choose == "answer":
            true = [key for key in keys if truth.get(key) == TRUE]
            keys = (*true, *asked.marks) if true else [key for key in keys if truth.get(key) is None]
        elif asked.choose == "grade":
            keys = self._grade(keys)
        elif asked.choose in {"branch", "branch_count"}:
            true = [key for key in keys if truth.get(key) == TRUE]
            keys = true or [key for key in keys if truth.get(key) is None]
            if true and asked.choose == "branch_count":
                keys = (*true, true[0].replace("=branch:", "#count/"))
        return self._add(asked.step, list(dict.fromkeys([self.place(key) for key in keys])))


def answers(rule: Rule) -> list[str]:
    """The answers of a decision list, each once."""
    return list(dict.fromkeys([*(case.low for case in rule.cases), rule.otherwise]))


def mark_node(rule: Rule, mark: Mark) -> str:
    """The node that says whether a mark is put on endpoints."""
    if isinstance(mark.when, Test) and (mark.when.op, mark.when.value) == ("is", "met"):
        return mark.when.subject.name
    return f"{rule.id}#{mark.when.place.path}"
