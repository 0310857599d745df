"""Each conclusion in words: its answer in a few, and one sentence with the phrase that fits what is known of it."""

from __future__ import annotations

from sjogren.model.rule import Test
from sjogren.report import english
from sjogren.report.content_told import Json, Told
from sjogren.rules.english import VERDICTS, fact_label

OPEN_ANSWERS = frozenset({"undetermined", "indeterminate", "unknown"})
"""What a table prints where no case holds and none is ruled out."""
FEW = 3
"""Missing facts that a sentence names."""


def number(value: float | None) -> str:
    """A number of the assessment for reading.

    >>> number(4.333333333333333), number(2), number(None)
    ('4.33', '2', 'open')
    """
    return "open" if value is None else f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


class Answers:
    """Words for the conclusions of one visit: the last one, unless others are given. Sentences are of the last one."""

    def __init__(self, told: Told, conclusions: Json = None) -> None:
        self.told = told
        self.conclusions: Json = told.conclusions if conclusions is None else conclusions

    def short(self, name: str) -> str:
        """The answer in a few words: ``met``, ``2 to 3``, ``early inflammatory``."""
        value = self.conclusions[name]
        if "verdict" in value:
            return VERDICTS[value["verdict"]]
        if "low" in value:
            rest = [self.word(name, key, each) for key, each in value.items() if key not in {"low", "high"}]
            return ", ".join([self.interval(value), *filter(None, rest)])
        parts = [self.word(name, key, each) for key, each in value.items()]
        return "; ".join(filter(None, parts)) or "none"

    def value(self, name: str) -> str:
        """The main answer of a conclusion alone, without the keys that stand beside it."""
        value = self.conclusions[name]
        key = "value" if "value" in value else next(iter(value))
        return self.word(name, key, value[key]) or "none"

    def short_response(self, name: str) -> str:
        """The answer of an index against the first visit; its points by domain stand apart."""
        return self.main(name) if "verdict" in self.conclusions[name] else self.short(name)

    def main(self, name: str) -> str:
        """A verdict, an interval or the main answer, in a few words."""
        value = self.conclusions[name]
        if "verdict" in value:
            return self.short(name)
        return self.interval(value) if "low" in value else self.value(name)

    def interval(self, value: Json) -> str:
        """An interval of the assessment."""
        return english.span(number(value["low"]), number(value["high"]))

    def scored(self, value: Json) -> str:
        """Points or items of a verdict, and how many are needed; empty where there is no one count."""
        key = "score" if value.get("score") else "count"
        score = value.get(key)
        if not score:
            return ""
        one, more = english.UNITS[key]
        unit = one if score["low"] == score["high"] == 1 else more
        return english.needed(self.interval(score), unit, number(score["needed"]))

    def sentence(self, name: str) -> str:
        """One sentence (with the assumptions behind it) that says what holds, and by which phrase."""
        told = self._sentence(name)
        assumed = self.assumed(name)
        if assumed:
            told = english.ASSUMING.format(english.list_words(assumed), english.first_small(told))
        return english.sentence(told)

    def comment(self, name: str) -> str:
        """The sentence for beside the answer: nothing where it would only say the answer again."""
        told = self._sentence(name)
        if not told.startswith(self.told.rules[name].label):
            return self.sentence(name)
        assumed = self.assumed(name)
        lead = english.ASSUMING.format(english.list_words(assumed), english.IT_HOLDS) if assumed else ""
        return english.sentence(lead) if lead else ""

    def assumed(self, name: str) -> list[str]:
        """The assumptions of the case that a conclusion rests on, as statements."""
        known = self.told.vocabulary.assumptions
        found = [
            node["assumption"]
            for node in self.told.proof(name)
            if node["type"] == "assumption" and node["assumption"] in known
        ]
        return [f"{known[each].label} are {self.told.data['assume'][each]}" for each in dict.fromkeys(found)]

    def bears(self, name: str) -> bool:
        """Whether anything recorded (other than the age) bears on a conclusion."""
        return any(
            node["type"] in {"fact", "assumption"} and "fact" in node and node["fact"] != "age"
            for node in self.told.proof(name)
        )

    def _sentence(self, name: str) -> str:
        value = self.conclusions[name]
        if "verdict" in value:
            return self._verdict(name, value)
        if "low" in value:
            return self._interval(name, value)
        key = next(iter(value))
        answer = value[key]
        if isinstance(answer, list):
            return self._list(name, key, answer)
        if isinstance(answer, bool):
            applies = english.APPLIES.format(self.told.rules[name].label)
            return applies if answer else english.NOT_SO.format(applies)
        if answer in OPEN_ANSWERS:
            boolean = self.told.rules[name].kind == "Finding"
            what = english.APPLIES.format(self.told.rules[name].label) if boolean else english.ANY_ANSWER
            return self.undecided(name, what)
        return f"{self.told.rules[name].label}: {self.short(name)}"

    def undecided(self, name: str, what: str) -> str:
        """That something is open: nothing is recorded of it, or what is recorded does not decide it."""
        if not self.bears(name):
            return english.because(english.NO_EVIDENCE.format(what), english.NOTHING_RECORDED)
        return english.because(english.MAY_BE.format(what), english.NOT_DECIDED)

    def _verdict(self, name: str, value: Json) -> str:
        verdict, scored = value["verdict"], self.scored(value)
        if self.told.rules[name].kind == "Response":
            return english.because(f"{self.told.rules[name].label}: {VERDICTS[verdict]}", scored)
        if "branch" in value and not scored:
            scored = english.BRANCH_OPEN if verdict == "undetermined" else english.WHICHEVER
        if verdict == "met":
            return english.because(english.SET_MET, scored)
        if verdict == "excluded":
            return english.because(english.NOT_SO.format(english.SET_MET), self._excluded(name))
        if verdict == "entry_not_met":
            entry = self.told.rules[name].entry
            asked = english.ENTRY.format(self.told.rules[entry.subject.name].label) if isinstance(entry, Test) else ""
            return english.because(english.NOT_SO.format(english.NOT_ASKED), asked)
        if verdict == "not_met":
            return english.because(english.NOT_SO.format(english.SET_MET), scored)
        if not self.bears(name):
            return english.because(english.NO_EVIDENCE.format(english.SET_MET), english.NOTHING_RECORDED)
        return english.because(english.MAY_BE.format(english.SET_MET), f"{scored}; {self.open(value)}")

    def open(self, value: Json) -> str:
        """What a verdict still lacks, cut where there is much."""
        names = [fact_label(each, self.told.vocabulary) for each in value["lacks"]]
        return english.OPEN_SINCE.format(english.some(names, FEW))

    def _excluded(self, name: str) -> str:
        found = self.told.below(node for node in self.told.concluding(name, "verdict"))
        texts = [node["text"] for node in found if node["type"] == "fact"]
        return english.EXCLUDED.format("; ".join(dict.fromkeys(texts)))

    def _interval(self, name: str, value: Json) -> str:
        label, low, high = self.told.rules[name].label, number(value["low"]), number(value["high"])
        if low == high:
            return english.SCORES.format(label, self.short(name))
        if not self.bears(name):
            return english.because(english.NO_EVIDENCE.format(english.NARROWED.format(label, low, high)), "")
        return english.MAY_BE.format(english.ANYWHERE.format(label, low, high))

    def _list(self, name: str, key: str, answer: list[Json]) -> str:
        undecided = any(
            node.get("operation") == "undecided" for node in self.told.below(self.told.concluding(name, key))
        )
        if answer:
            return english.FOUND.format(self.word(name, key, answer)) + (english.PART_OPEN if undecided else "")
        if not undecided:
            return english.NOT_SO.format(english.ANY_FINDING)
        return self.undecided(name, english.ANY_FINDING)

    def word(self, name: str, key: str, value: Json) -> str:
        """One printed value in words, with the name of its key where the value does not say it."""
        if value is None or value == []:
            return ""
        if isinstance(value, list):
            words = "; ".join(self.member(each) for each in value)
        elif isinstance(value, bool):
            words = "yes" if value else "no"
        elif isinstance(value, dict):
            words = self.interval(value)
        else:
            words = self.answer(name, value)
        plain = key in {"value", "category", "profile", "findings", "sets"} or words.startswith(key)
        return words if plain else f"{key.replace('_', ' ')}: {words}"

    def member(self, value: Json) -> str:
        """A member of a list in words."""
        if isinstance(value, dict):
            return str(value.get("label") or self.told.name(value["id"]))
        return self.told.name(value)

    def answer(self, name: str, value: str) -> str:
        """An answer of a table as its case words it, else without underscores."""
        rule = self.told.rules[name]
        worded = next((case.label for case in rule.cases if case.low == value and case.label), "")
        return worded or self.told.name(str(value))
