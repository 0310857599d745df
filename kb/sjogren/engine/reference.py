"""The reference evaluator: the same rules read another way, case by case, to hold the engine to account.

It never sees the compiled program. It walks the rules as written, gives every input the values that it could still
have, tries them all where that can matter, and keeps the answers that remain. `disagreements` compares the two.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sjogren.engine.criteria import verdict_of
from sjogren.engine.knowledge import ONE, ZERO, Inputs, Result, Span, add_up, exact, first_known
from sjogren.engine.questions import Ask, Question, Reader, Truth, Variable
from sjogren.model.rule import FACT, POLICY, Condition, Group, Rule, Subject, Test
from sjogren.model.vocabulary import SIDES, Vocabulary

T, F = "T", "F"
UNCOMPARED = {"excluded", "entry_not_met", "not_met"}
"""Verdicts whose being ruled out is a step of the engine only; their being given is compared."""


class Reference:
    """Evaluates rules as written; one instance serves many cases."""

    def __init__(self, rules: Mapping[str, Rule], sequence: Sequence[Rule], vocabulary: Vocabulary) -> None:
        self.rules, self.sequence, self.vocabulary = rules, sequence, vocabulary
        self.questions: dict[tuple[str, str, str], Question] = {}
        self.sided: dict[str, set[str]] = {}
        self.item_rules = {item.rule for rule in sequence for item in rule.items}
        """Items of criteria sets and their parts."""
        for rule in rules.values():  # a part stands after the rule that it is a part of
            if rule.parent in self.item_rules:
                self.item_rules.add(rule.id)
        self.reset({})

    def reset(self, inputs: Inputs) -> None:
        """Start a case."""
        self.inputs = inputs
        self.findings: dict[str, Truth] = {}
        self.grades: dict[str, tuple[int, int]] = {}
        self.tables: dict[str, frozenset[str]] = {}
        self.spans: dict[str, Span] = {}
        self.verdicts: dict[str, str] = {}
        self.branches: dict[str, frozenset[str]] = {}
        self.met: dict[str, Truth] = {}

    def run(self, inputs: Inputs) -> Result:
        """Evaluate every rule; the result names the same nodes as the engine's."""
        self.reset(inputs)
        for rule in self.sequence:
            self.current = rule
            if rule.for_each:
                for side in SIDES[rule.for_each]:
                    self._rule(rule, side)
                self._worse(rule)
            else:
                self._rule(rule, "")
        return Result(self._truth(), self.spans)

    # -- what is known of a variable ----------------------------------------------------------------------------------

    def mark(self, variable: Variable, qualitative: bool) -> Any:
        """What is known of a variable, in the form that its values are worked out from."""
        kind, key = variable.kind, variable.key
        if kind == "flag":
            known = self.inputs.get(key)
            return None if known is None else known.truth == T
        if kind == "finding":
            return self.findings[key]
        if kind in {"number", "whole"}:
            known = self.inputs.get(key)
            if known is None or (known.qualitative and not qualitative):
                return (0, 2 * len(variable.limits))
            return _positions(variable.limits, known.low, known.high)
        if kind == "grade":
            return self.grades[key]
        if kind == "score":
            return _positions(variable.limits, *self.spans[key])
        if kind == "code":
            known = self.inputs.get(key)
            return None if known is None else known.code
        if kind == "table":
            return self.tables[key]
        if kind == "criteria":
            return self.met[key]
        if kind == "mean":
            return _positions(variable.limits, *self._mean(key))
        return self._by_status(*variable.about)

    # -- conditions ---------------------------------------------------------------------------------------------------

    def holds(self, condition: Condition, rule: Rule, side: str, name: str) -> Truth:
        """Whether a condition holds on every completion (True), on none (False), or is open (None)."""
        question = self.question(rule, side, name, lambda reader: reader(condition), 2)
        answers = self.possible(question, qualitative=rule.id in self.item_rules)
        return next(iter(answers)) if len(answers) == 1 else None

    def possible(self, question: Question, *, qualitative: bool) -> frozenset[Any]:
        """All answers to a question that remain."""
        return question.possible(tuple([self.mark(variable, qualitative) for variable in question.variables]))

    def question(self, rule: Rule, side: str, name: str, build: Callable[[Reader], Ask], answers: int) -> Question:
        """A question that a rule asks, made once; ``answers`` is how many answers it has."""
        key = (rule.id, name, side)
        question = self.questions.get(key)
        if question is None:
            reader = Reader(self, rule, side)
            ask = build(reader)
            question = self.questions[key] = Question(reader, ask, answers)
        return question

    def _by_status(self, condition: Test | Group, rule: Rule, side: str) -> Truth:
        """Conditions that ask what is known: status words, ``any_known``, ``first_known``, narrower facts."""
        if isinstance(condition, Test):
            if condition.where == "any_narrower":
                return self._narrower(condition)
            known, shown = self._status(condition.subject, side)
            return {"known": known, "unknown": not known}.get(str(condition.value), not shown)
        results = [
            self.holds(part, rule, side, f"{condition.place.path}.{condition.op}.{index}")
            for index, part in enumerate(condition.parts)
        ]
        done = [result for result in results if result is not None]
        if not done:
            return None
        return done[0] if condition.op == "first_known" else any(done)

    def _narrower(self, test: Test) -> Truth:
        fact = self.vocabulary.facts[test.subject.name]
        stated = self._flag(fact.name)
        parts = [self._flag(name) for name in fact.narrower]
        result: Truth = None
        if stated or any(parts):
            result = True
        elif stated is False or all(part is False for part in parts):
            result = False
        return result if test.value == "present" or result is None else not result

    def _flag(self, key: str) -> Truth:
        known = self.inputs.get(key)
        return None if known is None else known.truth == T

    def _status(self, subject: Subject, side: str) -> tuple[bool, bool]:
        """Whether a fact or rule is known, and whether it is shown to be present or met."""
        if subject.kind == FACT:
            fact = self.vocabulary.facts[subject.name]
            name = f"{fact.name}.{fact.codes[0]}" if fact.type in {"codes", "diseases"} else fact.name
            known = self.inputs.get(f"{name}@{side}" if fact.laterality else name)
            return known is not None and not known.qualitative, known is not None and known.truth == T
        rule = self.rules[subject.name]
        key = f"{rule.id}@{side}" if rule.for_each and side else rule.id
        if rule.kind == "Grade":
            low, high = self.grades[key]
            return low == high, False
        if rule.kind in {"Table", "Recommendation"}:
            return len(self.tables[key]) == 1, False
        return self.findings[key] is not None, self.findings[key] is True

    # -- kinds of rule ------------------------------------------------------------------------------------------------

    def _rule(self, rule: Rule, side: str) -> None:
        key = f"{rule.id}@{side}" if side else rule.id
        getattr(self, f"_{rule.kind.lower()}")(rule, side, key)

    def _finding(self, rule: Rule, side: str, key: str) -> None:
        assert rule.when is not None
        result = self.holds(rule.when, rule, side, "when")
        caveat = rule.unreliable_if
        if caveat and result is True and self.holds(caveat.when, rule, side, "unreliable_if"):
            result = None
        if result is None and rule.when_unknown and self._closed(rule, side):
            result = rule.when_unknown.take_as == "met"
        self.findings[key] = result

    def _closed(self, rule: Rule, side: str) -> bool:
        reading = rule.when_unknown
        assert reading is not None
        return reading.provided is None or self.holds(reading.provided, rule, side, "provided") is True

    def _answers(self, rule: Rule, side: str) -> frozenset[int]:
        """The cases of a decision list that can still decide; the last number stands for ``otherwise``."""
        conditions = [case.when for case in rule.cases]
        answers = len(conditions) + 1
        question = self.question(rule, side, "cases", lambda reader: reader.cases(conditions), answers)
        return self.possible(question, qualitative=False)

    def _first_shown(self, rule: Rule, side: str) -> int:
        for index, case in enumerate(rule.cases):
            if self.holds(case.when, rule, side, f"shown.{index}") is True:
                return index
        return len(rule.cases)

    def _grade(self, rule: Rule, side: str, key: str) -> None:
        top = len(rule.levels) - 1
        low, high = 0, top
        if rule.highest_of:
            low, high = self._highest(rule, side)
        elif rule.cases:
            ends = [(rule.levels.index(case.low), rule.levels.index(case.high)) for case in rule.cases]
            other = rule.levels.index(rule.otherwise)
            ends.append((other, other))
            open_ends = [ends[index] for index in self._answers(rule, side)]
            low, high = min(end[0] for end in open_ends), max(end[1] for end in open_ends)
            if rule.when_unknown and self._closed(rule, side):
                taken = ends[self._first_shown(rule, side)]
                low, high = _settle(low, high, taken)
        if rule.stated:
            known = self.inputs.get(rule.stated)
            if known is not None and known.low is not None:
                low = high = int(known.low)
        self.grades[key] = (low, high)

    def _highest(self, rule: Rule, side: str) -> tuple[int, int]:
        lows, highs = [], []
        for part in rule.highest_of:
            other = self.rules[part.name]
            low, high = self.grades[f"{other.id}@{side}" if other.for_each and side else other.id]
            lows.append(_rank(rule.levels, other.levels[low]))
            highs.append(_rank(rule.levels, other.levels[high]))
        return max(lows), max(highs)

    def _table(self, rule: Rule, side: str, key: str) -> None:
        words = [*(case.low for case in rule.cases), rule.otherwise]
        found = frozenset(words[index] for index in self._answers(rule, side))
        if rule.when_unknown and len(found) > 1 and self._closed(rule, side):
            found = found & {words[self._first_shown(rule, side)]} or found
        self.tables[key] = found

    def _recommendation(self, rule: Rule, side: str, key: str) -> None:
        self._table(rule, side, key)

    def _selection(self, rule: Rule, side: str, key: str) -> None:
        for index, case in enumerate(rule.cases):
            self.findings[f"{key}={case.low}"] = self.holds(case.when, rule, side, f"select.{index}")

    def _score(self, rule: Rule, side: str, key: str) -> None:
        known = self.inputs.get(rule.stated) if rule.stated else None
        if known is not None and not known.qualitative:
            self.spans[key] = Span(known.low, known.high)
        elif rule.alternatives:
            self.spans[key] = first_known([self.spans[subject.name] for subject in rule.alternatives])
        else:
            parts = [(exact(term.weight), self.addend(term.subject)) for term in rule.terms]
            self.spans[key] = add_up("mean" if rule.mean else "sum", parts)

    def addend(self, subject: Subject) -> Span:
        """What a fact or the result of a rule adds to a score."""
        if subject.kind == FACT:
            fact = self.vocabulary.facts[subject.name]
            known = self.inputs.get(subject.name)
            if known is None or known.qualitative:
                return Span(fact.minimum, fact.maximum)
            return Span(known.low, known.high)
        rule = self.rules[subject.name]
        if rule.kind == "Score":
            return self.spans[rule.id]
        if rule.kind == "Finding":
            result = self.findings[rule.id]
            return Span(ONE if result is True else ZERO, ZERO if result is False else ONE)
        low, high = self.grades[rule.id]
        return Span(self._worth(rule.levels[low]), self._worth(rule.levels[high]))

    def _mean(self, name: str) -> Span:
        fact = self.vocabulary.facts[name]
        parts = []
        for side in fact.sides:
            known = self.inputs.get(f"{name}@{side}")
            usable = known is not None and not known.qualitative
            span = Span(known.low, known.high) if known and usable else Span(fact.minimum, fact.maximum)
            parts.append((Fraction(1), span))
        return add_up("mean", parts)

    def _worth(self, level: str) -> Fraction:
        values = self.vocabulary.level_values
        return exact(Fraction(values[level])) if level in values else exact(Fraction(level))

    def _criteriaset(self, rule: Rule, side: str, key: str) -> None:
        self.verdicts[key] = verdict = verdict_of(self, rule)
        self.met[key] = verdict == "met" if verdict else None

    def _worse(self, rule: Rule) -> None:
        """Both eyes together: the worse counts, an eye without any test is left out."""
        sides = [f"{rule.id}@{side}" for side in SIDES[rule.for_each]]
        tested = [self._tested(rule, side) for side in SIDES[rule.for_each]]
        if rule.kind == "Grade":
            spans = [self.grades[key] for key in sides]
            low = max(span[0] for span in spans)
            counted = [span for span, done in zip(spans, tested, strict=True) if done]
            high = max(span[1] for span in (counted or spans))
            self.grades[rule.id] = (low, max(low, high))
            return
        results = [self.findings[key] for key in sides]
        counted_results = [result for result, done in zip(results, tested, strict=True) if done]
        if any(results):
            self.findings[rule.id] = True
        elif (counted_results and all(r is False for r in counted_results)) or all(r is False for r in results):
            self.findings[rule.id] = False
        else:
            self.findings[rule.id] = None

    def _tested(self, rule: Rule, side: str) -> bool:
        return any(
            f"{name}@{side}" in self.inputs and not self.inputs[f"{name}@{side}"].qualitative
            for name in self._sided(rule)
        )

    def _sided(self, rule: Rule) -> set[str]:
        found = self.sided.get(rule.id)
        if found is None:
            found = self.sided[rule.id] = self._look_for_sided(rule)
        return found

    def _look_for_sided(self, rule: Rule) -> set[str]:
        reader = Reader(self, rule, SIDES[rule.for_each][0])
        found = set()
        for subject in reader.subjects(rule):
            if subject.kind == FACT and self.vocabulary.facts[subject.name].laterality == rule.for_each:
                found.add(subject.name)
            elif subject.kind not in {FACT, POLICY} and self.rules[subject.name].for_each == rule.for_each:
                found |= self._sided(self.rules[subject.name])
        return found

    # -- the result by node -------------------------------------------------------------------------------------------

    def _truth(self) -> dict[str, str]:
        found = {key: T if result else F for key, result in self.findings.items() if result is not None}
        for key, (low, high) in self.grades.items():
            levels = self.rules[key.partition("@")[0]].levels
            for rank in range(1, len(levels)):
                if rank <= low:
                    found[f"{key}>={levels[rank]}"] = T
                elif rank > high:
                    found[f"{key}>={levels[rank]}"] = F
        for key, words in self.tables.items():
            rule = self.rules[key]
            found |= _told(f"{key}=", [*(case.low for case in rule.cases), rule.otherwise], words)
        for key, words in self.branches.items():
            found |= _told(f"{key}=branch:", [branch.value for branch in self.rules[key].branches], words)
        for key, verdict in self.verdicts.items():
            if verdict:
                found[f"{key}={verdict}"] = T
            if self.met[key] is False:
                found[f"{key}=met"] = F
        return found


