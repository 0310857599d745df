"""``sjd compare``, ``sjd whatif`` and ``sjd diff`` as a guideline author runs them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.cli.shell import EXAMPLES, environment, sjd

import sjogren
from sjogren._resources import data

SCHIRMER = "classification/acr-eular-2016/schirmer"
SET_2016 = "classification/acr-eular-2016"
FILE_2016 = "rules/classification/acr-eular-2016.yaml"


@pytest.fixture
def version(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a folder with a copy of rules and ontology."""

    def make(name: str) -> Path:
        for part in ("rules", "ontology"):
            shutil.copytree(data(part), tmp_path / name / part)
        return tmp_path / name

    return make


def edit(folder: Path, before: str, after: str, file: str = FILE_2016) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


# -- compare ----------------------------------------------------------------------------------------------------------


def test_two_sets_are_compared_by_their_short_names() -> None:
    done = sjd("compare", "acr-eular-2016", "aecg-2002")

    assert (done.returncode, done.stderr) == (0, "")
    assert "acr-eular-2016 against aecg-2002, over all possible patients" in done.stdout
    told = " ".join(done.stdout.split())
    assert re.search(r"met by both: [\d,]+; by acr-eular-2016 alone: [\d,]+; by aecg-2002 alone: [\d,]+\.", told)
    assert re.search(r"(\d+) of \1 are answered as the line says", told)


def test_the_same_threshold_in_two_units_is_no_difference() -> None:
    done = sjd("compare", SET_2016, "classification/aecg-2002", "--format", "markdown")

    row = next(line for line in done.stdout.splitlines() if line.startswith("| unstimulated whole saliva flow"))
    assert row.endswith("| same |")
    assert "1.5 mL/15 min" in row


