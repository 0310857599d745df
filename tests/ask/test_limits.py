"""A question takes what it may and no more; what is not there, or not known, is told with the nearest valid choice."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import pytest
from tests.cli.shell import EXAMPLE, environment, sjd

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def test_a_query_is_stopped_when_its_time_is_over() -> None:
    begun = monotonic()
    done = sjd("sparql", ENDLESS, "--timeout", "1.5")

    assert (done.returncode, done.stdout) == (2, "")
    assert "Q109 the query was stopped after 1.5 seconds." in done.stderr
    assert monotonic() - begun < 30


def of_session(session: int) -> list[str]:
    """The processes of a session, by their command lines."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # a process may end while it is looked at
            if int(stat.read_text(encoding="utf-8").rpartition(")")[2].split()[3]) == session:
                found.append(stat.with_name("cmdline").read_text(encoding="utf-8"))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_a_stopped_query_leaves_no_process_behind() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "sjogren", "sparql", ENDLESS, "--timeout", "2"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        until = monotonic() + 60
        while not any("sjogren.ask.cell" in line for line in of_session(process.pid)) and monotonic() < until:
            sleep(0.05)
        seen = of_session(process.pid)
        process.communicate(timeout=60)

    assert any("sjogren.ask.cell" in line for line in seen)
    assert of_session(process.pid) == []


SMALL_MEMORY = """
from sjogren.ask import cell
from sjogren._resources import data
cell.MEMORY = 400 << 20
query = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c"
task = cell.Task(str(data("rules")), str(data("ontology")), query=query)
print(cell._reply(task)["findings"][0].message)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to a limit of its memory")
def test_a_query_that_wants_too_much_memory_is_told_so() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SMALL_MEMORY],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert "of memory" in done.stdout, done.stderr


@pytest.mark.parametrize("form", ["table", "csv", "json", "turtle"])
def test_no_more_rows_than_asked_for_and_a_word_that_there_is_more(form: str) -> None:
    done = sjd("sparql", "SELECT ?fact { ?fact a sjd:Fact } ORDER BY ?fact", "--max-rows", "3", "--format", form)

    assert done.returncode == 0
    assert done.stderr == "There is more: only the first 3 rows are shown (--max-rows).\n"
    assert done.stdout.count("ag") >= 1
    if form == "json":
        assert len(json.loads(done.stdout)["results"]["bindings"]) == 3


def test_all_rows_and_no_word_when_the_limit_is_just_enough() -> None:
    done = sjd("sparql", "SELECT ?x { VALUES ?x { 1 2 3 } }", "--max-rows", "3", "--format", "csv")

    assert (done.stdout, done.stderr) == ("x\n1\n2\n3\n", "")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", "Q108 there is one graph here, and it has no name. Leave GRAPH out."),
        ("SELECT ?x { ?x skos:prefLabel ?l FILTER REGEX(?l, '(') }", "Q108 this query cannot be answered: missing )"),
    ],
)
def test_what_cannot_be_answered_is_told(query: str, said: str) -> None:
    done = sjd("sparql", query)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_an_empty_answer_is_said_in_words_and_is_no_error() -> None:
    table = sjd("ask", "rules-by-fact", "eq_vas")
    plain = sjd("ask", "rules-by-fact", "eq_vas", "--format", "csv")

    assert (table.returncode, table.stdout, table.stderr) == (0, "No rule tests this fact.\n", "")
    assert (plain.returncode, plain.stdout, plain.stderr) == (0, "rule,label,test,note\n", "No rule tests this fact.\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rules-by-fct", "schirmer_test"), "there is no question 'rules-by-fct'. Did you mean 'rules-by-fact'?"),
        (("rules that use a fct", "x"), "Did you mean 'Rules that use a fact'?"),
        (
            ("rules-by-fact",),
            "rules-by-fact needs fact. It takes fact: what is observed. Example: sjd ask rules-by-fact",
        ),
        (("rules-by-fact", "schirmer_tset"), "there is no fact 'schirmer_tset'. Did you mean 'schirmer_test'?"),
        (("rules-by-fact", "fakt=schirmer_test"), "has no parameter 'fakt'. Did you mean 'fact'?"),
        (("rules-by-fact", "schirmer_test", "tears"), "rules-by-fact has no place for 'tears'."),
        (("rules-by-fact", "schirmer_test", "fact=tears"), "fact is given twice."),
        (("facts-without-code", "x"), "facts-without-code has no place for 'x'. It takes none."),
        (("facts-of-rule", "grade"), "'grade' can mean several things. Choose one of: gland/"),
        (("rules-by-work", "10.1136/annrheumdis-2016-21057"), "Did you mean '10.1136/annrheumdis-2016-210571'?"),
        (
            ("endpoints-for-profile", "axis1"),
            "there is no profile 'axis1'. There are: axis1_dominant, axis2_dysfunction,",
        ),
        (("works", "--format", "tabel"), "Did you mean 'table'?"),
        (("works", "--with", "nowhere.json"), "nowhere.json"),
        (("works", "--timeout", "0"), "x>0"),
        (("works", "--with", EXAMPLE, "--endpoint", "http://127.0.0.1:1/"), "leave out one of the two"),
    ],
)
def test_wrong_usage_gives_2_and_the_nearest_name(arguments: tuple[str | Path, ...], said: str) -> None:
    done = sjd("ask", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.txt", "", "Q201 what is in a .txt file is not known."),
        ("a.jsn", "", "Did you mean '.json'?"),
        ("a.json", "{", ":1: Q202 this is not JSON"),
        ("a.json", '{"case": 1}', "Q203 this is no assessment. Make one: sjd assess CASE --format json."),
        ("a.jsonl", '{"case": "x", "error": "y"}\n{', ":2: Q202 this is not JSON"),
        ("a.ttl", "@prefix x: <http://x/> .\n\nx:y x:z", ":3: Q202 this is not Turtle"),
        ("a.jsonld", "[", "Q202 this is not JSON"),
    ],
)
def test_a_file_that_cannot_be_read_gives_3_and_its_line(name: str, text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    done = sjd("ask", "conclusions", "--with", file)

    assert (done.returncode, done.stdout) == (3, "")
    assert f"{file}" in done.stderr
    assert said in done.stderr


def test_a_query_file_that_is_not_there_is_wrong_usage() -> None:
    done = sjd("sparql", "nowhere.rq")

    assert (done.returncode, done.stdout) == (2, "")
    assert "the query 'nowhere.rq' cannot be read: No such file or directory." in done.stderr


def test_a_broken_ontology_gives_4(tmp_path: Path) -> None:
    (tmp_path / "query").mkdir()
    done = sjd("sparql", "ASK {}", "--ontology", tmp_path)

    assert (done.returncode, done.stdout) == (4, "")
    assert "O101" in done.stderr
