"""The same questions put to a real server give the same answers: an Oxigraph that the tests start on this machine."""

from __future__ import annotations

import json
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib import error, request

import pytest
from tests.ask.canary import canary
from tests.cli.shell import sjd

from sjogren._resources import data
from sjogren.ask.asking import Asked, query_of
from sjogren.ask.cell import Task, answer
from sjogren.ask.endpoint import Endpoint
from sjogren.ask.graph import knowledge_graph
from sjogren.ask.memory import InMemory
from sjogren.ask.questions import Question, read_questions

pytestmark = [
    pytest.mark.checkout,  # the server is a tool of the development environment
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),  # rdflib's JSON-LD
]

QUESTIONS = read_questions(data("ontology"))
WAIT = 30.0


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an empty server's queries, until the tests of this module are over."""
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    assert program, "the development environment brings oxigraph: make .venv/installed"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{free.getsockname()[1]}"
    with subprocess.Popen(
        [program, "serve", "--bind", where], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _awaited(f"http://{where}/")
            yield f"http://{where}"
        finally:
            process.terminate()
            process.wait(WAIT)


def _awaited(url: str) -> None:
    until = time.monotonic() + WAIT
    while True:
        try:
            request.urlopen(url).close()  # noqa: S310  # the server that this module started
        except OSError as failure:
            if isinstance(failure, error.HTTPError):
                return
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="module")
def loaded(server: str) -> str:
    """The address for queries, after the whole knowledge base was put into the server as `sjd sparql` prints it."""
    everything = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"
    turtle = sjd("sparql", everything, "--format", "turtle", "--max-rows", "1000000").stdout
    sent = request.Request(  # noqa: S310  # as above
        f"{server}/store?default", data=turtle.encode(), headers={"Content-Type": "text/turtle"}, method="PUT"
    )
    request.urlopen(sent).close()  # noqa: S310
    return f"{server}/query"


@pytest.fixture(scope="module")
def whole() -> InMemory:
    return InMemory(knowledge_graph(data("rules"), data("ontology")))


def rows(asked: Asked, question: Question) -> tuple[tuple[str, ...], list[str]]:
    values = shlex.split(question.example) if "--with" not in question.example else []
    query = query_of(asked, question, values, data("ontology"))
    found = asked.ask(query, question.name, None)
    return found.columns, [json.dumps(dict(row), sort_keys=True) for row in found.rows]


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda question: question.name)
def test_a_server_gives_the_answer_that_the_graph_in_memory_gives(
    question: Question, whole: InMemory, loaded: str
) -> None:
    here, there = rows(whole, question), rows(Endpoint(loaded), question)

    assert here[0] == there[0]
    if "CONSTRUCT" in question.query:
        assert len(here[1]) == len(there[1]) > 0  # each names the blank cells of lists for itself
    else:
        assert [plain(row) for row in here[1]] == [plain(row) for row in there[1]]


def plain(row: str) -> dict[str, str]:
    """A row by what its terms say; rdflib and Oxigraph name the datatype of a text differently."""
    return {name: term["value"] for name, term in json.loads(row).items()}


