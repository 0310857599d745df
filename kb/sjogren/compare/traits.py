"""What compared rules tell apart: the inputs of a space gathered into traits, each with as few values as can matter.

Two values of an input that change no answer, whatever else is found, are one value of a trait. Inputs that the same
statements read become one trait where that makes nothing finer: both eyes of one test, or exclusions that count alike.
Over traits the comparison is exact and small enough to be told in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple, TypeAlias

from sjogren.compare.diagrams import EVERYBODY, NOBODY, Diagrams
from sjogren.compare.world import World


class Choice(NamedTuple):
    """One value while it is worked out.

    ``typical``: a cell for each input; ``those``: all patients who have the value; ``left``: what is left of each door
    of the block, given the value.
    """

    typical: Mapping[int, int]
    those: int
    left: tuple[int, ...]


class Trait(NamedTuple):
    """One thing that the rules tell apart.

    members
        the inputs (positions in the space) that make it up.
    values
        for each value, the patients who have it, as a diagram over the space; the most normal value comes first.
    typical
        for each value, one cell for each member, as normal as the value allows.
    """

    members: tuple[int, ...]
    values: tuple[int, ...]
    typical: tuple[Mapping[int, int], ...]


Group: TypeAlias = "tuple[tuple[int, ...], list[Choice]]"
"""Inputs taken together, and the values that are told apart."""


class Traits:
    """The traits of a space under some questions, and the questions over them.

    ``normal`` orders the cells of each input from the most normal one.
    """

    def __init__(self, world: World, questions: Mapping[str, int], normal: Sequence[Sequence[int]]) -> None:
        self.world = world
        self._space = world.diagrams
        possible, asked = self._without_idle(world.possible, list(questions.values()))
        self._possible = possible
        groups = [
            group for block, doors in self._blocks([possible, *asked]) for group in self._joined(block, doors, normal)
        ]
        self.traits = tuple(self._trait(*group) for group in groups)
        self.diagrams = Diagrams([len(trait.values) for trait in self.traits])
        self._over: dict[tuple[int, int], int] = {}
        self.possible = self._translate(possible, 0)
        self.questions = {name: self._translate(question, 0) for name, question in zip(questions, asked, strict=True)}

    def _without_idle(self, possible: int, asked: list[int]) -> tuple[int, list[int]]:
        """Who is possible, and the questions, without inputs that matter to no answer of a possible patient."""
        space = self._space
        for position in sorted(space.support([possible])):
            yes = [self._some(space.both(question, possible), position) for question in asked]
            no = [self._some(space.both(space.negate(question), possible), position) for question in asked]
            if all(space.both(one, other) == NOBODY for one, other in zip(yes, no, strict=True)):
                possible, asked = self._some(possible, position), yes
        return possible, asked

    def _some(self, one: int, position: int) -> int:
        """Patients who belong to a set for some value of an input."""
        return self._space.any_of(
            self._space.given(one, {position: cell}) for cell in range(self._space.sizes[position])
        )

    # -- gathering ----------------------------------------------------------------------------------------------------

    def _blocks(self, asked: Sequence[int]) -> list[tuple[list[int], list[int]]]:
        """Neighbouring inputs that the same statements read, each block with its doors.

        A door is a node of the block that is come to from outside. What a choice of values within the block makes of
        the questions is what it makes of the doors, so nothing above the block need be looked at.
        """
        space, variables = self._space, self.world.variables
        nodes = space.below(asked)
        block_of: dict[int, int] = {}
        blocks: list[list[int]] = []
        for position in sorted({space.asks[node] for node in nodes}):
            alike = self.world.alike[variables[position].key]
            if not blocks or self.world.alike[variables[blocks[-1][-1]].key] != alike:
                blocks.append([])
            blocks[-1].append(position)
            block_of[position] = len(blocks) - 1
        doors: list[set[int]] = [set() for _ in blocks]
        for one in asked:
            if one > EVERYBODY:
                doors[block_of[space.asks[one]]].add(one)
        for node in nodes:
            here = block_of[space.asks[node]]
            for child in space.children[node]:
                if child > EVERYBODY and block_of[space.asks[child]] != here:
                    doors[block_of[space.asks[child]]].add(child)
        return [(block, sorted(each)) for block, each in zip(blocks, doors, strict=True)]

    def _single(self, position: int, order: Sequence[int], doors: Sequence[int]) -> list[Choice]:
        """The values of one input that some question tells apart."""
        found: dict[tuple[int, ...], Choice] = {}
        for cell in order:
            typical = {position: cell}
            if self._space.given(self._possible, typical) != NOBODY:
                left = self._space.given_each(doors, typical)
                self._keep(found, Choice(typical, self._space.values(position, [cell]), left))
        return list(found.values())

    def _keep(self, found: dict[tuple[int, ...], Choice], choice: Choice) -> None:
        """Note a choice, together with one that no question tells from it."""
        kept = found.get(choice.left)
        found[choice.left] = kept._replace(those=self._space.either(kept.those, choice.those)) if kept else choice

    def _joint(self, one: Sequence[Choice], other: Sequence[Choice], most: int) -> list[Choice] | None:
        """The values of two traits taken together; None when they are more than ``most``."""
        found: dict[tuple[int, ...], Choice] = {}
        for first in one:
            for second in other:
                typical = {**first.typical, **second.typical}
                if self._space.given(self._possible, typical) == NOBODY:
                    continue
                left = self._space.given_each(first.left, second.typical)
                self._keep(found, Choice(typical, self._space.both(first.those, second.those), left))
                if len(found) > most:
                    return None
        return list(found.values())

    def _joined(self, block: Sequence[int], doors: Sequence[int], normal: Sequence[Sequence[int]]) -> list[Group]:
        """Join the traits of a block, for as long as the joint trait has no more values than each.

        The sides of one test are joined for as long as not every choice of values makes a difference.
        """
        groups: list[Group] = [((each,), self._single(each, normal[each], doors)) for each in block]
        self._join(groups)
        return groups

    def _join(self, groups: list[Group]) -> None:
        apart: set[tuple[tuple[int, ...], tuple[int, ...]]] = set()
        pairs = True
        while pairs:
            pairs = False
            for left, right in combinations(range(len(groups)), 2):
                one, other = groups[left], groups[right]
                if (one[0], other[0]) in apart:
                    continue
                most = max(len(one[1]), len(other[1]))
                if self._one_test(one[0], other[0]):
                    most = len(one[1]) * len(other[1]) - 1
                joint = self._joint(one[1], other[1], most)
                if joint is None:
                    apart.add((one[0], other[0]))
                    continue
                groups[left] = ((*one[0], *other[0]), joint)
                del groups[right]
                pairs = True
                break

    def _one_test(self, one: tuple[int, ...], other: tuple[int, ...]) -> bool:
        """Whether all are sides of one test: then it is told which of them, not which side, has what."""
        variables = [self.world.variables[member] for member in (*one, *other)]
        return all(each.side for each in variables) and len({each.fact.name for each in variables}) == 1

    def _trait(self, members: tuple[int, ...], choices: list[Choice]) -> Trait:
        values, typical = [choice.those for choice in choices], [choice.typical for choice in choices]
        return Trait(members, tuple(values), tuple(typical))

    # -- questions over traits ----------------------------------------------------------------------------------------

    def _translate(self, question: int, depth: int) -> int:
        if question <= 1 or depth == len(self.traits):
            # Inputs that no question asks can only be impossible together with others; some choice of them is not.
            return min(question, 1)
        known = self._over.get((question, depth))
        if known is None:
            children = [
                self._translate(self._space.given(question, typical), depth + 1)
                for typical in self.traits[depth].typical
            ]
            known = self._over[question, depth] = self.diagrams.node(depth, tuple(children))
        return known

    def count(self, one: int) -> int:
        """How many patterns of traits."""
        return self.diagrams.count(self.diagrams.both(one, self.possible))

    def cells(self, values: Sequence[int], normal: Sequence[Sequence[int]]) -> list[int]:
        """A patient with these trait values: a cell for each input, as normal as they allow."""
        fixed: dict[int, int] = {}
        for trait, value in zip(self.traits, values, strict=True):
            fixed.update(trait.typical[value])
        preferred = [[fixed[position]] if position in fixed else order for position, order in enumerate(normal)]
        box = self._space.box({position: [cell] for position, cell in fixed.items()})
        found = self._space.first(self._space.both(box, self.world.possible), preferred)
        assert found is not None
        return found
