"""What each node of a program says, when it is true and when it is false; the words come from its rule."""

from __future__ import annotations

from collections.abc import Mapping

from sjogren.model.rule import Condition, Group, Rule
from sjogren.model.vocabulary import Vocabulary
from sjogren.program.ir import Node, Program, Shown
from sjogren.program.outline import conditions
from sjogren.proof import words
from sjogren.proof.printed import Json, Printer
from sjogren.rules.english import VERDICTS, describe, fact_label, negate


class Statements:
    """The sentences of one program."""

    def __init__(self, program: Program, rules: Mapping[str, Rule], vocabulary: Vocabulary) -> None:
        self.rules, self.vocabulary = rules, vocabulary
        self._word = Printer(rules, vocabulary).word
        self.says = {node.key: self._statement(node) for node in program.nodes}

    def report(self, conclusion: str, shown: Shown, value: Json) -> str:
        """The sentence of one printed key."""
        label = self.rules[conclusion].label
        if shown.how == "lacks":
            names = [fact_label(name, self.vocabulary) for name in value]
            return (
                f"{label}: could still be changed by {words.list_words(names)}"
                if names
                else f"{label}: nothing missing could change it"
            )
        if isinstance(value, dict):
            span = f"{value['low']}" if value["low"] == value["high"] else f"{value['low']} to {value['high']}"
            needed = f", {value['needed']} needed" if "needed" in value else ""
            return f"{label}, {shown.key}: {span}{needed}"
        rule = self.rules.get(shown.of, self.rules[conclusion])
        if shown.how == "branch":
            named = next((each.label for each in rule.branches if each.value == value), "open, so there is no count")
            return f"{label}, {shown.key}: {named}"
        if shown.how == "branch_count":
            return f"{label}, {shown.key}: not given while the branch is open"
        text = VERDICTS.get(value) or self._answer(rule, value).replace("_", " ") if isinstance(value, str) else value
        if isinstance(value, list):
            names = [str(each.get("label") or each["id"]) if isinstance(each, dict) else str(each) for each in value]
            text = words.list_words([name.replace("_", " ") for name in names]) or "none shown"
        return f"{label}, {shown.key.replace('_', ' ')}: {'none' if text is None else text}"

    def label(self, fact: str) -> str:
        """The name of a fact, of an item of it, or of something that is no fact."""
        return fact_label(fact, self.vocabulary) if fact.partition(".")[0] in self.vocabulary.facts else fact

    def _answer(self, rule: Rule, value: str) -> str:
        """An answer as its case words it, else as it is printed."""
        worded = next((case.label for case in rule.cases if case.low == value and case.label), "")
        word = self._word(value)
        return worded or ("none" if word is None else str(word))

    def _statement(self, node: Node) -> tuple[str, str]:
        """What a node says when it is true, and when it is false."""
        rule = self.rules[node.rule]
        label = words.place(rule.label, node.side)
        if node.says in {"result", "verdict"}:
            true, false = VERDICTS.get(node.value, node.value), VERDICTS.get(node.value_not, node.value_not)
            return f"{label}: {true}", f"{label}: {false}" if node.says == "result" else f"{label}: not {false}"
        if node.says in {"at_least", "cases_at_least"}:
            lowest = node.value_not == rule.levels[0]
            return (
                f"{label}: at least {_said(node.value)}",
                f"{label}: {'' if lowest else 'at most '}{_said(node.value_not)}",
            )
        if node.says == "value":
            answer = self._answer(rule, node.value)
            return f"{label}: {answer}", f"{label}: not {answer}"
        if node.says == "branch":
            named = next(each.label for each in rule.branches if each.value == node.value)
            return f"{label}: {named}", f"{label}: not {named}"
        if node.says == "member":
            named = self._answer(rule, node.value)
            return f"{label}: {named} is among them", f"{label}: {named} is not among them"
        path, _, suffix = node.says.partition("~")
        if rule.kind == "CriteriaSet" and node.says in words.GATES:
            return words.GATES[node.says]
        for branch in rule.branches:
            if path == branch.met_when.place.path and not suffix:
                return f"{branch.label}: the rule holds", f"{branch.label}: the rule does not hold"
        condition = self._paths(rule).get(path)
        if condition is not None and node.side:
            condition = condition._replace(where="")  # the side is said at the end
        said = describe(condition, self.vocabulary, self.rules) if condition else rule.label
        said_not = (
            negate(condition, self.vocabulary, self.rules) if condition else f"it is not the case that: {rule.label}"
        )
        inner = words.INNER.get(suffix.partition(">")[0].partition("=")[0])
        if inner:
            said, said_not = (phrase.format(said) for phrase in inner)
        return words.place(said, node.side), words.place(said_not, node.side)

    def _paths(self, rule: Rule) -> dict[str, Condition]:
        found: dict[str, Condition] = {}

        def walk(condition: Condition) -> None:
            found[condition.place.path] = condition
            if isinstance(condition, Group):
                for part in condition.parts:
                    walk(part)

        for condition in conditions(rule):
            walk(condition)
        for case in rule.cases:
            found.setdefault(case.place.path, case.when)
        return found


def _said(level: str) -> str:
    """A level in a sentence: the ESSDAI's word ``no`` says that there is no activity."""
    return "no activity" if level == "no" else level.replace("_", " ")
