"""What an assessment prints, read again from the premises of the nodes that print it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from sjogren.model.rule import FACT, RULE, Rule, Source, Subject
from sjogren.model.vocabulary import EndpointDef
from sjogren.proof.checker.conditions import TABLES, Scope
from sjogren.proof.checker.logic import Refused, Said, Var
from sjogren.proof.checker.nodes import Json, Node, form, number, same
from sjogren.proof.checker.numbers import Numbers

UNDETERMINED = "undetermined"
_KEYS: Mapping[str, tuple[str, ...]] = {
    "Finding": ("value",),
    "Grade": ("low", "high"),
    "Score": ("low", "high"),
    "Table": ("value",),
    "Selection": ("value", "axes"),
}
_VARIABLES = {
    "Finding": "finding",
    "Grade": "grade",
    "Table": "table",
    "Recommendation": "table",
    "CriteriaSet": "verdict",
}
_NO_VALUE = {"", "null", "~", "unknown", "not_done"}


class Printing(Numbers):
    """Judges the nodes that read a value for a conclusion."""

    def _reads(self, node: Node) -> None:
        concludes = node["concludes"]
        name, key = concludes["conclusion"], concludes["key"]
        rule = self.rules.rules.get(name)
        if rule is None:
            raise Refused("V120", f"conclusion {name!r}", "a rule of the rule set")
        subject = printed(rule).get(key)
        if subject is None:
            raise Refused("V133", f"{name} printing {key!r}", f"one of {', '.join(printed(rule))}")
        target = self.rules.rules[subject.name] if subject.kind != FACT else rule
        if node["rule"] != target.id:
            raise Refused("V120", f"{key!r} read from {node['rule']}", target.id)
        if subject.kind == FACT:
            expected = self._as_recorded(node, subject.name)
        elif key == "lacks" and rule.kind == "CriteriaSet":
            expected = self._lacking(node, rule)
        else:
            own = target.id == name and key not in {extra.key for extra in rule.shows}
            expected = self._printed(node, target, key if own else "")
        if not same(concludes["value"], expected):
            raise Refused("V133", f"{name} {key}: {concludes['value']!r}", f"{expected!r}, from its premises")

    def _printed(self, node: Node, rule: Rule, key: str) -> Json:
        """The value of a key: a rule's own, or (empty key) its result as another rule shows it."""
        given = self._given(node)
        if rule.kind == "Selection":
            return self._members(rule, key, given)
        if rule.kind == "Recommendation" and key not in {"", "profile"}:
            return self._recommended(rule, key, given)
        if rule.kind == "Score" or (rule.kind == "CriteriaSet" and key in {"score", "count"}):
            return self._interval(rule, key, given)
        var = Var(_VARIABLES[rule.kind], rule.id)
        self._all_used(given, [var])
        possible = self._possible(var, given)
        if rule.kind == "Finding":
            return possible[0] if len(possible) == 1 else UNDETERMINED
        if rule.kind == "Grade" and key:
            return self.word(rule.levels[min(possible) if key == "low" else max(possible)])
        if len(possible) > 1:
            self._still_open(given[var], 2 if rule.kind in TABLES else 1)
            return self.word(rule.if_undetermined) if rule.kind in TABLES else UNDETERMINED
        return self.word(rule.levels[possible[0]] if rule.kind == "Grade" else possible[0])

    @staticmethod
    def _still_open(said: Sequence[Said], answers: int) -> None:
        if sum(each.op == "open" for each in said) < answers:
            raise Refused("V133", "an answer printed as undetermined", "premises that say what is undecided")

    def _interval(self, rule: Rule, key: str, given: Mapping[Var, Sequence[Said]]) -> Json:
        var = Var("score" if rule.kind == "Score" else "points", rule.id)
        self._all_used(given, [var])
        low, high = (number(end) for end in self._number_of(var, given))
        if key in {"low", "high"}:
            return low if key == "low" else high
        span: dict[str, Json] = {"low": low, "high": high}
        return {**span, "needed": number(rule.needed)} if rule.kind == "CriteriaSet" else span

    def _members(self, rule: Rule, key: str, given: Mapping[Var, Sequence[Said]]) -> Json:
        members = {case.low: Var("member", rule.id, "", case.low) for case in rule.cases}
        self._all_used(given, list(members.values()))
        possible = {member: self._possible(var, given) for member, var in members.items()}
        shown = [member for member, values in possible.items() if values == (True,)]
        if key == rule.as_list and key:
            sources = {case.low: _sources(case.source) for case in rule.cases}
            return [{"id": member, "source": sources[member]} for member in shown]
        if key in {"axes", ""}:
            return shown
        if any(len(values) > 1 for values in possible.values()):
            return "indeterminate"
        return "none" if not shown else shown[0] if len(shown) == 1 else "co-dominant"

    def _recommended(self, rule: Rule, key: str, given: Mapping[Var, Sequence[Said]]) -> Json:
        """One list of endpoints of the case that holds, each as the ontology describes it; none while that is open."""
        var = Var("table", rule.id)
        possible = self._possible(var, given)
        if len(possible) > 1:
            self._all_used(given, [var])
            self._still_open(given[var], 2)
            return []
        marks = {mark.mark: self.rules.standing_for(mark.when, Scope(rule, "")).var for mark in rule.marks}
        self._all_used(given, [var, *marks.values()])
        put = [mark for mark, about in marks.items() if self._possible(about, given) == (True,)]
        case = next((case for case in rule.cases if case.low == possible[0]), None)
        names = dict(case.lists).get(key, ()) if case else ()
        grounds = list(case.grounds) if case else []
        return [
            self._endpoint(possible[0], self.vocabulary.endpoints[name], rank, grounds, put)
            for rank, name in enumerate(names, 1)
        ]

    def _endpoint(
        self, profile: str, endpoint: EndpointDef, rank: int, grounds: list[str], marks: Sequence[str]
    ) -> Json:
        return {
            "id": endpoint.id,
            "label": endpoint.label,
            "rank": rank,
            "timepoint_weeks": endpoint.timepoint_weeks,
            "responder": endpoint.responder or None,
            "status": endpoint.status,
            "verification": endpoint.verification,
            "supports": self._trials(profile, endpoint, "supports"),
            "contradicts": self._trials(profile, endpoint, "contradicts"),
            "patient_prioritised": endpoint.patient_prioritised,
            "statements": grounds,
            **{mark: True for mark in marks if getattr(endpoint, mark, False)},
        }

    def _trials(self, profile: str, endpoint: EndpointDef, way: str) -> list[str]:
        """The results that count this way for the endpoint, or one it is also read from, in the profile's cohorts."""
        cohorts = self.vocabulary.evidence_scopes.get(profile, ())
        found = []
        for name, result in self.vocabulary.trial_findings.items():
            same_cohort = any(kind in cohorts for kind in result.kinds)
            same_outcome = any(each == endpoint.id or each in endpoint.also_read_from for each in result.endpoints)
            if result.counts == way and same_cohort and same_outcome:
                found.append(name)
        return sorted(found)

    def word(self, word: str) -> Json:
        """An answer as printed: a term by its label, a number as a number, ``null`` as nothing."""
        if word in self.vocabulary.terms:
            return self.vocabulary.terms[word].label
        if word == "null":
            return None
        try:
            return number(Fraction(word))
        except ValueError:
            return word

    def _as_recorded(self, node: Node, fact: str) -> Json:
        premises = self._premises(node)
        if (
            len(premises) != 1
            or premises[0].get("fact") != fact
            or form(premises[0]) not in {"fact", "accepted", "missing"}
        ):
            raise Refused("V133", f"{fact} as recorded", f"one premise, {fact} recorded or missing")
        stated = premises[0].get("as_stated")
        if premises[0]["type"] != "missing":
            return stated
        # A text that no term stands for is missing to the rules, and still printed as it was recorded.
        return None if stated is None or stated.strip().casefold() in _NO_VALUE else stated

    def _lacking(self, node: Node, rule: Rule) -> Json:
        """What an undetermined verdict lacks: missing facts that it rests on, or tests that are not reliable."""
        premises = self._premises(node)
        verdicts = [
            each
            for each in self.nodes.values()
            if each.get("concludes", {}).get("conclusion") == rule.id and concerns_verdict(each)
        ]
        undetermined = any(each["concludes"]["value"] == UNDETERMINED for each in verdicts)
        if not undetermined:
            if [each["id"] for each in premises] != [each["id"] for each in verdicts]:
                raise Refused(
                    "V134", f"{rule.id} with a verdict and with something lacking", "nothing, read from the verdict"
                )
            return []
        if premises == verdicts:
            if any(form(node) == "missing" for node in self._behind(verdicts)):
                raise Refused(
                    "V134", f"{rule.id} undetermined with nothing lacking", "the facts that could still change it"
                )
            return []
        facts, rules = self.rules.resting_on(rule.id)
        doubted = self._doubted(rules)
        for premise in premises:
            name = premise.get("fact", "")
            names = {name, name.partition(".")[0]}
            if not names & facts or not (form(premise) in {"missing", "accepted"} or names & doubted):
                raise Refused("V134", f"{name or premise['id']} as lacking", f"missing facts on which {rule.id} rests")
        return sorted({premise["fact"] for premise in premises})

    def _behind(self, nodes: Sequence[Node]) -> list[Node]:
        """All that some nodes rest on, directly or through others."""
        found: dict[str, Node] = {}
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            if node["id"] not in found:
                found[node["id"]] = node
                waiting += [self.nodes[premise] for premise in node.get("premises", ())]
        return list(found.values())

    def _doubted(self, rules: Iterable[str]) -> set[str]:
        """Facts of tests that may be measured and still not count."""
        found: set[str] = set()
        for name in rules:
            if self.rules.rules[name].unreliable_if:
                found |= self.rules.resting_on(name)[0]
        return found


def printed(rule: Rule) -> dict[str, Subject]:
    """The keys that a conclusion prints, in order, and where each is read."""
    own: tuple[str, ...] = _KEYS.get(rule.kind, ())
    if rule.kind == "CriteriaSet":
        own = ("verdict", "count" if rule.counts else "score", "lacks")
    elif rule.kind == "Recommendation":
        own = ("profile", *dict.fromkeys(key for case in rule.cases for key, _ in case.lists))
    elif rule.as_list:
        own = (rule.as_list,)
    return {**{key: Subject(RULE, rule.id) for key in own}, **{extra.key: extra.subject for extra in rule.shows}}


def _sources(sources: Iterable[Source]) -> Json:
    return [{"work": source.work, "locator": source.locator} for source in sources]


def concerns_verdict(node: Node) -> bool:
    """Whether a node prints a verdict: the firing that gives it, or the reading that none is given."""
    return node["concludes"]["key"] == "verdict" and form(node) in {"firing", "reads"}
