"""Which steps lead to an answer, apart from any patient's values.

Patients who look alike to the rules share a skeleton, so it is worked out once for each pattern and kept. Binding a
patient's values to it (`sjogren.proof.graph`) gives the justification.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sjogren.engine.knowledge import Inputs, Result
from sjogren.model.rule import Mark, Rule, Test
from sjogren.program.ir import FALSE, TRUE, UNKNOWN, Clause, Conclusion, Literal, Program, Shown
from sjogren.proof.lacks import Lacks


class Step(NamedTuple):
    """One step; premises are indexes of earlier steps.

    kind
        ``input`` (a recorded value, an assumption or a policy), ``missing``, ``fires`` (a clause), ``undecided``
        (neither true nor false), ``taken`` (an undecided or missing thing that a rule reads as an assumption), ``adds``
        (an aggregate), ``reports`` (one printed key of a conclusion), ``raises`` (a flag).
    key, word
        the input, node or aggregate and its truth; for ``reports`` the rule and the printed key.
    clause
        index of the clause that fired; for ``reports`` of the conclusion's shown key; else -1.
    """

    kind: str
    key: str
    word: str
    clause: int
    premises: tuple[int, ...]
    detail: tuple[str, ...] = ()
    number: int = 0
    """The same for equal steps of one program, whatever skeleton they stand in: a short name for what it stands for."""


class Skeleton(NamedTuple):
    """Steps in order, and for each conclusion and key the step that concludes it."""

    steps: tuple[Step, ...]
    reports: Mapping[tuple[str, str], int]
    flags: Mapping[str, int]


class Prover:
    """Finds skeletons for one program; what was found is kept by pattern."""

    def __init__(self, program: Program, rules: Mapping[str, Rule]) -> None:
        self.program, self.rules = program, rules
        self.nodes = {node.key: node for node in program.nodes}
        self.aggregates = {aggregate.key: aggregate for aggregate in program.aggregates}
        self.by_head: dict[str, list[Clause]] = {}
        for clause in program.clauses:
            self.by_head.setdefault(clause.head, []).append(clause)
        self.chained = {clause.head: clause.body for clause in program.clauses if CHAINED.search(clause.head)}
        self.bodies = [tuple(self._premises(clause)) for clause in program.clauses]
        self.weights = [_weight(clause, number) for number, clause in enumerate(program.clauses)]
        self.reads: dict[str, list[str]] = {}
        """What each node's clauses read, for saying why it is undecided."""
        for clause, body in zip(program.clauses, self.bodies, strict=True):
            read = self.reads.setdefault(clause.head, [])
            read += [each.key for each in body if each.key not in read and not _told_by_another(each.key)]
        self.lacks = Lacks(program, rules, self.by_head, self.aggregates)
        self.kept: dict[object, Skeleton] = {}
        self.numbers: dict[tuple[str, str, str, int, tuple[str, ...]], int] = {}

    def _premises(self, clause: Clause) -> Iterator[Literal]:
        """The premises of a clause as its rule has them: those of the links of a chain in place of the links."""
        for literal in clause.body:
            link = self.chained.get(literal.key)
            if link is None:
                yield literal
            else:
                yield from self._premises(clause._replace(body=link))

    def skeleton(self, result: Result, inputs: Inputs) -> Skeleton:
        """The skeleton for what an engine derived from these inputs."""
        known = frozenset((key, known.qualitative) for key, known in inputs.items())
        pattern = (frozenset(result.firings), known, tuple(result.spans.items()))
        found = self.kept.get(pattern)
        if found is None:
            found = _Search(self, result, inputs).run()
            if len(self.kept) >= MAX_KEPT:
                del self.kept[next(iter(self.kept))]
            self.kept[pattern] = found
        return found


CHAINED = re.compile(r"~[TF]\d+\.\d+$")
"""Ends the key of a link: a node of the engine's alone, where a long clause was split."""

MAX_KEPT = 64
"""Skeletons kept in memory; above that the oldest goes."""


