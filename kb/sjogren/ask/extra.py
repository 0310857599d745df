"""Files that are asked together with the knowledge base: assessments, and triples of one's own.

``.json``, ``.jsonl``
    what ``sjd assess --format json`` prints, for one case or several;
``.jsonld``
    what ``--format jsonld`` prints: a context is inside the file, never fetched;
``.ttl``, ``.nt``
    what ``--format turtle`` prints, or any other triples.

==== ======================================
Q201 a file that cannot be read
Q202 not JSON, JSON-LD or Turtle
Q203 JSON that is no assessment
Q204 a context that would have to be fetched
==== ======================================
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sjogren.errors import Finding, InputError, did_you_mean

if TYPE_CHECKING:
    from rdflib import Graph

    from sjogren.ask.shelf import Triple

READERS = (".json", ".jsonl", ".jsonld", ".ttl", ".nt")


def extra_triples(path: Path) -> Iterator[Triple]:
    """The triples of a file; raises `InputError` that says why it cannot be read."""
    kind = path.suffix.lower()
    if kind not in READERS:
        hint = did_you_mean(kind, READERS) or f"Its name ends in one of {', '.join(READERS)}."
        raise _bad(path, 0, "Q201", f"what is in a {kind or 'nameless kind of'} file is not known.", hint)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(path, 0, "Q201", f"this cannot be read: {error}.") from None
    if kind in {".ttl", ".nt"}:
        yield from _turtle(path, text)
    elif kind == ".jsonld":
        yield from _jsonld(path, _json(path, text))
    else:
        for document in _documents(path, text):
            yield from _assessment(path, document)


def _turtle(path: Path, text: str) -> Graph:
    from rdflib import Graph
    from rdflib.plugins.parsers.notation3 import BadSyntax

    try:
        return Graph().parse(data=text, format="turtle", publicID=path.absolute().as_uri())
    except BadSyntax as error:
        raise _bad(path, error.lines + 1, "Q202", f"this is not Turtle: {error._why}.") from None
    except Exception as error:  # noqa: BLE001  # rdflib's reader raises whatever it meets where a text breaks off
        raise _bad(path, len(text.splitlines()), "Q202", f"this is not Turtle: {error}.") from None


def _documents(path: Path, text: str) -> Iterator[Any]:
    """The JSON documents of a file: one, or one a line."""
    try:
        yield json.loads(text)
    except (ValueError, RecursionError):
        lines = text.splitlines()
        if len(lines) < 2:
            yield _json(path, text)
        for number, line in enumerate(lines, 1):
            yield _json(path, line, number)


def _json(path: Path, text: str, line: int = 0) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise _bad(path, line or error.lineno, "Q202", f"this is not JSON: {error.msg}.") from None
    except RecursionError:
        raise _bad(path, line, "Q202", "this is nested too deep.") from None


def _assessment(path: Path, document: Any) -> Iterator[Triple]:
    from sjogren.proof.export import to_graph

    if isinstance(document, dict) and "error" in document and "visits" not in document:
        return  # a case that was set aside when the others were assessed
    try:
        yield from to_graph(document)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise _bad(path, 0, "Q203", "this is no assessment.", "Make one: sjd assess CASE --format json.") from None


def _jsonld(path: Path, document: Any) -> Iterator[Triple]:
    from rdflib import Dataset

    for place in _contexts(document):
        if not _local(place):
            raise _bad(
                path, 0, "Q204", "a context outside the file is never fetched.", "Put the context into the file."
            )
    graph = Dataset(default_union=True)
    try:
        graph.parse(data=json.dumps(document), format="json-ld")
    except Exception as error:  # noqa: BLE001  # as above
        raise _bad(path, 0, "Q202", f"this is not JSON-LD: {' '.join(str(error).split())}.") from None
    for subject, predicate, target, _ in graph.quads():
        yield subject, predicate, target


def _contexts(node: Any) -> Iterator[Any]:
    """Every context in a document, those inside contexts too."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if "@context" in part:
                yield part["@context"]
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _local(context: Any) -> bool:
    if isinstance(context, list):
        return all(map(_local, context))
    return context is None or (isinstance(context, dict) and "@import" not in context)


def _bad(path: Path, line: int, code: str, message: str, hint: str = "") -> InputError:
    return InputError([Finding(str(path), line, code, message, hint)])
