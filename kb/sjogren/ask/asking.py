"""Putting a query to a store: what is local and what is a server are asked alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from sjogren.ask.answer import Answer, short
from sjogren.ask.guard import PREFIXES
from sjogren.ask.questions import (
    TEXT,
    Parameter,
    Question,
    bound,
    filled,
    kind_query,
    literal,
    meant,
)
from sjogren.model.vocabulary import fold_label


class Asked(Protocol):
    """Whatever answers a query: the graph in memory, or a server."""

    def ask(self, text: str, name: str, most: int | None, *, turtle: bool = False) -> Answer:
        """At most so many rows of the answer to a query, once it has passed the guard; ``name`` is for errors."""


def named(
    asked: Asked, question: Question, values: Sequence[str], ontology: Path, most: int | None, *, turtle: bool
) -> Answer:
    """The answer to a question, with values by any name that the things go by."""
    return asked.ask(query_of(asked, question, values, ontology), f"query/{question.name}.rq", most, turtle=turtle)


def query_of(asked: Asked, question: Question, values: Sequence[str], ontology: Path) -> str:
    """The query of a question with its values in place."""
    given = {name: value for name, value in bound(question, values).items() if value.strip()}
    known: dict[str, Mapping[str, Mapping[str, str]]] = {}
    terms = {}
    for parameter in question.parameters:
        if parameter.name not in given:
            continue
        if parameter.kind == TEXT:
            terms[parameter.name] = literal(fold_label(given[parameter.name]))
            continue
        if parameter.kind not in known:
            known[parameter.kind] = _names(asked, parameter, ontology)
        terms[parameter.name] = meant(_iri(given[parameter.name]), parameter, known[parameter.kind])
    return filled(question, terms)


def _names(asked: Asked, parameter: Parameter, ontology: Path) -> dict[str, dict[str, str]]:
    """Everything of a kind, as SPARQL writes it, with the names that it goes by: its identifier first, then its labels.

    A label such as "BAFF / BLyS" is two names as well.
    """
    file = f"query/kind/{parameter.kind}.rq"
    found: dict[str, dict[str, str]] = {}
    for row in asked.ask(kind_query(ontology, parameter.kind), file, None).rows:
        value = row["it"]["value"]
        term = f"<{value}>" if row["it"]["type"] == "uri" else literal(value)
        names = found.setdefault(term, {fold_label(name): name for name in (short(value), value)})
        if "label" in row:
            label = row["label"]["value"]
            names.update(
                {fold_label(name): name for name in (label, *label.split(" / ")) if fold_label(name) not in names}
            )
    return found


def _iri(value: str) -> str:
    """A value that is an IRI, in brackets or with a known prefix, as the IRI alone; any other as it is."""
    if value.startswith("<") and value.endswith(">"):
        return value[1:-1]
    prefix, colon, name = value.partition(":")
    if colon and prefix == "pmid":
        return f"https://pubmed.ncbi.nlm.nih.gov/{name}/"
    return PREFIXES[prefix] + name if colon and prefix in PREFIXES else value
