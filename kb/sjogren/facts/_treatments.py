"""The list of treatments of one visit."""

from __future__ import annotations

from sjogren._located import Mapping, Node, Sequence
from sjogren.facts._findings import Findings, quoted
from sjogren.facts._scalars import MAX_ID, date_of, is_missing, text_of, word_of
from sjogren.model.case import Treatment
from sjogren.model.vocabulary import FactDef

_KEYS = ("drug", "class", "start", "stop")


def read_treatments(fact: FactDef, node: Node, findings: Findings) -> list[Treatment]:
    """The valid treatments of the list; the classes are the codes of the fact. Missing data give an empty list."""
    if is_missing(node):
        return []
    if not isinstance(node, Sequence):
        findings.add("E110", node.line, f"{fact.name} must be a list.", "Write [{drug: …, class: …}].")
        return []
    read = [_treatment(fact, item, findings) for item in node]
    return [treatment for treatment in read if treatment is not None]


def _treatment(fact: FactDef, node: Node, findings: Findings) -> Treatment | None:
    if not isinstance(node, Mapping):
        findings.add(
            "E110", node.line, f"{fact.name} is a list of mappings.", "Write {drug: …, class: …} for each drug."
        )
        return None
    for key in node.items:
        if key not in _KEYS:
            hint = findings.nearest(key, _KEYS)
            findings.add("E111", node.key_lines[key], f"{quoted(key)} is not a key of a treatment.", hint)
    words = {key: item for key in ("drug", "class") if (item := node.get(key)) is not None and not is_missing(item)}
    for key in ("drug", "class"):
        if key not in words:
            findings.add("E112", node.line, f"a treatment needs its {key}.")
    if len(words) < 2:
        return None
    drug = text_of(words["drug"], findings, "the drug", MAX_ID)
    drug_class = word_of(words["class"], findings, "the class of a treatment", fact.codes)
    dates = {
        key: None if (item := node.get(key)) is None else date_of(item, findings, f"the {key} of a treatment")
        for key in ("start", "stop")
    }
    start, stop = dates["start"], dates["stop"]
    if start is not None and stop is not None and stop < start:
        message = f"the treatment stops on {stop}, before its start on {start}."
        findings.add("E131", node.key_lines["stop"], message)
    return None if drug is None or drug_class is None else Treatment(drug, drug_class, start, stop)
