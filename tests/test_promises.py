"""Promises about the repository as a whole, each kept by one test."""

from __future__ import annotations

import ast
import doctest
import importlib
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
KB = ROOT / "kb" / "sjogren"
EXAMPLE = ROOT / "examples" / "moutsopoulos-2014-1.yaml"
MODULES = sorted(KB.rglob("*.py"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("rules/*.md")])
MOST_LINES = 400

pytestmark = pytest.mark.checkout


def read(path: Path | str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def repository_files() -> Iterator[Path]:
    """Every file of the repository, leaving out what .gitignore names."""
    ignored = {line.strip("/") for line in read(".gitignore").split()} | {".git"}
    for folder, below, files in os.walk(ROOT):
        below[:] = [name for name in below if name not in ignored and not name.endswith(".egg-info")]
        yield from (Path(folder, name) for name in files)


def text_lines() -> Iterator[tuple[Path, int, str]]:
    for path in repository_files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        yield from ((path, number, line) for number, line in enumerate(lines, 1))


def trees(*below: str) -> Iterator[tuple[Path, ast.Module]]:
    """The syntax trees of the modules below these rooms, or of all."""
    for path in MODULES:
        if not below or path.relative_to(KB).parts[0] in below:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


# --- what is committed -----------------------------------------------------------------------------------------------

MACHINE = re.compile(r"(?<![\w.>)}/:-])/(?:work|farm|root|home|opt|tmp|Users)/\w")
REGISTRY = re.compile(r"pypi\.org|pythonhosted\.org|artifactory|--?(?:extra-)?index-url|--?find-links", re.IGNORECASE)


def test_no_file_names_a_path_of_one_machine() -> None:
    assert [f"{place(path, number)}: {line}" for path, number, line in text_lines() if MACHINE.search(line)] == []


def test_no_file_names_a_package_registry() -> None:
    here = Path(__file__)
    found = [(path, n, line) for path, n, line in text_lines() if path != here and REGISTRY.search(line)]
    assert [f"{place(path, number)}: {line}" for path, number, line in found] == []


def test_development_pins_are_names_and_versions_and_nothing_else() -> None:
    pins = [line for line in read("constraints.txt").splitlines() if line and not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", pin)] == []


def test_every_declared_requirement_is_pinned_for_development() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    pinned = {_distribution(line) for line in read("constraints.txt").splitlines()}
    assert {_distribution(one) for one in wanted} - pinned == {"sjogren-kb"}


def _distribution(requirement: str) -> str:
    return re.split(r"[\[=<>!~; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_one_version_everywhere() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert re.search(rf"(?m)^version: {re.escape(version)}$", read("CITATION.cff"))
    assert re.findall(r"(?m)^## (\S+)", read("CHANGELOG.md"))[0] == version
    assert f'owl:versionInfo "{version}"' in re.sub(r" +", " ", read("ontology/sjd.ttl"))


# --- documents -------------------------------------------------------------------------------------------------------


def test_every_make_target_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", read("Makefile")))
    code = [fragment for path in DOCUMENTS for fragment in _code(path)]
    named = {target for fragment in code for target in re.findall(r"(?m)^\s*(?:\$ )?make ([a-z]+)\b", fragment)}
    assert {"demo", "test"} <= named
    assert named <= targets


def _code(path: Path) -> list[str]:
    """The fenced and the inline code of a Markdown document."""
    text = path.read_text(encoding="utf-8")
    fenced = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    return fenced + re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def test_every_command_that_the_readme_shows_exists() -> None:
    command = re.compile(r"(?m)^(?:\$ )?(?:\.venv/bin/)?sjd ([a-z]+(?: [a-z]+(?![\w/.-]))?)")
    shown = {match for fragment in _code(ROOT / "README.md") for match in command.findall(fragment)}
    assert {"assess", "new case"} <= shown
    for name in sorted(shown):
        asked = [sys.executable, "cli.py", *name.split(), "--help"]
        answer = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, f"sjd {name}: {answer.stderr}"


def test_the_readme_shows_what_the_commands_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    section = re.findall(r"(?s)<!-- example:begin -->(.*?)<!-- example:end -->", read("README.md"))[0]
    sessions = [
        session
        for block in re.findall(r"(?s)```console\n(.*?)```", section)
        for session in re.findall(r"(?ms)^\$ sjd ([^\n]+)\n(.*?)(?=^\$ |\Z)", block)
    ]
    assert sessions, "the example section of README.md shows no `$ sjd` command"
    for command, shown in sessions:
        run = [sys.executable, "cli.py", *shlex.split(command)]
        printed = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        # A line that holds nothing but an ellipsis stands for any lines left out.
        pattern = "\n".join("(?s:.*?)" if line.strip() == "…" else re.escape(line) for line in _rows(shown))
        assert re.fullmatch(pattern, "\n".join(_rows(printed))), f"sjd {command} prints:\n{printed}"


def _rows(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def test_the_python_in_the_readme_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"(?s)```python\n(.*?)```", read("README.md"))
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})  # noqa: S102 - our own document, to see that it is true
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_decision_is_numbered_dated_and_says_what_was_rejected() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").iterdir())
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        head = "\n".join(text.splitlines()[:8])
        assert re.search(r"\b20\d\d-\d\d-\d\d\b", head), f"{path.name} has no date"
        assert re.search(r"\b(proposed|accepted|superseded)\b", head, re.IGNORECASE), f"{path.name} has no status"
        assert "rejected" in text.casefold(), f"{path.name} does not say what was rejected"


def test_ci_runs_the_command_that_the_readme_gives() -> None:
    script = ROOT / ".ci" / "run"
    assert "$ make test" in read("README.md")
    assert script.read_text(encoding="utf-8").rstrip().endswith("\nmake test")
    assert os.access(script, os.X_OK)


# --- code ------------------------------------------------------------------------------------------------------------


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(?:TODO|FIXME|XXX|NotImplementedError)\b|pragma: no cover")
    lines = [(path, number, line) for path, number, line in text_lines() if path.is_relative_to(KB)]
    found = [place(path, number) for path, number, line in lines if later.search(line)]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    assert [str(path.relative_to(KB)) for path, tree in trees() if not ast.get_docstring(tree)] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(KB).as_posix())
