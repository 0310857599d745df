"""How rdflib joins: what the left side of a join found is handed on to its right side, where that changes no answer.

rdflib hands on only in joins that hold no other join, whatever the variables; the others it answers in full on both
sides and compares pair by pair, which takes minutes where handing on takes milliseconds. Here each join is marked by
what SPARQL's bottom-up reading allows: a filter, a bound expression or an optional part must not see a variable from
beside its group. rdflib's notes of which variables a part binds leave out those of ``VALUES``, which costs optional
parts rows; they are put in.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

_OF_ITS_OWN = frozenset({"Project", "Slice", "Distinct", "Reduced", "Group", "AggregateJoin", "Minus", "Graph"})
"""Parts of a query that are answered by themselves, whatever is known beside them."""

_BINDING = frozenset({"ToMultiSet", "values", "LeftJoin", "Union", "Filter", "Extend"})
"""Parts whose variables are those of what they hold."""


def hand_on(node: Any, known: AbstractSet[Any] = frozenset()) -> bool:
    """Mark every join below a node of the algebra; gives whether the node itself may be handed these variables."""
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(node, CompValue):
        if node.name == "Join":
            left = hand_on(node.p1, known)
            node["lazy"] = hand_on(node.p2, known | _mentioned(node.p1))
            node["_vars"] = _scope(node)
            return left and bool(node.lazy)
        below = [hand_on(part, known) for part in node.values()]
        if node.name in _BINDING:
            node["_vars"] = _scope(node)
        return all(below) and node.name not in _OF_ITS_OWN and _sees_its_own(node, known)
    if isinstance(node, list | tuple):
        marked = [hand_on(part, known) for part in node]  # every part, not only up to the first that may not
        return all(marked)
    return True


def _sees_its_own(node: Any, known: AbstractSet[Any]) -> bool:
    """Whether a node would find the same if it were handed what is known."""
    if node.name == "Filter":
        return _mentioned(node.expr) & known <= _scope(node.p)
    if node.name == "Extend":
        return node.var not in known and _mentioned(node.expr) & known <= _scope(node.p)
    if node.name == "LeftJoin":
        own = _scope(node.p1)
        return _mentioned(node.p2) & known <= own and _mentioned(node.expr) & known <= own | _scope(node.p2)
    return True


def _scope(node: Any) -> AbstractSet[Any]:
    """The variables that a pattern may bind."""
    if node.name == "values":
        return frozenset(variable for row in node.res for variable in row)
    if node.name == "Project":
        return frozenset(node.PV)
    below = [_scope(node[key]) for key in ("p", "p1", "p2") if key in node]
    return frozenset(node.get("_vars") or ()).union(*below)


def _mentioned(node: Any) -> AbstractSet[Any]:
    """Every variable below a node."""
    from rdflib import Variable

    found: set[Any] = set()
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Variable):
            found.add(part)
        elif isinstance(part, dict):
            waiting += [*part.keys(), *part.values()]
        elif isinstance(part, list | tuple | set):
            waiting += part
    return found
