"""The promises of `sjd check` that speak of rules, and what the whole check makes of folders that are spoiled."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from sjogren._resources import data
from sjogren.assess.promises import Report, check

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's JSON-LD

RULE = "activity/esspri.yaml"
CASES = "- name: the mean of three\n  expect: {activity/esspri: {low: 5}, activity/esspri/category: {value: high}}\n"


class Checkout(NamedTuple):
    """A folder that looks like a checkout with one rule, and with the cases of that rule."""

    root: Path

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def check(self) -> Report:
        """What is found, apart from what the evidence says of rules that this checkout does not have."""
        counts, findings = check(self.root / "rules", self.root / "ontology", "test")
        return Report(counts, tuple(each for each in findings if each.code not in {"K303", "K304", "K305", "K306"}))

    def found(self, name: str) -> list[tuple[str, str]]:
        """Where a promise is broken, and how it is told."""
        report = self.check()
        return [(f"{each.file}:{each.line}", each.message) for each in report.findings if each.code == name]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    shutil.copytree(data("ontology"), tmp_path / "ontology")
    for name in ("context.jsonld", "rule.schema.json", "rule.shapes.ttl", RULE):
        (tmp_path / "rules" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(data("rules") / name, tmp_path / "rules" / name)
    cases = tmp_path / "tests" / "rules" / RULE
    cases.parent.mkdir(parents=True)
    cases.write_text(CASES, encoding="utf-8")
    return Checkout(tmp_path)


def test_a_checkout_whose_rules_are_tested_has_no_errors(checkout: Checkout) -> None:
    assert checkout.check().of("error") == ()


def test_a_rule_that_no_case_names_is_found_at_its_line(checkout: Checkout) -> None:
    checkout.edit(f"tests/rules/{RULE}", "activity/esspri/category", "activity/esspri/categories")
    ((where, message),) = checkout.found("untested_rule")

    file, _, line = where.partition(":")
    text = (checkout.root / file).read_text(encoding="utf-8").splitlines()
    assert "id: activity/esspri/category" in text[int(line) - 1]
    assert message.endswith("but rule:activity/esspri/category breaks it.")


def test_without_the_cases_as_in_a_wheel_nothing_is_said_of_them(checkout: Checkout) -> None:
    shutil.rmtree(checkout.root / "tests")

    assert checkout.found("untested_rule") == []


def test_a_rule_without_a_source_is_refused(checkout: Checkout) -> None:
    text = (checkout.root / "rules" / RULE).read_text(encoding="utf-8")
    start = text.index("source:")
    checkout.edit(f"rules/{RULE}", text[start : text.index("\n", start) + 1], "")

    assert [(each.file, each.code) for each in checkout.check().of("error")] == [(f"rules/{RULE}", "K106")]


def test_a_fault_in_the_rules_does_not_hide_one_in_the_ontology(checkout: Checkout) -> None:
    checkout.edit(f"rules/{RULE}", "esspri.pain", "esspri.pian")
    checkout.edit("ontology/terms.ttl", '    skos:definition "The feeling of a dry mouth."@en ;\n', "")
    report = checkout.check()

    assert {each.code for each in report.of("error")} == {"K223", "missing_definition"}
    assert {each.file for each in report.of("error")} == {f"rules/{RULE}", "ontology/terms.ttl"}


def test_a_file_that_cannot_be_read_is_told_once(checkout: Checkout) -> None:
    checkout.edit("ontology/terms.ttl", "sjd:DiseaseAxis a skos:Concept ;", "sjd:DiseaseAxis a skos:Concept")
    report = checkout.check()

    assert [(each.file, each.code) for each in report.findings] == [("ontology/terms.ttl", "O101")]


def test_the_gravest_comes_first(checkout: Checkout) -> None:
    checkout.edit("ontology/mapping.sssom.tsv", "sjd:Xerostomia\tXerostomia", "sjd:Xerostomia\txerostomia")
    checkout.edit("ontology/terms.ttl", '    skos:definition "The feeling of a dry mouth."@en ;\n', "")
    severities = [each.severity for each in checkout.check().findings]

    assert severities[:2] == ["error", "warning"]
    assert set(severities[2:]) == {"info"}
