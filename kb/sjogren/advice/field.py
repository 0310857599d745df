"""All records that one conclusion can be asked about, complete or not, as one diagram that ends in its answers.

It is made by the reading of `sjogren.compare`, once for a conclusion, the policies and the assumptions of a case, and
kept; a patient is a way through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sjogren.advice.cells import assumed_cell, first_of, values_of
from sjogren.compare.answers import TABLES, UNDETERMINED, answers, nodes_of
from sjogren.compare.diagrams import EVERYBODY, NOBODY, Diagrams
from sjogren.compare.reading import Outline, Source, cut
from sjogren.compare.space import Variable
from sjogren.compare.world import World
from sjogren.model.rule import Rule
from sjogren.model.vocabulary import Vocabulary
from sjogren.program.ir import FALSE, TRUE
from sjogren.program.store import Knowledge

MAX_NODES = 30_000
"""Above so many nodes of a diagram a conclusion is left out: what fits is made in a moment."""
OPEN = "undetermined"


class Field:
    """One conclusion over all records.

    variables
        what it reads, each with its cells; the last cell stands for *nothing recorded*.
    readers
        for each of them the statements that read it.
    stated
        the facts that state what a rule comes to, each with its rule.
    answers, settled
        its answers in words, and whether each of them leaves nothing open.
    asks, children
        the diagram: nodes from `first` on ask a variable and have a child for each cell. A node below ``len(answers)``
        is an answer, the one after them is what no record can be.
    alike, others
        for each variable, the first cell that the diagram does not tell from each cell; and the cell of other codes.
    values, apart
        for each variable the cells of fully recorded values, and one of each kind that the diagram tells apart.
    words
        cells in words, by variable, as they are first asked for.

    ``opened`` looks at the findings behind a stated level, and not at the level.
    ``anybody`` also lets in what no record should be: a broader finding absent beside a narrower one that is present.
    Raises `Uncountable` or `TooLarge` where this cannot be made.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        rule: Rule,
        policy: Mapping[str, str],
        assume: Mapping[str, str],
        *,
        anybody: bool = False,
        opened: bool = False,
    ) -> None:
        vocabulary, rules = knowledge.vocabulary, knowledge.rules.rules
        self.rule = rule
        nodes = nodes_of(rule)
        source = Source(cut(knowledge.program, nodes), rules, policy, frozenset([rule.id] if opened else ()))
        stated = {each.stated for each in rules.values() if each.stated}
        roots = [*nodes, *_beside(source, nodes, vocabulary, assume)]
        world = World([source], [roots], vocabulary, partial=True, half=stated, limit=MAX_NODES)
        self.variables = world.variables
        self.readers = [world.alike[each.key] for each in world.variables]
        self.stated = {fact: name for name, fact in world.readings[0].outline.stated.items()}
        space, truth = world.diagrams, world.readings[0].truth
        found = answers(rule, truth, space)
        whole = space.all_of(space.either(truth(node, TRUE), truth(node, FALSE)) for node in nodes)
        self.answers = tuple(found)
        self.settled = tuple(
            words != UNDETERMINED and (rule.kind in {*TABLES, "CriteriaSet"} or space.both(each, whole) == each)
            for words, each in found.items()
        )
        parts = [self._unrecorded(space, each, assume) for each in found.values()]
        self.impossible = len(parts)
        self.first = len(parts) + 1
        end = len(self.variables)
        self.asks = [end] * self.first
        self.children: list[tuple[int, ...]] = [()] * self.first
        self.root = self._joined(space, EVERYBODY if anybody else world.possible, parts)
        self.alike = self._alike()
        self.values = tuple(tuple(values_of(each)) for each in self.variables)
        self.apart = tuple(first_of(values, alike) for values, alike in zip(self.values, self.alike, strict=True))
        self.words: dict[tuple[int, tuple[int, ...]], str] = {}
        self.others = self._others(source, roots)

    def _unrecorded(self, space: Diagrams, one: int, assume: Mapping[str, str]) -> int:
        """A set of patients, where what is not recorded is what an assumption takes it for.

        A fact that another one keeps from being assumed is unknown where that one is recorded as present.
        """
        index = {each.key: position for position, each in enumerate(self.variables)}
        for position, each in enumerate(self.variables):
            cell = assumed_cell(each, assume)
            if cell is None:
                continue
            unknown = space.values(position, [len(each.cells) - 1])
            blocking = [index[name] for name in each.fact.not_assumed_if if name in index]
            blocked = space.any_of(space.values(other, _present(self.variables[other])) for other in blocking)
            assumed = space.given(one, {position: cell})
            open_ = space.given(one, {position: len(each.cells) - 1})
            instead = space.either(space.both(blocked, open_), space.both(space.negate(blocked), assumed))
            one = space.either(space.both(unknown, instead), space.both(space.negate(unknown), one))
        return one

    def _joined(self, space: Diagrams, possible: int, parts: Sequence[int]) -> int:
        """The answers of all patients in one diagram."""
        memo: dict[tuple[int, ...], int] = {}
        known: dict[tuple[int, tuple[int, ...]], int] = {}

        def walk(state: tuple[int, ...]) -> int:
            if state[0] == NOBODY:
                return self.impossible
            if state[0] == EVERYBODY and EVERYBODY in state[1:]:
                return state.index(EVERYBODY, 1) - 1
            found = memo.get(state)
            if found is not None:
                return found
            variable = min(space.asks[each] for each in state)
            count = space.sizes[variable]
            below = [space.children[each] if space.asks[each] == variable else (each,) * count for each in state]
            children = tuple([walk(each) for each in zip(*below, strict=True)])
            if len(set(children)) == 1:
                found = children[0]
            else:
                found = known.get((variable, children))
                if found is None:
                    found = known[variable, children] = len(self.asks)
                    self.asks.append(variable)
                    self.children.append(children)
            memo[state] = found
            return found

        return walk((possible, *parts))

    def _others(self, source: Source, roots: Iterable[str]) -> tuple[int, ...]:
        """For each input that is a code, the cell of the codes that nothing asks for."""
        asked = Outline(source).read(roots)
        words = [{word for literal in asked.get(each.key, ()) for word in literal.words} for each in self.variables]
        return tuple(
            next((at for at, cell in enumerate(each.cells) if cell.known and cell.known.code not in named), 0)
            for each, named in zip(self.variables, words, strict=True)
        )

    def _alike(self) -> tuple[tuple[int, ...], ...]:
        columns: list[list[tuple[int, ...]]] = [[() for _ in each.cells] for each in self.variables]
        for asked, children in zip(self.asks[self.first :], self.children[self.first :], strict=True):
            columns[asked] = [(*column, child) for column, child in zip(columns[asked], children, strict=True)]
        return tuple(tuple(each.index(column) for column in each) for each in columns)


def _present(each: Variable) -> list[int]:
    return [index for index, cell in enumerate(each.cells) if cell.known and cell.known.truth == TRUE]


def _beside(source: Source, nodes: Sequence[str], vocabulary: Vocabulary, assume: Mapping[str, str]) -> Iterable[str]:
    """Inputs that a conclusion does not read, but that bear on those it reads: narrower, broader, against assuming."""
    outline = Outline(source)
    read = {key.partition("@")[0] for key in outline.read(nodes)}
    found: dict[str, None] = {}
    for fact in vocabulary.facts.values():
        if fact.name in read:
            near = [*fact.narrower, *(fact.not_assumed_if if fact.assumption in assume else ())]
            found |= dict.fromkeys(near)
        elif read.intersection(fact.narrower):
            found[fact.name] = None
    return [name for name in found if name in outline.kinds and name not in read]
