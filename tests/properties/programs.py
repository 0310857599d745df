"""Generated rule files: small random rule sets that use every construct of the rule language, and inputs for them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from hypothesis import strategies as st

from sjogren.engine.knowledge import Known, exact
from sjogren.errors import Finding
from sjogren.model.rule import Rule, RuleSet
from sjogren.model.vocabulary import Choice, FactDef, Term, Vocabulary
from sjogren.rules.reader import read_rule_file

LEVELS = ("no", "low", "moderate", "high")
RANKS = ("0", "1", "2", "3")
DISEASES = ("sle", "scleroderma")
THRESHOLDS: Mapping[str, tuple[str, ...]] = {
    "decimal": ("0.5", "2", "5", "7.5"),
    "unbounded": ("1", "40"),
    "whole": ("1", "2", "2.5", "3", "4"),
    "eye_decimal": ("1", "5", "9"),
    "eye_whole": ("2", "3", "5"),
    "gland_whole": ("1", "2"),
}


def _fact(name: str, type_: str, **more: Any) -> FactDef:
    return FactDef(name, name.replace("_", " "), "test", type_, **more)


def _to(maximum: int) -> dict[str, Fraction]:
    return {"minimum": Fraction(0), "maximum": Fraction(maximum)}


FACTS = (
    _fact("wide", "boolean", narrower=("narrow", "narrower")),
    _fact("narrow", "boolean"),
    _fact("narrower", "boolean"),
    _fact("lone", "boolean"),
    _fact(
        "decimal", "number", abnormal=("at_most", Fraction(5)), units={"a": Fraction(1), "b": Fraction(1, 2)}, **_to(10)
    ),
    _fact("unbounded", "number", minimum=Fraction(0)),
    _fact("whole", "count", abnormal=("at_least", Fraction(3)), **_to(6)),
    _fact("eye_decimal", "number", laterality="eye", abnormal=("at_most", Fraction(5)), **_to(10)),
    _fact("eye_whole", "count", laterality="eye", abnormal=("at_least", Fraction(3)), **_to(6)),
    _fact("eye_boolean", "boolean", laterality="eye"),
    _fact("gland_whole", "count", laterality="gland", **_to(3)),
    _fact("level", "level", levels=LEVELS),
    _fact("rank", "level", levels=RANKS),
    _fact("code", "code", codes=("x", "y", "it's “z”")),
    _fact("term", "term"),
    _fact("pattern", "codes", codes=("p", "q")),
    _fact("disease", "diseases", codes=(*DISEASES, "other")),
)
TERMS = (
    Term("Broad", "broad", ("broad",), ("Broad",)),
    Term("Narrow", "narrow", ("narrow",), ("Narrow", "Broad")),
    Term("Apart", "apart", ("apart",), ("Apart",)),
)
VOCABULARY = Vocabulary(
    facts={fact.name: fact for fact in FACTS},
    terms={term.id: term for term in TERMS},
    term_of_label={term.label: term.id for term in TERMS},
    associating_diseases=DISEASES,
    policies={"reading": Choice("reading", "reading", ("strict", "as_tested"), "strict")},
    assumptions={},
    level_values={level: value for value, level in enumerate(LEVELS)},
)
NUMBERS = re.compile(r'("(?:at_least|at_most|above|below|weight|points|needed)":) "(-?[0-9.]+)"')
"""Numbers are drawn as text, to stay as written, and stand in the file without quotes."""
COMPARISONS = ("at_least", "at_most", "above", "below")


class Made(NamedTuple):
    """A rule that later ones may read: what it is and what it can answer."""

    id: str
    kind: str
    answers: tuple[str, ...]
    sided: bool = False


class Draft:
    """Draws one rule set; ``exact_only`` keeps to facts and to conditions that do not ask what is known."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], *, exact_only: bool = False) -> None:
        self.draw, self.exact_only = draw, exact_only
        self.made: list[Made] = []
        self.files: dict[str, str] = {}

    def one_of(self, *choices: Any) -> Any:
        """One of the choices."""
        return self.draw(st.sampled_from(choices))

    def flip(self) -> bool:
        """True or false."""
        return bool(self.draw(st.booleans()))

    # -- conditions ----------------------------------------------------------------------------------------------------

    def condition(self, depth: int = 2, *, eye: bool = False) -> dict[str, Any]:
        """A test or a connective; ``eye``: asked of one eye."""
        if depth == 0 or self.draw(st.integers(0, 2)) == 0:
            return self.test(eye=eye)
        ops = ["all_of", "any_of", "none_of", "count"]
        if not self.exact_only:
            ops += ["any_known", "first_known"]
        if not eye:
            ops += ["either_eye", "both_eyes"]
        op = self.one_of(*ops)
        if op in {"either_eye", "both_eyes"}:
            return {"in": op, self.one_of("all_of", "any_of"): [self.condition(depth - 1, eye=True) for _ in range(2)]}
        parts = [self.condition(depth - 1, eye=eye) for _ in range(self.one_of(1, 2, 2, 3))]
        if op == "count":
            return {"at_least": self.one_of(*"123"[: len(parts)]), "of": parts}
        return {op: parts}

    def test(self, *, eye: bool = False) -> dict[str, Any]:
        """One leaf."""
        if self.made and not self.exact_only and self.flip():
            return self.about_rule()
        ways = ["boolean", "number", "eye", "gland", "level", "code", "list", "policy"]
        if not self.exact_only:
            ways += ["status", "narrower"]
        way = "eye" if eye and self.flip() else self.one_of(*ways)
        found: dict[str, Any] = getattr(self, f"_{way}")(eye)
        return found

    def compare(self, name: str) -> dict[str, Any]:
        """A comparison with one of the fact's thresholds."""
        return {self.one_of(*COMPARISONS): self.one_of(*THRESHOLDS[name])}

    def _boolean(self, _eye: bool) -> dict[str, Any]:
        return {"fact": self.one_of("wide", "narrow", "lone"), "is": self.one_of("present", "absent")}

    def _number(self, _eye: bool) -> dict[str, Any]:
        name = self.one_of("decimal", "unbounded", "whole")
        if name == "decimal" and self.flip():
            return {"fact": name, self.one_of(*COMPARISONS): self.one_of("3", "10"), "unit": self.one_of("a", "b")}
        return {"fact": name, **self.compare(name)}

    def _eye(self, eye: bool) -> dict[str, Any]:
        name = self.one_of("eye_decimal", "eye_whole", "eye_boolean")
        test = {"is": self.one_of("present", "absent")} if name == "eye_boolean" else self.compare(name)
        where = ("either_eye", "both_eyes") if name == "eye_boolean" else ("either_eye", "both_eyes", "mean_of_eyes")
        if eye and self.flip():
            return {"fact": name, **test}
        return {"fact": name, "in": self.one_of(*where[: 2 if self.exact_only else 3]), **test}

    def _gland(self, _eye: bool) -> dict[str, Any]:
        return {"fact": "gland_whole", "in": "any_gland", **self.compare("gland_whole")}

    def _level(self, _eye: bool) -> dict[str, Any]:
        name, levels = self.one_of(("level", LEVELS), ("rank", RANKS))
        return {"fact": name, self.one_of("is", "reaches"): self.one_of(*levels[1:])}

    def _code(self, _eye: bool) -> dict[str, Any]:
        if self.flip():
            return {"fact": "term", "is": self.one_of("Broad", "Narrow")}
        return {"fact": "code", "is": self.one_of("x", "it's “z”")}

    def _list(self, _eye: bool) -> dict[str, Any]:
        if self.flip():
            return {"fact": "pattern", "is": self.one_of("p", "q")}
        return {"fact": "disease", "in": "any_disease", "is": self.one_of("present", "absent")}

    def _policy(self, _eye: bool) -> dict[str, Any]:
        return {"policy": "reading", "is": self.one_of("strict", "as_tested")}

    def _status(self, eye: bool) -> dict[str, Any]:
        word = self.one_of("known", "unknown", "not_shown")
        if self.flip():
            bare = {} if eye else {"in": self.one_of("either_eye", "both_eyes")}
            return {"fact": "eye_boolean" if word == "not_shown" else "eye_decimal", **bare, "is": word}
        names = ("lone", "disease") if word == "not_shown" else ("lone", "decimal", "level", "code", "pattern")
        return {"fact": self.one_of(*names), "is": word}

    def _narrower(self, _eye: bool) -> dict[str, Any]:
        return {"fact": "wide", "in": "any_narrower", "is": self.one_of("present", "absent")}

    def about_rule(self) -> dict[str, Any]:
        """A test of an earlier rule."""
        rule = self.one_of(*self.made)
        return {"rule": rule.id, **getattr(self, f"_of_{rule.kind.lower()}")(rule)}

    def _of_finding(self, _rule: Made) -> dict[str, Any]:
        return {"is": self.one_of("met", "met", "not_met", "known", "unknown", "not_shown")}

    def _of_criteriaset(self, _rule: Made) -> dict[str, Any]:
        return {"is": self.one_of("met", "not_met")}

    def _of_grade(self, rule: Made) -> dict[str, Any]:
        numeric = [other for other in self.made if other.kind == "Grade" and other.answers == RANKS]
        way = self.one_of("is", "reaches", "status", "number", "that_of")
        if way == "status":
            return {"is": self.one_of("known", "unknown")}
        if rule.answers == RANKS and way == "number":
            return {self.one_of(*COMPARISONS): self.one_of("1", "2")}
        if rule.answers == RANKS and way == "that_of":
            return {f"{self.one_of(*COMPARISONS)}_that_of": {"rule": self.one_of(*numeric).id}}
        return {self.one_of("is", "reaches"): self.one_of(*rule.answers[1:])}

    def _of_table(self, rule: Made) -> dict[str, Any]:
        return {"is": self.one_of(*rule.answers, "known", "unknown")}

    def _of_selection(self, rule: Made) -> dict[str, Any]:
        chosen = self.draw(st.sets(st.sampled_from(rule.answers), min_size=1))
        found: dict[str, Any] = self.one_of({"is": "none"}, {"is": rule.answers[0]}, {"only": sorted(chosen)})
        return found

    def _of_score(self, rule: Made) -> dict[str, Any]:
        if rule.answers and self.flip():
            return {"in": "any_item", self.one_of("is", "reaches"): self.one_of(*rule.answers[1:])}
        return {self.one_of(*COMPARISONS): self.one_of("-2", "1", "2.5", "4", "7")}

    # -- rules ---------------------------------------------------------------------------------------------------------

    def rule(self, kind: str) -> None:
        """Draw one rule and write its file."""
        name = f"t/r{len(self.made)}"
        sided = not self.exact_only and kind in {"Finding", "Grade"} and self.draw(st.integers(0, 3)) == 0
        body, answers = getattr(self, f"_{kind.lower()}")(name, sided)
        head = {
            "@context": "../context.jsonld", "id": name, "type": kind, "label": name, "status": "published",
            "source": [{"work": "doi:10.1/x", "locator": "here"}], "because": "It is generated.",
        }  # fmt: skip
        if sided:
            body["for_each"] = "eye"
        text = json.dumps({**head, **body}, ensure_ascii=False, indent=1)
        self.files[f"{name}.yaml"] = NUMBERS.sub(r"\1 \2", text)
        self.made.append(Made(name, kind, answers, sided))

    def when(self, sided: bool) -> dict[str, Any]:
        """A condition; of a rule for each eye it reads at least one thing of that eye."""
        if not sided:
            return self.condition()
        return {
            self.one_of("all_of", "any_of"): [
                {"fact": "eye_decimal", **self.compare("eye_decimal")},
                self.condition(eye=True),
            ]
        }

    def reading(self, *, take_as: bool, sided: bool) -> dict[str, Any]:
        """Perhaps a `when_unknown`."""
        if self.exact_only or self.flip():
            return {}
        reading: dict[str, Any] = {"take_as": "not_met", "because": "It is a policy."}
        if take_as:
            reading["take_as"] = self.one_of("met", "not_met")
        if self.flip():
            reading["provided"] = self.condition(1, eye=sided)
        return {"when_unknown": reading}

    def _finding(self, _name: str, sided: bool) -> tuple[dict[str, Any], tuple[str, ...]]:
        body: dict[str, Any] = {"when": self.when(sided), **self.reading(take_as=True, sided=sided)}
        if not self.exact_only and self.flip():
            body["unreliable_if"] = {"when": self.condition(1, eye=sided), "because": "It is not reliable."}
        return body, ("met", "not_met")

    def _grade(self, _name: str, sided: bool) -> tuple[dict[str, Any], tuple[str, ...]]:
        levels, fact = self.one_of((LEVELS, "level"), (RANKS, "rank"))
        alike = [made for made in self.made if made.kind == "Grade" and made.answers == levels]
        ways = ["cases", "cases"] if sided or self.exact_only else ["cases", "cases", "stated", "both"]
        way = self.one_of(*ways, *(["highest"] if alike and not sided and not self.exact_only else []))
        body: dict[str, Any] = {"levels": list(levels)}
        if way in {"stated", "both"}:
            body["stated"] = fact
        if way == "highest":
            body["highest_of"] = [{"rule": self.one_of(*alike).id} for _ in range(2)]
        if way in {"cases", "both"}:
            cases = [{"level": level, "when": self.when(sided)} for level in reversed(levels[1:])]
            if self.flip():
                low = self.one_of(*levels[:-1])
                cases[-1] = {"between": [low, levels[levels.index(low) + 1]], "when": self.when(sided)}
            body |= {"cases": cases, "otherwise": levels[0], **self.reading(take_as=False, sided=sided)}
        return body, levels

    def _table(self, _name: str, _sided: bool) -> tuple[dict[str, Any], tuple[str, ...]]:
        answers = ("one", "two", "three")
        cases = [{"value": self.one_of(*answers[:2]), "when": self.condition()} for _ in range(self.one_of(2, 3))]
        given = tuple(dict.fromkeys([*(case["value"] for case in cases), "three"]))
        return {"cases": cases, "otherwise": "three", **self.reading(take_as=False, sided=False)}, given

    def _selection(self, _name: str, _sided: bool) -> tuple[dict[str, Any], tuple[str, ...]]:
        members = ("left", "right", "both")[: self.one_of(2, 3)]
        return {"select": [{"value": member, "when": self.condition(1)} for member in members]}, members

    def _score(self, _name: str, _sided: bool) -> tuple[dict[str, Any], tuple[str, ...]]:
        scores = [made for made in self.made if made.kind == "Score"]
        body: dict[str, Any] = {"stated": "unbounded"} if self.draw(st.integers(0, 3)) == 0 else {}
        if scores and self.flip():
            return body | {"first_known": [{"rule": self.one_of(*scores).id} for _ in range(2)]}, ()
        grades = [made for made in self.made if made.kind == "Grade" and made.answers == LEVELS]
        if grades and self.flip():
            terms = [{"rule": self.one_of(*grades).id, "weight": self.one_of("1", "3")} for _ in range(2)]
            return body | {"sum_of": terms}, LEVELS
        addable = [{"fact": name} for name in ("decimal", "whole", "unbounded")]
        addable += [{"rule": made.id} for made in self.made if made.kind in {"Finding", "Grade", "Score"}]
        terms = [
            {**self.one_of(*addable), "weight": self.one_of("1", "2", "-1", "0.5")} for _ in range(self.one_of(1, 2, 3))
        ]
        return body | {self.one_of("sum_of", "mean_of"): terms}, ()

    def _criteriaset(self, name: str, _sided: bool) -> tuple[dict[str, Any], tuple[str, ...]]:
        pointed = self.flip()
        items: list[dict[str, Any]] = []
        for index in range(self.one_of(2, 3)):
            body, _ = self._finding(name, False)
            items.append(
                {"id": f"{name}/i{index}", "type": "Finding", "label": "item", "because": "It counts.", **body}
            )
            if pointed:
                items[-1]["points"] = self.one_of("1", "3")
        gates = {gate: self.condition(1) for gate in ("entry", "exclude") if self.flip()}
        if pointed or self.flip():
            return {**gates, "items": items, "met_when": {"at_least": self.one_of("1", "2", "3")}}, ()
        return {**gates, "items": items, "branches": self._branches([item["id"] for item in items])}, ()

    def _branches(self, items: list[str]) -> list[dict[str, Any]]:
        """Two or three branches over the items of a set."""
        found: list[dict[str, Any]] = []
        count = self.one_of(2, 2, 3)
        for index in range(count):
            counted = self.draw(st.lists(st.sampled_from(items), min_size=1, unique=True))
            met = [{"rule": item, "is": self.one_of("met", "met", "not_met")} for item in counted]
            branch: dict[str, Any] = {
                "value": f"b{index}", "label": "branch", "because": "It is one of them.",
                "counts": [{"rule": item} for item in counted], "needed": self.one_of(*"123"[: len(counted)]),
                "met_when": self.one_of({"all_of": met}, {"any_of": met}, {"at_least": "1", "of": met}),
            }  # fmt: skip
            if index < count - 1:
                branch["when"] = self.condition(1)
            found.append(branch)
        return found


