"""All patients that one rule can tell apart, complete or partial, under every choice of the policies that it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import product
from typing import TypeAlias

from sjogren.compare.answers import TABLES, nodes_of
from sjogren.compare.diagrams import EVERYBODY, NOBODY, Diagrams, TooLarge
from sjogren.compare.reading import Reading, Source, cut
from sjogren.compare.space import Uncountable
from sjogren.compare.words import normal_order
from sjogren.compare.world import World
from sjogren.lint.probes import Probe, Probes
from sjogren.model.rule import POLICY, RULE, Rule
from sjogren.model.vocabulary import Vocabulary
from sjogren.program.ir import FALSE, TRUE
from sjogren.program.outline import dependencies, resting_on

MAX_PARTIAL = 100_000
"""Above so many nodes of a diagram partial records are given up; few rules need more, and those need very many."""
TOO_MANY = "there are too many combinations to work out"

Region: TypeAlias = "Callable[[Ground], int]"
"""A set of patients, in each ground that it is asked of."""


class Ground:
    """One rule over one space of patients, with one choice of policies.

    ``policy`` are the policies that do not have their default value; ``beside`` is a second rule in the same space.
    """

    def __init__(
        self,
        rule: Rule,
        probes: Probes,
        vocabulary: Vocabulary,
        policy: Mapping[str, str],
        *,
        partial: bool,
        beside: Rule | None = None,
    ) -> None:
        self.rule, self.rules, self.partial = rule, probes.rules, partial
        default = {name: choice.default for name, choice in vocabulary.policies.items()}
        self.policy = {name: value for name, value in policy.items() if default[name] != value}
        self.below = [self.rules[each.name] for each in dependencies(rule) if each.kind == RULE]
        roots = [*own_nodes(rule), *(node for probe in probes.belonging(rule) for node in probe.nodes)]
        roots += [node for each in self.below for node in own_nodes(each)]
        roots += [f"{rule.id}=branch:{branch.value}" for branch in rule.branches]
        if rule.kind == "CriteriaSet":
            roots += [f"{probes.without(rule, item.rule)}=met" for item in rule.items]
        asked = [rule, beside] if beside else [rule]
        roots += own_nodes(beside) if beside else []
        opened = frozenset(each.id for each in asked if each.stated)
        source = Source(cut(probes.program, roots), self.rules, {**default, **policy}, opened)
        self.world = World([source], [roots], vocabulary, partial=partial)
        if partial:
            self.world.diagrams.limit = MAX_PARTIAL
        self.reading: Reading = self.world.readings[0]

    @property
    def diagrams(self) -> Diagrams:
        """The diagrams over this space."""
        return self.world.diagrams

    @cached_property
    def normal(self) -> list[list[int]]:
        """For each input its cells from the most normal."""
        read = {each.name for each in resting_on(self.rules, self.rule.id) if each.kind == RULE}
        return normal_order(self.world, [self.rule, *(self.rules[name] for name in sorted(read))])

    def node(self, key: str, word: str) -> int:
        """All possible patients in whom a statement is true, false or unknown."""
        return self.diagrams.both(self.world.possible, self.reading.truth(key, word))

    def probe(self, probe: Probe, word: str) -> int:
        """All possible patients in whom a condition is met, or not met, of one eye at least where it is by eye."""
        return self.diagrams.any_of(self.node(key, word) for key in probe.nodes)

    def among(self, *parts: int) -> int:
        """All possible patients who are in every part."""
        return self.diagrams.all_of((self.world.possible, *parts))

    def others(self, one: int) -> int:
        """All possible patients who are not in a part."""
        return self.diagrams.both(self.world.possible, self.diagrams.negate(one))

    def settled(self, rule: Rule) -> int:
        """All possible patients of whom a rule says one thing."""
        if rule.kind == "Score":
            if self.reading.outline.entry(self.reading.outline.aggregates[rule.id]):
                return EVERYBODY
            return self.among(
                *(self.settled(self.rules[each.name]) for each in dependencies(rule) if each.kind == RULE)
            )
        nodes = own_nodes(rule)
        if rule.kind in {*TABLES, "CriteriaSet"}:
            return self.diagrams.any_of(self.node(node, TRUE) for node in nodes)
        known = (self.diagrams.either(self.node(node, TRUE), self.node(node, FALSE)) for node in nodes)
        return self.among(*known)


def own_nodes(rule: Rule) -> list[str]:
    """The statements in which a rule gives its answer; none for a number."""
    return [] if rule.kind == "Score" else nodes_of(rule)


def says(*statements: str, word: str = TRUE) -> Region:
    """All patients in whom all of some statements are true (or all false)."""
    return lambda ground: ground.among(*(ground.node(key, word) for key in statements))


def meets(*probes: Probe, word: str = TRUE) -> Region:
    """All patients who meet all of some conditions (or none of them)."""
    return lambda ground: ground.among(*(ground.probe(probe, word) for probe in probes))


def everyone(ground: Ground) -> int:
    """All possible patients."""
    return ground.world.possible


class Grounds:
    """All spaces of patients of one rule.

    complete
        over patients of whom everything is known; one for each choice of policies. Raises `Uncountable` or `TooLarge`.
    partial
        over patients of whom a part is known; None where that is too much to work out, and ``reason`` says why.
    """

    def __init__(self, rule: Rule, probes: Probes, vocabulary: Vocabulary) -> None:
        self.rule, self._probes, self._vocabulary = rule, probes, vocabulary
        self.reason = ""
        self.complete = self._make(partial=False)

    @cached_property
    def partial(self) -> list[Ground] | None:
        """Made when something cannot be told from complete patients."""
        try:
            return self._make(partial=True)
        except (TooLarge, Uncountable) as reason:
            self.reason = str(reason) or TOO_MANY
            return None

    def _make(self, *, partial: bool) -> list[Ground]:
        asked = sorted({each.name for each in resting_on(self._probes.rules, self.rule.id) if each.kind == POLICY})
        choices = [self._vocabulary.policies[name].values for name in asked]
        return [
            Ground(self.rule, self._probes, self._vocabulary, dict(zip(asked, values, strict=True)), partial=partial)
            for values in product(*choices)
        ]

    def first(self, region: Region, grounds: Iterable[Ground] | None = None) -> tuple[Ground, int] | None:
        """The first space in which somebody is in a region, and who; the default policies come first."""
        for ground in self.complete if grounds is None else grounds:
            found = ground.among(region(ground))
            if found != NOBODY:
                return ground, found
        return None

    def in_part(self, region: Region) -> tuple[Ground, int] | None:
        """As `first`, over partial records; None as well where that is not worked out."""
        try:
            return self.first(region, self.partial or ())
        except TooLarge:
            self.partial, self.reason = None, TOO_MANY
            return None

    def anybody(self, region: Region) -> bool | None:
        """Whether anybody is in a region, completely known or in part; None where that was not worked out."""
        if self.first(region) or self.in_part(region):
            return True
        return None if self.partial is None else False

    def everybody(self, region: Region) -> bool:
        """Whether all complete patients are in a region."""
        return all(ground.others(region(ground)) == NOBODY for ground in self.complete)
