"""Cases under two versions of the rules: which of them are concluded otherwise, and the steps that differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from sjogren.assess.knowledge_base import KnowledgeBase
from sjogren.compare.document import Block, Entry, Paragraph
from sjogren.errors import FindingsError, InputError

Json: TypeAlias = Any
ENDINGS = {".yaml", ".yml", ".json"}
STEPS = 3
"""Steps told on each side of a flip: those nearest to the facts, where the two versions part."""


class Flip(NamedTuple):
    """One conclusion at one visit that came out otherwise: its keys with both values, and the steps of one version."""

    case: str
    visit: int
    conclusion: str
    keys: tuple[tuple[str, Json, Json], ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


class Flips(NamedTuple):
    """All flips, how many cases were read by both versions, and the errors of those that were not."""

    flips: tuple[Flip, ...]
    read: int
    errors: tuple[FindingsError, ...]


def case_files(folder: Path) -> list[Path]:
    """The case files of a folder and of those in it, in order; raises `InputError` when there is none."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS and path.is_file())
    if not files:
        from sjogren.compare.edit import refused

        raise refused(str(folder), "C109", "there is no case file in this folder.", "Case files end in .yaml or .json.")
    return files


def flips(old: KnowledgeBase, new: KnowledgeBase, files: Iterable[Path]) -> Flips:
    """Assess every case under both versions; an invalid case is told, and does not stop the others."""
    found: list[Flip] = []
    errors: list[FindingsError] = []
    read = 0
    for path in files:
        try:
            pair = [each.assess(path).data for each in (old, new)]
        except InputError as error:
            errors.append(error)
            continue
        read += 1
        for visit, (one, other) in enumerate(zip(pair[0]["visits"], pair[1]["visits"], strict=True)):
            found += _visit(str(pair[0]["case"]), visit, one, other)
    return Flips(tuple(found), read, tuple(errors))


def _visit(case: str, visit: int, one: Json, other: Json) -> Iterator[Flip]:
    before, after = one["conclusions"], other["conclusions"]
    for conclusion in (name for name in before if name in after):
        keys = [key for key in before[conclusion] if before[conclusion][key] != after[conclusion].get(key)]
        if keys:
            steps = [_steps(each, conclusion, keys) for each in (one, other)]
            values = tuple((key, before[conclusion][key], after[conclusion].get(key)) for key in keys)
            yield Flip(case, visit, conclusion, values, _parting(steps[0], steps[1]), _parting(steps[1], steps[0]))


def _steps(visit: Json, conclusion: str, keys: Sequence[str]) -> Mapping[str, list[str]]:
    """The steps below some keys of a conclusion: each text with the texts of the steps that it rests on."""
    nodes = {node["id"]: node for node in visit["justification"]["@graph"]}
    stack = [
        node for node in nodes.values()
        if node.get("concludes", {}).get("conclusion") == conclusion and node["concludes"]["key"] in keys
    ]  # fmt: skip
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    while stack:
        node = stack.pop()
        if node["id"] not in seen:
            seen.add(node["id"])
            below = [nodes[premise] for premise in node.get("premises", ())]
            if _decides(node):
                found[_text(node)] = [_text(each) for each in below if _decides(each)]
            stack += below
    return found


def _decides(node: Json) -> bool:
    """Whether a step is one of the rules (a firing, or that it stayed open), not a fact or a sum."""
    return bool(node["type"] == "firing" or node.get("operation") == "undecided")


def _text(node: Json) -> str:
    """What a step says, with the rule and clause that said it."""
    said = str(node["text"])
    return f"{said} [{node['rule']}, {node['clause']}]" if node["type"] == "firing" else said


def _parting(own: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The steps that only one version takes, from what both know: where the two part."""
    alone = [text for text in own if text not in other]
    return tuple([text for text in alone if all(premise in other for premise in own[text])][:STEPS])


def tell_flips(found: Flips) -> Iterator[Block]:
    """The flips as blocks."""
    by_case = list(dict.fromkeys(flip.case for flip in found.flips))
    yield Paragraph(f"Cases that are concluded otherwise: {len(by_case)} of {found.read}.")
    for flip in found.flips:
        lines = [(key, f"{_value(before)} → {_value(after)}") for key, before, after in flip.keys]
        lines += [("before", step) for step in flip.before]
        lines += [("after", step) for step in flip.after]
        yield Entry(f"{flip.case}, visit {flip.visit + 1}: {flip.conclusion}", tuple(lines))


def _value(value: Json) -> str:
    """A printed value in words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_value(part)}" for key, part in value.items())
    if isinstance(value, list):
        return "; ".join(_value(part) for part in value) or "none"
    if value is None:
        return "not known"
    return str(value).replace("_", " ")
