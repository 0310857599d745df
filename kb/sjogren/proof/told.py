"""The words of a step in a proof: what it says beside its premises, what it rests on, and which sources it cites."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from sjogren.model.rule import Rule
from sjogren.rules.timed import WHEN, visit_of

Json: TypeAlias = Any


class Source(NamedTuple):
    """A place in a publication."""

    work: str
    locator: str


class Basis(NamedTuple):
    """What a step rests on besides its premises.

    rule
        the rule, or empty where it is the rule of the step above.
    cites
        numbers in the list of sources.
    unverified
        whether the rule is known from memory of the literature only.
    """

    rule: str
    clause: str = ""
    cites: tuple[int, ...] = ()
    unverified: bool = False


class Step(NamedTuple):
    """One step of a proof.

    kind
        ``firing`` (a rule), ``fact``, ``missing``, ``assumption``, ``aggregate`` (computed) or ``reads`` (printed).
    depth
        how far below the conclusion; what a step rests on follows it, one deeper.
    """

    kind: str
    text: str
    depth: int
    basis: Basis | None = None


def places(cites: Iterable[int]) -> str:
    """Numbers of sources as they stand in a text: ``(1) (2)``."""
    return " ".join(f"({place})" for place in cites)


class Told:
    """Nodes of a proof in words; keeps which sources were cited, and which rules were named with their source.

    cited
        numbers the sources in the order in which they are met; several may share one.
    own
        the rules met that are this project's own reading.
    """

    def __init__(self, visit: Json, rules: Mapping[str, Rule], cited: dict[Source, int] | None) -> None:
        self.visit, self.rules = visit, rules
        self.nodes: Mapping[str, Json] = {node["id"]: node for node in visit["justification"]["@graph"]}
        self.shown: set[str] = set()
        self.cited: dict[Source, int] = {} if cited is None else cited
        self.named: set[str] = set()
        self.own: dict[str, None] = {}

    def _says(self, node: Json, within: str) -> str:
        """The sentence of a step: without the facts that stand beside it and the label that stands above it."""
        text: str = node["text"]
        if node["type"] == "firing":
            given = [self.nodes[each]["text"] for each in node["premises"] if self.nodes[each]["type"] == "fact"]
            text = text.removesuffix(f" ({'; '.join(given)})")
        if within:
            text = text.removeprefix(f"{self.rules[within].label}: ")
        return f"{text}{self._remarks(node)}" if node["type"] == "fact" else text

    def _is_short(self, premise: Json) -> bool:
        """Whether a premise can stand on the line of the step that rests on it."""
        return premise["type"] == "fact" or (premise["type"] == "aggregate" and premise["id"] in self.shown)

    def _beside(self, premise: Json, says: str) -> str:
        """A premise on the line of its step: a fact by its value alone where the step begins with its name."""
        if premise["type"] != "fact":
            return str(premise["text"])
        side = f"{premise['text'].partition(': ')[0].rpartition(', ')[2]}: " if premise.get("side") else ""
        name = self._name(premise).removesuffix(f", {side.removesuffix(': ')}")
        if says.startswith(self._name(premise)):
            return f"{self._tail(premise)}{self._remarks(premise)}"
        lead = side if says.startswith(name) else f"{self._name(premise)}: "
        return f"{lead}{self._tail(premise)}{self._remarks(premise)}"

    @staticmethod
    def _remarks(fact: Json) -> str:
        """Who or what recorded a value, its state, and the values that it was preferred to."""
        found = [f"from {fact['recorded_by']}"] if fact.get("recorded_by") else []
        found += [fact["recorded_as"].replace("_", " ")] if fact.get("recorded_as") else []
        found += [f"not used: {other['as_stated']}, {other['reason']}" for other in fact.get("passed_over", ())]
        return f", {'; '.join(found)}" if found else ""

    def _basis(self, node: Json, within: str) -> Basis | None:
        """Rule, clause and source of a step; a step of the rule above it names its clause only."""
        if node["type"] != "firing":
            return None
        if node["status"] == "operationalisation":
            self.own.setdefault(node["rule"])
        if node["rule"] == within and within in self.named:
            return Basis("", node["clause"])
        return Basis(node["rule"], node["clause"], self._cite(node), node.get("verification") == "unverified")

    def _cite(self, node: Json) -> tuple[int, ...]:
        """The numbers of a step's sources in the list of sources."""
        self.named.add(node["rule"])
        sources = [Source(source["work"], source["locator"]) for source in node["source"]]
        return tuple(self.cited.setdefault(source, len(self.cited) + 1) for source in sources)

    def _label(self, node: Json) -> str:
        """The label of the rule that a step concludes about."""
        visit, name = visit_of(node.get("concludes", {}).get("conclusion", ""))
        rule = self.rules.get(name)
        return f"{rule.label} {WHEN.get(visit, '')}".rstrip() if rule else ""

    def _is_lowest(self, node: Json) -> bool:
        """Whether a step says of a recorded level that it is the lowest."""
        rule = self.rules.get(node.get("rule", ""))
        if node["type"] != "firing" or rule is None or not rule.levels or len(node["premises"]) != 1:
            return False
        fact = self.nodes[node["premises"][0]]["type"] == "fact"
        concludes = node["concludes"]
        return fact and (concludes["key"], concludes["value"]) == ("at_most", rule.levels[0])

    @staticmethod
    def _points(node: Json, points: int) -> str:
        """The points that an item gives, for the front of its line; nothing where items are counted."""
        if not points:
            return ""
        if node.get("operation") == "undecided":
            return f"[0 or {points}] "
        return f"[+{points}] " if node["concludes"]["value"] == "met" else "[0] "

    def _tail(self, node: Json) -> str:
        """What a fact, a missing fact or an assumption says, without the name of the fact; empty for steps."""
        text: str = node["text"]
        if node["type"] == "assumption" and node.get("fact"):
            _, _, reason = text.partition(", because ")
            return f"assuming {node['value']}, because {reason}" if reason else ""
        if node["type"] not in {"fact", "missing"}:
            return ""
        return text.removeprefix(f"{self._name(node)}: ")

    @staticmethod
    def _name(node: Json) -> str:
        """The label of a node's fact, with its side, as the node's own sentence begins."""
        text: str = node["text"]
        if node["type"] == "assumption":
            return text.removeprefix("assuming that ").partition(f" is {node['value']}, because ")[0]
        if node["type"] == "missing":
            return text.rpartition(": nothing is")[0] or text.rpartition(": recorded as")[0]
        return text.rpartition(": ")[0]


def names_of(nodes: Iterable[Json], name: Callable[[Json], str]) -> str:
    """Facts by name, the sides of one fact together: ``A; B (right eye, left eye)``."""
    sides: dict[str, list[str]] = {}
    for node in nodes:
        label = name(node)
        if node.get("side"):
            label, _, side = label.rpartition(", ")
            sides.setdefault(label, []).append(side)
        else:
            sides.setdefault(label, [])
    return "; ".join(f"{label} ({', '.join(each)})" if each else label for label, each in sides.items())
