"""The graph that is asked: what is added to it, and that what is kept is what was read."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from tests.ask.small import small_knowledge

from sjogren._resources import data
from sjogren.ask.graph import SJD, knowledge_graph, packed, unpacked
from sjogren.ask.shelf import graph_of

# rdflib's reader of JSON-LD uses a class that rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

RULE = f"{SJD}rule/"
PART_OF = URIRef("http://purl.org/dc/terms/isPartOf")


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The two folders of the small knowledge base, and a cache that is theirs alone."""
    small_knowledge(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "rules", tmp_path / "ontology"


def kept(folders: tuple[Path, Path]) -> list[Path]:
    return sorted((folders[0].parent / "cache" / "sjogren-kb").glob("*.json"))


def test_what_is_kept_is_what_was_read(folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    first = knowledge_graph(*folders)
    (file,) = kept(folders)
    second = knowledge_graph(*folders)
    monkeypatch.setenv("SJD_CACHE", "off")
    third = knowledge_graph(*folders)

    assert set(first) == set(second)
    assert isomorphic(second, third)
    assert kept(folders) == [file]


def test_an_edit_is_seen(folders: tuple[Path, Path]) -> None:
    knowledge_graph(*folders)
    path = folders[0] / "finding" / "level.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("label: Level", "label: Another"), encoding="utf-8")

    assert (URIRef(f"{RULE}finding/level"), None, Literal("Another", lang="en")) in knowledge_graph(*folders)
    assert len(kept(folders)) == 2


def test_what_was_kept_and_is_broken_is_passed_over(folders: tuple[Path, Path]) -> None:
    read = set(knowledge_graph(*folders))
    (file,) = kept(folders)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Invented.", "Altered."), encoding="utf-8")

    assert len(knowledge_graph(*folders)) == len(read)
    assert "Altered." not in file.read_text(encoding="utf-8")


def test_every_kind_of_term_is_kept() -> None:
    triples = [
        (URIRef("http://x/a"), URIRef("http://x/p"), Literal("1")),
        (URIRef("http://x/a"), URIRef("http://x/p"), Literal("1", lang="en")),
        (URIRef("http://x/a"), URIRef("http://x/p"), Literal(1)),
        (URIRef("http://x/a"), URIRef("http://x/p"), URIRef("1")),
        (BNode("1"), URIRef("http://x/p"), BNode("b")),
        (URIRef("http://x/a"), URIRef("http://x/p"), Literal('line\n"quote" \\ ü')),
    ]

    assert list(unpacked(packed(triples))) == triples


def test_a_pattern_finds_the_same_triples_as_in_a_store_of_rdflib() -> None:
    plain = Graph()
    for line in range(40):
        plain.add((URIRef(f"http://x/{line % 5}"), URIRef(f"http://x/p{line % 3}"), Literal(line % 7)))
    shelf = graph_of([*plain, *plain])

    assert len(shelf) == len(plain)
    for subject, predicate, target in plain:
        for pattern in (
            (subject, None, None), (None, predicate, None), (None, None, target), (subject, predicate, None),
            (subject, None, target), (None, predicate, target), (subject, predicate, target), (None, None, None),
            (target, predicate, subject),
        ):  # fmt: skip
            assert sorted(shelf.triples(pattern)) == sorted(plain.triples(pattern))


def test_what_a_rule_says_once_is_said_of_every_part() -> None:
    graph = knowledge_graph(data("rules"), data("ontology"))
    schirmer = URIRef(f"{RULE}classification/acr-eular-2016/schirmer")
    whole = URIRef(f"{RULE}classification/acr-eular-2016")
    leaf = URIRef(f"{RULE}classification/acr-eular-2016#items.3.when")

    def values(subject: URIRef, name: str) -> set[str]:
        return {str(value).removeprefix(SJD) for value in graph.objects(subject, URIRef(SJD + name))}

    assert values(schirmer, "status") == {"published"}
    assert values(schirmer, "reads") == {"fact/schirmer_test", "fact/anticholinergic_drug"}
    assert values(schirmer, "restsOnlyOn") == {"https://doi.org/10.1136/annrheumdis-2016-210571"}
    assert values(leaf, "inWords") == {"at most 5 mm/(5.min), either eye"}
    assert values(leaf, "threshold") == {"at most 5 mm/(5.min)"}
    assert "rule/classification/acr-eular-2016/schirmer" in values(whole, "reads")
    assert "fact/schirmer_test" not in values(whole, "reads")
    assert "rule/classification/acr-eular-2016#items.3.when" in values(whole, "usesTest")
    assert not any(name.startswith("rule/activity/essdai") for name in values(whole, "usesTest"))
    assert {leaf, whole} & set(graph.subjects(PART_OF, schirmer)) == {leaf}
    assert set(graph.objects(schirmer, PART_OF)) == {whole}


def test_every_test_of_every_rule_is_part_of_one_rule_and_in_words() -> None:
    graph = knowledge_graph(data("rules"), data("ontology"))
    tests = set(graph.subjects(None, URIRef(f"{SJD}Test")))

    assert tests
    assert [test for test in tests if len(list(graph.objects(test, PART_OF))) != 1] == []
    assert [test for test in tests if len(list(graph.objects(test, URIRef(f"{SJD}inWords")))) != 1] == []
