"""``sjd ask-me`` as it is run: the file that it leaves, however it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.cli.shell import EXAMPLE, INVALID, environment, sjd

import sjogren
from sjogren import KnowledgeBase, advice
from sjogren.cli.ask_me import ask_me
from sjogren.cli.saving import Target

FEW = "id: a\nage: 52\nfacts: {anti_ssa_ro: positive}\n"
WAIT = 60.0

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return sjogren.open()


@pytest.fixture
def few(tmp_path: Path) -> Path:
    path = tmp_path / "few.yaml"
    path.write_text(FEW, encoding="utf-8")
    return path


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- a whole dialogue ------------------------------------------------------------------------------------------------


def test_a_dialogue_ends_when_nothing_can_matter_and_leaves_a_case_that_is_assessed(
    tmp_path: Path, base: KnowledgeBase
) -> None:
    out = tmp_path / "out.yaml"
    done = CliRunner().invoke(ask_me, [str(EXAMPLE), "-o", str(out)], input="skip\n" * 40)

    assert done.exit_code == 0
    assert "Nothing is left to ask:" in done.stdout
    assert "■ met   2016 ACR/EULAR classification criteria" in done.stdout
    assert "diagnosed" not in done.output
    case = base.read(out)
    assert case.id == "moutsopoulos-2014-1"
    assert base.assess(out).verdict("acr-eular-2016") == "met"
    assert all(line in out.read_text(encoding="utf-8") for line in EXAMPLE.read_text(encoding="utf-8").splitlines())


def test_every_question_is_one_that_can_still_matter_and_their_number_is_told(
    tmp_path: Path, base: KnowledgeBase
) -> None:
    answers = ["", "", "y", "no", "not done"]
    for number in (0, len(answers)):
        out = tmp_path / f"{number}.yaml"
        done = CliRunner().invoke(
            ask_me, [str(EXAMPLE), "-o", str(out)], input="\n".join([*answers[:number], "stop\n"])
        )
        heads = re.findall(r"(\d+) questions? can still matter · (.*) \(", done.stderr)
        tests = advice.advise(base, base.read(out)).tests
        assert heads[-1][1] in {test.label for test in tests}
        assert int(heads[-1][0]) <= len({fact for test in tests for fact in test.facts})


def test_a_new_case_begins_with_identifier_age_and_sex(tmp_path: Path, base: KnowledgeBase) -> None:
    out = tmp_path / "new.yaml"
    done = CliRunner().invoke(ask_me, ["-o", str(out)], input="case-9\n52\nfemale\nstop\n")

    assert done.exit_code == 0
    assert base.read(out).id == "case-9"
    assert out.read_text(encoding="utf-8").startswith("# One patient")
    assert f"saved 0 answers in {out}" in done.stderr
    assert done.stdout == ""


def test_the_end_of_the_input_saves_like_stop(few: Path, base: KnowledgeBase) -> None:
    out = few.with_name("out.yaml")
    done = sjd("ask-me", few, "-o", out, given="not done\nnot done\n")

    assert (done.returncode, done.stdout) == (0, "")
    assert f"saved 2 answers in {out}; then: sjd assess {out}" in done.stderr
    assert [value.as_stated for value in base.read(out).visits[0].values] == ["positive", "not_done", "not_done"]


def test_bytes_that_are_no_text_are_an_invalid_answer(few: Path) -> None:
    command = [sys.executable, "-m", "sjogren", "ask-me", str(few), "-o", str(few.with_name("out.yaml"))]
    done = subprocess.run(
        command, input=b"\xff\xfe\nstop\n", capture_output=True, check=False, timeout=WAIT, env=environment()
    )

    assert done.returncode == 0
    assert b"This is not text in UTF-8" in done.stderr
    assert b"Traceback" not in done.stderr
    assert few.with_name("out.yaml").read_text(encoding="utf-8").endswith(FEW)


@pytest.fixture
def _few_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """An advice of our own, so that the tests of the file do not wait for the real one."""
    facts = ("igg", "low_c3", "low_c4")
    test = advice.NextTest("blood_test", "blood test", "blood", "blood or urine", facts, (), ())
    monkeypatch.setattr(advice, "advise", lambda *_: advice.Advice((), (test,), (), (), ()))


def run(case: Path, out: Path, *options: str, given: str) -> Result:
    return CliRunner().invoke(ask_me, [str(case), "-o", str(out), *options], input=given)


# --- the file --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_few_tests")
def test_a_file_that_exists_is_not_overwritten_and_nothing_is_asked(few: Path) -> None:
    out = few.with_name("out.yaml")
    out.write_text("mine", encoding="utf-8")
    done = run(few, out, given="positive\n")

    assert done.exit_code == 2
    assert "exists; it is not overwritten without --force" in done.stderr
    assert "can still matter" not in done.stderr
    assert out.read_text(encoding="utf-8") == "mine"


@pytest.mark.usefixtures("_few_tests")
def test_force_overwrites(few: Path, base: KnowledgeBase) -> None:
    out = few.with_name("out.yaml")
    out.write_text("mine", encoding="utf-8")

    assert run(few, out, "--force", given="not done\n").exit_code == 0
    assert base.read(out).id == "a"


@pytest.mark.usefixtures("_few_tests")
def test_the_file_that_is_gone_on_with_may_be_the_one_that_is_written(few: Path, base: KnowledgeBase) -> None:
    few.chmod(0o640)
    assert run(few, few, given="not done\n").exit_code == 0
    first = few.read_text(encoding="utf-8")
    assert run(few, few, given="not done\n").exit_code == 0

    assert few.read_text(encoding="utf-8").startswith(first.rstrip("\n").partition("\nfacts")[0])
    assert len(base.read(few).visits[0].values) == 3
    assert stat.S_IMODE(few.stat().st_mode) == 0o640
    assert files(few.parent) == ["few.yaml"]


@pytest.mark.usefixtures("_few_tests")
def test_without_an_answer_the_file_stays_as_it_is(few: Path) -> None:
    done = run(few, few, given="stop\n")

    assert "Nothing was answered" in done.stderr
    assert few.read_text(encoding="utf-8") == FEW


@pytest.mark.usefixtures("_few_tests")
def test_a_case_that_another_program_changes_meanwhile_is_not_overwritten(
    few: Path, monkeypatch: pytest.MonkeyPatch, base: KnowledgeBase
) -> None:
    ours = advice.advise

    def meanwhile(*arguments: object) -> object:
        few.write_text(FEW.replace("52", "53"), encoding="utf-8")
        return ours(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(advice, "advise", meanwhile)
    done = run(few, few, given="not done\n")

    assert "was changed by another program" in done.stderr
    assert few.read_text(encoding="utf-8") == FEW.replace("52", "53")
    assert len(base.read(few.with_name("few-1.yaml")).visits[0].values) == 2


@pytest.mark.usefixtures("_few_tests")
def test_a_link_stays_a_link(few: Path) -> None:
    link = few.with_name("link.yaml")
    link.symlink_to(few)

    assert run(few, link, given="not done\n").exit_code == 0
    assert link.is_symlink()
    assert "not_done" in few.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [".", "nowhere/out.yaml"])
def test_a_file_that_cannot_be_written_is_told_before_anything_is_asked(few: Path, name: str) -> None:
    done = run(few, few.parent / name, given="positive\n")

    assert done.exit_code == 2
    assert "can still matter" not in done.stderr


def test_an_invalid_case_is_refused_with_its_lines() -> None:
    bad = INVALID / "many-at-once" / "bad.yaml"
    done = sjd("ask-me", bad, "-o", bad.with_name("out.yaml"), given="")

    assert (done.returncode, done.stdout) == (3, "")
    assert f"{bad}:" in done.stderr
    assert not bad.with_name("out.yaml").exists()


def test_without_a_file_to_write_it_is_wrong_usage() -> None:
    assert sjd("ask-me", EXAMPLE, given="").returncode == 2


def test_a_file_that_comes_to_exist_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    target = Target(tmp_path / "out.yaml", replaces=False)
    target.check()
    (tmp_path / "out.yaml").write_text("mine", encoding="utf-8")

    assert target.write("answers") == tmp_path / "out-1.yaml"
    assert target.write("more") == tmp_path / "out-2.yaml"
    assert (tmp_path / "out.yaml").read_text(encoding="utf-8") == "mine"
    assert files(tmp_path) == ["out-1.yaml", "out-2.yaml", "out.yaml"]


def test_without_hard_links_nothing_is_overwritten_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", none)
    target = Target(tmp_path / "out.yaml", replaces=False)

    assert [target.write("a").name, target.write("b").name] == ["out.yaml", "out-1.yaml"]
    assert [path.read_text(encoding="utf-8") for path in sorted(tmp_path.iterdir())] == ["b", "a"]


@pytest.mark.usefixtures("_few_tests")
def test_answers_that_cannot_be_saved_are_printed(few: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    done = run(few, few, given="not done\n")

    assert done.exit_code == 2
    assert "No space left on device; the case stands above." in done.stderr
    assert "not_done" in done.stdout
    assert few.read_text(encoding="utf-8") == FEW
    assert files(few.parent) == ["few.yaml"]


@pytest.mark.usefixtures("_few_tests")
def test_a_fault_in_the_middle_still_saves(few: Path, monkeypatch: pytest.MonkeyPatch, base: KnowledgeBase) -> None:
    from sjogren.errors import InternalFault

    few_tests, calls = advice.advise, []

    def once(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) > 1:
            raise InternalFault("of our own making")
        return few_tests(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(advice, "advise", once)
    out = few.with_name("out.yaml")
    done = run(few, out, given="not done\n")

    assert isinstance(done.exception, InternalFault)
    assert len(base.read(out).visits[0].values) == 2


@pytest.mark.usefixtures("_few_tests")
def test_a_case_in_json_stays_json(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text('{"id": "a", "age": 52, "facts": {"anti_ssa_ro": true}}\n', encoding="utf-8")

    assert run(path, path, given="not done\nnot done\n").exit_code == 0
    assert len(json.loads(path.read_text(encoding="utf-8"))["facts"]) == 3


# --- on a terminal ---------------------------------------------------------------------------------------------------


OWN_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "sjogren", *sys.argv[1:]])
"""


