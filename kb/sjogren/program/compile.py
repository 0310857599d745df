"""Rules and vocabulary to a `Program`: every statement a node, every reason a clause, every number an aggregate."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from hashlib import sha256
from itertools import product

from sjogren.errors import Finding, KnowledgeError, did_you_mean
from sjogren.model.rule import BY_STATUS, FACT, RULE, CaseOf, Condition, Group, Place, Rule, RuleSet, Subject, Test
from sjogren.model.vocabulary import SIDES, FactDef, Vocabulary
from sjogren.program.block import NEVER, Block, Formula, Join, split
from sjogren.program.conditions import TABLES, Conditions, Scope, key_of, known_literals, level_numbers, unknown_literal
from sjogren.program.grid import GridTooLarge
from sjogren.program.ir import FALSE, TRUE, UNKNOWN, Addend, Aggregate, Boundary, Clause, Input, Literal, Node, Program
from sjogren.program.outline import conclusions, order, subjects, upward
from sjogren.program.strata import stratify

VERDICTS = ("excluded", "entry_not_met", "not_met", "met")


def compile_program(rules: RuleSet, vocabulary: Vocabulary, version: str, content_hash: str) -> Program:
    """Compile all rules; raises `KnowledgeError` with every finding (unknown names, wrong types, units, cycles)."""
    compiler = Compiler(rules.rules, vocabulary)
    sequence = order(rules.rules, compiler.findings)
    if compiler.findings:
        raise KnowledgeError(compiler.findings)
    for rule in sequence:
        compiler.rule(rule)
    if compiler.findings:
        raise KnowledgeError(dict.fromkeys(compiler.findings))
    return compiler.program(version, content_hash)


class Compiler:
    """Collects nodes, clauses, aggregates and inputs, rule by rule."""

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
        self.conditions = Conditions(self)

    # -- collecting -------------------------------------------------------------------------------------------------

    def input(self, key: str, kind: str) -> str:
        """Note that an input is read; the kind is ``flag``, ``number`` or ``code``."""
        self.inputs[key] = kind
        return key

    def input_kind(self, fact: FactDef) -> str:
        """How the engine sees a fact."""
        if fact.type in {"boolean", "codes", "diseases"}:
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

    # -- statements about what is known -----------------------------------------------------------------------------

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
        """A node that says whether an input is known (``known``), not known (``unknown``) or not present (``not_shown``)."""
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

    # -- kinds of rule ----------------------------------------------------------------------------------------------

    def rule(self, rule: Rule) -> None:
        """Compile one rule; the rules that it reads have been compiled before."""
        self.current = rule.id
        if rule.for_each and rule.kind in {"Finding", "Grade"}:
            for side in SIDES[rule.for_each]:
                self._one(rule, Scope(rule, side))
            self._worse_eye(rule)
        else:
            in_set = any(rule.id in {item.rule for item in self.rules[name].items} for name in (rule.parent,) if name)
            self._one(rule, Scope(rule, "", qualitative=in_set))

    def _one(self, rule: Rule, scope: Scope) -> None:
        getattr(self, f"_{rule.kind.lower()}")(rule, scope)

    def _finding(self, rule: Rule, scope: Scope) -> None:
        assert rule.when is not None
        key = self.node(key_of(rule.id, scope.side), rule, "result", "met", "result", "not_met", scope.side)
        if not (rule.unreliable_if or rule.when_unknown):
            formula = self.conditions.formula(rule.when, scope)
            self.block(rule, rule.when.place, [(key, TRUE, formula), (key, FALSE, Join("not", (formula,)))])
            return
        base = self.statement(rule.when, scope)
        if rule.unreliable_if:
            doubt = self.statement(rule.unreliable_if.when, scope)
            path = rule.unreliable_if.place.path
            target = (
                key if not rule.when_unknown else self.inner(rule, rule.unreliable_if.place, scope.side, "~reliable")
            )
            self.derive(target, TRUE, [Literal("t", base, TRUE), Literal("t", doubt, FALSE)], rule, path)
            self.derive(target, TRUE, [Literal("t", base, TRUE), unknown_literal(doubt)], rule, path)
            self.derive(target, FALSE, [Literal("t", base, FALSE)], rule, rule.when.place.path)
            base = target
        if rule.when_unknown:
            reading = rule.when_unknown
            for truth in (TRUE, FALSE):
                self.derive(key, truth, [Literal("t", base, truth)], rule, rule.when.place.path)
            taken = TRUE if reading.take_as == "met" else FALSE
            enough = [Literal("t", self.statement(reading.provided, scope), TRUE)] if reading.provided else []
            self.derive(key, taken, [unknown_literal(base), *enough], rule, reading.place.path)

    def _grade(self, rule: Rule, scope: Scope) -> None:
        name = key_of(rule.id, scope.side)
        for level, below in zip(rule.levels[1:], rule.levels, strict=False):
            self.node(f"{name}>={level}", rule, "at_least", level, "at_most", below, scope.side)
        if rule.highest_of:
            self._highest(rule, name, scope)
        elif rule.cases:
            suffix = "~cases" if rule.stated else ""
            heads = []
            for rank in range(1, len(rule.levels)):
                key = f"{name}>={rule.levels[rank]}"
                if suffix:
                    key = self.node(
                        key + suffix,
                        rule,
                        "cases_at_least",
                        rule.levels[rank],
                        "cases_at_most",
                        rule.levels[rank - 1],
                        scope.side,
                    )
                heads.append((key, rank))
            self._cases(
                rule,
                scope,
                [
                    (
                        key,
                        lambda case, rank=rank: rule.levels.index(case.low) >= rank,
                        lambda case, rank=rank: rule.levels.index(case.high) < rank,
                    )
                    for key, rank in heads
                ],
            )
        if rule.stated:
            self._stated(rule, name, scope)

    def _cases(self, rule: Rule, scope: Scope, heads: list) -> None:  # type: ignore[type-arg]
        """The decision list: each head is (node, cases that make it true, cases that make it false)."""
        conditions = [self.conditions.formula(case.when, scope) for case in rule.cases]
        rest = CaseOf(rule.otherwise, rule.otherwise, Group("any_of", (), 0, "", rule.place), "", rule.place)
        reached: list[tuple[CaseOf, Formula]] = []
        for index, case in enumerate((*rule.cases, rest)):
            missed = Join("not", (Join("or", tuple(conditions[:index])),))
            reached.append((case, Join("and", (missed, conditions[index])) if index < len(conditions) else missed))
        place = rule.cases[0].place._replace(path=rule.cases[0].place.path.rpartition(".")[0])
        suffix = "~open" if rule.when_unknown else ""
        triples = []
        for head, makes_true, makes_false in heads:
            key = (
                head
                if not suffix
                else self.inner(rule, place, scope.side, f"~open{head[len(key_of(rule.id, scope.side)) :]}")
            )
            for truth, makes in ((TRUE, makes_true), (FALSE, makes_false)):
                chosen = tuple(formula for case, formula in reached if makes(case))
                triples.append((key, truth, Join("or", chosen) if chosen else NEVER))
            if suffix:
                self._closed(rule, scope, head, key, (makes_true, makes_false), [case for case, _ in reached])
        self.block(rule, place, triples)

    def _closed(self, rule: Rule, scope: Scope, head: str, opened: str, makes: tuple, cases: list[CaseOf]) -> None:  # type: ignore[type-arg]
        """Once enough was measured, cases that are not shown are passed over."""
        reading = rule.when_unknown
        assert reading is not None
        for truth in (TRUE, FALSE):
            self.derive(head, truth, [Literal("t", opened, truth)], rule, reading.place.path)
        enough = [Literal("t", self.statement(reading.provided, scope), TRUE)] if reading.provided else []
        shown = [self._shown(rule, scope, case) for case in cases[:-1]]
        for index, case in enumerate(cases):
            body = [Literal("t", node, FALSE) for node in shown[:index]]
            if index < len(shown):
                body.append(Literal("t", shown[index], TRUE))
            for truth, makes_it in zip((TRUE, FALSE), makes, strict=True):
                if makes_it(case):
                    taken = [unknown_literal(opened)]
                    if rule.kind == "Table" and truth == FALSE:  # an answer that is ruled out is never taken
                        taken.append(unknown_literal(f"{opened.rpartition('=')[0]}={case.low}"))
                    self.derive(head, truth, [*taken, *enough, *body], rule, reading.place.path)

    def _shown(self, rule: Rule, scope: Scope, case: CaseOf) -> str:
        base = self.statement(case.when, scope)
        key = key_of(f"{rule.id}#{case.place.path}~shown", scope.side)
        if key not in self.nodes:
            self.inner(rule, case.place, scope.side, "~shown")
            self.derive(key, TRUE, [Literal("t", base, TRUE)], rule, case.place.path)
            self.derive(key, FALSE, [Literal("t", base, FALSE)], rule, case.place.path)
            self.derive(key, FALSE, [unknown_literal(base)], rule, case.place.path)
        return key

    def _stated(self, rule: Rule, name: str, scope: Scope) -> None:
        fact = self.vocabulary.facts.get(rule.stated)
        if fact is None or fact.type != "level" or fact.levels != rule.levels:
            message = f"'stated' must name a fact with the levels {', '.join(rule.levels)}; {rule.stated!r} is none."
            hint = did_you_mean(rule.stated, self.vocabulary.facts) if fact is None else ""
            self.findings.append(Finding(rule.place.file, rule.place.line, "K222", message, hint))
            return
        self.input(fact.name, "number")
        path = f"{rule.place.path}.stated" if rule.place.path else "stated"
        for rank in range(1, len(rule.levels)):
            key, cut = f"{name}>={rule.levels[rank]}", Boundary(Fraction(rank), 0)
            self.derive(key, TRUE, [Literal("n", fact.name, low=cut)], rule, path)
            self.derive(key, FALSE, [Literal("n", fact.name, high=cut)], rule, path)
            if rule.cases or rule.highest_of:
                for truth in (TRUE, FALSE):
                    self.derive(
                        key, truth, [unknown_literal(fact.name), Literal("t", f"{key}~cases", truth)], rule, path
                    )

    def _highest(self, rule: Rule, name: str, scope: Scope) -> None:
        path = f"{rule.place.path}.highest_of" if rule.place.path else "highest_of"
        numbers = level_numbers(rule.levels)
        for rank in range(1, len(rule.levels)):
            key, suffix = f"{name}>={rule.levels[rank]}", "~cases" if rule.stated else ""
            if suffix:
                self.node(
                    key + suffix,
                    rule,
                    "cases_at_least",
                    rule.levels[rank],
                    "cases_at_most",
                    rule.levels[rank - 1],
                    scope.side,
                )
            below: list[Literal] = []
            for part in rule.highest_of:
                other = self.rules[part.name]
                own = level_numbers(other.levels)
                known = (
                    own
                    and numbers
                    and [level for level, number in zip(other.levels, own, strict=True) if number >= numbers[rank]]
                )
                if not (numbers and own):
                    known = [level for level in other.levels if level in rule.levels[rank:]]
                if known:
                    node = f"{key_of(other.id, scope.side if other.for_each else '')}>={known[0]}"
                    self.derive(key + suffix, TRUE, [Literal("t", node, TRUE)], rule, path)
                    below.append(Literal("t", node, FALSE))
            if below:
                self.derive(key + suffix, FALSE, below, rule, path)

    def _worse_eye(self, rule: Rule) -> None:
        """The result over both eyes: the worse counts; an eye without any test is left out."""
        sides = SIDES[rule.for_each]
        path = f"{rule.place.path}.for_each" if rule.place.path else "for_each"
        untested = {side: self._untested(rule, side, path) for side in sides}
        pairs = [(rule.id, "result", "met", "result", "not_met")]
        if rule.kind == "Grade":
            pairs = [
                (f"{rule.id}>={level}", "at_least", level, "at_most", below)
                for level, below in zip(rule.levels[1:], rule.levels, strict=False)
            ]
        for key, says, value, says_not, value_not in pairs:
            self.node(key, rule, says, value, says_not, value_not)
            of = {side: key.replace(rule.id, f"{rule.id}@{side}", 1) for side in sides}
            for side in sides:
                self.derive(key, TRUE, [Literal("t", of[side], TRUE)], rule, path)
            for left_out in (None, *sides):
                body = [Literal("t", of[side], FALSE) for side in sides if side != left_out]
                if left_out:
                    body += [Literal("t", untested[left_out], TRUE), unknown_literal(of[left_out])]
                self.derive(key, FALSE, body, rule, path)

    def _untested(self, rule: Rule, side: str, path: str) -> str:
        facts = sorted(self._sided_facts(rule, rule.for_each))
        key = self.inner(rule, rule.place._replace(path=path), side, "~untested")
        literals = []
        for name in facts:
            kind = self.input_kind(self.vocabulary.facts[name])
            self.input(key_of(name, side), kind)
            literals.append(unknown_literal(key_of(name, side)))
            for literal in known_literals(key_of(name, side), kind):
                self.derive(key, FALSE, [literal], rule, path)
        self.derive(key, TRUE, literals, rule, path)
        return key

    def _sided_facts(self, rule: Rule, laterality: str) -> set[str]:
        """The tests by side that decide the rule; what `provided` or `unreliable_if` asks is not among them."""
        found: set[str] = set()
        deciding = (rule.when, *(case.when for case in rule.cases))
        named = [subject for condition in deciding for subject in subjects(condition)]
        for subject in (*named, *rule.highest_of):
            if subject.kind == FACT and self.vocabulary.facts[subject.name].laterality == laterality:
                found.add(subject.name)
            elif subject.kind == RULE and self.rules[subject.name].for_each == laterality:
                found |= self._sided_facts(self.rules[subject.name], laterality)
        return found

    def values(self, rule: Rule) -> tuple[str, ...]:
        """The answers of a table, in the order of its cases."""
        return tuple(dict.fromkeys([*(case.low for case in rule.cases), rule.otherwise]))

    def _table(self, rule: Rule, scope: Scope) -> None:
        heads = []
        for value in self.values(rule):
            key = self.node(f"{rule.id}={value}", rule, "value", value, "value_not", value)
            heads.append(
                (key, lambda case, value=value: case.low == value, lambda case, value=value: case.low != value)
            )
        self._cases(rule, scope, heads)

    def _recommendation(self, rule: Rule, scope: Scope) -> None:
        for case in rule.cases:
            for name in [name for _, names in case.lists for name in names]:
                if name not in self.vocabulary.endpoints:
                    hint = did_you_mean(name, self.vocabulary.endpoints)
                    message = f"unknown endpoint {name!r}."
                    self.findings.append(Finding(case.place.file, case.place.line, "K227", message, hint))
        self._table(rule, scope)
        for mark in rule.marks:
            self.statement(mark.when, scope)

    def _selection(self, rule: Rule, scope: Scope) -> None:
        for case in rule.cases:
            key = self.node(f"{rule.id}={case.low}", rule, "member", case.low, "member_not", case.low)
            formula = self.conditions.formula(case.when, scope)
            self.block(rule, case.when.place, [(key, TRUE, formula), (key, FALSE, Join("not", (formula,)))])

    def _score(self, rule: Rule, scope: Scope) -> None:
        if rule.stated and rule.stated not in self.vocabulary.facts:
            hint = did_you_mean(rule.stated, self.vocabulary.facts)
            self.findings.append(
                Finding(rule.place.file, rule.place.line, "K201", f"unknown fact {rule.stated!r}.", hint)
            )
            return
        if rule.stated:
            self.input(rule.stated, "number")
        op = "first_known" if rule.alternatives else "mean" if rule.mean else "sum"
        addends = [Addend("aggregate", subject.name, Fraction(1)) for subject in rule.alternatives]
        for term in rule.terms:
            addend = self._addend(term.subject, term.weight)
            if addend is None:
                self.findings.append(
                    Finding(
                        term.place.file,
                        term.place.line,
                        "K223",
                        f"{term.subject.name!r} cannot be added.",
                        "A score adds numbers, findings, grades and scores.",
                    )
                )
            else:
                addends.append(addend)
        path = f"{rule.place.path}.{op}_of" if rule.place.path else f"{op}_of"
        self.aggregates[rule.id] = Aggregate(
            rule.id, rule.id, op, tuple(addends), rule.stated, path.replace("known_of", "known")
        )

    def _addend(self, subject: Subject, weight: Fraction) -> Addend | None:
        if subject.kind == FACT:
            fact = self.vocabulary.facts.get(subject.name)
            if fact is None or fact.type not in {"number", "count"} or fact.laterality:
                return None
            self.input(fact.name, "number")
            return Addend("number", fact.name, weight, minimum=fact.minimum, maximum=fact.maximum)
        rule = self.rules.get(subject.name)
        if rule is None:
            return None
        if rule.kind == "Score":
            return Addend("aggregate", rule.id, weight)
        if rule.kind == "Finding":
            return Addend("flag", rule.id, weight)
        if rule.kind != "Grade":
            return None
        numbers = level_numbers(rule.levels)
        if numbers is None:
            if any(level not in self.vocabulary.level_values for level in rule.levels):
                return None
            numbers = [Fraction(self.vocabulary.level_values[level]) for level in rule.levels]
        nodes = ["", *(f"{rule.id}>={level}" for level in rule.levels[1:])]
        return Addend("grade", rule.id, weight, tuple(zip(nodes, numbers, strict=True)))

    def _criteriaset(self, rule: Rule, scope: Scope) -> None:
        addends = tuple(Addend("flag", item.rule, Fraction(item.points)) for item in rule.items)
        score = f"{rule.id}#score"
        path = "items"
        self.aggregates[score] = Aggregate(score, rule.id, "sum", addends, "", path)
        verdict = {
            word: self.node(f"{rule.id}={word}", rule, "verdict", word, "verdict_not", word) for word in VERDICTS
        }
        enough = Literal("n", score, low=Boundary(rule.needed, 0))
        too_few = Literal("n", score, high=Boundary(rule.needed, 0))
        entry_open, exclude_open = [], []
        met = [enough]
        if isinstance(rule.exclude, Test) and rule.exclude.value == "not_shown":
            message = "an exclusion asks what is shown; make what is not shown a finding of its own and ask whether it is met."
            self.findings.append(Finding(rule.exclude.place.file, rule.exclude.place.line, "K226", message))
        if rule.exclude:
            node = self.statement(rule.exclude, scope)
            self.derive(verdict["excluded"], TRUE, [Literal("t", node, TRUE)], rule, "exclude")
            self.derive(verdict["excluded"], FALSE, [Literal("t", node, FALSE)], rule, "exclude")
            self.derive(verdict["met"], FALSE, [Literal("t", node, TRUE)], rule, "exclude")
            met.append(Literal("t", node, FALSE))
            exclude_open = [Literal("t", self._not(rule, node, TRUE, "exclude", "~not_shown"), TRUE)]
        if rule.entry:
            node = self.statement(rule.entry, scope)
            self.derive(verdict["entry_not_met"], TRUE, [Literal("t", node, FALSE), *exclude_open], rule, "entry")
            self.derive(verdict["entry_not_met"], FALSE, [Literal("t", node, TRUE)], rule, "entry")
            self.derive(verdict["met"], FALSE, [Literal("t", node, FALSE)], rule, "entry")
            met.append(Literal("t", node, TRUE))
            entry_open = [Literal("t", self._not(rule, node, FALSE, "entry", "~not_refuted"), TRUE)]
        self.derive(verdict["not_met"], TRUE, [too_few, *entry_open, *exclude_open], rule, "met_when")
        self.derive(verdict["not_met"], FALSE, [enough], rule, "met_when")
        self.derive(verdict["met"], FALSE, [too_few], rule, "met_when")
        self.derive(verdict["met"], TRUE, met, rule, "met_when")

    def _not(self, rule: Rule, node: str, word: str, path: str, suffix: str) -> str:
        """A node that is true unless ``node`` is shown to be ``word``."""
        key = self.inner(rule, rule.place._replace(path=path), "", suffix)
        self.derive(key, FALSE, [Literal("t", node, word)], rule, path)
        self.derive(key, TRUE, [Literal("t", node, FALSE if word == TRUE else TRUE)], rule, path)
        self.derive(key, TRUE, [unknown_literal(node)], rule, path)
        return key

    # -- the whole --------------------------------------------------------------------------------------------------

    def program(self, version: str, content_hash: str) -> Program:
        """Put everything together."""
        for clause in self.clauses:
            if clause.head not in self.nodes:
                self.node(clause.head, self.rules[clause.rule], clause.path, "holds", clause.path, "does_not_hold")
        names = sorted(self.inputs)
        inputs = tuple(Input(name, *name.partition("@")[::2], self.inputs[name]) for name in names)
        absent = {clause.rule for clause in self.clauses if any(literal.word == UNKNOWN for literal in clause.body)}
        own = {rule.id for rule in self.rules.values() if rule.status == "operationalisation"}
        return Program(
            version=version,
            content_hash=content_hash,
            inputs=inputs,
            nodes=tuple(self.nodes.values()),
            clauses=tuple(self.clauses),
            aggregates=tuple(self.aggregates.values()),
            strata=stratify(self.clauses, self.aggregates, {rule.id: rule.place.file for rule in self.rules.values()}),
            conclusions=conclusions(self.rules, self.values),
            flags=tuple((rule.raises, rule.id) for rule in self.rules.values() if rule.raises),
            rests_on_absence=tuple(sorted(upward(self.rules, absent))),
            operationalised=tuple(sorted(upward(self.rules, own))),
        )


def fingerprint(*parts: str) -> str:
    """The content hash of a knowledge base: rules, vocabulary, and the compiler's own version."""
    digest = sha256()
    for part in parts:
        digest.update(part.encode() + b"\0")
    return f"sha256:{digest.hexdigest()}"
