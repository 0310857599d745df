"""What the reference evaluator makes of change between visits and of response indices."""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction

from sjogren.engine.knowledge import ONE, OPEN_SPAN, Inputs, Span, add_up, exact
from sjogren.engine.questions import Truth
from sjogren.model.rule import FACT, RESPONSES, Rule, Subject, Test, compared


class Responses(ABC):
    """The part of the reference evaluator that looks at several visits."""

    inputs: Inputs
    spans: dict[str, Span]
    findings: dict[str, Truth]
    tables: dict[str, frozenset[str]]

    @abstractmethod
    def addend(self, subject: Subject) -> Span:
        """What an addend is at least and at most."""

    @abstractmethod
    def _mean(self, name: str) -> Span:
        """The mean of a fact over both eyes."""

    def _change(self, test: Test) -> Span:
        spans = []
        for subject in compared(test):
            if subject.kind == FACT and not test.where:
                known = self.inputs.get(subject.name)
                spans.append(Span(known.low, known.high) if known and not known.qualitative else OPEN_SPAN)
            else:
                spans.append(self._mean(subject.name) if test.where else self.spans[subject.name])
        return add_up(f"{test.change}_change", [(ONE, span) for span in spans])

    def _response(self, rule: Rule, side: str, key: str) -> None:  # noqa: ARG002  # every kind of rule is called alike
        points = [(exact(Fraction(item.points)), self.addend(Subject("rule", item.rule))) for item in rule.items]
        low, high = self.spans[f"{rule.id}#score"] = add_up("sum", points)
        done = [(ONE, span) for _, span in points]
        self.spans[f"{rule.id}#evaluable"] = add_up("known", done)
        evaluable = sum(self.findings[item.rule] is not None for item in rule.items)
        assert low is not None
        assert high is not None
        if evaluable < rule.fewest or high < rule.needed:
            self.tables[key] = frozenset({RESPONSES[1]})
        else:
            self.tables[key] = frozenset(RESPONSES[:1] if low >= rule.needed else RESPONSES)
