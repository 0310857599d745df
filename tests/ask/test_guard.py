"""What is refused, by what the text means and not by how it looks; and that nothing leaves this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ask.canary import Canary, canary
from tests.cli.shell import environment, sjd

from sjogren.ask.guard import DEEPEST, LONGEST, judged, plain
from sjogren.errors import QueryError

HOSTILE = {
    "service": ("SELECT * { SERVICE <@> { ?s ?p ?o } }", "Q103"),
    "service in lower case, silent": ("select * { service silent <@> { ?s ?p ?o } }", "Q103"),
    "service spelt with escapes": ("SELECT * { \\u0053ERVICE <@> { ?s ?p ?o } }", "Q103"),
    "service with escapes of eight digits": ("SELECT * { \\U00000053ERVICE <@> { ?s ?p ?o } }", "Q103"),
    "service after a comment that ends with a carriage return": ("SELECT * { # x\rSERVICE <@> { ?s ?p ?o } }", "Q103"),
    "service by a variable": ("SELECT * { BIND (<@> AS ?where) SERVICE ?where { ?s ?p ?o } }", "Q103"),
    "service by a prefix": ("PREFIX x: <@> SELECT * { SERVICE x:y { ?s ?p ?o } }", "Q103"),
    "service in an optional part": ("SELECT * { ?a ?b ?c OPTIONAL { SERVICE <@> { ?s ?p ?o } } }", "Q103"),
    "service in a filter": ("SELECT * { ?a ?b ?c FILTER NOT EXISTS { SERVICE <@> { ?s ?p ?o } } }", "Q103"),
    "service in a query within": ("SELECT * { { SELECT ?s { SERVICE <@> { ?s ?p ?o } } } }", "Q103"),
    "service in a minus of a union": (
        "SELECT * { { ?a ?b ?c } UNION { ?a ?b ?c MINUS { SERVICE <@> { ?s ?p ?o } } } }",
        "Q103",
    ),
    "service in what is selected": (
        "SELECT (EXISTS { SERVICE <@> { ?s ?p ?o } } AS ?x) { ?a ?b ?c }",
        "Q103",
    ),
    "service in a construct": ("CONSTRUCT { ?s ?p ?o } { SERVICE <@> { ?s ?p ?o } }", "Q103"),
    "service in an ask": ("ASK { SERVICE <@> { ?s ?p ?o } }", "Q103"),
    "service in a describe": ("DESCRIBE ?s { SERVICE <@> { ?s ?p ?o } }", "Q103"),
    "from": ("SELECT * FROM <@> { ?s ?p ?o }", "Q104"),
    "from named": ("SELECT * FROM NAMED <@> { GRAPH ?g { ?s ?p ?o } }", "Q104"),
    "from a file": ("SELECT * FROM <file:///etc/hostname> { ?s ?p ?o }", "Q104"),
    "from in a construct": ("CONSTRUCT { ?s ?p ?o } FROM <@> { ?s ?p ?o }", "Q104"),
    "describe from": ("DESCRIBE <http://x/> FROM <@>", "Q104"),
    "load": ("LOAD <@>", "Q102"),
    "load into a graph": ("LOAD SILENT <@> INTO GRAPH <http://x/>", "Q102"),
    "insert": ("INSERT DATA { <http://x/> <http://x/> 1 }", "Q102"),
    "delete": ("DELETE WHERE { ?s ?p ?o }", "Q102"),
    "modify": ("DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } USING <@> WHERE { ?s ?p ?o }", "Q102"),
    "clear": ("CLEAR ALL", "Q102"),
    "drop": ("DROP SILENT ALL", "Q102"),
    "copy": ("COPY DEFAULT TO <http://x/>", "Q102"),
    "an update after a query": ("SELECT * { ?s ?p ?o } ; LOAD <@>", "Q101"),
    "a function of a server": ("SELECT (<http://jena.hpl.hp.com/ARQ/function#sha1sum>('x') AS ?x) {}", "Q105"),
    "an escape that makes an escape": ("SELECT * { \\u005Cu0053ERVICE <@> { ?s ?p ?o } }", "Q106"),
}


@pytest.fixture(scope="module")
def listener() -> Iterator[Canary]:
    with canary() as found:
        yield found


def refusal(query: str) -> str:
    with pytest.raises(QueryError) as error:
        judged(plain(query), "<query>")
    return error.value.findings[0].code


@pytest.mark.parametrize("name", HOSTILE)
def test_what_reaches_out_or_changes_something_is_refused(name: str) -> None:
    query, code = HOSTILE[name]

    assert refusal(query.replace("@", "http://127.0.0.1:1/")) == code


@pytest.mark.parametrize(
    "query",
    [
        'SELECT ?from { ?from rdfs:label "SERVICE <http://x/> { LOAD <http://x/> }" }',
        "# SERVICE <http://x/> {}\nSELECT ?service { ?service ?load ?insert }",
        "PREFIX service: <http://x/SERVICE/> SELECT * { ?s service:from <http://x/#FROM> }",
        "SELECT (COUNT(*) AS ?n) { ?s a/rdfs:label* ?o } GROUP BY ?o HAVING (COUNT(?s) > xsd:integer('1')) LIMIT 5",
        "CONSTRUCT { ?s ?p ?o } { ?s !(rdf:type|^skos:broader) ?o ; ?p [] } VALUES ?p { UNDEF }",
        "SELECT * { { SELECT DISTINCT ?s { ?s ?p (1 2) } } BIND (IF(BOUND(?s), NOW(), 1) AS ?x) MINUS { ?s ?p ?x } }",
        "SELECT * { GRAPH ?g { ?s ?p ?o } }",
        "DESCRIBE <http://x/>",
        "ASK {}",
        "SELECT (-1 + +2 * 3 / !true AS ?x) (GROUP_CONCAT(?s; separator=', ') AS ?y) (AVG(?s) AS ?z) { ?s ?p ?o }",
    ],
)
def test_what_only_reads_is_let_through_whatever_its_words(query: str) -> None:
    assert judged(plain(query), "<query>").algebra


def test_an_escaped_name_means_what_it_says() -> None:
    shown = repr(judged("ASK { rule:axis\\/systemic ?p ?o }", "").algebra)

    assert "'https://w3id.org/sjd/rule/axis/systemic'" in shown


def test_a_query_that_is_too_long_or_too_deep_is_refused_before_it_is_read() -> None:
    assert refusal("#" * (LONGEST + 1)) == "Q101"
    assert refusal("SELECT * " + "{" * (DEEPEST + 1) + "}" * (DEEPEST + 1)) == "Q101"


def test_the_canary_hears_what_comes() -> None:
    """Else the silence below would say nothing."""
    with canary() as found:
        done = sjd("sparql", "SELECT * { ?s ?p ?o }", "--endpoint", f"{found.url}/heard")

        assert done.returncode == 0
        assert found.heard == ["POST /heard"]


@pytest.mark.parametrize("name", ["service", "from", "from named", "load", "service spelt with escapes"])
@pytest.mark.parametrize("store", ["memory", "endpoint"])
def test_nothing_leaves_with_a_query(name: str, store: str, listener: Canary) -> None:
    query = HOSTILE[name][0].replace("@", f"{listener.url}/{store}")
    aside = ["--endpoint", f"{listener.url}/query"] if store == "endpoint" else []
    done = sjd("sparql", query, *aside)

    assert (done.returncode, done.stdout) == (2, "")
    assert HOSTILE[name][1] in done.stderr
    assert listener.heard == []


@pytest.mark.parametrize(
    "context",
    [
        "@",
        ["@"],
        [{"a": "http://x/a"}, "@"],
        {"@import": "@"},
        {"a": {"@id": "http://x/a", "@context": "@"}},
        {"a": {"@id": "http://x/a", "@context": {"@import": "@"}}},
    ],
)
def test_no_context_is_fetched(context: object, listener: Canary, tmp_path: Path) -> None:
    file = tmp_path / "assessment.jsonld"
    document = {"@graph": [{"@context": context, "@id": "http://x/b", "a": {"a": 1}}]}
    file.write_text(json.dumps(document).replace('"@"', f'"{listener.url}/context"'), encoding="utf-8")
    done = sjd("sparql", "ASK {}", "--with", file)

    assert (done.returncode, done.stdout) == (3, "")
    assert "Q204" in done.stderr
    assert listener.heard == []


BEHIND = """
import sys
from sjogren.ask.cell import _close_the_doors
import rdflib, rdflib.plugins.sparql.processor
import urllib.request
_close_the_doors()
graph = rdflib.Graph()
for work in (
    lambda: list(graph.query("SELECT * { SERVICE <%s/behind> { ?s ?p ?o } }")),
    lambda: graph.update("LOAD <%s/behind>"),
    lambda: rdflib.Dataset().parse("%s/behind", format="json-ld"),
    lambda: urllib.request.urlopen("%s/behind"),
    lambda: __import__("socket").create_connection(("127.0.0.1", 1)),
    lambda: __import__("os").system("true"),
    lambda: __import__("subprocess").run(["true"]),
):
    try:
        work()
    except BaseException as error:
        while error.__cause__ or error.__context__:
            error = error.__cause__ or error.__context__
        print(type(error).__name__)
    else:
        print("went through")
