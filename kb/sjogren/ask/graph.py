"""The graph that questions are put to: ontology and rules, what follows from the way that rules are written, and cases.

What a file says once and every question would have to spell out is added as triples of their own:

``dcterms:isPartOf``
    from every test, group, case and source to the rule that it stands in, and from a part to the rule that it
    belongs to;
``sjd:reads``
    from a rule to each fact, policy and rule that its own conditions name, and to its items;
``sjd:restsOn``, ``sjd:restsOnlyOn``
    from a rule to every work that it cites, itself or in a case; and to that work if there is but one;
``sjd:usesTest``
    from a criteria set to every test of its own conditions and items, and of the findings that these read: what scores
    and grades ask to come to their number is not a criterion of the set;
``sjd:inWords``, ``sjd:threshold``
    what a test asks (``at most 1.5 mL/15.min``), and for a number of a fact, the same in the fact's own unit (``at most
    0.1 mL/min``), so that equal thresholds are equal texts;
``sjd:status``, ``sjd:ruleVerification``, ``dcterms:source``
    of a part, where it takes its file's.

Ontology and rules are kept by content hash as plain JSON (see `sjogren.program.store`); assessments never are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sjogren.ask.shelf import Triple, graph_of
from sjogren.program.store import keep, kept

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

SJD = "https://w3id.org/sjd/"
RULE = f"{SJD}rule/"
DCTERMS = "http://purl.org/dc/terms/"


def knowledge_graph(rules: Path, ontology: Path, more: Iterable[Triple] = ()) -> Graph:
    """Everything that the two folders say, and the triples given; raises `KnowledgeError` when they cannot be read."""
    name = _name(rules, ontology)
    triples = list(unpacked(payload)) if (payload := kept(name)) else []
    if not triples:
        triples = _read(rules, ontology)
        keep(name, packed(triples))
    return graph_of([*triples, *more])


def _read(rules: Path, ontology: Path) -> list[Triple]:
    from sjogren.ontology.graph import load_graph
    from sjogren.rules.rdf import rules_graph

    written, known = rules_graph(rules), load_graph(ontology)
    found = list(derived(written))
    return [*known, *written, *found, *thresholds(written, known), *tests_of_sets(written, found)]


def derived(graph: Graph) -> Iterator[Triple]:
    """What follows from how the rules are written, the thresholds excepted (see the module)."""
    from rdflib import DCTERMS as DC
    from rdflib import RDF, Namespace

    sjd = Namespace(SJD)
    rules = {node for node in graph.subjects(RDF.type, None) if str(node).startswith(RULE) and "#" not in str(node)}
    works: dict[Node, set[Node]] = {}
    for rule in sorted(rules, key=str):  # a rule stands before its parts
        parts = set(graph.objects(rule, sjd.part))
        items = {item for head in graph.objects(rule, sjd["items"]) for item in graph.items(head)}
        cited = works.setdefault(rule, set())
        for node in _inside(graph, rule, rules):
            yield from _read_by(graph, rule, node)
            cited.update(graph.objects(node, DC.references))
        for item in items:
            yield rule, sjd.reads, item
        for part in sorted(parts | items, key=str):
            yield part, DC.isPartOf, rule
            for predicate in (sjd.status, sjd.ruleVerification, DC.source):
                if (part, predicate, None) not in graph:
                    yield from ((part, predicate, value) for value in graph.objects(rule, predicate))
            if (part, DC.source, None) not in graph:
                taken = (graph.objects(source, DC.references) for source in graph.objects(rule, DC.source))
                works.setdefault(part, set()).update(*taken)
        for work in cited:
            yield rule, sjd.restsOn, work
            if len(cited) == 1:
                yield rule, sjd.restsOnlyOn, work


def _read_by(graph: Graph, rule: Node, node: Node) -> Iterator[Triple]:
    """What a node of a rule says of the rule."""
    from rdflib import DCTERMS as DC
    from rdflib import Namespace

    sjd = Namespace(SJD)
    if node != rule:
        yield node, DC.isPartOf, rule
    yield from _words(graph, node)
    for predicate in (sjd.fact, sjd.rule, sjd.policy, sjd.stated):
        yield from ((rule, sjd.reads, target) for target in graph.objects(node, predicate))


def _inside(graph: Graph, rule: Node, rules: set[Node]) -> Iterator[Node]:
    """A rule and the nodes of its conditions, cases and sources, without other rules, lists and what is not its own."""
    from rdflib import RDF, BNode

    seen: set[Node] = set()
    waiting = [rule]
    while waiting:
        node = waiting.pop()
        if node in seen or (node in rules and node != rule):
            continue
        seen.add(node)
        if (node, RDF.first, None) not in graph:
            yield node
        waiting += [
            target
            for target in graph.objects(node, None)
            if isinstance(target, BNode) or (str(target).startswith(RULE) and "#" in str(target))
        ]


_NUMBERS = ("atLeast", "atMost", "above", "below")
_TESTS = (*_NUMBERS, "atLeastThatOf", "atMostThatOf", "aboveThatOf", "belowThatOf", "is", "reaches", "only")


def _words(graph: Graph, node: Node) -> Iterator[Triple]:
    """A test in words."""
    from rdflib import RDF, Literal, Namespace

    sjd = Namespace(SJD)
    if (node, RDF.type, sjd.Test) not in graph:
        return
    for test in _TESTS:
        values = sorted(_named(graph, value) for value in graph.objects(node, sjd[test]))
        if values:
            asked = " ".join([_spaced(test), ", ".join(values), *map(str, graph.objects(node, sjd.unit))])
            where = [_named(graph, place).replace("_", " ") for place in graph.objects(node, sjd["in"])]
            yield node, sjd.inWords, Literal(", ".join([asked, *where]))


def thresholds(rules: Graph, ontology: Graph) -> Iterator[Triple]:
    """Each number that a fact is held against, in the fact's own unit."""
    from rdflib import Literal, Namespace

    sjd = Namespace(SJD)
    units: dict[Node, tuple[str, dict[str, Fraction]]] = {}
    for node, fact in rules.subject_objects(sjd.fact):
        if fact not in units:
            units[fact] = _units(ontology, fact)
        unit, factors = units[fact]
        factor = factors.get(str(rules.value(node, sjd.unit)), Fraction(1))
        for test in _NUMBERS:
            for value in rules.objects(node, sjd[test]):
                words = f"{_spaced(test)} {_decimal(Fraction(str(value)) * factor)}"
                yield node, sjd.threshold, Literal(words if unit.startswith("{") else f"{words} {unit}".rstrip())


