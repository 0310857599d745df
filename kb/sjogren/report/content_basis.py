"""What the answers rest on besides recorded facts: choices between values, policies, assumptions, own readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sjogren.report import english
from sjogren.report.blocks import Block, Bullets, Fold, Heading, Paragraph, Rows
from sjogren.report.content_page import CONFLICT_FLAGS, flag
from sjogren.report.content_told import Json, Told
from sjogren.rules.english import fact_label, side_words

MANY = 8
"""Facts that a line names."""
NEWER = frozenset({"expired", "older"})
"""Reasons that only say that time went by."""


def basis(told: Told) -> Iterator[Block]:
    """The three sections."""
    yield Heading(2, english.CONFLICTS)
    yield from _conflicts(told)
    yield from _policies(told)
    yield Heading(2, english.ASSUMPTIONS)
    yield from _assumptions(told)
    yield Heading(2, english.OWN)
    yield from _own(told)


# -- conflicts and policies


def _conflicts(told: Told) -> Iterator[Block]:
    """Values of one fact that compete at one visit, flags of values that disagree, and what was merely replaced."""
    rows, replaced = [], []
    for node in told.nodes.values():
        if node.get("at"):
            continue
        for other in node.get("passed_over", ()):
            if other["reason"] in NEWER and other["visit"] != node.get("visit"):
                replaced.append(_name(told, node))
            else:
                rows.append((_name(told, node), _used(told, node), _dated(other), english.REASONS[other["reason"]]))
    if rows:
        yield Rows(english.CONFLICT_ROWS, tuple(dict.fromkeys(rows)))
    raised = [flag(told, name) for name in CONFLICT_FLAGS if name in told.visit["flags"]]
    if raised:
        yield Bullets(tuple(raised))
    if not rows and not raised:
        yield Paragraph(english.NO_CONFLICTS)
    if replaced:
        yield Paragraph(english.REPLACED.format(english.some(list(dict.fromkeys(replaced)), MANY)))


def _name(told: Told, node: Json) -> str:
    label = fact_label(node["fact"], told.vocabulary)
    return f"{label}, {side_words(node['side'])}" if node.get("side") else label


def _used(told: Told, node: Json) -> str:
    """The value of a fact that counts, as its sentence has it after the name."""
    if node["type"] == "missing":
        return english.NO_VALUE
    return str(node["text"]).removeprefix(f"{_name(told, node)}: ")


def _dated(other: Json) -> str:
    stated = english.STATED.get(other["as_stated"], other["as_stated"])
    return english.DATED.format(stated, other["date"]) if other.get("date") else str(stated)


def _policies(told: Told) -> Iterator[Block]:
    """The policies that some conclusion rests on, with their settings."""
    rows = []
    for name, users in _users(told, told.vocabulary.policies).items():
        policy = told.vocabulary.policies[name]
        node = next(node for node in told.nodes.values() if node.get("assumption") == name)
        setting = english.ON.get(node["value"], told.name(str(node["value"])))
        shown = english.CASE_SETTING if name in told.data["policy"] else english.DEFAULT
        rows.append((policy.label, shown.format(setting), english.some([told.short(user) for user in users], MANY)))
    if rows:
        yield Heading(3, english.POLICIES)
        yield Rows(english.POLICY_ROWS, tuple(rows))


def _users(told: Told, names: Mapping[str, object]) -> dict[str, list[str]]:
    """For each assumption or policy in the proof, the conclusions that rest on it."""
    found: dict[str, list[str]] = {}
    for conclusion in told.conclusions:
        used = [node["assumption"] for node in told.proof(conclusion) if node["type"] == "assumption"]
        for name in dict.fromkeys(used):
            if name in names:
                found.setdefault(name, []).append(conclusion)
    return found


# -- assumptions


def _assumptions(told: Told) -> Iterator[Block]:
    """What stands in for what nobody recorded, and what a rule by its own word does not count."""
    taken: dict[tuple[str, str], dict[str, None]] = {}
    texts: dict[str, None] = {}
    for node in told.nodes.values():
        if node["type"] != "assumption":
            continue
        if node["assumption"] in told.vocabulary.assumptions:
            label = told.vocabulary.assumptions[node["assumption"]].label
            value = str(told.name(str(node["value"])))
            taken.setdefault((label, value), {}).setdefault(_name(told, node))
        elif node["assumption"] not in told.vocabulary.policies:
            texts.setdefault(english.sentence(told.words(node["text"])))
    if taken:
        yield Rows(
            english.ASSUMED_ROWS, tuple((label, value, "; ".join(names)) for (label, value), names in taken.items())
        )
    else:
        yield Paragraph(english.NO_ASSUMED)
    if texts:
        yield Paragraph(english.NOT_COUNTED)
        yield Bullets(tuple(texts))


# -- own readings


def _own(told: Told) -> Iterator[Block]:
    """The rules that are this project's own reading, those not verified, and the conclusions that rest on each."""
    found = False
    for text, head, key, word in (
        (english.OWN_TEXT, english.OWN_RULES, "status", "operationalisation"),
        (english.FROM_MEMORY, english.MEMORY_RULES, "verification", "unverified"),
    ):
        rules = dict.fromkeys(node["rule"] for node in told.nodes.values() if node.get(key) == word)
        if not rules:
            continue
        found = True
        yield Paragraph(text.format("; ".join(told.short(name) for name in resting(told, key, word))))
        labels = dict.fromkeys(told.rules[rule].label for rule in rules)
        yield Fold(
            head.format(english.count(len(labels), english.RULE_WORD)),
            (Paragraph(english.sentence("; ".join(labels))),),
        )
    if not found:
        yield Paragraph(english.NO_OWN)


def resting(told: Told, key: str, word: str) -> list[str]:
    """The conclusions whose proof, at any depth, holds a step with this status or verification.

    What is open claims nothing, so it does not have to be verified.
    """
    rests: dict[str, bool] = {}
    for name, node in told.nodes.items():  # a premise stands before what rests on it
        below = any(rests[premise] for premise in node.get("premises", ()))
        if key == "verification" and node.get("operation") == "undecided":
            below = False
        rests[name] = node.get(key) == word or below
    found = {
        node["concludes"]["conclusion"] for name, node in told.nodes.items() if "concludes" in node and rests[name]
    }
    return [name for name in told.conclusions if name in found]
