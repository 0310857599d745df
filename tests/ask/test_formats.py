"""Answers for spreadsheets, programs and people."""

from __future__ import annotations

import json

import pytest
from rdflib import RDF, Graph, Literal, Namespace
from tests.cli.shell import sjd

from sjogren.ask.answer import Answer
from sjogren.ask.formats import RESULT_SET, to_csv, to_json, to_turtle

RS = Namespace(RESULT_SET)
TERMS = Answer(
    "rows",
    ("thing", "text", "number", "nothing"),
    (
        {
            "thing": {"type": "uri", "value": "https://w3id.org/sjd/fact/age"},
            "text": {"type": "literal", "value": 'a "b", \\c\nd', "xml:lang": "en"},
            "number": {
                "type": "literal", "value": "-1.5", "datatype": "http://www.w3.org/2001/XMLSchema#decimal",
            },
        },
        {"thing": {"type": "bnode", "value": "x y"}},
    ),
)  # fmt: skip


def test_csv_has_identifiers_and_no_formula() -> None:
    evil = Answer("rows", ("x",), ({"x": {"type": "literal", "value": "=HYPERLINK(1)"}},))

    assert to_csv(TERMS) == 'thing,text,number,nothing\nage,"a ""b"", \\c\nd",-1.5,\nx y,,,\n'
    assert to_csv(evil) == "x\n'=HYPERLINK(1)\n"
    assert to_csv(Answer("yes_no", yes=True)) == "answer\ntrue\n"


def test_json_is_that_of_sparql() -> None:
    data = json.loads(to_json(TERMS))

    assert data["head"] == {"vars": ["thing", "text", "number", "nothing"]}
    assert data["results"]["bindings"][0]["text"] == {"type": "literal", "value": 'a "b", \\c\nd', "xml:lang": "en"}
    assert json.loads(to_json(Answer("yes_no", yes=False))) == {"head": {}, "boolean": False}


def test_rows_are_turtle_in_the_vocabulary_of_result_sets() -> None:
    graph = Graph().parse(data=to_turtle(TERMS), format="turtle")
    (result,) = graph.subjects(RDF.type, RS.ResultSet)

    assert {str(name) for name in graph.objects(result, RS.resultVariable)} == set(TERMS.columns)
    assert len(list(graph.objects(result, RS.solution))) == 2
    (binding,) = graph.subjects(RS.variable, Literal("text"))
    assert graph.value(binding, RS.value) == Literal('a "b", \\c\nd', lang="en")
    assert list(
        Graph().parse(data=to_turtle(Answer("yes_no", yes=True)), format="turtle").objects(None, RS.boolean)
    ) == [Literal(True)]
    assert len(Graph().parse(data=to_turtle(Answer("rows", ("x",))), format="turtle")) == 2


WIDE = "SELECT ?first ?second { VALUES (?first ?second) { ('a b c d e f g h i j' rule:x) ('a b c d e f g h i j' 1) } }"


@pytest.mark.parametrize(
    ("columns", "lines"),
    [
        ("80", ["first                second", "a b c d e f g h i j  x", "                     1"]),
        ("16", ["first     second", "a b c d   x", "e f g h", "i j", "          1"]),
        ("9", ["first   a", *(f"        {letter}" for letter in "bcdefghij"), "second  x", "", "second  1"]),
    ],
)
def test_a_table_fits_the_terminal(columns: str, lines: list[str]) -> None:
    shown = sjd("sparql", WIDE, variables={"COLUMNS": columns}).stdout.splitlines()

    assert shown == lines


def test_an_identifier_is_broken_only_where_a_table_could_not_be_otherwise() -> None:
    query = "SELECT ?rule ?label { VALUES ?rule { rule:axis\\/systemic } ?rule skos:prefLabel ?label }"

    assert sjd("sparql", query, variables={"COLUMNS": "40"}).stdout.splitlines()[1].startswith("axis/systemic ")
    assert sjd("sparql", query, variables={"COLUMNS": "24"}).stdout.splitlines()[1].startswith("axis/  ")


def test_what_steers_a_terminal_is_not_printed() -> None:
    assert "\x1b" not in sjd("sparql", "SELECT ('a\x1b[2Jb' AS ?x) {}").stdout


def test_questions_are_listed_with_what_they_take_and_an_example() -> None:
    listed = sjd("ask", "--list").stdout

    assert "rules-by-fact FACT\n    Rules that use a fact\n" in listed
    assert "    $ sjd ask rules-by-fact schirmer_test\n" in listed
    assert "trials [target] [axis] [cohort] [outcome] [drug]\n" in listed
    assert sjd("ask").stdout == listed
