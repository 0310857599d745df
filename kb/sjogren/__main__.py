"""``python -m sjogren`` is ``sjd``."""

from sjogren.cli import main

if __name__ == "__main__":
    main()
