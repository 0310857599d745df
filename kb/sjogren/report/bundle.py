"""The bundle of a report: cases as they were read, what was concluded and advised, and the versions that did it.

A bundle is JSON. Each case in it is read by the gate that reads case files, so that the same knowledge base comes to
the same assessment, byte for byte; where it does not, what differs is told by conclusion and key. The digest tells a
bundle that was edited or cut off; it is no signature.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from sjogren.advice import advise
from sjogren.assess.knowledge_base import VERSION, Assessment, KnowledgeBase
from sjogren.errors import Finding, InputError, InternalFault
from sjogren.facts.casefile import read_case
from sjogren.facts.written import Number, written
from sjogren.model.case import Case
from sjogren.report.days import as_dates, as_days, days_of
from sjogren.report.lossless import NotJson, compact, laid_out, read

Json: TypeAlias = Any

KIND = "report bundle of sjogren-kb"
SHAPE = "1"
"""Version of the shape of a bundle."""
COUNT = ("durable-rules", "PyYAML", "rdflib")
"""The packages that take part in an assessment."""
DEEP = 8
"""How deep the nodes of a proof lie; each of them is one line."""
KEYS = ("kind", "bundle", "knowledge_base", "made_with", "command", "deidentified", "cases", "digest")
SHOWN = 60
STEPS = 3


class Entry(NamedTuple):
    """One case of a bundle: as case-file data, the digest of what was read, the assessment, and the advice."""

    case: Json
    input_hash: str
    assessment: Json
    advice: Json


class Bundle(NamedTuple):
    """A bundle as read. ``file`` is how messages name it."""

    file: str
    knowledge_base: Mapping[str, str]
    made_with: Mapping[str, str]
    command: str
    deidentified: bool
    entries: tuple[Entry, ...]


class Difference(NamedTuple):
    """What is otherwise now: where (``visit 1, activity/essdai, low``), and both values as JSON text."""

    place: str
    before: str
    after: str


class Replayed(NamedTuple):
    """One case assessed again; no differences mean the same assessment, byte for byte."""

    case: str
    differences: tuple[Difference, ...]


def made_with() -> dict[str, str]:
    """The versions of everything that takes part in an assessment."""
    found = {"sjogren-kb": VERSION, "python": platform.python_version()}
    for package in COUNT:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found


def bundle(
    knowledge_base: KnowledgeBase,
    assessed: Sequence[tuple[Case, Assessment]],
    *,
    command: str = "",
    deidentified: bool = False,
) -> str:
    """The bundle of some cases with their assessments, as JSON text.

    ``deidentified`` says that the cases come from `sjogren.report.deidentify`: their dates are written as days.
    Raises `InputError` for a number that no case file can hold: a fraction without a decimal form, from Python.
    """
    for case, _ in assessed:
        again = read_case(read(compact(written(case, knowledge_base.vocabulary))), knowledge_base.vocabulary, case.file)
        if again.digest != case.digest:
            raise InternalFault(f"case {case.id!r} is not read again as it was written")
    data: dict[str, Json] = {
        "kind": KIND,
        "bundle": int(SHAPE),
        "knowledge_base": {"version": knowledge_base.version, "content_hash": knowledge_base.content_hash},
        "made_with": made_with(),
        "command": command,
        "deidentified": deidentified,
        "cases": [
            {
                "case": _shown(written(case, knowledge_base.vocabulary), case, deidentified),
                "input_hash": case.digest,
                "assessment": _shown(assessment.data, case, deidentified),
                "advice": _shown(advise(knowledge_base, case, assessment).to_json(), case, deidentified),
            }
            for case, assessment in assessed
        ],
    }
    data["digest"] = _digest(data)
    return laid_out(data, DEEP) + "\n"


def _shown(data: Json, case: Case, deidentified: bool) -> Json:
    return as_days(data, days_of(case)) if deidentified else data


def _digest(data: Mapping[str, Json]) -> str:
    """Digest of a bundle without its digest, whatever its layout."""
    text = compact({key: value for key, value in data.items() if key != "digest"})
    return f"sha256:{sha256(text.encode()).hexdigest()}"


# -- reading


def read_bundle(path: str | Path) -> Bundle:
    """Read a bundle. Raises `InputError` when it is none, is of another version, or is not as it was written."""
    file = str(path)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise _refused(file, "E160", "this is not UTF-8 text, so it is no report bundle.", MAKE) from None
    except OSError as error:
        raise _refused(file, "E101", f"this cannot be read: {error.strerror}.") from None
    try:
        data = read(text)
    except NotJson as error:
        message = f"this is not a whole JSON document: {error}."
        raise _refused(file, "E161", message, "It may have been cut off or edited.", error.line) from None
    if not isinstance(data, dict) or data.get("kind") != KIND:
        found = compact(data.get("kind")) if isinstance(data, dict) and "kind" in data else "none"
        raise _refused(file, "E160", f"this is no report bundle: its kind is {_short(found)}, expected {KIND!r}.", MAKE)
    if str(data.get("bundle")) != SHAPE:
        message = f"this bundle is of version {_short(compact(data.get('bundle')))}; version {SHAPE} is expected."
        raise _refused(file, "E162", message, "Replay it with the version of sjogren-kb that wrote it.")
    digest = _digest(data)
    if data.get("digest") != digest:
        message = f"its digest is {_short(compact(data.get('digest')), SHOWN + SHOWN)}, expected {digest}."
        raise _refused(file, "E163", f"this bundle is not as it was written: {message}", "It was edited or cut off.")
    return _bundle(data, file)


MAKE = "`sjd report CASE -o OUT.json` writes one."


def _bundle(data: Mapping[str, Json], file: str) -> Bundle:
    """A bundle whose digest is right; whoever computes one anew can still have written another shape."""
    if missing := [key for key in KEYS if key not in data]:
        raise _refused(file, "E164", f"this bundle lacks {', '.join(missing)}.", MAKE)
    cases = data["cases"]
    whole = isinstance(cases, list) and all(
        isinstance(each, dict)
        and isinstance(each.get("case"), dict)
        and isinstance(each.get("assessment"), dict)
        and isinstance(each.get("advice"), dict)
        and _is_text(each.get("input_hash"))
        for each in cases
    )
    stated = all(isinstance(data[key], dict) for key in ("knowledge_base", "made_with"))
    if not whole or not stated or not _is_text(data["command"]) or not isinstance(data["deidentified"], bool):
        raise _refused(file, "E164", "the parts of this bundle do not have the shape that they are written in.", MAKE)
    entries = tuple(Entry(each["case"], each["input_hash"], each["assessment"], each["advice"]) for each in cases)
    return Bundle(file, data["knowledge_base"], data["made_with"], data["command"], data["deidentified"], entries)


def _refused(file: str, code: str, message: str, hint: str = "", line: int = 0) -> InputError:
    return InputError([Finding(file, line, code, message, hint)])


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and not isinstance(value, Number)


def _short(text: str, most: int = SHOWN) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


# -- replaying


def versions(knowledge_base: KnowledgeBase, old: Bundle) -> Iterator[Difference]:
    """What the bundle was made with and is otherwise here: first the knowledge base, then the packages."""
    here = {"version": knowledge_base.version, "content_hash": knowledge_base.content_hash}
    yield from _keys("knowledge base", old.knowledge_base, here)
    yield from _keys("made with", old.made_with, made_with())


def replay(knowledge_base: KnowledgeBase, old: Bundle) -> Iterator[Replayed]:
    """Each case of a bundle, read and assessed again.

    Raises `InputError` for a case that this knowledge base does not take, with every finding.
    """
    for entry in old.entries:
        stated = as_dates(entry.case) if old.deidentified else entry.case
        case = read_case(stated, knowledge_base.vocabulary, old.file)
        assessment = knowledge_base.assess(case)
        fresh = _shown(assessment.data, case, old.deidentified)
        differences = list(_keys("", {"input": entry.input_hash}, {"input": case.digest}))
        if compact(entry.assessment) != compact(fresh):
            found = list(_assessments(entry.assessment, fresh))
            differences += found or [Difference("order of keys", "as written", "otherwise")]
        advice = _shown(advise(knowledge_base, case, assessment).to_json(), case, old.deidentified)
        differences += _keys("advice", entry.advice, advice)
        yield Replayed(case.id, tuple(differences))


def _keys(place: str, before: Json, after: Json) -> Iterator[Difference]:
    """Where two mappings differ, by key; the whole where one of them is none."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        if compact(before) != compact(after):
            yield Difference(place, compact(before), compact(after))
        return
    for key in dict.fromkeys((*before, *after)):
        one, other = (compact(each[key]) if key in each else "nothing" for each in (before, after))
        if one != other:
            yield Difference(f"{place}, {key}".removeprefix(", "), one, other)


