"""``sjd ask`` and ``sjd sparql``: the knowledge base questioned."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sjogren._resources import data
from sjogren.ask.answer import Answer, shown
from sjogren.ask.cell import MOST_ROWS, SECONDS, Task, answer
from sjogren.cli.options import Choice, example, knowledge_options
from sjogren.cli.tables import table, wrapped

if TYPE_CHECKING:
    from sjogren.ask.questions import Question

FORMATS = ("table", "csv", "json", "turtle")
NOTHING = "Nothing in the data fits this query."
STANDARD_INPUT = "-"

Command = TypeVar("Command", bound=Callable[..., Any])


def _answer_options(command: Command) -> Command:
    """What both commands take: the form of the answer, more data, another store, and the limits."""
    for option in (
        click.option(
            "--timeout",
            type=click.FloatRange(min=0, min_open=True),
            default=SECONDS,
            show_default=True,
            metavar="SECONDS",
            help="Stop a query after this time.",
        ),
        click.option(
            "--max-rows",
            type=click.IntRange(min=1),
            default=MOST_ROWS,
            show_default=True,
            help="Give at most so many rows (or triples).",
        ),
        click.option("--endpoint", metavar="URL", help="Ask this SPARQL 1.1 server instead of the files at hand."),
        click.option(
            "--with",
            "extra",
            multiple=True,
            type=click.Path(exists=True, dir_okay=False),
            metavar="FILE",
            help="Ask these assessments too (json, jsonl, jsonld, ttl), or other triples (ttl, nt).",
        ),
        click.option(
            "-f", "--format", "form", type=Choice(FORMATS), default="table", show_default=True, help="Format."
        ),
    ):
        command = option(command)
    return command


@click.command(epilog=example("sjd ask rules-by-fact schirmer_test"))
@click.argument("question", required=False)
@click.argument("values", nargs=-1)
@click.option("--list", "listed", is_flag=True, help="List the questions, each with its parameters and an example.")
@click.option("--show-query", is_flag=True, help="Print the query itself, in SPARQL, and do not ask it.")
@_answer_options
@knowledge_options
def ask(
    question: str | None,
    values: tuple[str, ...],
    listed: bool,
    show_query: bool,
    form: str,
    extra: tuple[str, ...],
    endpoint: str | None,
    max_rows: int,
    timeout: float,
    rules: Path | None,
    ontology: Path | None,
) -> None:
    """Ask a named QUESTION, with VALUES for its parameters by any name that a thing goes by.

    Values stand in the order of the parameters, or as name=value. Without a question, the questions are listed.

    Exit codes: 0 asked, whether or not anything fits; 2 wrong usage, an unknown question or value, a query that was
    refused or stopped; 3 a file or a server could not be read; 4 the knowledge base is invalid.
    """
    from sjogren.ask.questions import bound, chosen, read_questions

    folder = ontology or data("ontology")
    questions = read_questions(folder)
    if listed or question is None:
        _list(questions)
        return
    found = chosen(question, questions)
    if show_query and not values:
        click.echo(found.query.rstrip("\n"))
        return
    bound(found, values)
    task = _task(rules, ontology, form, extra, endpoint, max_rows)._replace(
        question=found.name, name=f"query/{found.name}.rq", values=values, show=show_query
    )
    reply = answer(task, timeout)
    if show_query:
        click.echo(reply.turtle.rstrip("\n"))
    else:
        _print(reply, form, found.empty)


@click.command(epilog=example("sjd sparql 'SELECT ?rule ?label { ?rule a sjd:CriteriaSet ; skos:prefLabel ?label }'"))
@click.argument("query")
@_answer_options
@knowledge_options
def sparql(
    query: str,
    form: str,
    extra: tuple[str, ...],
    endpoint: str | None,
    max_rows: int,
    timeout: float,
    rules: Path | None,
    ontology: Path | None,
) -> None:
    """Answer a QUERY in SPARQL 1.1, or one in a file (- reads standard input).

    SELECT, ASK, CONSTRUCT and DESCRIBE are answered; SERVICE, FROM and every update are refused. The prefixes sjd,
    rule, fact, endpoint, source, doi, skos, dcterms, prov, rdf, rdfs and xsd need no declaration.

    Exit codes: 0 answered, whether or not anything fits; 2 wrong usage, a query that is not SPARQL, was refused or
    stopped; 3 a file or a server could not be read; 4 the knowledge base is invalid.
    """
    text, name = _query(query)
    task = _task(rules, ontology, form, extra, endpoint, max_rows)._replace(query=text, name=name)
    _print(answer(task, timeout), form, NOTHING)


def _query(given: str) -> tuple[str, str]:
    """The text of a query and what errors call it."""
    if given == STANDARD_INPUT:
        return sys.stdin.read(), "<standard input>"
    if not given.endswith((".rq", ".sparql")) and (not given or any(char.isspace() or char in "{}" for char in given)):
        return given, "<query>"
    try:
        return Path(given).read_text(encoding="utf-8"), given
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise click.UsageError(f"the query {given!r} cannot be read: {what}.") from None


def _task(
    rules: Path | None,
    ontology: Path | None,
    form: str,
    extra: tuple[str, ...],
    endpoint: str | None,
    max_rows: int,
) -> Task:
    if endpoint and extra:
        raise click.UsageError("--with adds files to the data at hand; a server has its own: leave out one of the two.")
    return Task(
        rules=str((rules or data("rules")).absolute()),
        ontology=str((ontology or data("ontology")).absolute()),
        extra=extra,
        endpoint=endpoint or "",
        most=max_rows,
        turtle=form == "turtle",
    )


def _list(questions: Mapping[str, Question]) -> None:
    for question in questions.values():
        takes = " ".join(f"[{one.name}]" if one.optional else one.name.upper() for one in question.parameters)
        click.echo(click.style(f"{question.name} {takes}".rstrip(), bold=True))
        for line in (question.title, question.about):
            for row in wrapped(line):
                click.echo(f"    {row}")
        if question.example:
            click.echo(click.style(f"    $ sjd ask {question.name} {question.example}", dim=True))


def _print(reply: Answer, form: str, empty: str) -> None:
    if form == "table":
        _print_table(reply, empty)
    else:
        from sjogren.ask.formats import to_csv, to_json, to_turtle

        click.echo({"csv": to_csv, "json": to_json, "turtle": to_turtle}[form](reply).rstrip("\n"))
        if reply.form != "yes_no" and not reply.rows:
            click.echo(empty, err=True)
    if reply.cut:
        click.echo(f"There is more: only the first {len(reply.rows)} rows are shown (--max-rows).", err=True)


def _print_table(reply: Answer, empty: str) -> None:
    if reply.form == "yes_no":
        click.echo("yes" if reply.yes else "no")
    elif not reply.rows:
        click.echo(empty)
    else:
        filled = [name for name in reply.columns if any(shown(row.get(name)) for row in reply.rows)]
        heads = [name.replace("_", " ") for name in filled]
        for line in table(heads, [[shown(row.get(name)) for name in filled] for row in reply.rows]):
            click.echo(line)