KINDS = ("Finding", "Grade", "Table", "Selection", "Score", "CriteriaSet")


@st.composite
def rule_files(draw: Callable[[st.SearchStrategy[Any]], Any], *, exact_only: bool = False) -> dict[str, str]:
    """Files of a rule set by name; with ``exact_only`` every rule reads facts alone."""
    draft = Draft(draw, exact_only=exact_only)
    kinds = ("Finding", "Grade", "Table", "Selection") if exact_only else KINDS
    for _ in range(draw(st.integers(2, 3 if exact_only else 6))):
        draft.rule(draft.one_of(*kinds))
    return draft.files


def read(files: Mapping[str, str]) -> RuleSet:
    """The rules of generated files, which must be read without a finding."""
    findings: list[Finding] = []
    rules: dict[str, Rule] = {}
    for name, text in files.items():
        rules |= {rule.id: rule for rule in read_rule_file(text, name, findings)}
    assert findings == [], findings
    return RuleSet(rules)


def values(fact: FactDef) -> list[Known]:
    """What can be known of a fact: values on, below, above and between its thresholds, and words for a range."""
    if fact.type in {"boolean", "codes", "diseases"}:
        return [Known(truth="T"), Known(truth="F")]
    if fact.type == "code":
        return [Known(code=code) for code in fact.codes]
    if fact.type == "term":
        return [Known(code=term.id) for term in TERMS]
    if fact.type == "level":
        numbers = [Fraction(rank) for rank in range(len(fact.levels))]
    elif fact.type == "count":
        numbers = [Fraction(number) for number in range(int(fact.maximum or 0) + 1)]
    else:
        cuts = sorted({Fraction(text) for text in (*THRESHOLDS[fact.name], "3", "1.5", "10")} | {Fraction(0)})
        numbers = sorted({*cuts, *((one + two) / 2 for one, two in pairwise(cuts)), cuts[-1] + 1})
    known = [Known(low=exact(number), high=exact(number)) for number in numbers]
    if fact.abnormal:
        operator, limit = fact.abnormal
        beyond = Fraction(1) if fact.type == "count" else Fraction(1, 10**6)
        ends = [(fact.minimum, limit), (limit + beyond, fact.maximum)]
        if operator == "at_least":
            ends = [(limit, fact.maximum), (fact.minimum, limit - beyond)]
        known += [Known(low=low, high=high, qualitative=True) for low, high in ends]
    return known