def _assessments(before: Json, after: Json) -> Iterator[Difference]:
    """Where two assessments of one case differ: its head, then the visits by conclusion and key, then the proofs."""
    yield from _keys("", *({key: value for key, value in each.items() if key != "visits"} for each in (before, after)))
    old, new = (each.get("visits") if isinstance(each.get("visits"), list) else [] for each in (before, after))
    if len(old) != len(new):
        yield Difference("number of visits", str(len(old)), str(len(new)))
    for index, (one, other) in enumerate(zip(old, new, strict=False), 1):
        place = f"visit {index}"
        if not isinstance(one, Mapping):
            yield from _keys(place, one, other)
            continue
        apart = ("conclusions", "justification")
        yield from _keys(place, *({key: each[key] for key in each if key not in apart} for each in (one, other)))
        concluded = [_mapping(each, "conclusions") for each in (one, other)]
        for name in dict.fromkeys((*concluded[0], *concluded[1])):
            yield from _keys(f"{place}, {name}", *(each.get(name, "nothing") for each in concluded))
        yield from _proofs(place, *(_nodes(each) for each in (one, other)))


def _mapping(data: Json, key: str) -> Mapping[str, Json]:
    found = data.get(key)
    return found if isinstance(found, Mapping) else {}


def _nodes(visit: Json) -> dict[str, Json]:
    graph = _mapping(visit, "justification").get("@graph")
    return {compact(node): node for node in graph} if isinstance(graph, list) else {}


def _proofs(place: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Difference]:
    """The first steps of the proof that only one of the two has."""
    gone, new = (
        [node for text, node in one.items() if text not in other] for one, other in ((before, after), (after, before))
    )
    if gone or new:
        yield Difference(f"{place}, proof", _steps(gone), _steps(new))


def _steps(nodes: Sequence[Json]) -> str:
    """Some steps by their sentences."""
    said = [str(node.get("text", "?")) if isinstance(node, Mapping) else compact(node) for node in nodes[:STEPS]]
    more = f" and {len(nodes) - STEPS} more" if len(nodes) > STEPS else ""
    return f"{'; '.join(said)}{more}" if said else "nothing"
