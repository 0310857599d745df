"""A skeleton bound to one patient's values: the nodes of the justification, each with a digest of its own content."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from sjogren.engine.kept import Kept
from sjogren.engine.knowledge import CHANGES, Span
from sjogren.facts.resolve import Chosen, PassedOver
from sjogren.model.case import Value
from sjogren.model.rule import Missing, Rule
from sjogren.model.vocabulary import Vocabulary
from sjogren.program.ir import TRUE, Node, Program
from sjogren.proof import words
from sjogren.proof.canonical import Form, node_id
from sjogren.proof.printed import Bound, Printer, json_number, span_json
from sjogren.proof.skeleton import Skeleton, Step
from sjogren.proof.statements import Statements
from sjogren.rules.english import fact_label, number

Json: TypeAlias = Any
MAX_KEPT = 4_000
"""Nodes kept in memory for patients who share them."""
GIVEN = frozenset({"input", "missing"})
"""Steps that rest on nothing; their content is what the patient's record says."""
STATIC = frozenset({"fires", "undecided", "raises"})
"""Steps that are the same for every patient but for what they rest on and the facts that their sentence names."""


class Binder:
    """Writes graphs for one program."""

    def __init__(self, program: Program, rules: Mapping[str, Rule], vocabulary: Vocabulary) -> None:
        self.rules, self.vocabulary = rules, vocabulary
        self.nodes = {node.key: node for node in program.nodes}
        self.clauses = program.clauses
        self.aggregates = {aggregate.key: aggregate for aggregate in program.aggregates}
        self.conclusions = {conclusion.rule: conclusion for conclusion in program.conclusions}
        self.kept = Kept(MAX_KEPT)
        self.given = Kept(MAX_KEPT)
        self.forms: dict[Step, Form] = {}
        self.varied = Kept(MAX_KEPT)
        self.valued = Kept(MAX_KEPT)
        self.statements = Statements(program, rules, vocabulary)
        self.printer = Printer(rules, vocabulary)
        self.says = self.statements.says
        self.sources = {rule.id: sources_of(rule) for rule in rules.values()}

    def graph(self, skeleton: Skeleton, bound: Bound) -> tuple[list[dict[str, Json]], list[dict[str, Json]]]:
        """The nodes of the justification, and the same by step (a step that repeats a node shares it)."""
        made: list[dict[str, Json]] = []
        names: list[str] = []
        unique: dict[str, dict[str, Json]] = {}
        kept, forms, named = self.kept, self.forms, names.__getitem__
        for step, places in zip(skeleton.steps, skeleton.premises, strict=True):
            kind = step.kind
            if kind in GIVEN:
                node = self._given(step, bound).copy()
                name = node["id"]
            else:
                premises = list(map(named, places))
                if kind in STATIC:
                    pattern = step.name + "".join(premises)
                    text, name = kept[pattern] or kept.keep(pattern, self._written(step, premises, places, made))
                    node = forms[step].node(premises, text, name)
                else:
                    lacking = skeleton.lacking.get(len(made), ())
                    form, name = self._varied(step, bound, premises, places, made, lacking)
                    node = form.node(premises, form.says, name)
            names.append(name)
            made.append(unique.setdefault(name, node))
        return list(unique.values()), made

    def _given(self, step: Step, bound: Bound) -> dict[str, Json]:
        """The node of an input, recorded or missing."""
        pattern = (step, *self._record(step, bound))
        found: dict[str, Json] | None = self.given[pattern]
        if found is None:
            found = self._input(step, bound) if step.kind == "input" else self._missing(step, bound)
            found["id"] = node_id(found)
            self.given.keep(pattern, found)
        return found

    def _record(self, step: Step, bound: Bound) -> tuple[object, ...]:
        """All that the node of an input depends on."""
        if step.kind == "missing":
            name, side = step.detail
            return (bound.recorded.get((name, side)), bound.unused.get((name, side)))
        origin = bound.origins[step.key]
        if origin.chosen is None:
            return (origin.kind, origin.value, origin.name in bound.policy)
        value, *when = origin.chosen
        plain = bound.inputs[step.key].low if isinstance(value.value, Fraction) else value.value
        how = (value.unit, value.date, value.source, value.note, value.status, value.qualitative)
        return (origin.kind, plain, value.as_stated, *how, *when)

    def _written(
        self, step: Step, premises: list[str], places: list[int], made: list[dict[str, Json]]
    ) -> tuple[str, str]:
        """The sentence and the identifier of a static step with these premises."""
        form = self.forms.get(step)
        if form is None:
            form = self.forms[step] = Form(getattr(self, f"_{step.kind}")(step), varies=True)
        text = form.says
        if step.kind == "fires":
            facts = [made[place]["text"] for place in places if made[place]["type"] == "fact"]
            text = f"{text} ({'; '.join(facts)})" if facts else text
        return text, form.digest(premises, text)

    def _varied(
        self,
        step: Step,
        bound: Bound,
        premises: list[str],
        places: list[int],
        made: list[dict[str, Json]],
        lacking: tuple[str, ...],
    ) -> tuple[Form, str]:
        """The form and the identifier of a step that says what it rests on, a number, or what is printed."""
        value: Json = None
        shown = self.conclusions[step.key].shown[step.clause] if step.kind == "reports" else None
        if step.kind == "adds":
            value = bound.result.spans[step.key]
        elif shown is not None and shown.how == "text":
            value = self.printer.printed(shown, lacking, bound)
        pattern = (step.name, value, *premises)
        found: tuple[Form, str] | None = self.varied[pattern]
        if found is None:
            if step.kind == "taken":
                value = made[places[0]]["text"]
            elif shown is not None:
                value = self.printer.printed(shown, lacking, bound)
            form = self._form(step, value)
            found = self.varied.keep(pattern, (form, form.digest(premises, form.says)))
        return found

    def _form(self, step: Step, value: Json) -> Form:
        pattern = (step.name, type(value), repr(value) if isinstance(value, list | dict) else value)
        form: Form | None = self.valued[pattern]
        if form is None:
            content = getattr(self, f"_{step.kind}")(step, value)
            form = self.valued.keep(pattern, Form(content, varies=False))
        return form

    # -- nodes by kind of step

    def _input(self, step: Step, bound: Bound) -> dict[str, Json]:
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

    def _missing(self, step: Step, bound: Bound) -> dict[str, Json]:
        name, side = step.detail
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

    def _fires(self, step: Step) -> dict[str, Json]:
        clause, node = self.clauses[step.clause], self.nodes[step.key]
        true = step.word == TRUE
        says = self.says[step.key][0 if true else 1]
        rule = self.rules[node.rule]
        written = self.rules[clause.rule]
        missing = written.when_missing
        on_word = missing if missing and missing.place.path == clause.path else written
        return {
            "type": "firing",
            "concludes": self._concluded(node, true),
            "rule": clause.rule,
            "clause": clause.path,
            "status": on_word.status,
            **({"verification": written.verification} if written.verification else {}),
            **({"side": node.side} if node.side else {}),
            "source": self.sources[clause.rule] if on_word is written else sources_of(on_word),
            "text": says,
            **({} if rule is written else {"of": rule.id}),
        }

    def _concluded(self, node: Node, true: bool) -> dict[str, Json]:
        key, value = (node.says, node.value) if true else (node.says_not, node.value_not)
        return {"conclusion": node.rule, "key": key, "value": value}

    def _undecided(self, step: Step) -> dict[str, Json]:
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

    def _taken(self, step: Step, what: str) -> dict[str, Json]:
        rule, path, because = step.detail
        return {
            "type": "assumption",
            "assumption": "not_counted",
            "rule": rule,
            "clause": path,
            "text": f"{what}; not counted: {because}",
        }

    def _adds(self, step: Step, span: Span) -> dict[str, Json]:
        aggregate = self.aggregates[step.key]
        rule = self.rules[aggregate.rule]
        label, unit = rule.label, ""
        if aggregate.op in CHANGES:
            label = self.statements.change(aggregate, rule)
        elif "@" in step.key:
            label = fact_label(step.key.partition("@")[0], self.vocabulary)
        if step.key.endswith("#evaluable"):
            unit = f" of {len(rule.items)} items could be evaluated"
        elif rule.kind in {"CriteriaSet", "Response"}:
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

    def _raises(self, step: Step) -> dict[str, Json]:
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

    def _reports(self, step: Step, value: Json) -> dict[str, Json]:
        shown = self.conclusions[step.key].shown[step.clause]
        rule = self.rules.get(shown.of, self.rules[step.key])
        return {
            "type": "aggregate",
            "operation": "reads",
            "concludes": {"conclusion": step.key, "key": shown.key, "value": value},
            "rule": rule.id,
            "text": self.statements.report(step.key, shown, value),
        }


def sources_of(said: Rule | Missing) -> list[dict[str, Json]]:
    """The works behind a rule, or behind what it says of missing items."""
    return [{"work": source.work, "locator": source.locator} for source in said.source]


def _passed_over(other: PassedOver) -> dict[str, Json]:
    value: Value = other.value
    found: dict[str, Json] = {"as_stated": value.as_stated, "visit": other.visit, "reason": other.reason}
    if value.date:
        found["date"] = value.date.isoformat()
    return found
