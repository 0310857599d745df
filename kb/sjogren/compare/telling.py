"""A contrast told: the findings that tell the parties apart, the counts, and the patterns in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sjogren.compare.contrast import Contrast, Difference, Told
from sjogren.compare.document import Block, Entry, Heading, Paragraph, Rows
from sjogren.compare.patterns import Ask, Pattern
from sjogren.compare.words import Phrase

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
        self.groups: dict[tuple[str, ...], str] = {}

    def findings(self) -> Iterator[Block]:
        """The findings that the parties tell apart, each with its name."""
        names = [self._name(position, [value]).text for position, value in self._positive()]
        yield Entry(f"{_count(len(names), 'finding')} can change an answer:", tuple(("", name) for name in names))
        yield from self.legend()

    def legend(self) -> Iterator[Block]:
        """What each letter stands for."""
        for parts, letter in self.groups.items():
            yield Entry(f"{letter} is any of:", (("", "; ".join(parts)),))

    def _positive(self) -> Iterator[tuple[int, int]]:
        for position, trait in enumerate(self.contrast.traits.traits):
            for value in range(1, len(trait.values)):
                yield position, value

    def _name(self, position: int, values: Sequence[int]) -> Phrase:
        phrase = self.contrast.words.trait(position, values)
        if len(phrase.parts) <= FEW:
            return phrase
        number = len(self.groups)
        sign = LETTERS[number % len(LETTERS)] * (number // len(LETTERS) + 1)
        letter = self.groups.setdefault(phrase.parts, f"group {sign}")
        return phrase._replace(parts=(letter,))

    def patterns(self, difference: Difference, names: tuple[str, str]) -> Iterator[Block]:
        """One difference: how often, what all its patterns share, and each pattern."""
        said = " and ".join(
            f"{name} {verdict_words(answer)}" for name, answer in zip(names, difference.answers, strict=True)
        )
        total = self.contrast.table.total
        yield Heading(3, said)
        common = difference.cover.always
        minimal = difference.cover.minimal
        of_all = _count(minimal, "minimal pattern") if minimal is not None else "too many minimal patterns to list"
        yield Paragraph(
            f"{difference.number:,} of {total:,} combinations of these findings; {of_all}, told in "
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
            if len(named) > 1:
                yield "one of", "; ".join(f"{'' if one.positive else 'without '}{one.text}" for one in named)
            elif named[0].positive:
                yield "with", named[0].text
            else:
                absent.append(named[0].text)
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
