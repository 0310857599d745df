"""The one gate for patient values: a case file, or the same as a Python mapping, to an immutable case.

Everything that is wrong with a case is told at once, with file, line, code, the offending text and the nearest valid
choice; nothing is guessed, and a case with an error is not evaluated at all. Decisions where the contract is silent:

- Line breaks and tabs in texts become spaces; other control characters and terminal escapes are refused.
- A value without a date has the date of its visit. A visit needs a date only where there are several.
- A value that was ``entered_in_error`` is kept, may be out of range, and takes part in nothing.
- Two different preliminary values of one day are as contradictory as two final ones, unless a final value settles it.
- A number that a word confirms (a Schirmer test of 4 mm beside ``abnormal``) is no contradiction.
- A finding with ``disease_related: false`` is absent for the ESSDAI; a measurement with it counts as not recorded.
"""

from __future__ import annotations

from collections.abc import Mapping as PyMapping
from datetime import date
from fractions import Fraction
from pathlib import Path

from sjogren._located import Mapping, Node, Scalar, Sequence
from sjogren.facts._contradictions import report_contradictions
from sjogren.facts._digest import digest
from sjogren.facts._findings import Findings, quoted
from sjogren.facts._load import load_path, load_plain, load_text
from sjogren.facts._reader import FactReader
from sjogren.facts._scalars import MAX_ID, date_of, is_missing, measured, text_of, word_of
from sjogren.model.case import Case, Visit
from sjogren.model.vocabulary import Choice, Vocabulary

SEXES = ("female", "male", "other", "unknown")
_KEYS = ("id", "age", "sex", "visits", "facts", "assume", "policy")
_VISIT_KEYS = ("date", "label", "facts")


def read_case_file(path: str | Path, vocabulary: Vocabulary) -> Case:
    """Read one case from a YAML or JSON file in UTF-8.

    Raises `InputError` with everything that is wrong: also when the file is missing, a directory, unreadable, larger
    than 5 MB, binary or not text.
    """
    findings = Findings(str(path))
    return _case(load_path(path, findings), vocabulary, findings)


def read_case(text: str | bytes | PyMapping[str, object], vocabulary: Vocabulary, file: str = "<case>") -> Case:
    """Read one case from YAML or JSON text, or from a mapping of plain Python values.

    In a mapping numbers may be int, float, str, Decimal or Fraction; a float counts as its shortest decimal form.
    ``file`` is how messages name the input. Raises `InputError` with everything that is wrong.
    """
    findings = Findings(file)
    tree = load_text(text, findings) if isinstance(text, str | bytes) else load_plain(text, findings)
    return _case(tree, vocabulary, findings)


def _case(tree: Node | None, vocabulary: Vocabulary, findings: Findings) -> Case:
    if not isinstance(tree, Mapping):
        if tree is not None:
            findings.add("E110", tree.line, "a case is a mapping of keys and values.", "Write id, age and facts.")
        raise findings.error()
    _check_keys(tree, _KEYS, "a case", findings)
    case = Case(
        id=_id(tree, findings),
        age=_age(tree, vocabulary, findings),
        sex=_sex(tree, findings),
        visits=_visits(tree, vocabulary, findings),
        assume=_choices(tree, "assume", vocabulary.assumptions, "E140", findings),
        policy=_choices(tree, "policy", vocabulary.policies, "E141", findings),
        file=findings.file,
    )
    report_contradictions(case.visits, vocabulary, findings)
    findings.raise_if_any()
    return case._replace(digest=digest(case))


def _check_keys(node: Mapping, known: tuple[str, ...], what: str, findings: Findings) -> None:
    for key, _ in node:
        if key not in known:
            hint = findings.nearest(key, known)
            findings.add("E111", node.key_lines[key], f"{quoted(key)} is not a key of {what}.", hint)


def _id(tree: Mapping, findings: Findings) -> str:
    node = tree.get("id")
    if node is None or (isinstance(node, Scalar) and (node.is_null or not node.text.strip())):
        line = tree.key_lines.get("id", tree.line)
        findings.add("E112", line, "a case needs an `id`.", "Any text will do; never a name or a birth date.")
        return ""
    return text_of(node, findings, "the id", MAX_ID) or ""


