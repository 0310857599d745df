"""One reading of ontology and rules as pages: what each says, and what refers to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sjogren.browse.kinds import HIDDEN, KINDS, LAST, OTHER_CLASSES, OTHERS, PHRASES, TAGGED, TAGS, Kind
from sjogren.ontology.graph import RDF, RDFS, SJD, SKOS, load_graph, local
from sjogren.rules.rdf import RULE, rules_graph

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

DC = "http://purl.org/dc/terms/"
NAMES = (f"{SKOS}prefLabel", f"{DC}title", f"{RDFS}label", f"{SKOS}notation")
TOLD = (f"{SJD}measured", f"{SJD}contrast")
"""What names a node that has only a number: of a trial result what was measured, and against what."""
MEANINGS = (f"{SKOS}definition", f"{RDFS}comment")
SEARCHED = (f"{SKOS}altLabel", f"{SJD}deprecatedLabel", f"{SKOS}hiddenLabel", f"{SJD}doi", f"{SJD}pmid")
INWARDS = {f"{SJD}part", f"{SJD}items"}
"""Properties that lead from a rule to its own parts."""


class Value(NamedTuple):
    """What a property has: text, a page (of a rule, with its identifier), an address elsewhere, or parts of its own."""

    text: str
    page: str = ""
    identifier: str = ""
    address: str = ""
    parts: tuple[Line, ...] = ()


class Line(NamedTuple):
    """A property in words, with its values."""

    name: str
    values: tuple[Value, ...]


class Page(NamedTuple):
    """One page: where it lies, what it is called, what it says, and what refers to it."""

    iri: str
    kind: Kind
    path: str
    name: str
    meaning: str
    other_names: tuple[str, ...]
    lines: tuple[Line, ...]
    backwards: tuple[Line, ...]


class Record:
    """All pages by IRI, in the order of their kinds and names."""

    def __init__(self, rules: Path, ontology: Path) -> None:
        self.graph = load_graph(ontology)
        self.rules = rules_graph(rules)
        self.both = self.graph + self.rules
        self.kind_of: dict[str, Kind] = dict(self._kinds())
        self.paths = {iri: self._path(iri, kind) for iri, kind in self.kind_of.items()}
        self._backwards: dict[str, dict[str, set[str]]] = {}
        self._forwards: dict[str, set[str]] = {}
        self._note_references()
        self.pages = {iri: self._page(iri) for iri in sorted(self.kind_of, key=self._order)}

    def name(self, iri: str) -> str:
        """How a page is called."""
        from rdflib import URIRef

        node = URIRef(iri)
        for predicate in NAMES:
            found = sorted(self.both.objects(node, URIRef(predicate)), key=str)
            if found:
                told = [str(self.both.value(node, URIRef(each)) or "") for each in TOLD]
                return ", ".join([str(found[0]), *filter(None, told)]) if predicate == NAMES[-1] else str(found[0])
        return local(iri).replace("_", " ")

    def _order(self, iri: str) -> tuple[str, str, str]:
        kind = self.kind_of[iri]
        return kind.folder, iri if kind.folder == "rule" else self.name(iri).casefold(), iri

    def _kinds(self) -> Iterator[tuple[str, Kind]]:
        from rdflib import RDF as TYPES
        from rdflib import URIRef

        for kinds in (dict.fromkeys(OTHER_CLASSES, OTHERS), dict(reversed(list(KINDS.items())))):
            for name, kind in kinds.items():
                for node in self.both.subjects(TYPES.type, URIRef(name)):
                    if isinstance(node, URIRef) and "#" not in str(node):
                        yield str(node), kind

    def _path(self, iri: str, kind: Kind) -> str:
        if kind.folder == "rule":
            return f"rule/{iri.removeprefix(RULE)}.html"
        tail = iri.removeprefix(SJD).removeprefix("https://doi.org/").removeprefix("https://")
        tail = tail.removeprefix(f"{kind.folder}/").strip("/")
        return f"{kind.folder}/{''.join(sign if sign.isalnum() or sign in '-.' else '_' for sign in tail)}.html"

    # -- what a page says ---------------------------------------------------------------------------------------------

    def _page(self, iri: str) -> Page:
        from rdflib import URIRef

        node, kind = URIRef(iri), self.kind_of[iri]
        meaning = next((str(text) for key in MEANINGS for text in self.both.objects(node, URIRef(key))), "")
        others = sorted({str(text) for key in SEARCHED for text in self.both.objects(node, URIRef(key))})
        lines = () if kind.folder == "rule" else self._lines(node, meaning, set())
        named = {key: sorted(froms, key=self._order) for key, froms in self._backwards.get(iri, {}).items()}
        backwards = tuple(
            Line(key, tuple(Value(self.name(each), self.paths[each], self._identifier(each)) for each in froms))
            for key, froms in sorted(named.items())
        )
        return Page(iri, kind, self.paths[iri], self.name(iri), meaning, tuple(others), lines, backwards)

    def _lines(self, node: Node, meaning: str, seen: set[Node]) -> tuple[Line, ...]:
        found: dict[str, list[Value]] = {}
        said = sorted((str(predicate), str(value), value) for predicate, value in self.both.predicate_objects(node))
        said.sort(key=lambda each: LAST.index(each[0]) if each[0] in LAST else -1)
        for predicate, text, value in said:
            if predicate in TAGGED:
                found.setdefault(self.forwards(predicate), []).append(Value(TAGS.get(text, text)))
            elif predicate not in HIDDEN and text != meaning:
                found.setdefault(self.forwards(predicate), []).extend(self._values(value, seen | {node}))
        return tuple(Line(key, tuple(values)) for key, values in found.items() if values)

    def _values(self, value: Node, seen: set[Node]) -> Iterator[Value]:
        from rdflib import BNode, Literal, URIRef

        if isinstance(value, Literal):
            yield Value(str(value))
        elif isinstance(value, BNode):
            items = list(self.both.items(value))
            if items:
                for item in items:
                    yield from self._values(item, seen)
            elif value not in seen:
                yield Value("", parts=self._lines(value, "", seen))
        elif str(value) in self.paths:
            yield Value(self.name(str(value)), self.paths[str(value)])
        elif isinstance(value, URIRef):
            notation = self.both.value(value, URIRef(f"{SKOS}notation"))
            system = self.both.value(value, URIRef(f"{SJD}system"))
            text = f"{system} {notation}" if notation and system else local(str(value)) or str(value)
            yield Value(text, address=str(value))

    def _identifier(self, iri: str) -> str:
        """The identifier of a rule, to stand beside its name; empty for everything else."""
        return iri.removeprefix(RULE) if self.kind_of[iri].folder == "rule" else ""

    def forwards(self, predicate: str) -> str:
        """A property in words."""
        return PHRASES.get(predicate, ("",))[0] or self.name(predicate)

    # -- what refers to it --------------------------------------------------------------------------------------------

    def _note_references(self) -> None:
        """For each page, the pages that refer to it, by how they do."""
        from rdflib import URIRef

        for iri in self.kind_of:
            for predicate, target in self._reached(URIRef(iri), {URIRef(iri)}):
                if target != iri and predicate != f"{RDF}type":
                    words = PHRASES.get(predicate, ("", ""))[1] or f"{self.name(predicate)} of"
                    self._backwards.setdefault(target, {}).setdefault(words, set()).add(iri)
                    if predicate not in INWARDS:
                        self._forwards.setdefault(iri, set()).add(target)

    def _reached(self, node: Node, seen: set[Node], through: str = "") -> Iterator[tuple[str, str]]:
        """The pages that a page refers to, with the last property that means something on the way."""
        from rdflib import BNode, URIRef

        for predicate, value in self.both.predicate_objects(node):
            word = str(predicate)
            step = through if word in {f"{RDF}first", f"{RDF}rest"} else word
            if str(value) in self.kind_of:
                yield step, str(value)
            elif isinstance(value, BNode | URIRef) and value not in seen and (isinstance(value, BNode) or "#" in value):
                seen.add(value)
                yield from self._reached(value, seen, step)

    # -- what else the site shows -------------------------------------------------------------------------------------

    def of_kind(self, folder: str) -> list[Page]:
        """The pages of one kind, in order."""
        return [page for page in self.pages.values() if page.kind.folder == folder]

    def uses(self, iri: str, folder: str) -> list[Page]:
        """The pages of one kind that a page refers to, its own parts excepted."""
        found = (self.pages[target] for target in self._forwards.get(iri, ()))
        return sorted((page for page in found if page.kind.folder == folder), key=lambda page: self._order(page.iri))

    def merged(self) -> Graph:
        """Ontology and rules as one graph, for download."""
        return self.both
