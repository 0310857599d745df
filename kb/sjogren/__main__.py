"""``python -m sjogren`` is ``sjd``."""

from sjogren.cli import main

main()
