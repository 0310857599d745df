"""Contrasts of small criteria sets, against trying every patient."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest

import sjogren
from sjogren._resources import data
from sjogren.assess.knowledge_base import VERSION
from sjogren.compare.contrast import Base, Contrast, Party, partial_records
from sjogren.compare.telling import Teller
from sjogren.errors import InternalFault
from sjogren.program.store import build

SET = """\
"@context": ../context.jsonld
id: small/{name}
type: CriteriaSet
label: A small set, {name}
status: operationalisation
source: [{{work: "doi:10.1136/annrheumdis-2016-210571", locator: table 3}}]
because: An example; it stands in no publication.
{rest}
"""
ITEM = """\
  - id: small/{name}/{item}
    type: Finding
    label: Item {item} of {name}
    because: An example.
    when: {when}
    points: {points}
"""
ONE = (
    "exclude: {fact: aids, is: present}\nitems:\n",
    [
        ("eye", "{fact: schirmer_test, in: either_eye, at_most: 5, unit: mm/(5.min)}", 1),
        ("ssb", "{fact: anti_ssb_la, is: present}", 1),
        ("ssa", "{fact: anti_ssa_ro, in: any_narrower, is: present}", 2),
    ],
    "met_when: {at_least: 2}",
)
ENTRY = "{any_of: [{fact: dry_eyes_over_3_months, is: present}, {fact: dry_mouth_over_3_months, is: present}]}"
OTHER = (
    f"entry: {ENTRY}\nitems:\n",
    [
        ("eye", "{fact: schirmer_test, in: both_eyes, at_most: 10, unit: mm/(5.min)}", 1),
        ("ssa", "{fact: anti_ssa_ro, is: present}", 2),
        ("flow", "{fact: unstimulated_whole_saliva_flow, at_most: 1.5, unit: mL/15.min}", 1),
    ],
    "met_when: {at_least: 2}",
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Base:
    folder = tmp_path_factory.mktemp("small") / "rules"
    (folder / "small").mkdir(parents=True)
    for name, (head, items, tail) in (("one", ONE), ("other", OTHER)):
        listed = "".join(ITEM.format(name=name, item=item, when=when, points=points) for item, when, points in items)
        text = SET.format(name=name, rest=f"{head}{listed}{tail}")
        (folder / "small" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return Base(build(folder, data("ontology"), VERSION), {})


@pytest.fixture(scope="module")
def contrast(small: Base) -> Contrast:
    return Contrast(Party("one", small, "small/one"), Party("other", small, "small/other"))


@pytest.fixture(scope="module")
def everyone(contrast: Contrast) -> list[tuple[tuple[int, ...], tuple[str, str]]]:
    """Every possible patient by cells, with what the engine says of each under both sets."""
    world = contrast.world
    cells = product(*(range(len(each.cells)) for each in world.variables))
    return [
        (each, contrast.said(contrast.case(each, "each")))
        for each in cells
        if world.diagrams.holds(world.possible, each)
    ]


def test_the_counts_are_those_of_trying_every_patient(
    contrast: Contrast, everyone: list[tuple[tuple[int, ...], tuple[str, str]]]
) -> None:
    assert dict(contrast.table.weighted) == Counter(said for _, said in everyone)
    assert contrast.table.cells == len(everyone)


def test_traits_tell_apart_exactly_what_the_answers_tell_apart(
    contrast: Contrast, everyone: list[tuple[tuple[int, ...], tuple[str, str]]]
) -> None:
    """Patients of one pattern of traits get one pair of answers, and no two traits could be left out."""
    world, traits = contrast.world, contrast.traits
    said: dict[tuple[int, ...], set[tuple[str, str]]] = {}
    for cells, answered in everyone:
        pattern = tuple(
            next(value for value, those in enumerate(trait.values) if world.diagrams.holds(those, cells))
            for trait in traits.traits
        )
        said.setdefault(pattern, set()).add(answered)

    assert all(len(pairs) == 1 for pairs in said.values())
    assert contrast.table.total == len(said)
    for at, trait in enumerate(traits.traits):
        without: dict[tuple[int, ...], set[frozenset[tuple[str, str]]]] = {}
        for pattern, answers in said.items():
            without.setdefault((*pattern[:at], *pattern[at + 1 :]), set()).add(frozenset(answers))
        assert any(len(pairs) > 1 for pairs in without.values()), trait


@pytest.mark.parametrize("turned", [False, True])
def test_patterns_are_the_patients_that_one_set_takes_and_the_other_does_not(
    contrast: Contrast, everyone: list[tuple[tuple[int, ...], tuple[str, str]]], turned: bool
) -> None:
    diagrams, traits = contrast.world.diagrams, contrast.traits
    found = contrast.only_first("met", turned=turned, most=100)
    assert found
    for difference in found:
        wanted = {cells for cells, said in everyone if said == difference.answers}
        told = {
            cells
            for cells, _ in everyone
            for each in difference.told
            if all(
                any(
                    diagrams.holds(traits.traits[trait].values[value], cells)
                    for trait, values in alternatives
                    for value in values
                )
                for alternatives in each.pattern.factors
            )
        }
        assert told == wanted
        assert contrast.table.weighted[difference.answers] == len(wanted)


def test_partial_records_are_counted_as_trying_them_all_would(small: Base) -> None:
    one, other = Party("one", small, "small/one"), Party("other", small, "small/one")
    pairs, total = partial_records(one, other)
    # aids, two eyes in two stretches, SSB, and SSA with two narrower ones: each known or not, without impossible ones
    assert set(pairs) == {("met", "met"), ("not_met", "not_met"), ("undetermined", "undetermined")}
    assert total == sum(pairs.values()) == 3 * 9 * 3 * (27 - 5)


def test_an_item_that_reads_the_same_in_another_unit_is_the_same(contrast: Contrast) -> None:
    flow = [each for each in contrast.world.variables if each.key == "unstimulated_whole_saliva_flow"]
    assert [len(each.cells) for each in flow] == [2]


def test_both_eyes_of_a_test_are_told_together(contrast: Contrast) -> None:
    teller = Teller(contrast)
    told = [line for block in teller.findings() for line in getattr(block, "lines", ())]
    eyes = [text for _, text in told if "Schirmer" in text]

    assert eyes
    assert all("eye" in text and "right" not in text and "left" not in text for text in eyes)


def test_no_comparison_is_given_where_the_engine_says_otherwise(small: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    contrast = Contrast(Party("one", small, "small/one"), Party("other", small, "small/other"))
    monkeypatch.setattr(Base, "derived", lambda _self, _case: {})
    with pytest.raises(InternalFault):
        contrast.only_first("met")


def test_anti_ssb_alone_with_both_dryness_tests_abnormal(kb: sjogren.KnowledgeBase) -> None:
    """The example that a guideline author asks for: the 2002 set takes this patient, the 2016 set does not."""
    base = Base(kb.knowledge, {})
    contrast = Contrast(
        Party("2016", base, "classification/acr-eular-2016"), Party("2002", base, "classification/aecg-2002")
    )
    at = {each.key: position for position, each in enumerate(contrast.world.variables)}
    cells = [order[0] for order in contrast.normal]
    for key in ("dry_eyes_over_3_months", "anti_ssb_la"):
        cells[at[key]] = 1
    for key in ("schirmer_test@right", "unstimulated_whole_saliva_flow"):
        cells[at[key]] = 0

    assert contrast.said(contrast.case(cells, "ssb")) == ("not_met", "met")
    difference = next(
        each for each in contrast.only_first("met", turned=True, most=100) if each.answers == ("not_met", "met")
    )
    told = list(Teller(contrast).patterns(difference, ("2016", "2002")))
    lines = [text for block in told for _, text in getattr(block, "lines", ())]
    assert any("anti-La/SSB antibody" in line for line in lines)
    assert difference.cover.left == 0
