"""``sjd lint``: every kind of fault is found where it was put, with a patient who shows it, and nowhere else."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from tests.cli.shell import sjd

import sjogren
from sjogren._resources import data
from sjogren.cli import lint as command
from sjogren.errors import InternalFault, KnowledgeError
from sjogren.lint import examples, ground
from sjogren.lint.examples import NO_ANSWER
from sjogren.lint.fault import KINDS, Report
from sjogren.lint.run import lint
from sjogren.lint.telling import as_json, told
from sjogren.program.outline import subjects
from sjogren.rules.timed import longitudinal

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("ontology_once")]

HERE = Path(__file__).parent
FOLDERS = sorted(path for path in HERE.iterdir() if path.name.startswith("L"))
SET_2016 = "classification/acr-eular-2016"
FILE_2016 = f"rules/{SET_2016}.yaml"


def put(folder: Path, room: Path) -> Path:
    """The rules of a folder as a rules folder."""
    rules = room / "rules"
    shutil.copytree(folder, rules / "test")
    if (rules / "test" / "accepted.yaml").exists():
        (rules / "test" / "accepted.yaml").rename(rules / "accepted.yaml")
    return rules


def report_of(rules: Path) -> Report:
    return lint(sjogren.open(rules=rules).knowledge, rules, data("ontology"))


def placeless(text: str) -> str:
    """Without the lines of the ontology, which move with it."""
    return re.sub(r"(ontology/[\w.]+):\d+", r"\1", text)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_seeded_fault_is_told_with_its_places_and_a_patient(folder: Path, tmp_path: Path) -> None:
    report = report_of(put(folder / "bad", tmp_path))

    assert {fault.code for fault in report.faults} == {folder.name[:4]}
    assert placeless("\n".join(told(report))) + "\n" == (folder / "expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_nothing_is_found_in_its_mended_twin(folder: Path, tmp_path: Path) -> None:
    report = report_of(put(folder / "good", tmp_path))

    assert report.faults == ()
    assert list(told(report))[-1] == "Nothing found."


def test_every_kind_of_finding_has_a_folder() -> None:
    assert {folder.name[:4] for folder in FOLDERS} == set(KINDS)


def test_every_kind_of_finding_stands_in_the_guide_with_its_title() -> None:
    guide = (data("rules") / "README.md").read_text(encoding="utf-8")

    assert [row for row in KINDS if f"| {row} | {KINDS[row].severity} | {KINDS[row].title} |" not in guide] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_patient_is_a_case_that_is_answered_as_told(folder: Path, tmp_path: Path) -> None:
    rules = put(folder / "bad", tmp_path)
    kb = sjogren.open(rules=rules)
    document = json.loads(as_json(report_of(rules)))

    for finding in document["findings"]:
        patient = finding["patient"]
        if patient is None:
            assert folder.name in {"L104-response", "L104-weight", "L110-score", "L111"}  # no patient is in it
        elif patient["answer"] == NO_ANSWER:
            with pytest.raises(InternalFault):
                kb.assess(patient["case"])
        else:
            visit = kb.assess(patient["case"]).data["visits"][0]
            said = [
                node["concludes"]["value"]
                for node in visit["justification"]["@graph"]
                if node.get("concludes", {}).get("conclusion") == patient["rule"]
            ]
            assert patient["answer"] in said


def test_what_nobody_is_answered_is_answered_to_none_of_all_patients(tmp_path: Path) -> None:
    kb = sjogren.open(rules=put(HERE / "L103-answer" / "bad", tmp_path))
    cases = [
        {"id": "one", "age": 50, "facts": {"esspri": {"pain": pain}, "anti_ssa_ro": antibody}}
        for pain in range(11)
        for antibody in (True, False)
    ]
    verdicts = {kb.assess(case).conclusions()["test/l103-answer"]["verdict"] for case in cases}

    assert verdicts == {"entry_not_met", "not_met"}


def test_an_answer_that_the_engine_does_not_give_is_no_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "_read", lambda *_: "excluded")

    with pytest.raises(InternalFault, match="for an example patient"):
        report_of(put(HERE / "L104" / "bad", tmp_path))


# -- the rules of this repository -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(kb: sjogren.KnowledgeBase) -> Report:
    """All proofs about all rules."""
    return lint(kb.knowledge, data("rules"), data("ontology"))


def test_what_is_found_in_the_rules_is_meant_and_says_why(whole: Report) -> None:
    assert [fault for fault in whole.faults if not fault.accepted] == []
    assert {fault.subject for fault in whole.faults} == {"terminology/disease-name"}


def test_what_was_covered_adds_up_to_all_rules(whole: Report, kb: sjogren.KnowledgeBase) -> None:
    extent = whole.extent

    assert extent.rules == len(kb.knowledge.sequence)
    assert extent.timed == len(longitudinal(kb.rules))
    assert extent.rules + extent.timed == len(kb.rules)
    assert extent.unknowns + len(extent.open) == extent.rules


def test_only_sums_of_many_numbers_are_not_looked_at(whole: Report) -> None:
    left_out = {each.rule for each in whole.extent.open if not each.partial}

    assert left_out == {"ultrasound/van-nimwegen-2020", "ultrasound/van-nimwegen-2020/ultrasound"}


def test_partial_records_that_are_too_many_are_named(
    kb: sjogren.KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ground, "MAX_PARTIAL", 20)
    report = lint(kb.knowledge, data("rules"), data("ontology"), [SET_2016])

    assert SET_2016 in {each.rule for each in report.extent.open if each.partial}
    assert any(line.startswith("Not finished over partial records, since there are too many") for line in told(report))


@pytest.fixture
def version(tmp_path: Path) -> Callable[..., Path]:
    """A copy of the rules in which one file says something else."""

    def make(before: str, after: str, file: str = FILE_2016) -> Path:
        shutil.copytree(data("rules"), tmp_path / "rules")
        path = tmp_path / file
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1
        path.write_text(text.replace(before, after), encoding="utf-8")
        return tmp_path / "rules"

    return make


def test_a_set_that_asks_for_more_points_than_there_are_is_never_met(version: Callable[..., Path]) -> None:
    rules = version("met_when: {at_least: 4}", "met_when: {at_least: 10}")
    done = sjd("lint", SET_2016, "--rules", rules, "--fail-on", "warning")

    assert done.returncode == 1
    assert f"{FILE_2016}:1: warning L103 (never fires): nobody is answered 'met'." in done.stdout


def test_every_item_matters_where_all_points_are_needed(version: Callable[..., Path]) -> None:
    rules = version("met_when: {at_least: 4}", "met_when: {at_least: 9}")
    done = sjd("lint", SET_2016, "--rules", rules, "--format", "json")

    assert json.loads(done.stdout)["findings"] == []


def test_an_item_counts_through_a_part_between_it_and_the_set(kb: sjogren.KnowledgeBase) -> None:
    set_2002 = "classification/aecg-2002"
    read = {subject.name for branch in kb.rule(set_2002).branches for subject in subjects(branch.met_when)}
    assert f"{set_2002}/autoantibodies" not in read

    report = lint(kb.knowledge, data("rules"), data("ontology"), [set_2002])
    assert [fault.code for fault in report.faults] == []


# -- the command ------------------------------------------------------------------------------------------------------


def test_findings_do_not_fail_unless_asked_for(tmp_path: Path) -> None:
    rules = put(HERE / "L103" / "bad", tmp_path)

    codes = [sjd("lint", "--rules", rules, *more).returncode for more in ((), ("--fail-on", "error"))]
    assert codes == [0, 0]
    assert sjd("lint", "--rules", rules, "--fail-on", "warning").returncode == 1


def test_what_is_accepted_does_not_fail_and_is_shown_with_its_reason(tmp_path: Path) -> None:
    rules = put(HERE / "L103" / "bad", tmp_path)
    (rules / "accepted.yaml").write_text(
        "accepted:\n  - {finding: L103, rule: test/l103, about: moderate, because: it is kept for the table}\n",
        encoding="utf-8",
    )
    done = sjd("lint", "--rules", rules, "--fail-on", "warning")

    assert done.returncode == 0
    assert "    accepted  because it is kept for the table" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 accepted."


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("accepted: [", "L001"),
        ("other: []\n", "L002"),
        ("accepted:\n  - {finding: L103, rule: test/l103}\n", "L003"),
        ("accepted:\n  - {finding: L130, rule: test/l103, because: so}\n", "L004"),
        ("accepted:\n  - {finding: L103, rule: test/l103, because: so, abuot: x}\n", "L006"),
        ("accepted:\n  - {finding: L103, rule: test/l130, because: so}\n", "L005"),
    ],
)
def test_a_list_of_accepted_findings_that_is_wrong_is_refused(text: str, code: str, tmp_path: Path) -> None:
    rules = put(HERE / "L103" / "bad", tmp_path)
    (rules / "accepted.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(KnowledgeError) as refused:
        report_of(rules)
    assert [finding.code for finding in refused.value.findings] == [code]
    done = sjd("lint", "--rules", rules)
    assert (done.returncode, done.stdout) == (4, "")


def test_an_unknown_rule_is_wrong_usage_and_names_the_nearest() -> None:
    done = sjd("lint", "classification/acr-eular-2106")

    assert (done.returncode, done.stdout) == (2, "")
    assert f"Did you mean '{SET_2016}'?" in done.stderr


def test_only_what_is_named_is_looked_at() -> None:
    done = sjd("lint", "activity/esspri", "--format", "json")

    covered = json.loads(done.stdout)["covered"]
    assert (done.stderr, covered["rules"], covered["rules_over_partial_records"]) == ("", 2, 2)


def test_a_long_run_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    moments = iter([0.0, 1.0, 4.0, 5.0, 10.0])
    monkeypatch.setattr(command, "monotonic", lambda: next(moments))
    tell = command._progress()
    for done in range(2):
        tell(done, 3)
    tell(3, 3)

    assert capsys.readouterr().err == "1 of 3 rules\n"


def test_the_example_of_a_gap_is_complete(tmp_path: Path) -> None:
    report = report_of(put(HERE / "L101" / "bad", tmp_path))
    example = report.faults[0].example

    assert example is not None
    assert set(example.case["facts"]) == {"dry_eyes_over_3_months", "dry_mouth_over_3_months"}


def test_every_twin_differs_from_its_faulty_rule() -> None:
    for folder in FOLDERS:
        bad, good = ({path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (folder / part).iterdir()}
                     for part in ("bad", "good"))  # fmt: skip
        assert bad.keys() == good.keys()
        assert bad != good
