"""The process that a query is answered in: it is given a task, and is stopped when its time is over.

Reading the query, the cases given with it and whatever a server says happens here and nowhere else. A cell without an
endpoint cannot open a connection or look up a name: its interpreter refuses, whatever code asks for it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sjogren.ask.answer import Answer
from sjogren.errors import Finding, InputError, InternalFault, KnowledgeError, MissingExtra, QueryError

if TYPE_CHECKING:
    from sjogren.ask.asking import Asked

SECONDS = 30.0
"""How long a query may take, unless the caller says otherwise; a named question takes less than one."""
MOST_ROWS = 1000
"""How many rows are given, unless the caller says otherwise."""
MEMORY = 4 << 30
"""Bytes that a cell may use."""
_CLOSED = (
    *("socket.", "urllib.", "http.", "ftplib.", "smtplib."),
    *("subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "pty."),
)
"""Audit events of the interpreter that mean reaching out."""


class Task(NamedTuple):
    """What a cell is to do: answer ``query`` (called ``name`` in errors), or the question ``question`` with ``values``.

    ``most`` is the greatest number of rows; ``turtle`` asks for graphs as text too; ``show`` wants the query itself,
    with the values in place, in ``turtle`` of the answer; ``extra`` are files of assessments or triples.
    """

    rules: str
    ontology: str
    query: str = ""
    name: str = "<query>"
    question: str = ""
    values: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    endpoint: str = ""
    most: int = MOST_ROWS
    turtle: bool = False
    show: bool = False


_ERRORS: dict[str, type[Exception]] = {
    one.__name__: one for one in (InputError, InternalFault, KnowledgeError, MissingExtra, QueryError)
}


def answer(task: Task, seconds: float = SECONDS) -> Answer:
    """The answer to a task, found in a process of its own.

    Raises `QueryError` for what is refused or takes longer than ``seconds``, `InputError` for a file or a server that
    cannot be read, `KnowledgeError` for rules or an ontology that cannot.
    """
    command = [sys.executable, "-P", "-m", "sjogren.ask.cell"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(  # noqa: S603  # this interpreter, with arguments that are written here
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            said, complaint = process.communicate(json.dumps(task._asdict()).encode(), timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            message = f"the query was stopped after {seconds:g} seconds."
            raise QueryError([Finding(task.name, 0, "Q109", message, "Narrow it, or give it more time.")]) from None
        except BaseException:  # Ctrl-C: the process is not left behind
            process.kill()
            raise
    try:
        reply = json.loads(said)
    except ValueError:
        last = complaint.decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {process.returncode}"]
        raise InternalFault(f"a query ended in {last[0]}") from None
    if "error" in reply:
        raise _error(reply)
    found = reply["answer"]
    return Answer(**{**found, "columns": tuple(found["columns"]), "rows": tuple(found["rows"])})


def _error(reply: Any) -> Exception:
    kind = _ERRORS[reply["error"]]
    if "findings" in reply:
        return kind([Finding(*finding) for finding in reply["findings"]])
    error = kind.__new__(kind)
    Exception.__init__(error, reply["message"])
    return error


# -- inside


def main() -> None:
    """Read a task, answer it, write the reply; the two ends are the standard streams of this process."""
    with open(0, "rb", closefd=False) as given:
        data = json.loads(given.read())
    task = Task(**{**data, "values": tuple(data["values"]), "extra": tuple(data["extra"])})
    reply = json.dumps(_reply(task), ensure_ascii=False).encode()
    with open(1, "wb", closefd=False) as out:
        out.write(reply)
    os._exit(0)  # there is nothing to tidy up, and freeing a graph takes time


def _reply(task: Task) -> dict[str, Any]:
    _bound_memory()
    if not task.endpoint:
        _close_the_doors()
    try:
        return {"answer": _answered(task)._asdict()}
    except tuple(_ERRORS.values()) as error:
        findings = getattr(error, "findings", None)
        told = {"message": str(error)} if findings is None else {"findings": findings}
        return {"error": type(error).__name__, **told}
    except MemoryError:
        message = f"the query needs more than {MEMORY >> 30} GB of memory."
        return {"error": "QueryError", "findings": [Finding(task.name, 0, "Q109", message, "Narrow it.")]}


def _answered(task: Task) -> Answer:
    from sjogren.ask.asking import named, query_of
    from sjogren.ask.questions import chosen, read_questions

    asked = _asked(task)
    if not task.question:
        return asked.ask(task.query, task.name, task.most, turtle=task.turtle)
    ontology = Path(task.ontology)
    question = chosen(task.question, read_questions(ontology))
    if task.show:
        return Answer("graph", turtle=query_of(asked, question, task.values, ontology))
    return named(asked, question, task.values, ontology, task.most, turtle=task.turtle)


def _asked(task: Task) -> Asked:
    if task.endpoint:
        from sjogren.ask.endpoint import Endpoint

        return Endpoint(task.endpoint)
    from sjogren.ask.extra import extra_triples
    from sjogren.ask.graph import knowledge_graph
    from sjogren.ask.memory import InMemory

    more = [triple for path in task.extra for triple in extra_triples(Path(path))]
    return InMemory(knowledge_graph(Path(task.rules), Path(task.ontology), more))


def _bound_memory() -> None:
    from contextlib import suppress

    with suppress(ImportError, ValueError, OSError):  # a system without such a limit
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY if hard < 0 else min(MEMORY, hard), hard))


def _close_the_doors() -> None:
    """No connection, no look-up of a name and no other program, from now on, for this process."""

    def watch(event: str, _: Any) -> None:
        if event.startswith(_CLOSED):
            raise PermissionError(f"a query may not do this: {event}")

    sys.addaudithook(watch)


if __name__ == "__main__":
    main()
