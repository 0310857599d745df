"""The facts of one visit: every shape that the contract allows, to a flat list of values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sjogren._located import Mapping, Node, Scalar, Sequence
from sjogren.facts._findings import quoted
from sjogren.facts._scalars import is_missing, text_of, word_of
from sjogren.facts._treatments import read_treatments
from sjogren.facts._values import ATTRIBUTES, Stated, ValueReader
from sjogren.model.case import Treatment, Value
from sjogren.model.vocabulary import FactDef

UNLISTED_DOMAINS = "essdai_unlisted_domains"
_LISTS = frozenset({"codes", "diseases", "texts"})
_HEAD = frozenset({"id", "age", "sex", "visits", "facts", "assume", "policy", "label", "date"})
"""Keys of a case or a visit; among the facts they have gone astray (``age`` is a fact, but is stated once, on top)."""


class FactReader(ValueReader):
    """Reads the ``facts`` of one visit after the other."""

    def read(self, node: Mapping, visit_date: date | None) -> tuple[tuple[Value, ...], tuple[Treatment, ...]]:
        """All values and treatments of one visit, in the order of the file."""
        self.values, self.visit_date = [], visit_date
        treatments: list[Treatment] = []
        for name, item in node:
            line = node.key_lines[name]
            fact = self.facts.get(name)
            if name == UNLISTED_DOMAINS and "essdai" in self.facts:
                continue
            if fact is None or "." in name or name in _HEAD:
                self._unknown_fact(name, line)
            elif fact.type == "treatments":
                treatments += read_treatments(fact, item, self.findings)
            else:
                self._fact(fact, item, Stated(visit_date), line)
        if UNLISTED_DOMAINS in node and "essdai" in self.facts:
            self._rate_unlisted(node)
        return tuple(self.values), tuple(treatments)

    def _unknown_fact(self, name: str, line: int) -> None:
        whole, dot, member = name.partition(".")
        if dot and whole in self.facts:
            hint = f"Write {whole}: {{{member}: …}}"
        elif name in _HEAD:
            hint = f"{name!r} stands outside `facts`."
        else:
            hint = self.findings.nearest(name, (known for known in self.facts if "." not in known))
        self.findings.add("E120", line, f"{quoted(name)} is not a fact.", hint)

    # -- shapes ---------------------------------------------------------------------------------------------------

    def _fact(self, fact: FactDef, node: Node, stated: Stated, line: int) -> None:
        """A fact: a list of dated values, a value with its attributes, or a bare value."""
        if isinstance(node, Sequence) and (fact.type not in _LISTS or _dated_lists(node)):
            if not node.items:
                self._wrong_shape(fact, line, "an empty list", "Write not_done or unknown when there is no value.")
            for item in node:
                if isinstance(item, Sequence):
                    self._wrong_shape(fact, item.line, "a list in a list", "Write one list of dated values.")
                else:
                    self._stated(fact, item, stated, item.line or line)
        else:
            self._stated(fact, node, stated, line)

    def _stated(self, fact: FactDef, node: Node, stated: Stated, line: int) -> None:
        if isinstance(node, Mapping) and "value" in node and "value" not in fact.members:
            inner = self._attributes(fact, node, stated)
            value = node.items["value"]
            if isinstance(value, Mapping) and "value" in value:
                self._wrong_shape(fact, value.line, "a value in a value", "Write one mapping with `value`.")
            elif inner is not None:
                self._bare(fact, value, inner, node.key_lines["value"])
        else:
            self._bare(fact, node, stated, line)

    def _bare(self, fact: FactDef, node: Node, stated: Stated, line: int) -> None:
        """What is left once lists of dated values and attributes are taken off."""
        if fact.type == "mapping":
            self._members(fact, node, stated, line)
        elif fact.type in _LISTS:
            self._list(fact, node, stated, line)
        elif fact.laterality:
            self._sides(fact, node, stated, line)
        else:
            self._single(fact, "", node, stated, line)

    def _members(self, fact: FactDef, node: Node, stated: Stated, line: int) -> None:
        if is_missing(node):
            for member in fact.members:
                self._single(self.facts[f"{fact.name}.{member}"], "", node, stated, line)
        elif isinstance(node, Mapping):
            for key, item in node:
                if key in fact.members:
                    self._fact(self.facts[f"{fact.name}.{key}"], item, stated, node.key_lines[key])
                else:
                    hint = self.findings.nearest(key, fact.members)
                    self.findings.add("E120", node.key_lines[key], f"{quoted(key)} is not part of {fact.name}.", hint)
        else:
            shown = quoted(node.text) if isinstance(node, Scalar) else "a list"
            self._wrong_shape(fact, node.line or line, shown, f"Write {{{fact.members[0]}: …}}")

    def _sides(self, fact: FactDef, node: Node, stated: Stated, line: int) -> None:
        pair = ", ".join(f"{side}: …" for side in fact.sides[:2])
        if is_missing(node):
            for side in fact.sides:
                self._single(fact, side, node, stated, line)
        elif isinstance(node, Mapping):
            if not node.items:
                self._wrong_shape(fact, line, "an empty mapping", f"Write {{{pair}}}")
            for key, item in node:
                if key in fact.sides:
                    self._side(fact, key, item, stated, node.key_lines[key])
                elif key in ATTRIBUTES or key == "disease_related":
                    hint = f"Write {{value: {{{pair}}}, {key}: …}}"
                    self.findings.add("E111", node.key_lines[key], f"{key!r} of {fact.name} needs a `value`.", hint)
                else:
                    hint = self.findings.nearest(key, fact.sides)
                    message = f"{quoted(key)} is not a side at which {fact.name} is recorded."
                    self.findings.add("E129", node.key_lines[key], message, hint)
        else:
            shown = quoted(node.text) if isinstance(node, Scalar) else "a list"
            message = f"{fact.name} is recorded by {_laterality(fact)}; {shown} names none."
            self.findings.add("E129", node.line or line, message, f"Write {{{pair}}}; one of them alone is fine.")

    def _side(self, fact: FactDef, side: str, node: Node, stated: Stated, line: int) -> None:
        """The value at one side: bare, with attributes, or a list of dated ones."""
        for item in node if isinstance(node, Sequence) else (node,):
            inner: Stated | None = stated
            value: Node = item
            if isinstance(item, Mapping) and "value" in item:
                inner, value = self._attributes(fact, item, stated), item.items["value"]
            if inner is not None:
                self._single(fact, side, value, inner, value.line or line)
        if isinstance(node, Sequence) and not node.items:
            self._wrong_shape(fact, line, "an empty list", "Write not_done or unknown when there is no value.")

    # -- lists ----------------------------------------------------------------------------------------------------

    def _list(self, fact: FactDef, node: Node, stated: Stated, line: int) -> None:
        """A list that is complete: a code that is not in it is absent."""
        if is_missing(node):
            names = [f"{fact.name}.{code}" for code in fact.codes] if fact.type != "texts" else [fact.name]
            for name in names:
                self._keep(fact._replace(name=name), None, _text(node), node.line or line, stated)
        elif not isinstance(node, Sequence):
            shown = quoted(node.text) if isinstance(node, Scalar) else "a mapping"
            self._wrong_shape(fact, node.line or line, shown, "Write a list: [] says that there is none.")
        elif fact.type == "texts":
            texts = [text_of(item, self.findings, fact.name) for item in node]
            kept = "; ".join(text for text in texts if text)
            self._keep(fact, kept, kept or "[]", node.line or line, stated)
        else:
            member: Callable[[FactDef, Node, Stated], str | None]
            member = self._disease if fact.type == "diseases" else self._code
            listed = [member(fact, item, stated) for item in node]
            if None not in listed:
                text = f"[{', '.join(code for code in listed if code)}]"
                for code in fact.codes:
                    if code not in listed:
                        inner = fact._replace(name=f"{fact.name}.{code}")
                        self._keep(inner, False, text, node.line or line, stated)

    def _code(self, fact: FactDef, node: Node, stated: Stated) -> str | None:
        code = word_of(node, self.findings, fact.name, fact.codes)
        if code is not None:
            self._keep(fact._replace(name=f"{fact.name}.{code}"), True, code, node.line, stated)
        return code

    def _disease(self, fact: FactDef, node: Node, stated: Stated) -> str | None:
        """One record ``{disease, criteria_met}``; its code, or None when it is invalid."""
        disease = node.get("disease") if isinstance(node, Mapping) else None
        if not isinstance(node, Mapping) or disease is None:
            hint = f"Write {{disease: {fact.codes[0]}, criteria_met: true}}."
            self.findings.add("E110", node.line, f"{fact.name} is a list of records of a disease.", hint)
            return None
        code = word_of(disease, self.findings, fact.name, fact.codes)
        if "value" in node:
            hint = "Write criteria_met: true or false."
            self.findings.add("E111", node.key_lines["value"], "'value' is not a key of a disease record.", hint)
        items = {key: item for key, item in node if key not in {"disease", "criteria_met", "value"}}
        inner = self._attributes(fact, Mapping(items, node.key_lines, node.line), stated)
        if code is None or inner is None:
            return None
        met = node.get("criteria_met")
        if met is None:
            met = Scalar("unknown", disease.line, quoted=False)
        self._single(fact._replace(name=f"{fact.name}.{code}", type="boolean", codes=()), "", met, inner, node.line)
        return code

    def _rate_unlisted(self, node: Mapping) -> None:
        """``essdai_unlisted_domains: "no"``: every domain that the visit does not list was rated "no"."""
        item, line = node.items[UNLISTED_DOMAINS], node.key_lines[UNLISTED_DOMAINS]
        if is_missing(item) or word_of(item, self.findings, UNLISTED_DOMAINS, ("no",)) is None:
            return
        listed = {value.fact for value in self.values}
        for member in self.facts["essdai"].members:
            fact = self.facts[f"essdai.{member}"]
            if fact.name not in listed:
                self._keep(fact, "no", f'{UNLISTED_DOMAINS}: "no"', line, Stated(self.visit_date))


def _dated_lists(node: Sequence) -> bool:
    return bool(node.items) and all(isinstance(item, Mapping) and "value" in item for item in node)


def _laterality(fact: FactDef) -> str:
    return "eye" if fact.laterality == "eye" else "gland"


def _text(node: Node) -> str:
    if not isinstance(node, Scalar):
        return ""
    return "null" if node.is_null else node.text
