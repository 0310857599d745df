"""Procedures: which test yields which facts, in the order of burden."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import sjogren
from sjogren._resources import data
from sjogren.errors import KnowledgeError
from sjogren.model.vocabulary import Vocabulary, fold_label
from sjogren.ontology.check import check_ontology
from sjogren.ontology.reader import read_vocabulary

FOLDER = data("ontology")
WHOLES = ("mapping", "codes", "diseases")
Edit = Callable[[str, str], Path]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return sjogren.open().vocabulary


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """A copy of the ontology with one replacement in the file of procedures."""

    def edited(old: str, new: str) -> Path:
        folder = tmp_path / "ontology"
        folder.mkdir()
        for file in FOLDER.iterdir():
            if file.suffix in {".ttl", ".tsv"}:
                (folder / file.name).write_bytes(file.read_bytes())
        (folder / "check").mkdir()
        for file in (FOLDER / "check").iterdir():
            (folder / "check" / file.name).write_bytes(file.read_bytes())
        text = (folder / "procedure.ttl").read_text(encoding="utf-8")
        assert old in text
        (folder / "procedure.ttl").write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return edited


def test_every_fact_that_is_no_whole_belongs_to_exactly_one_procedure(vocabulary: Vocabulary) -> None:
    found = [fact for procedure in vocabulary.procedures.values() for fact in procedure.facts]

    assert sorted(found) == sorted(name for name, fact in vocabulary.facts.items() if fact.type not in WHOLES)


@pytest.mark.parametrize(
    ("fact", "procedure"),
    [
        ("anti_ssa_ro", "blood_test"),
        ("essdai.articular", "examination"),
        ("essdai.biological", "blood_test"),
        ("esspri.pain", "questionnaires"),
        ("sgus_pattern.fatty", "gland_ultrasound"),
        ("systemic_autoimmune_diseases.sle", "chart_review"),
        ("recorded_diagnosis", "chart_review"),
        ("focus_score", "gland_biopsy"),
        ("schirmer_test", "tear_secretion"),
        ("ocular_staining_score", "ocular_surface"),
        ("unstimulated_whole_saliva_flow", "unstimulated_saliva"),
        ("sialography_abnormal", "sialography"),
    ],
)
def test_members_are_named_as_in_a_case_file(vocabulary: Vocabulary, fact: str, procedure: str) -> None:
    assert fact in vocabulary.procedures[procedure].facts


def test_the_facts_of_a_procedure_are_in_the_order_of_the_case_file(vocabulary: Vocabulary) -> None:
    order = list(vocabulary.facts)

    for procedure in vocabulary.procedures.values():
        places = [order.index(fact) for fact in procedure.facts]
        assert places == sorted(places)


def test_procedures_stand_in_the_order_of_their_burden_and_then_of_their_labels(vocabulary: Vocabulary) -> None:
    found = list(vocabulary.procedures.values())

    assert found == sorted(found, key=lambda each: (each.burden_rank, each.label.casefold()))
    assert list(vocabulary.procedures) == [each.id for each in found]
    assert {each.burden: (each.burden_rank, each.burden_label) for each in found}["on_file"][0] == 1
    assert found[-1].burden == "biopsy"


def test_the_order_is_blood_tears_saliva_ultrasound_contrast_biopsy(vocabulary: Vocabulary) -> None:
    names = ("blood_test", "tear_secretion", "unstimulated_saliva", "gland_ultrasound", "sialography", "gland_biopsy")
    ranks = [vocabulary.procedures[name].burden_rank for name in names]

    assert ranks == sorted(set(ranks))


def test_no_label_of_a_procedure_or_of_a_burden_is_taken_for_a_term(vocabulary: Vocabulary) -> None:
    own = {label for each in vocabulary.procedures.values() for label in (each.label, each.burden_label)}
    terms = {fold_label(label) for term in vocabulary.terms.values() for label in term.labels}

    assert not {name for name in (*vocabulary.procedures, "biopsy") if name in vocabulary.terms}
    for label in {fold_label(label) for label in own} - terms:
        assert label not in vocabulary.term_of_label


def test_a_chart_that_says_biopsy_has_no_mapped_diagnosis() -> None:
    base = sjogren.open()

    for words in ("biopsy", "blood test", "biopsy of the labial salivary glands", "what is already on file"):
        case = base.read({"id": "a", "age": 50, "facts": {"recorded_diagnosis": words}})
        assert [value.value for value in case.visits[0].values] == ["unmapped"]


def test_procedures_and_burdens_change_no_verdict_but_the_content_hash(edit: Edit) -> None:
    folder = edit("sjd:burdenRank 9 ;", "sjd:burdenRank 10 ;")
    base, other = sjogren.open(), sjogren.open(ontology=folder)
    case = {"id": "a", "age": 50, "facts": {"anti_ssa_ro": True}}

    assert other.vocabulary.procedures["gland_biopsy"].burden_rank == 10
    assert base.content_hash != other.content_hash
    assert base.assess(case).conclusions() == other.assess(case).conclusions()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fact:schirmer_test,", "fact:schirmer_tst,", "Did you mean 'fact:schirmer_test'?"),
        ("burden burden:biopsy", "burden burden:biopsi", "Did you mean 'burden:biopsy'?"),
        ("fact:schirmer_test,", "fact:gum_test, fact:schirmer_test,", "fact:gum_test, which"),
        ("sjd:burdenRank 2 ;", "sjd:burdenRank 1 ;", "is 1, the place of on_file already"),
        ("    sjd:burdenRank 2 ;\n", "", "burdenRank is missing"),
        ("sjd:burdenRank 2 ;", "sjd:burdenRank 0 ;", "is 0, which is not a whole number from 1 on"),
        ("fact:esspri.dryness,", "fact:esspri, fact:esspri.dryness,", "which is a whole: name its members"),
        ("    sjd:yields fact:sialography_abnormal ;\n", "", "yields is missing"),
        ("    sjd:burden burden:biopsy ;\n", "", "burden is missing"),
        ('    skos:prefLabel "sialography"@en ;\n', "", "prefLabel is missing"),
    ],
)
def test_what_is_wrong_with_a_procedure_is_told_with_its_line(edit: Edit, old: str, new: str, said: str) -> None:
    with pytest.raises(KnowledgeError) as error:
        read_vocabulary(edit(old, new))

    told = [finding for finding in error.value.findings if said in f"{finding.message} {finding.hint}"]
    assert told
    assert told[0].file == "procedure.ttl"
    assert told[0].line > 1


def test_a_fact_that_two_procedures_yield_breaks_the_promise(edit: Edit) -> None:
    told = check_ontology(edit("fact:schirmer_test,", "fact:gum_test, fact:schirmer_test,"), only=["one_procedure"])

    assert [finding.code for finding in told] == ["one_procedure"]
    assert "fact:gum_test" in told[0].message


def test_an_ontology_may_do_without_procedures(edit: Edit) -> None:
    folder = edit("# Procedures", "# Procedures")
    (folder / "procedure.ttl").unlink()

    assert read_vocabulary(folder).procedures == {}
