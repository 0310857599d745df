"""Findings that are meant to be so: a list beside the rules, each with its reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from sjogren._located import Mapping, Scalar, read_located
from sjogren._located import Sequence as Listed
from sjogren.errors import Finding, KnowledgeError, did_you_mean
from sjogren.lint.fault import KINDS, Fault, Spot
from sjogren.model.rule import Place

FILE = "accepted.yaml"
NEEDED, ABOUT = ("finding", "rule", "because"), "about"


class Accepted(NamedTuple):
    """One finding that is meant: its code, the rule it is about, a word of its message, and the reason."""

    code: str
    rule: str
    about: str
    because: str
    place: Place


def read_accepted(folder: Path, rules: Collection[str]) -> list[Accepted]:
    """The accepted findings of a rules folder, none where it has no such file; raises `KnowledgeError`."""
    path = folder / FILE
    if not path.is_file():
        return []
    name = f"rules/{FILE}"
    bad: list[Finding] = []
    node = read_located(path.read_text(encoding="utf-8"), name, bad.append, "L001")
    listed = node.get("accepted") if isinstance(node, Mapping) else None
    if not bad and not isinstance(listed, Listed):
        bad.append(Finding(name, 1, "L002", "the list 'accepted' is missing."))
    found = []
    for entry in listed.items if isinstance(listed, Listed) else ():
        values = (
            {key: value.text for key, value in entry if isinstance(value, Scalar)} if isinstance(entry, Mapping) else {}
        )
        lost = [key for key in NEEDED if not values.get(key)]
        extra = [key for key in values if key not in (*NEEDED, ABOUT)]
        if extra:
            hint = did_you_mean(extra[0], (*NEEDED, ABOUT))
            bad.append(Finding(name, entry.line, "L006", f"unknown key {extra[0]!r}.", hint))
        elif lost:
            bad.append(Finding(name, entry.line, "L003", f"{lost[0]!r} is missing."))
        elif values["finding"] not in KINDS:
            hint = did_you_mean(values["finding"], KINDS)
            bad.append(Finding(name, entry.line, "L004", f"there is no finding {values['finding']!r}.", hint))
        elif values["rule"] not in rules:
            hint = did_you_mean(values["rule"], rules)
            bad.append(Finding(name, entry.line, "L005", f"there is no rule {values['rule']!r}.", hint))
        else:
            place = Place(name, entry.line)
            found.append(Accepted(values["finding"], values["rule"], values.get(ABOUT, ""), values["because"], place))
    if bad:
        raise KnowledgeError(bad)
    return found


def accept(faults: Sequence[Fault], listed: Sequence[Accepted], names: set[str]) -> list[Fault]:
    """The faults, those that are accepted with the reason; and L111 for what is accepted and was not found."""
    used: set[Accepted] = set()
    told = []
    for fault in faults:
        reason = next((each for each in listed if _fits(each, fault)), None)
        told.append(fault._replace(accepted=reason.because) if reason else fault)
        used |= {reason} if reason else set()
    for each in listed:
        if each not in used and each.rule in names:
            message = f"{each.code} of {each.rule} is accepted, and is not found"
            told.append(Fault("L111", each.rule, message, (Spot(each.place, each.because),)))
    return told


def _fits(each: Accepted, fault: Fault) -> bool:
    return (each.code, each.rule) == (fault.code, fault.subject) and each.about in fault.message
