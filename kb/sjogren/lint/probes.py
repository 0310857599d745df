"""Parts of rules as statements of their own, compiled beside the program, so that it can be asked who meets them.

A *probe* is a finding that asks exactly what one condition of a rule asks, or a criteria set without one of its items.
It is compiled by the compiler itself, so nothing here says a second time what a condition means.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sjogren.errors import InternalFault
from sjogren.model.rule import (
    BOTH,
    EITHER,
    RULE,
    STATUS_WORDS,
    Condition,
    Group,
    Place,
    Rule,
    Subject,
    Test,
)
from sjogren.model.vocabulary import SIDES
from sjogren.program.compile import Compiler
from sjogren.program.ir import Clause, Program
from sjogren.program.outline import conditions, resting_on, tests_of
from sjogren.program.store import Knowledge
from sjogren.rules.timed import one_visit

NOBODY_MEETS = Group("any_of", (), 0, "", Place())
EVERYBODY_MEETS = Group("none_of", (), 0, "", Place())
_EYES = {laterality: where for where, laterality in EITHER.items()}


class Probe(NamedTuple):
    """A statement that was added: ``nodes`` are where it stands in the program, one for each eye where it is by eye."""

    rule: str
    nodes: tuple[str, ...]


class _Probing(Compiler):
    """Compiles statements that nobody or everybody meets as what they are; in a rule that is an error."""

    def _settled(self, rule: Rule, place: Place, head: str, truth: str) -> None:
        self.clauses.append(Clause(head, truth, (), rule.id, place.path))


class Probes:
    """Rules with a probe for each of their conditions and for each part of one, and for each item of a criteria set.

    ``names``: the rules that are looked at. ``program``: the whole program with all probes in it.
    """

    def __init__(self, knowledge: Knowledge, names: Iterable[str]) -> None:
        self.rules: dict[str, Rule] = dict(one_visit(knowledge.rules).rules)
        self.own = {name: self.rules[name] for name in names}
        self._found: dict[tuple[str, object], Probe] = {}
        self._without: dict[tuple[str, str], str] = {}
        self._between: list[str] = []
        for rule in self.own.values():
            for condition in conditions(rule):
                self._add(rule, condition)
            if rule.kind == "CriteriaSet":
                for item in rule.items:
                    self._leave_out(rule, item.rule)
        self.program = self._compiled(knowledge)

    def of(self, rule: Rule, condition: Condition) -> Probe:
        """The probe of a condition, or of a part of one, of a rule."""
        return self._found[rule.id, _meaning(condition)]

    def without(self, rule: Rule, item: str) -> str:
        """The criteria set that leaves one item out of a criteria set."""
        return self._without[rule.id, item]

    def belonging(self, rule: Rule) -> list[Probe]:
        """All probes of the conditions of a rule."""
        return [probe for (name, _), probe in self._found.items() if name == rule.id]

    def _add(self, rule: Rule, condition: Condition) -> None:
        key = (rule.id, _meaning(condition))
        if key in self._found:
            return
        name = f"{rule.id}/~{len(self._found)}"
        sides = SIDES[rule.for_each] if rule.for_each else ("",)
        self._found[key] = Probe(name, tuple(f"{name}@{side}" if side else name for side in sides))
        self.rules[name] = Rule(
            name, "Finding", rule.label, rule.status, rule.source, condition.place,
            when=condition, for_each=rule.for_each, parent=rule.parent,
        )  # fmt: skip
        for part in parts_of(condition):
            self._add(rule, part)

    def _leave_out(self, rule: Rule, item: str) -> None:
        """A criteria set without an item, and what it reads between itself and the item read in the same way."""
        name = f"{rule.id}/~without/{item}"
        self._without[rule.id, item] = name
        branches = tuple(
            branch._replace(
                items=tuple(each for each in branch.items if each != item),
                met_when=self._taken(branch.met_when, item, name),
            )
            for branch in rule.branches
        )
        items = tuple(each for each in rule.items if each.rule != item)
        self.rules[name] = rule._replace(id=name, items=items, branches=branches, shows=(), parent=rule.id)

    def _taken(self, value: Any, item: str, name: str) -> Any:
        """A condition, or a rule, in which an item is taken as not met, however far below it is read."""
        if isinstance(value, Test):
            if value.subject == Subject(RULE, item):
                holds = value.op == "is" and value.value == "not_met"
                return (EVERYBODY_MEETS if holds else NOBODY_MEETS)._replace(place=value.place)
            if value.subject.kind != RULE or Subject(RULE, item) not in resting_on(self.rules, value.subject.name):
                return value
            other = self.rules[value.subject.name]
            copy = f"{name}/{other.id}"
            if copy not in self.rules:
                self.rules[copy] = self._taken(other, item, name)._replace(id=copy, raises="")
                self._between.append(copy)
            return value._replace(subject=Subject(RULE, copy))
        if not isinstance(value, tuple) or isinstance(value, Place | Subject):
            return value
        parts = [self._taken(part, item, name) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)

    def _compiled(self, knowledge: Knowledge) -> Program:
        program = knowledge.program
        compiler = _Probing(self.rules, knowledge.vocabulary)
        compiler.nodes.update((node.key, node) for node in program.nodes)
        compiler.clauses += program.clauses
        compiler.aggregates.update((aggregate.key, aggregate) for aggregate in program.aggregates)
        compiler.inputs.update((each.key, each.kind) for each in program.inputs)
        for probe in (*(each.rule for each in self._found.values()), *self._between, *self._without.values()):
            compiler.rule(self.rules[probe])
        if compiler.findings:
            raise InternalFault(f"a part of a valid rule is refused: {compiler.findings[0]}")
        return compiler.program(program.version, program.content_hash)


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The parts of a condition, each where the whole is asked: at any eye or gland of those where it is."""
    if isinstance(condition, Test):
        return ()
    if not condition.where:
        return condition.parts
    where = _EYES[{**EITHER, **BOTH}[condition.where]]
    return tuple(part._replace(where=where) for part in condition.parts)


def asks_status(condition: Condition) -> bool:
    """Whether a condition asks what is recorded, which is the same for all of whom everything is known."""
    return any(test.op == "is" and test.value in STATUS_WORDS for test in tests_of(condition))


def _meaning(condition: Condition) -> object:
    """A condition without its places."""
    if isinstance(condition, Test):
        return condition._replace(place=Place())
    return (condition.op, condition.least, condition.where, tuple(_meaning(part) for part in condition.parts))
