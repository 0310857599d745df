"""The independent proof checker: is every node of an assessment borne out by its premises and the rules as written?

It shares no code with the compiler, the engines and the proof builder, and does not trust them: it reads the rules and
the vocabulary as data, re-evaluates each node from its premises by its own logic, and holds conclusions and flags
against the nodes. Codes of refusals:

======  ==============================================================================================================
V101    a key, type or form that the format does not have
V102    an identifier that is not the digest of the content
V103    two nodes with one identifier
V104    a premise that does not exist
V105    nodes that rest on each other in a circle
V106    a node that no conclusion and no flag rests on
V107    nodes that contradict each other
V110    a fact that the vocabulary does not know, or a value, unit, side or visit that it cannot have
V112    an assumption or policy that the case does not make or the fact or rule does not allow
V120    a rule that does not exist, or that cannot conclude this
V121    sources, status or verification that are not the rule's
V122    a clause that is not where the rule says so
V123    a statement that the rule cannot make
V124    a premise that the rule does not read there
V130    a conclusion that does not follow from its premises
V131    something called undecided that is decided, or is not shown to be open
V132    a sum, mean or preference that is not what its premises give
V133    a printed value that is not what its premises give
V134    a list of what is lacking that the verdict and the premises do not bear out
V140    a printed key that no node concludes as it is printed
V141    a conclusion or key that should be there and is not, or should not be there and is
V142    flags that are not a sorted list of what the nodes raise
V143    a flag that the rule does not raise
V150    no notice, or another
V151    another knowledge base than the one expected
======  ==============================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sjogren.model.rule import RuleSet
from sjogren.model.vocabulary import Choice, Vocabulary
from sjogren.proof.checker.judge import Judge
from sjogren.proof.checker.logic import Refused, Said, Var
from sjogren.proof.checker.nodes import Json, Node, check_shape, form, inside, is_date, is_text, same
from sjogren.proof.checker.premises import Setting
from sjogren.proof.checker.printed import concerns_verdict, printed
from sjogren.proof.checker.rules import Rules
from sjogren.rules.timed import later, one_visit

NOTICE = "classification for research and case review, not a diagnosis"
_ASSESSMENT = {"case", "knowledge_base", "notice", "assume", "policy", "visits"}
_VISIT = {"date", "label", "conclusions", "flags", "justification"}


class Refusal(NamedTuple):
    """One reason to refuse an assessment.

    visit
        the index of the visit from 0; None for the assessment as a whole.
    node
        the identifier of the node, or the conclusion that is meant; empty for the visit as a whole.
    """

    visit: int | None
    node: str
    code: str
    found: str
    expected: str

    def __str__(self) -> str:
        where = "the assessment" if self.visit is None else f"visit {self.visit}"
        return (
            f"{where}{f', {self.node}' if self.node else ''}: {self.code} found {self.found}; expected {self.expected}."
        )


def verify(
    assessment: Mapping[str, Json], rules: RuleSet, vocabulary: Vocabulary, *, content_hash: str = ""
) -> list[Refusal]:
    """All reasons to refuse an assessment; empty when it is accepted.

    ``assessment`` is JSON data of any shape, ``content_hash`` the knowledge base that it must come from (empty: any).
    Nothing that the assessment holds raises.
    """
    found = list(_whole(assessment, vocabulary, content_hash))
    if any(refusal.code == "V101" for refusal in found):
        return found
    readers = Rules(one_visit(rules).rules, vocabulary)
    dates = [visit.get("date") if type(visit) is dict else None for visit in assessment["visits"]]
    for index, visit in enumerate(assessment["visits"]):
        if index == 1:
            all_rules, words = later(rules, vocabulary)
            readers = Rules(all_rules.rules, words)
        setting = Setting(index, assessment["assume"], assessment["policy"], dates)
        found += _Visit(readers, setting).refusals(visit)
    return found


def _whole(assessment: Json, vocabulary: Vocabulary, content_hash: str) -> Iterator[Refusal]:
    if not isinstance(assessment, Mapping) or set(assessment) != _ASSESSMENT:
        yield Refusal(None, "", "V101", "other keys", f"the keys {', '.join(sorted(_ASSESSMENT))}")
        return
    base = assessment["knowledge_base"]
    if (
        not is_text(assessment["case"])
        or type(base) is not dict
        or set(base) != {"version", "content_hash"}
        or not all(map(is_text, base.values()))
    ):
        yield Refusal(
            None, "", "V101", "a case or knowledge base of another shape", "a text; a version and a content hash"
        )
        return
    if type(assessment["visits"]) is not list or not assessment["visits"]:
        yield Refusal(None, "", "V101", "no visits", "a list with at least one visit")
    if assessment["notice"] != NOTICE:
        yield Refusal(None, "", "V150", f"notice {assessment['notice']!r}", repr(NOTICE))
    if content_hash and base["content_hash"] != content_hash:
        yield Refusal(None, "", "V151", f"content hash {base['content_hash']!r}", repr(content_hash))
    yield from _choices(assessment["assume"], vocabulary.assumptions, "assume")
    yield from _choices(assessment["policy"], vocabulary.policies, "policy")


def _choices(chosen: Json, known: Mapping[str, Choice], key: str) -> Iterator[Refusal]:
    if type(chosen) is not dict or not all(is_text(name) and is_text(value) for name, value in chosen.items()):
        yield Refusal(None, "", "V101", f"{key} of another shape", "a mapping of texts")
        return
    for name, value in chosen.items():
        if name not in known or value not in known[name].values:
            yield Refusal(
                None, "", "V112", f"{key} {name}: {value!r}", "a choice of the vocabulary and one of its values"
            )


class _Visit:
    """The checks of one visit, from the outside in: shape, references, each node, the whole."""

    def __init__(self, rules: Rules, setting: Setting) -> None:
        self.rules, self.setting = rules, setting
        self.found: list[Refusal] = []

    def refuse(self, node: str, code: str, found: str, expected: str) -> None:
        self.found.append(Refusal(self.setting.visit, node, code, found, expected))

    def refusals(self, visit: Json) -> list[Refusal]:
        """All reasons to refuse a visit."""
        if not self._shape(visit):
            return self.found
        nodes = self._nodes(visit["justification"]["@graph"])
        if self.found or not self._acyclic(nodes):
            return self.found
        judge = Judge(self.rules, self.setting, nodes)
        for name, node in nodes.items():
            try:
                judge.check(node)
            except Refused as refused:
                self.refuse(name, refused.code, refused.found, refused.expected)
        if not self.found:
            self._coherent(judge, nodes)
        self._conclusions(visit["conclusions"], nodes)
        self._flags(visit["flags"], nodes)
        self._used(visit["conclusions"], nodes)
        return self.found

    def _shape(self, visit: Json) -> bool:
        right = type(visit) is dict and set(visit) == _VISIT
        right = right and (visit["date"] is None or is_date(visit["date"]))
        right = right and (visit["label"] is None or is_text(visit["label"]))
        if right:
            proof, conclusions = visit["justification"], visit["conclusions"]
            right = type(proof) is dict and set(proof) == {"@graph"} and type(proof["@graph"]) is list
            right = right and type(visit["flags"]) is list and all(map(is_text, visit["flags"]))
            right = right and type(conclusions) is dict and all(type(keys) is dict for keys in conclusions.values())
        if not right:
            self.refuse("", "V101", "a visit of another shape", "date, label, conclusions, flags, justification")
        return bool(right)

    def _nodes(self, graph: Iterable[Json]) -> dict[str, Node]:
        nodes: dict[str, Node] = {}
        for position, node in enumerate(graph):
            try:
                check_shape(node)
                read = inside(node)
            except Refused as refused:
                name = node.get("id") if type(node) is dict else None
                self.refuse(
                    name if type(name) is str else f"node {position}", refused.code, refused.found, refused.expected
                )
                continue
            if node["id"] in nodes:
                self.refuse(node["id"], "V103", "the same node twice", "each node once")
            nodes[node["id"]] = read
        for name, node in nodes.items():
            premises = node.get("premises", ())
            for premise in premises:
                if premise not in nodes:
                    self.refuse(name, "V104", f"premise {premise!r}", "a node of this visit")
            if len(set(premises)) != len(premises):
                self.refuse(name, "V104", "the same premise twice", "each premise once")
        return nodes

    def _acyclic(self, nodes: Mapping[str, Node]) -> bool:
        """Whether the nodes can be put in an order in which premises come first."""
        waiting = {name: set(node.get("premises", ())) for name, node in nodes.items()}
        rests: dict[str, list[str]] = {}
        for name, premises in waiting.items():
            for premise in premises:
                rests.setdefault(premise, []).append(name)
        ready = [name for name, premises in waiting.items() if not premises]
        done = 0
        while ready:
            name = ready.pop()
            done += 1
            for other in rests.get(name, ()):
                waiting[other].discard(name)
                if not waiting[other]:
                    ready.append(other)
        if done != len(nodes):
            self.refuse("", "V105", "nodes that rest on each other in a circle", "premises before conclusions")
        return done == len(nodes)

    def _coherent(self, judge: Judge, nodes: Mapping[str, Node]) -> None:
        """No two nodes may give different accounts of one thing."""
        said: dict[Var, dict[Said, str]] = {}
        for name, node in nodes.items():
            if form(node) != "not_counted" and (meaning := judge.meaning(node)):
                said.setdefault(meaning[0], {}).setdefault(meaning[1], name)
        for var, each in said.items():
            ways = list(each)
            exact = [one for one in ways if one.op in {"is", "within", "missing", "accepted"}]
            try:
                judge.space.left(var, (), ways, qualitative=False)
            except Refused as refused:
                self.refuse(next(iter(each.values())), refused.code, refused.found, refused.expected)
                continue
            if len(exact) > 1:
                self.refuse(each[exact[1]], "V107", f"two accounts of {var.name}", "one account of each thing")

    # -- what is printed ----------------------------------------------------------------------------------------------

    def _conclusions(self, conclusions: Mapping[str, Mapping[str, Json]], nodes: Mapping[str, Node]) -> None:
        expected = {
            rule.id: list(printed(rule))
            for rule in self.rules.rules.values()
            if rule.id.count("/") == 1 and not rule.raises
        }
        if set(conclusions) != set(expected):
            differing = ", ".join(sorted(map(str, set(conclusions) ^ set(expected))))
            self.refuse("", "V141", f"another set of conclusions: {differing}", "one for each rule that is printed")
        concluded = self._concluded(nodes)
        for name, keys in conclusions.items():
            if name in expected and set(keys) != set(expected[name]):
                self.refuse(name, "V141", f"keys {', '.join(map(str, keys))}", ", ".join(expected[name]))
            for key, value in keys.items():
                given = concluded.get((name, key), [])
                if len(given) != 1 or not _equal(given[0]["concludes"]["value"], value):
                    seen = ", ".join(repr(node["concludes"]["value"]) for node in given) or "none"
                    self.refuse(name, "V140", f"{key}: {value!r}", f"what one node concludes ({seen})")

    @staticmethod
    def _concluded(nodes: Mapping[str, Node]) -> dict[tuple[str, str], list[Node]]:
        """The nodes that give a printed key its value."""
        found: dict[tuple[str, str], list[Node]] = {}
        for node in nodes.values():
            if form(node) == "reads" or (form(node) == "firing" and concerns_verdict(node)):
                concludes = node["concludes"]
                found.setdefault((concludes["conclusion"], concludes["key"]), []).append(node)
        return found

    def _flags(self, flags: list[str], nodes: Mapping[str, Node]) -> None:
        raised, due = set(), set()
        for node in nodes.values():
            if form(node) != "firing":
                continue
            concludes = node["concludes"]
            if concludes["conclusion"].startswith("flag/"):
                raised.add(concludes["conclusion"].removeprefix("flag/"))
            elif (concludes["key"], concludes["value"]) == ("result", "met") and "side" not in node:
                due.add(self.rules.rules[node["rule"]].raises if node["rule"] in self.rules.rules else "")
        if flags != sorted(raised | (due - {""})) or raised != set(flags):
            self.refuse("", "V142", f"flags {flags}", f"{sorted(raised)}, as the nodes raise them")

    def _used(self, conclusions: Mapping[str, Json], nodes: Mapping[str, Node]) -> None:
        """Every node must serve a conclusion or a flag."""
        ends = [
            node["id"]
            for each in self._concluded(nodes).values()
            for node in each
            if node["concludes"]["conclusion"] in conclusions
        ]
        ends += [
            name for name, node in nodes.items() if node.get("concludes", {}).get("conclusion", "").startswith("flag/")
        ]
        reached: set[str] = set()
        while ends:
            name = ends.pop()
            if name not in reached:
                reached.add(name)
                ends += nodes[name].get("premises", ())
        for name in nodes:
            if name not in reached:
                self.refuse(name, "V106", "a node that nothing rests on", "nodes that serve a conclusion or a flag")


def _equal(left: Json, right: Json) -> bool:
    try:
        return same(left, right)
    except (TypeError, ValueError, RecursionError):
        return False
