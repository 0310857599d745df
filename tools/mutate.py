"""Changes every rule in one place at a time, and counts how often a case notices (``make mutate``).

Changed are numbers, comparisons, connectives, the words of a test, levels, weights and points. A changed rule is
*killed* when a case of `tests/rules` fails, *refused* when it no longer passes validation, and has *survived*
otherwise. A survivor must stand in `tools/equivalent.txt` with the reason why nothing can tell it from the original.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from tests.test_rules import CASES, ClinicalCase, Reading, differences, name_of

import sjogren
from sjogren.errors import Finding, InputError, KnowledgeError
from sjogren.model.rule import RULE, Rule, RuleSet
from sjogren.program.compile import compile_program
from sjogren.program.outline import order
from sjogren.program.store import Knowledge
from sjogren.rules.reader import read_rule_file
from sjogren.rules.timed import named, one_visit, visit_of

ROOT = Path(__file__).resolve().parents[1]
RULES, EQUIVALENT, README = ROOT / "rules", ROOT / "tools" / "equivalent.txt", ROOT / "README.md"
KILLED, REFUSED, SURVIVED = "killed", "refused", "survived"

KEYS = {
    "at_least": "above", "above": "at_least", "at_most": "below", "below": "at_most",
    "at_least_that_of": "above_that_of", "above_that_of": "at_least_that_of", "at_most_that_of": "below_that_of",
    "below_that_of": "at_most_that_of", "all_of": "any_of", "any_of": "all_of", "none_of": "any_of",
    "any_known": "first_known", "first_known": "any_known", "reaches": "is", "sum_of": "mean_of", "mean_of": "sum_of",
}  # fmt: skip
WORDS = {
    "present": "absent", "absent": "present", "met": "not_met", "not_met": "met", "known": "unknown",
    "unknown": "known", "not_shown": "present", "either_eye": "both_eyes", "both_eyes": "either_eye",
    "true": "false", "false": "true",
}  # fmt: skip
NUMBERS = {"at_least", "at_most", "above", "below", "weight", "points", "needed"}
TESTED = {"is", "reaches", "in", "take_as", "level", "value", "otherwise"}
MARK = re.compile(r"(<!-- mutation:begin -->\n).*?(<!-- mutation:end -->)", re.DOTALL)


class Mutant(NamedTuple):
    """One change: the file, the place in it, what stands there, and what is put in its place."""

    file: str
    path: str
    start: int
    end: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.file} {self.path}: {self.before} → {self.after}"


def mutants(file: Path) -> Iterator[Mutant]:
    """Every change of one rule file."""
    text = file.read_text(encoding="utf-8")
    name = file.relative_to(RULES).as_posix()
    for path, node, choices in scalars(yaml.compose(text), "", ()):
        start, end = node.start_mark.index, node.end_mark.index
        for after in choices:
            yield Mutant(name, path, start, end, text[start:end], after)


def scalars(
    node: yaml.Node | None, path: str, levels: tuple[str, ...]
) -> Iterator[tuple[str, yaml.ScalarNode, list[str]]]:
    """The places of a file that can be changed, each with what may stand there instead."""
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from scalars(item, f"{path}.{index}", levels)
    elif isinstance(node, yaml.MappingNode):
        pairs = {key.value: value for key, value in node.value}
        if "levels" in pairs:
            levels = tuple(item.value for item in pairs["levels"].value)
        for key, value in node.value:
            here = f"{path}.{key.value}".lstrip(".")
            if key.value in KEYS and not (key.value == "at_least" and "of" in pairs) and path != "met_when":
                yield here, key, [KEYS[key.value]]
            if isinstance(value, yaml.ScalarNode):
                found = alternatives(key.value, value, levels)
                if found:
                    yield here, value, found
            elif key.value not in {"source", "shows", "levels"}:
                yield from scalars(value, here, levels)


def alternatives(key: str, node: yaml.ScalarNode, levels: tuple[str, ...]) -> list[str]:
    """What may stand in place of a value."""
    if key in NUMBERS and re.fullmatch(r"-?[\d.]+", node.value):
        number = Fraction(node.value)
        step = Fraction(1) if number.denominator == 1 else Fraction(1, 100)
        return [plain(number - step), plain(number + step)]
    if key not in TESTED:
        return []
    quote = f'"{WORDS.get(node.value)}"' if node.style == '"' else WORDS.get(node.value)
    if quote and node.value in WORDS:
        return [quote]
    if key in {"level", "otherwise", "value"} and node.value in levels:
        rank = levels.index(node.value)
        return [f'"{levels[near]}"' for near in (rank - 1, rank + 1) if 0 <= near < len(levels)]
    return []


def plain(number: Fraction) -> str:
    """A number as a rule file writes it."""
    return str(number.numerator) if number.denominator == 1 else str(float(number))


# -- judging ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def original() -> Knowledge:
    """The knowledge base as it stands, read once in each process."""
    return sjogren.open().knowledge


@lru_cache(maxsize=1)
def passing() -> tuple[int, ...]:
    """The cases that pass with the rules as they stand: only these can tell a change."""
    kb = sjogren.KnowledgeBase(original())
    return tuple(index for index, (_, case) in enumerate(CASES) if not notices(kb, case))


def knowledge_of(rules: RuleSet) -> Knowledge:
    """Rules compiled with the vocabulary as it stands; raises `KnowledgeError` when they cannot be."""
    vocabulary = original().vocabulary
    program = compile_program(rules, vocabulary, "0", "sha256:0")
    sequence = tuple(rule.id for rule in order(one_visit(rules).rules, []))
    return Knowledge(rules, sequence, vocabulary, program)


def near(rules: Mapping[str, Rule], file: str) -> dict[str, Rule]:
    """The rules of a file and all that they read, whole files at a time."""
    by_file: dict[str, list[str]] = {}
    for rule in rules.values():
        by_file.setdefault(rule.place.file, []).append(rule.id)
    found: set[str] = set()
    waiting = [f"rules/{file}"]
    while waiting:
        for name in by_file.get(waiting.pop(), ()):
            if name not in found:
                found.add(name)
                read = (visit_of(subject.name)[1] for subject in named(rules[name]) if subject.kind == RULE)
                waiting += [rules[other].place.file for other in read if other in rules]
    return {name: rule for name, rule in rules.items() if name in found}


def told(file: str) -> list[int]:
    """The cases of a file."""
    return [index for index, (path, _) in enumerate(CASES) if f"{name_of(path)}.yaml" == file]


@lru_cache(maxsize=8)
def own(file: str) -> tuple[int, ...]:
    """The cases of a file that pass with what it reads alone, flags left aside."""
    rules = original().rules
    kb = sjogren.KnowledgeBase(knowledge_of(rules._replace(rules=near(rules.rules, file))))
    try:
        return tuple(index for index in told(file) if not notices(kb, CASES[index][1], near=True))
    finally:
        kb._assessor.close()


def judge(mutant: Mutant) -> str:
    """Whether a case notices the change: one of the file's own, with what it reads alone, or else any of all."""
    text = (RULES / mutant.file).read_text(encoding="utf-8")
    changed = text[: mutant.start] + mutant.after + text[mutant.end :]
    findings: list[Finding] = []
    fresh = {rule.id: rule for rule in read_rule_file(changed, mutant.file, findings)}
    if findings:
        return REFUSED
    known = original().rules
    kept = {name: rule for name, rule in known.rules.items() if rule.place.file != f"rules/{mutant.file}"}
    rules = {**kept, **fresh}
    for some, cases in ((near(rules, mutant.file), own), (rules, lambda _: passing())):
        try:
            kb = sjogren.KnowledgeBase(knowledge_of(known._replace(rules=some)))
        except KnowledgeError:
            return REFUSED
        try:
            if any(notices(kb, CASES[index][1], near=some is not rules) for index in cases(mutant.file)):
                return KILLED
        except KnowledgeError:  # told when a case first has a second visit
            return REFUSED
        finally:
            kb._assessor.close()
    return SURVIVED