class Terminal:
    """A command on a pseudo-terminal of its own, so that ^C is the signal that a user gives."""

    def __init__(self, *arguments: str | Path, **more: str) -> None:
        self.door, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", OWN_TERMINAL, *map(str, arguments)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment(TERM="xterm", **more),
            start_new_session=True,
        )
        os.close(theirs)
        self.said = ""

    def until(self, text: str, times: int = 1) -> None:
        """Read until a text was said so many times."""
        end = time.monotonic() + WAIT
        while self.said.count(text) < times:
            part = self._part(end)
            if not part:
                self._kill()
            assert part, self.said
            self.said += part

    def type(self, text: str) -> None:
        os.write(self.door, text.encode())

    def end(self) -> int:
        """Read to the end; the exit code."""
        end = time.monotonic() + WAIT
        while part := self._part(end):
            self.said += part
        if time.monotonic() >= end:
            self._kill()
            raise AssertionError(self.said)
        os.close(self.door)
        return self.process.wait(WAIT)

    def _part(self, end: float) -> str:
        """What is said next; empty when the other end is closed, or nothing is said until the end."""
        part = b""
        if select.select([self.door], [], [], max(0.0, end - time.monotonic()))[0]:
            with suppress(OSError):  # the other end is closed
                part = os.read(self.door, 65536)
        return part.decode("utf-8", errors="replace")

    def _kill(self) -> None:
        self.process.kill()
        self.process.wait()


