"""An assessment as text for a terminal: a strip of verdicts with scores, what is still open, indices and names."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from datetime import date
from typing import Any, TypeAlias

import click

from sjogren.assess.knowledge_base import KnowledgeBase
from sjogren.cli.safe import safe as _safe
from sjogren.model.rule import POLICY, Subject, Test
from sjogren.program.outline import resting_on
from sjogren.proof.trials import in_short
from sjogren.rules.english import VERDICTS, fact_label

Json: TypeAlias = Any

LOOK = {
    "met": ("■", "green"),
    "not_met": ("□", "red"),
    "excluded": ("×", "red"),
    "entry_not_met": ("○", "red"),
    "undetermined": ("?", "yellow"),
    "responder": ("■", "green"),
    "non_responder": ("□", "red"),
    "not_evaluable": ("?", "yellow"),
}
"""The mark and the colour of a verdict; the mark alone tells them apart in black and white."""
NARROWEST, WIDEST = 60, 100
"""Columns between which the text adapts to the terminal."""
LABEL = 44
"""Columns that a label may take beside its value; a longer one stands on a line of its own."""
RESTING = (
    ("this project's own reading, not validated", "status", "operationalisation"),
    ("what is known from memory of the literature only", "verification", "unverified"),
)
"""What a conclusion may rest on that a reader must know: in words, and the key and word of a node that say so."""
NO_NAME = "none is given: neither a clinician's diagnosis nor a met criteria set stands behind one"


def show(assessment: Json, knowledge_base: KnowledgeBase, *, research: bool = False) -> str:
    """The whole assessment as text; ``research`` adds the research subtype to the name of the disease."""
    width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns))
    lines = [click.style(_safe(assessment["case"]), bold=True)]
    first, *later = assessment["visits"]
    lines += _Strip(first, assessment["policy"], knowledge_base, research, width).lines()
    for visit in later:
        lines += _Strip(visit, assessment["policy"], knowledge_base, research, width, first).lines()
    chosen = knowledge_base.vocabulary
    for head, settings, known in (("Assuming", "assume", chosen.assumptions), ("Policy:", "policy", chosen.policies)):
        for name, value in assessment[settings].items():
            lines += _wrapped(f"{head} {known[name].label}: {_words(value)}.", "", width)
    notice: str = assessment["notice"]
    lines.append(f"{notice[0].upper()}{notice[1:]}.")
    version, digest = assessment["knowledge_base"]["version"], assessment["knowledge_base"]["content_hash"]
    lines.append(click.style(f"sjogren-kb {version}, content {digest[:19]}", dim=True))
    return "\n".join(lines)


class _Strip:
    """The lines of one visit."""

    def __init__(
        self, visit: Json, policy: Json, knowledge_base: KnowledgeBase, research: bool, width: int, first: Json = None
    ) -> None:
        self.visit, self.policy, self.research, self.width, self.first = visit, policy, research, width, first
        self.vocabulary, self.rules = knowledge_base.vocabulary, knowledge_base.rules

    def lines(self) -> Iterator[str]:
        """When, the verdicts, everything else, flags, and what is this project's own reading.

        A visit after the first tells what became of the patient since then: the responses, and what else is changed.
        """
        when = [self.visit["date"] or "", f"({_safe(self.visit['label'])})" if self.visit["label"] else ""]
        if self.first:
            days = (date.fromisoformat(self.visit["date"]) - date.fromisoformat(self.first["date"])).days
            when.append(f"· {days} days after the first")
        if any(when):
            yield " ".join(["Visit", *filter(None, when)])
        flags = ", ".join(flag.replace("_", " ") for flag in self.visit["flags"])
        conclusions: Json = self.visit["conclusions"]
        if not self.first:
            yield from self._told(list(conclusions), flags)
        else:
            before = self.first["conclusions"]
            since = [name for name in conclusions if name not in before]
            changed = [name for name, value in conclusions.items() if value != before.get(name, value)]
            if since:
                yield click.style("  Since the first visit", bold=True)
                yield from self._told(since)
            if changed or flags:
                yield click.style(f"  At this visit{', where it differs from the first' if changed else ''}", bold=True)
                yield from self._told(changed, flags)
            if same := [self.rules[name].label for name in conclusions if conclusions[name] == before.get(name)]:
                yield from _wrapped(f"As at the first visit: {'; '.join(same)}.", "  ", self.width)
        for about, key, word in RESTING:
            if found := self._resting(key, word):
                labels = "; ".join(self.rules[name].label for name in found)
                yield from _wrapped(f"Resting on {about}: {labels}.", "  ", self.width)
        yield ""

    def _told(self, names: list[str], flags: str = "") -> Iterator[str]:
        """Some conclusions: the official ones with the trials of a recommended endpoint, then results of research."""
        research = [name for name in names if self.rules[name].standing == "research"]
        yield from self._listed([name for name in names if name not in research], flags)
        for name in names:
            if self.rules[name].kind == "Recommendation":
                yield from self._trials(self.visit["conclusions"][name].get("primary", []))
        if research:
            yield "  Research results, part of no official criteria set:"
            yield from self._listed(research)

    def _listed(self, names: list[str], flags: str = "") -> Iterator[str]:
        """Verdicts first, then everything else in two columns, then the flags."""
        conclusions = self.visit["conclusions"]
        sets = [name for name in names if "verdict" in conclusions[name]]
        for name in sorted(sets, key=lambda each: self.rules[each].label, reverse=True):  # newest first: the year leads
            yield from self._verdict(name, conclusions[name])
        plain = [(self.rules[name].label, self._plain(name, conclusions[name])) for name in names if name not in sets]
        yield from self._table([*plain, ("Flags", flags)] if flags else plain)

    def _resting(self, key: str, word: str) -> list[str]:
        """The conclusions whose proof, at any depth, holds a step with this status or verification."""
        nodes = {node["id"]: node for node in self.visit["justification"]["@graph"]}
        rests: dict[str, bool] = {}
        for name, node in nodes.items():  # a premise stands before what rests on it
            below = any(rests[premise] for premise in node.get("premises", ()))
            if key == "verification" and node.get("operation") == "undecided":
                below = False  # what is open claims nothing that would have to be verified
            rests[name] = node.get(key) == word or below
        found = {
            node["concludes"]["conclusion"] for node in nodes.values() if "concludes" in node and rests[node["id"]]
        }
        return [name for name in self.visit["conclusions"] if name in found]

    def _verdict(self, name: str, value: Json) -> Iterator[str]:
        mark, colour = LOOK[value["verdict"]]
        word = click.style(f"{mark} {VERDICTS[value['verdict']]}", fg=colour, bold=True)
        yield from _wrapped(self.rules[name].label, "  ", self.width)
        entry = self.rules[name].entry
        if value["verdict"] == "entry_not_met" and isinstance(entry, Test):
            yield f"    {word}   asked only where this holds: {self.rules[entry.subject.name].label}"
            return
        score = value.get("score") or value.get("count")
        branch = value.get("branch", "")
        if branch:
            open_ = "branch open" if value["verdict"] == "undetermined" else "whichever rule applies"
            branch = f" ({open_ if score is None else _words(branch)})"
        counted = f"   {_bar(score)}  {_span(score)} {_unit(value)}, {score['needed']} needed" if score else ""
        yield f"    {word}{branch}{counted}"
        for choice in self._readings(name):
            yield from _wrapped(choice, "      ", self.width)
        domains = value.get("points") or value.get("items") or {}
        if domains:
            told = [f"{_words(name)} {_words(given)}" for name, given in domains.items() if given is not None]
            lost = [_words(name) for name, given in domains.items() if given is None]
            told += [f"not measured at both visits: {', '.join(lost)}"] if lost else []
            yield from _wrapped("; ".join(told), "      ", self.width)
        if value.get("lacks"):
            names = [fact_label(name, self.vocabulary) for name in value["lacks"]]
            yield from _wrapped(f"still open: {'; '.join(names)}", "      ", self.width)

    def _readings(self, name: str) -> Iterator[str]:
        """The policies other than by default that a set is read by, so that its verdict is labelled with them."""
        read = resting_on(self.rules, name)
        for policy, value in self.policy.items():
            known = self.vocabulary.policies[policy]
            if value != known.default and Subject(POLICY, policy) in read:
                yield f"{known.label}: {_words(value)}"

    def _trials(self, endpoints: Json) -> Iterator[str]:
        """Where a primary endpoint succeeded and where it failed, in trials with cohorts of this kind."""
        for label, lines in in_short(endpoints, self.vocabulary.trial_findings):
            yield from _wrapped(f"Trials of the primary endpoint, {label}, in cohorts of this kind", "  ", self.width)
            for line in lines:
                yield from _wrapped(_safe(line), "    ", self.width)

    def _table(self, rows: list[tuple[str, str]]) -> Iterator[str]:
        """Labels and values in two columns."""
        column = max((len(label) for label, _ in rows if len(label) <= LABEL), default=0)
        for label, text in rows:
            head = f"  {label:<{column}}  "
            if len(label) > column:
                yield f"  {label}"
                head = " " * (column + 4)
            yield from textwrap.wrap(text, self.width, initial_indent=head, subsequent_indent=" " * (column + 4))

    def _plain(self, name: str, value: Json) -> str:
        """Any conclusion without a verdict, on one line."""
        if name == "terminology/disease-name":
            text = value["value"] or NO_NAME
            if value["recorded"]:
                text += f" (recorded as: {_safe(value['recorded'])})"
            return f"{text}; research subtype: {_words(value['research_subtype'])}" if self.research else text
        parts = [_span(value)] if "low" in value else []
        filled = {key: _words(self._named(printed)) for key, printed in value.items() if printed not in (None, [])}
        sentence = next((case.label for case in self.rules[name].cases if case.low == value.get("value")), "")
        if sentence:
            filled["value"] = sentence
        for key, words in filled.items():
            if key not in {"low", "high"}:
                plain = len(filled) == 1 or key in {"value", "category"} or words.startswith(_words(key))
                parts.append(words if plain else f"{_words(key)}: {words}")
        return ("; " if sentence else ", ").join(parts) or "none shown"

    def _named(self, value: Json) -> Json:
        """A printed value with the last step of its identifier in place of a rule."""
        if isinstance(value, list):
            return [self._named(entry) for entry in value]
        return value.rpartition("/")[2] if isinstance(value, str) and value in self.rules else value


def _unit(value: Json) -> str:
    """What a verdict adds up: points, or items, or one item."""
    if "score" in value:
        return "points"
    return "item" if value["count"]["low"] == value["count"]["high"] == 1 else "items"


def _words(value: Json) -> str:
    """A printed value in words: identifiers without their underscores, lists with commas."""
    if isinstance(value, list):
        return ", ".join(_words(entry) for entry in value)
    if isinstance(value, dict):
        return _words(value.get("label") or value["id"]) if "id" in value else _span(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _safe(str(value)).replace("_", " ")


def _bar(score: Json) -> str:
    """The score as blocks: certain, still possible; a line marks what is needed.

    >>> _bar({"low": 5, "high": 9, "needed": 4}), _bar({"low": 0, "high": 2, "needed": 4})
    ('████|█░░░░', '░░··|')
    """
    low, high, needed = int(score["low"]), int(score["high"]), int(score["needed"])
    cells = ["█"] * low + ["░"] * (high - low) + ["·"] * max(0, needed - high)
    return "".join([*cells[:needed], "|", *cells[needed:]])


def _span(value: Json) -> str:
    low, high = ("?" if end is None else f"{end:.4g}" for end in (value["low"], value["high"]))
    return low if low == high else f"{low} to {high}"


def _wrapped(text: str, indent: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False)
