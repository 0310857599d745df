"""A store of what was worked out, by what it depends on: bounded, and quick to ask."""

from __future__ import annotations

from typing import Any


class Kept(dict[Any, Any]):
    """At most ``most`` answers, in two halves: once the younger is full it becomes the older, and what was older goes.

    ``kept[key]`` is the answer, or None where there is none (any more). What is asked for again is young again, so what
    many patients share stays, at the price of one look-up.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self.half = max(1, most // 2)
        self.older: dict[Any, Any] = {}

    def __missing__(self, key: Any) -> Any:
        found = self.older.get(key)
        if found is not None:
            self.keep(key, found)
        return found

    def keep(self, key: Any, answer: Any, /) -> Any:
        """Keep an answer, which is not None; returns it."""
        if len(self) >= self.half:
            self.older = dict(self)
            self.clear()
        self[key] = answer
        return answer

    @property
    def size(self) -> int:
        """How many answers are kept."""
        return len(self.keys() | self.older.keys())