SCOPES = [
    "SELECT ?a ?x ?y { VALUES ?x { 1 2 } ?a sjd:p ?x . ?a sjd:q ?y }",
    "SELECT ?a ?x { VALUES ?x { 1 2 } { ?a sjd:q 2 FILTER (?x = 1) } }",
    "SELECT ?a ?x { VALUES ?x { 1 2 } { ?a sjd:p ?y FILTER (BOUND(?x)) } }",
    "SELECT ?a ?x { VALUES ?x { 1 2 } { ?a sjd:p ?y OPTIONAL { ?a sjd:q ?x } } }",
    "SELECT ?a ?x { VALUES ?x { 1 2 } { ?a sjd:p ?y } OPTIONAL { ?a sjd:q ?x } }",
    "SELECT ?a ?x ?z { VALUES ?x { 1 2 } { ?a sjd:p ?y BIND (?x AS ?z) } }",
    "SELECT ?a ?x { VALUES ?x { 1 2 } { SELECT ?a { ?a sjd:p ?x } } }",
    "SELECT ?a ?x { VALUES ?x { 1 2 } { ?a sjd:p ?y MINUS { ?a sjd:p ?x } } }",
    "SELECT ?a ?x { VALUES (?a ?x) { (sjd:a UNDEF) (UNDEF 2) } { ?a sjd:p ?x } { ?a sjd:q ?y } }",
    "SELECT ?a ?b { { ?a sjd:r ?b } { ?b sjd:p ?n FILTER NOT EXISTS { ?b sjd:q ?n } } }",
    "SELECT ?a ?b { VALUES ?n { 2 } { ?a sjd:r ?b } { ?b sjd:q ?m FILTER EXISTS { ?b sjd:p ?k FILTER (?k = ?n) } } }",
    "SELECT DISTINCT ?a ?b { { ?a sjd:r ?b } { ?b sjd:r+ ?c } { ?c sjd:p ?n } }",
    "SELECT ?a ?x { { ?a sjd:p ?x } UNION { ?a sjd:q ?x } { ?a sjd:q ?y } FILTER (?x = ?y) }",
    "SELECT ?s ?i { ?s sjd:list/rdf:rest*/rdf:first ?i }",
    "SELECT ?a ?x ?b { { ?a sjd:p ?x } { VALUES ?b { sjd:a sjd:b } ?b sjd:q ?x } { ?b sjd:r ?c } }",
    "SELECT ?a ?x { { { ?a sjd:p ?x } OPTIONAL { ?a sjd:r ?b FILTER (?x = 1) } } { ?a sjd:q ?z } }",
    "SELECT ?l { sjd:e sjd:label ?l FILTER (LANG(?l) = 'en') }",
    "SELECT ?a ?x { VALUES ?x { 1 2 } { { ?a sjd:q 2 } { ?a sjd:p ?y FILTER (?x = 1) } } }",
    "SELECT ?a ?n { ?a sjd:p ?n FILTER (?n IN (1, 3)) } ORDER BY DESC(?n) LIMIT 1 OFFSET 1",
]
TRIPLES = """
@prefix sjd: <https://w3id.org/sjd/> .
sjd:a sjd:p 1 ; sjd:q 2 ; sjd:r sjd:b . sjd:b sjd:p 2 ; sjd:q 2 ; sjd:r sjd:c . sjd:c sjd:p 3 ; sjd:r sjd:a .
sjd:d sjd:list ( 1 2 3 ) . sjd:e sjd:label "x"@en, "y" .
"""


@pytest.mark.parametrize("query", SCOPES)
def test_joins_hand_on_nothing_that_a_part_may_not_see(query: str, server: str) -> None:
    """Where a variable is known, and where not, is the same as in a store that is not ours."""
    from rdflib import Graph

    from sjogren.ask.guard import declared
    from sjogren.ask.shelf import graph_of

    there = request.Request(  # noqa: S310  # the server that this module started
        f"{server}/store?graph=https://w3id.org/sjd/small",
        data=TRIPLES.encode(),
        headers={"Content-Type": "text/turtle"},
        method="PUT",
    )
    request.urlopen(there).close()  # noqa: S310
    asked = request.Request(  # noqa: S310
        f"{server}/query?default-graph-uri=https://w3id.org/sjd/small",
        data=declared(query).encode(),
        headers={"Content-Type": "application/sparql-query", "Accept": "application/sparql-results+json"},
    )
    with request.urlopen(asked) as reply:  # noqa: S310
        expected = json.loads(reply.read())["results"]["bindings"]
    found = InMemory(graph_of(Graph().parse(data=TRIPLES, format="turtle"))).ask(query, "", None).rows

    assert sorted(map(_values, found)) == sorted(map(_values, expected))


def _values(row: Mapping[str, Mapping[str, str]]) -> str:
    return json.dumps({name: term["value"] for name, term in row.items()}, sort_keys=True)


