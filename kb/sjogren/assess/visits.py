"""What the rules of a later visit are given of other visits: values measured there, and what stood there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sjogren.assess.inputs import Seen, see
from sjogren.facts.measured import measured
from sjogren.facts.resolve import Chosen, Key, PassedOver, Resolved, resolve
from sjogren.model.case import Case
from sjogren.model.rule import FIRST, NOW, STOOD_EARLIER, STOOD_FIRST
from sjogren.model.vocabulary import Vocabulary

POLICY = "policy:"


class View(NamedTuple):
    """Everything that is known at a visit, by the names under which the rules ask for it."""

    seen: Seen
    chosen: dict[Key, Chosen]
    unused: dict[Key, tuple[PassedOver, ...]]


def view(
    case: Case, index: int, resolved: Resolved, seen: Seen, earlier: int, vocabulary: Vocabulary, read: frozenset[str]
) -> View:
    """One visit as it stands, with the other visits under their names; ``read`` has the inputs that are asked for.

    ``earlier`` is the index of the visit between that rules look back at; 0 when there is none.
    """
    inputs, origins = dict(seen.inputs), dict(seen.origins)
    chosen, unused = dict(resolved.chosen), dict(resolved.unused)
    for visit, other in _others(case, index, earlier, vocabulary):
        there = see(case, other, vocabulary)
        for key, known in there.inputs.items():
            name = f"{visit}/{key}"
            if name in read and not key.startswith(POLICY):
                origin = there.origins[key]
                inputs[name], origins[name] = known, origin._replace(fact=f"{visit}/{origin.fact}")
        chosen.update(((f"{visit}/{name}", side), value) for (name, side), value in other.chosen.items())
        unused.update(((f"{visit}/{name}", side), values) for (name, side), values in other.unused.items())
    return View(Seen(inputs, origins), chosen, unused)


def _others(case: Case, index: int, earlier: int, vocabulary: Vocabulary) -> Iterator[tuple[str, Resolved]]:
    yield FIRST, measured(case, 0, index, vocabulary)
    yield NOW, measured(case, index, index, vocabulary)
    yield STOOD_FIRST, resolve(case, 0, vocabulary)
    if earlier:
        yield STOOD_EARLIER, resolve(case, earlier, vocabulary)
