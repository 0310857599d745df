"""The reference evaluator: the same rules read another way, rule by rule, to hold the engine to account.

It never sees the compiled program. It walks the rules as written, gives every input the values that it could still
have, tries them all where that can matter, and keeps the answers that remain. `disagreements` compares the two.

A rule sees nothing but the cells that its conditions name (`sjogren.engine.cells`); what it comes to is kept for each
state of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from operator import itemgetter
from typing import Any, NamedTuple

from sjogren.engine.cells import Slot
from sjogren.engine.conditions import Conditions
from sjogren.engine.criteria import Verdict, verdict_of
from sjogren.engine.kept import Kept
from sjogren.engine.knowledge import ONE, ZERO, Inputs, Result, Span, add_up, exact, first_known
from sjogren.engine.questions import Reader, Truth
from sjogren.model.rule import FACT, POLICY, RESPONSES, RULE, Rule, Subject
from sjogren.model.vocabulary import SIDES, Vocabulary

T, F = "T", "F"
UNCOMPARED = {"not_met"}
"""The verdict whose being ruled out is a step of the engine only; its being given is compared."""
GATES = ("excluded", "entry_not_met")
"""Verdicts that later rules may ask for beside whether a criteria set is met."""
MAX_KEPT = 500
"""Answers kept for each rule and side; above that the older half goes."""


class Answer(NamedTuple):
    """What a rule comes to: the cells that later rules see, the nodes that are true or false, the numbers."""

    cells: Sequence[tuple[Slot, Any]]
    truth: Mapping[str, str]
    spans: Mapping[str, Span] = {}


class Part:
    """A rule on one side (or without sides, or for both eyes together): the cells it sees, and what it came to."""

    def __init__(self, rule: Rule, side: str, work_out: Callable[[Rule, str], Answer], slots: Sequence[Slot]) -> None:
        self.rule, self.side, self.work_out = rule, side, work_out
        self.slots = slots
        self.look: Callable[[list[Any]], Any] = itemgetter(*slots, slots[0])
        self.kept = Kept(MAX_KEPT)


class Reference(Conditions):
    """Evaluates rules as written; one instance serves many cases."""

    def __init__(self, rules: Mapping[str, Rule], sequence: Sequence[Rule], vocabulary: Vocabulary) -> None:
        super().__init__(rules, sequence, vocabulary)
        self.sided: dict[str, set[str]] = {}
        self.parts: list[Part] = []
        for rule in sequence:
            for side in SIDES[rule.for_each] if rule.for_each else ("",):
                self._add_part(rule, side)
            if rule.for_each:
                self._add_worse(rule)

    def run(self, inputs: Inputs) -> Result:
        """Evaluate every rule; the result names the same nodes as the engine's."""
        seen = self.cells.of(inputs)
        truth: dict[str, str] = {}
        spans: dict[str, Span] = {}
        for part in self.parts:
            pattern = part.look(seen)
            answer = part.kept[pattern]
            if answer is None:
                self.seen = dict(zip(part.slots, pattern, strict=False))
                answer = part.kept.keep(pattern, part.work_out(part.rule, part.side))
            for slot, cell in answer.cells:
                seen[slot] = cell
            truth.update(answer.truth)
            spans.update(answer.spans)
        return Result(truth, spans)

    # -- what a rule sees ---------------------------------------------------------------------------------------------

    def _add_part(self, rule: Rule, side: str) -> None:
        found: dict[Slot, None] = {}
        self.slots(rule, side, found)
        cells = self.cells
        if rule.stated:
            found[cells.whole(rule.stated)] = None
        for subject in (*rule.highest_of, *rule.alternatives):
            found[cells.result(self.key_of(subject.name, side))] = None
        for name in (*(term.subject for term in rule.terms), *(Subject(RULE, item.rule) for item in rule.items)):
            found[cells.whole(name.name) if name.kind == FACT else cells.result(name.name)] = None
        key = f"{rule.id}@{side}" if side else rule.id
        if rule.kind == "Score":
            cells.add_score(key)
        elif rule.kind == "Selection":
            for case in dict.fromkeys(case.low for case in rule.cases):
                cells.add_result(f"{key}={case}")
        elif rule.kind == "CriteriaSet":
            for result in (key, *(f"{key}={word}" for word in GATES)):
                cells.add_result(result)
        else:
            cells.add_result(key)
        self.parts.append(Part(rule, side, getattr(self, f"_{rule.kind.lower()}"), list(found)))

    def _add_worse(self, rule: Rule) -> None:
        found = {self.cells.result(f"{rule.id}@{side}"): None for side in SIDES[rule.for_each]}
        for name in sorted(self._sided(rule)):
            found |= {self.cells.given(f"{name}@{side}"): None for side in SIDES[rule.for_each]}
        self.cells.add_result(rule.id)
        self.parts.append(Part(rule, "", self._worse, list(found)))

    # -- kinds of rule ------------------------------------------------------------------------------------------------

    def _finding(self, rule: Rule, side: str) -> Answer:
        assert rule.when is not None
        result = self.holds(rule.when, rule, side, "when")
        caveat = rule.unreliable_if
        if caveat and result is True and self.holds(caveat.when, rule, side, "unreliable_if"):
            result = None
        if result is None and rule.when_unknown and self._closed(rule, side):
            result = rule.when_unknown.take_as == "met"
        return self._found(f"{rule.id}@{side}" if side else rule.id, result)

    def _found(self, key: str, result: Truth) -> Answer:
        truth = {} if result is None else {key: T if result else F}
        return Answer([(self.cells.result(key), result)], truth)

    def _closed(self, rule: Rule, side: str) -> bool:
        reading = rule.when_unknown
        assert reading is not None
        return reading.provided is None or self.holds(reading.provided, rule, side, "provided") is True

    def _first_shown(self, rule: Rule, side: str) -> int:
        for index, case in enumerate(rule.cases):
            if self.holds(case.when, rule, side, f"shown.{index}") is True:
                return index
        return len(rule.cases)

    def _grade(self, rule: Rule, side: str) -> Answer:
        top = len(rule.levels) - 1
        low, high = 0, top
        if rule.highest_of:
            low, high = self._highest(rule, side)
        elif rule.cases:
            ends = [(rule.levels.index(case.low), rule.levels.index(case.high)) for case in rule.cases]
            other = rule.levels.index(rule.otherwise)
            ends.append((other, other))
            open_ends = [ends[index] for index in self.possible(self.cases(rule, side))]
            low, high = min(end[0] for end in open_ends), max(end[1] for end in open_ends)
            if rule.when_unknown and self._closed(rule, side):
                taken = ends[self._first_shown(rule, side)]
                low, high = _settle(low, high, taken)
        if rule.stated:
            known = self.seen[self.cells.whole(rule.stated)]
            if known is not None and known.low is not None:
                low = high = int(known.low)
        return self._graded(rule, f"{rule.id}@{side}" if side else rule.id, low, high)

    def _graded(self, rule: Rule, key: str, low: int, high: int) -> Answer:
        truth = {
            f"{key}>={level}": T if rank <= low else F
            for rank, level in enumerate(rule.levels)
            if rank and (rank <= low or rank > high)
        }
        return Answer([(self.cells.result(key), (low, high))], truth)

    def _highest(self, rule: Rule, side: str) -> tuple[int, int]:
        lows, highs = [], []
        for part in rule.highest_of:
            levels = self.rules[part.name].levels
            low, high = self.result(self.key_of(part.name, side))
            lows.append(_rank(rule.levels, levels[low]))
            highs.append(_rank(rule.levels, levels[high]))
        return max(lows), max(highs)

    def _table(self, rule: Rule, side: str) -> Answer:
        key = f"{rule.id}@{side}" if side else rule.id
        words = [*(case.low for case in rule.cases), rule.otherwise]
        found = frozenset(words[index] for index in self.possible(self.cases(rule, side)))
        if rule.when_unknown and len(found) > 1 and self._closed(rule, side):
            found = found & {words[self._first_shown(rule, side)]} or found
        return Answer([(self.cells.result(key), found)], _told(f"{key}=", words, found))

    _recommendation = _table

    def _selection(self, rule: Rule, side: str) -> Answer:
        cells: list[tuple[Slot, Any]] = []
        truth: dict[str, str] = {}
        for index, case in enumerate(rule.cases):
            member = self._found(
                f"{self.key_of(rule.id, side)}={case.low}", self.holds(case.when, rule, side, f"select.{index}")
            )
            cells += member.cells
            truth |= member.truth
        return Answer(cells, truth)

    def _score(self, rule: Rule, side: str) -> Answer:
        known = self.seen[self.cells.whole(rule.stated)] if rule.stated else None
        if known is not None and not known.qualitative:
            span = Span(known.low, known.high)
        elif rule.alternatives:
            span = first_known([self.result(subject.name) for subject in rule.alternatives])
        else:
            parts = [(exact(term.weight), self.addend(term.subject)) for term in rule.terms]
            span = add_up("mean" if rule.mean else "sum", parts)
        key = self.key_of(rule.id, side)
        places = [(slot, limits.span(*span)) for slot, limits in self.cells.scores[key]]
        return Answer([(self.cells.result(key), span), *places], {}, {key: span})

    def addend(self, subject: Subject) -> Span:
        """What a fact or the result of a rule adds to a score."""
        if subject.kind == FACT:
            fact = self.vocabulary.facts[subject.name]
            known = self.seen[self.cells.whole(subject.name)]
            if known is None or known.qualitative:
                return Span(fact.minimum, fact.maximum)
            return Span(known.low, known.high)
        rule, result = self.rules[subject.name], self.result(subject.name)
        if rule.kind == "Score":
            return Span(*result)
        if rule.kind == "Finding":
            return Span(ONE if result is True else ZERO, ZERO if result is False else ONE)
        low, high = result
        return Span(self._worth(rule.levels[low]), self._worth(rule.levels[high]))

    def _worth(self, level: str) -> Fraction:
        values = self.vocabulary.level_values
        return exact(Fraction(values[level])) if level in values else exact(Fraction(level))

    def _criteriaset(self, rule: Rule, side: str) -> Answer:
        verdict: Verdict = verdict_of(self, rule)
        truth = {f"{rule.id}={verdict.word}": T} if verdict.word else {}
        met = verdict.word == "met" if verdict.word else None
        if met is False:
            truth[f"{rule.id}=met"] = F
        for word, result in verdict.gates.items():
            if result is not None:
                truth[f"{rule.id}={word}"] = T if result else F
        if rule.branches:
            truth |= _told(f"{rule.id}=branch:", [branch.value for branch in rule.branches], verdict.branches)
        gates = [(self.cells.result(f"{rule.id}={word}"), verdict.gates.get(word)) for word in GATES]
        return Answer([(self.cells.result(rule.id), met), *gates], truth, verdict.spans)

    def _response(self, rule: Rule, side: str) -> Answer:
        points = [(exact(Fraction(item.points)), self.addend(Subject(RULE, item.rule))) for item in rule.items]
        score, evaluable = add_up("sum", points), add_up("known", points)
        assert score.low is not None
        assert score.high is not None
        done = sum(self.result(item.rule) is not None for item in rule.items)
        if done < rule.fewest or score.high < rule.needed:
            found = frozenset(RESPONSES[1:])
        else:
            found = frozenset(RESPONSES[:1] if score.low >= rule.needed else RESPONSES)
        spans = {f"{rule.id}#score": score, f"{rule.id}#evaluable": evaluable}
        return Answer([(self.cells.result(rule.id), found)], _told(f"{rule.id}=", RESPONSES, found), spans)

    def _worse(self, rule: Rule, _: str) -> Answer:
        """Both eyes together: the worse counts, an eye without any test is left out."""
        results = [self.result(f"{rule.id}@{side}") for side in SIDES[rule.for_each]]
        tested = [self._tested(rule, side) for side in SIDES[rule.for_each]]
        counted = [result for result, done in zip(results, tested, strict=True) if done]
        if rule.kind == "Grade":
            low = max(span[0] for span in results)
            high = max(span[1] for span in (counted or results))
            return self._graded(rule, rule.id, low, max(low, high))
        if any(results):
            return self._found(rule.id, result=True)
        refuted = (counted and all(r is False for r in counted)) or all(r is False for r in results)
        return self._found(rule.id, result=False if refuted else None)

    def _tested(self, rule: Rule, side: str) -> bool:
        return any(self.seen[self.cells.given(f"{name}@{side}")][0] for name in self._sided(rule))

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
    differing = engine.truth.items() ^ reference.truth.items()
    for key in sorted({key for key, _ in differing}):
        ours, theirs = engine.truth.get(key), reference.truth.get(key)
        inner = theirs is None and ("#" in key or "~" in key)
        verdict_only = theirs is None and ours == F and key.rpartition("=")[2] in UNCOMPARED
        if not (inner or verdict_only):
            found.append(f"{key}: engine {ours}, reference {theirs}")
    found += [
        f"{key}: engine {engine.spans.get(key)}, reference {reference.spans.get(key)}"
        for key in sorted(engine.spans.keys() | reference.spans.keys())
        if (key in reference.spans or "@" not in key) and engine.spans.get(key) != reference.spans.get(key)
    ]
    return found
