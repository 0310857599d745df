"""What ``sjd check`` prints, in each form, and what its exit code says."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.cli.shell import sjd

from sjogren._resources import data

DEFINITION = '    skos:definition "The feeling of a dry mouth."@en ;\n'
ERROR = "ontology/terms.ttl:"
WARNING = "ontology/mapping.sssom.tsv:"


@pytest.fixture
def ontology(tmp_path: Path) -> Path:
    """A copy of the ontology that may be spoiled."""
    return Path(shutil.copytree(data("ontology"), tmp_path / "ontology"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def lacking(ontology: Path) -> None:
    replace(ontology / "terms.ttl", DEFINITION, "")


def outdated(ontology: Path) -> None:
    replace(ontology / "mapping.sssom.tsv", "sjd:Xerostomia\tXerostomia", "sjd:Xerostomia\txerostomia")


def test_an_error_gives_4_and_its_place_name_and_cure(ontology: Path) -> None:
    lacking(ontology)
    done = sjd("check", "--ontology", ontology)

    assert (done.returncode, done.stderr) == (4, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith(ERROR)
    assert "error missing_definition: every term" in lines[0]
    assert lines[0].endswith("but Xerostomia (definition) breaks it.")
    assert lines[1] == "    Add a skos:definition in your own words."
    assert lines[-1].startswith("1 error, no warnings, ")


def test_a_warning_alone_gives_0_and_1_to_who_asks(ontology: Path) -> None:
    outdated(ontology)
    done = sjd("check", "--ontology", ontology)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(WARNING)
    assert "warning outdated_mapping_label" in done.stdout
    assert sjd("check", "--ontology", ontology, "--fail-on", "warning").returncode == 1


def test_an_error_gives_4_whatever_fails_beside_it(ontology: Path) -> None:
    lacking(ontology)
    outdated(ontology)

    assert sjd("check", "--ontology", ontology, "--fail-on", "warning").returncode == 4


def test_the_findings_of_one_promise_share_their_cure(ontology: Path) -> None:
    lacking(ontology)
    replace(ontology / "terms.ttl", '    skos:definition "', '    skos:historyNote "')
    said = sjd("check", "--ontology", ontology).stdout

    assert said.count("error missing_definition") == 2
    assert said.count("Add a skos:definition in your own words.") == 1


def test_a_rule_that_is_wrong_is_a_finding_with_its_line(tmp_path: Path) -> None:
    rules = Path(shutil.copytree(data("rules"), tmp_path / "rules"))
    replace(rules / "classification" / "acr-eular-2016.yaml", "fact: sarcoidosis", "fact: sarcodosis")
    done = sjd("check", "--rules", rules)

    assert (done.returncode, done.stderr) == (4, "")
    assert done.stdout.startswith("rules/classification/acr-eular-2016.yaml:")
    assert "Did you mean 'sarcoidosis'?" in done.stdout


def report(ontology: Path, form: str) -> subprocess.CompletedProcess[str]:
    lacking(ontology)
    outdated(ontology)
    return sjd("check", "--ontology", ontology, "--format", form)


def test_the_report_as_json(ontology: Path) -> None:
    done = report(ontology, "json")
    said = json.loads(done.stdout)

    assert done.returncode == 4
    assert said["checked"]["mappings"] > 200
    error, warning = said["findings"][:2]
    assert (error["level"], error["rule"], error["file"]) == ("error", "missing_definition", "ontology/terms.ttl")
    assert error["line"] > 1
    assert error["mend"] == "Add a skos:definition in your own words."
    assert (warning["level"], warning["file"]) == ("warning", "ontology/mapping.sssom.tsv")


def test_the_report_as_a_table_with_the_columns_of_robot(ontology: Path) -> None:
    head, first, second, *_ = report(ontology, "tsv").stdout.splitlines()

    assert head.split("\t") == ["Level", "Rule Name", "File", "Line", "Message", "Mend"]
    assert first.split("\t")[:3] == ["ERROR", "missing_definition", "ontology/terms.ttl"]
    assert second.split("\t")[:3] == ["WARNING", "outdated_mapping_label", "ontology/mapping.sssom.tsv"]
