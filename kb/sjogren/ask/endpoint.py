"""Any server that speaks the SPARQL 1.1 Protocol, asked like the graph in memory: the one way that reaches the network.

A query passes the guard before it is sent; it is sent by POST, to the address that the user gave and to no other.

==== ================================================
Q301 no address of a server, or nobody there
Q302 a server that refuses, or points elsewhere
Q303 an answer that is too long, or none that SPARQL has
==== ================================================
"""

from __future__ import annotations

import json
from typing import Any
from urllib import error, request
from urllib.parse import urlsplit

from sjogren.ask.answer import Answer
from sjogren.ask.guard import declared, judged, plain
from sjogren.errors import Finding, InputError

ACCEPT = "application/sparql-results+json, application/n-triples;q=0.9"
LARGEST = 64 << 20
"""Bytes of an answer that are read."""


class _Stay(request.HTTPRedirectHandler):
    """A redirect is an error that names the other address: the user decides whether to go there."""

    def redirect_request(self, *_: Any) -> None:
        """Never."""


class Endpoint:
    """A server that is asked (see `sjogren.ask.asking.Asked`)."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise _bad(url, "Q301", "this is not the address of a server: it begins with http:// or https://.")
        self.url = url
        self.opener = request.build_opener(_Stay)

    def ask(self, text: str, name: str, most: int | None, *, turtle: bool = False) -> Answer:
        """The server's answer, cut at ``most`` rows."""
        text = plain(text, name)
        judged(text, name)
        kind, body = self._sent(declared(text))
        if "n-triples" in kind:
            return _graph(self.url, body, most, turtle=turtle)
        try:
            data = json.loads(body)
            if "boolean" in data:
                return Answer("yes_no", yes=bool(data["boolean"]))
            columns, rows = tuple(map(str, data["head"]["vars"])), data["results"]["bindings"]
            whole = [{name: dict(row[name]) for name in columns if name in row} for row in rows]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise _bad(self.url, "Q303", f"the answer ({kind or 'of no kind'}) is not one that SPARQL has.") from None
        return Answer("rows", columns, tuple(whole[:most]), cut=most is not None and len(whole) > most)

    def _sent(self, text: str) -> tuple[str, bytes]:
        """The kind and the body of the server's answer to a query."""
        sent = request.Request(  # noqa: S310  # the scheme was looked at above
            self.url,
            data=text.encode(),
            method="POST",
            headers={"Content-Type": "application/sparql-query", "Accept": ACCEPT, "User-Agent": "sjogren-kb"},
        )
        try:
            with self.opener.open(sent) as reply:
                body = reply.read(LARGEST + 1)
                kind = reply.headers.get_content_type()
        except error.HTTPError as failure:
            words = " ".join(failure.read(LINE).decode(errors="replace").split())
            where = f" to {failure.headers['Location']}" if failure.headers.get("Location") else ""
            raise _bad(
                self.url, "Q302", f"the server answers {failure.code}{where}: {words or failure.reason}"
            ) from None
        except (error.URLError, OSError, ValueError) as failure:
            reason = getattr(failure, "reason", failure)
            raise _bad(self.url, "Q301", f"there is no answer from this address: {reason}.") from None
        if len(body) > LARGEST:
            raise _bad(self.url, "Q303", f"the answer is larger than {LARGEST >> 20} MB.")
        return kind, body


LINE = 300
"""Characters of a server's complaint that are shown."""


def _graph(url: str, body: bytes, most: int | None, *, turtle: bool) -> Answer:
    from rdflib import Graph

    from sjogren.ask.memory import graph_answer

    try:
        graph = Graph().parse(data=body, format="nt")
    except Exception as failure:  # noqa: BLE001  # rdflib raises whatever it meets
        raise _bad(url, "Q303", f"the answer is not N-Triples: {' '.join(str(failure).split())}.") from None
    return graph_answer(graph, most, turtle=turtle)


def _bad(url: str, code: str, message: str) -> InputError:
    return InputError([Finding(url, 0, code, message)])
