"""Criteria sets as they are written, side by side: how each decides, and for each fact where and how each asks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from sjogren.compare.document import Block, Heading, Rows
from sjogren.model.rule import FACT, NUMERIC, POLICY, RULE, Condition, Rule, Subject, Test
from sjogren.model.vocabulary import Vocabulary
from sjogren.rules.english import NUMERIC as OPERATORS
from sjogren.rules.english import WHERE, describe, fact_label, number, plain_unit, status_words

NOT_USED = "–"
SAME, OTHER_ROLE, OTHER_TEST = "same", "other role", "other test"


class Use(NamedTuple):
    """One test of a fact in a criteria set: in which role, what it asks, and the same in the fact's own unit."""

    role: str
    asks: str
    same_as: str

    def told(self) -> str:
        """The role with what is asked, unless that is only that the fact is present."""
        return f"{self.role}: {self.asks}" if self.asks else self.role


def side_by_side(sets: Sequence[Rule], rules: Mapping[str, Rule], vocabulary: Vocabulary) -> list[Block]:
    """The blocks: how each set decides, its items, and the facts of all."""
    names = [short(each.id) for each in sets]
    decides = [(label, *(say(each, rules, vocabulary) for each in sets)) for label, say in _DECIDES]
    most = max(len(each.items) for each in sets)
    items = [
        (str(index + 1), *(_item(each, index, rules) if index < len(each.items) else "" for each in sets))
        for index in range(most)
    ]
    return [
        Heading(2, "As they are written"),
        Rows(("", *names), tuple(row for row in decides if any(row[1:]))),
        Heading(3, "Items"),
        Rows(("item", *names), tuple(items)),
        Heading(3, "Fact by fact"),
        Rows(("fact", *names, "difference"), tuple(_facts(sets, rules, vocabulary)), mark=len(names) + 1),
    ]


def short(identifier: str) -> str:
    """The last part of an identifier: ``aecg-2002``."""
    return identifier.rpartition("/")[2]


# -- how a set decides ------------------------------------------------------------------------------------------------


def _title(rule: Rule, _rules: Mapping[str, Rule], _vocabulary: Vocabulary) -> str:
    return rule.label


def _source(rule: Rule, _rules: Mapping[str, Rule], _vocabulary: Vocabulary) -> str:
    return "; ".join(f"{source.work}, {source.locator}" for source in rule.source)


def _status(rule: Rule, _rules: Mapping[str, Rule], _vocabulary: Vocabulary) -> str:
    return status_words(rule)


def _entry(rule: Rule, rules: Mapping[str, Rule], vocabulary: Vocabulary) -> str:
    return describe(rule.entry, vocabulary, rules) if rule.entry else "none asked for"


def _exclusions(rule: Rule, rules: Mapping[str, Rule], vocabulary: Vocabulary) -> str:
    return describe(rule.exclude, vocabulary, rules) if rule.exclude else "none"


def _met(rule: Rule, rules: Mapping[str, Rule], vocabulary: Vocabulary) -> str:
    if rule.branches:
        return "; ".join(f"{branch.label}: {describe(branch.met_when, vocabulary, rules)}" for branch in rule.branches)
    total = sum(item.points for item in rule.items)
    return f"at least {number(rule.needed)} of {total} {'items' if rule.counts else 'points'}"


_DECIDES = (
    ("title", _title), ("source", _source), ("status", _status), ("entry", _entry), ("exclusions", _exclusions),
    ("met when", _met),
)  # fmt: skip


def _item(rule: Rule, index: int, rules: Mapping[str, Rule]) -> str:
    item = rule.items[index]
    return (
        rules[item.rule].label if rule.counts or rule.branches else f"{_points(item.points)}: {rules[item.rule].label}"
    )


def _points(points: int) -> str:
    return f"{points} point{'' if points == 1 else 's'}"


# -- fact by fact -----------------------------------------------------------------------------------------------------


