"""The conditions of rules as written, asked of the cells that they name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from sjogren.engine.cells import Cells, Limits, Slot
from sjogren.engine.knowledge import ONE, OPEN_SPAN, Span, add_up
from sjogren.engine.questions import Ask, Question, Reader, Truth, Variable
from sjogren.model.rule import FACT, Condition, Group, Rule, Subject, Test, compared
from sjogren.model.vocabulary import Vocabulary


class Asked(NamedTuple):
    """A question and the cell of each of its variables; None for a variable that is worked out from other cells."""

    question: Question
    slots: Sequence[Slot | None]


class Conditions:
    """Answers conditions from the cells of the rule that asks."""

    def __init__(self, rules: Mapping[str, Rule], sequence: Sequence[Rule], vocabulary: Vocabulary) -> None:
        self.rules, self.sequence, self.vocabulary = rules, sequence, vocabulary
        self.questions: dict[tuple[str, str, str], Asked] = {}
        self.item_rules = {item.rule for rule in sequence if rule.kind == "CriteriaSet" for item in rule.items}
        """Items of criteria sets and their parts."""
        for rule in rules.values():  # a part stands after the rule that it is a part of
            if rule.parent in self.item_rules:
                self.item_rules.add(rule.id)
        self.limits: dict[tuple[Fraction, ...], Limits] = {}
        self.cells = Cells(vocabulary)
        self.seen: Mapping[Slot, Any] = {}
        """The cells of the rule that asks."""

    def slots(self, rule: Rule, side: str, found: dict[Slot, None]) -> None:
        """Add the cells that the conditions of a rule name."""
        single = {"when": rule.when, "entry": rule.entry, "exclude": rule.exclude}
        if rule.unreliable_if:
            single["unreliable_if"] = rule.unreliable_if.when
        if rule.when_unknown:
            single["provided"] = rule.when_unknown.provided
        if rule.branches:
            self._slots_of_question(self.branches(rule), found)
            single |= {f"{branch.place.path}.met_when": branch.met_when for branch in rule.branches}
        if rule.kind == "Selection":
            single |= {f"select.{index}": case.when for index, case in enumerate(rule.cases)}
        elif rule.cases:
            self._slots_of_question(self.cases(rule, side), found)
            if rule.when_unknown:
                single |= {f"shown.{index}": case.when for index, case in enumerate(rule.cases)}
        for name, condition in single.items():
            if condition is not None:
                self._slots_of_question(self._condition(condition, rule, side, name), found)

    def _slots_of_question(self, asked: Asked, found: dict[Slot, None]) -> None:
        question, slots = asked
        for variable, slot in zip(question.variables, slots, strict=True):
            if slot is not None:
                found[slot] = None
            elif variable.kind == "change":
                found |= dict.fromkeys(each for subject in compared(variable.about) for each in self._slots_of(subject))
            else:
                condition, asker, side = variable.about
                self._slots_of_status(condition, asker, side, found)

    def _slots_of(self, subject: Subject) -> list[Slot]:
        """The cells of a number at one visit, which a test of change compares with another."""
        if subject.kind != FACT:
            return [self.cells.result(subject.name)]
        fact = self.vocabulary.facts[subject.name]
        return [self.cells.whole(f"{fact.name}@{side}" if side else fact.name) for side in fact.sides]

    def _slots_of_status(self, condition: Test | Group, rule: Rule, side: str, found: dict[Slot, None]) -> None:
        if isinstance(condition, Group):
            for index, part in enumerate(condition.parts):
                self._slots_of_question(self._condition(part, rule, side, _part_name(condition, index)), found)
        elif condition.where == "any_narrower":
            fact = self.vocabulary.facts[condition.subject.name]
            found |= {self.cells.flag(name): None for name in (fact.name, *fact.narrower)}
        else:
            found[self._slot_of_status(condition.subject, side)] = None

    def _slot_of_status(self, subject: Subject, side: str) -> Slot:
        if subject.kind != FACT:
            return self.cells.result(self.key_of(subject.name, side))
        fact = self.vocabulary.facts[subject.name]
        name = f"{fact.name}.{fact.codes[0]}" if fact.type in {"codes", "diseases"} else fact.name
        return self.cells.given(f"{name}@{side}" if fact.laterality else name)

    def _slot(self, variable: Variable, *, qualitative: bool) -> Slot | None:
        """The cell of a variable; None for one that is worked out from other cells."""
        kind, key, cells = variable.kind, variable.key, self.cells
        if kind == "flag":
            return cells.flag(key)
        if kind == "code":
            return cells.code(key)
        if kind in {"number", "whole"}:
            return cells.number(key, variable.limits, qualitative=qualitative)
        if kind == "mean":
            return cells.mean(key, variable.limits)
        if kind == "score":
            return cells.score(key, variable.limits)
        return None if kind in {"status", "change"} else cells.result(key)

    def key_of(self, rule: str, side: str) -> str:
        """The key of a rule's result on a side; the side counts only for rules that are asked of each."""
        return f"{rule}@{side}" if self.rules[rule].for_each and side else rule

    # -- conditions ---------------------------------------------------------------------------------------------------

    def holds(self, condition: Condition, rule: Rule, side: str, name: str) -> Truth:
        """Whether a condition holds on every completion (True), on none (False), or is open (None)."""
        answers = self.possible(self._condition(condition, rule, side, name))
        return next(iter(answers)) if len(answers) == 1 else None

    def possible(self, asked: Asked) -> frozenset[Any]:
        """All answers of a question that remain on what is seen."""
        question, slots = asked
        marks = [
            self.seen[slot] if slot is not None else self._worked_out(variable)
            for variable, slot in zip(question.variables, slots, strict=True)
        ]
        return question.possible(tuple(marks))

    def _worked_out(self, variable: Variable) -> Any:
        """What is known of a variable that has no cell of its own."""
        if variable.kind != "change":
            return self._by_status(*variable.about)
        limits = self.limits.get(variable.limits)
        if limits is None:
            limits = self.limits[variable.limits] = Limits(variable.limits)
        test: Test = variable.about
        spans = [(ONE, self._at(subject)) for subject in compared(test)]
        return limits.span(*add_up(f"{test.change}_change", spans))

    def _at(self, subject: Subject) -> Span:
        """A number at one visit: a score, a fact, or the mean of a fact over both eyes."""
        seen = [self.seen[slot] for slot in self._slots_of(subject)]
        if subject.kind != FACT:
            return Span(*seen[0])
        fact = self.vocabulary.facts[subject.name]
        usable = [known if known is not None and not known.qualitative else None for known in seen]
        if not fact.laterality:
            return Span(usable[0].low, usable[0].high) if usable[0] else OPEN_SPAN
        parts = [Span(known.low, known.high) if known else Span(fact.minimum, fact.maximum) for known in usable]
        return add_up("mean", [(ONE, span) for span in parts])

    def _condition(self, condition: Condition, rule: Rule, side: str, name: str) -> Asked:
        qualitative = rule.id in self.item_rules
        return self._question(rule, side, name, lambda reader: reader(condition), 2, qualitative=qualitative)

    def cases(self, rule: Rule, side: str) -> Asked:
        """Which case of a decision list is the first that holds; the last number stands for ``otherwise``."""
        conditions = [case.when for case in rule.cases]
        return self._question(
            rule, side, "cases", lambda reader: reader.cases(conditions), len(conditions) + 1, qualitative=False
        )

    def branches(self, rule: Rule) -> Asked:
        """Which branch of a criteria set is the patient's."""
        whens = [branch.when for branch in rule.branches if branch.when]
        return self._question(
            rule, "", "branches", lambda reader: reader.cases(whens), len(rule.branches), qualitative=False
        )

    def _question(
        self, rule: Rule, side: str, name: str, build: Callable[[Reader], Ask], answers: int, *, qualitative: bool
    ) -> Asked:
        key = (rule.id, name, side)
        asked = self.questions.get(key)
        if asked is None:
            reader = Reader(self, rule, side)
            question = Question(reader, build(reader), answers)
            slots = [self._slot(variable, qualitative=qualitative) for variable in question.variables]
            asked = self.questions[key] = Asked(question, slots)
        return asked

    def _by_status(self, condition: Test | Group, rule: Rule, side: str) -> Truth:
        """Conditions that ask what is known: status words, ``any_known``, ``first_known``, narrower facts."""
        if isinstance(condition, Test):
            if condition.where == "any_narrower":
                return self._narrower(condition)
            known, shown = self._status(condition.subject, side)
            return {"known": known, "unknown": not known}.get(str(condition.value), not shown)
        results = [
            self.holds(part, rule, side, _part_name(condition, index)) for index, part in enumerate(condition.parts)
        ]
        done = [result for result in results if result is not None]
        if not done:
            return None
        return done[0] if condition.op == "first_known" else any(done)

    def _narrower(self, test: Test) -> Truth:
        fact = self.vocabulary.facts[test.subject.name]
        stated, *parts = (self.seen[self.cells.flag(name)] for name in (fact.name, *fact.narrower))
        result: Truth = None
        if stated or any(parts):
            result = True
        elif stated is False or all(part is False for part in parts):
            result = False
        return result if test.value == "present" or result is None else not result

    def _status(self, subject: Subject, side: str) -> tuple[bool, bool]:
        """Whether a fact or rule is known, and whether it is shown to be present or met."""
        seen = self.seen[self._slot_of_status(subject, side)]
        if subject.kind == FACT:
            known, shown = seen
            return known, shown
        kind = self.rules[subject.name].kind
        if kind == "Grade":
            return seen[0] == seen[1], False
        if kind in {"Table", "Recommendation"}:
            return len(seen) == 1, False
        return seen is not None, seen is True

    def result(self, key: str) -> Any:
        """The result of an earlier rule."""
        return self.seen[self.cells.result(key)]


def _part_name(group: Group, index: int) -> str:
    return f"{group.place.path}.{group.op}.{index}"
