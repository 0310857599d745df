"""``rules/context.jsonld`` and ``rules/rule.shapes.ttl``, written from ``rules/rule.schema.json``.

The schema is the one place where the words of the language are kept by hand. Its ``x-rdf`` says what a word means in
RDF, its ``x-class`` which kind of node a shape describes. ``python -m sjogren.rules.generate`` writes both files; a
test fails when they differ from what would be written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sjogren._resources import data
from sjogren.rules.schema import schema

PREFIXES = {
    "sjd": "https://w3id.org/sjd/",
    "doi": "https://doi.org/",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/",
    "dcterms": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
INNER = (
    "Source", "RuleName", "Addend", "Needed", "Branch", "Shown", "Reading", "Caveat", "Case", "Mark", "Test", "Group",
)  # fmt: skip
KINDS = ("Finding", "Grade", "Table", "Selection", "Score", "CriteriaSet", "Recommendation")


def context() -> dict[str, Any]:
    """The JSON-LD context: every word of the schema and its meaning."""
    found: dict[str, Any] = {"@version": 1.1, "@vocab": PREFIXES["sjd"], **PREFIXES}
    for name, definition in _definitions():
        meaning = definition.get("x-rdf")
        if meaning is None or name.startswith("@"):
            continue
        term: Any = meaning
        if isinstance(meaning, dict):
            keys = {"iri": "@id", "type": "@type", "container": "@container", "language": "@language"}
            term = {keys[key]: value for key, value in meaning.items() if key in keys}
            if "vocab" in meaning:
                term["@context"] = {"@vocab": meaning["vocab"]}
        if found.setdefault(name, term) != term:
            raise ValueError(f"the schema gives {name!r} two meanings: {found[name]} and {term}")
    return {"@context": found}


def _definitions() -> Iterator[tuple[str, dict[str, Any]]]:
    for shape in (*KINDS, *INNER):
        yield from schema()["$defs"][shape]["properties"].items()


def shapes() -> str:
    """Closed SHACL shapes: a node of each class has the properties of its shape and no other."""
    lines = [
        "# Generated from rule.schema.json by `python -m sjogren.rules.generate`; do not edit.",
        "",
        *(f"@prefix {name}: <{iri}> ." for name, iri in PREFIXES.items() if name in {"sjd", "dcterms", "skos", "xsd"}),
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .",
        "@prefix sh: <http://www.w3.org/ns/shacl#> .",
    ]
    for shape in (*KINDS, *INNER):
        definition = schema()["$defs"][shape]
        needed = set(definition.get("required", ()))
        lines += ["", f"sjd:{shape}Shape a sh:NodeShape ;", f"    sh:targetClass sjd:{shape} ;"]
        lines += ["    sh:closed true ;", "    sh:ignoredProperties ( rdf:type ) ;"]
        properties = [_property(name, each, name in needed) for name, each in definition["properties"].items()]
        lines.append(" ;\n".join(f"    sh:property {each}" for each in properties if each) + " .")
    return "\n".join(lines) + "\n"


def _property(name: str, definition: dict[str, Any], needed: bool) -> str:
    meaning = definition.get("x-rdf")
    if not isinstance(meaning, dict):
        return ""
    parts = [f"sh:path {meaning['iri']}", f'sh:name "{name}"']
    if needed:
        parts.append("sh:minCount 1")
    if meaning.get("container") != "@set":
        parts.append("sh:maxCount 1")
    if str(meaning.get("type", "")).startswith("xsd:"):
        parts.append(f"sh:datatype {meaning['type']}")
    if "enum" in definition and meaning.get("type") == "@vocab":
        parts.append(f"sh:in ( {' '.join(f'sjd:{word}' for word in definition['enum'])} )")
    if "language" in meaning:
        parts.append("sh:datatype rdf:langString")
    return f"[ {' ; '.join(parts)} ]"


def written(folder: Path) -> dict[Path, str]:
    """What both files should hold."""
    text = json.dumps(context(), ensure_ascii=False, indent=1)
    return {folder / "context.jsonld": text + "\n", folder / "rule.shapes.ttl": shapes()}


def main() -> None:
    """Write both files."""
    for path, text in written(data("rules")).items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
