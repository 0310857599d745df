"""The small pieces of a rule file: keys, texts, numbers, lists, sources, each read with its complaint."""

from __future__ import annotations

from fractions import Fraction

from sjogren._located import Mapping, Node, Scalar, Sequence
from sjogren.errors import Finding, did_you_mean
from sjogren.model.rule import FACT, POLICY, RULE, Place, Source, Subject
from sjogren.rules.schema import choices, required, words


class Pieces:
    """Reads pieces of one file and keeps what it finds wrong."""

    def __init__(self, file: str, findings: list[Finding]) -> None:
        self.file, self.findings = file, findings

    def report(self, line: int, code: str, message: str, hint: str = "") -> None:
        """Note a finding of this file."""
        self.findings.append(Finding(self.file, line, code, message, hint))

    def keys(self, node: Mapping, shape: str) -> None:
        """Report keys that the shape does not have, and missing ones that it needs."""
        allowed = words(shape)
        for key, _ in node:
            if key not in allowed:
                self.report(
                    node.key_lines[key],
                    "K104",
                    f"unknown key {key!r} in a {shape.lower()}.",
                    did_you_mean(key, allowed),
                )
        for key in required(shape):
            if key not in node:
                self.report(node.line, "K106", f"{key!r} is missing in this {shape.lower()}.")

    def text(self, node: Mapping, key: str, shape: str, default: str = "") -> str:
        value = node.get(key)
        if value is None:
            return default
        if not isinstance(value, Scalar) or (value.is_null or not value.text):
            self.report(value.line, "K107", f"{key!r} must be a text.")
            return default
        allowed = choices(shape, key)
        if allowed and value.text not in allowed:
            hint = did_you_mean(value.text, allowed) or f"Choose one of {', '.join(allowed)}."
            self.report(value.line, "K108", f"{value.text!r} is not a value of {key!r}.", hint)
            return default
        return value.text

    def number(self, value: Node, key: str) -> Fraction:
        if isinstance(value, Scalar) and not value.quoted:
            try:
                return Fraction(value.text)
            except (ValueError, ZeroDivisionError):
                pass
        found = value.text if isinstance(value, Scalar) else "a list or mapping"
        self.report(value.line, "K109", f"{key!r} must be a number, found {found!r}.")
        return Fraction(0)

    def listed(self, node: Mapping, key: str) -> list[Node]:
        value = node.get(key)
        if value is None:
            return []
        if not isinstance(value, Sequence) or not len(value):
            self.report(value.line, "K110", f"{key!r} must be a list with at least one entry.")
            return []
        return value.items

    def mappings(self, node: Mapping, key: str, shape: str) -> list[Mapping]:
        found = []
        for entry in self.listed(node, key):
            if isinstance(entry, Mapping):
                self.keys(entry, shape)
                found.append(entry)
            else:
                self.report(entry.line, "K111", f"each entry of {key!r} is a mapping.")
        return found

    def texts(self, node: Mapping, key: str) -> tuple[str, ...]:
        entries = self.listed(node, key)
        for entry in entries:
            if not isinstance(entry, Scalar):
                self.report(entry.line, "K107", f"each entry of {key!r} is a word.")
        return tuple(entry.text for entry in entries if isinstance(entry, Scalar))

    def place(self, line: int, path: str) -> Place:
        return Place(self.file, line, path)

    def subject(self, node: Mapping, shape: str) -> Subject:
        kinds = [kind for kind in (FACT, RULE, POLICY) if kind in node]
        if len(kinds) != 1:
            allowed = [kind for kind in (FACT, RULE, POLICY) if kind in words(shape)]
            self.report(node.line, "K115", f"name exactly one of {', '.join(allowed)} here.")
            return Subject(FACT, "")
        visit = self.text(node, "visit", shape) if "visit" in words(shape) else ""
        return Subject(kinds[0], self.text(node, kinds[0], shape), visit)

    def sources(self, node: Mapping) -> tuple[Source, ...]:
        return tuple(
            Source(self.text(entry, "work", "Source"), self.text(entry, "locator", "Source"))
            for entry in self.mappings(node, "source", "Source")
        )
