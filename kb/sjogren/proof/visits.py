"""The nodes of a justification that speak of another visit, under the names that everybody knows.

Inside, what was measured at the first visit is a fact of its own (``first/igg``). In the justification the fact is
``igg``, with the visit that it is taken from under ``at``; a rule is ``activity/esspri``, and what it concludes there
``first/activity/esspri``, so that it is not taken for a conclusion of this visit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from sjogren.proof.canonical import node_id
from sjogren.rules.timed import visit_of

Json: TypeAlias = Any


def told(nodes: Iterable[dict[str, Json]]) -> list[dict[str, Json]]:
    """The same nodes with plain names; a node stands after its premises, before and after."""
    renamed: dict[str, str] = {}
    found: dict[str, dict[str, Json]] = {}
    for node in nodes:
        plain = _plain(node)
        premises = [renamed.get(premise, premise) for premise in node.get("premises", ())]
        if plain is not node or premises != node.get("premises", premises):
            plain = {**plain, **({"premises": premises} if "premises" in node else {})}
            plain["id"] = renamed[node["id"]] = node_id(plain)
        found[plain["id"]] = plain
    return list(found.values())


def _plain(node: dict[str, Json]) -> dict[str, Json]:
    changed: dict[str, Json] = {}
    for key in ("fact", "rule"):
        visit, plain = visit_of(node.get(key, ""))
        if visit:
            changed[key] = plain
            if "concludes" not in node:
                changed["at"] = visit
    return {**node, **changed} if changed else node
