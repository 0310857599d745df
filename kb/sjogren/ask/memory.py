"""The graph in memory, asked through rdflib."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from sjogren.ask.answer import TRIPLE, Answer, Term
from sjogren.ask.guard import PREFIXES, judged, plain, refused, speaks_of
from sjogren.ask.joins import hand_on

if TYPE_CHECKING:
    from rdflib import Graph


class InMemory:
    """A graph that is asked (see `sjogren.ask.asking.Asked`)."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def ask(self, text: str, name: str, most: int | None, *, turtle: bool = False) -> Answer:
        """The answer, cut at ``most`` rows. Raises `QueryError` for what the guard refuses or rdflib cannot answer."""
        query = judged(plain(text, name), name)
        if speaks_of(query, "Graph"):
            raise refused(name, 0, "Q108", "there is one graph here, and it has no name.", "Leave GRAPH out.")
        hand_on(query.algebra)
        try:
            result = self.graph.query(query)
            if result.type == "ASK":
                return Answer("yes_no", yes=bool(result.askAnswer))
            if result.graph is not None:
                return graph_answer(result.graph, most, turtle=turtle)
            columns = tuple(map(str, result.vars or ()))
            rows = [_row(columns, row) for row in islice(iter(result), None if most is None else most + 1)]
        except RecursionError:
            raise refused(name, 0, "Q101", "the query is nested too deep.") from None
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001  # rdflib raises bare exceptions for what it cannot evaluate
            words = " ".join(str(error).split()) or type(error).__name__
            raise refused(name, 0, "Q108", f"this query cannot be answered: {words.rstrip('.')}.") from None
        return Answer("rows", columns, tuple(rows[:most]), cut=most is not None and len(rows) > most)


def graph_answer(graph: Graph, most: int | None, *, turtle: bool) -> Answer:
    """A graph as an answer: its triples in order, at most so many, and if asked for, as Turtle."""
    from rdflib import Graph as Some

    triples = sorted(graph, key=lambda triple: tuple(map(_order, triple)))
    part = Some()
    for prefix, iri in PREFIXES.items():
        part.bind(prefix, iri)
    for triple in triples[:most]:
        part.add(triple)
    rows = tuple(dict(zip(TRIPLE, map(term_json, triple), strict=True)) for triple in triples[:most])
    cut = most is not None and len(triples) > most
    return Answer("graph", TRIPLE, rows, turtle=part.serialize(format="turtle") if turtle else "", cut=cut)


def _order(term: Any) -> tuple[str, str]:
    return type(term).__name__, str(term)


def _row(columns: tuple[str, ...], row: Any) -> Mapping[str, Term]:
    return {name: term_json(value) for name, value in zip(columns, row, strict=True) if value is not None}


def term_json(term: Any) -> Term:
    """A term as SPARQL's JSON results write it."""
    from rdflib import BNode, Literal

    if isinstance(term, Literal):
        found = {"type": "literal", "value": str(term)}
        if term.language:
            found["xml:lang"] = term.language
        elif term.datatype:
            found["datatype"] = str(term.datatype)
        return found
    return {"type": "bnode" if isinstance(term, BNode) else "uri", "value": str(term)}
