"""``sjd report`` and ``sjd replay``: what is written where, what is refused, and that nothing is left behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from tests.cli.shell import EXAMPLE, EXAMPLES, INVALID, sjd

import sjogren
from sjogren._resources import data
from sjogren.cli.report import report

BAD = INVALID / "many-at-once" / "bad.yaml"
GOOD = INVALID / "many-at-once" / "good.yaml"
VISITS = EXAMPLES / "synthetic-two-visits.yaml"

Run = Callable[..., None]


@pytest.fixture
def run(kb: sjogren.KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in this process, with the knowledge base that is open already."""
    monkeypatch.setattr("sjogren.cli.report.open_knowledge_base", lambda *_: kb)
    return lambda *arguments: report.main([*map(str, arguments)], prog_name="sjd report", standalone_mode=False)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "report.md"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text("0123456789" * 4, encoding="ascii")
    return path


def beside(out: Path) -> list[str]:
    return [path.name for path in out.parent.iterdir()]


# -- what is written


def test_the_ending_chooses_the_form(run: Run, out: Path) -> None:
    starts = {".md": b"# Case moutsopoulos-2014-1\n", ".html": b"<!DOCTYPE html>", ".json": b"{\n", ".JSON": b"{\n"}
    for ending, start in starts.items():
        run(EXAMPLE, "-o", out.with_name(f"made{ending}"))
        assert out.with_name(f"made{ending}").read_bytes().startswith(start)
    assert sorted(beside(out)) == sorted(f"made{ending}" for ending in starts)


def test_word_is_written_and_takes_a_template(run: Run, out: Path) -> None:
    docx = pytest.importorskip("docx", reason="the extra `report` is not installed")
    template = out.with_name("house.docx")
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Department of Rheumatology"
    document.save(template)
    run(EXAMPLE, "-o", out.with_suffix(".docx"), "--template", template)

    with zipfile.ZipFile(out.with_suffix(".docx")) as archive:
        assert archive.testzip() is None
        headers = [archive.read(name).decode() for name in archive.namelist() if "header" in name]
    assert any("Department of Rheumatology" in header for header in headers)


def test_pdf_is_written(run: Run, out: Path) -> None:
    pytest.importorskip("weasyprint", reason="the extra `report` is not installed")
    run(GOOD, "-o", out.with_suffix(".pdf"))

    assert out.with_suffix(".pdf").read_bytes().startswith(b"%PDF-")
    assert beside(out) == ["report.pdf"]


def test_several_cases_make_one_pack_with_an_agenda(run: Run, out: Path) -> None:
    run(EXAMPLE, VISITS, "-o", out)

    text = out.read_text(encoding="utf-8")
    assert text.startswith("# Case review meeting\n")
    assert text.index("| 1 | moutsopoulos-2014-1 |") < text.index("| 2 | synthetic-two-visits |")
    assert text.count("\n## Case ") == 2


def test_settings_are_those_of_the_case_unless_given(run: Run, out: Path) -> None:
    options = ("--policy", "hocevar_cutoff=15", "--assume", "qualitative_results=accepted")
    run(EXAMPLE, "-o", out.with_suffix(".json"), *options)

    said = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    assert said["cases"][0]["case"]["policy"] == {"hocevar_cutoff": "15"}
    assert said["cases"][0]["assessment"]["policy"] == {"hocevar_cutoff": "15"}
    assert "--policy hocevar_cutoff=15" in said["command"]


def test_the_command_line_stands_at_the_end(run: Run, out: Path) -> None:
    run(EXAMPLE, "-o", out)

    said = out.read_text(encoding="utf-8").replace("\\", "")
    assert f"sjd report {EXAMPLE} -o {out}" in said


def test_standard_input_and_output_take_one_case_and_markdown() -> None:
    done = sjd("report", "-", "-o", "-", given=GOOD.read_text(encoding="utf-8"))

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("# Case ")


# -- wrong usage


def refused(run: Run, *arguments: str | Path) -> str:
    with pytest.raises(click.UsageError) as caught:
        run(*arguments)
    return caught.value.format_message()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("report.htlm", "to be one of .html, .md, .docx, .pdf, .json. Did you mean '.html'?"),
        ("report", "to be one of .html, .md, .docx, .pdf, .json."),
        ("none/report.md", "there is no folder"),
    ],
)
def test_a_place_that_cannot_be_written_is_told_before_anything_is_read(
    name: str, told: str, run: Run, out: Path
) -> None:
    assert told in refused(run, BAD, "-o", out.parent / name)


