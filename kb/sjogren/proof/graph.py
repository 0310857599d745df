"""A skeleton bound to one patient's values: the nodes of the justification, each with a digest of its own content."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from sjogren.engine.knowledge import Known, Result, Span
from sjogren.facts.resolve import Chosen, PassedOver
from sjogren.model.case import Value
from sjogren.model.rule import Condition, Group, Rule
from sjogren.model.vocabulary import Vocabulary
from sjogren.program.ir import TRUE, UNKNOWN, Node, Program, Shown
from sjogren.program.outline import conditions
from sjogren.proof import words
from sjogren.proof.canonical import Form, node_id
from sjogren.proof.skeleton import Skeleton, Step, mark_node
from sjogren.rules.english import VERDICTS, describe, fact_label, negate, number

Json: TypeAlias = Any
MAX_KEPT = 4_000
"""Nodes kept in memory for patients who share them; above that the store starts afresh."""
STATIC = frozenset({"fires", "undecided", "raises"})
"""Steps that are the same for every patient but for their premises and the facts that their sentence names."""
UNHASHABLE = {"interval", "lacks", "axes", "members", "recommends"}

def json_number(value: Fraction) -> int | float:
    """A number for JSON: whole where it is whole."""
    return value.numerator if value.denominator == 1 else float(value)


class Bound(NamedTuple):
    """The values that a visit gives to a skeleton."""

    inputs: Mapping[str, Known]
    origins: Mapping[str, Any]
    result: Result
    visit: int
    recorded: Mapping[tuple[str, str], Chosen]
    unused: Mapping[tuple[str, str], tuple[PassedOver, ...]]
    policy: Mapping[str, str]


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
        self.says = {node.key: self._statement(node) for node in program.nodes}
        self.sources = {
            rule.id: [{"work": source.work, "locator": source.locator} for source in rule.source]
            for rule in rules.values()
        }

    def graph(self, skeleton: Skeleton, bound: Bound) -> tuple[list[dict[str, Json]], list[dict[str, Json]]]:
        """The nodes of the justification, and the same by step (a step that repeats a node shares it)."""
        made: list[dict[str, Json]] = []
        unique: dict[str, dict[str, Json]] = {}
        if len(self.kept) > MAX_KEPT:
            self.kept.clear()
        for step in skeleton.steps:
            premises = [made[premise]["id"] for premise in step.premises]
            if step.kind in STATIC:
                node = self._formed(step, bound, made, premises)
            else:
                pattern = (step.number, tuple(premises), self._value_of(step, bound))
                kept = self.kept.get(pattern)
                if kept is None:
                    kept = self.kept[pattern] = self._make(step, bound, made, premises)
                node = dict(kept)
            made.append(unique.setdefault(node["id"], node))
        return list(unique.values()), made

    def _formed(
        self, step: Step, bound: Bound, made: list[dict[str, Json]], premises: list[str]
    ) -> dict[str, Json]:
        """A node from the form of its step, with its premises, and with the facts that its sentence names."""
        form = self.forms.get(step.number)
        if form is None:
            form = self.forms[step.number] = Form(getattr(self, f"_{step.kind}")(step, bound, made))
        text = form.says
        if step.kind == "fires":
            given = [made[premise]["text"] for premise in step.premises if made[premise]["type"] == "fact"]
            text = f"{text} ({'; '.join(given)})" if given else text
        return form.node(premises, text)

    def _make(
        self, step: Step, bound: Bound, made: list[dict[str, Json]], premises: list[str]
    ) -> dict[str, Json]:
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
                self._printed(shown, step, bound)
                if shown.how not in UNHASHABLE
                else repr(self._printed(shown, step, bound))
            )
        return None

    # -- nodes by kind of step ------------------------------------------------------------------------------------------

    def _input(self, step: Step, bound: Bound, made: list[dict[str, Json]]) -> dict[str, Json]:
        origin = bound.origins[step.key]
        label = self._label(origin.fact)
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
        node["text"] = words.fact_sentence(self._label(fact), side, definition, value)
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
        node["text"] = words.missing_sentence(self._label(name), side, recorded.value if recorded else None)
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
            unit = f" {'items' if rule.counts else 'points'}, {number(rule.needed)} needed"
        return {
            "type": "aggregate",
            "operation": aggregate.op,
            "concludes": {
                "conclusion": aggregate.rule,
                "key": step.key.partition("#")[2] or aggregate.op,
                "value": _span(span),
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
        value = self._printed(shown, step, bound)
        rule = self.rules.get(shown.of, self.rules[step.key])
        return {
            "type": "aggregate",
            "operation": "reads",
            "concludes": {"conclusion": step.key, "key": shown.key, "value": value},
            "rule": rule.id,
            "text": self._report_text(step.key, shown, value),
        }

    # -- printed values -------------------------------------------------------------------------------------------------

    def _printed(self, shown: Shown, step: Step, bound: Bound) -> Json:
        truth, rule = bound.result.truth, self.rules.get(shown.of)
        if shown.how == "verdict":
            return shown.word
        if shown.how == "truth":
            word = truth.get(shown.of, UNKNOWN)
            return shown.word if word == UNKNOWN else word == TRUE
        if shown.how == "interval":
            value = _span(bound.result.spans[shown.of])
            return value if shown.needed is None else {**value, "needed": json_number(shown.needed)}
        if shown.how == "lacks":
            return sorted({key.partition("@")[0] for key in step.detail})
        if shown.how == "text":
            chosen = bound.recorded.get((shown.of, ""))
            return chosen.value.as_stated if chosen and chosen.value.value is not None else None
        if shown.how in {"low", "high"} and (rule is None or rule.kind == "Score"):
            return _span(bound.result.spans[shown.of])[shown.how]
        assert rule is not None
        if shown.how == "table":
            true = [word for word in _answers(rule) if truth.get(f"{rule.id}={word}") == TRUE]
            return self._word(true[0] if true else shown.word)
        if shown.how == "recommends":
            return self._recommended(rule, shown.word, truth)
        if shown.how == "members":
            return [
                {"id": case.low, "source": [{"work": source.work, "locator": source.locator} for source in case.source]}
                for case in rule.cases
                if truth.get(f"{rule.id}={case.low}") == TRUE
            ]
        if shown.how in {"selection", "axes"}:
            members = [case.low for case in rule.cases if truth.get(f"{rule.id}={case.low}") == TRUE]
            open_ = [case.low for case in rule.cases if truth.get(f"{rule.id}={case.low}") is None]
            if shown.how == "axes":
                return members
            if open_:
                return shown.word
            return "none" if not members else members[0] if len(members) == 1 else "co-dominant"
        low, high = _bounds(rule, truth)
        if shown.how == "grade":
            return self._word(rule.levels[low]) if low == high else shown.word
        return self._word(rule.levels[low if shown.how == "low" else high])

    def _recommended(self, rule: Rule, key: str, truth: Mapping[str, str]) -> list[dict[str, Json]]:
        """The endpoints of one list of the case that holds, each as the ontology describes it."""
        case = next((case for case in rule.cases if truth.get(f"{rule.id}={case.low}") == TRUE), None)
        names = dict(case.lists).get(key, ()) if case else ()
        marks = [mark.mark for mark in rule.marks if truth.get(mark_node(rule, mark)) == TRUE]
        found = []
        for rank, name in enumerate(names, 1):
            endpoint = self.vocabulary.endpoints[name]
            found.append(
                {
                    "id": endpoint.id,
                    "label": endpoint.label,
                    "rank": rank,
                    "timepoint_weeks": endpoint.timepoint_weeks,
                    "responder": endpoint.responder or None,
                    "status": endpoint.status,
                    "verification": endpoint.verification,
                    "supports": [],
                    "contradicts": [],
                    "patient_prioritised": endpoint.patient_prioritised,
                    "statements": list(case.grounds) if case else [],
                    **{mark: True for mark in marks if getattr(endpoint, mark)},
                }
            )
        return found

    def _word(self, word: str) -> Json:
        """An answer as printed: a term by its label, a number as a number, ``null`` as nothing."""
        if word in self.vocabulary.terms:
            return self.vocabulary.terms[word].label
        if word == "null":
            return None
        try:
            return json_number(Fraction(word))
        except ValueError:
            return word

    def _report_text(self, conclusion: str, shown: Shown, value: Json) -> str:
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
        text = VERDICTS.get(value, value.replace("_", " ")) if isinstance(value, str) else value
        if isinstance(value, list):
            names = [str(each.get("label") or each["id"]) if isinstance(each, dict) else str(each) for each in value]
            text = words.list_words([name.replace("_", " ") for name in names]) or None
        return f"{label}, {shown.key.replace('_', ' ')}: {'none' if text is None else text}"

    def _label(self, fact: str) -> str:
        return fact_label(fact, self.vocabulary) if fact.partition(".")[0] in self.vocabulary.facts else fact

    # -- statements -----------------------------------------------------------------------------------------------------

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
            return f"{label}: {self._word(node.value)}", f"{label}: not {self._word(node.value)}"
        if node.says == "member":
            return f"{label}: {node.value} is among them", f"{label}: {node.value} is not among them"
        path, _, suffix = node.says.partition("~")
        if rule.kind == "CriteriaSet" and node.says in words.GATES:
            return words.GATES[node.says]
        condition = self._paths(rule).get(path)
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


def _answers(rule: Rule) -> list[str]:
    return list(dict.fromkeys([*(case.low for case in rule.cases), rule.otherwise]))


def _bounds(rule: Rule, truth: Mapping[str, str]) -> tuple[int, int]:
    """The lowest and highest level that a grade can still have, as places in its levels."""
    truths = [truth.get(f"{rule.id}>={level}") for level in rule.levels[1:]]
    low = max((rank for rank, word in enumerate(truths, 1) if word == TRUE), default=0)
    high = next((rank - 1 for rank, word in enumerate(truths, 1) if word not in {TRUE, None}), len(truths))
    return low, high


def _span(span: Span) -> dict[str, Json]:
    low, high = (None if end is None else json_number(end) for end in span)
    return {"low": low, "high": high}


def _passed_over(other: PassedOver) -> dict[str, Json]:
    value: Value = other.value
    found: dict[str, Json] = {"as_stated": value.as_stated, "visit": other.visit, "reason": other.reason}
    if value.date:
        found["date"] = value.date.isoformat()
    return found