def test_control_c_at_a_question_saves_what_was_answered(few: Path, base: KnowledgeBase) -> None:
    out = few.with_name("out.yaml")
    terminal = Terminal("ask-me", few, "-o", out)
    terminal.until("> ")
    terminal.type("not done\n")
    terminal.until("> ", times=2)
    terminal.type("half of an ans")
    terminal.type("\x03")

    assert terminal.end() == 130
    assert f"saved 1 answer in {out}" in terminal.said
    assert [value.as_stated for value in base.read(out).visits[0].values] == ["positive", "not_done"]
    assert files(few.parent) == ["few.yaml", "out.yaml"]
    assert "Traceback" not in terminal.said


def test_a_signal_while_it_works_out_what_matters_saves_too(tmp_path: Path, base: KnowledgeBase) -> None:
    out = tmp_path / "out.yaml"
    terminal = Terminal("ask-me", "-o", out)
    for number, answer in enumerate(("case-1", "52", "male"), 1):
        terminal.until("> ", times=number)
        terminal.type(f"{answer}\n")
    terminal.until("Working out")
    terminal.process.send_signal(signal.SIGINT)

    assert terminal.end() == 130
    assert base.read(out).id == "case-1"
    assert "Traceback" not in terminal.said


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_terminal_that_is_closed_and_a_polite_end_save_too(few: Path, number: int, base: KnowledgeBase) -> None:
    terminal = Terminal("ask-me", few, "-o", few)
    terminal.until("> ")
    terminal.type("not done\n")
    terminal.until("> ", times=2)
    terminal.process.send_signal(number)

    assert terminal.end() == 130
    assert len(base.read(few).visits[0].values) == 2


def test_an_impatient_user_loses_nothing(few: Path, base: KnowledgeBase) -> None:
    terminal = Terminal("ask-me", few, "-o", few)
    terminal.until("> ")
    terminal.type("not done\n")
    terminal.until("> ", times=2)
    terminal.type("\x03\x03\x03\x03")

    assert terminal.end() == 130
    assert len(base.read(few).visits[0].values) == 2
    assert files(few.parent) == ["few.yaml"]


def test_control_c_before_the_age_is_known_leaves_no_file(tmp_path: Path) -> None:
    terminal = Terminal("ask-me", "-o", tmp_path / "out.yaml")
    terminal.until("> ")
    terminal.type("case-1\n")
    terminal.until("> ", times=2)
    terminal.type("\x03")

    assert terminal.end() == 130
    assert "Nothing is saved: a case needs an identifier and an age." in terminal.said
    assert files(tmp_path) == []


def test_control_d_saves_like_stop(few: Path) -> None:
    terminal = Terminal("ask-me", few, "-o", few)
    terminal.until("> ")
    terminal.type("not done\n")
    terminal.until("> ", times=2)
    terminal.type("\x04")

    assert terminal.end() == 0
    assert "saved 1 answer" in terminal.said


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}])
def test_a_terminal_gets_colour_unless_it_is_told_not_to(few: Path, variables: dict[str, str]) -> None:
    terminal = Terminal("ask-me", few, "-o", few, **variables)
    terminal.until("> ")
    terminal.type("stop\n")

    assert terminal.end() == 0
    assert ("\x1b[" in terminal.said) is (not variables)
