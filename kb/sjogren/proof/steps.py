"""One conclusion as steps for a reader: each with its fact, its rule, and where the rule is written.

Every step is a node of the justification or several nodes that say the same of different facts. A step that only
repeats the one above it is passed over; the whole graph is in the assessment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from sjogren.errors import did_you_mean
from sjogren.model.rule import Rule
from sjogren.proof.told import Basis, Source, Step, Told, names_of, places
from sjogren.rules.english import number
from sjogren.rules.timed import visit_of

Json: TypeAlias = Any

FEW = 2
"""Facts with the same value that still get a step each."""
MANY = 6
"""Steps, or missing facts, up to which they are told again where another open answer rests on them, too."""


class UnknownConclusion(LookupError):
    """The assessment has no such conclusion; the message names the nearest one."""


class Walk(Told):
    """Goes down a proof, and keeps what was shown."""

    def __init__(self, visit: Json, rules: Mapping[str, Rule], cited: dict[Source, int] | None = None) -> None:
        super().__init__(visit, rules, cited)
        self.under: dict[str, str] = {}
        """Under which earlier conclusion a node was shown, by the node's identifier."""
        self._steps: list[Step] = []

    def steps(self, conclusion: str) -> list[Step]:
        """The steps of one conclusion (or of ``flag/…``), from what is printed down to the facts.

        What an earlier call showed is not shown again; the step says under which conclusion it stands.

        Raises `UnknownConclusion` with the nearest name.
        """
        self._steps = []
        self._rested_on: set[str] = set()
        self._lacking: set[frozenset[str]] = set()
        for root in _roots(self.visit, conclusion, self.nodes):
            if not self._told(root):
                self._tell(root, 0, "")
        for name in self.shown:
            self.under.setdefault(name, conclusion)
        return self._steps

    # -- the tree

    def _told(self, root: Json) -> bool:
        """Whether a printed key says nothing that is not above it already."""
        concluded = root.get("concludes", {})
        if concluded.get("key") == "lacks":
            return not concluded["value"]  # nothing is missing that could change the answer
        if (concluded.get("key"), concluded.get("value")) == ("count", None):
            return True  # no count while the branch is open, which the branch says
        return self._through(root)["id"] in self.shown

    def _tell(self, node: Json, depth: int, within: str, lead: str = "") -> None:
        """One step and all that it rests on."""
        node = self._through(node)
        premises = self._premises(node)
        reads = node.get("operation") == "reads"
        if reads and node["concludes"]["key"] == "lacks":
            self._line("missing", node["text"].partition(": ")[2], depth)
            return
        if node["id"] in self.shown and premises:
            kind = "missing" if node.get("operation") == "undecided" else node["type"]
            self._line(kind, f"{lead}{self._says(node, within)} ({self._where(node)})", depth)
            return
        self.shown.add(node["id"])
        says = f"{lead}{self._says(node, within)}"
        if node.get("operation") == "undecided":
            self._undecided(node, says, depth, within)
            return
        if node["type"] == "firing" and len(premises) == 1 and self._is_short(premises[0]):
            self._line("firing", f"{says} ← {self._beside(premises[0], says)}", depth, self._basis(node, within))
            return
        self._line("reads" if reads else node["type"], says, depth, self._basis(node, within))
        own = node.get("rule", within)
        if node.get("operation") in {"sum", "mean", "first_known"} and own in self.rules:
            self._addends(premises, self.rules[own], depth + 1)
        elif node["type"] == "assumption":
            missing, others = self._leaves(premises)
            self._all([*others, *missing], depth + 1, own)
        else:
            self._all(premises, depth + 1, own)

    def _where(self, node: Json) -> str:
        """Where a step that is not shown again was shown."""
        rule = self.rules.get(self.under.get(node["id"], ""))
        return f"shown under “{rule.label}”" if rule else "shown above"

    def _all(self, nodes: Sequence[Json], depth: int, within: str) -> None:
        """Several premises: what is missing, recorded or assumed alike on one line, steps one by one."""
        alike: dict[tuple[str, str, str], list[Json]] = {}
        for node in nodes:
            alike.setdefault((node["type"], self._tail(node), self._remarks(node)), []).append(node)
        for (kind, tail, remarks), group in alike.items():
            if tail and (len(group) > FEW or kind != "fact"):
                self._line(kind, f"{tail}{remarks}: {names_of(group, self._name)}", depth)
                continue
            for node in group:
                self._tell(node, depth, within)

    def _addends(self, premises: Sequence[Json], rule: Rule, depth: int) -> None:
        """The items of a criteria set with their points, or the domains of a score with their weights."""
        points = {item.rule: 0 if rule.counts else item.points for item in rule.items}
        weights = {term.subject.name: term.weight for term in rule.terms}
        by_rule: dict[str, list[Json]] = {}
        for node in premises:
            by_rule.setdefault(visit_of(node.get("concludes", {}).get("conclusion", node["id"]))[1], []).append(node)
        missing: list[Json] = []
        alike: dict[str, list[Json]] = {}
        for name, group in by_rule.items():
            if name in points:
                self._tell(group[0], depth, rule.id, self._points(group[0], points[name]))
            elif all(node.get("operation") == "undecided" for node in group):
                leaves, others = self._leaves(group)
                missing += leaves
                self._all(others, depth, rule.id)
            elif len(group) == 1 and self._is_lowest(group[0]):
                alike.setdefault(self._tail(self.nodes[group[0]["premises"][0]]), []).append(group[0])
            else:
                weight = weights.get(name, Fraction(1))
                self._domain(group, f"{number(weight)} × " if weight != 1 else "", depth, rule.id)
        for tail, group in alike.items():
            names = "; ".join(f"{self._label(node)} {places(self._cite(node))}" for node in group)
            self.shown.update(node["id"] for node in group)
            says = self._says(group[0], group[0]["rule"])
            self._line("firing", f"{says} ← {tail}: {names}", depth)
        self._all(missing, depth, rule.id)

    def _domain(self, group: list[Json], lead: str, depth: int, within: str) -> None:
        """A level that is bounded from both sides by the same premises is one line."""
        same = {(tuple(node.get("premises", ())), node["text"].replace(": at least ", ": at most ")) for node in group}
        if len(group) > 1 and len(same) == 1:
            self.shown.update(node["id"] for node in group[:-1])
            last = group[-1]
            self._tell({**last, "text": last["text"].replace(": at most ", ": ")}, depth, within, lead)
            return
        for node in group:
            self._tell(node, depth, within, lead)

    def _undecided(self, node: Json, says: str, depth: int, within: str) -> None:
        """An open step: what is known of it, then the tests that are missing."""
        own = node["rule"]
        self._line("missing", says, depth, None if own == within else Basis(own))
        if self.rules[own].kind == "CriteriaSet":
            self._all(self._premises(node), depth + 1, own)
            return
        missing, others = self._leaves([node])
        again = [each for each in others if each["id"] in self._rested_on]
        if len(again) > MANY:
            others = [each for each in others if each["id"] not in self._rested_on]
        lacking = frozenset(each["id"] for each in missing)
        same = len(missing) > MANY and lacking in self._lacking
        self._rested_on.update(each["id"] for each in others)
        self._lacking.add(lacking)
        self._all(others if same else [*others, *missing], depth + 1, own)
        if len(again) > MANY:
            self._line("firing", f"{len(again)} steps that another open answer above rests on, too", depth + 1)
        if same:
            self._line("missing", f"the same {len(missing)} facts as above", depth + 1)

    def _leaves(self, nodes: Iterable[Json]) -> tuple[list[Json], list[Json]]:
        """What is missing below open steps, and the other nodes that those steps rest on."""
        missing: dict[str, Json] = {}
        others: dict[str, Json] = {}
        waiting = list(nodes)
        while waiting:
            node = self._through(waiting.pop(0))
            if node["type"] == "missing":
                missing[node["id"]] = node
            elif node.get("operation") == "undecided":
                self.shown.add(node["id"])
                waiting = [*self._unrated(node), *waiting]
            elif not (node["id"] in self.shown and node.get("concludes", {}).get("value") == "does_not_hold"):
                others[node["id"]] = node
        return list(missing.values()), list(others.values())

    def _unrated(self, node: Json) -> list[Json]:
        """What an open step rests on; of a level that could be stated, only that it is not, and what is known."""
        premises = self._premises(node)
        stated = self.rules[node["rule"]].stated
        if not any(each["type"] == "missing" and each["fact"] == stated for each in premises):
            return premises
        return [
            each
            for each in premises
            if each.get("fact") == stated or not (each["type"] == "missing" or each.get("operation") == "undecided")
        ]

    def _premises(self, node: Json) -> list[Json]:
        """What a step rests on; a single step below it of the same clause only repeats it, so it is passed over."""
        found = [self.nodes[premise] for premise in node.get("premises", ())]
        while len(found) == 1 and _repeats(node, found[0]):
            self.shown.add(found[0]["id"])
            found = [self.nodes[premise] for premise in found[0]["premises"]]
        return found

    def _through(self, node: Json) -> Json:
        """Pass over a step that reads off the one below it, or says of a whole clause what that says of its part."""
        while len(node.get("premises", ())) == 1:
            below = self.nodes[node["premises"][0]]
            value = node.get("concludes", {}).get("value")
            if node.get("operation") == "reads":
                spans = isinstance(value, dict) or node["concludes"]["key"] in {"low", "high"}
                if below.get("concludes", {}).get("value") != value and not spans:
                    break
            elif node["text"].startswith(f"{self._label(node)}: ") or not _repeats(node, below):
                break
            node = below
        return node

    def _line(self, kind: str, text: str, depth: int, basis: Basis | None = None) -> None:
        self._steps.append(Step(kind, text, depth, basis))


