"""One case with its assessment, as every part of the report looks things up in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, TypeAlias

from sjogren.assess.knowledge_base import Assessment, KnowledgeBase
from sjogren.model.case import Case
from sjogren.proof.steps import Walk
from sjogren.proof.told import Source, Step
from sjogren.report import english
from sjogren.rules.english import fact_label

Json: TypeAlias = Any

APPLICABLE, CHILD_FLAG, CHILDREN = "classification/applicable", "paediatric", "paediatric/"
SCORES = "activity/"
"""The rule that says which sets were made for the patient, the flag of a child, and the family of children's rules."""


class Told:
    """What is told of one case, at its last visit unless another is named.

    ``cited`` numbers the sources of the whole report, and may be shared by several cases.
    """

    def __init__(
        self,
        knowledge_base: KnowledgeBase,
        case: Case,
        assessment: Assessment,
        cited: dict[Source, int],
        prefix: str = "",
    ) -> None:
        self.knowledge_base, self.case, self.assessment = knowledge_base, case, assessment
        self.data = assessment.data
        self.rules, self.vocabulary = knowledge_base.rules, knowledge_base.vocabulary
        self.visits: list[Json] = assessment.visits
        self.visit: Json = self.visits[-1]
        self.conclusions: Json = self.visit["conclusions"]
        self.cited, self.prefix = cited, prefix

    # -- the proof

    @cached_property
    def nodes(self) -> Mapping[str, Json]:
        """The nodes of the last visit's justification by identifier, each after its premises."""
        return {node["id"]: node for node in self.visit["justification"]["@graph"]}

    def concluding(self, name: str, key: str = "") -> list[Json]:
        """The nodes that conclude something about a conclusion, or its one key."""
        return [
            node
            for node in self.nodes.values()
            if node.get("concludes", {}).get("conclusion") == name and key in {"", node["concludes"]["key"]}
        ]

    def below(self, roots: Iterable[Json]) -> list[Json]:
        """All nodes that some nodes rest on, themselves included, in the order of the proof."""
        wanted = {node["id"] for node in roots}
        found = []
        for node in reversed(list(self.nodes.values())):  # a premise stands before what rests on it
            if node["id"] in wanted:
                wanted.update(node.get("premises", ()))
                found.append(node)
        return found[::-1]

    def proof(self, name: str) -> list[Json]:
        """All nodes that the printed keys of a conclusion rest on, but for what is still lacking."""
        return self.below(node for node in self.concluding(name) if node["concludes"]["key"] != "lacks")

    def steps(self, name: str, visit: Json = None) -> tuple[Step, ...]:
        """The proof of one conclusion or flag as steps, in words that a reader knows.

        What was told of the last visit is not told again; the proof of another visit stands alone, and so does that of
        a conclusion of which all was told.
        """
        found = [] if visit else self._walk.steps(name)
        if not found:
            found = Walk(visit or self.visit, self.rules, self.cited).steps(name)
        return tuple(map(self._plain, found))

    @cached_property
    def _walk(self) -> Walk:
        return Walk(self.visit, self.rules, self.cited)

    def _plain(self, step: Step) -> Step:
        basis = step.basis and step.basis._replace(clause=english.clause(step.basis.clause))
        text = english.domains(step.text) if step.kind == "missing" else step.text
        for printed, said in english.PRINTED if step.kind == "reads" else ():
            text = text.replace(printed, said) if text.endswith(printed) else text
        return step._replace(text=self.words(text), basis=basis)

    # -- words

    def short(self, name: str) -> str:
        """The short name of a criteria set, else the label of a rule."""
        return self._short.get(name) or self.rules[name].label

    @cached_property
    def _short(self) -> dict[str, str]:
        rule = self.rules.get(APPLICABLE)
        return {case.low: case.label for case in rule.cases if case.label} if rule else {}

    def flag_label(self, flag: str) -> str:
        """What a flag says."""
        return next((rule.label for rule in self.rules.values() if rule.raises == flag), self.name(flag))

    def words(self, text: str) -> str:
        """A text of the proof with the labels of what it names by identifier."""
        for name, choice in {**self.vocabulary.assumptions, **self.vocabulary.policies}.items():
            text = text.replace(f" ({name})", "").replace(f"({name}, default)", "(default)")
            text = text.replace(f" ({name}: ", f" ({choice.label}: ")
        for stated, words in english.STATED.items():
            text = text.replace(stated, words)
        return self._names.sub(lambda found: self.name(found.group()), text)

    def name(self, word: str) -> str:
        """What an identifier is called: a rule, a fact, an answer; without a label its underscores are spaces."""
        if word in self.rules:
            return self.short(word)
        facts = self.vocabulary.facts
        if word in facts:
            return fact_label(word, self.vocabulary)
        if f"{SCORES}{word}" in self.rules:
            return self.rules[f"{SCORES}{word}"].label
        for choices in (self.vocabulary.assumptions, self.vocabulary.policies):
            if word in choices:
                return choices[word].label
        return word.replace("_", " ").replace("essdai", "ESSDAI")

    @cached_property
    def _names(self) -> re.Pattern[str]:
        """The identifiers that a sentence of the proof may hold."""
        names = {name for name in self.rules if "/" in name}
        names |= {fact for fact in self.vocabulary.facts if "_" in fact}
        names |= {word for fact in self.vocabulary.facts.values() for word in (*fact.codes, *fact.levels)}
        names |= {value for choice in self.vocabulary.policies.values() for value in choice.values}
        for rule in self.rules.values():
            names |= {rule.raises, rule.if_undetermined, rule.otherwise, *rule.levels}
            names |= {word for case in rule.cases for word in (case.low, case.high)}
        names |= {"not_done", "entered_in_error"}
        named = sorted((name for name in names if "_" in name or "/" in name), key=len, reverse=True)
        return re.compile(rf"(?<![\w/-])(?:{'|'.join(map(re.escape, named))})(?![\w/-])")

    # -- the patient

    @property
    def child(self) -> bool:
        """Whether the rules for children speak of the patient at the last visit."""
        return CHILD_FLAG in self.visit["flags"]

    def sets(self) -> tuple[list[str], list[str]]:
        """The official criteria sets made for patients of this age, newest first, and the others."""
        named = [
            name
            for name, value in self.conclusions.items()
            if "lacks" in value and self.rules[name].standing != "research"
        ]
        named.sort(key=self.short, reverse=True)
        own = [name for name in named if name.startswith(CHILDREN) == self.child]
        return own, [name for name in named if name not in own]

    def research(self) -> list[str]:
        """Conclusions that are results of research, part of no official set."""
        return [name for name in self.conclusions if self.rules[name].standing == "research"]
