"""What the tests share: one knowledge base for the session, and a cache that is not the user's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import sjogren
from sjogren._resources import data
from sjogren.model.vocabulary import Vocabulary
from sjogren.ontology import reader


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compiled programs are kept in a folder of this session, so that no test reads or writes the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def kb(own_cache: None) -> sjogren.KnowledgeBase:  # noqa: ARG001 - the cache is set up before anything is opened
    """The rules and the ontology of this repository, opened once."""
    return sjogren.open()


@pytest.fixture(scope="module")
def ontology_once(kb: sjogren.KnowledgeBase) -> Iterator[None]:
    """Rules of a test are compiled against the vocabulary that is open already; another ontology is read as always."""
    read = reader.read_vocabulary

    def known(folder: Path) -> Vocabulary:
        return kb.vocabulary if folder == data("ontology") else read(folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "read_vocabulary", known)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long is started first, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
