"""How long each named question takes as a whole process, beside a plain rdflib script that asks the same graph."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from sjogren._resources import data
from sjogren.ask.graph import knowledge_graph
from sjogren.ask.questions import read_questions

RUNS = 5
PATIENCE = 30.0
PLAIN = """
import sys
import rdflib
graph = rdflib.Graph().parse(sys.argv[1], format="nt")
for row in graph.query(open(sys.argv[2], encoding="utf-8").read()):
    print(*row, sep="\\t")
"""
"""What somebody with rdflib alone would write, once the rules are triples."""


def questions(
    folder: Path, environment: dict[str, str], process: Callable[..., float]
) -> Iterator[tuple[str, float, float | None]]:
    """Each question with the seconds of ``sjd ask`` and of the plain script, turn by turn.

    None stands for a script that took longer than `PATIENCE`; it is not tried again.
    """
    triples = folder / "knowledge.nt"
    knowledge_graph(data("rules"), data("ontology")).serialize(triples, format="nt", encoding="utf-8")
    for question in read_questions(data("ontology")).values():
        values = [] if "--with" in question.example else shlex.split(question.example)
        command = [sys.executable, "-m", "sjogren", "ask", question.name, *values, "--format", "csv"]
        plain = [sys.executable, "-c", PLAIN, str(triples), str(data("ontology") / "query" / f"{question.name}.rq")]
        process(command, environment)
        ours, theirs = [], []
        patient = True
        for _ in range(RUNS):
            ours.append(process(command, environment))
            try:
                if patient:
                    theirs.append(process(plain, environment, PATIENCE))
            except subprocess.TimeoutExpired:
                patient = False
        yield question.name, median(ours), median(theirs) if patient else None
