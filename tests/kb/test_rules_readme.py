"""The page that teaches the rule language: its examples are valid rules, and the table of codes knows every code."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import sjogren
from sjogren._resources import data

README = (data("rules") / "README.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r'^```yaml\n("@context".*?^id: (\S+)\n.*?)^```$', README, re.MULTILINE | re.DOTALL))
SLE = [{"disease": "sle", "criteria_met": True}]
BY_NAME = {name: text for text, name in EXAMPLES.items()}


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> sjogren.KnowledgeBase:
    """The rules with the examples of the page among them."""
    rules = Path(shutil.copytree(data("rules"), tmp_path_factory.mktemp("readme") / "rules"))
    for name, text in BY_NAME.items():
        path = rules / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sjogren.open(rules=rules)


def test_every_block_of_yaml_is_an_example() -> None:
    assert len(BY_NAME) == README.count("```yaml") > 1


@pytest.mark.parametrize("name", list(BY_NAME))
def test_an_example_is_a_valid_rule(kb: sjogren.KnowledgeBase, name: str) -> None:
    assert kb.rule(name).because


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"schirmer_test": {"right": 5}}, True),
        ({"schirmer_test": {"right": 5.5, "left": 6}}, False),
        ({"schirmer_test": {"right": 6}}, None),
        ({"schirmer_test": {"right": 5}, "anticholinergic_drug": "ongoing"}, None),
    ],
)
def test_the_worked_example_answers_as_the_page_tells(
    kb: sjogren.KnowledgeBase, facts: dict[str, object], says: bool | None
) -> None:
    assert answer(kb, "example/dry-eye", facts) is says


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"dry_mouth_over_3_months": True, "ocular_staining_score": {"left": 5}}, True),
        ({"dry_mouth_over_3_months": True}, None),
        ({"dry_mouth_over_3_months": False, "unstimulated_whole_saliva_flow": 0.2}, False),
    ],
)
def test_the_example_of_counting_counts(kb: sjogren.KnowledgeBase, facts: dict[str, object], says: bool | None) -> None:
    assert answer(kb, "example/dry-mouth-or-eye", facts) is says


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"dry_mouth_over_3_months": True, "anti_ssa_ro": True}, True),
        ({"dry_mouth_over_3_months": False}, False),
        ({"dry_mouth_over_3_months": True, "anti_ssa_ro": False}, None),
        ({"dry_mouth_over_3_months": True, "anti_ssa_ro": False, "systemic_autoimmune_diseases": []}, False),
        ({"dry_mouth_over_3_months": True, "systemic_autoimmune_diseases": SLE}, True),
    ],
)
def test_the_example_of_branches_agrees_with_every_possible_one(
    kb: sjogren.KnowledgeBase, facts: dict[str, object], says: bool | None
) -> None:
    assert answer(kb, "example/branched=met", facts) is says


def answer(kb: sjogren.KnowledgeBase, rule: str, facts: dict[str, object]) -> bool | None:
    """What a finding, or another statement of a rule, comes to."""
    from sjogren.assess.assessor import Assessor
    from sjogren.assess.inputs import see
    from sjogren.facts.resolve import resolve
    from sjogren.program.ir import FALSE, TRUE

    case = kb.read({"id": "a", "age": 50, "facts": facts})
    result = Assessor(kb.knowledge).derive(see(case, resolve(case, 0, kb.vocabulary), kb.vocabulary))
    return {TRUE: True, FALSE: False}.get(str(result.truth.get(rule)))


def test_the_table_of_codes_knows_every_code() -> None:
    ranges = re.findall(r"^\| K(\d+)–K(\d+) \|", README, re.MULTILINE)
    told = {number for low, high in ranges for number in range(int(low), int(high) + 1)}
    package = Path(sjogren.__file__).parent
    used = {
        int(code)
        for room in ("rules", "program")
        for path in (package / room).glob("*.py")
        for code in re.findall(r'"K(\d{3})"', path.read_text(encoding="utf-8"))
    }

    assert used - told == set()


def test_every_kind_test_and_connective_is_told() -> None:
    from sjogren.rules.schema import KINDS, words

    keys = {*KINDS, *words("Test"), *words("Group")}
    sisters = {"at_most_that_of", "above_that_of", "below_that_of"}
    assert {key for key in keys - sisters if key not in README} == set()
