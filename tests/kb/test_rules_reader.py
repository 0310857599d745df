"""Rule files that are wrong, and what is said about them: one folder of `tests/bad_rules` for each error code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sjogren
from sjogren.errors import Finding, KnowledgeError
from sjogren.model import rule as rule_nouns
from sjogren.model.rule import FACT, RuleSet, Subject
from sjogren.program.compile import compile_program
from sjogren.program.later import compile_later
from sjogren.program.store import Knowledge
from sjogren.rules import reader
from sjogren.rules.reader import read_rule_file, read_rules

FOLDERS = sorted(path for path in (Path(__file__).parents[1] / "bad_rules").iterdir() if path.is_dir())
CODES = re.compile(r'"(K[12]\d\d)"')


def findings_of(kb: sjogren.KnowledgeBase, text: str, name: str) -> list[str]:
    """Everything that is said about one rule file."""
    findings: list[Finding] = []
    rules = {rule.id: rule for rule in read_rule_file(text, f"test/{name}.yaml", findings)}
    if not findings:
        try:
            program = compile_program(RuleSet(rules), kb.vocabulary, "0", "sha256:0")
            compile_later(Knowledge(RuleSet(rules), (), kb.vocabulary, program))
        except KnowledgeError as error:
            findings += error.findings
    return [str(finding) for finding in findings]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_bad_rule_is_told_with_place_and_cure(kb: sjogren.KnowledgeBase, folder: Path) -> None:
    expected = (folder / "expected.txt").read_text(encoding="utf-8").splitlines()

    assert findings_of(kb, (folder / "bad.yaml").read_text(encoding="utf-8"), folder.name.lower()) == expected
    assert f" {folder.name} " in expected[0]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_its_mended_twin_is_accepted(kb: sjogren.KnowledgeBase, folder: Path) -> None:
    assert findings_of(kb, (folder / "good.yaml").read_text(encoding="utf-8"), folder.name.lower()) == []


@pytest.mark.checkout
def test_every_code_has_a_folder() -> None:
    package = Path(reader.__file__).parents[1]
    raised = {
        code
        for path in (*(package / "rules").glob("*.py"), *(package / "program").glob("*.py"))
        for code in CODES.findall(path.read_text(encoding="utf-8"))
    }

    assert raised == {folder.name for folder in FOLDERS}


RULE = """\
"@context": ../context.jsonld
id: test/{name}
type: Finding
label: A rule
status: published
source: [{{work: "doi:10.1136/annrheumdis-2016-210571", locator: table 3}}]
because: It is a test.
when: {when}
"""


def written(folder: Path, **conditions: str) -> Path:
    """A folder of rules, one file for each condition."""
    (folder / "test").mkdir()
    for name, when in conditions.items():
        (folder / "test" / f"{name}.yaml").write_text(RULE.format(name=name, when=when), encoding="utf-8")
    return folder


def test_all_files_are_told_about_together(tmp_path: Path) -> None:
    folder = written(tmp_path, one="{fact: a, iz: present}", two="[]")
    (folder / "test" / "three.yaml").write_bytes(b"\xff\xfe")

    with pytest.raises(KnowledgeError) as raised:
        read_rules(folder)

    assert [(finding.file, finding.code) for finding in raised.value.findings] == [
        ("rules/test/one.yaml", "K104"),
        ("rules/test/three.yaml", "K101"),
        ("rules/test/two.yaml", "K122"),
    ]


def test_numbers_stay_as_written_and_words_stay_words(tmp_path: Path) -> None:
    folder = written(tmp_path, number="{fact: x, at_most: 0.1}", word="{fact: x, is: no}")
    rules = read_rules(folder).rules
    number, word = rules["test/number"].when, rules["test/word"].when

    assert isinstance(number, rule_nouns.Test)
    assert isinstance(word, rule_nouns.Test)
    assert (number.value.numerator, number.value.denominator) == (1, 10)  # type: ignore[union-attr]  # a number of a test is a fraction
    assert (word.value, word.subject) == ("no", Subject(FACT, "x"))
    assert (number.place.file, number.place.line, number.place.path) == ("rules/test/number.yaml", 8, "when")


def test_parts_and_items_take_status_and_source_of_their_file(kb: sjogren.KnowledgeBase) -> None:
    for rule in kb.rules.values():
        assert rule.status, rule.id
        assert rule.source, rule.id
    item = kb.rule("classification/acr-eular-2016/schirmer")

    assert (item.status, item.parent) == ("published", "classification/acr-eular-2016")


def test_the_content_changes_with_any_byte(tmp_path: Path) -> None:
    folder = written(tmp_path, one="{fact: x, is: present}")
    before = read_rules(folder).content
    path = folder / "test" / "one.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# a comment\n", encoding="utf-8")

    assert read_rules(folder).content != before