def notices(kb: sjogren.KnowledgeBase, case: ClinicalCase, *, near: bool = False) -> bool:
    """Whether a case comes out otherwise than expected; ``near``: by what the knowledge base holds, without flags."""
    try:
        reading = Reading(kb, case.patient)
    except InputError:
        return True
    told: list[tuple[Any, Any]] = [
        (keys, reading.answer(index, rule))
        for index, expected in case.expect.items()
        for rule, keys in expected.items()
        if not near or rule in kb.rules
    ]
    if not near:
        told += [(sorted(flags), reading.assessment.visits[index]["flags"]) for index, flags in case.flags.items()]
    return any(next(differences(expected, found, ""), None) for expected, found in told)


def equivalents() -> dict[str, str]:
    """The changes that nothing can tell from the original, each with the reason."""
    if not EQUIVALENT.exists():
        return {}
    lines = [line for line in EQUIVALENT.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    return {change.strip(): reason.strip() for change, _, reason in (line.partition(" # ") for line in lines)}


def main() -> int:
    """Judge every mutant, print the counts and the survivors without a reason; 1 when there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="rule files, such as activity/esspri.yaml; all when none is named")
    parser.add_argument("--readme", action="store_true", help="write the counts into README.md")
    asked = parser.parse_args()
    files = [RULES / name for name in asked.only] or sorted(RULES.glob("*/**/*.yaml"))
    made = [mutant for file in files for mutant in mutants(file)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        results = dict(zip(map(str, made), pool.map(judge, made, chunksize=4), strict=True))
    excused = equivalents()
    survived = {change for change, result in results.items() if result == SURVIVED}
    wrongly = sorted(change for change in excused if not asked.only and change not in survived)
    open_ = sorted(change for change in survived if not excused.get(change))
    count = {result: sum(found == result for found in results.values()) for result in (KILLED, REFUSED, SURVIVED)}
    whole = len(CASES) - len(passing()) if not asked.only else 0
    failing = whole + sum(len(told(name)) - len(own(name)) for name in asked.only)
    if failing:
        sys.stdout.write(f"{failing} cases fail with the rules as they stand and tell nothing of a change\n")
    summary = (
        f"{len(results)} changes to the rules, one at a time: {count[KILLED]} noticed by a clinical case, "
        f"{count[REFUSED]} refused by validation, {count[SURVIVED]} without effect "
        f"({len(survived) - len(open_)} of them explained in `tools/equivalent.txt`)."
    )
    sys.stdout.write("".join(f"survived: {change}\n" for change in open_))
    sys.stdout.write("".join(f"listed as equivalent, but it is not: {change}\n" for change in wrongly))
    sys.stdout.write(f"{summary}\n")
    if asked.readme:
        README.write_text(MARK.sub(rf"\g<1>{summary}\n\g<2>", README.read_text(encoding="utf-8")), encoding="utf-8")
    return 1 if open_ or wrongly or failing else 0


if __name__ == "__main__":
    sys.exit(main())
