"""The fields of a knowledge base, each made when it is first needed and kept for as long as the knowledge base."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from sjogren.advice.field import Field
from sjogren.assess.knowledge_base import KnowledgeBase
from sjogren.compare.diagrams import TooLarge
from sjogren.compare.space import Uncountable
from sjogren.model.case import Case

TOO_MANY = "there are too many combinations of findings to work out"

Choices = tuple[tuple[str, str], ...]


class Fields:
    """All fields of one knowledge base; where one cannot be made, the reason is kept."""

    def __init__(self, knowledge_base: KnowledgeBase) -> None:
        self.knowledge = knowledge_base.knowledge
        self._made: dict[tuple[str, Choices, Choices, bool, bool], Field | str] = {}
        self._failed: dict[str, str] = {}
        """What was too large once: policies and assumptions make a field little smaller."""

    def of(self, rule: str, case: Case, *, anybody: bool = False, opened: bool = False) -> Field | str:
        """The field of a rule under the policies and assumptions of a case, or in words why there is none."""
        known = self.knowledge.vocabulary.policies
        chosen = {name: case.policy.get(name, choice.default) for name, choice in known.items()}
        key = (rule, tuple(sorted(chosen.items())), tuple(sorted(case.assume.items())), anybody, opened)
        found = self._made.get(key) or self._failed.get(rule)
        if found is None:
            try:
                found = Field(
                    self.knowledge,
                    self.knowledge.rules.rules[rule],
                    chosen,
                    case.assume,
                    anybody=anybody,
                    opened=opened,
                )
            except Uncountable as fault:
                found = str(fault)
            except TooLarge:
                found = self._failed[rule] = TOO_MANY
            self._made[key] = found
        return found


_KEPT: WeakKeyDictionary[KnowledgeBase, Fields] = WeakKeyDictionary()


def fields_of(knowledge_base: KnowledgeBase) -> Fields:
    """The fields of a knowledge base."""
    found = _KEPT.get(knowledge_base)
    if found is None:
        found = _KEPT[knowledge_base] = Fields(knowledge_base)
    return found
