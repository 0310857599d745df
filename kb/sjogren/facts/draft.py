"""A case file that is being filled in: one value after the other is written into its text, and all else stays.

The text is the only truth. Every step gives a new text, so that a step can be taken back, and what is wrong with an
answer is what the reader of case files finds wrong with the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping as PyMapping
from pathlib import Path

from sjogren._located import Block, Mapping, Node, Scalar, Sequence, read_located, written_mappings
from sjogren.facts._findings import Findings
from sjogren.facts._load import load_path
from sjogren.facts._scalars import is_missing
from sjogren.model.vocabulary import FactDef

HEAD = """\
# One patient, as answered in the dialogue of `sjd ask-me`; never a name or a birth date.
# unknown and not_done say that there is no value: never that it is negative.
"""
_PLAIN = re.compile(r"[A-Za-z0-9_+.~-][A-Za-z0-9_+./-]*")
"""What YAML reads as it stands, in braces too."""
_QUOTED = frozenset({"no", "yes", "on", "off", "y", "n"})
"""Words that other readers of YAML take for truth values."""
_JSON = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false|null")


def new_draft(identifier: str, age: str, sex: str) -> str:
    """The text of a case without facts; the answers as they were typed, an empty one for a sex that is not known."""
    sex = sex or "unknown"
    lines = (f"{key}: {_scalar(typed(text), json_only=False)}\n" for key, text in (("age", age), ("sex", sex)))
    return f"{HEAD}id: {json.dumps(identifier, ensure_ascii=False)}\n{''.join(lines)}facts: {{}}\n"


def draft_of(path: str | Path) -> str:
    """The text of a case file to go on with, under a head of comments; raises `InputError` when it cannot be read."""
    findings = Findings(str(path))
    load_path(path, findings)
    findings.raise_if_any()
    text = Path(path).read_bytes().decode("utf-8-sig")
    return text if text.lstrip()[:1] in {"#", "{", "["} or text.startswith(("---", "%")) else HEAD + text


def typed(text: str) -> Scalar:
    """A word or number as it was typed, without quotes."""
    return Scalar(text, 0, quoted=False)


def words(text: str) -> Scalar:
    """A free text: never taken for null or for a number."""
    return Scalar(text, 0, quoted=True)


def mapping(items: PyMapping[str, Node]) -> Mapping:
    """A mapping of nodes."""
    return Mapping(dict(items), dict.fromkeys(items, 0), 0)


def with_value(text: str, fact: FactDef, side: str, value: Node) -> str:
    """The text with a value of a fact at its last visit.

    A member (``essdai.renal``) or a side comes beside the others of its whole. A record without a value is replaced;
    one with a value stays, and the new one comes after it.
    """
    tree = read_located(text, "", lambda _: None, "")
    assert isinstance(tree, Mapping), "only the text of a valid case is filled in"
    path, holder = _last_visit(tree)
    name, _, member = fact.name.partition(".")
    part = member or side
    facts = holder.get("facts")
    inner = facts if isinstance(facts, Mapping) else mapping({})
    old = inner.get(name)
    block = written_mappings(text).get(f"{path}.facts.{name}".removeprefix("."))
    if part and block and not block.flow and block.entries and isinstance(old, Mapping) and "value" not in old:
        return _set(text, block, part, f"{part}: {_flow(_merged(old.get(part), '', value), json_only=False)}")
    return _written(text, tree, path, inner, name, _merged(old, part, value))


def _last_visit(tree: Mapping) -> tuple[str, Mapping]:
    """The mapping whose facts are asked for, with its path."""
    visits = tree.get("visits")
    if isinstance(visits, Sequence) and visits.items and isinstance(last := visits.items[-1], Mapping):
        return f"visits.{len(visits) - 1}", last
    return "", tree


def _merged(old: Node | None, part: str, value: Node) -> Node:
    """What stands under a fact once a value is added to it, or to one of its parts (a member or a side)."""
    if old is None or _nothing(old):
        return mapping({part: value}) if part else value
    if isinstance(old, Sequence):
        return _longer(old, part, value)
    if not part:
        return old if is_missing(value) else Sequence([old, value], 0)
    parts = _by_part(old) if isinstance(old, Mapping) else {}
    return mapping({**parts, part: _merged(parts.get(part), "", value)})


def _longer(old: Sequence, part: str, value: Node) -> Node:
    """A list with a value more: a list of dated values, or a list that is one value itself."""
    if is_missing(value):
        return old
    if part:
        return Sequence([*old.items, mapping({"value": mapping({part: value})})], 0)
    if not isinstance(value, Sequence):
        return Sequence([*old.items, value], 0)
    if any(isinstance(each, Mapping) and "value" in each for each in old):
        return Sequence([*old.items, mapping({"value": value})], 0)
    named = {_disease(each): each for each in value if _disease(each)}
    kept = [_settled(each, met=_disease(each) in named) for each in old]
    before = {_disease(each) for each in old if _disease(each)}
    return Sequence([*kept, *(each for each in value if _disease(each) not in before)], 0)


def _disease(node: Node) -> str:
    """The code of a record of a disease; empty for everything else."""
    code = node.get("disease") if isinstance(node, Mapping) else None
    return code.text if isinstance(code, Scalar) else ""


def _settled(node: Node, *, met: bool) -> Node:
    """A record of a disease, its criteria answered where they were open."""
    if not isinstance(node, Mapping) or not _disease(node):
        return node
    said = node.get("criteria_met")
    if said is not None and not _nothing(said):
        return node
    return mapping({**node.items, "criteria_met": typed("true" if met else "false")})


def _nothing(node: Node) -> bool:
    """Whether it says only that there is no value."""
    if isinstance(node, Mapping):
        value = node.get("value")
        return value is not None and is_missing(value)
    return is_missing(node)


def _by_part(old: Mapping) -> dict[str, Node]:
    """The members or sides, each with the attributes that were said of all of them together."""
    value = old.get("value")
    if not isinstance(value, Mapping):
        return dict(old.items)
    said = {key: node for key, node in old if key != "value"}
    found: dict[str, Node] = {}
    for part, node in value:
        single = isinstance(node, Mapping) and "value" in node
        own = dict(node.items) if isinstance(node, Mapping) and single else {"value": node}
        found[part] = mapping({**own, **{key: each for key, each in said.items() if key not in own}})
    return found


# --- into the text ---------------------------------------------------------------------------------------------------


def _written(text: str, tree: Mapping, path: str, facts: Mapping, name: str, new: Node) -> str:
    """The text with one entry of the facts set; only what is in braces around it is laid out anew."""
    blocks = written_mappings(text)
    outer = blocks[path]
    inner = blocks.get(f"{path}.facts".removeprefix("."))
    json_only = text.lstrip()[:1] == "{"
    line = f"{name}: {_flow(new, json_only=json_only)}"
    if inner and not inner.flow and inner.entries:
        return _set(text, inner, name, line)
    whole = mapping({**facts.items, name: new})
    if not outer.flow:
        pad = " " * (outer.column + 2)
        lines = (f"\n{pad}{key}: {_flow(node, json_only=False)}" for key, node in whole)
        return _set(text, outer, "facts", f"facts:{''.join(lines)}")
    if path and not blocks[""].flow:
        last = mapping({**_at(tree, path).items, "facts": whole})
        return f"{text[: outer.start]}{_flow(last, json_only=False)}{text[outer.end :]}"
    return _all(tree, path, whole, json_only=json_only) + "\n"


def _at(tree: Mapping, path: str) -> Mapping:
    """The mapping at the path of a visit."""
    return _last_visit(tree)[1] if path else tree


def _all(tree: Mapping, path: str, facts: Mapping, *, json_only: bool) -> str:
    """A case in braces, with the facts of its last visit."""
    last = mapping({**_at(tree, path).items, "facts": facts})
    visits = tree.get("visits")
    if not path or not isinstance(visits, Sequence):
        return _flow(last, json_only=json_only)
    new = mapping({**tree.items, "visits": Sequence([*visits.items[:-1], last], 0)})
    return _flow(new, json_only=json_only)


def _set(text: str, block: Block, key: str, line: str) -> str:
    """The text with an entry of a block replaced, or added at its end behind any comment on its last line."""
    ending = "\r\n" if "\r\n" in text else "\n"
    line = line.replace("\n", ending)
    for entry in block.entries:
        if entry.key == key:
            tail = ending if text[: entry.end].endswith("\n") else ""
            return f"{text[: entry.start]}{line}{tail}{text[entry.end :]}"
    end = block.entries[-1].end
    if not text[:end].endswith("\n"):
        stop = text.find("\n", end)
        end = len(text) if stop < 0 else stop + 1
    before = text[:end] if text[:end].endswith("\n") else text[:end] + ending
    return f"{before}{' ' * block.column}{line}{ending}{text[end:]}"


def _flow(node: Node, *, json_only: bool) -> str:
    """A node on one line."""
    if isinstance(node, Scalar):
        return _scalar(node, json_only=json_only)
    if isinstance(node, Sequence):
        return f"[{', '.join(_flow(each, json_only=json_only) for each in node)}]"
    keys = {key: _scalar(Scalar(key, 0, quoted=json_only), json_only=json_only) for key, _ in node}
    return f"{{{', '.join(f'{keys[key]}: {_flow(each, json_only=json_only)}' for key, each in node)}}}"


def _scalar(node: Scalar, *, json_only: bool) -> str:
    """A scalar that is read back as what it was."""
    plain = not node.quoted and node.text not in _QUOTED
    if plain and json_only:
        return "null" if node.is_null else node.text if _JSON.fullmatch(node.text) else _string(node.text)
    if plain and (_PLAIN.fullmatch(node.text) or node.is_null):
        return node.text or "null"
    return _string(node.text)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
