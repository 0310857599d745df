"""The door of a checkout: ``python cli.py …`` is ``sjd …``. The commands are in kb/sjogren/cli."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "kb"))

if __name__ == "__main__":
    from sjogren.cli import main

    main()