@pytest.mark.parametrize("form", ["table", "csv", "json", "turtle"])
def test_the_command_prints_a_server_s_answer_as_its_own(form: str, loaded: str) -> None:
    question = ("ask", "rules-by-fact", "Schirmer's test without anaesthesia", "--format", form)

    assert sjd(*question, "--endpoint", loaded).stdout == sjd(*question).stdout


def test_a_server_is_asked_for_a_yes_and_for_a_graph(loaded: str) -> None:
    def ask(query: str) -> str:
        return sjd("sparql", query, "--endpoint", loaded, "--format", "turtle").stdout

    assert "rs:boolean true" in ask("ASK { ?rule a sjd:CriteriaSet }")
    assert "Lacrimal grade" in ask("DESCRIBE rule:gland\\/lacrimal\\/grade")


def test_a_server_s_rows_are_cut_too(loaded: str) -> None:
    done = sjd("sparql", "SELECT ?s { ?s ?p ?o }", "--endpoint", loaded, "--max-rows", "2", "--format", "csv")

    assert len(done.stdout.splitlines()) == 3
    assert "only the first 2 rows" in done.stderr


def test_an_update_is_not_sent_and_the_server_stays_as_it_is(loaded: str) -> None:
    done = sjd("sparql", "DELETE WHERE { ?s ?p ?o }", "--endpoint", loaded)

    assert (done.returncode, done.stdout) == (2, "")
    assert "Q102" in done.stderr
    assert sjd("sparql", "ASK { ?s ?p ?o }", "--endpoint", loaded).stdout == "yes\n"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://example.org/", "Q301 this is not the address of a server"),
        ("example.org", "Q301 this is not the address of a server"),
        ("http://127.0.0.1:1/query", "Q301 there is no answer from this address"),
        ("{server}/nowhere", "Q302 the server answers 404"),
        ("{server}/", "Q302 the server answers 404"),
    ],
)
def test_a_server_that_does_not_answer_gives_3_and_says_why(url: str, said: str, server: str) -> None:
    done = sjd("sparql", "ASK {}", "--endpoint", url.format(server=server))

    assert (done.returncode, done.stdout) == (3, "")
    assert said in done.stderr


class _Odd(BaseHTTPRequestHandler):
    """A server with ways of its own, by the path that is asked."""

    away = ""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", self.away)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.end_headers()
        if self.path == "/slow":
            for _ in range(600):
                try:
                    self.wfile.write(b" ")
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(0.1)
        self.wfile.write(b'{"head": {"vars": ["x"]}, "results": {"bindings": [3]}}')

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def odd() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Odd) as found:
        thread = Thread(target=found.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()
        thread.join()


def test_a_redirect_is_not_followed_but_told(odd: str) -> None:
    with canary() as elsewhere:
        _Odd.away = f"{elsewhere.url}/away"
        done = sjd("sparql", "ASK {}", "--endpoint", f"{odd}/redirect")

        assert (done.returncode, done.stdout) == (3, "")
        assert f"the server answers 302 to {elsewhere.url}/away" in done.stderr
        assert elsewhere.heard == []


def test_a_server_that_never_ends_is_left_when_the_time_is_over(odd: str) -> None:
    begun = time.monotonic()
    done = sjd("sparql", "ASK {}", "--endpoint", f"{odd}/slow", "--timeout", "2")

    assert done.returncode == 2
    assert "Q109" in done.stderr
    assert time.monotonic() - begun < 30


def test_an_answer_that_sparql_does_not_have_is_told(odd: str) -> None:
    done = sjd("sparql", "ASK {}", "--endpoint", f"{odd}/wrong")

    assert (done.returncode, done.stdout) == (3, "")
    assert "Q303 the answer (application/sparql-results+json) is not one that SPARQL has." in done.stderr


def test_from_python_a_task_is_answered_by_either() -> None:
    task = Task(str(data("rules")), str(data("ontology")), query="ASK { ?rule a sjd:CriteriaSet }")

    assert answer(task).yes
