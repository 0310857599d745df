"""What an advice says, as plain frozen nouns."""

from __future__ import annotations

from typing import Any, NamedTuple

Json = dict[str, Any]


class Finding(NamedTuple):
    """One thing to find, or to find otherwise.

    facts
        the facts that it is about, each with its side (empty: none). Several sides, or several facts in place of each
        other, are one finding; ``text`` says which.
    text
        the finding in words: ``Schirmer's test at most 5 mm/5 min in at least one eye``.
    now
        what is recorded of it now, in words; empty where nothing is.
    ways
        each way in which it is had: facts with their side and a value that does.
    """

    facts: tuple[tuple[str, str], ...]
    text: str
    now: str
    ways: tuple[tuple[tuple[str, str, Any], ...], ...] = ()


class Change(NamedTuple):
    """What would give a conclusion another answer.

    now, becomes
        the answer as it is, and as it would be.
    missing
        True: the verdict is open, and each set is of missing facts alone. False: the verdict is settled, or open for
        whatever is missing, and each set is a smallest change of what is recorded or missing.
    sets
        each is enough, and nothing less than it is. A finding with several ways stands for a set with each of them.
    more
        how many further sets there are, every way of a finding counted.
    """

    conclusion: str
    now: str
    becomes: str
    missing: bool
    sets: tuple[tuple[Finding, ...], ...]
    more: int


class NextTest(NamedTuple):
    """A test that still matters.

    facts
        those of its missing facts that do.
    settles
        the conclusions that some results of this test alone would settle.
    can_change
        the conclusions that it can still change, alone or together with other tests.
    """

    id: str
    label: str
    burden: str
    burden_label: str
    facts: tuple[str, ...]
    settles: tuple[str, ...]
    can_change: tuple[str, ...]


class Idle(NamedTuple):
    """A test of which facts are missing, and that is not asked for."""

    id: str
    label: str


class Unsettled(NamedTuple):
    """A conclusion that is open and stays so, whatever is tested, and why."""

    conclusion: str
    reason: str


class LeftOut(NamedTuple):
    """A conclusion of which no sets were worked out, and why."""

    conclusion: str
    reason: str


class Advice(NamedTuple):
    """What would change the conclusions of a visit, and what to find out next, the first thing first.

    no_longer
        the tests of which facts are missing that can change nothing any more.
    behind
        the tests that can change something only by what a clinician rates with a level, as a domain of ESSDAI; the
        level is asked of the test that rates it.
    """

    changes: tuple[Change, ...]
    tests: tuple[NextTest, ...]
    no_longer: tuple[Idle, ...]
    unsettled: tuple[Unsettled, ...]
    left_out: tuple[LeftOut, ...]
    behind: tuple[Idle, ...] = ()

    def to_json(self) -> Json:
        """The same as plain data for JSON; a finding without its ways, which its words say."""
        return {name: [_plain(each) for each in part] for name, part in self._asdict().items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Finding):
        return {
            "facts": [_place(fact, side) for fact, side in value.facts],
            "text": value.text,
            "now": value.now,
        }
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def _place(fact: str, side: str) -> Json:
    return {"fact": fact, "side": side} if side else {"fact": fact}