class Page(HTMLParser):
    """Notes what stands in a page and whether it asks for anything outside."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.outside += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_asks_for_nothing_outside() -> None:
    done = sjd("compare", "acr-2012", "japan-1999", "--format", "html")
    page = Page()
    page.feed(done.stdout)

    assert page.open == []
    assert page.outside == []
    assert {"h1", "h2", "h3", "table", "th", "dl"} <= set(page.seen)
    assert 'lang="en"' in done.stdout


def test_every_line_has_an_example_patient_who_is_answered_so(tmp_path: Path, kb: sjogren.KnowledgeBase) -> None:
    folder = tmp_path / "patients"
    done = sjd("compare", "acr-2012", "japan-1999", "--most", "2", "--examples", folder)
    files = sorted(folder.iterdir())

    assert (done.returncode, done.stderr) == (0, "")
    assert f"{len(files)} of {len(files)} are answered" in done.stdout.replace("\n", " ")
    for path in files:
        named = re.fullmatch(r"acr-2012-(\w+)-japan-1999-(\w+)-\d", path.stem)
        assert named
        one, other = named.groups()
        found = kb.assess(path)
        assert (found.verdict("acr-2012"), found.verdict("japan-1999")) == (one, other)
    again = sjd("compare", "acr-2012", "japan-1999", "--examples", folder)
    assert (again.returncode, again.stdout) == (2, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["acr-eular-2016"], "two different"),
        (["acr-eular-2016", SET_2016], "two different"),
        (["acr-eular-2016", "aecg-2020"], "Did you mean 'aecg-2002'?"),
        (["acr-eular-2016", "aecg-2002", "--format", "htm"], "html"),
        (["acr-eular-2016", "aecg-2002", "--policy", "ro52=x"], "there is no"),
    ],
)
def test_wrong_usage_of_compare_names_the_nearest_choice(arguments: list[str], said: str) -> None:
    done = sjd("compare", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


# -- whatif -----------------------------------------------------------------------------------------------------------


def test_a_threshold_is_changed_and_the_flips_are_told_with_both_reasons() -> None:
    done = sjd("whatif", "--set", f"{SCHIRMER}:at_most=10", "--cases", EXAMPLES)

    assert (done.returncode, done.stderr) == (0, "")
    assert f"{SCHIRMER}, at_most: 5 → 10" in done.stdout
    assert "in at least one eye, and" in done.stdout
    flip = done.stdout.partition("profile-axis3_dominant, visit 1: classification/acr-eular-2016\n")[2]
    assert re.match(r"\s+verdict  undetermined → met\n", flip)
    assert re.search(r"\n\s+before .*at most 5 mm", flip)
    assert re.search(r"\n\s+after .*at most 10 mm", flip)


def test_a_change_that_nothing_can_tell_says_so() -> None:
    done = sjd("whatif", "--set", f"{SCHIRMER}:at_most=5.0")

    assert done.returncode == 0
    assert "No patient is treated otherwise." in done.stdout


@pytest.mark.parametrize(
    "change",
    [
        ["--set", f"{SET_2016}/anti-ssa:points=2"],
        ["--set", f"{SET_2016}:met_when.at_least=5"],
        ["--drop", f"{SET_2016}/biopsy"],
    ],
)
def test_weights_needed_points_and_items_can_be_changed(change: list[str]) -> None:
    done = sjd("whatif", *change)

    assert (done.returncode, done.stderr) == (0, "")
    assert "before met and after not met" in done.stdout
    assert "before not met and after met" not in done.stdout


def test_a_level_behind_a_stated_total_is_followed_to_the_category() -> None:
    done = sjd("whatif", "--set", "activity/essdai:sum_of.6.weight=6")

    assert (done.returncode, done.stderr) == (0, "")
    assert "before moderate and after high" in done.stdout
    assert "ESSDAI (activity/essdai) is a number" in done.stdout


def test_an_edited_file_takes_the_place_of_its_rule(tmp_path: Path) -> None:
    edited = tmp_path / "mine.yaml"
    text = (data("rules") / "classification" / "acr-eular-2016.yaml").read_text(encoding="utf-8")
    edited.write_text(text.replace("at_most: 5,", "at_most: 7,"), encoding="utf-8")
    done = sjd("whatif", "--edited", edited)

    assert (done.returncode, done.stderr) == (0, "")
    assert "at most 7 mm/5 min in at least one eye" in done.stdout


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (["--set", "classification/acr-eular-2016/shirmer:at_most=10"], "C102", f"Did you mean '{SCHIRMER}'?"),
        (["--set", f"{SCHIRMER}:at_mots=10"], "C103", "Did you mean 'at_most'?"),
        (["--set", f"{SCHIRMER}:id=other"], "C103", "can be set"),
        (["--set", f"{SET_2016}:is=absent"], "C104", "entry.any_of.0.is"),
        (["--set", f"{SCHIRMER}:at_most=100"], "C105", "K213 100 lies outside the range of 'schirmer_test' (0 to 35)"),
        (["--set", f"{SCHIRMER}:at_most=ten"], "C105", "must be a number"),
        (["--set", f"{SCHIRMER}:at_most"], "C101", "RULE:KEY=VALUE"),
        (["--set", f"{SCHIRMER}:at_most=5 # none"], "C105", "K109"),
        (["--drop", "classification/aecg-2002/oral-symptoms"], "C105", "is no item of this criteria set"),
        (["--drop", "terminology/antibody/anti-ssa"], "C108", "no item"),
        (["--drop", "classification/acr-eular-2016/shirmer"], "C102", "Did you mean"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused(change: list[str], code: str, said: str) -> None:
    done = sjd("whatif", *change)

    assert (done.returncode, done.stdout) == (3, "")
    assert code in done.stderr
    assert said in done.stderr


def test_the_rules_are_never_touched(version: Callable[[str], Path]) -> None:
    folder = version("kept")
    (folder / "rules").rename(folder / "mine")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    options = ("--rules", folder / "mine", "--ontology", folder / "ontology")
    assert sjd("whatif", "--set", f"{SCHIRMER}:at_most=10", *options).returncode == 0
    assert sjd("whatif", "--set", f"{SCHIRMER}:at_most=100", *options).returncode == 3

    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("content", ["", "id: nobody/knows\n", "type: Finding\n"])
def test_an_edited_file_must_name_a_rule_file(tmp_path: Path, content: str) -> None:
    edited = tmp_path / "mine.yaml"
    edited.write_text(content, encoding="utf-8")
    done = sjd("whatif", "--edited", edited)

    assert (done.returncode, done.stdout) == (3, "")
    assert "C107" in done.stderr


def test_an_invalid_case_is_told_and_the_others_are_compared(tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / "profile-axis3_dominant.yaml", tmp_path)
    (tmp_path / "bad.yaml").write_text("id: bad\nage: old\nfacts: {}\n", encoding="utf-8")
    done = sjd("whatif", "--set", f"{SCHIRMER}:at_most=10", "--cases", tmp_path)

    assert done.returncode == 3
    assert "Cases that are concluded otherwise: 1 of 1." in done.stdout
    assert "bad.yaml:2" in done.stderr


def test_a_folder_without_cases_and_no_change_at_all_are_errors(tmp_path: Path) -> None:
    assert sjd("whatif").returncode == 2
    done = sjd("whatif", "--set", f"{SCHIRMER}:at_most=10", "--cases", tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "C109" in done.stderr


# -- diff -------------------------------------------------------------------------------------------------------------


def test_two_versions_that_are_the_same(version: Callable[[str], Path]) -> None:
    done = sjd("diff", version("old"), version("new"), "--fail-on", "meaning")

    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing changed: both versions say the same in the same words." in done.stdout


def test_comments_labels_and_reordered_keys_change_no_meaning(version: Callable[[str], Path]) -> None:
    old, new = version("old"), version("new")
    edit(new, "label: Anti-SSA/Ro positive", "label: Anti-SSA/Ro found  # a comment")
    edit(new, "{fact: aids, is: present}", "{is: present, fact: aids}")
    done = sjd("diff", old, new, "--fail-on", "meaning")

    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing changed in meaning." in done.stdout
    assert "Who is treated otherwise" not in done.stdout


def test_what_is_written_differently_is_proved_to_mean_the_same(version: Callable[[str], Path]) -> None:
    old, new = version("old"), version("new")
    edit(new, "at_most: 0.1, unit: mL/min", "at_most: 1.5, unit: mL/15.min")
    entry = "    - {fact: dry_eyes_over_3_months, is: present}\n"
    second = "    - {fact: sand_or_gravel_sensation, is: present}\n"
    edit(new, entry + second, second + entry)
    done = sjd("diff", old, new, "--fail-on", "meaning")

    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing changed in meaning: what was written differently" in done.stdout.replace("\n", " ")


def test_what_differs_only_where_something_is_not_known_is_no_same_meaning(version: Callable[[str], Path]) -> None:
    """With every score recorded it is the same whether those that were not measured are waited for."""
    old, new = version("old"), version("new")
    edit(new, "any_known:", "any_of:")
    done = sjd("diff", old, new, "--fail-on", "meaning")

    assert (done.returncode, done.stderr) == (1, "")
    assert "The meaning changed." in done.stdout
    assert "Whoever has every finding recorded is answered as before." in done.stdout
    assert "before not met, after undetermined" in done.stdout


def test_another_source_alone_is_told_as_another_authority(version: Callable[[str], Path]) -> None:
    old, new = version("old"), version("new")
    edit(new, '"table 3, item 4"', '"table 3, item 5"')
    done = sjd("diff", old, new, "--fail-on", "meaning")

    assert done.returncode == 0
    assert "Resting on another authority, with the same meaning" in done.stdout
    assert "table 3, item 5" in done.stdout


def test_a_changed_number_is_told_with_its_authority_and_its_patients(version: Callable[[str], Path]) -> None:
    old, new = version("old"), version("new")
    edit(new, "ocular_staining_score, at_least: 5", "ocular_staining_score, at_least: 3")
    done = sjd("diff", old, new)

    assert (done.returncode, done.stderr) == (0, "")
    assert "The meaning changed." in done.stdout
    assert "table 3, item 3" in done.stdout
    assert "before not met and after met" in done.stdout
    assert "before met and after not met" not in done.stdout
    assert sjd("diff", old, new, "--fail-on", "meaning").returncode == 1


def test_what_the_ontology_says_otherwise_is_told(version: Callable[[str], Path]) -> None:
    old, new = version("old"), version("new")
    edit(new, "sjd:validDays 28", "sjd:validDays 30", "ontology/facts.ttl")
    done = sjd("diff", old, new)

    assert done.returncode == 0
    assert "The meaning changed." in done.stdout
    assert "days that a value stays valid: 28 → 30" in done.stdout.replace("\n", " ").replace("    ", "")


def test_another_score_with_the_same_verdicts_is_a_change(version: Callable[[str], Path]) -> None:
    old, new = version("old"), version("new")
    edit(new, "points: 3", "points: 6")
    edit(new, "points: 1", "points: 2")
    edit(new, "met_when: {at_least: 4}", "met_when: {at_least: 8}")
    done = sjd("diff", old, new)

    assert (done.returncode, done.stderr) == (0, "")
    assert "The meaning changed." in done.stdout
    assert "Nobody is answered otherwise" in done.stdout
    assert "otherwise, for example" not in done.stdout


def test_a_threshold_beside_a_sum_of_numbers_is_compared() -> None:
    done = sjd("whatif", "--set", "gland/salivary/grade/discordant:when.all_of.2.at_most=0.8")

    assert (done.returncode, done.stderr) == (0, "")
    assert "stimulated whole saliva flow above 0.7 and at most 0.8 mL/min" in done.stdout
    assert "Not worked out" not in done.stdout


def test_a_fact_that_only_one_version_knows_is_compared_too(version: Callable[[str], Path]) -> None:
    old, new = version("old"), version("new")
    changed = 0
    for path in new.rglob("*"):
        if path.suffix in {".yaml", ".ttl"}:
            text = path.read_text(encoding="utf-8")
            other = text.replace("sand_or_gravel_sensation", "grit_in_the_eyes")
            changed += other != text
            path.write_text(other, encoding="utf-8")
    assert changed > 1
    done = sjd("diff", old, new)

    assert (done.returncode, done.stderr) == (0, "")
    assert "(grit_in_the_eyes): a new fact" in done.stdout
    assert "(sand_or_gravel_sensation): no longer a fact" in done.stdout
    assert "2016 ACR/EULAR classification criteria" in done.stdout


def test_endpoints_that_are_recommended_otherwise_change_the_meaning(version: Callable[[str], Path]) -> None:
    old, new = version("old"), version("new")
    listed = re.search(r"\bprimary: \[([^,\]]+)", (new / "rules/endpoint/hierarchy.yaml").read_text(encoding="utf-8"))
    assert listed
    edit(new, listed[0], listed[0].replace(listed[1], "esspri_change_w24"), "rules/endpoint/hierarchy.yaml")
    done = sjd("diff", old, new)

    assert done.returncode == 0
    assert "The meaning changed." in done.stdout


def test_a_wheel_and_a_revision_are_read_like_a_folder(version: Callable[[str], Path], tmp_path: Path) -> None:
    folder = version("checkout")
    wheel = tmp_path / "sjogren_kb-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        for path in folder.rglob("*"):
            if path.is_file():
                packed.write(path, f"sjogren/_data/{path.relative_to(folder)}")
    git = [
        "git",
        "-C",
        str(folder),
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.org",
        "-c",
        "commit.gpgsign=false",
    ]
    for command in (["init", "-q", "-b", "trunk"], ["add", "."], ["commit", "-q", "-m", "One"]):
        subprocess.run([*git, *command], check=True)
    edit(folder, "at_most: 5,", "at_most: 6,")
    subprocess.run([*git, "commit", "-q", "-a", "-m", "Two"], check=True)

    def diff(old: str, new: str) -> subprocess.CompletedProcess[str]:

        command = [sys.executable, "-m", "sjogren", "diff", old, new]
        return subprocess.run(
            command, cwd=folder, env=environment(), capture_output=True, text=True, encoding="utf-8", check=False
        )

    assert "Nothing changed: both" in diff("trunk~1", str(wheel)).stdout
    changed = diff("trunk~1", "trunk")
    assert (changed.returncode, changed.stderr) == (0, "")
    assert "at most 6 mm/5 min in at least one eye" in changed.stdout
    assert "Nothing changed: both" in diff("trunk", ".").stdout
    missing = diff("trnk", ".")
    assert (missing.returncode, missing.stdout) == (3, "")
    assert "C110" in missing.stderr
    assert "Did you mean 'trunk'?" in missing.stderr
    assert diff("--upload-pack=x", ".").returncode == 2


def test_versions_that_cannot_be_read(version: Callable[[str], Path], tmp_path: Path) -> None:
    good = version("good")
    no_wheel = tmp_path / "no.whl"
    no_wheel.write_text("no wheel", encoding="utf-8")
    empty = tmp_path / "empty"
    empty.mkdir()
    other = tmp_path / "other.whl"
    with zipfile.ZipFile(other, "w") as packed:
        packed.writestr("sjogren/__init__.py", "")
    climbing = tmp_path / "climbing.whl"
    with zipfile.ZipFile(climbing, "w") as packed:
        packed.writestr("sjogren/_data/rules/../../x.yaml", "")
        packed.writestr("sjogren/_data/ontology/x.ttl", "")
    for name in (no_wheel, empty, other, climbing):
        done = sjd("diff", name, good)
        assert (done.returncode, done.stdout) == (3, ""), name
        assert "C111" in done.stderr
    spoiled = version("spoiled")
    edit(spoiled, "fact: schirmer_test,", "fact: shirmer_test,")
    done = sjd("diff", good, spoiled)
    assert (done.returncode, done.stdout) == (3, "")
    assert "C112" in done.stderr
    assert "Did you mean 'schirmer_test'?" in done.stderr
