"""YAML (and JSON, its subset) as text with places: every scalar stays as written, every node knows its line.

No implicit typing (``no`` stays the word *no*, ``0.1`` stays decimal), no tags, no anchors, no duplicate keys, no
documents beyond the first. Anchors are refused before they can be expanded, so an alias bomb costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

import yaml

from sjogren.errors import Finding

MAX_DEPTH = 40
"""No file of ours nests deeper; deeper input is refused before Python's recursion limit can be met."""


class Scalar:
    """One value as written. ``quoted`` tells the text ``"4"`` from the number ``4``."""

    __slots__ = ("line", "quoted", "text")

    def __init__(self, text: str, line: int, quoted: bool) -> None:
        self.text, self.line, self.quoted = text, line, quoted

    @property
    def is_null(self) -> bool:
        """Whether it is an unquoted null, a tilde, or nothing at all."""
        return not self.quoted and self.text in {"", "~", "null", "Null", "NULL"}


class Sequence:
    """A list with the line on which it starts."""

    __slots__ = ("items", "line")

    def __init__(self, items: list[Node], line: int) -> None:
        self.items, self.line = items, line

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


class Mapping:
    """A mapping by the text of its keys; ``key_lines`` tells where each key stands."""

    __slots__ = ("items", "key_lines", "line")

    def __init__(self, items: dict[str, Node], key_lines: dict[str, int], line: int) -> None:
        self.items, self.key_lines, self.line = items, key_lines, line

    def get(self, key: str) -> Node | None:
        """The node under this key, or None."""
        return self.items.get(key)

    def __iter__(self) -> Iterator[tuple[str, Node]]:
        return iter(self.items.items())

    def __contains__(self, key: str) -> bool:
        return key in self.items


Node: TypeAlias = "Scalar | Sequence | Mapping"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SURROGATES = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE)


def read_located(text: str, file: str, report: Callable[[Finding], None], code: str) -> Node | None:
    """Parse one document. Findings go to ``report`` under ``code``; None when nothing usable was found.

    Duplicate keys are reported and the first value kept, so that reading can go on and tell everything at once.
    """
    if text.lstrip()[:1] in {"{", "["}:
        text = _SURROGATES.sub(_join_surrogates, text)
    try:
        builder = _Builder(file, report, code)
        for event in yaml.parse(text, Loader=_LOADER):
            if not builder.take(event):
                break
        return builder.finish()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        what = " ".join(part for part in (error.context, error.problem) if part)
        report(Finding(file, line, code, f"this is not readable as YAML: {what}."))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        odd = error.character if isinstance(error.character, int) else ord(error.character)
        report(Finding(file, line, code, f"this is not text: character U+{odd:04X} is not allowed."))
    except UnicodeEncodeError as error:
        report(Finding(file, text.count("\n", 0, error.start) + 1, code, "this is not text: a lone surrogate."))
    return None


def _join_surrogates(match: re.Match[str]) -> str:
    high, low = (int(part, 16) for part in match.groups())
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


