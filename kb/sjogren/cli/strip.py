"""An assessment as text for a terminal: a strip of verdicts with scores, what is still open, indices and names."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from typing import Any, TypeAlias

import click

from sjogren.assess.knowledge_base import KnowledgeBase
from sjogren.cli.safe import safe as _safe
from sjogren.proof.trials import in_short
from sjogren.rules.english import VERDICTS, fact_label

Json: TypeAlias = Any

LOOK = {
    "met": ("■", "green"),
    "not_met": ("□", "red"),
    "excluded": ("×", "red"),
    "entry_not_met": ("○", "red"),
    "undetermined": ("?", "yellow"),
}
"""The mark and the colour of a verdict; the mark alone tells them apart in black and white."""
NARROWEST, WIDEST = 60, 100
"""Columns between which the text adapts to the terminal."""
LABEL = 44
"""Columns that a label may take beside its value; a longer one stands on a line of its own."""
NO_NAME = "none is given: neither a clinician's diagnosis nor a met criteria set stands behind one"


def show(assessment: Json, knowledge_base: KnowledgeBase, *, research: bool = False) -> str:
    """The whole assessment as text; ``research`` adds the research subtype to the name of the disease."""
    width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns))
    lines = [click.style(_safe(assessment["case"]), bold=True)]
    for visit in assessment["visits"]:
        lines += _Strip(visit, knowledge_base, research, width).lines()
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

    def __init__(self, visit: Json, knowledge_base: KnowledgeBase, research: bool, width: int) -> None:
        self.visit, self.research, self.width = visit, research, width
        self.vocabulary, self.rules = knowledge_base.vocabulary, knowledge_base.rules

    def lines(self) -> Iterator[str]:
        """When, the verdicts, everything else, flags, and what is this project's own reading."""
        when = [self.visit["date"] or "", f"({_safe(self.visit['label'])})" if self.visit["label"] else ""]
        if any(when):
            yield " ".join(["Visit", *filter(None, when)])
        conclusions = self.visit["conclusions"]
        for name, value in conclusions.items():
            if "verdict" in value:
                yield from self._verdict(self.rules[name].label, value)
        plain = [
            (self.rules[name].label, self._plain(name, value))
            for name, value in conclusions.items()
            if "verdict" not in value
        ]
        if self.visit["flags"]:
            plain.append(("Flags", ", ".join(flag.replace("_", " ") for flag in self.visit["flags"])))
        yield from self._table(plain)
        for name, value in conclusions.items():
            if self.rules[name].kind == "Recommendation":
                yield from self._trials(value.get("primary", []))
        if own := self._own():
            labels = "; ".join(self.rules[name].label for name in own)
            yield from _wrapped(f"Resting on this project's own reading, not validated: {labels}.", "  ", self.width)
        yield ""

    def _own(self) -> list[str]:
        """The conclusions whose proof, at any depth, holds a step of this project's own reading."""
        nodes = {node["id"]: node for node in self.visit["justification"]["@graph"]}
        rests: dict[str, bool] = {}
        for name, node in nodes.items():  # a premise stands before what rests on it
            own = node.get("status") == "operationalisation"
            rests[name] = own or any(rests[premise] for premise in node.get("premises", ()))
        found = {
            node["concludes"]["conclusion"] for node in nodes.values() if "concludes" in node and rests[node["id"]]
        }
        return [name for name in self.visit["conclusions"] if name in found]

    def _verdict(self, label: str, value: Json) -> Iterator[str]:
        mark, colour = LOOK[value["verdict"]]
        word = click.style(f"{mark} {VERDICTS[value['verdict']]}", fg=colour, bold=True)
        yield from _wrapped(label, "  ", self.width)
        points = "points" if "score" in value else "items"
        score = value.get("score") or value.get("count")
        branch = f" ({value['branch'].replace('_', ' ')})" if value.get("branch") else ""
        yield f"    {word}{branch}" + (
            f"   {_bar(score)}  {_span(score)} {points}, {score['needed']} needed" if score else ""
        )
        if value["lacks"]:
            names = [fact_label(name, self.vocabulary) for name in value["lacks"]]
            yield from _wrapped(f"still open: {'; '.join(names)}", "      ", self.width)

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
        filled = {key: _words(printed) for key, printed in value.items() if printed not in (None, [])}
        for key, words in filled.items():
            if key not in {"low", "high"}:
                plain = len(filled) == 1 or key in {"value", "category"} or words.startswith(_words(key))
                parts.append(words if plain else f"{_words(key)}: {words}")
        return ", ".join(parts) or "none shown"


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
