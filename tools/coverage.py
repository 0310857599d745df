"""Writes docs/coverage.md: what the knowledge rests on and what of it is used, never by hand.

Run ``python -m tools.coverage`` after every change of rules or ontology; a test compares the file with what this gives.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sjogren.browse.coverage import document

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "coverage.md"


def main() -> None:
    """Write the file, and say so."""
    FILE.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"{FILE.relative_to(ROOT)} written\n")


if __name__ == "__main__":
    main()