def _positions(limits: tuple[Fraction, ...], low: Fraction | None, high: Fraction | None) -> tuple[int, int]:
    """Where a span begins and ends among the limits and the stretches between them."""
    first = 0 if low is None else bisect_left(limits, low) + bisect_right(limits, low)
    if low == high and low is not None:
        return (first, first)
    return (first, 2 * len(limits) if high is None else bisect_left(limits, high) + bisect_right(limits, high))


def _told(stem: str, answers: Sequence[str], possible: frozenset[str]) -> dict[str, str]:
    """For each answer, by its node, whether it is the only one left (true) or ruled out (false)."""
    return {
        f"{stem}{word}": T if word in possible else F for word in answers if possible == {word} or word not in possible
    }


def _rank(levels: tuple[str, ...], level: str) -> int:
    """The place of a level of one grade among the levels of another."""
    if level in levels:
        return levels.index(level)
    return max(rank for rank, each in enumerate(levels) if Fraction(each) <= Fraction(level))


def _settle(low: int, high: int, taken: tuple[int, int]) -> tuple[int, int]:
    """Ends that were open are closed by what was shown; ends that were certain stay."""
    return min(max(low, taken[0]), high), max(min(high, taken[1]), low)


def disagreements(engine: Result, reference: Result) -> list[str]:
    """Every node of a rule and every number on which the two roads differ, in words."""
    found = []
    keys = {key for key in engine.truth if "#" not in key and "~" not in key} | set(reference.truth)
    for key in sorted(keys):
        ours, theirs = engine.truth.get(key), reference.truth.get(key)
        verdict_only = theirs is None and ours == F and key.rpartition("=")[2] in UNCOMPARED
        if ours != theirs and not verdict_only:
            found.append(f"{key}: engine {ours}, reference {theirs}")
    found += [
        f"{key}: engine {engine.spans.get(key)}, reference {reference.spans.get(key)}"
        for key in sorted(set(engine.spans) | set(reference.spans))
        if not key.endswith("@mean") and engine.spans.get(key) != reference.spans.get(key)
    ]
    return found
