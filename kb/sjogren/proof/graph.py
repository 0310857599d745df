"""A skeleton bound to one patient's values: the nodes of the justification, each with a digest of its own content."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from sjogren.facts.resolve import Chosen, PassedOver
from sjogren.model.case import Value
from sjogren.model.rule import Rule
from sjogren.model.vocabulary import Vocabulary
from sjogren.program.ir import TRUE, Node, Program
from sjogren.proof import words
from sjogren.proof.canonical import Form, node_id
from sjogren.proof.printed import Bound, Printer, json_number, span_json
from sjogren.proof.skeleton import Skeleton, Step
from sjogren.proof.statements import Statements
from sjogren.rules.english import fact_label, number

Json: TypeAlias = Any
MAX_KEPT = 16_000
"""Nodes kept in memory for patients who share them; above that the oldest goes."""
STATIC = frozenset({"fires", "undecided", "raises"})
"""Steps that are the same for every patient but for their premises and the facts that their sentence names."""
UNHASHABLE = {"interval", "branch_count", "lacks", "axes", "members", "recommends"}


class Binder:
    """Writes graphs for one program."""

    def __init__(self, program: Program, rules: Mapping[str, Rule], vocabulary: Vocabulary) -> None:
        self.rules, self.vocabulary = rules, vocabulary
        self.nodes = {node.key: node for node in program.nodes}
        self.clauses = program.clauses
        self.aggregates = {aggregate.key: aggregate for aggregate in program.aggregates}
        self.conclusions = {conclusion.rule: conclusion for conclusion in program.conclusions}
        self.kept: dict[object, dict[str, Json]] = {}
        self.forms: dict[int, Form] = {}
        self.statements = Statements(program, rules, vocabulary)
        self.printer = Printer(rules, vocabulary)
        self.says = self.statements.says
        self.sources = {
            rule.id: [{"work": source.work, "locator": source.locator} for source in rule.source]
            for rule in rules.values()
        }

    def graph(self, skeleton: Skeleton, bound: Bound) -> tuple[list[dict[str, Json]], list[dict[str, Json]]]:
        """The nodes of the justification, and the same by step (a step that repeats a node shares it)."""
        made: list[dict[str, Json]] = []
        unique: dict[str, dict[str, Json]] = {}
        for step in skeleton.steps:
            premises = [made[premise]["id"] for premise in step.premises]
            static = step.kind in STATIC
            pattern = (step.number, tuple(premises), None if static else self._value_of(step, bound))
            kept = self.kept.get(pattern)
            if kept is None:
                kept = (self._formed if static else self._make)(step, bound, made, premises)
                if len(self.kept) >= MAX_KEPT:
                    del self.kept[next(iter(self.kept))]
                self.kept[pattern] = kept
            node = {**kept, "premises": premises} if "premises" in kept else {**kept}
            made.append(unique.setdefault(node["id"], node))
        return list(unique.values()), made

    def _formed(self, step: Step, bound: Bound, made: list[dict[str, Json]], premises: list[str]) -> dict[str, Json]:
        """A node from the form of its step, with its premises, and with the facts that its sentence names."""
        form = self.forms.get(step.number)
        if form is None:
            form = self.forms[step.number] = Form(getattr(self, f"_{step.kind}")(step, bound, made))
        text = form.says
        if step.kind == "fires":
            given = [made[premise]["text"] for premise in step.premises if made[premise]["type"] == "fact"]
            text = f"{text} ({'; '.join(given)})" if given else text
        return form.node(premises, text)

    def _make(self, step: Step, bound: Bound, made: list[dict[str, Json]], premises: list[str]) -> dict[str, Json]:
        node: dict[str, Json] = getattr(self, f"_{step.kind}")(step, bound, made)
        if premises or node["type"] in {"firing", "aggregate"}:
            node["premises"] = list(premises)
        node["id"] = node_id(node)
        return node

    def _value_of(self, step: Step, bound: Bound) -> object:
        """What, besides its premises, a node's content depends on."""
        if step.kind == "input":
            origin = bound.origins[step.key]
            return (origin, origin.name in bound.policy)
        if step.kind == "missing":
            key = step.key.partition("@")[::2]
            return (bound.recorded.get(key), bound.unused.get(key))
        if step.kind == "adds":
            return bound.result.spans[step.key]
        if step.kind == "reports":
            shown = self.conclusions[step.key].shown[step.clause]
            return (
                self.printer.printed(shown, step, bound)
                if shown.how not in UNHASHABLE
                else repr(self.printer.printed(shown, step, bound))
            )
        return None

    # -- nodes by kind of step

    def _input(self, step: Step, bound: Bound, made: list[dict[str, Json]]) -> dict[str, Json]:
        origin = bound.origins[step.key]
        label = self.statements.label(origin.fact)
        if origin.kind == "policy":
            policy = self.vocabulary.policies[origin.name]
            default = origin.name not in bound.policy
            text = words.policy_sentence(policy.label, policy.name, origin.value, default=default)
            return {"type": "assumption", "assumption": policy.name, "value": origin.value, "text": text}
        if origin.kind == "assumed":
            node = {"type": "assumption", "assumption": origin.name, "fact": origin.fact, "value": origin.value}
            if origin.side:
                node["side"] = origin.side
            node["text"] = words.assumed_sentence(label, origin.side, origin.name, origin.value)
            return node
        node = self._fact_node(origin.chosen, origin.fact, origin.side)
        if origin.kind == "accepted":
            node["type"], node["assumption"] = "assumption", origin.name
            node["text"] = words.accepted_sentence(label, origin.side, str(origin.chosen.value.value), origin.name)
        return node

    def _fact_node(self, chosen: Chosen, fact: str, side: str) -> dict[str, Json]:
        value, definition = chosen.value, self.vocabulary.facts.get(fact)
        plain = value.value
        node: dict[str, Json] = {
            "type": "fact",
            "fact": fact,
            "value": json_number(plain) if isinstance(plain, Fraction) else plain,
            "unit": definition.unit if definition and definition.unit and not value.qualitative else None,
            "visit": chosen.visit,
            "as_stated": value.as_stated,
        }
        if side:
            node["side"] = side
        if value.unit and definition and value.unit != definition.unit:
            node["unit_as_stated"] = value.unit
        if value.date:
            node["date"] = value.date.isoformat()
        if value.source:
            node["recorded_by"] = value.source
        if value.note:
            node["note"] = value.note
        if value.status != "final":
            node["recorded_as"] = value.status
        if chosen.carried:
            node["carried"] = True
        if chosen.passed_over:
            node["passed_over"] = [_passed_over(other) for other in chosen.passed_over]
        node["text"] = words.fact_sentence(self.statements.label(fact), side, definition, value)
        return node

    def _missing(self, step: Step, bound: Bound, made: list[dict[str, Json]]) -> dict[str, Json]:
        name, _, side = step.key.partition("@")
        recorded = bound.recorded.get((name, side))
        unused = bound.unused.get((name, side), ())
        node: dict[str, Json] = {"type": "missing", "fact": name}
        if side:
            node["side"] = side
        if recorded:
            node["as_stated"] = recorded.value.as_stated
        if unused:
            node["passed_over"] = [_passed_over(other) for other in unused]
        node["text"] = words.missing_sentence(self.statements.label(name), side, recorded.value if recorded else None)
        return node

    def _fires(self, step: Step, bound: Bound, made: list[dict[str, Json]]) -> dict[str, Json]:
        clause, node = self.clauses[step.clause], self.nodes[step.key]
        true = step.word == TRUE
        says = self.says[step.key][0 if true else 1]
        rule = self.rules[node.rule]
        written = self.rules[clause.rule]
        return {
            "type": "firing",
            "concludes": self._concluded(node, true),
            "rule": clause.rule,
            "clause": clause.path,
            "status": written.status,
            **({"verification": written.verification} if written.verification else {}),
            **({"side": node.side} if node.side else {}),
            "source": self.sources[clause.rule],
            "text": says,
            **({} if rule is written else {"of": rule.id}),
        }

    def _concluded(self, node: Node, true: bool) -> dict[str, Json]:
        key, value = (node.says, node.value) if true else (node.says_not, node.value_not)
        return {"conclusion": node.rule, "key": key, "value": value}

    def _undecided(self, step: Step, bound: Bound, made: list[dict[str, Json]]) -> dict[str, Json]:
        node = self.nodes[step.key]
        return {
            "type": "aggregate",
            "operation": "undecided",
            "concludes": {"conclusion": node.rule, "key": node.says, "value": "undetermined"},
            "asks": {"key": node.says, "value": node.value},
            "rule": node.rule,
            **({"side": node.side} if node.side else {}),
            "text": f"undecided: {self.says[step.key][0].removesuffix(': met')}",
        }

    def _taken(self, step: Step, bound: Bound, made: list[dict[str, Json]]) -> dict[str, Json]:
        rule, path, because = step.detail
        what = made[step.premises[0]]["text"]
        return {
            "type": "assumption",
            "assumption": "not_counted",
            "rule": rule,
            "clause": path,
            "text": f"{what}; not counted: {because}",
        }

    def _adds(self, step: Step, bound: Bound, made: list[dict[str, Json]]) -> dict[str, Json]:
        aggregate, span = self.aggregates[step.key], bound.result.spans[step.key]
        rule = self.rules[aggregate.rule]
        label = rule.label if "@" not in step.key else fact_label(step.key.partition("@")[0], self.vocabulary)
        unit = ""
        if rule.kind == "CriteriaSet":
            counted = step.key.partition("#count/")[2]
            branch = next((each for each in rule.branches if each.value == counted), rule)
            label = branch.label
            added = "points" if not rule.counts else "item" if span.low == span.high == 1 else "items"
            unit = f" {added}, {number(branch.needed)} needed"
        return {
            "type": "aggregate",
            "operation": aggregate.op,
            "concludes": {
                "conclusion": aggregate.rule,
                "key": step.key.partition("#")[2] or aggregate.op,
                "value": span_json(span),
            },
            "rule": aggregate.rule,
            "clause": aggregate.path,
            "text": f"{label}: {words.span_words(span)}{unit}",
        }

    def _raises(self, step: Step, bound: Bound, made: list[dict[str, Json]]) -> dict[str, Json]:
        rule = self.rules[step.detail[0]]
        return {
            "type": "firing",
            "concludes": {"conclusion": f"flag/{step.key}", "key": "raised", "value": True},
            "rule": rule.id,
            "clause": "raises",
            "status": rule.status,
            "source": self.sources[rule.id],
            "text": f"flag {step.key}: {rule.label}",
        }

    def _reports(self, step: Step, bound: Bound, made: list[dict[str, Json]]) -> dict[str, Json]:
        shown = self.conclusions[step.key].shown[step.clause]
        value = self.printer.printed(shown, step, bound)
        rule = self.rules.get(shown.of, self.rules[step.key])
        return {
            "type": "aggregate",
            "operation": "reads",
            "concludes": {"conclusion": step.key, "key": shown.key, "value": value},
            "rule": rule.id,
            "text": self.statements.report(step.key, shown, value),
        }


def _passed_over(other: PassedOver) -> dict[str, Json]:
    value: Value = other.value
    found: dict[str, Json] = {"as_stated": value.as_stated, "visit": other.visit, "reason": other.reason}
    if value.date:
        found["date"] = value.date.isoformat()
    return found
