"""Each node of a justification judged from its premises: does what it concludes follow by the rules as written?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sjogren.model.rule import Rule
from sjogren.proof.checker.logic import FALSE, OPEN, TRUE, Claim, Refused, Said, Var, words
from sjogren.proof.checker.nodes import Node, form, same
from sjogren.proof.checker.printed import UNDETERMINED, Printing
from sjogren.proof.checker.space import conditional, read
from sjogren.proof.checker.statements import Statement


class Judge(Printing):
    """Judges the nodes of one visit; raises `Refused` for one that does not hold."""

    def check(self, node: Node) -> None:
        """Judge one node."""
        getattr(self, f"_{form(node)}")(node)

    def _firing(self, node: Node) -> None:
        rule, about = self._rule(node), node["concludes"]["conclusion"]
        if about != rule.id and not about.startswith("flag/"):
            raise Refused("V120", f"{rule.id} concluding for {about}", "a rule that concludes for itself")
        self._attributed(node, rule)
        if about != rule.id:
            self._flag(node, rule)
            return
        statement = self._statement(node, node["concludes"]["key"], node["concludes"]["value"])
        found, claim = self._judged(node, statement)
        self._clause(node, claim)
        expected = TRUE if statement.holds else FALSE
        if found != expected:
            raise Refused(
                "V130", f"{_told(node)}, which its premises leave {found or 'unsettled'}", "a conclusion that follows"
            )

    def _attributed(self, node: Node, rule: Rule) -> None:
        missing = rule.when_missing
        word = missing if missing and node["clause"] == missing.place.path else rule
        sources = [{"work": source.work, "locator": source.locator} for source in word.source]
        if not sources or not same(node["source"], sources):
            raise Refused("V121", f"sources {_works(node['source'])}", f"those of {rule.id}: {_works(sources)}")
        if node["status"] != word.status or node.get("verification", "") != rule.verification:
            raise Refused(
                "V121", f"status {node['status']!r}", f"{rule.status!r} and its verification, as the rule says"
            )

    def _flag(self, node: Node, rule: Rule) -> None:
        concludes = node["concludes"]
        if not rule.raises or not same(
            concludes, {"conclusion": f"flag/{rule.raises}", "key": "raised", "value": True}
        ):
            raise Refused(
                "V143", f"{concludes['conclusion']} raised by {rule.id}", f"the flag {rule.raises or '(none)'}"
            )
        if node["clause"] != "raises" or "side" in node:
            raise Refused("V122", f"clause {node['clause']!r}", "raises")
        given = self._given(node)
        if given != {Var("finding", rule.id): [Said("is", True)]}:
            raise Refused("V130", f"flag {rule.raises} without its finding", f"{rule.id} met, as the one premise")

    def _judged(self, node: Node, statement: Statement) -> tuple[str, Claim]:
        claim = self.rules.claim(statement.var, statement.at)
        given = self._given(node)
        strange = set(given) - {leaf.var for leaf in claim.leaves}
        if strange:
            raise Refused("V124", f"a premise about {words(min(strange))}", "premises that the rule reads there")
        for premise in self._premises(node):
            if form(premise) == "not_counted" and (premise["rule"], premise["clause"]) != (
                node["rule"],
                node.get("clause"),
            ):
                raise Refused(
                    "V124",
                    f"not_counted at {premise['rule']} {premise['clause']!r}",
                    "an assumption of this very clause",
                )
        return (conditional if claim.ask is None else read)(claim, given, self.space), claim

    def _clause(self, node: Node, claim: Claim) -> None:
        clause = node["clause"]
        rule = self._rule(node)
        if rule.kind == "Response" and clause != self._way(node, rule):
            raise Refused("V122", f"clause {clause!r}", f"{self._way(node, rule)!r}, by what could be evaluated")
        if clause in claim.clauses:
            return
        if clause not in claim.tests or not set(self._given(node)) <= claim.tests[clause]:
            allowed = ", ".join(sorted(claim.clauses))
            raise Refused("V122", f"clause {clause!r}", f"{allowed}, or a test in it that reads all premises")

    def _way(self, node: Node, rule: Rule) -> str:
        """Where the reason of a response stands: by how many of its items could be evaluated."""
        said = self._given(node).get(Var("evaluable", rule.id), ())
        count = next((each.value[0] for each in said), None)
        if count is None or count >= len(rule.items):
            return "met_when"
        return "evaluable_when" if count < rule.fewest else "when_missing"

    def _undecided(self, node: Node) -> None:
        asks, concludes = node["asks"], node["concludes"]
        expected = {"conclusion": self._rule(node).id, "key": asks["key"], "value": UNDETERMINED}
        if not same(concludes, expected):
            raise Refused(
                "V131", f"concludes {concludes['key']!r} for {concludes['conclusion']}", "what it asks, undetermined"
            )
        found, claim = self._judged(node, self._statement(node, asks["key"], asks["value"]))
        uncited = {leaf.var for leaf in claim.leaves if claim.ask} - set(self._given(node))
        if uncited:
            raise Refused(
                "V131", f"{_told(node)} without a word of {words(min(uncited))}", "a premise for all that it reads"
            )
        if found != OPEN:
            seen = "settled by its premises" if found else "not shown to be open by its premises"
            raise Refused("V131", f"{_told(node)}, which is {seen}", "a statement that its premises leave open")


def _told(node: Node) -> str:
    concludes = node["concludes"]
    return f"{concludes['conclusion']} {concludes['key']}: {concludes['value']}"


def _works(sources: Sequence[Mapping[str, str]]) -> str:
    return "; ".join(f"{source['work']}, {source['locator']}" for source in sources) or "none"