def keys(vocabulary: Vocabulary) -> dict[str, FactDef]:
    """Every input key and the fact behind it."""
    found: dict[str, FactDef] = {}
    for fact in vocabulary.facts.values():
        names = [f"{fact.name}.{code}" for code in fact.codes] if fact.type in {"codes", "diseases"} else [fact.name]
        found |= {f"{name}@{side}" if side else name: fact for name in names for side in fact.sides}
    return found


CHOICES = {key: values(fact) for key, fact in keys(VOCABULARY).items()}


@st.composite
def inputs(draw: Callable[[st.SearchStrategy[Any]], Any], *, certain: bool = False) -> dict[str, Known]:
    """What is known of a patient; ``certain`` leaves out results known only as abnormal or normal."""
    found: dict[str, Known] = {"policy:reading": Known(code=draw(st.sampled_from(("strict", "as_tested"))))}
    for key, choices in CHOICES.items():
        usable = [known for known in choices if not (certain and known.qualitative)]
        picked = draw(st.integers(0, len(usable) + max(1, len(usable) // 2)))
        if picked and picked <= len(usable):
            found[key] = usable[picked - 1]
    lists: dict[str, list[str]] = {}
    for key in CHOICES:
        if "." in key:
            lists.setdefault(key.partition(".")[0], []).append(key)
    for members in lists.values():
        if not all(key in found for key in members):
            for key in members:
                found.pop(key, None)
    return found
