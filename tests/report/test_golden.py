"""The whole Markdown report of three cases, as a reviewer reads it in a diff.

``SJD_GOLDEN=write pytest tests/report/test_golden.py`` renews the files. Digests change with every edit of a rule, so
they stand as ``…``.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from tests.report.conftest import Built

from sjogren.report.markdown import markdown

FOLDER = Path(__file__).parent / "golden"
NAMES = ("moutsopoulos-2014-1", "synthetic-response", "civilibal-2007-1")
"""A published case with assumptions, follow-up over three visits, and a child."""
DIGEST = re.compile(r"\b(sha256:|rules |input )[0-9a-f]{12,64}\b")


@pytest.mark.parametrize("name", NAMES)
def test_the_report_is_as_it_was_reviewed(name: str, built: Built) -> None:
    made = DIGEST.sub(r"\1…", markdown(built(name)))
    golden = FOLDER / f"{name}.md"
    if os.environ.get("SJD_GOLDEN") == "write":
        golden.write_text(made, encoding="utf-8")

    assert made.splitlines() == golden.read_text(encoding="utf-8").splitlines()
    assert len(DIGEST.findall(markdown(built(name)))) > 2
