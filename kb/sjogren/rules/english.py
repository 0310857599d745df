"""Conditions and rules in plain English, from the labels of the ontology and one small set of phrases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from sjogren.model.rule import FACT, FIRST, POLICY, Branch, CaseOf, Condition, Group, Reading, Rule, Subject, Test
from sjogren.model.vocabulary import Vocabulary
from sjogren.rules.timed import WHEN

NUMERIC = {"at_least": "at least", "at_most": "at most", "above": "above", "below": "below"}
THAT_OF = {
    "at_least_that_of": "at least that of",
    "at_most_that_of": "at most that of",
    "above_that_of": "above that of",
    "below_that_of": "below that of",
}
WHERE = {
    "either_eye": "in at least one eye",
    "both_eyes": "in both eyes",
    "mean_of_eyes": "as the mean of both eyes",
    "mean_of_glands": "as the mean of a parotid and a submandibular gland",
    "any_gland": "in at least one gland",
    "any_disease": "for any systemic autoimmune disease",
    "any_narrower": "or any narrower specificity",
    "any_item": "in any domain",
}
GROUPS = {
    "all_of": "all of",
    "any_of": "at least one of",
    "none_of": "none of",
    "any_known": "of those that were measured, at least one of",
    "first_known": "the first that was measured of",
}
STATUS = {"known": "known", "unknown": "not known", "not_shown": "not shown"}
VERDICTS = {
    "met": "met",
    "not_met": "not met",
    "excluded": "excluded",
    "entry_not_met": "entry not met",
    "undetermined": "undetermined",
    "responder": "responder",
    "non_responder": "non-responder",
    "not_evaluable": "not evaluable",
}


def number(value: Fraction) -> str:
    """A number as a person writes it: ``4``, ``0.1``, ``4.67`` (rounded for reading only).

    >>> number(Fraction(1, 10)), number(Fraction(14, 3))
    ('0.1', '4.67')
    """
    if value.denominator == 1:
        return str(value.numerator)
    text = f"{float(value):.12g}"
    return text if len(text) <= READABLE else f"{float(value):.2f}"


READABLE = 6
"""Longest decimal that is shown in full in a sentence."""


def plain_unit(unit: str) -> str:
    """A UCUM unit as people write it.

    >>> plain_unit("mm/(5.min)"), plain_unit("{foci}/(4.mm2)"), plain_unit("{score}"), plain_unit("a")
    ('mm/5 min', 'foci/4 mm²', '', 'years')
    """
    if unit == "a":
        return "years"
    if unit.startswith("{") and unit.endswith("}"):
        return ""
    text = unit.replace("(", "").replace(")", "").replace("{", "").replace("}", "").replace("[", "").replace("]", "")
    return text.replace(".", " ").replace("mm2", "mm²").replace("10*9", "10⁹")


def side_words(side: str) -> str:
    """A side in words, for after a comma.

    >>> side_words("right"), side_words("left_parotid"), side_words("parotid")
    ('right eye', 'left parotid', 'parotid')
    """
    return f"{side} eye" if side in {"right", "left"} else side.replace("_", " ")


def describe(condition: Condition, vocabulary: Vocabulary, rules: Mapping[str, Rule]) -> str:
    """One condition as a phrase, nested ones in brackets."""
    if isinstance(condition, Test):
        return _test(condition, vocabulary, rules)
    parts = [describe(part, vocabulary, rules) for part in condition.parts]
    where = f" ({WHERE[condition.where]})" if condition.where else ""
    if len(parts) == 1 and condition.op in {"all_of", "any_of"}:
        return parts[0] + where
    head = f"at least {condition.least} of" if condition.op == "at_least" else GROUPS[condition.op]
    return f"{head}{where} [{'; '.join(parts)}]"


def subject_label(subject: Subject, vocabulary: Vocabulary, rules: Mapping[str, Rule]) -> str:
    """The label of a fact, rule or policy, with the visit that it is looked up at."""
    if subject.kind == POLICY:
        return vocabulary.policies[subject.name].label
    label = fact_label(subject.name, vocabulary) if subject.kind == FACT else rules[subject.name].label
    return f"{label} {WHEN[subject.visit]}" if subject.visit else label


def change_label(test: Test, vocabulary: Vocabulary, rules: Mapping[str, Rule]) -> str:
    """What a test of change looks at: ``change of ESSPRI since the first visit``."""
    label = subject_label(test.subject._replace(visit=""), vocabulary, rules)
    where = f" {WHERE[test.where]}" if test.where else ""
    share = ", as a share" if test.change == "relative" else ""
    return f"change of {label}{where} since {SINCE[test.subject.visit or FIRST]}{share}"


def _change(test: Test, limit: Fraction, vocabulary: Vocabulary, rules: Mapping[str, Rule]) -> str:
    """A test of change in words: ``ESSPRI fell by at least 15 % since the first visit``."""
    label = subject_label(test.subject._replace(visit=""), vocabulary, rules)
    where = f" {WHERE[test.where]}" if test.where else ""
    since = SINCE[test.subject.visit or FIRST]
    down = limit < 0
    size = (
        number(abs(limit) * 100) + " %"
        if test.change == "relative"
        else f"{number(abs(limit))} {plain_unit(test.unit)}"
    )
    by = SIZES[MIRRORED[test.op] if down else test.op]
    return f"{label}{where} {'fell' if down else 'rose'} by {by} {size.rstrip()} since {since}"


def fact_label(name: str, vocabulary: Vocabulary) -> str:
    """The label of a fact; a member of a list that has no label of its own gets that of its list and its code."""
    if name in vocabulary.facts:
        return vocabulary.facts[name].label
    base, _, member = name.partition(".")
    return f"{vocabulary.facts[base].label}: {member.replace('_', ' ')}"


def _test(test: Test, vocabulary: Vocabulary, rules: Mapping[str, Rule]) -> str:
    label = subject_label(test.subject, vocabulary, rules)
    where = f" {WHERE[test.where]}" if test.where else ""
    unit = f" {plain_unit(test.unit)}".rstrip()
    if isinstance(test.value, Subject):
        return f"{label} {THAT_OF[test.op]} {subject_label(test.value, vocabulary, rules)}"
    if test.op in NUMERIC and isinstance(test.value, Fraction) and test.change:
        return _change(test, test.value, vocabulary, rules)
    if test.op in NUMERIC and isinstance(test.value, Fraction):
        return f"{label} {NUMERIC[test.op]} {number(test.value)}{unit}{where}"
    if test.op == "reaches":
        return f"{label} at least {test.value}{where}"
    if test.op == "only":
        return f"{label} is exactly {' and '.join(test.value) if isinstance(test.value, tuple) else test.value}"
    word = str(test.value)
    if word in {"present", "absent"}:
        return f"{label} {word}{where}"
    if word in {"met", "not_met"}:
        return label if word == "met" else f"not: {label}"
    if word in VERDICTS:
        return f"the verdict of {label} is {VERDICTS[word]}"
    if word in vocabulary.terms:
        word = vocabulary.terms[word].label
    return f"{label} is {STATUS.get(word, word.replace('_', ' '))}{where}"


SIZES = {"at_least": "at least", "at_most": "at most", "above": "more than", "below": "less than"}
MIRRORED = {"at_least": "at_most", "at_most": "at_least", "above": "below", "below": "above"}
"""A test of a fall, said of its size."""
SINCE = {
    "first": "the first visit",
    "stood_first": "the first visit, as it stood",
    "stood_earlier": "an earlier visit",
}
OPPOSITE = {"at_least": "below", "at_most": "above", "above": "at_most", "below": "at_least"}
FLIPPED = {"present": "absent", "absent": "present"}


def negate(condition: Condition, vocabulary: Vocabulary, rules: Mapping[str, Rule]) -> str:
    """The phrase for a condition that is ruled out; simple ones are turned round, others negated as they stand."""
    if isinstance(condition, Test) and not condition.where and not isinstance(condition.value, Subject):
        if condition.op in OPPOSITE:
            return describe(condition._replace(op=OPPOSITE[condition.op]), vocabulary, rules)
        if condition.value in FLIPPED:
            return describe(condition._replace(value=FLIPPED[str(condition.value)]), vocabulary, rules)
        if condition.value in STATUS:
            known = "known" if condition.value != "known" else "unknown"
            return describe(
                condition._replace(value=known if condition.value != "not_shown" else "present"), vocabulary, rules
            )
        if condition.op == "is" and condition.value not in {"met", "not_met"}:
            return describe(condition, vocabulary, rules).replace(" is ", " is not ", 1)
    if isinstance(condition, Group) and condition.op == "any_of" and not condition.where:
        return describe(condition._replace(op="none_of"), vocabulary, rules)
    if isinstance(condition, Group) and condition.op == "all_of" and len(condition.parts) > 1 and not condition.where:
        return f"not {describe(condition, vocabulary, rules)}"
    if isinstance(condition, Group) and condition.op == "any_known" and not condition.where:
        parts = "; ".join(describe(part, vocabulary, rules) for part in condition.parts)
        return f"of those that were measured, none of [{parts}]"
    return f"it is not the case that: {describe(condition, vocabulary, rules)}"


def narrate(rule: Rule, vocabulary: Vocabulary, rules: Mapping[str, Rule]) -> list[str]:
    """A rule as lines of plain English: what it is, when it holds, where it comes from."""
    lines = [
        rule.label,
        f"  identifier  {rule.id}",
        f"  kind        {rule.kind}",
        f"  status      {status_words(rule)}",
    ]
    lines.append(f"  why         {rule.because}")
    if rule.note:
        lines.append(f"  note        {rule.note}")
    lines += [f"  {line}" for line in _body(rule, vocabulary, rules)]
    lines += [f"  source      {source.work}, {source.locator}" for source in rule.source]
    lines.append(f"  written at  {rule.place.file}:{rule.place.line}")
    return lines


def headed(line: str) -> tuple[str, str]:
    """A line of `narrate` as its heading and what is said under it.

    >>> headed("  met when    at least 4 points")
    ('met when', 'at least 4 points')
    """
    return line[2:14].strip(), line[14:].strip()


STATUS_WORDS = {
    "published": "published",
    "consensus": "consensus",
    "operationalisation": "operationalisation: this project's own reading, not validated",
}


def status_words(rule: Rule) -> str:
    """The status of a rule in words, with its verification where it has one."""
    words = STATUS_WORDS[rule.status]
    if rule.standing == "research":
        words = f"{words}; a research result, part of no official criteria set"
    return f"{words}; not verified against its source" if rule.verification == "unverified" else words


def _endpoint(name: str, vocabulary: Vocabulary) -> str:
    endpoint = vocabulary.endpoints[name]
    return f"{endpoint.label} (week {endpoint.timepoint_weeks})"


def _body(rule: Rule, vocabulary: Vocabulary, rules: Mapping[str, Rule]) -> list[str]:
    def say(condition: Condition) -> str:
        return describe(condition, vocabulary, rules)

    lines = []
    for head, condition in (("met when", rule.when), ("entry", rule.entry), ("excluded by", rule.exclude)):
        if condition:
            lines.append(f"{head:<11} {say(condition)}")
    lines += _items(rule, rules)
    lines += [line for branch in rule.branches for line in _branch(branch, say, rules)]
    if rule.levels:
        lines.append(f"levels      {', '.join(rule.levels)}")
    if rule.stated:
        lines.append(f"stated by   {fact_label(rule.stated, vocabulary)} ({rule.stated})")
    lines += [line for case in rule.cases for line in _case(case, say(case.when), vocabulary)]
    if rule.otherwise:
        lines.append(f"otherwise   {rule.otherwise}")
    for term in rule.terms:
        label = subject_label(term.subject, vocabulary, rules)
        lines.append(f"{'mean of' if rule.mean else 'adds':<11} {number(term.weight)} × {label}")
    for part in (*rule.highest_of, *rule.alternatives):
        lines.append(f"{'highest of' if rule.highest_of else 'first known'} {rules[part.name].label} ({part.name})")
    if rule.unreliable_if:
        doubt = rule.unreliable_if
        lines.append(f"unreliable  a positive result is unknown if {say(doubt.when)}. {doubt.because}")
    if rule.when_unknown:
        lines.append(f"if unknown  {reading(rule.when_unknown, vocabulary, rules)}")
    if rule.raises:
        lines.append(f"raises      the flag {rule.raises}")
    return lines


def _branch(branch: Branch, say: Callable[[Condition], str], rules: Mapping[str, Rule]) -> list[str]:
    return [
        f"branch      {branch.value}: {branch.label}",
        f"  for       {say(branch.when) if branch.when else 'everybody else'}",
        f"  counts    {'; '.join(rules[item].label for item in branch.items)}",
        f"  needed    {number(branch.needed)} of {len(branch.items)}",
        f"  met when  {say(branch.met_when)}",
        f"  why       {branch.because}",
    ]


def _items(rule: Rule, rules: Mapping[str, Rule]) -> list[str]:
    """The items of a criteria set or response index, and how many are needed."""
    lines = []
    for item in rule.items:
        points = f"{item.points} point{'s' if item.points > 1 else ''}: " if not rule.counts else ""
        lines.append(f"item        {points}{rules[item.rule].label} ({item.rule})")
    if rule.needed:
        met = "responder  " if rule.kind == "Response" else "met when   "
        lines.append(f"{met} at least {number(rule.needed)} {'items' if rule.counts else 'points'}")
    if rule.fewest:
        lines.append(f"evaluable   with at least {rule.fewest} items that could be evaluated; else non-responder")
    if rule.when_missing:
        missing = rule.when_missing
        lines.append(f"if missing  {missing.because} ({STATUS_WORDS[missing.status]})")
    return lines


def reading(declared: Reading, vocabulary: Vocabulary, rules: Mapping[str, Rule]) -> str:
    """What an open result is taken as, from which minimum data, and why."""
    provided = f" once {describe(declared.provided, vocabulary, rules)}" if declared.provided else ""
    return f"taken as {VERDICTS.get(declared.take_as, declared.take_as)}{provided}. {declared.because}"


def _case(case: CaseOf, when: str, vocabulary: Vocabulary) -> list[str]:
    answer = case.low if case.low == case.high else f"{case.low} to {case.high}"
    lines = [f"case        {answer}{f' ({case.label})' if case.label else ''}: {when}"]
    for key, names in case.lists:
        if names:
            endpoints = ", ".join(_endpoint(name, vocabulary) for name in names)
            lines.append(f"            {key.replace('_', ' ')}: {endpoints}")
    if case.grounds:
        lines.append(f"            grounds: {', '.join(case.grounds)}")
    return lines
