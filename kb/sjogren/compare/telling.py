"""A contrast told: the findings that tell the parties apart, the counts, and the patterns in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sjogren.compare.contrast import Contrast, Difference, Told
from sjogren.compare.document import Block, Entry, Heading, Paragraph, Rows
from sjogren.compare.patterns import Ask, Pattern, shared

FEW = 2
"""So many things that count alike are named wherever they are meant; more get a letter and are listed once."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def verdict_words(answer: str) -> str:
    """An answer as it is printed: ``entry_not_met`` is *entry not met*."""
    return answer.replace("_", " ")


class Teller:
    """Tells one contrast; a trait that is one of many things is named by a letter, and the letters are listed."""

    def __init__(self, contrast: Contrast) -> None:
        self.contrast = contrast
        self.groups: dict[str, str] = {}

    def findings(self) -> Iterator[Block]:
        """The findings that the parties tell apart, each with its name."""
        yield Paragraph(
            f"{_count(len(self.contrast.traits.traits), 'finding')} can change an answer: "
            + "; ".join(self._name(position, [value])[0] for position, value in self._positive())
            + "."
        )
        yield from self.legend()

    def legend(self) -> Iterator[Block]:
        """What each letter stands for."""
        for text, letter in self.groups.items():
            yield Entry(f"{letter} is any of:", (("", "; ".join(text.split(" or "))),))

    def _positive(self) -> Iterator[tuple[int, int]]:
        for position, trait in enumerate(self.contrast.traits.traits):
            for value in range(1, len(trait.values)):
                yield position, value

    def _name(self, position: int, values: Sequence[int]) -> tuple[str, bool]:
        text, positive = self.contrast.words.trait(position, values)
        members = self.contrast.traits.traits[position].members
        if len(members) > FEW and text.count(" or ") >= FEW and "; or " not in text:
            letter = self.groups.setdefault(text, f"group {LETTERS[len(self.groups) % len(LETTERS)]}")
            return letter, positive
        return text, positive

    def patterns(self, difference: Difference, names: tuple[str, str]) -> Iterator[Block]:
        """One difference: how often, what all its patterns share, and each pattern."""
        said = " and ".join(
            f"{name} {verdict_words(answer)}" for name, answer in zip(names, difference.answers, strict=True)
        )
        total = self.contrast.table.total
        yield Heading(3, said)
        common = shared(difference.cover.patterns)
        minimal = difference.cover.minimal
        of_all = f"{minimal:,} minimal patterns" if minimal is not None else "too many minimal patterns to list"
        yield Paragraph(
            f"{difference.count:,} of {total:,} combinations of these findings; {of_all}, told in "
            f"{_count(len(difference.told), 'line')}"
            + (f", which leave out {difference.cover.left:,} combinations." if difference.cover.left else ".")
        )
        if common:
            yield Entry("In every one of them:", tuple(self._lines(common)))
        for number, told in enumerate(difference.told, 1):
            yield self._entry(number, told, common)

    def _entry(self, number: int, told: Told, common: Sequence[tuple[Ask, ...]]) -> Entry:
        own = [factor for factor in told.pattern.factors if factor not in common]
        return Entry(f"{number}. {_combinations(told.pattern)}", tuple(self._lines(own)) or (("", "nothing else"),))

    def _lines(self, factors: Sequence[tuple[Ask, ...]]) -> Iterator[tuple[str, str]]:
        """What is present, one line each; what is one of several; and all that is absent on one line."""
        absent = []
        for factor in factors:
            named = [self._name(position, values) for position, values in factor]
            if len(named) == 1 and not named[0][1]:
                absent.append(named[0][0])
                continue
            yield "with", ", or ".join(text if positive else f"without {text}" for text, positive in named)
        if absent:
            yield "without", "; ".join(absent)


def _combinations(pattern: Pattern) -> str:
    more = "" if pattern.new == pattern.all else f", {pattern.new:,} of them not told above"
    return f"{_count(pattern.all, 'combination')}{more}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def table(pairs: Mapping[tuple[str, str], int], names: tuple[str, str]) -> Rows:
    """How often which pair of answers is given."""
    firsts = list(dict.fromkeys(one for one, _ in pairs))
    seconds = list(dict.fromkeys(other for _, other in pairs))
    return Rows(
        (f"{names[0]} ↓   {names[1]} →", *map(verdict_words, seconds)),
        tuple((verdict_words(one), *(f"{pairs.get((one, other), 0):,}" for other in seconds)) for one in firsts),
    )
