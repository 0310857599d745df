"""A version of the rules from where it lies: a folder, a wheel, or a revision of a git repository."""

from __future__ import annotations

import io
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from shutil import which
from tempfile import TemporaryDirectory

from sjogren._resources import data
from sjogren.compare.edit import refused
from sjogren.errors import InputError, KnowledgeError, did_you_mean
from sjogren.program.store import Knowledge, load

INSTALLED = "installed"
"""The name of the rules that come with the package."""
PARTS = ("rules", "ontology")
IN_WHEEL = "sjogren/_data"
MOST_BYTES = 64 << 20
"""No version of the rules is larger; a wheel or revision that is gets refused before it fills the disk."""


@contextmanager
def version(name: str, package_version: str) -> Iterator[Knowledge]:
    """The knowledge of a version; raises `InputError` when there is none by this name, or it is no valid one."""
    path = Path(name)
    try:
        if name == INSTALLED:
            yield load(data("rules"), data("ontology"), package_version)
            return
        if path.is_dir():
            yield _load(_folder(path), package_version)
            return
        with TemporaryDirectory(prefix="sjd-") as room:
            home = Path(room)
            if path.is_file():
                _wheel(path, home)
            else:
                _revision(name, home)
            yield _load(home, package_version)
    except KnowledgeError as error:
        first = refused(name, "C112", "the rules of this version are not valid for this version of the program.")
        raise InputError([*first.findings, *error.findings]) from None


def _load(home: Path, package_version: str) -> Knowledge:
    return load(home / "rules", home / "ontology", package_version)


def _folder(path: Path) -> Path:
    """The folder that holds rules and ontology: this one, or the one inside an installed package."""
    for home in (path, path / IN_WHEEL, path / "_data"):
        if all((home / part).is_dir() for part in PARTS):
            return home
    raise refused(str(path), "C111", "this folder does not hold rules/ and ontology/.", "Name the folder above both.")


def _wheel(path: Path, home: Path) -> None:
    try:
        with zipfile.ZipFile(path) as wheel:
            named = [each for each in wheel.infolist() if each.filename.startswith(f"{IN_WHEEL}/")]
            if sum(each.file_size for each in named) > MOST_BYTES:
                raise refused(str(path), "C111", "the rules in this wheel are larger than any of ours.")
            files = [(each.filename.removeprefix(f"{IN_WHEEL}/"), wheel.read(each)) for each in named]
    except (zipfile.BadZipFile, OSError) as error:
        raise refused(str(path), "C111", f"this is not a wheel that can be read: {error}.") from None
    _write(str(path), files, home)


def _write(name: str, files: list[tuple[str, bytes]], home: Path) -> None:
    """Write the files of rules and ontology below a folder, and nothing else."""
    kept = [(PurePosixPath(file), content) for file, content in files]
    kept = [(file, content) for file, content in kept if file.parts[:1] and file.parts[0] in PARTS and file.suffix]
    if {file.parts[0] for file, _ in kept} != set(PARTS):
        raise refused(name, "C111", "this version does not hold rules/ and ontology/.")
    for file, content in kept:
        if ".." in file.parts or file.is_absolute():
            raise refused(name, "C111", f"this version names a file outside itself: {file}.")
        target = home.joinpath(*file.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _revision(name: str, home: Path) -> None:
    """Take rules and ontology out of a commit, without touching the work tree."""
    if which("git") is None:
        raise refused(name, "C110", "there is no such folder or wheel, and no git to look for a revision.")
    known = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if known is None:
        names = (_git("for-each-ref", "--format=%(refname:short)") or b"").decode().split()
        hint = did_you_mean(name, names) or "Name a folder, a wheel, or a branch, tag or commit of this repository."
        raise refused(name, "C110", f"{name!r} is no folder, wheel or git revision here.", hint)
    archive = _git("archive", "--format=tar", known.decode().strip())
    if archive is None or len(archive) > MOST_BYTES * 4:
        raise refused(name, "C111", "git could not give the files of this revision.")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        files = [
            (member.name, stream.read())
            for member in tar
            if member.isfile() and (stream := tar.extractfile(member)) is not None
        ]
    _write(name, files, home)


def _git(*arguments: str) -> bytes | None:
    """What git prints in the top folder of the repository here; None when it fails."""
    top = subprocess.run(["git", "rev-parse", "--show-toplevel"], capture_output=True, check=False)  # noqa: S607
    if top.returncode:
        return None
    command = ["git", "-C", top.stdout.decode().strip(), *arguments]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # git itself, with a checked revision
    return done.stdout if done.returncode == 0 else None
