"""The nodes of a justification that speak of another visit, under the names that everybody knows.

Inside, what was measured at the first visit is a fact of its own (``first/igg``). In the justification the fact is
``igg``, with the visit that it is taken from under ``at``; a rule is ``activity/esspri``, and what it concludes there
``first/activity/esspri``, so that it is not taken for a conclusion of this visit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from sjogren.engine.kept import Kept
from sjogren.proof.canonical import node_id
from sjogren.rules.timed import visit_of

Json: TypeAlias = Any


MAX_KEPT = 4_000
"""Nodes kept in memory."""


class Teller:
    """Puts nodes under plain names. What a node becomes follows from its identifier, so it is worked out once."""

    def __init__(self) -> None:
        self.kept = Kept(MAX_KEPT)

    def told(self, nodes: Iterable[dict[str, Json]]) -> list[dict[str, Json]]:
        """The same nodes with plain names; a node stands after its premises, before and after."""
        renamed: dict[str, str] = {}
        found: dict[str, dict[str, Json]] = {}
        for node in nodes:
            plain = self.kept[node["id"]] or self.kept.keep(node["id"], self._told(node, renamed))
            renamed[node["id"]] = plain["id"]
            found[plain["id"]] = {**plain, "premises": [*plain["premises"]]} if "premises" in plain else {**plain}
        return list(found.values())

    def _told(self, node: dict[str, Json], renamed: dict[str, str]) -> dict[str, Json]:
        plain = _plain(node)
        premises = [renamed[premise] for premise in node.get("premises", ())]
        if plain is node and premises == node.get("premises", []):
            return node
        plain = {**plain, **({"premises": premises} if "premises" in node else {})}
        return {**plain, "id": node_id(plain)}


def _plain(node: dict[str, Json]) -> dict[str, Json]:
    changed: dict[str, Json] = {}
    for key in ("fact", "rule"):
        visit, plain = visit_of(node.get(key, ""))
        if visit:
            changed[key] = plain
            if "concludes" not in node:
                changed["at"] = visit
    return {**node, **changed} if changed else node
