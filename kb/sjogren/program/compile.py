"""Rules and vocabulary to a `Program`: every statement a node, every reason a clause, every number an aggregate."""

from __future__ import annotations

from fractions import Fraction
from hashlib import sha256

from sjogren.errors import Finding, KnowledgeError, did_you_mean
from sjogren.model.rule import FACT, Rule, RuleSet, Subject, Test
from sjogren.model.vocabulary import SIDES, Vocabulary
from sjogren.program.block import Join
from sjogren.program.grades import Grades, Head, answers
from sjogren.program.ir import FALSE, TRUE, UNKNOWN, Addend, Aggregate, Boundary, Input, Literal, Program
from sjogren.program.leaves import Scope, key_of, level_numbers, unknown_literal
from sjogren.program.outline import conclusions, order, upward
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


class Compiler(Grades):
    """Compiles rule by rule."""

    def __init__(self, rules: dict[str, Rule], vocabulary: Vocabulary) -> None:
        super().__init__(rules, vocabulary)
        self.items = {item.rule for rule in rules.values() for item in rule.items}

    def rule(self, rule: Rule) -> None:
        """Compile one rule; the rules that it reads have been compiled before."""
        self.current = rule.id
        if rule.for_each and rule.kind in {"Finding", "Grade"}:
            for side in SIDES[rule.for_each]:
                self._one(rule, Scope(rule, side))
            self._worse_eye(rule)
        else:
            self._one(rule, Scope(rule, "", qualitative=self._in_item(rule)))

    def _in_item(self, rule: Rule) -> bool:
        """Whether a rule is an item of a criteria set, or a part of one."""
        return rule.id in self.items or (bool(rule.parent) and self._in_item(self.rules[rule.parent]))

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

    def _table(self, rule: Rule, scope: Scope) -> None:
        heads: list[Head] = []
        for value in self.values(rule):
            key = self.node(f"{rule.id}={value}", rule, "value", value, "value_not", value)
            heads.append((key, *answers(value)))
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
        verdict = {
            word: self.node(f"{rule.id}={word}", rule, "verdict", word, "verdict_not", word) for word in VERDICTS
        }
        path = "branches" if rule.branches else "met_when"
        enough, too_few = self._branched(rule, scope) if rule.branches else self._scored(rule)
        entry_open, exclude_open = [], []
        met = [enough]
        if isinstance(rule.exclude, Test) and rule.exclude.value == "not_shown":
            message = "an exclusion asks what is shown; make what is not shown a finding, and ask whether it is met."
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
        self.derive(verdict["not_met"], TRUE, [too_few, *entry_open, *exclude_open], rule, path)
        self.derive(verdict["not_met"], FALSE, [enough], rule, path)
        self.derive(verdict["met"], FALSE, [too_few], rule, path)
        self.derive(verdict["met"], TRUE, met, rule, path)

    def _scored(self, rule: Rule) -> tuple[Literal, Literal]:
        """Enough and too few points or items."""
        addends = tuple(Addend("flag", item.rule, Fraction(item.points)) for item in rule.items)
        score = f"{rule.id}#score"
        self.aggregates[score] = Aggregate(score, rule.id, "sum", addends, "", "items")
        return Literal("n", score, low=Boundary(rule.needed, 0)), Literal("n", score, high=Boundary(rule.needed, 0))

    def _branched(self, rule: Rule, scope: Scope) -> tuple[Literal, Literal]:
        """The rule of the patient's branch holds, and does not; of every possible one while the branch is open."""
        place = rule.place._replace(path="branches")
        cases = [self.conditions.formula(branch.when, scope) for branch in rule.branches if branch.when]
        branches, decided = [], []
        for index, branch in enumerate(rule.branches):
            missed = Join("not", (Join("or", tuple(cases[:index])),))
            this = Join("and", (missed, *cases[index : index + 1]))
            key = self.node(
                f"{rule.id}=branch:{branch.value}", rule, "branch", branch.value, "branch_not", branch.value
            )
            branches += [(key, TRUE, this), (key, FALSE, Join("not", (this,)))]
            holds = self.conditions.flag(self.statement(branch.met_when, scope), branch.met_when)
            decided.append(Join("and", (this, holds)))
            addends = tuple(Addend("flag", item, Fraction(1)) for item in branch.items)
            count = f"{rule.id}#count/{branch.value}"
            self.aggregates[count] = Aggregate(count, rule.id, "sum", addends, "", f"{branch.place.path}.counts")
        self.block(rule, place, branches)
        key, formula = self.inner(rule, place, ""), Join("or", tuple(decided))
        self.block(rule, place, [(key, TRUE, formula), (key, FALSE, Join("not", (formula,)))])
        return Literal("t", key, TRUE), Literal("t", key, FALSE)

    def _not(self, rule: Rule, node: str, word: str, path: str, suffix: str) -> str:
        """A node that is true unless ``node`` is shown to be ``word``."""
        key = self.inner(rule, rule.place._replace(path=path), "", suffix)
        self.derive(key, FALSE, [Literal("t", node, word)], rule, path)
        self.derive(key, TRUE, [Literal("t", node, FALSE if word == TRUE else TRUE)], rule, path)
        self.derive(key, TRUE, [unknown_literal(node)], rule, path)
        return key

    def program(self, version: str, content_hash: str) -> Program:
        """Put everything together."""
        for clause in self.clauses:
            if clause.head not in self.nodes:
                self.node(clause.head, self.rules[clause.rule], clause.path, "holds", clause.path, "does_not_hold")
        names = sorted(self.inputs)
        inputs = tuple(Input(name, *name.partition("@")[::2], self.inputs[name]) for name in names)
        absent = {clause.rule for clause in self.clauses if any(literal.word == UNKNOWN for literal in clause.body)}
        return Program(
            version=version,
            content_hash=content_hash,
            inputs=inputs,
            nodes=tuple(self.nodes.values()),
            clauses=tuple(self.clauses),
            aggregates=tuple(self.aggregates.values()),
            strata=stratify(self.clauses, self.aggregates, {rule.id: rule.place.file for rule in self.rules.values()}),
            conclusions=conclusions(self.rules),
            flags=tuple((rule.raises, rule.id) for rule in self.rules.values() if rule.raises),
            rests_on_absence=tuple(sorted(upward(self.rules, absent))),
        )


def fingerprint(*parts: str) -> str:
    """The content hash of a knowledge base: rules, vocabulary, and the compiler's own version."""
    digest = sha256()
    for part in parts:
        digest.update(part.encode() + b"\0")
    return f"sha256:{digest.hexdigest()}"
