"""Rules, vocabulary and compiled program by content hash: built once, kept as plain JSON, read in milliseconds.

The cache holds no patient data and nothing that can run: lists, texts and numbers, checked against their own digest. It
lies in ``$XDG_CACHE_HOME/sjogren-kb`` (or ``~/.cache/sjogren-kb``); set ``SJD_CACHE=off`` to do without. A cache that
cannot be read or written is passed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from sjogren.model import rule as rule_nouns
from sjogren.model import vocabulary as vocabulary_nouns
from sjogren.model.rule import RuleSet
from sjogren.model.vocabulary import Vocabulary
from sjogren.program import ir
from sjogren.program.ir import Program


class Knowledge(NamedTuple):
    """All that an evaluation needs: every rule, and the program of one visit (`sjogren.program.later`: of several).

    ``sequence`` has the rules of the program, each after those that it reads.
    """

    rules: RuleSet
    sequence: tuple[str, ...]
    vocabulary: Vocabulary
    program: Program


def load(rules: Path, ontology: Path, version: str) -> Knowledge:
    """The knowledge in two folders, from the cache when it is there; raises `KnowledgeError` when it is invalid."""
    content_hash = _content_hash((rules, ontology), version)
    name = content_hash + _code_hash()
    if (kept := _read(name)) is not None:
        return kept
    knowledge = build(rules, ontology, version, content_hash)
    keep(name, json.dumps(encode(knowledge), ensure_ascii=False, separators=(",", ":")))
    return knowledge


def build(rules: Path, ontology: Path, version: str, content_hash: str = "") -> Knowledge:
    """Read, validate and compile, without the cache."""
    from sjogren.ontology.reader import read_vocabulary
    from sjogren.program.compile import compile_program
    from sjogren.program.later import compile_later
    from sjogren.program.outline import order
    from sjogren.rules.reader import read_rules
    from sjogren.rules.timed import one_visit

    content_hash = content_hash or _content_hash((rules, ontology), version)
    vocabulary = read_vocabulary(ontology)
    rule_set = read_rules(rules)
    program = compile_program(rule_set, vocabulary, version, content_hash)
    sequence = tuple(rule.id for rule in order(one_visit(rule_set).rules, []))
    knowledge = Knowledge(rule_set, sequence, vocabulary, program)
    compile_later(knowledge)  # so that what is wrong with the rules that compare visits is told at once
    return knowledge


def _content_hash(folders: Iterable[Path], version: str) -> str:
    """Digest of the version and of every rule and ontology file that can change an assessment."""
    digest = sha256(version.encode())
    for folder in folders:
        for path in sorted((*folder.glob("*/**/*.yaml"), *folder.glob("*.ttl"))):
            if path.name.endswith(".shapes.ttl") or path.name == "shapes.ttl":
                continue
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"sha256:{digest.hexdigest()}"


def _code_hash() -> str:
    """Digest of the code that compiles, so that a changed compiler never reads what an older one wrote."""
    package = Path(__file__).parents[1]
    digest = sha256()
    for room in ("model", "rules", "ontology", "program"):
        for path in sorted((package / room).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _cache_file(name: str) -> Path | None:
    if os.environ.get("SJD_CACHE") == "off":
        return None
    base = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    if not base.is_absolute():
        return None
    return base / "sjogren-kb" / f"{sha256(name.encode()).hexdigest()[:40]}.json"


def kept(name: str) -> str:
    """What was kept under a name; empty when nothing is there, or not whole."""
    path = _cache_file(name)
    if path is None:
        return ""
    try:
        digest, _, payload = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, ValueError):
        return ""
    return payload if sha256(payload.encode()).hexdigest() == digest else ""


def keep(name: str, payload: str) -> None:
    """Keep a text under a name that changes with all that it was made of; a cache that is not there is no fault."""
    path = _cache_file(name)
    if path is None:
        return
    import tempfile

    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, new = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(f"{sha256(payload.encode()).hexdigest()}\n{payload}")
            Path(new).replace(path)
        except OSError:
            Path(new).unlink()


def _read(name: str) -> Knowledge | None:
    try:
        knowledge = decode(json.loads(kept(name)))
    except (ValueError, KeyError, TypeError, LookupError):
        return None
    return knowledge if isinstance(knowledge, Knowledge) else None


def _nouns() -> dict[str, type]:
    found: dict[str, type] = {"Knowledge": Knowledge}
    for prefix, module in (("r", rule_nouns), ("v", vocabulary_nouns), ("p", ir)):
        for name, noun in vars(module).items():
            if isinstance(noun, type) and issubclass(noun, tuple) and hasattr(noun, "_fields"):
                found[f"{prefix}{name}"] = noun
    return found


_PREFIX = {rule_nouns.__name__: "r", vocabulary_nouns.__name__: "v", ir.__name__: "p"}


def encode(value: Any) -> Any:
    """Nested nouns as JSON, equal parts once: plain values, then parts as the places of their own parts before them.

    ``kinds`` has the noun of each part, ``(`` for a tuple, ``{`` for a mapping (keys and values by turns) and ``/`` for
    a fraction.
    """
    places: dict[Any, int] = {}
    plain: list[Any] = []
    kinds: list[str] = []
    parts: list[tuple[int, ...]] = []

    def atoms(part: Any) -> None:
        for inner in _inner(part):
            atoms(inner)
        if not isinstance(part, tuple | dict | Fraction) and (type(part), part) not in places:
            places[type(part), part] = len(plain)
            plain.append(part)

    def place(part: Any) -> int:
        if not isinstance(part, tuple | dict | Fraction):
            return places[type(part), part]
        kind, inner = _kind(part), tuple(map(place, _inner(part)))
        if (kind, inner) not in places:
            places[kind, inner] = len(plain) + len(parts)
            kinds.append(kind)
            parts.append(inner)
        return places[kind, inner]

    atoms(value)
    place(value)
    return {"plain": plain, "kinds": kinds, "parts": parts}


def _inner(part: Any) -> Iterable[Any]:
    """What a part is made of; nothing for a plain value, which must be one that JSON has."""
    if isinstance(part, Fraction):
        return (part.numerator, part.denominator)
    if isinstance(part, tuple):
        return part
    if isinstance(part, dict):
        return (each for pair in part.items() for each in pair)
    if part is None or isinstance(part, str | bool | int):
        return ()
    raise TypeError(f"{type(part).__name__} is not stored")


def _kind(part: Any) -> str:
    if isinstance(part, Fraction | dict):
        return "/" if isinstance(part, Fraction) else "{"
    kind = type(part)
    return f"{_PREFIX.get(kind.__module__, '')}{kind.__name__}" if hasattr(kind, "_fields") else "("


def decode(value: Any) -> Any:
    """The inverse of `encode`; equal parts are one object."""
    makers, new = _nouns(), tuple.__new__
    made: list[Any] = value["plain"]
    at, add = made.__getitem__, made.append
    for kind, places in zip(value["kinds"], value["parts"], strict=True):
        parts = map(at, places)
        if kind == "(":
            add(tuple(parts))
        elif kind == "/":
            add(Fraction(*parts))
        elif kind == "{":
            add(dict(zip(parts, parts, strict=True)))
        else:
            add(new(makers[kind], parts))
    return made[-1]