def _units(ontology: Graph, fact: Node) -> tuple[str, dict[str, Fraction]]:
    """The unit of a fact, and the exact factor of every other unit that it may be given in."""
    from rdflib import Namespace

    sjd = Namespace(SJD)
    quantity = ontology.value(fact, sjd.quantity)
    if quantity is None:
        return "", {}
    factors = {
        str(ontology.value(other, sjd.unitCode)): Fraction(str(ontology.value(other, sjd.factor)))
        for other in ontology.objects(quantity, sjd.acceptedUnit)
    }
    return str(ontology.value(quantity, sjd.unit) or ""), factors


def tests_of_sets(rules: Graph, found: Sequence[Triple]) -> Iterator[Triple]:
    """Each test that a criteria set consists of; ``found`` is what `derived` gives for the same rules."""
    from rdflib import DCTERMS as DC
    from rdflib import RDF, Namespace

    sjd = Namespace(SJD)
    inside: dict[Node, set[Node]] = {}
    reads: dict[Node, set[Node]] = {}
    for subject, predicate, target in found:
        if predicate == DC.isPartOf:
            inside.setdefault(target, set()).add(subject)
        elif predicate == sjd.reads:
            reads.setdefault(subject, set()).add(target)
    findings, tests = (set(rules.subjects(RDF.type, sjd[kind])) for kind in ("Finding", "Test"))
    for criteria in rules.subjects(RDF.type, sjd.CriteriaSet):
        seen, waiting = {criteria}, [criteria]
        while waiting:
            rule = waiting.pop()
            yield from ((criteria, sjd.usesTest, test) for test in inside.get(rule, set()) & tests)
            more = (reads.get(rule, set()) & findings) - seen
            seen |= more
            waiting += more


def _decimal(number: Fraction) -> str:
    """A number as people write it; a fraction where no decimals end.

    >>> _decimal(Fraction(3, 2) / 15), _decimal(Fraction(5)), _decimal(Fraction(1, 3))
    ('0.1', '5', '1/3')
    """
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return f"{exact.normalize():f}" if Fraction(exact) == number else str(number)


def _spaced(test: str) -> str:
    return "".join(f" {char.lower()}" if char.isupper() else char for char in test)


def _named(graph: Graph, value: Node) -> str:
    """A value of a test: a number, a word, or the rule or fact that it is held against."""
    from rdflib import URIRef

    other = next((target for word in ("rule", "fact") for target in graph.objects(value, URIRef(SJD + word))), value)
    return str(other).removeprefix(RULE).removeprefix(f"{SJD}fact/").removeprefix(SJD)


# -- kept


def _name(rules: Path, ontology: Path) -> str:
    """A name that changes with every file that the graph is made of, and with the code and library that make it."""
    import rdflib

    digest = sha256(rdflib.__version__.encode())
    files = [*ontology.glob("*.*"), *rules.glob("**/*.yaml"), rules / "context.jsonld"]
    room = Path(__file__).parents[1]
    code = [*(room / "rules").glob("*.py"), *(room / "ontology").glob("*.py"), *(room / "ask").glob("*.py")]
    for path in sorted(files) + sorted(code):
        digest.update(path.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"graph {digest.hexdigest()}"


def packed(triples: Sequence[Triple]) -> str:
    """Triples as JSON: every term once, and each triple as the places of its three."""
    from rdflib import BNode, Literal

    places: dict[Any, int] = {}
    terms: list[list[str | None]] = []
    numbers: list[int] = []
    for triple in triples:
        for term in triple:
            key = (type(term), str(term), getattr(term, "language", None), getattr(term, "datatype", None))
            if key not in places:
                places[key] = len(terms)
                if isinstance(term, Literal):
                    terms.append(["l", str(term), term.language, str(term.datatype) if term.datatype else None])
                else:
                    terms.append(["b" if isinstance(term, BNode) else "u", str(term)])
            numbers.append(places[key])
    return json.dumps([terms, numbers], ensure_ascii=False, separators=(",", ":"))


def unpacked(payload: str) -> Iterator[Triple]:
    """The triples of a packed text."""
    from rdflib import BNode, Literal, URIRef

    terms, numbers = json.loads(payload)

    def term(kind: str, text: str, language: str | None = None, datatype: str | None = None) -> Node:
        if kind == "l":
            return Literal(text, lang=language, datatype=datatype)
        return BNode(text) if kind == "b" else URIRef(text)

    made = [term(*parts) for parts in terms]
    places = iter(numbers)
    return ((made[one], made[two], made[three]) for one, two, three in zip(places, places, places, strict=True))
