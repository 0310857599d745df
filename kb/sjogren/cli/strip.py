"""An assessment as text for a terminal: who, a strip of verdicts, scores and names, what is missing, what to ask next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import click

from sjogren.assess.knowledge_base import KnowledgeBase
from sjogren.proof.words import list_words
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
WIDTH = 34


def show(assessment: Json, knowledge_base: KnowledgeBase, *, research: bool = False) -> str:
    """The whole assessment as text."""
    lines = [f"{click.style(_safe(assessment['case']), bold=True)}   {assessment['notice']}"]
    for visit in assessment["visits"]:
        lines += _visit(visit, knowledge_base, research)
    if assessment["assume"]:
        taken = ", ".join(f"{name}: {value}" for name, value in assessment["assume"].items())
        lines.append(f"Assuming {taken}.")
    if assessment["policy"]:
        lines.append(f"Policy {', '.join(f'{name}: {value}' for name, value in assessment['policy'].items())}.")
    version, digest = assessment["knowledge_base"]["version"], assessment["knowledge_base"]["content_hash"]
    lines.append(click.style(f"sjogren-kb {version}, rules {digest[:19]}", dim=True))
    return "\n".join(lines)


def _visit(visit: Json, knowledge_base: KnowledgeBase, research: bool) -> Iterator[str]:
    when = " ".join(part for part in (visit["date"], f"({_safe(visit['label'])})" if visit["label"] else "") if part)
    yield ""
    if when:
        yield f"Visit {when}"
    conclusions = visit["conclusions"]
    rules = knowledge_base.rules
    for name, value in conclusions.items():
        if "verdict" in value:
            yield from _verdict(rules[name].label, value, knowledge_base)
    for name, value in conclusions.items():
        if "verdict" not in value:
            text = _plain(name, value, research)
            if text:
                yield f"  {_fit(rules[name].label)}  {text}"
    if visit["flags"]:
        yield f"  {_fit('Flags')}  {', '.join(visit['flags'])}"
    own = _own(visit)
    if own:
        yield f"  This project's own reading, not validated: {list_words([rules[name].label for name in own])}."
    yield ""


def _verdict(label: str, value: Json, knowledge_base: KnowledgeBase) -> Iterator[str]:
    mark, colour = LOOK[value["verdict"]]
    word = click.style(f"{mark} {VERDICTS[value['verdict']]}", fg=colour, bold=True)
    score = value.get("score") or value.get("count")
    bar = f"  {_span(score)} of {score['needed']} needed  {_bar(score)}" if score else ""
    yield f"  {label}"
    yield f"    {word}{bar}"
    if value["lacks"]:
        names = [fact_label(name, knowledge_base.vocabulary) for name in value["lacks"]]
        yield f"    still open: {list_words(names)}"


def _bar(score: Json) -> str:
    """The score as blocks: certain, still possible; a line marks what is needed."""
    low, high, needed = int(score["low"]), int(score["high"]), int(score["needed"])
    cells = ["█"] * low + ["░"] * (high - low) + ["·"] * max(0, needed - high)
    return "".join([*cells[:needed], "|", *cells[needed:]])


def _span(value: Json) -> str:
    low, high = ("?" if end is None else f"{end:.4g}" for end in (value["low"], value["high"]))
    return low if low == high else f"{low} to {high}"


def _plain(name: str, value: Json, research: bool) -> str:
    """Any other conclusion on one line."""
    if name == "terminology/disease-name":
        text = value["value"] or "no name is given: neither a diagnosis nor a met criteria set stands behind one"
        if value["recorded"]:
            text += f" (recorded as: {_safe(value['recorded'])})"
        return f"{text}; research subtype: {value['research_subtype']}" if research else text
    parts = [_span(value)] if "low" in value else []
    for key, printed in value.items():
        if key in {"low", "high"} or printed in (None, []):
            continue
        text = ", ".join(map(str, printed)) if isinstance(printed, list) else str(printed).replace("_", " ")
        parts.append(text if key in {"value", "category"} else f"{key.replace('_', ' ')}: {text}")
    return ", ".join(parts)


def _own(visit: Json) -> list[str]:
    """Top rules whose printed answers rest on steps that are this project's own reading."""
    return sorted({node["rule"] for node in visit["justification"]["@graph"] if node.get("status") == "operationalisation"})


def _fit(label: str) -> str:
    return (label if len(label) <= WIDTH else label[: WIDTH - 1] + "…").ljust(WIDTH)


def _safe(text: str) -> str:
    """Free text without control characters, so that it cannot steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)
