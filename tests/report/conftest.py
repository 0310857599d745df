"""What the tests of reports share: each report is built once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import sjogren
from sjogren.report.blocks import Report
from sjogren.report.content import build

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

Built = Callable[[str], Report]


@pytest.fixture(scope="session")
def built(kb: sjogren.KnowledgeBase) -> Built:
    """The report of an example, by its name."""

    @cache
    def of(name: str) -> Report:
        case = kb.read(EXAMPLES / f"{name}.yaml")
        return build(kb, case, kb.assess(case), command=f"sjd report examples/{name}.yaml -o report.md")

    return of
