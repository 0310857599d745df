"""What compared rules tell apart: the inputs of a space gathered into traits, each with as few values as can matter.

Two values of an input that change no answer, whatever else is found, are one value of a trait. Inputs that the same
statements read become one trait where that makes nothing finer: both eyes of one test, or exclusions that count alike.
Over traits the comparison is exact and small enough to be told in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from sjogren.compare.diagrams import NOBODY, Diagrams
from sjogren.compare.world import World


class Choice(NamedTuple):
    """One value while it is worked out.

    ``typical``: a cell for each input; ``those``: all patients who have the value; ``left``: who is possible, and what
    is left of each question, given the value.
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
    weights
        for each value, how many combinations of cells of the members it stands for.
    """

    members: tuple[int, ...]
    values: tuple[int, ...]
    typical: tuple[Mapping[int, int], ...]
    weights: tuple[int, ...]


class Traits:
    """The traits of a space under some questions, and the questions over them.

    ``normal`` orders the cells of each input from the most normal one.
    """

    def __init__(self, world: World, questions: Mapping[str, int], normal: Sequence[Sequence[int]]) -> None:
        self.world = world
        self._space = world.diagrams
        self._asked = (world.possible, *questions.values())
        support = sorted(self._space.support(questions.values()))
        singles = {each: self._single(each, normal[each]) for each in support}
        self.traits = tuple(self._weighed(*each) for each in self._gathered(singles))
        self.diagrams = Diagrams([len(trait.values) for trait in self.traits])
        self._over: dict[tuple[int, int], int] = {}
        self.possible = self._translate(world.possible, 0)
        self.questions = {name: self._translate(question, 0) for name, question in questions.items()}
        self.weights = [trait.weights for trait in self.traits]

    # -- gathering ----------------------------------------------------------------------------------------------------

    def _single(self, position: int, order: Sequence[int]) -> list[Choice]:
        """The values of one input that some question tells apart."""
        every = [
            Choice({position: cell}, self._space.values(position, [cell]), self._given(self._asked, {position: cell}))
            for cell in order
        ]
        return self._told_apart(every)

    def _given(self, questions: Sequence[int], fixed: Mapping[int, int]) -> tuple[int, ...]:
        return tuple([self._space.given(question, fixed) for question in questions])

    def _joint(self, one: Sequence[Choice], other: Sequence[Choice], most: int) -> list[Choice] | None:
        """The values of two traits taken together; None when they are more than ``most``."""
        found: dict[tuple[int, ...], Choice] = {}
        for first in one:
            for second in other:
                left = self._given(first.left, second.typical)
                if left[0] == NOBODY:
                    continue
                those = self._space.both(first.those, second.those)
                kept = found.get(left)
                found[left] = (
                    kept._replace(those=self._space.either(kept.those, those))
                    if kept
                    else Choice({**first.typical, **second.typical}, those, left)
                )
                if len(found) > most:
                    return None
        return list(found.values())

    def _told_apart(self, choices: Sequence[Choice]) -> list[Choice]:
        found: dict[tuple[int, ...], Choice] = {}
        for choice in choices:
            if choice.left[0] == NOBODY:
                continue
            kept = found.get(choice.left)
            found[choice.left] = (
                kept._replace(those=self._space.either(kept.those, choice.those)) if kept else choice
            )
        return list(found.values())

    def _gathered(self, singles: Mapping[int, list[Choice]]) -> list[tuple[tuple[int, ...], list[Choice]]]:
        """Join traits that the same statements read, for as long as the joint trait has no more values than each."""
        alike: dict[frozenset[str], list[tuple[tuple[int, ...], list[Choice]]]] = {}
        for position, choices in singles.items():
            read_by = self.world.alike[self.world.variables[position].key]
            alike.setdefault(read_by, []).append(((position,), choices))
        for groups in alike.values():
            self._join(groups)
        return sorted((group for groups in alike.values() for group in groups), key=lambda group: group[0])

    def _join(self, groups: list[tuple[tuple[int, ...], list[Choice]]]) -> None:
        apart: set[tuple[tuple[int, ...], tuple[int, ...]]] = set()
        pairs = True
        while pairs:
            pairs = False
            for left, right in combinations(range(len(groups)), 2):
                one, other = groups[left], groups[right]
                if (one[0], other[0]) in apart:
                    continue
                joint = self._joint(one[1], other[1], max(len(one[1]), len(other[1])))
                if joint is None:
                    apart.add((one[0], other[0]))
                    continue
                groups[left] = ((*one[0], *other[0]), joint)
                del groups[right]
                pairs = True
                break

    def _weighed(self, members: tuple[int, ...], choices: list[Choice]) -> Trait:
        sizes = self._space.sizes
        others = 1
        for position, size in enumerate(sizes):
            others *= 1 if position in members else size
        weights = tuple(self._space.count(choice.those) // others for choice in choices)
        values, typical = [choice.those for choice in choices], [choice.typical for choice in choices]
        return Trait(members, tuple(values), tuple(typical), weights)

    # -- questions over traits ----------------------------------------------------------------------------------------

    def _translate(self, question: int, depth: int) -> int:
        if question <= 1 or depth == len(self.traits):
            # Inputs that no question asks can only be impossible together with others; some choice of them is not.
            return question if question <= 1 else 1
        known = self._over.get((question, depth))
        if known is None:
            children = [
                self._translate(self._space.given(question, typical), depth + 1)
                for typical in self.traits[depth].typical
            ]
            known = self._over[question, depth] = self.diagrams.node(depth, tuple(children))
        return known

    def count(self, one: int, *, weighted: bool = False) -> int:
        """How many patterns of traits; ``weighted``: how many combinations of cells they stand for."""
        return self.diagrams.count(self.diagrams.both(one, self.possible), self.weights if weighted else None)

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
