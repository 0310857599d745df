"""What a user installs: one import name, its data, its types, and nothing that belongs to the checkout alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = ("rules", "ontology")

pytestmark = pytest.mark.checkout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that SJOGREN_WHEEL names (so that it is built once), else one built now."""
    given = os.environ.get("SJOGREN_WHEEL")
    if given:
        return Path(given)
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, text=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def names(wheel: Path) -> frozenset[str]:
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


@pytest.fixture(scope="session")
def dist_info(names: frozenset[str]) -> str:
    (folder,) = {name.split("/")[0] for name in names if ".dist-info/" in name}
    return folder


def shipped(folder: str) -> set[str]:
    """The files below a data folder that belong to the project."""
    below = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)) for path in below if "__pycache__" not in path.parts}


def test_one_import_name_is_installed_and_nothing_else(names: frozenset[str], dist_info: str) -> None:
    assert {name.split("/")[0] for name in names} == {"sjogren", dist_info}


def test_every_module_of_the_checkout_is_carried(names: frozenset[str]) -> None:
    source = ROOT / "kb"
    modules = {path.relative_to(source).as_posix() for path in source.rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == modules


@pytest.mark.parametrize("folder", DATA)
def test_every_rule_and_every_file_of_the_ontology_is_carried(names: frozenset[str], folder: str) -> None:
    carried = {name.removeprefix("sjogren/_data/") for name in names if name.startswith(f"sjogren/_data/{folder}/")}
    expected = shipped(folder)
    assert any(name.endswith((".yaml", ".ttl")) for name in expected)
    assert carried == expected


@pytest.mark.parametrize("folder", DATA)
def test_the_data_arrive_byte_for_byte(wheel: Path, folder: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        arrived = {name: archive.read(f"sjogren/_data/{name}") for name in shipped(folder)}
    assert [name for name in sorted(arrived) if arrived[name] != (ROOT / name).read_bytes()] == []


def test_type_checkers_see_the_types(names: frozenset[str]) -> None:
    assert "sjogren/py.typed" in names


def test_data_folders_hold_no_python(names: frozenset[str]) -> None:
    assert [name for name in names if name.startswith("sjogren/_data/") and name.endswith(".py")] == []


def test_the_command_and_the_licence_are_declared(wheel: Path, names: frozenset[str], dist_info: str) -> None:
    assert f"{dist_info}/licenses/LICENSE" in names
    with zipfile.ZipFile(wheel) as archive:
        assert "sjd = sjogren.cli:main" in archive.read(f"{dist_info}/entry_points.txt").decode()


def test_the_metadata_say_what_pyproject_says(wheel: Path, dist_info: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with zipfile.ZipFile(wheel) as archive:
        metadata = Parser().parsestr(archive.read(f"{dist_info}/METADATA").decode())
    assert metadata["Name"] == project["name"]
    assert metadata["Version"] == project["version"]
    assert metadata["Requires-Python"] == project["requires-python"]
    assert set(metadata.get_all("Provides-Extra", [])) == set(project["optional-dependencies"])
