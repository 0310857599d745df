"""The command ``sjd``: options in, one call, one print. Data goes to standard output, messages to standard error."""

from sjogren.cli.main import main

__all__ = ["main"]
