"""A file is there as a whole or not at all, and what another has written is not overwritten."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

MODE = 0o666
"""Mode of a new file, before the user's mask."""


class Target:
    """Where a text goes.

    ``replaces`` says that the file may be overwritten if it is there; ``instead`` what to do where it may not.
    """

    def __init__(self, path: Path, *, replaces: bool, instead: str = "") -> None:
        self.path = Path(os.path.realpath(path))
        self.shown, self.replaces, self.instead = path, replaces, instead

    def check(self) -> None:
        """Raises a usage error when the file could not be written; asked before any work is done."""
        if self.path.is_dir():
            raise click.UsageError(f"{self.shown} is a folder; name a file in it.")
        if self.path.exists() and not self.replaces:
            raise click.UsageError(
                f"{self.shown} exists; it is not overwritten without --force. {self.instead}".rstrip()
            )
        if not self.path.parent.is_dir():
            raise click.UsageError(f"{self.shown} cannot be written: there is no folder {str(self.shown.parent)!r}.")
        if not os.access(self.path.parent, os.W_OK):
            raise click.UsageError(f"{self.shown} cannot be written: its folder may not be written to.")

    def write(self, text: str) -> Path:
        """Write the text; the name that it got, another one where the file has come to exist since it was checked.

        Raises `OSError` when it cannot be written; then nothing is left behind.
        """
        with uninterrupted():
            new = self.path.with_name(f".{self.path.name}.{os.getpid()}.new")
            try:
                with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, MODE), "wb") as file:
                    file.write(text.encode("utf-8", errors="replace"))
                    file.flush()
                    os.fsync(file.fileno())
                return self._placed(new)
            finally:
                with suppress(OSError):
                    new.unlink()

    def _placed(self, new: Path) -> Path:
        if self.replaces:
            with suppress(OSError):
                new.chmod(self.path.stat().st_mode & 0o777)
            new.replace(self.path)
            return self.shown
        names = (self.path, *(self.path.with_stem(f"{self.path.stem}-{number}") for number in range(1, 1000)))
        for name in names:
            with suppress(FileExistsError):
                _only_new(new, name)
                return self.shown if name == self.path else self.shown.with_name(name.name)
        raise FileExistsError(None, "there are too many files of that name", str(self.shown))


def _only_new(source: Path, name: Path) -> None:
    """Give a file a name that no file has; raises `FileExistsError` when one has it."""
    try:
        os.link(source, name)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if name.exists():
            raise FileExistsError from None
        source.rename(name)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C, a closed terminal and a polite end do nothing in between."""
    with _handled(signal.SIG_IGN):
        yield


class Ending:
    """Whether an end was asked for, by Ctrl-C, a closed terminal or politely."""

    def __init__(self) -> None:
        self.asked = False

    def interrupt(self, *_: object) -> None:
        """What a signal does."""
        self.asked = True
        raise KeyboardInterrupt

    def wait_for_line(self) -> None:
        """Wait until a line was typed on the terminal; raises `KeyboardInterrupt` when an end is, or was, asked for.

        `input` alone goes on waiting when a signal comes between its start and its read, or where Python drops what a
        signal raises (in a callback of the collector).
        """
        if os.name != "posix" or threading.current_thread() is not threading.main_thread():
            return
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        try:
            if not self.asked:
                select.select([sys.stdin, reader], [], [])
            if self.asked:
                raise KeyboardInterrupt
        finally:
            signal.set_wakeup_fd(before)
            os.close(reader)
            os.close(writer)


@contextmanager
def ended_like_ctrl_c() -> Iterator[Ending]:
    """A closed terminal and a polite end raise `KeyboardInterrupt`, as Ctrl-C does."""
    ending = Ending()
    with _handled(ending.interrupt):
        yield ending


@contextmanager
def _handled(handler: Callable[..., None] | signal.Handlers) -> Iterator[None]:
    """Signals that end a program go to a handler in between; only the main thread may say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, handler) for each in _signals()}
    try:
        yield
    finally:
        for each, was in before.items():
            signal.signal(each, was)


def _signals() -> list[signal.Signals]:
    """Those that this system has."""
    return [each for each in signal.Signals if each.name in {"SIGINT", "SIGTERM", "SIGHUP"}]
