"""Every named question has its answer: over a small knowledge base of the tests' own, to the letter."""

from __future__ import annotations

import csv
import io
import shlex
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic
from tests.ask.small import small_knowledge
from tests.cli.shell import EXAMPLE, sjd

from sjogren._resources import data
from sjogren.ask.asking import query_of
from sjogren.ask.graph import knowledge_graph
from sjogren.ask.guard import judged
from sjogren.ask.memory import InMemory
from sjogren.ask.questions import Question, read_questions
from sjogren.errors import KnowledgeError

# rdflib's reader of JSON-LD uses a class that rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

ANSWERS = sorted((Path(__file__).parent / "answers").iterdir())
QUESTIONS = read_questions(data("ontology"))
SETS = "SELECT ?set { ?set a sjd:CriteriaSet }"
GIVEN = {"conclusions": "the assessments that are given"}
"""Questions whose answer is another test's, and what they are about."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    return small_knowledge(tmp_path_factory.mktemp("small"))


def test_every_question_has_an_answer_here() -> None:
    assert {path.stem for path in ANSWERS} == set(QUESTIONS) - set(GIVEN)


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_a_question_is_answered_to_the_letter(path: Path, small: tuple[str, ...]) -> None:
    first, _, expected = path.read_text(encoding="utf-8").partition("\n")
    command = shlex.split(first.removeprefix("# sjd "))
    done = sjd(*command, *small, "--format", {".csv": "csv", ".ttl": "turtle"}[path.suffix])

    assert (done.returncode, done.stderr) == (0, "")
    if path.suffix == ".ttl":
        assert isomorphic(Graph().parse(data=done.stdout), Graph().parse(data=expected))
    else:
        assert done.stdout == expected


@pytest.fixture(scope="module")
def whole() -> InMemory:
    """The whole knowledge base, to be asked in this process."""
    return InMemory(knowledge_graph(data("rules"), data("ontology")))


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda question: question.name)
def test_a_file_asks_by_itself_what_its_example_asks(question: Question, whole: InMemory) -> None:
    """So that the query of ``--show-query`` can be pasted anywhere."""
    if question.name in GIVEN:
        return
    filled = query_of(whole, question, shlex.split(question.example), data("ontology"))

    assert repr(judged(filled, "").algebra) == repr(judged(question.query, "").algebra)
    if question.name != "different-thresholds" or len(whole.ask(SETS, "", None).rows) > 1:
        assert whole.ask(filled, question.name, 1).rows


def test_a_query_is_shown_as_its_file_has_it_or_with_the_values_that_are_given() -> None:
    query = QUESTIONS["rules-by-fact"].query

    assert sjd("ask", "rules-by-fact", "--show-query").stdout == query
    assert sjd("ask", "rules-by-fact", "anti-Ro52 antibody", "--show-query").stdout == query.replace(
        "fact:schirmer_test }", "<https://w3id.org/sjd/fact/anti_ro52> }"
    )


def rows(*arguments: str) -> list[dict[str, str]]:
    done = sjd("ask", *arguments, "--format", "csv")
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_the_rules_that_use_schirmer_s_test_are_found_by_any_of_its_names() -> None:
    found = rows("rules-by-fact", "schirmer_test")

    tests = {row["rule"]: row["test"] for row in found}
    assert tests["classification/acr-eular-2016/schirmer"] == "at most 5 mm/(5.min), either eye"
    for name in (
        "Schirmer’s test  without ANAESTHESIA",
        "fact:schirmer_test",
        "https://w3id.org/sjd/fact/schirmer_test",
    ):
        assert rows("rules-by-fact", name) == found


def test_what_would_fall_without_the_2016_paper() -> None:
    fallen = {row["what"]: row["why"] for row in rows("falls-with-work", "10.1136/annrheumdis-2016-210571")}

    assert fallen["classification/acr-eular-2016/schirmer"] == "rests on it alone"
    assert fallen["sand_or_gravel_sensation"] == "rests on it alone"
    assert "classification/acr-eular-2016/biopsy" not in fallen  # it rests on a second work
    assert fallen["terminology/disease-name"] == "reads a rule that falls"
    assert "activity/essdai" not in fallen


def test_a_deprecated_name_leads_to_the_term() -> None:
    found = rows("terms-by-label", "secondary Sjögren")

    assert ("AssociatedSjogrenDisease", "deprecated") in {(row["thing"], row["state"]) for row in found}


def test_the_endpoints_of_a_profile_come_by_rank() -> None:
    found = rows("endpoints-for-profile", "systemic axis dominant")

    assert found[0]["rank"] == "1 primary"
    assert found[0]["endpoint"] == "essdai_change_w24"
    assert {row["rank"] for row in found} == {
        "1 primary", "2 key secondary", "3 supportive", "4 exploratory", "avoid as primary",
    }  # fmt: skip


def test_statements_are_found_by_what_represents_them() -> None:
    by_rule = rows("statements", "by=rule")

    assert ("statement/ED-14", "endpoint/hierarchy") in {(row["statement"], row["represented_by"]) for row in by_rule}
    assert {row["kind"] for row in by_rule} == {"rule"}


def test_trials_are_found_by_any_name_of_their_target_and_by_axis() -> None:
    found = rows("trials", "target=BLyS", "axis=systemic", "outcome=essdai")

    assert {"trial/TEL-2", "trial/BEL-RTX"} <= {row["trial"] for row in found}
    assert {row["of_axis"] for row in found} == {"systemic"}
    assert all("essdai" in row["measured"].casefold() for row in found)


def test_conclusions_of_assessments_are_asked_in_any_form_that_assess_prints(tmp_path: Path) -> None:
    answers = []
    for form, ending in (("json", "json"), ("jsonld", "jsonld"), ("turtle", "ttl")):
        file = tmp_path / f"assessment.{ending}"
        file.write_text(sjd("assess", EXAMPLE, "--format", form).stdout, encoding="utf-8")
        answers.append(rows("conclusions", "acr-eular-2016", "--with", str(file)))

    assert {(row["case"], row["key"], row["value"]) for row in answers[0]} == {
        ("moutsopoulos-2014-1", "score", "5 to 6"),
        ("moutsopoulos-2014-1", "verdict", "met"),
    }
    assert answers[0] == answers[1] == answers[2]


def test_several_assessments_are_read_from_their_lines_and_a_case_that_was_set_aside_is_passed_over(
    tmp_path: Path,
) -> None:
    file = tmp_path / "assessments.jsonl"
    lines = sjd("assess", EXAMPLE, EXAMPLE, "nowhere.yaml", "--format", "json").stdout
    file.write_text(lines.replace("moutsopoulos-2014-1", "another", 1), encoding="utf-8")

    assert len(lines.splitlines()) == 3
    assert len(rows("conclusions", "acr-eular-2016", "--with", str(file))) >= 2


def test_a_head_that_lacks_something_is_told_with_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "query"
    folder.mkdir()
    (folder / "broken.rq").write_text("# title: T\n# parameter: x (fcat) a thing\nSELECT * {}\n", encoding="utf-8")

    with pytest.raises(KnowledgeError) as error:
        read_questions(tmp_path)
    assert [str(finding) for finding in error.value.findings] == [
        "query/broken.rq:1: O103 the line '# empty: …' is missing at the top.",
        "query/broken.rq:1: O105 the kind 'fcat' of x is unknown. Did you mean 'text'?",
        "query/broken.rq:1: O103 one line 'VALUES ?x { … }' is needed.",
    ]