class _Search:
    """Walks back from every printed key to the inputs."""

    def __init__(self, prover: Prover, result: Result, inputs: Inputs) -> None:
        self.prover, self.result, self.inputs = prover, result, inputs
        self.steps: list[Step] = []
        self.made: dict[tuple[str, str, str], int] = {}
        self.support: dict[tuple[str, str], int] = {}
        clauses, weights = prover.program.clauses, prover.weights
        for number in result.firings:
            head, truth = clauses[number][:2]
            best = self.support.get((head, truth))
            if best is None or weights[number] < weights[best]:
                self.support[head, truth] = number

    def run(self) -> Skeleton:
        reports: dict[tuple[str, str], int] = {}
        for conclusion in self.prover.program.conclusions:
            for index, shown in enumerate(conclusion.shown):
                reports[conclusion.rule, shown.key] = self._report(conclusion, index, shown)
        flags = {}
        for flag, node in self.prover.program.flags:
            if self.result.truth.get(node) == TRUE:
                flags[flag] = self._add("raises", flag, TRUE, -1, (self.node(node),), (node,))
        return Skeleton(tuple(self.steps), reports, flags)

    def _add(
        self, kind: str, key: str, word: str, clause: int, premises: tuple[int, ...], detail: tuple[str, ...] = ()
    ) -> int:
        numbers = self.prover.numbers
        named = () if kind == "reports" else detail  # what is printed tells reports apart
        number = numbers.setdefault((kind, key, word, clause, named), len(numbers))
        self.steps.append(Step(kind, key, word, clause, tuple(dict.fromkeys(premises)), detail, number))
        return len(self.steps) - 1

    def _once(self, kind: str, key: str, word: str) -> int | None:
        return self.made.get((kind, key, word))

    def _keep(self, kind: str, key: str, word: str, step: int) -> int:
        self.made[kind, key, word] = step
        return step

    # -- steps --------------------------------------------------------------------------------------------------------

    def given(self, key: str) -> int:
        """The step of an input, known or missing."""
        kind = "input" if key in self.inputs else "missing"
        known = self._once(kind, key, "")
        return known if known is not None else self._keep(kind, key, "", self._add(kind, key, "", -1, ()))

    def node(self, key: str) -> int:
        """The step that makes a node true or false, or says that it is undecided."""
        word = self.result.truth.get(key, UNKNOWN)
        known = self._once("node", key, word)
        if known is not None:
            return known
        if word == UNKNOWN:
            return self._keep("node", key, word, self._undecided(key))
        number = self.support[key, word]
        clause = self.prover.program.clauses[number]
        premises = tuple([self._premise(literal, clause) for literal in self.prover.bodies[number]])
        return self._keep("node", key, word, self._add("fires", key, word, number, premises))

    def _premise(self, literal: Literal, clause: Clause) -> int:
        if literal.key in self.prover.aggregates:
            return self.aggregate(literal.key)
        step = self.node(literal.key) if literal.key in self.prover.nodes else self.given(literal.key)
        reading = self._reading(clause) if literal.word == UNKNOWN else ""
        if not reading:
            return step
        known = self._once("taken", literal.key, f"{clause.rule}#{clause.path}")
        if known is not None:
            return known
        taken = self._add("taken", literal.key, UNKNOWN, -1, (step,), (clause.rule, clause.path, reading))
        return self._keep("taken", literal.key, f"{clause.rule}#{clause.path}", taken)

    def _reading(self, clause: Clause) -> str:
        """Why a clause may read something as unknown: the author's reason, or nothing where the language says so."""
        rule = self.prover.rules[clause.rule]
        if rule.unreliable_if and clause.path == rule.unreliable_if.place.path:
            return rule.unreliable_if.because
        if rule.when_unknown and clause.path == rule.when_unknown.place.path:
            return rule.when_unknown.because
        return ""

    def _undecided(self, key: str) -> int:
        passed = self._other_branches(key)
        premises = tuple([self._any(other) for other in self.prover.reads.get(key, ()) if other not in passed])
        return self._add("undecided", key, UNKNOWN, -1, premises)

    def _other_branches(self, key: str) -> set[str]:
        """The rules of branches that are not the patient's: whether they hold leaves nothing open."""
        rule = self.prover.rules[self.prover.nodes[key].rule]
        return {
            f"{rule.id}#{branch.met_when.place.path}"
            for branch in rule.branches
            if self.result.truth.get(f"{rule.id}=branch:{branch.value}") == FALSE
        }

    def _any(self, key: str) -> int:
        if key in self.prover.aggregates:
            return self.aggregate(key)
        return self.node(key) if key in self.prover.nodes else self.given(key)

    def aggregate(self, key: str) -> int:
        """The step that computes an aggregate, from what bounds each addend."""
        known = self._once("adds", key, "")
        if known is not None:
            return known
        aggregate = self.prover.aggregates[key]
        premises: list[int] = []
        if aggregate.stated and aggregate.stated in self.inputs:
            premises.append(self.given(aggregate.stated))
        else:
            for addend in aggregate.addends:
                if addend.kind == "aggregate":
                    premises.append(self.aggregate(addend.key))
                elif addend.kind == "number":
                    premises.append(self.given(addend.key))
                elif addend.kind == "flag":
                    premises.append(self.node(addend.key))
                else:
                    premises += self.grade([node for node, _ in addend.levels[1:]])
        return self._keep("adds", key, "", self._add("adds", key, "", -1, tuple(premises)))

    def grade(self, nodes: list[str]) -> list[int]:
        """The steps that bound a grade: the highest level shown, the lowest ruled out, and what is open between."""
        truths = [self.result.truth.get(node, UNKNOWN) for node in nodes]
        found = []
        shown = [index for index, truth in enumerate(truths) if truth == TRUE]
        ruled_out = [index for index, truth in enumerate(truths) if truth == FALSE]
        if shown:
            found.append(self.node(nodes[shown[-1]]))
        if ruled_out:
            found.append(self.node(nodes[ruled_out[0]]))
        between = [index for index, truth in enumerate(truths) if truth == UNKNOWN]
        found += [self.node(nodes[index]) for index in between[:1]]
        return found

    # -- printed keys -------------------------------------------------------------------------------------------------

    def _report(self, conclusion: Conclusion, index: int, shown: Shown) -> int:
        premises: tuple[int, ...]
        detail: tuple[str, ...] = ()
        rule = self.prover.rules.get(shown.of)
        if shown.how == "verdict":
            for word in ("excluded", "entry_not_met", "not_met", "met"):
                if self.result.truth.get(f"{shown.of}={word}") == TRUE:
                    return self.node(f"{shown.of}={word}")
            premises = (self.node(f"{shown.of}=met"),)
        elif shown.how == "truth":
            premises = (self.node(shown.of),)
        elif shown.how in {"branch", "branch_count"}:
            assert rule is not None
            premises = self._branch(rule, counted=shown.how == "branch_count")
        elif shown.how in {"table", "recommends"}:
            assert rule is not None
            values = list(dict.fromkeys([*(case.low for case in rule.cases), rule.otherwise]))
            true = [value for value in values if self.result.truth.get(f"{shown.of}={value}") == TRUE]
            nodes = true or [value for value in values if self.result.truth.get(f"{shown.of}={value}") is None]
            premises = tuple(self.node(f"{shown.of}={value}") for value in nodes)
            if shown.how == "recommends" and true:
                premises += tuple(self.node(mark_node(rule, mark)) for mark in rule.marks)
        elif shown.how in {"selection", "axes", "members"}:
            assert rule is not None
            premises = tuple(self.node(f"{shown.of}={case.low}") for case in rule.cases)
        elif shown.how in {"grade", "low", "high"} and rule is not None and rule.kind == "Grade":
            premises = tuple(self.grade([f"{rule.id}>={level}" for level in rule.levels[1:]]))
        elif shown.how in {"interval", "low", "high"}:
            premises = (self.aggregate(shown.of),)
        elif shown.how == "lacks":
            detail = self.prover.lacks.of_verdict(shown.of, self.result, self.inputs)
            premises = tuple(self.given(key) for key in detail) or (self._report(conclusion, 0, conclusion.shown[0]),)
        else:
            premises = (self.given(shown.of),)
        known = self._once("reports", conclusion.rule, shown.key)
        if known is not None:
            return known
        step = self._add("reports", conclusion.rule, shown.key, index, premises, detail)
        return self._keep("reports", conclusion.rule, shown.key, step)

    def _branch(self, rule: Rule, *, counted: bool) -> tuple[int, ...]:
        """The step that says which branch of a criteria set is the patient's, with its count; or all that are open."""
        truths = {branch.value: self.result.truth.get(f"{rule.id}=branch:{branch.value}") for branch in rule.branches}
        true = [value for value, truth in truths.items() if truth == TRUE]
        shown = true or [value for value, truth in truths.items() if truth is None]
        steps = [self.node(f"{rule.id}=branch:{value}") for value in shown]
        if true and counted:
            steps.append(self.aggregate(f"{rule.id}#count/{true[0]}"))
        return tuple(steps)


def mark_node(rule: Rule, mark: Mark) -> str:
    """The node that says whether a mark is put on endpoints."""
    if isinstance(mark.when, Test) and (mark.when.op, mark.when.value) == ("is", "met"):
        return mark.when.subject.name
    return f"{rule.id}#{mark.when.place.path}"


def _weight(clause: Clause, number: int) -> tuple[int, int, int]:
    """Reasons without anything unknown come first, then short ones, then the order of the rule."""
    return (sum(literal.word == UNKNOWN for literal in clause.body), len(clause.body), number)


def _told_by_another(key: str) -> bool:
    """Whether a node only says that an exclusion is not shown or an entry not ruled out, which their own nodes tell."""
    return key.endswith(("#exclude~not_shown", "#entry~not_refuted"))
