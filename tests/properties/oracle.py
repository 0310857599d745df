"""A two-valued reader of conditions as they stand in a rule file: a third road that shares nothing with the others."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from sjogren.engine.knowledge import Known
from sjogren.model.vocabulary import Vocabulary

Completion = Mapping[str, Known]
COMPARE = {"at_least": operator.ge, "at_most": operator.le, "above": operator.gt, "below": operator.lt}
SIDES = {"either_eye": ("right", "left"), "both_eyes": ("right", "left")}
CONNECTIVES = ("all_of", "any_of", "none_of", "of")


def sides_of(where: str, vocabulary: Vocabulary, fact: str) -> tuple[str, ...]:
    """The sides that a test asks about."""
    return SIDES.get(where) or vocabulary.facts[fact].sides


def reads(condition: Mapping[str, Any], vocabulary: Vocabulary, eyes: tuple[str, ...] = ()) -> Iterator[str]:
    """The input keys that a condition reads."""
    if "fact" in condition:
        name, fact = condition["fact"], vocabulary.facts[condition["fact"]]
        if fact.type == "diseases":
            yield from (f"{name}.{code}" for code in vocabulary.associating_diseases)
        elif fact.type == "codes":
            yield f"{name}.{condition['is']}"
        elif fact.laterality:
            sides = sides_of(condition["in"], vocabulary, name) if "in" in condition else eyes
            yield from (f"{name}@{side}" for side in sides)
        else:
            yield name
    elif "policy" in condition:
        yield f"policy:{condition['policy']}"
    else:
        inner = SIDES.get(condition.get("in", ""), eyes)
        for part in next(condition[key] for key in CONNECTIVES if key in condition):
            yield from reads(part, vocabulary, inner)


def holds(condition: Mapping[str, Any], known: Completion, vocabulary: Vocabulary, eye: str = "") -> bool:
    """Whether a condition holds when everything that it reads is known."""
    if "policy" in condition:
        return bool(known[f"policy:{condition['policy']}"].code == condition["is"])
    if "fact" in condition:
        return _test(condition, known, vocabulary, eye)
    if "in" in condition:
        plain = {key: value for key, value in condition.items() if key != "in"}
        found = [holds(plain, known, vocabulary, side) for side in SIDES[condition["in"]]]
        return all(found) if condition["in"] == "both_eyes" else any(found)
    parts = next(condition[key] for key in CONNECTIVES if key in condition)
    met = sum(holds(part, known, vocabulary, eye) for part in parts)
    if "of" in condition:
        return met >= int(condition["at_least"])
    return {"all_of": met == len(parts), "any_of": met > 0, "none_of": met == 0}[
        next(key for key in CONNECTIVES if key in condition)
    ]


def _test(test: Mapping[str, Any], known: Completion, vocabulary: Vocabulary, eye: str) -> bool:
    name, fact = test["fact"], vocabulary.facts[test["fact"]]
    if fact.type == "diseases":
        wanted = "T" if test["is"] == "present" else "F"
        return any(known[f"{name}.{code}"].truth == wanted for code in vocabulary.associating_diseases)
    if fact.type == "codes":
        return known[f"{name}.{test['is']}"].truth == "T"
    if not fact.laterality:
        return _value(test, known[name], vocabulary)
    if "in" not in test:
        return _value(test, known[f"{name}@{eye}"], vocabulary)
    found = [_value(test, known[f"{name}@{side}"], vocabulary) for side in sides_of(test["in"], vocabulary, name)]
    return all(found) if test["in"] == "both_eyes" else any(found)


def _value(test: Mapping[str, Any], known: Known, vocabulary: Vocabulary) -> bool:
    fact = vocabulary.facts[test["fact"]]
    if fact.type == "boolean":
        return known.truth == ("T" if test["is"] == "present" else "F")
    if fact.type == "code":
        return bool(known.code == test["is"])
    if fact.type == "term":
        return test["is"] in vocabulary.terms[known.code].broader
    assert known.low is not None
    if fact.type == "level":
        rank = fact.levels.index(test.get("is") or test["reaches"])
        return known.low == rank if "is" in test else known.low >= rank
    op = next(op for op in COMPARE if op in test)
    factor = fact.units[test["unit"]] if "unit" in test else Fraction(1)
    return bool(COMPARE[op](known.low, Fraction(str(test[op])) * factor))


def answer(rule: Mapping[str, Any], known: Completion, vocabulary: Vocabulary) -> tuple[Any, Any]:
    """What a rule answers on complete facts, as the lowest and the highest that it may be."""
    kind = rule["type"]
    if kind == "Finding":
        met = holds(rule["when"], known, vocabulary)
        return met, met
    if kind == "Selection":
        chosen = tuple(case["value"] for case in rule["select"] if holds(case["when"], known, vocabulary))
        return chosen, chosen
    for case in rule["cases"]:
        if holds(case["when"], known, vocabulary):
            if "between" in case:
                return case["between"][0], case["between"][1]
            word = case.get("level") or case["value"]
            return word, word
    return rule["otherwise"], rule["otherwise"]


def conditions(rule: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The conditions of a rule that decide it."""
    cases = rule.get("cases") or rule.get("select") or []
    return [rule["when"]] if "when" in rule else [case["when"] for case in cases]


def completions(known: Completion, open_: Mapping[str, list[Known]]) -> Iterator[Completion]:
    """Everything that the open inputs can still be."""
    for values in product(*open_.values()):
        yield {**known, **dict(zip(open_, values, strict=True))}
