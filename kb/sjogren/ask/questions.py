"""Named questions: one query a file in ``ontology/query/``, with what people need to know of it in its head.

A head is comment lines at the top::

    # title: Rules that use a fact
    # about: where it is tested, and how                       (may be missing)
    # parameter: fact (fact) what is observed                  (none, one or several; "(fact, optional)")
    # example: schirmer_test
    # empty: No rule tests this fact.

A parameter is a variable of the query, bound by a line ``VALUES ?fact { fact:schirmer_test }`` whose content is the
example; putting another value there is all that asking does, so that a file is a whole query by itself. An optional
parameter that is not given is ``UNDEF``. Its kind is a file of ``ontology/query/kind/``: a query for the things that
can be meant (``?it``) and the names that they go by (``?label``); the kind ``text`` takes any words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sjogren.errors import Finding, KnowledgeError, QueryError, did_you_mean
from sjogren.model.vocabulary import fold_label

_HEAD = re.compile(r"(?m)^# (title|about|example|empty): *(\S.*?) *$")
_PARAMETER = re.compile(r"(?m)^# parameter: *(\w+) \((\w+)(, optional)?\) *(\S.*?) *$")
TEXT = "text"
"""The kind of a parameter that is words, not a thing."""


class Parameter(NamedTuple):
    """One parameter: its variable, the kind of thing that it takes, and what it means."""

    name: str
    kind: str
    optional: bool
    about: str


class Question(NamedTuple):
    """One question; ``query`` is the file as it is, with the example's values in it."""

    name: str
    title: str
    about: str
    parameters: tuple[Parameter, ...]
    example: str
    empty: str
    query: str


def read_questions(ontology: Path) -> dict[str, Question]:
    """All questions of an ontology folder by name; raises `KnowledgeError` for every one with a faulty head."""
    found: dict[str, Question] = {}
    bad: list[Finding] = []
    kinds = {path.stem for path in (ontology / "query" / "kind").glob("*.rq")} | {TEXT}
    for path in sorted((ontology / "query").glob("*.rq")):
        text = path.read_text(encoding="utf-8")
        head = dict(_HEAD.findall(text))
        file = f"query/{path.name}"
        bad += [
            Finding(file, 1, "O103", f"the line '# {key}: …' is missing at the top.")
            for key in ("title", "empty")
            if key not in head
        ]
        parameters = tuple(Parameter(one[0], one[1], bool(one[2]), one[3]) for one in _PARAMETER.findall(text))
        for one in parameters:
            if one.kind not in kinds:
                hint = did_you_mean(one.kind, kinds, always=True)
                bad.append(Finding(file, 1, "O105", f"the kind {one.kind!r} of {one.name} is unknown.", hint))
            if len(_place(one.name).findall(text)) != 1:
                bad.append(Finding(file, 1, "O103", f"one line 'VALUES ?{one.name} {{ … }}' is needed."))
        found[path.stem] = Question(
            path.stem,
            head.get("title", ""),
            head.get("about", ""),
            parameters,
            head.get("example", ""),
            head.get("empty", ""),
            text,
        )
    if bad:
        raise KnowledgeError(bad)
    return found


def kind_query(ontology: Path, kind: str) -> str:
    """The query for what a parameter of this kind can mean."""
    return (ontology / "query" / "kind" / f"{kind}.rq").read_text(encoding="utf-8")


def chosen(name: str, questions: Mapping[str, Question]) -> Question:
    """A question by its name or title; raises `QueryError` that names the nearest."""
    titles = {fold_label(question.title): question for question in questions.values()}
    question = questions.get(name) or titles.get(fold_label(name))
    if question is None:
        hint = did_you_mean(name, [*questions, *(one.title for one in questions.values())])
        raise wrong(f"there is no question {name!r}.", hint or "`sjd ask --list` lists them.")
    return question


