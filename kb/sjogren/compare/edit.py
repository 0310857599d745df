"""Rules with a change: one value set, one item left out, or an edited file in place of the one with its identifier.

The rules of the knowledge base are never touched: a copy is changed, read as any rules are, and thrown away.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import NamedTuple

from sjogren._located import Written, written_scalars
from sjogren.errors import Finding, InputError, KnowledgeError, did_you_mean
from sjogren.model.rule import Rule
from sjogren.program.store import Knowledge, build
from sjogren.rules.timed import named

FIXED = {"id", "type", "@context"}
"""Keys that say which rule it is, so that nothing is left to compare with when they change."""
PLAIN = re.compile(r"-?\d+(\.\d+)?|[a-z][a-z_]*")
"""A value that YAML reads as it stands."""
WORDS = {"yes", "no", "true", "false", "null", "on", "off"}


class Edit(NamedTuple):
    """One thing to change: a ``key`` of a rule to a ``value``; no key: the rule is left out where it is an item."""

    rule: str
    key: str
    value: str

    def __str__(self) -> str:
        return f"{self.rule}:{self.key}={self.value}" if self.key else self.rule


class Done(NamedTuple):
    """A change that was made: where, and from what to what."""

    edit: Edit
    file: str
    line: int
    before: str


def parse(text: str, rules: Mapping[str, Rule]) -> Edit:
    """``RULE:KEY=VALUE`` as an edit; raises `InputError` that names the nearest rule."""
    name, colon, rest = text.partition(":")
    key, equals, value = rest.partition("=")
    if not (colon and equals and key and value):
        message = f"{text!r} does not say what to change."
        hint = "Write RULE:KEY=VALUE, as in classification/acr-eular-2016/schirmer:at_most=10."
        raise refused("--set", "C101", message, hint)
    return Edit(known_rule(name, rules, "--set"), key, value)


def known_rule(name: str, rules: Mapping[str, Rule], option: str) -> str:
    """A rule that exists, or an `InputError` that names the nearest one."""
    if name not in rules:
        hint = did_you_mean(name, rules) or "`sjd rule list` lists them."
        raise refused(option, "C102", f"there is no rule {name!r}.", hint)
    return name


def refused(where: str, code: str, message: str, hint: str = "") -> InputError:
    """An error with one finding."""
    return InputError([Finding(where, 0, code, message, hint)])


@contextmanager
def changed(
    rules: Path, ontology: Path, version: str, base: Knowledge, edits: Sequence[Edit], edited: Path | None
) -> Iterator[tuple[Knowledge, list[Done]]]:
    """The knowledge with all edits made, and what they changed; raises `InputError` when one cannot be made."""
    with TemporaryDirectory(prefix="sjd-") as room:
        copy = Path(room) / "rules"
        shutil.copytree(rules, copy)
        if edited:
            _put(edited, copy, base.rules.rules)
        done = [_make(edit, base.rules.rules[edit.rule], base.rules.rules, copy) for edit in edits]
        try:
            yield build(copy, ontology, version), done
        except KnowledgeError as error:
            where = str(edits[0]) if edits else str(edited)
            first = Finding(where, 0, "C105", "the changed rules are not valid rules.")
            raise InputError([first, *error.findings]) from None


def _put(edited: Path, copy: Path, rules: Mapping[str, Rule]) -> None:
    """Put an edited file in place of the one that has its identifier."""
    try:
        text = edited.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise refused(str(edited), "C106", f"this cannot be read: {error}.") from None
    named = re.search(r"(?m)^id:\s*[\"']?([^\s\"']+)", text)
    whole = [name for name, rule in rules.items() if not rule.place.path]
    if named is None or named[1] not in whole:
        hint = did_you_mean(named[1], whole) if named else "It begins with `id:` and the identifier of a rule file."
        what = f"no rule file is called {named[1]!r}" if named else "this names no rule"
        raise refused(str(edited), "C107", f"{what}.", hint)
    (copy / f"{named[1]}.yaml").write_text(text, encoding="utf-8")


def _make(edit: Edit, rule: Rule, rules: Mapping[str, Rule], copy: Path) -> Done:
    path = copy.joinpath(*PurePosixPath(rule.place.file).parts[1:])
    text = path.read_text(encoding="utf-8")
    if not edit.key:
        return _left_out(edit, rule, rules, path, text)
    found = _chosen(edit, _of(rule, rules, text))
    value = edit.value
    if not PLAIN.fullmatch(value) or value in WORDS or found.quoted:
        value = json.dumps(value, ensure_ascii=False)
    path.write_text(text[: found.start] + value + text[found.end :], encoding="utf-8")
    return Done(edit, rule.place.file, found.line, found.text)


def _of(rule: Rule, rules: Mapping[str, Rule], text: str) -> list[Written]:
    """The values that belong to a rule and to no rule inside it, with paths from the rule on."""
    here = f"{rule.place.path}." if rule.place.path else ""
    inner = [
        f"{other.place.path}."
        for other in rules.values()
        if other.place.file == rule.place.file and other.id != rule.id and other.place.path.startswith(here)
    ]
    return [
        each._replace(path=each.path.removeprefix(here))
        for each in written_scalars(text)
        if each.path.startswith(here) and not any(each.path.startswith(other) for other in inner)
    ]


def _chosen(edit: Edit, values: Sequence[Written]) -> Written:
    """The one value that a key names, in full or by its last parts."""
    named = [each for each in values if each.path == edit.key or each.path.endswith(f".{edit.key}")]
    exact = [each for each in named if each.path == edit.key]
    paths = [each.path for each in values if each.path.rpartition(".")[2] not in FIXED]
    if len(exact or named) > 1:
        message = f"{edit.key!r} stands in {edit.rule} more than once."
        raise refused("--set", "C104", message, f"Choose one of: {', '.join(each.path for each in named)}.")
    if not named or named[0].path in FIXED:
        keys = [*paths, *(path.rpartition(".")[2] for path in paths)]
        hint = did_you_mean(edit.key, keys) or f"It has: {', '.join(paths)}."
        raise refused("--set", "C103", f"{edit.rule} has no value {edit.key!r} that can be set.", hint)
    return (exact or named)[0]


def _left_out(edit: Edit, rule: Rule, rules: Mapping[str, Rule], path: Path, text: str) -> Done:
    """Take an item out of its criteria set: its entry of the list, to the next line that is not indented below it.

    A finding that other rules read as well stays, as a part of the file that gives no points.
    """
    parent = rules.get(rule.parent)
    if parent is None or rule.id not in {item.rule for item in parent.items}:
        items = [item.rule for each in rules.values() for item in each.items]
        hint = did_you_mean(rule.id, items) or "Only an item of a criteria set can be."
        raise refused("--drop", "C108", f"{rule.id} is no item that can be left out.", hint)
    lines = text.splitlines(keepends=True)
    start = rule.place.line - 1
    indent = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent):
        end += 1
    kept = [*lines[:start], *lines[end:]]
    readers = (other for other in rules.values() if other.id not in {rule.id, parent.id})
    if any(subject.name == rule.id for other in readers for subject in named(other)):
        part = [line for line in lines[start:end] if not line.strip().startswith("points:")]
        at = kept.index("parts:\n") + 1 if "parts:\n" in kept else 0
        kept = [*kept[:at], *part, *kept[at:]] if at else [*kept, "parts:\n", *part]
    path.write_text("".join(kept), encoding="utf-8")
    return Done(edit, rule.place.file, rule.place.line, rule.label)