def _repeats(step: Json, below: Json) -> bool:
    """Whether a step below another one is of the same clause or of a clause inside it."""
    if step["type"] != "firing" or below["type"] != "firing":
        return False
    inside = below["clause"] == step["clause"] or below["clause"].startswith(f"{step['clause']}.")
    return bool(below["rule"] == step["rule"] and inside)


def _roots(visit: Json, conclusion: str, nodes: Mapping[str, Json]) -> list[Json]:
    """The nodes that conclude what is printed, or the steps of a part or a flag that is not printed."""
    concluding = [node for node in nodes.values() if node.get("concludes", {}).get("conclusion") == conclusion]
    printed = visit["conclusions"].get(conclusion)
    if printed is not None:
        return [_concluding(concluding, key, value) for key, value in printed.items()]
    steps = [node for node in concluding if node["type"] == "firing"]
    if not steps:
        names = [*visit["conclusions"], *(f"flag/{flag}" for flag in visit["flags"])]
        hint = did_you_mean(conclusion, names) or f"There are: {', '.join(sorted(names))}."
        raise UnknownConclusion(f"there is no conclusion {conclusion!r} at this visit. {hint}")
    below = {premise for node in steps for premise in node["premises"]}
    return [node for node in steps if node["id"] not in below]


def _concluding(nodes: Iterable[Json], key: str, value: Json) -> Json:
    """The node that concludes a printed key: the firing itself where there is one."""
    found = [node for node in nodes if node["concludes"]["key"] == key and node["concludes"]["value"] == value]
    return min(found, key=lambda node: (node["type"] != "firing", node.get("operation") != "reads"))
