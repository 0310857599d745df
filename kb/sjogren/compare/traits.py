"""What compared rules tell apart: the inputs of a space gathered into traits, each with as few values as can matter.

Two values of an input that change no answer, whatever else is found, are one value of a trait. Inputs that the same
statements read become one trait where that makes nothing finer: both eyes of one test, or exclusions that count alike.
Over traits the comparison is exact and small enough to be told in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from sjogren.compare.diagrams import NOBODY, Diagrams
from sjogren.compare.world import World

Choice: TypeAlias = "tuple[dict[int, int], int]"
"""One value while it is worked out: a cell for each input, and all patients who have it."""


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
        self._last = max(self._space.support(questions.values()), default=-1)
        self._given: dict[tuple[int, tuple[tuple[int, int], ...]], tuple[int, ...]] = {}
        support = sorted(self._space.support(questions.values()))
        whole = {each: self._merged([self._single(each, normal[each])]) for each in support}
        self.traits = tuple(self._weighed(*each) for each in self._gathered(whole))
        self.diagrams = Diagrams([len(trait.values) for trait in self.traits])
        self._over: dict[tuple[int, int], int] = {}
        self.possible = self._translate(world.possible, 0)
        self.questions = {name: self._translate(question, 0) for name, question in questions.items()}
        self.weights = [trait.weights for trait in self.traits]

    # -- gathering ----------------------------------------------------------------------------------------------------

    def _single(self, position: int, order: Sequence[int]) -> list[Choice]:
        return [({position: cell}, self._space.values(position, [cell])) for cell in order]

    def _signature(self, fixed: Mapping[int, int]) -> tuple[int, ...]:
        return tuple(self._space.given(question, fixed) for question in self._asked)

    def _merged(self, choices: Sequence[list[Choice]]) -> list[Choice]:
        """The choices of one or two traits taken together, those that no question tells apart as one."""
        pairs = choices[0]
        for more in choices[1:]:
            pairs = [({**one[0], **other[0]}, self._space.both(one[1], other[1])) for one in pairs for other in more]
        found: dict[tuple[int, ...], Choice] = {}
        for fixed, those in pairs:
            signature = self._signature(fixed)
            if signature[0] == NOBODY:
                continue
            kept = found.get(signature)
            found[signature] = (kept[0], self._space.either(kept[1], those)) if kept else (fixed, those)
        return list(found.values())

    def _gathered(self, whole: dict[int, list[Choice]]) -> list[tuple[tuple[int, ...], list[Choice]]]:
        """Join traits that the same statements read, for as long as the joint trait has no more values than each."""
        groups = [((position,), choices) for position, choices in whole.items()]
        alike = self.world.alike
        done = False
        while not done:
            done = True
            for left in range(len(groups)):
                for right in range(left + 1, len(groups)):
                    one, other = groups[left], groups[right]
                    keys = [self.world.variables[group[0][0]].key for group in (one, other)]
                    if alike[keys[0]] != alike[keys[1]]:
                        continue
                    joint = self._merged([one[1], other[1]])
                    if len(joint) <= max(len(one[1]), len(other[1])):
                        groups[left] = ((*one[0], *other[0]), joint)
                        del groups[right]
                        done = False
                        break
                if not done:
                    break
        return groups

    def _weighed(self, members: tuple[int, ...], choices: list[Choice]) -> Trait:
        sizes = self._space.sizes
        others = 1
        for position, size in enumerate(sizes):
            others *= 1 if position in members else size
        weights = tuple(self._space.count(those) // others for _, those in choices)
        return Trait(members, tuple(those for _, those in choices), tuple(fixed for fixed, _ in choices), weights)

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
