"""How a node is written for its digest, and a quick way to write nodes that differ in premises and sentence alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeAlias

Json: TypeAlias = Any

_ENCODE = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_PREMISES, _TEXT = "premises", "text"


def node_id(content: Mapping[str, Json]) -> str:
    """The identifier of a node: a digest of its other content as canonical JSON (sorted keys, no spaces, UTF-8)."""
    return _digest(_ENCODE({key: value for key, value in content.items() if key != "id"}))


def _digest(body: str) -> str:
    return "n" + sha256(body.encode()).hexdigest()[:24]


class Form:
    """A node without its premises, written once; they are put in for each patient.

    ``says`` is its sentence. Where it ``varies``, that of each patient begins with it and may name facts after it.
    """

    __slots__ = ("base", "head", "middle", "said", "says", "tail", "varies")

    def __init__(self, node: Mapping[str, Json], *, varies: bool) -> None:
        self.varies = varies
        self.says: str = node[_TEXT]
        self.said = _ENCODE(self.says)
        varying = {_PREMISES, _TEXT} if varies else {_PREMISES}
        self.base = {key: value for key, value in node.items() if key not in varying}
        pieces = ["{"]
        for position, key in enumerate(sorted({*node, _PREMISES})):
            pieces[-1] += f'{"," if position else ""}"{key}":'
            if key in varying:
                pieces.append("")
            else:
                pieces[-1] += _ENCODE(node[key])
        pieces[-1] += "}"
        self.head, self.middle = pieces[:2]
        self.tail = pieces[2] if varies else ""

    def digest(self, premises: Sequence[str], text: str) -> str:
        """The identifier of the node with these premises and this sentence."""
        listed = '["' + '","'.join(premises) + '"]' if premises else "[]"
        said = (self.said if text is self.says else _ENCODE(text)) if self.varies else ""
        return _digest(f"{self.head}{listed}{self.middle}{said}{self.tail}")

    def node(self, premises: list[str], text: str, name: str) -> dict[str, Json]:
        """The node with these premises and this sentence, whose identifier is ``name``."""
        if self.varies:
            return {**self.base, _PREMISES: premises, _TEXT: text, "id": name}
        return {**self.base, _PREMISES: premises, "id": name}