def bound(question: Question, values: Sequence[str]) -> dict[str, str]:
    """Each value that was given, by its parameter: ``name=value``, or in the order of the parameters."""
    known = {parameter.name: parameter for parameter in question.parameters}
    found: dict[str, str] = {}
    free = list(known)
    for value in values:
        name, equals, rest = value.partition("=")
        if equals and name.isidentifier():
            if name not in known:
                raise wrong(f"{question.name} has no parameter {name!r}.", _takes(question, name))
        elif free:
            name, rest = free[0], value
        else:
            raise wrong(f"{question.name} has no place for {value!r}.", _takes(question))
        if name in found:
            raise wrong(f"{name} is given twice.")
        found[name] = rest
        free = [one for one in free if one != name]
    missing = [one.name for one in question.parameters if not one.optional and not found.get(one.name, "").strip()]
    if missing:
        raise wrong(f"{question.name} needs {', '.join(missing)}.", _takes(question))
    return found


def _takes(question: Question, near: str = "") -> str:
    if not question.parameters:
        return "It takes none."
    hint = did_you_mean(near, [one.name for one in question.parameters]) if near else ""
    takes = "; ".join(
        f"{one.name}{' (may be left out)' if one.optional else ''}: {one.about}" for one in question.parameters
    )
    return hint or f"It takes {takes}. Example: sjd ask {question.name} {question.example}".rstrip()


def filled(question: Question, terms: Mapping[str, str]) -> str:
    """The query with these terms (as SPARQL writes them) in place of the example's."""
    text = question.query
    for parameter in question.parameters:
        before, after = _place(parameter.name).split(text)
        term = terms.get(parameter.name, "UNDEF")
        text = f"{before}VALUES ?{parameter.name} {{ {term} }}{after}"
    return text


def _place(name: str) -> re.Pattern[str]:
    return re.compile(rf"VALUES \?{name} \{{ [^}}\n]* \}}")


def literal(words: str) -> str:
    r"""Words as a literal of SPARQL, which writes texts as JSON does; a backslash, which no label has, is a space.

    >>> literal('the "dry" eye')
    '"the \\"dry\\" eye"'
    """
    return json.dumps(words.replace("\\", " "), ensure_ascii=False)


def meant(value: str, parameter: Parameter, names: Mapping[str, Mapping[str, str]]) -> str:
    """The term that a value means, as SPARQL writes it.

    names
        each term with the folded names that it goes by, and how each is written, the identifier first.

    Raises `QueryError` with the nearest name when it means nothing, and with all when it means several.
    """
    wanted = fold_label(value)
    found = [term for term, known in names.items() if wanted in known]
    if not found:  # `acr-eular-2016` for `classification/acr-eular-2016`
        found = [term for term, known in names.items() if any(name.endswith(f"/{wanted}") for name in known)]
    if len(found) == 1:
        return found[0]
    if found:
        which = ", ".join(sorted(_identifier(names[term]) for term in found))
        raise wrong(f"{value!r} can mean several things.", f"Choose one of: {which}.")
    if not names:
        raise wrong(f"there is no {parameter.kind} {value!r}: the data hold none.")
    spelt = [written for known in names.values() for written in known.values() if "://" not in written]
    raise wrong(f"there is no {parameter.kind} {value!r}.", did_you_mean(value, spelt) or _some(names))


def _identifier(known: Mapping[str, str]) -> str:
    return next(iter(known.values()))


MOST_NAMED = 20
"""How many things an error names."""


def _some(names: Mapping[str, Mapping[str, str]]) -> str:
    each = sorted(map(_identifier, names.values()))
    if len(each) <= MOST_NAMED:
        return f"There are: {', '.join(each)}."
    return f"There are {len(each)}, such as {', '.join(each[:MOST_NAMED])}."


def wrong(message: str, hint: str = "") -> QueryError:
    """The error for a question that cannot be asked as it is."""
    return QueryError([Finding("sjd ask", 0, "Q107", message, hint)])
