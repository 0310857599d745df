"""The library's front door: a knowledge base is opened once, cases are assessed, answers explain themselves."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sjogren._resources import data
from sjogren.errors import did_you_mean
from sjogren.facts.casefile import read_case, read_case_file
from sjogren.model.case import Case
from sjogren.model.rule import Rule
from sjogren.model.vocabulary import Vocabulary
from sjogren.program.store import Knowledge, load

if TYPE_CHECKING:
    from sjogren.assess.assessor import Derived

VERSION = "0.1.0"

Json: TypeAlias = Any


def open_knowledge_base(rules: str | Path | None = None, ontology: str | Path | None = None) -> KnowledgeBase:
    """Open the rules and the ontology that come with the package, or those in two given folders.

    Raises `KnowledgeError` with every finding when they are invalid.

    >>> kb = open_knowledge_base()
    >>> kb.assess({"id": "doc", "age": 50, "facts": {"igg4_related_disease": True}}).verdict("acr-eular-2016")
    'excluded'
    """
    rule_folder = Path(rules) if rules else data("rules")
    ontology_folder = Path(ontology) if ontology else data("ontology")
    with uncollected():
        return KnowledgeBase(load(rule_folder, ontology_folder, VERSION))


@contextmanager
def uncollected() -> Iterator[None]:
    """Puts off Python's search for cycles: what is made here has none, and what is dropped is freed at once."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class KnowledgeBase:
    """Rules, vocabulary and a compiled engine. Immutable; use one for each thread and process."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    @property
    def version(self) -> str:
        """Version of the knowledge base."""
        return self.knowledge.program.version

    @property
    def content_hash(self) -> str:
        """Digest of all rules and of the ontology."""
        return self.knowledge.program.content_hash

    @property
    def vocabulary(self) -> Vocabulary:
        """Facts, terms and choices of the ontology."""
        return self.knowledge.vocabulary

    @property
    def rules(self) -> Mapping[str, Rule]:
        """All rules and parts by identifier."""
        return self.knowledge.rules.rules

    def rule(self, identifier: str) -> Rule:
        """One rule or part; raises `KeyError` that names the nearest identifier."""
        if identifier not in self.rules:
            raise KeyError(f"there is no rule {identifier!r}. {did_you_mean(identifier, self.rules)}".strip())
        return self.rules[identifier]

    def read(self, case: str | Path | Mapping[str, Any]) -> Case:
        """Read a case file, or a case given as plain Python data; raises `InputError` with every finding."""
        if isinstance(case, Mapping):
            return read_case(case, self.vocabulary)
        return read_case_file(case, self.vocabulary)

    def assess(self, case: Case | str | Path | Mapping[str, Any]) -> Assessment:
        """Assess one case. Raises `InputError` for an invalid one, `InternalFault` when no answer can be given."""
        read = case if isinstance(case, Case) else self.read(case)
        with uncollected():
            return Assessment(self._assessor.assess(read), self)

    def derived(self, case: Case | str | Path | Mapping[str, Any]) -> list[Derived]:
        """What is known and derived at each visit of a case, assumptions and policies applied; raises as `assess` does.

        >>> kb = open_knowledge_base()
        >>> first = kb.derived({"id": "doc", "age": 50, "facts": {"anti_ro60": True}})[0]
        >>> first.result.truth["terminology/antibody/anti-ssa"]
        'T'
        """
        read = case if isinstance(case, Case) else self.read(case)
        with uncollected():
            found: list[Derived] = self._assessor.derived(read)
            return found

    def verify(self, assessment: Assessment | Mapping[str, Any]) -> list[Any]:
        """What the independent checker finds wrong with an assessment; an empty list accepts it."""
        from sjogren.proof.checker import verify

        found = assessment.data if isinstance(assessment, Assessment) else assessment
        return list(verify(found, self.knowledge.rules, self.vocabulary, content_hash=self.content_hash))

    @cached_property
    def _assessor(self) -> Any:
        from sjogren.assess.assessor import Assessor

        return Assessor(self.knowledge)


class Assessment:
    """The answer for one case; ``data`` is its JSON form, in the shape of the contract."""

    def __init__(self, data: Json, knowledge_base: KnowledgeBase) -> None:
        self.data = data
        self._knowledge_base = knowledge_base

    @property
    def case(self) -> str:
        """Identifier of the case."""
        return str(self.data["case"])

    @property
    def visits(self) -> list[Json]:
        """One entry for each visit: ``date``, ``label``, ``conclusions``, ``flags``, ``justification``."""
        return list(self.data["visits"])

    def conclusions(self, visit: int = -1) -> Mapping[str, Mapping[str, Any]]:
        """The conclusions of a visit, the last one when none is named (index from 0)."""
        found: Mapping[str, Mapping[str, Any]] = self.data["visits"][visit]["conclusions"]
        return found

    def verdict(self, criteria_set: str, visit: int = -1) -> str:
        """The verdict under a criteria set, by its short name: ``acr-eular-2016``."""
        return str(self.conclusions(visit)[f"classification/{criteria_set}"]["verdict"])

    def why(self, conclusion: str, visit: int = -1) -> str:
        """The account of one conclusion, each step with its fact, rule, source and locator.

        Raises `LookupError` that names the nearest conclusion.
        """
        from sjogren.proof.explain import account

        return "\n".join(
            account(
                self.data["visits"][visit],
                conclusion,
                self._knowledge_base.rules,
                self._knowledge_base.vocabulary.trial_findings,
            )
        )

    def to_json(self, indent: int | None = None) -> str:
        """The assessment as JSON text."""
        return json.dumps(self.data, ensure_ascii=False, indent=indent)

    def to_jsonld(self) -> Json:
        """The assessment as JSON-LD data with PROV-O terms."""
        from sjogren.proof.export import to_jsonld

        return to_jsonld(self.data)

    def to_turtle(self) -> str:
        """The assessment as Turtle with PROV-O terms."""
        from sjogren.proof.export import to_turtle

        return to_turtle(self.data)
