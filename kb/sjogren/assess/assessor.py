"""The assessment of one case: the conclusions, flags and justification of every visit, in the contract's shape."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from sjogren.assess.inputs import Seen, see
from sjogren.engine.driver import DurableEngine
from sjogren.engine.knowledge import Result
from sjogren.engine.reference import Reference, disagreements
from sjogren.errors import Finding, InputError, InternalFault
from sjogren.facts.resolve import resolve
from sjogren.model.case import Case
from sjogren.program.ir import Aggregate
from sjogren.program.store import Knowledge
from sjogren.proof.graph import Binder
from sjogren.proof.printed import Bound
from sjogren.proof.skeleton import Prover
from sjogren.proof.words import NOTICE, span_words

Json: TypeAlias = dict[str, Any]


class Assessor:
    """Holds one compiled engine and one reference; assesses one case at a time. One for each process and thread."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        rules = knowledge.rules.rules
        self.engine = DurableEngine(knowledge.program)
        self.reference = Reference(rules, [rules[name] for name in knowledge.sequence], knowledge.vocabulary)
        self.prover = Prover(knowledge.program, rules)
        self.binder = Binder(knowledge.program, rules, knowledge.vocabulary)
        self.stated = [aggregate for aggregate in knowledge.program.aggregates if aggregate.stated]
        self.flag_names = {node: flag for flag, node in knowledge.program.flags}

    def assess(self, case: Case) -> Json:
        """The assessment as JSON data.

        Raises `InputError` where a stated total contradicts its items, and `InternalFault` where engine and reference
        disagree: then no answer is given.
        """
        program = self.knowledge.program
        visits = [self._visit(case, index) for index in range(len(case.visits))]
        return {
            "case": case.id,
            "knowledge_base": {"version": program.version, "content_hash": program.content_hash},
            "notice": NOTICE,
            "assume": dict(case.assume),
            "policy": dict(case.policy),
            "visits": visits,
        }

    def _visit(self, case: Case, index: int) -> Json:
        resolved = resolve(case, index, self.knowledge.vocabulary)
        seen = see(case, resolved, self.knowledge.vocabulary)
        self._check_totals(case, seen)
        result = self.derive(seen)
        skeleton = self.prover.skeleton(result, seen.inputs)
        bound = Bound(seen.inputs, seen.origins, result, index, resolved.chosen, resolved.unused, case.policy)
        nodes, by_step = self.binder.graph(skeleton, bound)
        conclusions: Json = {}
        for (rule, key), step in skeleton.reports.items():
            conclusions.setdefault(rule, {})[key] = by_step[step]["concludes"]["value"]
        visit = case.visits[index]
        return {
            "date": visit.date.isoformat() if visit.date else None,
            "label": visit.label or None,
            "conclusions": conclusions,
            "flags": sorted(skeleton.flags),
            "justification": {"@graph": nodes},
        }

    def derive(self, seen: Seen) -> Result:
        """Run the engine and hold the reference evaluator against it."""
        result = self.engine.run(seen.inputs)
        differing = disagreements(result, self.reference.run(seen.inputs))
        if differing:
            raise InternalFault(f"engine and reference evaluator disagree on {'; '.join(differing[:3])}")
        return result

    def _check_totals(self, case: Case, seen: Seen) -> None:
        """A stated total must lie within what its items leave possible, to the decimals stated."""
        findings = []
        for aggregate in self.stated:
            stated = seen.inputs.get(aggregate.stated)
            if stated is None or stated.low is None:
                continue
            without = {key: known for key, known in seen.inputs.items() if key != aggregate.stated}
            items = self._items(aggregate, without)
            if items is None:
                continue
            chosen = seen.origins[aggregate.stated].chosen
            if chosen is None:
                continue
            value = chosen.value
            half = _half_unit(value.as_stated) if aggregate.op == "mean" else Fraction(0)
            low = items.low is None or stated.low >= items.low - half
            high = items.high is None or stated.low <= items.high + half
            if not (low and high):
                message = f"{aggregate.stated} is stated as {value.as_stated}, but its items give {span_words(items)}."
                findings.append(Finding(case.file, value.line, "E150", message, "Correct the total or the items."))
        if findings:
            raise InputError(findings)

    def _items(self, aggregate: Aggregate, inputs: Mapping[str, Any]) -> Any:
        """What the items alone give; None when none of them is recorded."""
        keys = {addend.key for addend in aggregate.addends}
        facts = {self.knowledge.rules.rules[key].stated if key in self.knowledge.rules.rules else key for key in keys}
        if not any(fact in inputs for fact in facts):
            return None
        return self.reference.run(inputs).spans[aggregate.key]

    def close(self) -> None:
        """Free the engine."""
        self.engine.close()


def _half_unit(text: str) -> Fraction:
    """Half of the last decimal place that a number is stated to."""
    decimals = len(text.partition(".")[2])
    return Fraction(1, 2 * 10**decimals)
