"""The guard: a query is parsed, and only one that reads the graph at hand is let through.

What would reach for other data (``SERVICE``, ``FROM``, ``LOAD``) or change them (every update) is found in the parse
tree, so neither spelling nor comments nor strings matter, and whatever form of query is not known here is refused as
well. Text that another parser could read differently is made plain first: line ends and code point escapes.

==== ==============================================================
Q101 this is not SPARQL, or it is longer or deeper than any question
Q102 an update
Q103 SERVICE
Q104 FROM or FROM NAMED
Q105 a function that is none of SPARQL's own
Q106 another form that is not known to be harmless
==== ==============================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sjogren.ask.answer import SJD
from sjogren.errors import Finding, QueryError

if TYPE_CHECKING:
    from rdflib.plugins.sparql.sparql import Query

LONGEST = 100_000
"""Characters of a query; the longest question of this project has some thousand."""
DEEPEST = 100
"""Brackets within each other."""

PREFIXES = {
    "sjd": SJD,
    "rule": f"{SJD}rule/",
    "fact": f"{SJD}fact/",
    "endpoint": f"{SJD}endpoint/",
    "source": f"{SJD}source/",
    "doi": "https://doi.org/",
    "dcterms": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefixes that a query may use without declaring them."""

XSD = PREFIXES["xsd"]
_HARMLESS = frozenset(
    {
        "AdditiveExpression", "AskQuery", "Base", "Bind", "ConditionalAndExpression", "ConditionalOrExpression",
        "ConstructQuery", "DescribeQuery", "DistinctPath", "FakeGroupGraphPatten", "Filter", "Function",
        "GraphGraphPattern", "GroupAs", "GroupClause", "GroupGraphPatternSub", "GroupOrUnionGraphPattern",
        "HavingClause", "InlineData", "InversePath", "LimitOffsetClauses", "MinusGraphPattern",
        "MultiplicativeExpression", "OptionalGraphPattern", "OrderClause", "OrderCondition", "PathAlternative",
        "PathElt", "PathEltOrInverse", "PathNegatedPropertySet", "PathSequence", "PrefixDecl", "Prologue",
        "RelationalExpression", "SelectQuery", "SubSelect", "TriplesBlock", "UnaryMinus", "UnaryNot",
        "UnaryPlus", "ValuesClause", "WhereClause", "literal", "vars",
    }
)  # fmt: skip
_HARMLESS_FAMILIES = ("Builtin_", "Aggregate_")
_REFUSED = {
    "ServiceGraphPattern": ("Q103", "SERVICE would send a part of the query to another server."),
    "DatasetClause": ("Q104", "FROM would load other data than the graph that is asked."),
}
_ESCAPED = re.compile(r"\\(.)")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_HINT = "Only SELECT, ASK, CONSTRUCT and DESCRIBE over the data at hand are answered."


