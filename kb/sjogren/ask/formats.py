"""An answer for programs and spreadsheets: CSV, SPARQL's JSON, Turtle."""

from __future__ import annotations

import csv
import io
import json
import re

from sjogren.ask.answer import Answer, Term, shown

RESULT_SET = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_FORMULA = re.compile(r"[=+\-@\t]")
_NUMBER = re.compile(r"[+-]?\d[\d.]*(?:[eE][+-]?\d+)?")


def to_csv(answer: Answer) -> str:
    """Comma-separated values with a heading, things by their identifiers.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if answer.form == "yes_no":
        writer.writerows([["answer"], [str(answer.yes).lower()]])
        return out.getvalue()
    writer.writerow(answer.columns)
    for row in answer.rows:
        writer.writerow([_harmless(shown(row.get(name))) for name in answer.columns])
    return out.getvalue()


def _harmless(text: str) -> str:
    """A cell that no spreadsheet runs.

    >>> _harmless("=1+1"), _harmless("-3.2"), _harmless("-")
    ("'=1+1", '-3.2', "'-")
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def to_json(answer: Answer) -> str:
    """SPARQL 1.1 Query Results JSON, with whole IRIs; a graph as rows of ``subject``, ``predicate``, ``object``."""
    if answer.form == "yes_no":
        return json.dumps({"head": {}, "boolean": answer.yes}, indent=2)
    data = {"head": {"vars": list(answer.columns)}, "results": {"bindings": [dict(row) for row in answer.rows]}}
    return json.dumps(data, ensure_ascii=False, indent=2)


def to_turtle(answer: Answer) -> str:
    """A graph as Turtle; rows, and a yes or no, in the W3C's vocabulary for result sets."""
    if answer.form == "graph":
        return answer.turtle
    head = f"@prefix rs: <{RESULT_SET}> .\n\n[] a rs:ResultSet"
    if answer.form == "yes_no":
        return f"{head} ;\n    rs:boolean {str(answer.yes).lower()} .\n"
    lines = [head]
    if answer.columns:
        lines.append(f"    rs:resultVariable {', '.join(map(json.dumps, answer.columns))}")
    for index, row in enumerate(answer.rows, 1):
        bindings = ",\n            ".join(
            f"[ rs:variable {json.dumps(name)} ; rs:value {_turtle(row[name])} ]"
            for name in answer.columns
            if name in row
        )
        lines.append(
            f"    rs:solution [ rs:index {index}" + (f" ;\n        rs:binding {bindings}" if bindings else "") + " ]"
        )
    return " ;\n".join(lines) + " .\n"


def _turtle(term: Term) -> str:
    if term["type"] == "uri":
        return f"<{term['value']}>"
    if term["type"] == "bnode":
        return f"_:b{term['value'].encode().hex()}"
    text = json.dumps(term["value"], ensure_ascii=False)
    if "xml:lang" in term:
        return f"{text}@{term['xml:lang']}"
    return f"{text}^^<{term['datatype']}>" if "datatype" in term else text
