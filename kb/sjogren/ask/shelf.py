"""A store of triples for rdflib that is filled once and then only read: three indices of plain lists.

rdflib's own in-memory stores keep contexts and can forget triples; a question needs neither, and a process that answers
one question is mostly the time that its store takes to be filled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

Triple: TypeAlias = "tuple[Node, Node, Node]"


def graph_of(triples: Iterable[Triple]) -> Graph:
    """A graph to be read; each triple counts once."""
    from rdflib import Graph
    from rdflib.store import Store

    class Shelf(Store):
        """The store: rdflib is imported only where a graph is asked for, so that its base class is not known before."""

        def __init__(self, triples: Iterable[Triple]) -> None:
            super().__init__()
            self.held = dict.fromkeys(triples)
            self.by: tuple[defaultdict[Node, list[Triple]], ...] = (
                defaultdict(list),
                defaultdict(list),
                defaultdict(list),
            )
            subjects, predicates, objects = self.by
            for triple in self.held:
                subjects[triple[0]].append(triple)
                predicates[triple[1]].append(triple)
                objects[triple[2]].append(triple)

        def triples(
            self,
            triple_pattern: Any,
            context: Any = None,  # noqa: ARG002  # rdflib's signature; there is one graph
        ) -> Iterator[tuple[Triple, Iterator[Any]]]:
            """What fits a pattern, found by whichever of its terms is rarest."""
            wanted = [(place, term) for place, term in enumerate(triple_pattern) if term is not None]
            if len(wanted) == len(triple_pattern):
                found: Iterable[Triple] = [triple_pattern] if triple_pattern in self.held else []
            elif wanted:
                lists: list[Sequence[Triple]] = [self.by[place].get(term, ()) for place, term in wanted]
                fewest = min(lists, key=len)
                found = fewest
                if len(wanted) > 1:
                    found = [triple for triple in fewest if all(triple[place] == term for place, term in wanted)]
            else:
                found = self.held
            for triple in found:
                yield triple, iter(())

        def __len__(self, context: Any = None) -> int:
            return len(self.held)

    return Graph(store=Shelf(triples))
