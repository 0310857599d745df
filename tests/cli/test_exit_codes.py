"""The exit codes of the contract, and what stands on which stream."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.shell import EXAMPLE, INVALID, environment, sjd

from sjogren._resources import data

BAD = INVALID / "many-at-once" / "bad.yaml"


def records(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A copy of the rules that may be spoiled."""
    return Path(shutil.copytree(data("rules"), tmp_path / "rules"))


def test_a_valid_case_gives_0_and_one_document_on_standard_output() -> None:
    done = sjd("assess", EXAMPLE)

    assert done.returncode == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)["case"] == "moutsopoulos-2014-1"


def test_standard_input_is_read_like_a_file() -> None:
    done = sjd("assess", "-", given=EXAMPLE.read_text(encoding="utf-8"))

    assert json.loads(done.stdout) == json.loads(sjd("assess", EXAMPLE).stdout)


def test_an_error_in_standard_input_names_it() -> None:
    done = sjd("assess", "-", given="id: a\nage: old\n")

    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("<standard input>:2: E")


def test_standard_input_among_several_cases_is_wrong_usage() -> None:
    assert sjd("assess", "-", EXAMPLE).returncode == 2


def test_one_invalid_case_gives_3_all_its_errors_and_no_data() -> None:
    done = sjd("assess", BAD)

    expected = [
        line.partition(":")[2] for line in (BAD.parent / "expected.txt").read_text(encoding="utf-8").splitlines()
    ]
    assert done.returncode == 3
    assert done.stdout == ""
    assert [line.removeprefix(f"{BAD}:") for line in done.stderr.splitlines()] == [
        *expected,
        f"{len(expected)} problems found.",
    ]


@pytest.mark.parametrize("command", [("explain", BAD, "activity/essdai"), ("assess", BAD, "--format", "turtle")])
def test_an_invalid_case_is_refused_by_every_command_that_reads_one(command: tuple[str | Path, ...]) -> None:
    done = sjd(*command)

    assert (done.returncode, done.stdout) == (3, "")


def test_a_directory_and_a_missing_file_are_errors_of_the_input() -> None:
    done = sjd("assess", "tests-of-nobody.yaml", EXAMPLE.parent)

    assert done.returncode == 3
    assert [list(record) for record in records(done.stdout)] == [["case", "error"], ["case", "error"]]
    assert "tests-of-nobody.yaml: E101" in done.stderr
    assert f"{EXAMPLE.parent}: E102" in done.stderr


def test_several_cases_are_finished_in_order_although_one_is_invalid() -> None:
    good = INVALID / "many-at-once" / "good.yaml"
    done = sjd("assess", EXAMPLE, BAD, good)

    first, bad, last = records(done.stdout)
    assert done.returncode == 3
    assert first["case"] == "moutsopoulos-2014-1"
    assert bad.keys() == {"case", "error"}
    assert bad["case"] == str(BAD)
    assert bad["error"] == done.stderr.rstrip("\n")
    assert last == json.loads(sjd("assess", good).stdout)


@pytest.mark.parametrize(("verdict", "code"), [("met", 1), ("excluded", 0), ("undetermined", 0)])
def test_fail_on_gives_1_when_a_case_has_that_verdict(verdict: str, code: int) -> None:
    done = sjd("assess", EXAMPLE, "--fail-on", verdict)

    assert done.returncode == code
    assert json.loads(done.stdout)