def _facts(sets: Sequence[Rule], rules: Mapping[str, Rule], vocabulary: Vocabulary) -> Iterator[tuple[str, ...]]:
    uses = [_uses(each, rules, vocabulary) for each in sets]
    names = [short(each.id) for each in sets]
    subjects = dict.fromkeys(subject for each in uses for subject in each)
    groups = list(dict.fromkeys(fact.group for fact in vocabulary.facts.values()))
    for subject in sorted(subjects, key=lambda each: _rank(each, groups, vocabulary)):
        cells = [each.get(subject, []) for each in uses]
        having = [name for name, cell in zip(names, cells, strict=True) if cell]
        if len(having) < len(names):
            mark = f"only {' and '.join(having)}"
        else:
            asked = {frozenset(use.same_as for use in cell) for cell in cells}
            roles = {frozenset((use.role.split(" ")[0], use.same_as) for use in cell) for cell in cells}
            mark = SAME if len(roles) == 1 else OTHER_ROLE if len(asked) == 1 else OTHER_TEST
        label = fact_label(subject.name, vocabulary) if subject.kind == FACT else rules[subject.name].label
        told = ["; ".join(dict.fromkeys(use.told() for use in cell)) or NOT_USED for cell in cells]
        yield (label, *told, mark)


def _rank(subject: Subject, groups: Sequence[str], vocabulary: Vocabulary) -> tuple[int, str]:
    if subject.kind != FACT:
        return len(groups), subject.name
    name = subject.name if subject.name in vocabulary.facts else subject.name.partition(".")[0]
    return groups.index(vocabulary.facts[name].group), subject.name


def _uses(rule: Rule, rules: Mapping[str, Rule], vocabulary: Vocabulary) -> dict[Subject, list[Use]]:
    found: dict[Subject, list[Use]] = {}
    parts: list[tuple[str, Condition]] = []
    if rule.entry:
        parts.append(("entry", rule.entry))
    if rule.exclude:
        parts.append(("exclusion", rule.exclude))
    parts += [(f"rule for {branch.value}", branch.when) for branch in rule.branches if branch.when]
    for role, condition in parts:
        _walk(condition, role, rules, vocabulary, found)
    for index, item in enumerate(rule.items):
        points = "" if rule.counts or rule.branches else f", {_points(item.points)}"
        _finding(rules[item.rule], f"item {index + 1}{points}", rules, vocabulary, found)
    return found


def _finding(
    rule: Rule, role: str, rules: Mapping[str, Rule], vocabulary: Vocabulary, found: dict[Subject, list[Use]]
) -> None:
    if rule.when:
        _walk(rule.when, role, rules, vocabulary, found)
    if rule.unreliable_if:
        _walk(rule.unreliable_if.when, f"unreliable {role.partition(',')[0]}", rules, vocabulary, found)


def _walk(
    condition: Condition,
    role: str,
    rules: Mapping[str, Rule],
    vocabulary: Vocabulary,
    found: dict[Subject, list[Use]],
    where: str = "",
) -> None:
    """Note every test of a fact, through the findings that stand between; a score or grade is a fact of its own."""
    if not isinstance(condition, Test):
        for part in condition.parts:
            _walk(part, role, rules, vocabulary, found, condition.where or where)
        return
    target = rules.get(condition.subject.name) if condition.subject.kind == RULE else None
    if target and target.kind == "Finding":
        _finding(target, role, rules, vocabulary, found)
    elif condition.subject.kind != POLICY:
        where = condition.where or where
        fact = vocabulary.facts.get(condition.subject.name)
        own = condition
        if fact and condition.unit and isinstance(condition.value, Fraction):
            own = condition._replace(value=condition.value * fact.units[condition.unit], unit=fact.unit)
        found.setdefault(condition.subject, []).append(Use(role, _asks(condition, where), _asks(own, where)))


def _asks(test: Test, where: str) -> str:
    """What a test asks of its fact; nothing where that is only that it is present."""
    place = f" {WHERE[where]}" if where in WHERE else ""
    if test.op in NUMERIC and isinstance(test.value, Fraction):
        return f"{OPERATORS[test.op]} {number(test.value)} {plain_unit(test.unit)}".rstrip() + place
    if test.op == "is" and test.value == "present":
        return place.strip()
    return f"{test.op.replace('_', ' ')} {test.value}".removeprefix("is ") + place
