"""Stated totals beside their items: which of them is newer, and whether they agree."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from sjogren.assess.inputs import Seen
from sjogren.engine.knowledge import Known, Span
from sjogren.engine.reference import Reference
from sjogren.errors import Finding, InputError
from sjogren.facts.resolve import OLDER, PassedOver, Resolved, resolve
from sjogren.model.case import Case
from sjogren.program.ir import Aggregate
from sjogren.program.store import Knowledge
from sjogren.proof.words import span_words


class Totals:
    """Knows the scores whose total may be stated without its items, and the facts that its items are stated by."""

    def __init__(self, knowledge: Knowledge, reference: Reference) -> None:
        self.vocabulary, self.reference = knowledge.vocabulary, reference
        rules = knowledge.rules.rules
        self.stated: list[tuple[Aggregate, frozenset[str]]] = []
        for aggregate in knowledge.program.aggregates:
            keys = [addend.key for addend in aggregate.addends]
            facts = frozenset(rules[key].stated if key in rules else key for key in keys)
            if aggregate.stated:
                self.stated.append((aggregate, facts))

    def resolve(self, case: Case, visit: int) -> Resolved:
        """One visit as the rules see it, without a total that is older than one of its items."""
        resolved = resolve(case, visit, self.vocabulary)
        chosen, unused = dict(resolved.chosen), dict(resolved.unused)
        for aggregate, facts in self.stated:
            total = chosen.get((aggregate.stated, ""))
            if total is None or total.value.date is None:
                continue
            dates = (chosen[fact, ""].value.date for fact in facts if (fact, "") in chosen)
            if any(day is not None and day > total.value.date for day in dates):
                del chosen[aggregate.stated, ""]
                unused[aggregate.stated, ""] = (PassedOver(total.value, total.visit, OLDER), *total.passed_over)
        return resolved._replace(chosen=chosen, unused=unused)

    def check(self, case: Case, seen: Seen) -> None:
        """A total must lie within what its items of the same date leave possible, to the decimals stated.

        Raises `InputError` with both figures.
        """
        findings = []
        for aggregate, facts in self.stated:
            stated = seen.inputs.get(aggregate.stated)
            chosen = seen.origins[aggregate.stated].chosen if aggregate.stated in seen.origins else None
            if stated is None or stated.low is None or chosen is None:
                continue
            items = self._items(aggregate, facts, seen, chosen.value.date)
            if items is None:
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

    def _items(self, aggregate: Aggregate, facts: frozenset[str], seen: Seen, day: date | None) -> Span | None:
        """What the items of the same date alone give; None when none of them is recorded."""
        inputs: dict[str, Known] = {}
        for key, known in seen.inputs.items():
            chosen = seen.origins[key].chosen
            if key != aggregate.stated and (chosen is None or chosen.value.date == day):
                inputs[key] = known
        if not any(fact in inputs for fact in facts):
            return None
        return self.reference.run(inputs).spans[aggregate.key]


def _half_unit(text: str) -> Fraction:
    """Half of the last decimal place that a number is stated to."""
    decimals = len(text.partition(".")[2])
    return Fraction(1, 2 * 10**decimals)