def test_a_folder_is_not_written_to(run: Run, out: Path) -> None:
    out.mkdir()
    assert "is a folder" in refused(run, EXAMPLE, "-o", out)


def test_a_file_is_replaced_by_force_only(run: Run, out: Path) -> None:
    out.write_text("mine", encoding="utf-8")
    assert "--force replaces it" in refused(run, GOOD, "-o", out)
    assert out.read_text(encoding="utf-8") == "mine"

    run(GOOD, "-o", out, "--force")
    assert out.read_text(encoding="utf-8").startswith("# Case ")
    assert beside(out) == ["report.md"]


def test_a_template_is_for_word_alone(run: Run, out: Path) -> None:
    template = out.with_name("house.docx")
    template.write_bytes(b"")
    assert "--template is for .docx" in refused(run, EXAMPLE, "-o", out, "--template", template)


def test_a_template_that_is_no_word_document_is_wrong_usage(out: Path) -> None:
    pytest.importorskip("docx", reason="the extra `report` is not installed")
    template = out.with_name("house.docx")
    template.write_text("no document", encoding="utf-8")
    done = sjd("report", GOOD, "-o", out.with_suffix(".docx"), "--template", template)

    assert done.returncode in {2, 3}
    assert "house.docx" in done.stderr
    assert "Traceback" not in done.stderr
    assert beside(out) == ["house.docx"]


def test_standard_input_is_one_case(run: Run, out: Path) -> None:
    assert "standard input" in refused(run, "-", EXAMPLE, "-o", out)


# -- nothing half-written, nothing left