"""


def test_behind_the_guard_the_doors_are_closed_as_well(listener: Canary) -> None:
    """Were a query to pass the guard by mistake, its process could still reach nobody."""
    done = subprocess.run(
        [sys.executable, "-c", BEHIND.replace("%s", listener.url)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.split() == ["PermissionError"] * 7, done.stderr
    assert listener.heard == []


@pytest.mark.parametrize(
    ("query", "line", "words"),
    [
        ("SELECT * {\n  ?s ?p ?o .\n  ?s ? }", 3, "from '?s ? }' on"),
        ("SELECT * {\n  ?s ?p ?o", 2, "this is not SPARQL"),
        ("", 0, "there is no query"),
        ("SELECT * { ?s nope:x ?o }", 0, "Q101 this query cannot be read: Unknown namespace prefix : nope."),
        ("SELECT ?x (COUNT(*) AS ?x) { ?s ?p ?x }", 0, "two columns have the same name: x, x"),
        ("what is it?", 1, "this is not SPARQL: from 'what is it?' on."),
    ],
)
def test_a_bad_query_is_told_with_its_line(query: str, line: int, words: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.rq"
    file.write_text(query, encoding="utf-8")
    done = sjd("sparql", file)

    assert (done.returncode, done.stdout) == (2, "")
    assert f"{file}:{line}: Q101" in done.stderr if line else f"{file}: Q101" in done.stderr
    assert words in done.stderr
