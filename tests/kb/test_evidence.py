"""The evidence: all of it is there, each statement is represented by what exists, and results say what they may say."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import RDF, SKOS, Graph, Literal, URIRef

from sjogren._resources import data
from sjogren.errors import Finding
from sjogren.model.vocabulary import Vocabulary
from sjogren.ontology import load_graph, read_vocabulary
from sjogren.rules.evidence import check_evidence
from sjogren.rules.rdf import rules_graph

pytestmark = pytest.mark.filterwarnings(
    "ignore:ConjunctiveGraph is deprecated:DeprecationWarning"  # rdflib's JSON-LD
)

FOLDER = data("ontology")
SJD = "https://w3id.org/sjd/"

Broken = Callable[[str, str, str], list[Finding]]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load_graph(FOLDER)


@pytest.fixture(scope="module")
def rules() -> Graph:
    return rules_graph()


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary(FOLDER)


@pytest.fixture
def broken(tmp_path: Path, rules: Graph) -> Broken:
    """What is found between rules and statements once one text of one file is replaced."""
    copy = tmp_path / "ontology"
    shutil.copytree(FOLDER, copy)

    def replace(file: str, old: str, new: str) -> list[Finding]:
        text = (copy / file).read_text(encoding="utf-8")
        assert old in text, f"{file} does not say {old!r}"
        (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return list(check_evidence(rules, copy))

    return replace


def word(name: str) -> URIRef:
    return URIRef(SJD + name)


def numbered(graph: Graph, kind: str, prefix: str = "") -> list[str]:
    """The notations of everything of a class, sorted; those of one series where a prefix is given."""
    nodes = graph.subjects(RDF.type, word(kind))
    found = [str(graph.value(node, SKOS.notation)) for node in nodes]
    return sorted(each for each in found if each.startswith(prefix))


def values(graph: Graph, subject: str, *path: str) -> set[str]:
    """What is reached from a node by a path of properties, without the namespace."""
    at = {word(subject)}
    for step in path:
        at = {value for node in at for value in graph.objects(node, word(step))}  # type: ignore[misc]  # IRIs or texts
    return {str(each).removeprefix(SJD) for each in at}


# --- all of it is there ----------------------------------------------------------------------------------------------


def test_every_result_statement_and_conflict_is_there_by_its_number(graph: Graph) -> None:
    assert numbered(graph, "TrialResult") == [f"R{number:03}" for number in range(1, 112)]
    assert numbered(graph, "NormativeStatement", "ED-") == [f"ED-{number:02}" for number in range(1, 92)]
    assert numbered(graph, "SourceConflict") == [f"C-{number:02}" for number in range(1, 21)]


@pytest.mark.parametrize(
    ("kind", "count"), [("Trial", 31), ("Target", 24), ("Drug", 22), ("GuidelineRecommendation", 15)]
)
def test_how_many_there_are(graph: Graph, kind: str, count: int) -> None:
    assert len(set(graph.subjects(RDF.type, word(kind)))) == count


def test_the_editorials_references_are_numbered_once_each(graph: Graph) -> None:
    assert sorted(int(str(each)) for each in graph.objects(None, word("referenceNumber"))) == list(range(1, 20))


SYSTEMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ianalumab, week 24": ("R001 R002", ("drug/ianalumab",)),
    "ianalumab, week 52": ("R005 R006", ("drug/ianalumab",)),
    "telitacicept": ("R010 R011", ("drug/telitacicept",)),
    "belimumab then rituximab": ("R016 R018", ("drug/belimumab", "drug/rituximab")),
    "iscalimab, systemic cohort": ("R021 R022", ("drug/iscalimab",)),
    "iscalimab, symptom-dominant cohort": ("R025", ("drug/iscalimab",)),
    "dazodalibep, systemic population": ("R028", ("drug/dazodalibep",)),
    "dazodalibep, symptom-dominant population": ("R030", ("drug/dazodalibep",)),
    "remibrutinib": ("R033 R034", ("drug/remibrutinib",)),
    "filgotinib, lanraplenib, tirabrutinib": (
        "R038 R039 R040",
        ("drug/filgotinib", "drug/lanraplenib", "drug/tirabrutinib"),
    ),
    "low-dose interleukin-2": ("R045 R046", ("drug/interleukin-2",)),
    "hydroxychloroquine": ("R050 R051", ("drug/hydroxychloroquine",)),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_drug_that_the_editorial_names_has_its_rows(graph: Graph, system: str) -> None:
    results, drugs = SYSTEMS[system]
    for result in results.split():
        assert values(graph, f"result/{result}", "trial", "testsDrug") == set(drugs)
        assert values(graph, f"result/{result}", "inEditorial") == {"true"}


def test_ianalumab_is_read_at_weeks_24_and_52(graph: Graph) -> None:
    weeks = {name: values(graph, f"result/{name}", "timepointWeeks") for name in ("R001", "R002", "R005", "R006")}
    assert weeks == {"R001": {"24"}, "R002": {"24"}, "R005": {"52"}, "R006": {"52"}}


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        ("R021", "systemic_and_symptomatic"),
        ("R025", "symptom_dominant"),
        ("R028", "systemic_activity"),
        ("R030", "symptom_dominant"),
    ],
)
def test_each_cohort_of_a_trial_with_two_is_of_its_kind(graph: Graph, result: str, kind: str) -> None:
    assert values(graph, f"result/{result}", "trialCohort", "cohortKind") == {f"cohort-kind/{kind}"}


@pytest.mark.parametrize(
    ("statement", "carried"),
    [
        ("ED-32", "conflict/C-12"),  # ultrasound, its accuracy with what limits it
        ("ED-33", "endpoint/ultrasound_change_w24"),
        ("ED-82", "endpoint/star_responder_w24"),
        ("ED-27", "AcrEular2016"),
        ("ED-86", "AtRiskForChildhoodSjogrenDisease"),
    ],
)
def test_instruments_criteria_and_the_paediatric_study_have_their_row(
    graph: Graph, statement: str, carried: str
) -> None:
    assert carried in values(graph, f"statement/{statement}", "representedByTerm")


@pytest.mark.parametrize(
    ("number", "work"),
    [
        (3, "10.1002/art.42238"),
        (4, "10.1016/S2665-9913(23)00340-5"),
        (6, "10.1177/1759720X20973560"),
        (18, "10.1136/annrheumdis-2021-222054"),
        (19, "10.3899/jrheum.2024-1048"),
    ],
)
def test_clusters_ultrasound_star_and_the_paediatric_study_have_their_work(
    graph: Graph, number: int, work: str
) -> None:
    assert graph.value(URIRef(f"https://doi.org/{work}"), word("referenceNumber")) == Literal(number)


# --- statements and what represents them -----------------------------------------------------------------------------

LINKS = ("Rule", "Term", "Trial", "Result", "Recommendation", "Check")


@pytest.mark.parametrize("number", range(1, 92))
def test_each_statement_is_represented_or_says_why_not(graph: Graph, number: int) -> None:
    statement = f"statement/ED-{number:02}"
    carried = {each for kind in LINKS for each in values(graph, statement, f"representedBy{kind}")}
    assert carried or values(graph, statement, "notRepresentedBecause")


def test_rules_and_statements_fit_each_other(rules: Graph) -> None:
    assert list(check_evidence(rules, FOLDER)) == []


@pytest.mark.parametrize(
    ("code", "file", "old", "new"),
    [
        ("K303", "statement.ttl", "sjd/rule/risk/lymphoma>", "sjd/rule/risk/lymphomas>"),
        ("K304", "statement.ttl", "check:deprecated_label_preferred", "check:deprecated_label"),
        ("K304", "statement.ttl", "shape:TrialResult", "shape:Results"),
        ("K305", "statement.ttl", '"ED-76"', '"ED-176"'),
        (
            "K307",
            "statement.ttl",
            "<https://w3id.org/sjd/rule/risk/lymphoma>, <https://w3id.org/sjd/rule/endpoint/hierarchy>",
            "<https://w3id.org/sjd/rule/risk/lymphoma>",
        ),
        ("K306", "evidence.ttl", 'sjd:profile "axis3_dominant"', 'sjd:profile "axis_3_dominant"'),
    ],
)
def test_what_does_not_fit_is_found(broken: Broken, code: str, file: str, old: str, new: str) -> None:
    told = broken(file, old, new)
    assert {finding.code for finding in told} == {code}
    assert all(finding.hint for finding in told)


# --- what a result may say -------------------------------------------------------------------------------------------


def test_a_met_dose_response_test_and_a_missed_contrast_are_two_results(graph: Graph) -> None:
    kinds = {name: values(graph, f"result/{name}", "contrastKind") for name in ("R001", "R002")}
    verdicts = {name: values(graph, f"result/{name}", "verdict") for name in ("R001", "R002")}
    assert kinds == {"R001": {"dose_response"}, "R002": {"pairwise"}}
    assert verdicts == {"R001": {"verdict/met"}, "R002": {"verdict/not_significant"}}


@pytest.mark.parametrize(
    ("result", "difference", "low", "high", "p"),
    [
        ("R002", "-1.92", "-4.15", "0.32", "0.092"),
        ("R010", "-4.3", "-7.0", "-1.6", "0.002"),
        ("R025", "-0.57", "-1.30", "0.15", "0.12"),
        ("R046", "-18.33", "-28.46", "-8.21", "0.001"),
        ("R055", "-1.3", "-2.6", "0.0", "0.0496"),
        ("R066", "-2.65", "-4.03", "-1.28", "0.0018"),
        ("R076", "0.5", "-0.7", "1.6", "0.442"),
        ("R088", "-4.35", "-7.45", "-1.25", "0.0078"),
    ],
)
def test_the_numbers_of_a_result(graph: Graph, result: str, difference: str, low: str, high: str, p: str) -> None:
    found = [
        values(graph, f"result/{result}", each)
        for each in ("betweenArmDifference", "intervalLow", "intervalHigh", "pValue")
    ]
    assert found == [{difference}, {low}, {high}, {p}]


def test_numbers_known_from_memory_only_are_no_numbers(graph: Graph) -> None:
    for result in ("R022", "R024"):
        assert values(graph, f"result/{result}", "intervalLow") == set()
        note = str(graph.value(word(f"result/{result}"), SKOS.scopeNote))
        assert note.startswith("From memory of the literature, unverified")


def test_no_drug_has_an_identifier_that_was_not_verified(graph: Graph) -> None:
    for drug in ("dazodalibep", "nipocalimab"):
        for system in ("drugbank", "chembl", "chebi", "meshSupplement"):
            assert values(graph, f"drug/{drug}", system) == set()


def test_only_tests_that_were_passed_or_missed_reach_an_assessment(vocabulary: Vocabulary) -> None:
    verdicts = {finding.verdict for finding in vocabulary.trial_findings.values()}
    assert verdicts == {"met", "not met", "not significant"}
    assert {"R005", "R031", "R043", "R058", "R100"} & set(vocabulary.trial_findings) == {"R058"}


def test_a_cohort_selected_by_activity_and_symptoms_is_a_systemic_one_too(vocabulary: Vocabulary) -> None:
    assert vocabulary.trial_findings["R021"].kinds == ("systemic_and_symptomatic", "systemic_activity")
