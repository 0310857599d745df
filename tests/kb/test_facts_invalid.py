"""Bad case files, each with the exact lines that it is answered with and, beside it, its valid twin.

``tests/invalid/<what is wrong>/`` holds ``bad.yaml``, ``expected.txt`` and ``good.yaml`` (or ``.json``). What does
not belong in a repository (a file of 100 MB, bytes that are not text) is made here.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kb.conftest_vocabulary import VOCABULARY

from sjogren.errors import Finding, InputError
from sjogren.facts import read_case, read_case_file
from sjogren.facts.codes import CODES

FOLDER = Path(__file__).parents[1] / "invalid"
SLUGS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
GOOD = "id: a\nage: 50\nfacts: {anti_ssa_ro: positive}\n"


def one(slug: str, stem: str) -> Path:
    (path,) = (path for path in (FOLDER / slug).iterdir() if path.stem == stem)
    return path


def refused(path: Path | str) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as caught:
        read_case_file(path, VOCABULARY)
    assert caught.value.exit_code == 3
    return caught.value.findings


@pytest.mark.parametrize("slug", SLUGS)
def test_a_bad_case_is_refused_with_exactly_these_lines(slug: str) -> None:
    path = one(slug, "bad")
    with pytest.raises(InputError) as caught:
        read_case(path.read_bytes(), VOCABULARY, file=path.name)

    assert str(caught.value) + "\n" == one(slug, "expected").read_text(encoding="utf-8")


@pytest.mark.parametrize("slug", SLUGS)
def test_its_twin_is_accepted(slug: str) -> None:
    case = read_case_file(one(slug, "good"), VOCABULARY)

    assert case.id
    assert case.visits


def test_every_code_has_a_bad_case() -> None:
    shown = {
        line.split()[1] for slug in SLUGS for line in one(slug, "expected").read_text(encoding="utf-8").splitlines()
    }
    made_here = {"E101", "E102", "E103", "E104", "E105", "E106", "E109"}

    assert shown | made_here == set(CODES)


def test_a_missing_file(tmp_path: Path) -> None:
    assert refused(tmp_path / "case.yaml") == (
        Finding(str(tmp_path / "case.yaml"), 0, "E101", "there is no such file."),
    )  # fmt: skip


def test_a_directory(tmp_path: Path) -> None:
    (finding,) = refused(tmp_path)

    assert (finding.line, finding.code) == (0, "E102")


@pytest.mark.parametrize("name", ["a" * 5000, "a\0b"])
def test_a_name_that_the_system_does_not_take(name: str) -> None:
    (finding,) = refused(name)

    assert finding.code == "E103"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", forbid)

    (finding,) = refused(tmp_path / "case.yaml")

    assert (finding.code, finding.message) == ("E103", "this file may not be read: permission denied.")


def test_a_file_of_100_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    with path.open("wb") as stream:
        stream.write(GOOD.encode())
        stream.truncate(100_000_000)

    (finding,) = refused(path)

    assert (finding.code, finding.message) == ("E104", "this is larger than the 5 MB that a case file may have.")


def test_a_large_file_within_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(GOOD + "# nothing\n" * 400_000, encoding="utf-8")

    assert read_case_file(path, VOCABULARY).id == "a"


@pytest.mark.parametrize(("data", "line", "code"), [
    (b"\x7fELF\x02\x01\x01\0\0\0\xff", 0, "E106"),
    (b"PK\x03\x04\0\0text", 0, "E106"),
    ("id: a\nage: 50\n".encode("utf-16"), 0, "E106"),
    ("id: Sj\u00f6gren\nage: 50\n".encode("latin-1"), 1, "E105"),
    (b"id: a\nage: 50\nsex: \x80\n", 3, "E105"),
    (b"id: a\nage: 50\nsex: \x07\n", 3, "E108"),
    (b"", 0, "E107"),
    (b"\xef\xbb\xbf", 0, "E107"),
])  # fmt: skip
def test_bytes_that_are_no_text_of_a_case(tmp_path: Path, data: bytes, line: int, code: str) -> None:
    path = tmp_path / "case.yaml"
    path.write_bytes(data)

    (finding,) = refused(path)

    assert (finding.line, finding.code) == (line, code)


@pytest.mark.parametrize("data", [GOOD.encode(), b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace("\n", "\r\n").encode()])
def test_their_twins_in_utf_8_are_accepted(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "case.yaml"
    path.write_bytes(data)

    assert read_case_file(path, VOCABULARY).age == 50
