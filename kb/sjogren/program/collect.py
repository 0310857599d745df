"""Where a compiled program is collected: nodes, clauses, aggregates, inputs, and statements about what is known."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from sjogren.errors import Finding
from sjogren.model.rule import BY_STATUS, RULE, Condition, Group, Place, Rule, Test
from sjogren.model.vocabulary import FactDef, Vocabulary
from sjogren.program.block import Block, Formula, Join, split
from sjogren.program.conditions import TABLES, Conditions
from sjogren.program.grid import GridTooLarge
from sjogren.program.ir import FALSE, TRUE, UNKNOWN, Aggregate, Clause, Literal, Node
from sjogren.program.leaves import Scope, key_of, known_literals, unknown_literal


class Collector:
    """Collects nodes, clauses, aggregates and inputs."""

    def __init__(self, rules: dict[str, Rule], vocabulary: Vocabulary) -> None:
        self.rules, self.vocabulary = rules, vocabulary
        self.findings: list[Finding] = []
        self.nodes: dict[str, Node] = {}
        self.clauses: list[Clause] = []
        self.aggregates: dict[str, Aggregate] = {}
        self.inputs: dict[str, str] = {}
        self.statuses: dict[tuple[str, str, str], str] = {}
        """By rule, input or rule result, and status word: the node that says so, however often it is asked."""
        self.not_known: dict[Literal, str] = {}
        """For a premise that says that an input or finding is not known: the key of that input or finding."""
        self.current = ""
        """The rule that is being compiled."""
        self.conditions = Conditions(self)

    def input(self, key: str, kind: str) -> str:
        """Note that an input is read; the kind is ``flag``, ``number`` or ``code``."""
        self.inputs[key] = kind
        return key

    def input_kind(self, fact: FactDef) -> str:
        """How the engine sees a fact."""
        if fact.type in {"boolean", "codes", "diseases", "treatments"}:
            return "flag"
        return "code" if fact.type in {"code", "term"} else "number"

    def node(self, key: str, rule: Rule, says: str, value: str, says_not: str, value_not: str, side: str = "") -> str:
        """Declare what a node says."""
        self.nodes[key] = Node(key, rule.id, says, value, says_not, value_not, side)
        return key

    def derive(self, head: str, truth: str, body: Iterable[Literal], rule: Rule, path: str) -> None:
        """Add one clause (split when it is long)."""
        self.clauses += split(Clause(head, truth, tuple(body), rule.id, path), len(self.clauses))

    def block(self, rule: Rule, place: Place, heads: Iterable[tuple[str, str, Formula]]) -> None:
        """Add the clauses of formulas that are answered together: (node, truth, formula)."""
        heads = list(heads)
        try:
            block = Block(formula for _, _, formula in heads)
        except GridTooLarge:
            message = "this reads too many inputs at once; name parts of it as rules of their own."
            self.findings.append(Finding(place.file, place.line, "K220", message))
            return
        for head, truth, formula in heads:
            points = block.points(formula)
            if points == block.grid.full:
                if not self.findings:  # what could not be read counts as never true
                    self._settled(rule, place, head, truth)
            else:
                self.clauses += block.clauses(head, truth, points, rule.id, place.path, self.not_known)

    def _settled(self, rule: Rule, place: Place, head: str, truth: str) -> None:
        """Report a statement that no fact can change."""
        answer = head.removeprefix(rule.id)
        what = f"{answer!r} of {rule.id!r}" if answer.startswith((">=", "=")) else "this"
        message = f"{what} {'always' if truth == TRUE else 'never'} holds, whatever the facts."
        self.findings.append(
            Finding(place.file, place.line, "K225", message, "Drop it, or correct the tests that decide it.")
        )

    def inner(self, rule: Rule, place: Place, side: str, suffix: str = "") -> str:
        """The node of a condition that is a statement of its own."""
        key = key_of(f"{rule.id}#{place.path}{suffix}", side)
        return self.node(key, rule, place.path + suffix, "holds", place.path + suffix, "does_not_hold", side)

    def statement(self, condition: Condition, scope: Scope) -> str:
        """The node for a condition: an existing finding where it only asks for that, else a node of its own."""
        if (
            isinstance(condition, Test)
            and condition.subject.kind == RULE
            and (condition.op, condition.value) == ("is", "met")
        ):
            other = self.rules.get(condition.subject.name)
            if other and other.kind == "Finding" and not condition.where:
                return key_of(other.id, scope.side if other.for_each else "")
        if isinstance(condition, Group) and condition.op in BY_STATUS and not condition.where:
            return self.by_status(condition, scope)
        formula = self.conditions.formula(condition, scope)
        key = self.inner(scope.rule, condition.place, scope.side)
        self.block(scope.rule, condition.place, [(key, TRUE, formula), (key, FALSE, Join("not", (formula,)))])
        return key

    def by_status(self, condition: Group, scope: Scope) -> str:
        """``any_known`` and ``first_known``: a node decided by those of its parts that are known."""
        parts = [self.statement(part, scope) for part in condition.parts]
        key = self.inner(scope.rule, condition.place, scope.side)
        path = f"{condition.place.path}.{condition.op}"
        if condition.op == "first_known":
            for index, part in enumerate(parts):
                before = [unknown_literal(other) for other in parts[:index]]
                for truth in (TRUE, FALSE):
                    self.derive(key, truth, [*before, Literal("t", part, truth)], scope.rule, f"{path}.{index}")
            return key
        self._any_known(key, parts, scope.rule, path)
        return key

    def _any_known(self, key: str, parts: list[str], rule: Rule, path: str) -> None:
        for index, part in enumerate(parts):
            self.derive(key, TRUE, [Literal("t", part, TRUE)], rule, f"{path}.{index}")
        for words in product((FALSE, UNKNOWN), repeat=len(parts)):
            if FALSE in words:
                self.derive(
                    key, FALSE, [Literal("t", part, word) for part, word in zip(parts, words, strict=True)], rule, path
                )

    def narrower(self, test: Test, fact: FactDef, scope: Scope) -> str:
        """A fact or anything narrower: present if one is, absent if the fact is stated so or all narrower ones are."""
        key = self.inner(scope.rule, test.place, scope.side, "~narrower")
        stated, parts = fact.name, list(fact.narrower)
        for part in (stated, *parts):
            self.input(part, "flag")
            self.derive(key, TRUE, [Literal("t", part, TRUE)], scope.rule, test.place.path)
        for words in product((FALSE, UNKNOWN), repeat=len(parts)):
            body = [Literal("t", part, word) for part, word in zip(parts, words, strict=True)]
            self.derive(key, FALSE, [Literal("t", stated, FALSE), *body], scope.rule, test.place.path)
        all_absent = [Literal("t", part, FALSE) for part in parts]
        self.derive(key, FALSE, [unknown_literal(stated), *all_absent], scope.rule, test.place.path)
        return key

    def fact_status(self, test: Test, name: str, key: str, word: str) -> str:
        """A node that says whether an input is known, not known (``unknown``) or not present (``not_shown``)."""
        rule = self.rules[self.current]
        fact = self.vocabulary.facts.get(name) or self.vocabulary.facts[name.split(".", maxsplit=1)[0]]
        kind = self.input_kind(fact)
        self.input(key, kind)
        if (asked := self.statuses.get((rule.id, key, word))) is not None:
            return asked
        node = self.statuses[rule.id, key, word] = self.inner(rule, test.place, key.partition("@")[2], f"~{word}")
        if word == "not_shown":
            self.derive(node, FALSE, [Literal("t", key, TRUE)], rule, test.place.path)
            self.derive(node, TRUE, [Literal("t", key, FALSE)], rule, test.place.path)
            self.derive(node, TRUE, [unknown_literal(key)], rule, test.place.path)
            return node
        known, unknown = (TRUE, FALSE) if word == "known" else (FALSE, TRUE)
        for literal in known_literals(key, kind):
            self.derive(node, known, [literal], rule, test.place.path)
        self.derive(node, unknown, [unknown_literal(key)], rule, test.place.path)
        self.not_known[Literal("t", node, unknown)] = key
        return node

    def rule_status(self, test: Test, target: Rule, name: str, word: str) -> str:
        """The same for another rule's result; a grade or table is known when only one answer is left."""
        rule = self.rules[self.current]
        path = test.place.path
        if (asked := self.statuses.get((rule.id, name, word))) is not None:
            return asked
        node = self.statuses[rule.id, name, word] = self.inner(rule, test.place, name.partition("@")[2], f"~{word}")
        known, unknown = (TRUE, FALSE) if word == "known" else (FALSE, TRUE)
        if target.kind == "Finding":
            if word != "not_shown":
                self.not_known[Literal("t", node, unknown)] = name
            if word == "not_shown":
                known, unknown = TRUE, TRUE
                self.derive(node, FALSE, [Literal("t", name, TRUE)], rule, path)
            else:
                self.derive(node, known, [Literal("t", name, TRUE)], rule, path)
            self.derive(node, known, [Literal("t", name, FALSE)], rule, path)
            self.derive(node, unknown, [unknown_literal(name)], rule, path)
            return node
        if word == "not_shown" or target.kind not in {"Grade", *TABLES}:
            self.conditions.report(
                test,
                "K221",
                f"{word!r} is not asked of {target.id!r} ({target.kind}).",
                "Ask it of a finding, or test the answer.",
            )
            return node
        if target.kind == "Grade":
            nodes = [f"{name}>={level}" for level in target.levels[1:]]
            for rank in range(len(target.levels)):
                body = [Literal("t", nodes[rank - 1], TRUE)] if rank else []
                body += [Literal("t", nodes[rank], FALSE)] if rank < len(nodes) else []
                self.derive(node, known, body, rule, path)
        else:
            nodes = [f"{name}={value}" for value in self.values(target)]
            for each in nodes:
                self.derive(node, known, [Literal("t", each, TRUE)], rule, path)
        for each in nodes:
            self.derive(node, unknown, [unknown_literal(each)], rule, path)
        return node

    def values(self, rule: Rule) -> tuple[str, ...]:
        """The answers of a table, in the order of its cases."""
        return tuple(dict.fromkeys([*(case.low for case in rule.cases), rule.otherwise]))
