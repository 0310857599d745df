"""The program from the second visit on: that of one visit, what other visits say, and the rules that compare them.

Nothing that was compiled is compiled again. What a rule says of another visit is the same clauses under other names
(`sjogren.rules.timed`); only the rules that look at several visits are compiled here. A case with one visit never
comes here.
"""

from __future__ import annotations

from collections.abc import Iterable

from sjogren.errors import Finding, KnowledgeError, did_you_mean
from sjogren.model.rule import FACT, POLICY, Subject, Test
from sjogren.program.compile import Compiler
from sjogren.program.ir import Addend, Aggregate, Clause, Literal
from sjogren.program.outline import conditions, order, tests_of
from sjogren.program.store import Knowledge
from sjogren.rules.timed import later, longitudinal, read_elsewhere, visit_of


def compile_later(knowledge: Knowledge) -> Knowledge:
    """The knowledge from the second visit on; the same when no rule looks at another visit.

    Raises `KnowledgeError` with every finding about the rules that do.
    """
    written = knowledge.rules.rules
    compared = longitudinal(written)
    if not compared:
        return knowledge
    findings = [finding for name in written if name in compared for finding in _unknown(knowledge, name)]
    if findings:
        raise KnowledgeError(findings)
    rules, vocabulary = later(knowledge.rules, knowledge.vocabulary)
    compiler = Compiler(rules.rules, vocabulary)
    _take_over(compiler, knowledge)
    sequence = order(rules.rules, compiler.findings)
    for rule in sequence if not compiler.findings else ():
        if rule.id in compared:
            compiler.rule(rule)
    if compiler.findings:
        raise KnowledgeError(dict.fromkeys(compiler.findings))
    program = compiler.program(knowledge.program.version, knowledge.program.content_hash)
    return Knowledge(rules, tuple(rule.id for rule in sequence), vocabulary, program)


def _unknown(knowledge: Knowledge, name: str) -> Iterable[Finding]:
    """Tests that name no fact, no rule, or a visit where there is none to name."""
    rule = knowledge.rules.rules[name]
    for test in (test for condition in conditions(rule) for test in tests_of(condition)):
        named: list[Subject] = [part for part in (test.subject, test.value) if isinstance(part, Subject)]
        for subject in named:
            known = knowledge.vocabulary.facts if subject.kind == FACT else knowledge.rules.rules
            if subject.kind == POLICY and (subject.visit or test.change):
                yield _finding(test, "K241", "a policy is the same at every visit.", "Drop 'visit' and 'change'.")
            elif subject.kind != POLICY and subject.name.partition(".")[0] not in known and subject.name not in known:
                code = "K201" if subject.kind == FACT else "K202"
                hint = did_you_mean(subject.name, known)
                yield _finding(test, code, f"unknown {subject.kind} {subject.name!r}.", hint)
            elif visit_of(subject.name)[0]:
                yield _finding(
                    test, "K202", f"unknown {subject.kind} {subject.name!r}.", "Name the visit under 'visit'."
                )


def _finding(test: Test, code: str, message: str, hint: str) -> Finding:
    return Finding(test.place.file, test.place.line, code, message, hint)


def _take_over(compiler: Compiler, knowledge: Knowledge) -> None:
    """Put in the program of one visit, and the parts of it that are read as of other visits under their names."""
    program = knowledge.program
    compiler.nodes.update((node.key, node) for node in program.nodes)
    compiler.clauses += program.clauses
    compiler.aggregates.update((aggregate.key, aggregate) for aggregate in program.aggregates)
    compiler.inputs.update((each.key, each.kind) for each in program.inputs)
    kinds = dict(compiler.inputs)
    for visit, names in read_elsewhere(knowledge.rules.rules).items():
        for node in program.nodes:
            if node.rule in names:
                key = _key(visit, node.key)
                compiler.nodes[key] = node._replace(key=key, rule=f"{visit}/{node.rule}")
        clauses = [clause for clause in program.clauses if clause.rule in names]
        aggregates = [aggregate for aggregate in program.aggregates if aggregate.rule in names]
        compiler.clauses += [_clause(visit, clause) for clause in clauses]
        compiler.aggregates.update((_key(visit, each.key), _aggregate(visit, each)) for each in aggregates)
        read = {literal.key for clause in clauses for literal in clause.body}
        read |= {addend.key for aggregate in aggregates for addend in aggregate.addends}
        read |= {aggregate.stated for aggregate in aggregates}
        compiler.inputs.update((_key(visit, key), kinds[key]) for key in sorted(read) if key in kinds)


def _key(visit: str, key: str) -> str:
    """A key of a node, input or aggregate as of a visit; policies have no visit."""
    return key if not key or key.startswith("policy:") else f"{visit}/{key}"


def _clause(visit: str, clause: Clause) -> Clause:
    body: list[Literal] = [literal._replace(key=_key(visit, literal.key)) for literal in clause.body]
    return clause._replace(head=_key(visit, clause.head), body=tuple(body), rule=f"{visit}/{clause.rule}")


def _aggregate(visit: str, aggregate: Aggregate) -> Aggregate:
    addends: list[Addend] = [
        addend._replace(
            key=_key(visit, addend.key), levels=tuple((_key(visit, node), worth) for node, worth in addend.levels)
        )
        for addend in aggregate.addends
    ]
    return aggregate._replace(
        key=_key(visit, aggregate.key),
        rule=f"{visit}/{aggregate.rule}",
        addends=tuple(addends),
        stated=_key(visit, aggregate.stated),
    )
