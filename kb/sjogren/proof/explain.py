"""One conclusion as an account for a reader: each step with its fact, its rule, and where the rule is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from sjogren.errors import did_you_mean
from sjogren.model.rule import Rule
from sjogren.rules.english import status_words

Json: TypeAlias = Any


class UnknownConclusion(LookupError):
    """The assessment has no such conclusion; the message names the nearest one."""


class Line(NamedTuple):
    """One line of an account: depth in the tree, the sentence, and what it rests on (empty for facts)."""

    depth: int
    text: str
    basis: str
    kind: str
    last: tuple[bool, ...]


def account(visit: Json, conclusion: str, rules: Mapping[str, Rule]) -> list[str]:
    """The account of one conclusion (or of ``flag/…``) at one visit, as lines of text.

    Raises `UnknownConclusion` with the nearest name.
    """
    nodes = {node["id"]: node for node in visit["justification"]["@graph"]}
    roots = [node for node in nodes.values() if node.get("concludes", {}).get("conclusion") == conclusion]
    printed = visit["conclusions"].get(conclusion)
    if printed is None and not conclusion.startswith("flag/"):
        named = [node for node in roots if node["type"] == "firing"]
        if not named:
            names = [*visit["conclusions"], *(f"flag/{flag}" for flag in visit["flags"])]
            hint = did_you_mean(conclusion, names) or f"There are {', '.join(sorted(names))}."
            raise UnknownConclusion(f"there is no conclusion {conclusion!r}. {hint}")
        roots = named
    elif printed is not None:
        roots = [_concluding(roots, key, value) for key, value in printed.items()]
    rule = rules.get(conclusion)
    lines = [f"{rule.label}" if rule else conclusion]
    if rule:
        lines += [f"{conclusion} · {status_words(rule)}", f"why the rule: {rule.because}"]
        lines += [f"source: {source.work}, {source.locator}" for source in rule.source]
    lines.append("")
    seen: set[str] = set()
    for root in roots:
        for line in _walk(root, nodes, seen, ()):
            lines += _draw(line)
    lines += _footing(roots, nodes, rules)
    return lines


def _concluding(nodes: list[Json], key: str, value: Json) -> Json:
    """The node that concludes a printed key: the firing itself where there is one."""
    found = [node for node in nodes if node["concludes"]["key"] == key and node["concludes"]["value"] == value]
    return min(found, key=lambda node: (node["type"] != "firing", node.get("operation") != "reads"))


def _walk(node: Json, nodes: Mapping[str, Json], seen: set[str], last: tuple[bool, ...]) -> Iterator[Line]:
    node = _through(node, nodes)
    basis = _basis(node)
    again = node["id"] in seen and bool(node.get("premises"))
    text = node["text"] + " (shown above)" if again else _without_facts(node, nodes)
    yield Line(len(last), text, "" if again else basis, node["type"], last)
    if again:
        return
    seen.add(node["id"])
    premises = [nodes[premise] for premise in node.get("premises", ())]
    for index, premise in enumerate(premises):
        yield from _walk(premise, nodes, seen, (*last, index == len(premises) - 1))


def _without_facts(node: Json, nodes: Mapping[str, Json]) -> str:
    """The sentence of a step without the facts that it names, where they stand below it anyway."""
    given = [nodes[premise]["text"] for premise in node.get("premises", ()) if nodes[premise]["type"] == "fact"]
    text: str = node["text"]
    return text.removesuffix(f" ({'; '.join(given)})") if node["type"] == "firing" else text


def _through(node: Json, nodes: Mapping[str, Json]) -> Json:
    """Pass over a step that only reads off another one with the same words."""
    while node.get("operation") == "reads" and len(node["premises"]) == 1:
        below = nodes[node["premises"][0]]
        if below.get("concludes", {}).get("value") != node["concludes"]["value"]:
            break
        node = below
    return node


def _basis(node: Json) -> str:
    if node["type"] == "firing":
        sources = "; ".join(f"{source['work']}, {source['locator']}" for source in node["source"])
        own = "" if node["status"] != "operationalisation" else "; this project's own reading, not validated"
        unverified = "; not verified against its source" if node.get("verification") == "unverified" else ""
        return f"rule {node['rule']}, {node['clause']} ← {sources}{own}{unverified}"
    if node["type"] == "fact" and node.get("recorded_by"):
        return f"recorded by {node['recorded_by']}"
    return ""


MARKS = {"fact": "•", "assumption": "≈", "missing": "?", "aggregate": "Σ", "firing": "→"}


def _draw(line: Line) -> list[str]:
    """A line with its branch of the tree, its basis below it."""
    stem = "".join("   " if last else "│  " for last in line.last[:-1])
    branch = ("└─ " if line.last[-1] else "├─ ") if line.last else ""
    below = stem + (("   " if line.last[-1] else "│  ") if line.last else "")
    lines = [f"{stem}{branch}{MARKS[line.kind]} {line.text}"]
    if line.basis:
        lines.append(f"{below}  [{line.basis}]")
    return lines


def _footing(roots: list[Json], nodes: Mapping[str, Json], rules: Mapping[str, Rule]) -> list[str]:
    """What the account rests on besides facts: assumptions, this project's own readings, what is missing."""
    below: dict[str, Json] = {}

    def gather(node: Json) -> None:
        if node["id"] not in below:
            below[node["id"]] = node
            for premise in node.get("premises", ()):
                gather(nodes[premise])

    for root in roots:
        gather(root)
    assumed = sorted({node["text"] for node in below.values() if node["type"] == "assumption"})
    own = sorted({node["rule"] for node in below.values() if node.get("status") == "operationalisation"})
    lines = ["", f"Marks: {', '.join(f'{mark} {kind}' for kind, mark in MARKS.items())}."]
    if assumed:
        lines += ["", "It rests on these assumptions and policies:", *(f"  ≈ {text}" for text in assumed)]
    if own:
        lines += ["", "These steps are this project's own reading, not validated:"]
        lines += [f"  {rules[name].label} ({name})" for name in own]
    return lines
