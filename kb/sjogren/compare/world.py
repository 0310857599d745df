"""One space of patients for several programs: its variables in a good order, who is possible, and what each reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sjogren.compare.diagrams import EVERYBODY, MAX_NODES, Diagrams
from sjogren.compare.reading import Outline, Reading, Source
from sjogren.compare.space import PATIENT, Uncountable, fact_of, impossible, variable
from sjogren.compare.sums import impossible_sums, sum_fact
from sjogren.model.vocabulary import Vocabulary
from sjogren.program.ir import Aggregate, Literal


class World:
    """The patients that some statements of some programs can tell apart.

    ``roots`` gives for each source the nodes that are asked, or further inputs. ``partial`` lets every finding be
    unknown as well, ``half`` a number be known only by a range, as `variable` says.
    Raises `Uncountable` when a rule adds up numbers, and `TooLarge` later, when there is too much to work out.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        roots: Sequence[Iterable[str]],
        vocabulary: Vocabulary,
        *,
        partial: bool,
        half: Collection[str] | None = None,
        limit: int = MAX_NODES,
    ) -> None:
        wanted = [tuple(each) for each in roots]
        outlines = [_settled(source, each) for source, each in zip(sources, wanted, strict=True)]
        asked: dict[str, list[Literal]] = {}
        readers: dict[str, set[str]] = {}
        for outline, each in zip(outlines, wanted, strict=True):
            read = outline.read(each)
            for key, literals in read.items():
                asked.setdefault(key, []).extend(literals)
            for head in outline.heads:
                for clause in outline.by_head.get(head, ()):
                    for literal in clause.body:
                        readers.setdefault(literal.key, set()).add(_statement(outline, head, clause.rule))
        kinds = {key: kind for outline in outlines for key, kind in outline.kinds.items()}
        self.alike = {key: frozenset(readers.get(key, ())) for key in asked}
        self.vocabulary = vocabulary
        self.sums = _sums(outlines, partial=partial)
        labels = {rule.id: rule.label for source in sources for rule in source.rules.values()}
        facts = {key: sum_fact(aggregate, labels[aggregate.rule], vocabulary) for key, aggregate in self.sums.items()}
        self.variables = tuple(
            variable(
                key,
                kinds[key],
                asked[key],
                facts.get(key) or fact_of(key, vocabulary),
                vocabulary,
                partial=partial,
                half=half,
            )
            for key in _in_order(asked, self.alike)
        )
        self.diagrams = Diagrams([len(each.cells) for each in self.variables], limit)
        self.readings = [Reading(outline, self.variables, self.diagrams) for outline in outlines]
        self.possible = EVERYBODY
        boxes = [*impossible(self.variables, vocabulary), *impossible_sums(self.variables, self.sums)]
        for box in boxes:
            self.possible = self.diagrams.both(self.possible, self.diagrams.negate(self.diagrams.box(box)))


def _sums(outlines: Iterable[Outline], *, partial: bool) -> dict[str, Aggregate]:
    """The sums of numbers that any program asks for; raises `Uncountable` where they cannot be inputs of their own."""
    found: dict[str, Aggregate] = {}
    for outline in outlines:
        for key, aggregate in outline.sums.items():
            if partial:
                raise Uncountable(f"{aggregate.rule} adds up numbers of which only some may be known")
            if found.setdefault(key, aggregate)._replace(path="") != aggregate._replace(path=""):
                raise Uncountable(f"{aggregate.rule} adds up numbers in two ways")
    return found


def _statement(outline: Outline, head: str, rule: str) -> str:
    """What a clause speaks for: its rule, and within a criteria set the part of it (entry, exclusion)."""
    return head if outline.source.rules[rule].kind == "CriteriaSet" else rule


def _settled(source: Source, roots: Iterable[str]) -> Outline:
    """The outline of a program in which no stated total is read beside what it is the total of."""
    roots = tuple(roots)
    while True:
        outline = Outline(source)
        read = set(outline.read(roots))
        totals = {rule: fact for rule, fact in outline.stated.items() if fact in read and rule in outline.aggregates}
        parts = {rule: set(_below(outline, rule)) for rule in totals}
        clashing = {
            rule
            for rule, below in parts.items()
            if below & read or any(below & other for name, other in parts.items() if name != rule)
        }
        if not clashing:
            return outline
        source = source._replace(opened=source.opened | clashing)


def _below(outline: Outline, rule: str) -> Mapping[str, object]:
    """What a total is added up from: stated levels, findings or numbers."""
    found: dict[str, object] = {}
    for addend in outline.aggregates[rule].addends:
        if addend.kind == "number":
            found[addend.key] = addend
        elif addend.kind == "aggregate":
            found.update(_below(outline, addend.key))
        else:
            found.update(outline.read([node for node, _ in addend.levels[1:]] or [addend.key]))
    return found


def _in_order(asked: Mapping[str, object], alike: Mapping[str, frozenset[str]]) -> list[str]:
    """Inputs that the same statements read stand together, both sides of one fact next to each other."""
    first: dict[frozenset[str], int] = {}
    fact: dict[str, int] = {}
    for position, key in enumerate(asked):
        first.setdefault(alike[key], position)
        fact.setdefault(key.partition("@")[0], position)
    return sorted(asked, key=lambda key: (key != PATIENT, first[alike[key]], fact[key.partition("@")[0]], key))
