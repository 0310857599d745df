"""How a node is written for its digest, and a quick way to write nodes that differ in premises and sentence alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeAlias

Json: TypeAlias = Any

_ENCODE = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_VARYING = {"premises", "text"}


def node_id(content: Mapping[str, Json]) -> str:
    """The identifier of a node: a digest of its other content as canonical JSON (sorted keys, no spaces, UTF-8)."""
    return _digest(_ENCODE({key: value for key, value in content.items() if key != "id"}))


def _digest(body: str) -> str:
    return "n" + sha256(body.encode()).hexdigest()[:24]


class Form:
    """A node without its premises and its sentence, written once; the two are put in for each patient."""

    def __init__(self, node: Mapping[str, Json]) -> None:
        self.says: str = node["text"]
        self.base = {key: value for key, value in node.items() if key not in _VARYING}
        pieces = ["{"]
        for position, key in enumerate(sorted({*node, *_VARYING})):
            pieces[-1] += f'{"," if position else ""}"{key}":'
            if key in _VARYING:
                pieces.append("")
            else:
                pieces[-1] += _ENCODE(node[key])
        pieces[-1] += "}"
        self.head, self.middle, self.tail = pieces

    def node(self, premises: Sequence[str], text: str) -> dict[str, Json]:
        """The node with these premises and this sentence."""
        listed = '["' + '","'.join(premises) + '"]' if premises else "[]"
        body = f"{self.head}{listed}{self.middle}{_ENCODE(text)}{self.tail}"
        return {**self.base, "premises": list(premises), "text": text, "id": _digest(body)}
