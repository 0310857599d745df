"""One contrast: two rules, or one rule in two versions, over all possible patients; counted, told, and checked.

Every example patient of a pattern is put to the engine and the reference evaluator of its rule set. Where they answer
otherwise than the pattern says, no comparison is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from sjogren.assess.assessor import Assessor
from sjogren.assess.inputs import see
from sjogren.compare.answers import answer, answers, nodes_of
from sjogren.compare.changes import meaning_of
from sjogren.compare.diagrams import EVERYBODY, NOBODY
from sjogren.compare.patient import example_case
from sjogren.compare.patterns import Cover, Pattern, cover
from sjogren.compare.reading import Source
from sjogren.compare.traits import Traits
from sjogren.compare.words import Words, cell_words, normal_order
from sjogren.compare.world import World
from sjogren.errors import InternalFault
from sjogren.facts.casefile import read_case
from sjogren.facts.resolve import resolve
from sjogren.model.rule import Rule
from sjogren.model.vocabulary import Vocabulary
from sjogren.program.store import Knowledge
from sjogren.rules.english import fact_label, side_words

MOST = 12
"""Patterns that are told for one difference, unless more are asked for."""


class Party(NamedTuple):
    """One side of a contrast: a rule of some rules, and what it is called."""

    name: str
    base: Base
    rule: str


class Base:
    """A knowledge base under some policies, with its engine made when it is first needed."""

    def __init__(self, knowledge: Knowledge, policy: Mapping[str, str], opened: frozenset[str] = frozenset()) -> None:
        self.knowledge = knowledge
        known = knowledge.vocabulary.policies
        self.policy = {name: policy.get(name, choice.default) for name, choice in known.items()}
        self.source = Source(knowledge.program, knowledge.rules.rules, self.policy, opened)

    @property
    def rules(self) -> Mapping[str, Rule]:
        """All rules by identifier."""
        return self.knowledge.rules.rules

    @property
    def settings(self) -> Mapping[str, str]:
        """The policies that are not left at their default, as a case file states them."""
        known = self.knowledge.vocabulary.policies
        return {name: value for name, value in self.policy.items() if known[name].default != value}

    @cached_property
    def assessor(self) -> Assessor:
        """The engine and the reference evaluator."""
        return Assessor(self.knowledge)

    def derived(self, case: Mapping[str, Any]) -> Mapping[str, str]:
        """What engine and reference agree on for a case: nodes true or false."""
        known = self.knowledge.vocabulary
        facts = {name: value for name, value in case["facts"].items() if name in known.facts}
        read = read_case({**case, "facts": facts, "policy": self.settings}, known)
        resolved = resolve(read, 0, self.knowledge.vocabulary)
        return self.assessor.derive(see(read, resolved, self.knowledge.vocabulary)).truth


class Told(NamedTuple):
    """One pattern with its example patient, whom the engines of both parties have answered as the pattern says."""

    pattern: Pattern
    case: Mapping[str, Any]


class Difference(NamedTuple):
    """All patients of whom the first party says one thing and the second another.

    ``number`` of the patterns of traits that the contrast counts in all.
    """

    answers: tuple[str, str]
    number: int
    cover: Cover
    told: tuple[Told, ...]


class Table(NamedTuple):
    """How many patterns get which pair of answers; ``total`` of all, ``cells`` the combinations of cells behind it."""

    pairs: Mapping[tuple[str, str], int]
    total: int
    weighted: Mapping[tuple[str, str], int]
    cells: int


def _joint_vocabulary(parties: Sequence[Party]) -> Vocabulary:
    """What the ontology of the last party says, with facts and terms that only another one has."""
    vocabulary = parties[-1].base.knowledge.vocabulary
    others = [party.base.knowledge.vocabulary for party in parties]
    facts = {name: fact for each in others for name, fact in each.facts.items()}
    terms = {name: term for each in others for name, term in each.terms.items()}
    return vocabulary._replace(facts=facts, terms=terms)


def _questions(parties: Sequence[Party], *, partial: bool, coarse: bool = False) -> tuple[World, list[dict[str, int]]]:
    """The space of two parties, and for each its answers; ``coarse``: of criteria sets only whether they are met."""
    rules = [party.base.rules[party.rule] for party in parties]
    world = World(
        [party.base.source for party in parties],
        [nodes_of(rule, coarse=coarse) for rule in rules],
        _joint_vocabulary(parties),
        partial=partial,
    )
    found = [
        answers(rule, reading.truth, world.diagrams, coarse=coarse)
        for rule, reading in zip(rules, world.readings, strict=True)
    ]
    return world, found


def partial_records(one: Party, other: Party) -> tuple[dict[tuple[str, str], int], int]:
    """Over partial records, where each finding may be known or not: how many get which pair of verdicts, of how many.

    Verdicts are ``met``, ``not_met`` (of whatever kind) and ``undetermined``.
    """
    world, (first, second) = _questions((one, other), partial=True, coarse=True)
    pairs = {}
    for words, those in first.items():
        for others, these in second.items():
            both = world.diagrams.all_of((world.possible, those, these))
            if number := world.diagrams.count(both):
                pairs[words, others] = number
    return pairs, world.diagrams.count(world.possible)


class Unknowns(NamedTuple):
    """Partial records that two parties answer differently: how many of how many, and one of them.

    ``known`` and ``unknown`` say in words what is recorded of the example and what is not; ``answers`` what both say.
    """

    number: int
    total: int
    known: tuple[str, ...]
    unknown: tuple[str, ...]
    answers: tuple[str, str]


def unknowns(one: Party, other: Party) -> Unknowns | None:
    """What differs over partial records, with the example in which the least is known; None when nothing does."""
    parties = (one, other)
    world, (first, second) = _questions(parties, partial=True)
    space = world.diagrams
    same = space.any_of(space.both(those, second[words]) for words, those in first.items() if words in second)
    differing = space.both(world.possible, space.negate(same))
    if differing == NOBODY:
        return None
    normal = normal_order(world, {**one.base.rules, **other.base.rules}.values())
    cells = space.first(differing, [order[::-1] for order in normal])
    assert cells is not None
    told = next(words for words, those in first.items() if space.holds(those, cells))
    others = next(words for words, those in second.items() if space.holds(those, cells))
    vocabulary = world.vocabulary
    said = _said(parties, example_case("partial", world, cells))
    if said != (told, others):
        raise InternalFault(f"the engine answers {said} for a record that should be answered {(told, others)}")
    known, unknown = [], []
    for each, cell in zip(world.variables, cells, strict=True):
        where = f", {side_words(each.side)}" if each.side else ""
        if each.cells[cell].unknown:
            unknown.append(f"{fact_label(each.key.partition('@')[0], vocabulary)}{where}")
        else:
            known.append(f"{cell_words(each, [cell], vocabulary)}{where}")
    return Unknowns(space.count(differing), space.count(world.possible), tuple(known), tuple(unknown), said)


def _said(parties: Sequence[Party], case: Mapping[str, Any]) -> tuple[str, str]:
    """What two parties answer for a case, by engine and reference."""
    one, other = (answer(party.base.rules[party.rule], party.base.derived(case)) for party in parties)
    return one, other


class Contrast:
    """Two parties over all patients of whom everything that they read is known.

    Raises `Uncountable` or `TooLarge` where that cannot be worked out.
    """

    def __init__(self, one: Party, other: Party) -> None:
        self.parties = (one, other)
        self.world, self._found = _questions(self.parties, partial=False)
        questions = {f"{side}{words}": those for side, each in enumerate(self._found) for words, those in each.items()}
        self.normal = normal_order(self.world, {**other.base.rules, **one.base.rules}.values())
        self.traits = Traits(self.world, questions, self.normal)
        alike = {
            name: rule for name, rule in one.base.rules.items()
            if one.base is other.base or meaning_of(rule) == meaning_of(other.base.rules.get(name))
        }  # fmt: skip
        self.words = Words(self.traits, alike, self.world.vocabulary)
        self._by_answer = [
            {words: self.traits.questions[f"{side}{words}"] for words in each} for side, each in enumerate(self._found)
        ]

    @cached_property
    def table(self) -> Table:
        """How often the parties give which pair of answers."""
        pairs, weighted = {}, {}
        space, possible = self.world.diagrams, self.world.possible
        for one, those in self._by_answer[0].items():
            for other, these in self._by_answer[1].items():
                if number := self.traits.count(self.traits.diagrams.both(those, these)):
                    pairs[one, other] = number
                    every = space.all_of((possible, self._found[0][one], self._found[1][other]))
                    weighted[one, other] = space.count(every)
        return Table(pairs, self.traits.count(EVERYBODY), weighted, space.count(possible))

    def differences(self, most: int = MOST) -> list[Difference]:
        """Every pair of answers that differ, the most frequent first, each with its patterns."""
        return [self.difference(pair, most) for pair in self._pairs() if pair[0] != pair[1]]

    def only_first(self, answer: str, *, turned: bool = False, most: int = MOST) -> list[Difference]:
        """All of whom the first party alone gives an answer, by what the second says (``turned``: the other way)."""
        first, second = (1, 0) if turned else (0, 1)
        return [
            self.difference(pair, most) for pair in self._pairs() if pair[first] == answer and pair[second] != answer
        ]

    def _pairs(self) -> list[tuple[str, str]]:
        return sorted(self.table.pairs, key=lambda pair: (-self.table.pairs[pair], pair))

    def difference(self, pair: tuple[str, str], most: int) -> Difference:
        """The patients who get a pair of answers, with at most so many patterns."""
        diagrams = self.traits.diagrams
        whole = diagrams.both(self._by_answer[0][pair[0]], self._by_answer[1][pair[1]])
        found = cover(diagrams, whole, self.traits.possible, most)
        told = tuple(self._told(pattern, whole, pair, number) for number, pattern in enumerate(found.patterns, 1))
        return Difference(pair, self.table.pairs[pair], found, told)

    def _told(self, pattern: Pattern, whole: int, pair: tuple[str, str], number: int) -> Told:
        """A pattern with its most normal patient, whom both engines have answered."""
        diagrams = self.traits.diagrams
        region = diagrams.both(whole, self.traits.possible)
        for alternatives in pattern.factors:
            here = diagrams.any_of(diagrams.values(trait, values) for trait, values in alternatives)
            region = diagrams.both(region, here)
        values = diagrams.first(region, [range(size) for size in diagrams.sizes])
        assert values is not None
        case = self.case(self.traits.cells(values, self.normal), f"pattern-{number}")
        said = self.said(case)
        if said != pair:
            raise InternalFault(f"the engine answers {said} for the example of a pattern that says {pair}")
        return Told(pattern, case)

    def case(self, cells: Sequence[int], name: str) -> dict[str, Any]:
        """A patient of this space as a case."""
        return example_case(name, self.world, cells)

    def said(self, case: Mapping[str, Any]) -> tuple[str, str]:
        """What the two parties answer for a case, by engine and reference."""
        return _said(self.parties, case)
