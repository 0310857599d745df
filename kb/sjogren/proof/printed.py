"""The values of a conclusion as they are printed, read from the result of a visit."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from sjogren.engine.knowledge import Known, Result, Span
from sjogren.facts.resolve import Chosen, PassedOver
from sjogren.model.rule import Item, Rule
from sjogren.model.vocabulary import Vocabulary
from sjogren.program.ir import TRUE, UNKNOWN, Shown
from sjogren.proof.skeleton import answers, mark_node

Json: TypeAlias = Any


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


class Printer:
    """Prints the conclusions of one program."""

    def __init__(self, rules: Mapping[str, Rule], vocabulary: Vocabulary) -> None:
        self.rules, self.vocabulary = rules, vocabulary
        self._evidence: dict[tuple[str, str], tuple[list[str], list[str]]] = {}

    def printed(self, shown: Shown, lacking: tuple[str, ...], bound: Bound) -> Json:
        """The value of one printed key; ``lacking`` are the keys of the inputs that an undetermined verdict lacks."""
        truth, rule = bound.result.truth, self.rules.get(shown.of)
        if shown.how == "verdict":
            return shown.word
        if shown.how == "truth":
            word = truth.get(shown.of, UNKNOWN)
            return shown.word if word == UNKNOWN else word == TRUE
        if shown.how == "interval":
            value = span_json(bound.result.spans[shown.of])
            return value if shown.needed is None else {**value, "needed": json_number(shown.needed)}
        if shown.how == "lacks":
            return sorted({key.partition("@")[0] for key in lacking})
        if shown.how in {"table", "grade"} and rule is not None:
            return self._answered(shown, rule, truth)
        if shown.how == "text":
            chosen = bound.recorded.get((shown.of, ""))
            return chosen.value.as_stated if chosen and chosen.value.value is not None else None
        if shown.how in {"low", "high"} and (rule is None or rule.kind == "Score"):
            return span_json(bound.result.spans[shown.of])[shown.how]
        assert rule is not None
        if shown.how in {"branch", "branch_count"}:
            return _branch(rule, shown, bound.result)
        if shown.how == "points":
            return {domain(item.rule): _points(rule, item, truth.get(item.rule)) for item in rule.items}
        if shown.how == "recommends":
            return self._recommended(rule, shown.word, truth)
        if shown.how == "members":
            return [
                {
                    "id": case.low,
                    **({"label": case.label} if case.label else {}),
                    "source": [{"work": source.work, "locator": source.locator} for source in case.source],
                }
                for case in rule.cases
                if truth.get(f"{rule.id}={case.low}") == TRUE
            ]
        if shown.how in {"selection", "axes"}:
            return _selected(rule, shown, truth)
        low, high = _bounds(rule, truth)
        return self.word(rule.levels[low if shown.how == "low" else high])

    def _answered(self, shown: Shown, rule: Rule, truth: Mapping[str, str]) -> Json:
        """The one answer of a table or the one level of a grade, or the word for an open one."""
        if shown.how == "table":
            true = [word for word in answers(rule) if truth.get(f"{rule.id}={word}") == TRUE]
            return self.word(true[0] if true else shown.word)
        low, high = _bounds(rule, truth)
        return self.word(rule.levels[low]) if low == high else shown.word

    def _recommended(self, rule: Rule, key: str, truth: Mapping[str, str]) -> list[dict[str, Json]]:
        """The endpoints of one list of the case that holds, each as the ontology describes it."""
        case = next((case for case in rule.cases if truth.get(f"{rule.id}={case.low}") == TRUE), None)
        names = dict(case.lists).get(key, ()) if case else ()
        marks = [mark.mark for mark in rule.marks if truth.get(mark_node(rule, mark)) == TRUE]
        found = []
        for rank, name in enumerate(names, 1):
            endpoint = self.vocabulary.endpoints[name]
            supports, contradicts = self.evidence(case.low if case else "", name)
            found.append(
                {
                    "id": endpoint.id,
                    "label": endpoint.label,
                    "rank": rank,
                    "timepoint_weeks": endpoint.timepoint_weeks,
                    "responder": endpoint.responder or None,
                    "status": endpoint.status,
                    "verification": endpoint.verification,
                    "supports": list(supports),
                    "contradicts": list(contradicts),
                    "patient_prioritised": endpoint.patient_prioritised,
                    "statements": list(case.grounds) if case else [],
                    **{mark: True for mark in marks if getattr(endpoint, mark)},
                }
            )
        return found

    def evidence(self, profile: str, endpoint: str) -> tuple[list[str], list[str]]:
        """The trial results for and against an endpoint, in cohorts of the kinds that speak to a profile."""
        known = self._evidence.get((profile, endpoint))
        if known is None:
            kinds = set(self.vocabulary.evidence_scopes.get(profile, ()))
            names = {endpoint, *self.vocabulary.endpoints[endpoint].also_read_from}
            speaking = [
                finding
                for finding in self.vocabulary.trial_findings.values()
                if kinds.intersection(finding.kinds) and names.intersection(finding.endpoints)
            ]
            supports, contradicts = (
                sorted(finding.id for finding in speaking if finding.counts == way)
                for way in ("supports", "contradicts")
            )
            known = self._evidence[profile, endpoint] = (supports, contradicts)
        return known

    def word(self, word: str) -> Json:
        """An answer as printed: a term by its label, a number as a number, ``null`` as nothing."""
        if word in self.vocabulary.terms:
            return self.vocabulary.terms[word].label
        if word == "null":
            return None
        try:
            return json_number(Fraction(word))
        except ValueError:
            return word


def domain(item: str) -> str:
    """The domain of a response index that an item stands for: the last word of its identifier.

    >>> domain("response/star/patient-reported")
    'patient_reported'
    """
    return item.rpartition("/")[2].replace("-", "_")


def _points(rule: Rule, item: Item, word: str | None) -> Json:
    """The points of an item, or whether it is met; nothing where it could not be evaluated."""
    if word is None:
        return None
    return word == TRUE if rule.counts else item.points * (word == TRUE)


def _selected(rule: Rule, shown: Shown, truth: Mapping[str, str]) -> Json:
    """The members of a selection, or one word for them."""
    members = [case.low for case in rule.cases if truth.get(f"{rule.id}={case.low}") == TRUE]
    if shown.how == "axes":
        return members
    if any(truth.get(f"{rule.id}={case.low}") is None for case in rule.cases):
        return shown.word
    return "none" if not members else members[0] if len(members) == 1 else "co-dominant"


def _branch(rule: Rule, shown: Shown, result: Result) -> Json:
    """Whose branch of a criteria set it is, or the count of that branch."""
    branch = next((each for each in rule.branches if result.truth.get(f"{rule.id}=branch:{each.value}") == TRUE), None)
    if shown.how == "branch":
        return branch.value if branch else shown.word
    if branch is None:
        return None
    return {**span_json(result.spans[f"{rule.id}#count/{branch.value}"]), "needed": json_number(branch.needed)}


def _bounds(rule: Rule, truth: Mapping[str, str]) -> tuple[int, int]:
    """The lowest and highest level that a grade can still have, as places in its levels."""
    truths = [truth.get(f"{rule.id}>={level}") for level in rule.levels[1:]]
    low = max((rank for rank, word in enumerate(truths, 1) if word == TRUE), default=0)
    high = next((rank - 1 for rank, word in enumerate(truths, 1) if word not in {TRUE, None}), len(truths))
    return low, high


def span_json(span: Span) -> dict[str, Json]:
    """An interval for JSON; an end that is not known is ``null``."""
    low, high = (None if end is None else json_number(end) for end in span)
    return {"low": low, "high": high}