def plain(text: str, name: str = "") -> str:
    r"""A query as every parser reads it alike: line ends as ``\n``, code point escapes as what they stand for.

    >>> plain("\\u0053ELECT *\r\nWHERE {}\r")
    'SELECT *\nWHERE {}\n'
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")

    def character(match: re.Match[str]) -> str:
        return chr(int(match[1] or match[2], 16))

    try:
        found = _ESCAPE.sub(character, text)
    except (ValueError, OverflowError):
        raise refused(name, 0, "Q101", "a code point escape stands for no character.") from None
    if _ESCAPE.search(found) or "\r" in found:
        message = "a code point escape that makes another escape or a line end is not read."
        raise refused(name, 0, "Q106", message, _HINT)
    return found


def judged(text: str, name: str) -> Query:
    """The query, parsed and ready to be evaluated; raises `QueryError` with the line when it is not let through.

    name
        what errors call the query: its file, or ``<query>``.
    """
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    _modest(text, name)
    if not text.strip():
        raise refused(name, 0, "Q101", "there is no query.")
    try:
        parsed = parseQuery(text)
    except ParseBaseException as error:
        raise _unreadable(text, name, error) from None
    except RecursionError:
        raise refused(name, 0, "Q101", "the query is nested too deep.") from None
    _walk(parsed, name)
    try:
        query = translateQuery(parsed, initNs=PREFIXES)
    except Exception as error:  # noqa: BLE001  # rdflib raises bare exceptions for what its grammar lets through
        raise refused(name, 0, "Q101", f"this query cannot be read: {_sentence(error)}") from None
    _walk(query.algebra, name, functions=True)
    columns = [str(variable) for variable in query.algebra.get("PV") or ()]
    if len(set(columns)) < len(columns):
        raise refused(name, 0, "Q101", f"two columns have the same name: {', '.join(columns)}.")
    return query


def declared(text: str) -> str:
    """The query with all known prefixes declared, for a server that knows none; on one line, so that lines count on."""
    return " ".join(f"PREFIX {name}: <{iri}>" for name, iri in PREFIXES.items()) + " " + text


def refused(name: str, line: int, code: str, message: str, hint: str = "") -> QueryError:
    """The error for one query."""
    return QueryError([Finding(name or "<query>", line, code, message, hint)])


def _modest(text: str, name: str) -> None:
    if len(text) > LONGEST:
        raise refused(name, 0, "Q101", f"the query has more than {LONGEST} characters.")
    depth = deepest = 0
    for char in text:
        depth += (char in "({[") - (char in ")}]")
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise refused(name, 0, "Q101", f"the query is nested more than {DEEPEST} deep.")


def _unreadable(text: str, name: str, error: Any) -> QueryError:
    """Why a text is no query: it is an update, or it breaks off at a place."""
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql.parser import parseUpdate

    try:
        update = [part for part in _parts(parseUpdate(text)) if getattr(part, "name", "") in _UPDATES]
    except (ParseBaseException, RecursionError):
        update = []
    if update:
        kinds = ", ".join(dict.fromkeys(_UPDATES[part.name] for part in update))
        return refused(name, 0, "Q102", f"this is an update ({kinds}); the knowledge base is only read.", _HINT)
    lines = text.splitlines()
    line = min(error.lineno, len(lines))
    near = lines[line - 1][error.col - 1 :].strip()[:NEAR] if line == error.lineno else ""
    where = f"from {near!r} on" if near else "it breaks off"
    return refused(name, line, "Q101", f"this is not SPARQL: {where}.")


NEAR = 40
"""Characters of a query that an error shows."""
_UPDATES = {
    "InsertData": "INSERT DATA",
    "DeleteData": "DELETE DATA",
    "DeleteWhere": "DELETE WHERE",
    "Modify": "INSERT or DELETE",
    **{name: name.upper() for name in ("Load", "Clear", "Create", "Drop", "Add", "Move", "Copy")},
}


def speaks_of(query: Query, part: str) -> bool:
    """Whether a query has a part of this name anywhere."""
    return any(getattr(one, "name", "") == part for one in _parts(query.algebra))


def _walk(tree: Any, name: str, *, functions: bool = False) -> None:
    """Refuse what reaches out; with ``functions``, what calls an unknown function (its name is known only then).

    Names with a prefix are put right on the way.
    """
    from rdflib.plugins.sparql.parserutils import CompValue

    for part in _parts(tree):
        if not isinstance(part, CompValue):
            continue
        if part.name in _REFUSED:
            code, message = _REFUSED[part.name]
            raise refused(name, 0, code, message, _HINT)
        if functions:
            if part.name == "Function" and not str(part.iri).startswith(XSD):
                raise refused(name, 0, "Q105", f"the function <{part.iri}> is none of SPARQL's own.", _HINT)
        elif part.name == "pname":
            part["localname"] = _ESCAPED.sub(
                r"\1", part.localname or ""
            )  # rdflib leaves rule:axis\\/dominance as it is
        elif part.name not in _HARMLESS and not part.name.startswith(_HARMLESS_FAMILIES):
            raise refused(name, 0, "Q106", f"{part.name} is not known to be harmless.", _HINT)


def _parts(tree: Any) -> Iterator[Any]:
    """Every node of a parse tree or algebra."""
    from pyparsing import ParseResults

    waiting = [tree]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list | tuple | set | ParseResults):
            waiting += list(part)


def _sentence(error: Exception) -> str:
    words = " ".join(str(error).split()) or type(error).__name__
    return f"{words.rstrip('.')}."
