"""What the nodes of a justification say: facts and assumptions are held against the vocabulary and the case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from sjogren.model.rule import Rule, Test
from sjogren.model.vocabulary import FactDef, Vocabulary
from sjogren.proof.checker.logic import Refused, Said, Var, in_range
from sjogren.proof.checker.nodes import Json, Node, exact, form, is_number, number, same
from sjogren.proof.checker.rules import Rules
from sjogren.proof.checker.space import Space
from sjogren.proof.checker.statements import Statement, says

_ADDING = {"CriteriaSet": "points", "Score": "score"}
_ABSENT: Mapping[str, Any] = {"boolean": False, "level": 0}
_STATED = re.compile(r"([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d{1,2})?)(?: (\S+))?")


class Setting(NamedTuple):
    """What the assessment says of the whole case: the visit's index, the assumptions and the policies."""

    visit: int
    assume: Mapping[str, Json]
    policy: Mapping[str, Json]


class Premises:
    """Reads the nodes of one visit; raises `Refused` for one that says what cannot be."""

    def __init__(self, rules: Rules, setting: Setting, nodes: Mapping[str, Node]) -> None:
        self.rules, self.setting, self.nodes = rules, setting, nodes
        self.vocabulary: Vocabulary = rules.vocabulary
        self.space = Space(rules.rules, rules.vocabulary)
        self.meanings: dict[str, tuple[Var, Said] | None] = {}

    # -- what a node says ---------------------------------------------------------------------------------------------

    def meaning(self, node: Node) -> tuple[Var, Said] | None:
        """The variable that a node speaks of and what it says; None for a printed value or a flag."""
        name = node["id"]
        if name not in self.meanings:
            self.meanings[name] = self._meaning(node)
        return self.meanings[name]

    def _meaning(self, node: Node) -> tuple[Var, Said] | None:
        kind = form(node)
        if kind in {"fact", "missing", "accepted", "absent"}:
            return Var("fact", node["fact"], node.get("side", "")), self._recorded_as(node, kind)
        if kind == "policy":
            return Var("policy", node["assumption"]), Said("is", node["value"])
        if kind == "not_counted":
            return self.meaning(self._uncounted(node))
        if kind == "adds":
            return self._total(node)
        if kind == "undecided":
            asks = node["asks"]
            statement = self._statement(node, asks["key"], asks["value"])
            if not statement.holds:
                raise Refused("V123", f"asks {asks['key']}: {asks['value']}", "the positive statement")
            return statement.var, Said("open", statement.at)
        if kind == "firing" and not node["concludes"]["conclusion"].startswith("flag/"):
            concludes = node["concludes"]
            return says(self._statement(node, concludes["key"], concludes["value"]))
        return None

    def _recorded_as(self, node: Node, kind: str) -> Said:
        fact = self._definition(node)
        if kind == "missing":
            return Said("missing")
        if kind == "accepted":
            if fact.abnormal is None or node["value"] not in {"abnormal", "normal"}:
                raise Refused(
                    "V112",
                    f"{fact.name}: {node['value']!r}",
                    "abnormal or normal, for a test with a published threshold",
                )
            return Said("accepted", node["value"])
        if kind == "fact":
            return Said("is", self._value(node))
        if fact.type == "code" and fact.assumed_as:
            return Said("is", fact.assumed_as)
        if fact.type not in _ABSENT:
            raise Refused("V112", f"{fact.name} ({fact.type}) assumed absent", "a finding or a level")
        return Said("is", _ABSENT[fact.type])

    def _uncounted(self, node: Node) -> Node:
        """The one premise of a ``not_counted``: something undecided or missing."""
        premises = self._premises(node)
        if len(premises) != 1 or form(premises[0]) not in {"undecided", "missing", "accepted"}:
            raise Refused("V112", "not_counted without a thing that is not known", "one undecided or missing premise")
        return premises[0]

    def _statement(self, node: Node, key: str, value: Json) -> Statement:
        return self.rules.statement(node["concludes"]["conclusion"], node.get("side", ""), key, value)

    def _total(self, node: Node) -> tuple[Var, Said]:
        """The number that an aggregate computes, and its ends."""
        rule, value = self._rule(node), node["concludes"]["value"]
        ends = list(value.values()) if type(value) is dict and set(value) == {"low", "high"} else []
        if not ends or not all(end is None or is_number(end) for end in ends):
            raise Refused("V132", f"{value!r}", "low and high")
        span = (exact(value["low"]), exact(value["high"]))
        test = self.rules.conditions(rule.id).get(node["clause"])
        if isinstance(test, Test) and test.where == "mean_of_eyes":
            return Var("mean", test.subject.name), Said("within", span)
        if rule.kind not in _ADDING:
            raise Refused("V122", f"clause {node['clause']!r}", f"a sum, mean or preference of {rule.id}")
        branch = next((each.value for each in rule.branches if f"{each.place.path}.counts" == node["clause"]), "")
        if rule.branches and not branch:
            raise Refused("V122", f"clause {node['clause']!r}", f"the items of a branch of {rule.id}")
        return Var(_ADDING[rule.kind], rule.id, "", branch), Said("within", span)

    def _premises(self, node: Node) -> list[Node]:
        return [self.nodes[premise] for premise in node["premises"]]

    def _given(self, node: Node) -> dict[Var, list[Said]]:
        """What all premises of a node say."""
        found: dict[Var, list[Said]] = {}
        for premise in self._premises(node):
            meaning = self.meaning(premise)
            if meaning is None:
                raise Refused(
                    "V124", f"premise {premise['id']}", "a fact, an assumption or a conclusion that the rule reads"
                )
            found.setdefault(meaning[0], []).append(meaning[1])
        return found

    # -- facts and assumptions ----------------------------------------------------------------------------------------

    def _definition(self, node: Node) -> FactDef:
        """The definition of a fact, of the list for its members; the side must be one that it is recorded for."""
        name, side = node["fact"], node.get("side", "")
        base, _, member = name.partition(".")
        fact = self.vocabulary.facts.get(name) or self.vocabulary.facts.get(base)
        listed = fact is not None and fact.type in {"codes", "diseases"}
        if fact is None or (fact.name != name) != listed or (listed and member not in fact.codes):
            raise Refused("V110", f"fact {name!r}", "a fact of the vocabulary")
        if side not in fact.sides or (not side and "side" in node):
            raise Refused("V110", f"{name} on side {side!r}", f"one of {', '.join(map(repr, fact.sides))}")
        return fact

    def _fact(self, node: Node) -> None:
        fact = self._definition(node)
        self._recorded(node, fact)
        self._value(node)
        if not same(node["unit"], fact.unit or None if fact.name == node["fact"] else None):
            raise Refused("V110", f"{node['fact']} in {node['unit']!r}", f"the canonical unit {fact.unit or None!r}")

    def _recorded(self, node: Node, fact: FactDef) -> None:
        visit, unit = node["visit"], node.get("unit_as_stated")
        if visit > self.setting.visit or (visit < self.setting.visit) != ("carried" in node):
            raise Refused("V110", f"visit {visit}", f"at most {self.setting.visit}, and 'carried' on an earlier one")
        if unit is not None and (unit not in fact.units or unit == fact.unit):
            raise Refused("V110", f"unit_as_stated {unit!r}", f"another unit of {fact.name}")
        if node.get("recorded_as", "preliminary") != "preliminary":
            raise Refused("V110", f"recorded_as {node['recorded_as']!r}", "preliminary, or nothing for a final value")

    def _value(self, node: Node) -> Any:
        """The value of a fact node as the rules compare it; raises `Refused` when it is none of the fact's values."""
        fact, value = self._definition(node), node["value"]
        kind = "boolean" if fact.type in {"codes", "diseases"} else fact.type
        if kind == "boolean" and type(value) is bool:
            return value
        if kind in {"number", "count"} and is_number(value):
            exact = self._stated(node, fact)
            if in_range(fact, exact) and (kind == "number" or exact.denominator == 1):
                return exact
        if type(value) is str:
            if kind == "level" and value in fact.levels:
                return fact.levels.index(value)
            if (kind == "code" and value in fact.codes) or (kind == "term" and value in self.vocabulary.terms):
                return value
        raise Refused("V110", f"{node['fact']}: {value!r}", f"a value of the type {fact.type}, in its range")

    def _stated(self, node: Node, fact: FactDef) -> Fraction:
        """The exact number: as it was stated where that is a number, and then the value must agree."""
        value = Fraction(repr(node["value"]))
        match = _STATED.fullmatch(node["as_stated"])
        unit = node.get("unit_as_stated") or (match.group(2) if match else None) or fact.unit
        if match is None or (unit and unit != fact.unit and unit not in fact.units):
            return value
        exact = Fraction(match.group(1)) * fact.units.get(unit, Fraction(1))
        if not same(number(exact), node["value"]):
            raise Refused(
                "V110", f"{node['fact']}: {node['value']}", f"{number(exact)}, as stated ({node['as_stated']})"
            )
        return exact

    def _missing(self, node: Node) -> None:
        self._definition(node)

    def _policy(self, node: Node) -> None:
        name = node["assumption"]
        choice = self.vocabulary.policies.get(name)
        expected = self.setting.policy.get(name, choice.default) if choice else None
        if choice is None or node["value"] != expected:
            raise Refused(
                "V112", f"policy {name}: {node['value']!r}", f"{expected!r}" if choice else "a policy of the vocabulary"
            )

    def _absent(self, node: Node) -> None:
        fact, name = self._definition(node), node["assumption"]
        self.meaning(node)
        if fact.assumption != name:
            raise Refused(
                "V112", f"{name} for {fact.name}", f"{fact.assumption or 'no assumption'}, as the fact allows"
            )
        self._assumed(name, node["value"])
        for other in fact.not_assumed_if:
            for each in self.nodes.values():
                if each["type"] == "fact" and each["fact"] == other and each["value"] is True:
                    raise Refused(
                        "V112", f"{fact.name} assumed absent", f"no such assumption: {other} is recorded as present"
                    )

    def _assumed(self, name: str, value: Json) -> None:
        if name not in self.vocabulary.assumptions or self.setting.assume.get(name) != value:
            raise Refused("V112", f"{name}: {value!r}", f"{self.setting.assume.get(name)!r}, as the assessment says")

    def _accepted(self, node: Node) -> None:
        fact = self._definition(node)
        self._recorded(node, fact)
        self.meaning(node)
        if node["as_stated"] != node["value"] or node["unit"] is not None:
            raise Refused(
                "V112", f"{fact.name}: {node['value']!r} {node['unit'] or ''}", f"{node['as_stated']!r}, as stated"
            )
        self._assumed(node["assumption"], "accepted")
        if node["assumption"] != "qualitative_results":
            raise Refused("V112", f"assumption {node['assumption']!r}", "qualitative_results")

    def _not_counted(self, node: Node) -> None:
        rule, clause = self._rule(node), node["clause"]
        allowed = {part.place.path for part in (rule.unreliable_if, rule.when_unknown) if part}
        if clause not in allowed:
            raise Refused(
                "V112", f"not_counted at {rule.id} {clause!r}", "a rule that says what to do with the unknown, there"
            )
        self._uncounted(node)

    def _rule(self, node: Node) -> Rule:
        rule = self.rules.rules.get(node["rule"])
        if rule is None:
            raise Refused("V120", f"rule {node['rule']!r}", "a rule of the rule set")
        return rule