def test_an_invalid_case_outranks_what_fail_on_found() -> None:
    assert sjd("assess", EXAMPLE, BAD, "--fail-on", "met").returncode == 3


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("asess", EXAMPLE), "Did you mean 'assess'?"),
        (("assess", EXAMPLE, "--formt", "json"), "Did you mean '--format'?"),
        (("assess", EXAMPLE, "--format", "jsn"), "Did you mean 'json'?"),
        (("assess", EXAMPLE, "--assume", "unrecorded_exclusion=absent"), "Did you mean 'unrecorded_exclusions'?"),
        (("assess", EXAMPLE, "--policy", "hocevar_cutoff=16"), "Choose one of: 17, 15."),
        (("assess", EXAMPLE, "--policy", "hocevar_cutoff"), "takes NAME=VALUE"),
        (("rule", "shwo", "activity/essdai"), "Did you mean 'show'?"),
        (("rule", "show", "activity/esdai"), "Did you mean 'activity/essdai'?"),
        (("rule", "list", "--family", "activty"), "Did you mean 'activity'?"),
        (("cite", "activity/esdai"), "Did you mean 'activity/essdai'?"),
        (("explain", EXAMPLE, "activity/esdai"), "Did you mean 'activity/essdai'?"),
        (("explain", EXAMPLE, "activity/essdai", "--visit", "7"), "from 0 to 0"),
        (("assess",), "CASE..."),
    ],
)
def test_wrong_usage_gives_2_and_the_nearest_name(arguments: tuple[str | Path, ...], hint: str) -> None:
    done = sjd(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert hint in done.stderr


@pytest.mark.parametrize("command", [("assess", EXAMPLE), ("rule", "list")])
def test_a_rule_that_is_wrong_gives_4_and_names_its_line(rules: Path, command: tuple[str | Path, ...]) -> None:
    path = rules / "classification" / "acr-eular-2016.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("fact: sarcoidosis", "fact: sarcodosis"), encoding="utf-8")
    done = sjd(*command, "--rules", rules)

    assert done.returncode == 4
    assert done.stdout == ""
    assert "rules/classification/acr-eular-2016.yaml:" in done.stderr
    assert "Did you mean 'sarcoidosis'?" in done.stderr


def test_a_missing_extra_gives_5_and_the_way_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "pyshacl.py").write_text("raise ImportError\n", encoding="utf-8")
    done = sjd("check", variables={"PYTHONPATH": ":".join([str(tmp_path), *sys.path])})

    assert (done.returncode, done.stdout) == (5, "")
    assert "pip install 'sjogren-kb[check]'" in done.stderr


def spoiled(tmp_path: Path, error: str) -> dict[str, str]:
    """An environment in which assessing ends in an error that nobody foresaw."""
    (tmp_path / "sitecustomize.py").write_text(
        "from sjogren.assess.assessor import Assessor\n"
        f"def assess(self, case):\n    raise {error}\n"
        "Assessor.assess = assess\n",
        encoding="utf-8",
    )
    return {"PYTHONPATH": ":".join([str(tmp_path), *sys.path])}


def test_a_bug_gives_70_in_one_line_that_says_what_to_report(tmp_path: Path) -> None:
    done = sjd("assess", EXAMPLE, variables=spoiled(tmp_path, "ZeroDivisionError('by\\nnought')"))

    assert (done.returncode, done.stdout) == (70, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("sjd: internal fault: ZeroDivisionError: by nought; please report it with the command line")


def test_a_bug_shows_its_traceback_to_who_asks(tmp_path: Path) -> None:
    done = sjd("assess", EXAMPLE, variables={"SJD_DEBUG": "1", **spoiled(tmp_path, "ZeroDivisionError('by nought')")})

    assert "Traceback (most recent call last)" in done.stderr


def test_a_fault_among_several_cases_gives_70_and_their_records(tmp_path: Path) -> None:
    done = sjd("assess", EXAMPLE, BAD, variables=spoiled(tmp_path, "ZeroDivisionError('by nought')"))

    fault, invalid = records(done.stdout)
    assert done.returncode == 70
    assert "internal fault: ZeroDivisionError: by nought" in str(fault["error"])
    assert "E112" in str(invalid["error"])


def test_ctrl_c_gives_130(tmp_path: Path) -> None:
    done = sjd("assess", EXAMPLE, variables=spoiled(tmp_path, "KeyboardInterrupt"))

    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.strip() == "interrupted"


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "sjogren", "new", "case"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(PYTHONUNBUFFERED="1"),
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        said = process.stderr.read()

    assert (process.returncode, said) == (0, b"")