class _Builder:
    """Builds the tree from parser events, so that anchors are seen before anything is expanded."""

    def __init__(self, file: str, report: Callable[[Finding], None], code: str) -> None:
        self.file, self.report, self.code = file, report, code
        self.root: Node | None = None
        self.stack: list[tuple[Sequence | Mapping, Scalar | None]] = []
        self.failed = False

    def fail(self, line: int, message: str) -> bool:
        self.report(Finding(self.file, line, self.code, message))
        self.failed = True
        return False

    def finish(self) -> Node | None:
        if self.root is None and not self.failed:
            self.fail(1, "the file is empty.")
        return None if self.failed else self.root

    def take(self, event: yaml.Event) -> bool:
        """Take one event; False to stop reading."""
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            return self.fail(line, f"an alias (*{event.anchor}) is not allowed here; write the value out.")
        if anchor := getattr(event, "anchor", None):
            return self.fail(line, f"an anchor (&{anchor}) is not allowed here; write the value out.")
        if tag := getattr(event, "tag", None):
            return self.fail(line, f"a tag ({tag}) is not allowed here; remove it.")
        if isinstance(event, yaml.ScalarEvent):
            return self.add(Scalar(event.value, line, event.style in {"'", '"', "|", ">"}))
        if isinstance(event, yaml.SequenceStartEvent):
            return self.open(Sequence([], line))
        if isinstance(event, yaml.MappingStartEvent):
            return self.open(Mapping({}, {}, line))
        if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self.stack.pop()
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            return self.fail(line, "a second document begins here; one file holds one document.")
        return True

    def open(self, node: Sequence | Mapping) -> bool:
        if len(self.stack) >= MAX_DEPTH:
            return self.fail(node.line, f"this nests deeper than {MAX_DEPTH} levels.")
        if not self.add(node):
            return False
        self.stack.append((node, None))
        return True

    def add(self, node: Node) -> bool:
        if not self.stack:
            self.root = node
            return True
        parent, key = self.stack[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif key is None:
            if not isinstance(node, Scalar):
                return self.fail(node.line, "a key must be a plain word, not a list or a mapping.")
            self.stack[-1] = (parent, node)
        else:
            self.stack[-1] = (parent, None)
            if key.text in parent.items:
                first = parent.key_lines[key.text]
                self.report(
                    Finding(
                        self.file, key.line, self.code, f"{key.text!r} is given twice; it stands on line {first} too."
                    )
                )
            else:
                parent.items[key.text] = node
                parent.key_lines[key.text] = key.line
        return True


class Written(NamedTuple):
    """One scalar where it stands: its path (``items.3.when.at_most``), and the characters from start to end."""

    path: str
    text: str
    quoted: bool
    start: int
    end: int
    line: int


def written_scalars(text: str) -> Iterator[Written]:
    """Every value of a document that `read_located` has accepted, in order."""
    trail: list[tuple[str, bool, int]] = []  # path, whether a mapping, and how many entries came before
    key = ""
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            trail.pop()
            continue
        if not isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent):
            continue
        path = ""
        if trail:
            parent, is_mapping, count = trail[-1]
            trail[-1] = (parent, is_mapping, count + 1)
            if is_mapping and count % 2 == 0 and isinstance(event, yaml.ScalarEvent):
                key = event.value
                continue
            path = f"{parent}.{key if is_mapping else count}".removeprefix(".")
        if isinstance(event, yaml.ScalarEvent):
            start, end = event.start_mark, event.end_mark
            assert start is not None
            assert end is not None
            quoted = event.style in {"'", '"', "|", ">"}
            yield Written(path, event.value, quoted, start.index, end.index, start.line + 1)
        else:
            trail.append((path, isinstance(event, yaml.MappingStartEvent), 0))


class Entry(NamedTuple):
    """Where one entry of a mapping stands: its key, and from where to where key and value reach together."""

    key: str
    start: int
    end: int


class Block(NamedTuple):
    """A mapping where it stands: its path, whether it is in braces, from where to where, its column and its entries."""

    path: str
    flow: bool
    start: int
    end: int
    column: int
    entries: tuple[Entry, ...]


def written_mappings(text: str) -> dict[str, Block]:
    """Every mapping of a document that `read_located` has accepted, by path (``visits.0.facts``; the whole: empty)."""
    found: dict[str, Block] = {}
    open_: list[_Open] = []
    end = 0  # where the last thing ended that is more than blanks and comments
    for event in yaml.parse(text, Loader=_LOADER):
        start_mark, end_mark = event.start_mark, event.end_mark
        if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            closed = open_.pop()
            end = end_mark.index if closed.flow and end_mark else end
            if closed.is_mapping:
                entries = tuple(Entry(*entry) for entry in closed.entries)
                found[closed.path] = Block(closed.path, closed.flow, closed.start, end, closed.column, entries)
            if open_:
                open_[-1].ended(end)
        elif isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent) and start_mark:
            end = end_mark.index if end_mark else end
            path = open_[-1].child(event, start_mark.index, end) if open_ else ""
            if not isinstance(event, yaml.ScalarEvent):
                is_mapping = isinstance(event, yaml.MappingStartEvent)
                flow = bool(event.flow_style)
                open_.append(_Open(path, is_mapping, flow, start_mark.index, start_mark.column))
    return found


class _Open:
    """A list or mapping that is being read."""

    def __init__(self, path: str, is_mapping: bool, flow: bool, start: int, column: int) -> None:
        self.path, self.is_mapping, self.flow, self.start, self.column = path, is_mapping, flow, start, column
        self.count = 0
        self.entries: list[tuple[str, int, int]] = []

    def child(self, event: yaml.Event, start: int, end: int) -> str:
        """Take a part of it; the path of that part, empty for a key."""
        at, self.count = self.count, self.count + 1
        if not self.is_mapping:
            return f"{self.path}.{at}".removeprefix(".")
        if at % 2 == 0:
            key = event.value if isinstance(event, yaml.ScalarEvent) else ""
            self.entries.append((key, start, end))
            return ""
        self.ended(end)
        return f"{self.path}.{self.entries[-1][0]}".removeprefix(".")

    def ended(self, end: int) -> None:
        """The last part ended here."""
        if self.entries:
            key, start, _ = self.entries[-1]
            self.entries[-1] = (key, start, end)
