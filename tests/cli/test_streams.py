"""What ``sjd assess`` prints and loads: data alone on standard output, no graph library, no network."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.shell import EXAMPLE, environment, sjd

SYNTHETIC = EXAMPLE.parent / "synthetic-adult.yaml"


def on_a_terminal(*arguments: str | Path, **more: str) -> str:
    """What a command prints where standard output is a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "sjogren", *map(str, arguments)]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, env=environment(TERM="xterm", **more)):
        os.close(theirs)
        said = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            said += part
    os.close(ours)
    return said.decode()


def test_a_terminal_gets_text_in_colour_and_a_pipe_gets_json() -> None:
    assert "\x1b[32m\x1b[1m■ met\x1b[0m" in on_a_terminal("assess", EXAMPLE)
    assert json.loads(sjd("assess", EXAMPLE).stdout)


def test_no_color_is_respected() -> None:
    said = on_a_terminal("assess", EXAMPLE, NO_COLOR="1")

    assert "■ met" in said
    assert "\x1b" not in said


def test_text_in_a_pipe_has_no_colour() -> None:
    assert "\x1b" not in sjd("assess", EXAMPLE, "--format", "text").stdout


def test_a_case_cannot_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text(json.dumps({"id": "a\u202e\u009b2J", "age": 50, "facts": {}}), encoding="utf-8")
    said = sjd("assess", path, "--format", "text")

    assert "\u009b" not in said.stdout + said.stderr
    assert "\u202e" not in said.stdout + said.stderr


@pytest.mark.parametrize("form", ["text", "json", "yaml"])
def test_nothing_but_the_answer_is_printed_for_a_valid_case(form: str) -> None:
    assert sjd("assess", EXAMPLE, "--format", form).stderr == ""


def test_progress_is_silent_where_standard_error_is_no_terminal() -> None:
    done = sjd("assess", EXAMPLE, SYNTHETIC)

    assert done.stderr == ""
    assert [json.loads(line)["case"] for line in done.stdout.splitlines()] == ["moutsopoulos-2014-1", "case-001"]


def test_yaml_says_what_json_says() -> None:
    from sjogren._located import read_located

    read = read_located(sjd("assess", EXAMPLE, "--format", "yaml").stdout, "answer.yaml", lambda _: None, "E")
    text = sjd("assess", EXAMPLE).stdout

    assert plain(read) == strings(json.loads(text))


def plain(node: object) -> object:
    """A located tree as texts."""
    from sjogren._located import Mapping, Scalar, Sequence

    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [plain(each) for each in node]
    assert isinstance(node, Mapping)
    return {key: plain(value) for key, value in node}


def strings(data: object) -> object:
    """JSON data with every scalar as YAML writes it."""
    if isinstance(data, dict):
        return {key: strings(value) for key, value in data.items()}
    if isinstance(data, list):
        return [strings(value) for value in data]
    return data if isinstance(data, str) else json.dumps(data)


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["assess", str(EXAMPLE)], {"rdflib", "pyshacl", "socket", "ssl", "http", "urllib.request", "durable"}),
        (["--help"], {"rdflib", "pyshacl", "socket", "yaml", "sjogren.assess", "sjogren.facts", "multiprocessing"}),
    ],
)
def test_what_is_not_needed_is_not_loaded(arguments: list[str], unwanted: set[str]) -> None:
    sjd("assess", EXAMPLE)  # so that the compiled knowledge is in the cache
    program = (
        "import sys\nfrom sjogren.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit: print('\\n'.join(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment(), check=True, timeout=60
    )

    loaded = set(done.stderr.splitlines())
    assert "sjogren.cli.main" in loaded
    assert loaded & unwanted == set()