def test_the_errors_of_all_cases_are_told_and_nothing_is_written(out: Path) -> None:
    done = sjd("report", BAD, EXAMPLE, "no-such-case.yaml", "-o", out)

    expected = (BAD.parent / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert (done.returncode, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == len(expected) + 2
    assert "no-such-case.yaml: E101" in done.stderr
    assert beside(out) == []


@pytest.mark.parametrize("function", ["os.link", "pathlib.Path.replace"])
def test_nothing_is_left_when_writing_fails(
    function: str, run: Run, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.link", full)
    monkeypatch.setattr("pathlib.Path.replace", full)
    force = ["--force"] if function != "os.link" else []
    assert "No space left on device" in refused(run, GOOD, "-o", out, *force)
    assert beside(out) == []


def test_a_file_that_came_meanwhile_is_not_overwritten(run: Run, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object) -> bytes:
        out.write_text("mine", encoding="utf-8")
        return b"ours"

    monkeypatch.setattr("sjogren.cli.report._rendered", slow)
    assert "--force replaces it" in refused(run, GOOD, "-o", out)
    assert out.read_text(encoding="utf-8") == "mine"
    assert beside(out) == ["report.md"]


def test_without_hard_links_a_report_is_written_too(run: Run, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", none)
    run(GOOD, "-o", out)
    assert beside(out) == ["report.md"]


def test_no_patient_is_left_in_the_cache_or_among_temporary_files(out: Path) -> None:
    places = {"XDG_CACHE_HOME": out.parent / "cache", "TMPDIR": out.parent / "tmp"}
    for place in places.values():
        place.mkdir()
    case = out.with_name("case.json")
    case.write_text(json.dumps({"id": "UNIQUE-NAME", "age": 50, "facts": {"igg": 12}}), encoding="utf-8")
    variables = {name: str(place) for name, place in places.items()}
    done = sjd("report", case, "-o", out.with_suffix(".html"), variables=variables)

    assert done.returncode == 0, done.stderr
    files = [path for place in places.values() for path in place.rglob("*") if path.is_file()]
    assert [path for path in files if "UNIQUE-NAME" in path.read_text(encoding="utf-8", errors="replace")] == []
    assert list(places["TMPDIR"].iterdir()) == []


# -- without what tells whose it is


def test_a_de_identified_report_tells_no_date_name_or_path(run: Run, out: Path, key: Path) -> None:
    for ending in (".md", ".html", ".json"):
        run(VISITS, "-o", out.with_suffix(ending), "--deidentify", "--key-file", key)
        text = out.with_suffix(ending).read_text(encoding="utf-8")
        assert "synthetic" not in text
        assert str(out.parent) not in text
        assert str(key) not in text
        assert re.findall(r"\b(?:1000|0999|20\d\d)-\d\d-\d\d\b", text) == []
        assert "day 0" in text


def test_a_pack_is_de_identified_case_by_case(run: Run, out: Path, key: Path) -> None:
    run(VISITS, EXAMPLE, "-o", out, "--deidentify", "--key-file", key)

    text = out.read_text(encoding="utf-8")
    assert "synthetic" not in text
    assert "moutsopoulos-2014-1" not in text
    assert len(set(re.findall(r"case-[0-9a-f]{16}", text))) == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--deidentify"], "needs --key-file"),
        (["--key-file", "KEY"], "go with --deidentify"),
        (["--make-key"], "go with --deidentify"),
        (["--deidentify", "--key-file", "KEY", "--make-key"], "a key is never overwritten"),
        (["--deidentify", "--key-file", "SHORT"], "has 5 bytes; a key has 32 to 4096"),
        (["--deidentify", "--key-file", "NONE"], "cannot be read"),
    ],
)
def test_options_about_a_key_go_together(options: list[str], told: str, run: Run, out: Path, key: Path) -> None:
    (key.parent / "short").write_text("short", encoding="ascii")
    names = {"KEY": key, "SHORT": key.parent / "short", "NONE": key.parent / "none"}
    assert told in refused(run, GOOD, "-o", out, *(names.get(option, option) for option in options))
    assert beside(out) == []


def test_a_key_is_made_only_for_valid_cases(run: Run, out: Path) -> None:
    new = out.with_name("key")
    with pytest.raises(sjogren.InputError):
        run(BAD, "-o", out, "--deidentify", "--key-file", new, "--make-key")
    assert beside(out) == []

    run(GOOD, "-o", out, "--deidentify", "--key-file", new, "--make-key")
    assert new.stat().st_mode & 0o777 == 0o600
    assert sorted(beside(out)) == ["key", "report.md"]


# -- replay


def test_a_bundle_is_replayed_and_an_edited_one_refused(run: Run, out: Path) -> None:
    bundle = out.with_suffix(".json")
    run(VISITS, EXAMPLE, "-o", bundle)
    done = sjd("replay", bundle)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "synthetic-two-visits: the same, byte for byte",
        "moutsopoulos-2014-1: the same, byte for byte",
    ]

    text = bundle.read_text(encoding="utf-8")
    bundle.write_text(text.replace('"verdict": "met"', '"verdict": "not_met"', 1), encoding="utf-8")
    done = sjd("replay", bundle)
    assert (done.returncode, done.stdout) == (3, "")
    assert "E163" in done.stderr


def test_under_other_rules_what_differs_is_told_after_the_knowledge_base(run: Run, out: Path, tmp_path: Path) -> None:
    rules = Path(shutil.copytree(data("rules"), tmp_path / "rules"))
    path = rules / "classification" / "acr-eular-2016.yaml"
    text = path.read_text(encoding="utf-8")
    assert "met_when: {at_least: 4}" in text
    path.write_text(text.replace("met_when: {at_least: 4}", "met_when: {at_least: 6}"), encoding="utf-8")
    bundle = out.with_suffix(".json")
    run(EXAMPLE, "-o", bundle)
    done = sjd("replay", bundle, "--rules", rules)

    first, case, *told = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (1, "")
    assert first.startswith("knowledge base, content_hash: was ")
    assert case == "moutsopoulos-2014-1: differs"
    assert '  visit 1, classification/acr-eular-2016, verdict: was "met", is "undetermined"' in told


def test_a_file_name_cannot_steer_the_terminal_or_the_page(run: Run, out: Path) -> None:
    odd = out.with_name("<script>alert(1)<\x1b[2J\u202e`.yaml")
    try:
        shutil.copy(GOOD, odd)
    except OSError:
        pytest.skip("this file system does not take such a name")
    run(odd, "-o", out.with_suffix(".html"))
    page = out.with_suffix(".html").read_text(encoding="utf-8")

    assert "<script>alert" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert os.fspath(odd).isprintable() is False