def _age(tree: Mapping, vocabulary: Vocabulary, findings: Findings) -> Fraction:
    node = tree.get("age")
    if node is None or is_missing(node):
        line = tree.key_lines.get("age", tree.line)
        findings.add("E112", line, "a case needs an `age` in years.", "Three months are 0.25.")
    elif not isinstance(node, Scalar):
        findings.add("E110", node.line, "the age must be a number of years.", "Three months are 0.25.")
    else:
        age = measured(vocabulary.facts["age"], "age", node, "", findings, hint="Write years; three months are 0.25.")
        if isinstance(age, Fraction):
            return age
    return Fraction(0)


def _sex(tree: Mapping, findings: Findings) -> str:
    node = tree.get("sex")
    if node is None or is_missing(node):
        return "unknown"
    return word_of(node, findings, "sex", SEXES) or "unknown"


def _choices(tree: Mapping, key: str, choices: PyMapping[str, Choice], code: str, findings: Findings) -> dict[str, str]:
    """The assumptions or policies that the case names, each with one of its values."""
    node = tree.get(key)
    chosen: dict[str, str] = {}
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return chosen
    if not isinstance(node, Mapping):
        findings.add("E110", node.line, f"`{key}` is a mapping of names and values.", f"Write {key}: {{}} for none.")
        return chosen
    for name, item in node:
        choice = choices.get(name)
        if choice is None:
            what = "an assumption" if key == "assume" else "a policy"
            hint = findings.nearest(name, choices)
            findings.add(code, node.key_lines[name], f"{quoted(name)} is not {what}.", hint)
        else:
            word = word_of(item, findings, name, choice.values, code)
            if word is not None:
                chosen[name] = word
    return chosen


def _visits(tree: Mapping, vocabulary: Vocabulary, findings: Findings) -> tuple[Visit, ...]:
    """The visits in order of date; a file with top-level facts, or none, is one undated visit."""
    reader = FactReader(vocabulary, findings)
    node = tree.get("visits")
    if node is None:
        return (_facts(tree, None, "", reader, findings),)
    if "facts" in tree:
        findings.add("E113", tree.key_lines["facts"], "a case has `visits` or `facts`, not both.")
    if not isinstance(node, Sequence) or not node.items:
        line = tree.key_lines["visits"]
        findings.add("E110", line, "`visits` is a list of one visit or more.", "Write - date: …, facts: {…}")
        return ()
    visits = []
    previous: date | None = None
    for item in node:
        if not isinstance(item, Mapping):
            findings.add("E110", item.line, "a visit is a mapping of date, label and facts.")
            continue
        day = _visit_date(item, len(node) > 1, findings)
        if day is not None and previous is not None and day <= previous:
            _out_of_order(day, previous, item.key_lines["date"], findings)
        previous = day or previous
        label = item.get("label")
        missing = label is None or (isinstance(label, Scalar) and label.is_null)
        text = "" if label is None or missing else text_of(label, findings, "the label", MAX_ID) or ""
        _check_keys(item, _VISIT_KEYS, "a visit", findings)
        visits.append(_facts(item, day, text, reader, findings))
    return tuple(visits)


def _visit_date(visit: Mapping, needed: bool, findings: Findings) -> date | None:
    node = visit.get("date")
    if node is None or is_missing(node):
        if needed:
            findings.add("E112", visit.line, "each of several visits needs its `date`.")
        return None
    return date_of(node, findings, "the date of the visit")


def _out_of_order(day: date, previous: date, line: int, findings: Findings) -> None:
    if day == previous:
        findings.add("E114", line, f"two visits are of {day}.", "Put the facts of one day into one visit.")
    else:
        findings.add("E114", line, f"the visit of {day} stands after that of {previous}.", "Sort the visits by date.")


def _facts(holder: Mapping, day: date | None, label: str, reader: FactReader, findings: Findings) -> Visit:
    node = holder.get("facts")
    if isinstance(node, Mapping):
        values, treatments = reader.read(node, day)
        return Visit(day, label, values, treatments)
    if node is not None and not (isinstance(node, Scalar) and node.is_null):
        findings.add("E110", node.line, "`facts` is a mapping of names and values.", "Write facts: {} for none.")
    return Visit(day, label, ())