def test_examples_in_docstrings_are_true(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    name = ".".join(module.relative_to(KB.parent).with_suffix("").parts).removesuffix(".__init__")
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.failed == 0


def test_every_module_can_be_read_at_one_sitting() -> None:
    lengths = {str(path.relative_to(KB)): len(read(path).splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_only_the_command_line_writes_to_the_terminal() -> None:
    found = [
        place(path, node.lineno)
        for path, tree in trees()
        if path.relative_to(KB).parts[0] != "cli"
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == "print")
        or (isinstance(node, ast.Attribute) and node.attr in {"stdout", "stderr"} and ast.unparse(node.value) == "sys")
    ]
    assert found == []


PLAIN = {0, 1}
"""Numbers that are no one's threshold by themselves: nothing, and one step."""

ALLOWED: dict[str, tuple[set[float], str]] = {
    "_located.py": (
        {2, 16, 40, 0xD800, 0xDC00, 0x10000},
        "depth of nesting; key and value; UTF-16 surrogates in JSON's escapes",
    ),
    "ask/cell.py": ({30, 1000}, "how long and how much a query may take, and how many rows it gives"),
    "ask/endpoint.py": ({20, 300}, "how much of a server's answer, and of its complaint, is read"),
    "ask/guard.py": ({16, 40, 100, 100_000}, "how long and how deep a query may be; how much of it an error shows"),
    "ask/questions.py": ({20}, "how many names an error gives"),
    "assess/totals.py": ({2}, "half a unit of the last decimal of a stated number"),
    "assess/workers.py": ({8, 120.0, 256}, "how many workers, how long one case may take, how many wait"),
    "browse/site.py": ({2, 6}, "lines of patterns; sets two by two"),
    "cli/ask_me.py": ({130}, "an exit code"),
    "cli/assess.py": ({2, 3, 5, 70}, "exit codes; how deep the nodes of a proof lie in JSON"),
    "cli/compare.py": ({6}, "lines of patterns for each difference"),
    "cli/report.py": ({8}, "bytes of a random name"),
    "cli/main.py": ({70, 100, 130}, "exit codes; columns of a help page"),
    "cli/saving.py": ({0o666, 0o777, 1000}, "modes of a file; how many names are tried where one is taken"),
    "cli/tables.py": ({4, 24, 120}, "columns of a table for a terminal"),
    "cli/strip.py": ({4, 24, 44, 60, 100}, "columns of the text for a terminal"),
    "cli/whatif.py": ({3}, "an exit code"),
    "compare/cases.py": ({3}, "steps told on each side of a flip"),
    "compare/contrast.py": ({12}, "lines of patterns for each difference"),
    "compare/diagrams.py": ({400_000}, "how large a diagram may grow"),
    "compare/difference.py": ({2}, "level of a heading"),
    "compare/document.py": ({2, 12, 100}, "columns of a text"),
    "compare/effects.py": ({3}, "level of a heading"),
    "compare/patient.py": ({50}, "the age of an example patient where no rule asks for it"),
    "compare/patterns.py": ({2_000}, "how many minimal patterns are looked for"),
    "compare/sets.py": ({2, 3}, "levels of headings; criteria sets two by two"),
    "compare/sidebyside.py": ({2, 3}, "levels of headings"),
    "compare/space.py": ({2}, "the middle between two cuts"),
    "compare/sums.py": ({3, 8}, "how many numbers a sum may have, and how finely it is looked for"),
    "advice/advise.py": ({8}, "how many sets of a change are listed"),
    "advice/field.py": ({30_000}, "how large a diagram of partial records may grow"),
    "advice/findings.py": ({3}, "how many absent findings are told as one"),
    "advice/patient.py": ({256}, "a cell within the number of an element"),
    "compare/telling.py": ({2, 3}, "level of a heading; how many things are named together"),
    "compare/traits.py": ({2}, "traits joined two by two"),
    "compare/versions.py": ({4}, "size limits of a version"),
    "compare/whatif.py": ({2}, "level of a heading"),
    "engine/cells.py": ({2}, "a limit and the stretch after it"),
    "engine/conditions.py": ({2}, "the answers of a condition: it holds or not"),
    "engine/driver.py": ({2, 8, 1_000}, "a cut and the stretch after it; when a bank is cut; how much is kept"),
    "engine/durable.py": ({0.5, 2, 16, 60, 250, 400, 4000}, "limits inside those at which durable-rules fails"),
    "engine/questions.py": ({2, 500}, "a limit and the stretch after it; how many answers are kept in memory"),
    "engine/kept.py": ({2}, "halves"),
    "engine/reference.py": ({500}, "how many answers are kept in memory"),
    "errors.py": ({0.6, 2, 3, 4, 5, 70}, "likeness of a 'did you mean'; the exit codes"),
    "facts/_findings.py": ({3, 12, 60, 100}, "how much of an input an error message shows"),
    "facts/_load.py": ({200, 1_000_000, 5_000_000}, "size limits of an input"),
    "facts/_scalars.py": ({2, 4, 10, 30, 200, 10_000}, "size limits of an input; digits of an ISO date"),
    "facts/draft.py": ({2}, "columns of an indent"),
    "facts/written.py": ({2, 5}, "the prime factors of ten, in which a decimal ends"),
    "facts/resolve.py": ({4, 1461}, "days in four years"),
    "facts/template.py": ({2}, "an example in the middle of a range"),
    "cli/lint.py": ({3.0, 5.0}, "seconds between words of progress"),
    "lint/criteria.py": ({2}, "items two by two; the middle between two cuts"),
    "lint/ground.py": ({100_000}, "how large a diagram of partial records may grow"),
    "lint/opposites.py": ({2}, "rules two by two"),
    "lint/outcomes.py": ({2}, "answers two by two"),
    "lint/telling.py": ({16, 100}, "columns of a text; how many findings of a patient are told"),
    "program/block.py": ({2, 12}, "the widest rule the engine is given; the two states of a flag"),
    "program/outline.py": ({2}, "marks of a depth-first search"),
    "program/store.py": ({0o700}, "mode of the cache folder"),
    "proof/checker/logic.py": ({2}, "the middle between two cuts"),
    "proof/checker/nodes.py": ({4, 24}, "how deep a value may nest; digits of a node's identifier"),
    "proof/checker/premises.py": ({2, 4, 1461}, "the second group of a pattern; days in four years"),
    "proof/checker/printed.py": ({2}, "answers that must still be open for a word that says so"),
    "ontology/mapping.py": ({2}, "the line after the header of a table"),
    "proof/checker/space.py": ({4096}, "how many choices the checker tries before it refuses"),
    "proof/explain.py": ({2, 3, 4, 100}, "columns and indents of an account"),
    "proof/steps.py": ({2, 6}, "how many facts get a step each, and how many are told again"),
    "proof/graph.py": ({4_000}, "how many nodes are kept in memory"),
    "proof/lacks.py": ({4_000}, "how many answers are kept in memory"),
    "proof/visits.py": ({4_000}, "how many nodes are kept in memory"),
    "report/bundle.py": ({3, 8, 60}, "how much of a difference is told; how deep the nodes of a proof lie in JSON"),
    "report/days.py": ({1000}, "a year in which no patient lived"),
    "report/deidentify.py": ({16, 32, 89, 0o600, 4096}, "the age above which an age may tell who it is; size of a key"),
    "report/content.py": ({2}, "level of a heading"),
    "report/content_advice.py": ({2, 3, 4, 6, 180, 250}, "level of a heading; how much of an advice is told"),
    "report/content_answers.py": ({3}, "how many missing facts a sentence names"),
    "report/content_basis.py": ({2, 3, 8}, "levels of headings; how many facts a line names"),
    "report/content_end.py": ({2, 12}, "level of a heading; digits of a digest"),
    "report/content_evidence.py": ({2}, "level of a heading"),
    "report/content_followup.py": ({2, 3}, "levels of headings"),
    "report/content_page.py": ({2, 12}, "level of a heading; months of a year"),
    "report/content_scores.py": ({2}, "level of a heading"),
    "report/docx.py": (
        {2, 8.5, 9, 10, 10.5, 12.5, 16, 250, 635, 1021, 1980, 11906, 16838},
        "sizes of a page and of letters, pixels in a unit, letters of a title, the year in which ZIP begins",
    ),
    "report/english.py": ({2, 3}, "lines of a form to write on"),
    "report/html.py": ({2}, "the level of headings that the contents list"),
    "report/markdown.py": ({6, 12}, "the deepest heading; the length of a line to write on"),
    "report/pdf.py": ({14}, "how deep a proof is indented"),
    "report/pictures/axes.py": ({2, 3, 6, 12, 110, 260}, "lengths in a picture; the highest grade that an axis has"),
    "report/pictures/domains.py": ({2, 3, 6, 7, 270}, "lengths in a picture"),
    "report/pictures/scale.py": ({2, 3, 5, 12}, "lengths in a picture"),
    "report/pictures/strip.py": ({1.2, 2, 2.5, 3, 4, 6, 10, 330}, "lengths in a picture"),
    "report/pictures/svg.py": (
        {0.36, 0.62, 0.70, 0.98, 1.1, 1.3, 1.5, 5, 8, 11.5, 13.0, 640},
        "lengths in a picture, breadths of letters",
    ),
    "report/pictures/timeline.py": ({1.5, 2, 3, 4, 5, 8, 9, 46, 200}, "lengths in a picture"),
    "report/pictures/tree.py": ({2, 3, 5, 6, 22, 24}, "lengths in a picture; how many steps and lines it shows"),
    "report/pictures/waterfall.py": ({2, 8, 110, 250}, "lengths in a picture"),
    "report/pictures/words.py": ({2}, "decimals of a number for reading"),
    "report/template.py": ({50_000_000, 1_000_000}, "how large a template may be"),
    "report/word.py": (
        {0.28, 2, 3, 4, 6, 16, 20, 21, 25, 32, 42, 115, 160, 220, 240, 420, 635, 1000, 7200},
        "lengths, sizes of letters and numbers of drawings in a Word document",
    ),
    "rules/_conditions.py": ({5}, "how deep a condition may nest"),
    "rules/english.py": ({6, 100}, "how long a number in a sentence may be; a share in percent"),
    "rules/generate.py": ({1.1}, "the version of JSON-LD"),
}
"""Number literals in the code, by module, with the reason why they are no guideline knowledge."""

TECHNICAL_KEYWORDS = {"indent", "maxsplit", "maxsize", "n", "width", "compresslevel"}


def numbers(tree: ast.Module) -> Iterator[ast.Constant]:
    """The number literals of a module, without positions, lengths, powers, and arguments of a technical name."""
    aside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            aside.update(id(part) for part in ast.walk(node.slice))
        elif isinstance(node, ast.keyword) and node.arg in TECHNICAL_KEYWORDS:
            aside.add(id(node.value))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow | ast.LShift):
            aside.update((id(node.left), id(node.right)))
        elif isinstance(node, ast.Compare) and any(map(_is_length, [node.left, *node.comparators])):
            aside.update(id(side) for side in [node.left, *node.comparators])
        elif isinstance(node, ast.Constant) and type(node.value) in {int, float} and id(node) not in aside:
            yield node


def _is_length(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


def test_no_guideline_number_stands_in_the_code() -> None:
    found = [
        f"{place(path, node.lineno)}: {node.value!r}"
        for path, tree in trees()
        for node in numbers(tree)
        if node.value not in PLAIN | ALLOWED.get(path.relative_to(KB).as_posix(), (set(), ""))[0]
    ]
    assert found == []


def test_no_allowance_for_a_number_outlives_it() -> None:
    used = {path.relative_to(KB).as_posix(): {node.value for node in numbers(tree)} for path, tree in trees()}
    unused = {name: allowed - used.get(name, set()) for name, (allowed, _) in ALLOWED.items()}
    assert {name: values for name, values in unused.items() if values} == {}


FACT_FREE = ("compare", "engine", "lint", "model", "program", "proof", "rules")
"""Rooms that treat all facts alike, and so can name none."""


def test_no_room_above_the_facts_names_a_clinical_fact() -> None:
    facts = set(re.findall(r"(?m)^fact:([a-z0-9]+(?:_[a-z0-9]+)+)\b", read("ontology/facts.ttl")))
    assert "schirmer_test" in facts
    found = [
        f"{place(path, node.lineno)}: {node.value!r}"
        for path, tree in trees(*FACT_FREE)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in facts
    ]
    assert found == []


HEAVY = {"rdflib", "pyshacl"}


def test_graph_libraries_are_imported_only_where_a_graph_is_asked_for() -> None:
    at_import = [
        place(path, node.lineno)
        for path, tree in trees()
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom) and {name.split(".")[0] for name in _imports(node)} & HEAVY
    ]
    assert at_import == []


def test_one_module_opens_the_c_engine_and_none_its_python_layer() -> None:
    users = {
        (name.split(".")[0], path.relative_to(KB).as_posix())
        for path, tree in trees()
        for name in _imports(tree)
        if name.split(".")[0] in {"durable", "durable_rules_engine"}
    }
    assert users == {("durable_rules_engine", "engine/durable.py")}


CHECKER_MAY = {"errors", "_resources", "_located", "model", "rules", "ontology", "proof.checker"}


def test_the_proof_checker_imports_nothing_of_what_it_checks() -> None:
    checker = [path for path, _ in trees("proof") if path.relative_to(KB / "proof").parts[0].startswith("checker")]
    assert checker
    imported = {name for path in checker for name in _imports(ast.parse(read(path)))}
    ours = {name.removeprefix("sjogren.") for name in imported if name.split(".")[0] == "sjogren"}
    assert [name for name in sorted(ours) if not any(f"{name}.".startswith(f"{room}.") for room in CHECKER_MAY)] == []
    assert {name.split(".")[0] for name in imported} - {"sjogren"} <= sys.stdlib_module_names


def _imports(tree: ast.AST) -> Iterator[str]:
    """What is imported anywhere below this node: modules, or the modules and names that our own packages give."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import hides which room is meant"
            split = node.module in {"sjogren", "sjogren.proof"}
            yield from ([f"{node.module}.{alias.name}" for alias in node.names] if split else [str(node.module)])


def test_assessing_a_case_loads_no_graph_library() -> None:
    command = [sys.executable, "-X", "importtime", "cli.py", "assess", str(EXAMPLE), "--format", "json"]
    for _ in range(2):  # the first run may compile and store the program
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {line.rsplit("|", 1)[1].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}
    assert "sjogren" in loaded
    assert loaded & {"rdflib", "pyshacl", "durable", "durable.lang"} == set()
