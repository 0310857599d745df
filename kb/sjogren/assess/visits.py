"""What the rules of a later visit are given of other visits: values measured there, and what stood there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sjogren.assess.inputs import Seen, see
from sjogren.facts.resolve import Chosen, Key, PassedOver, Resolved
from sjogren.model.case import Case
from sjogren.model.vocabulary import Vocabulary

POLICY = "policy:"


class View(NamedTuple):
    """Everything that is known at a visit, by the names under which the rules ask for it."""

    seen: Seen
    chosen: dict[Key, Chosen]
    unused: dict[Key, tuple[PassedOver, ...]]


def view(
    case: Case,
    resolved: Resolved,
    seen: Seen,
    others: Mapping[str, Resolved],
    vocabulary: Vocabulary,
    read: frozenset[str],
) -> View:
    """One visit as it stands, with what is known of others under their names; ``read`` has the inputs asked for."""
    inputs, origins = dict(seen.inputs), dict(seen.origins)
    chosen, unused = dict(resolved.chosen), dict(resolved.unused)
    for visit, other in others.items():
        there = see(case, other, vocabulary)
        for key, known in there.inputs.items():
            name = f"{visit}/{key}"
            if name in read and not key.startswith(POLICY):
                origin = there.origins[key]
                inputs[name], origins[name] = known, origin._replace(fact=f"{visit}/{origin.fact}")
        chosen.update(((f"{visit}/{name}", side), value) for (name, side), value in other.chosen.items())
        unused.update(((f"{visit}/{name}", side), values) for (name, side), values in other.unused.items())
    return View(Seen(inputs, origins), chosen, unused)
