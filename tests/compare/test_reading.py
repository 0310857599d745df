"""The reading of the program over all patients, against the engine and the reference on patients one by one."""

from __future__ import annotations

import random

import pytest

import sjogren
from sjogren.compare.answers import nodes_of
from sjogren.compare.contrast import Base
from sjogren.compare.diagrams import TooLarge
from sjogren.compare.patient import example_case
from sjogren.compare.space import Uncountable
from sjogren.compare.world import World
from sjogren.program.ir import FALSE, TRUE
from sjogren.rules.timed import one_visit

TRIED, WANTED = 200, 3


@pytest.fixture(scope="module")
def base(kb: sjogren.KnowledgeBase) -> Base:
    return Base(kb.knowledge, {})


@pytest.mark.parametrize("partial", [False, True], ids=["complete", "partial"])
def test_every_rule_reads_random_patients_as_the_engine_does(base: Base, partial: bool) -> None:
    chance = random.Random(20261125)  # noqa: S311 - patients, not secrets
    read, left = 0, []
    for rule in one_visit(base.knowledge.rules).rules.values():
        if rule.kind == "Score":
            continue
        nodes = nodes_of(rule)
        try:
            world = World([base.source], [nodes], base.knowledge.vocabulary, partial=partial)
            truths = {node: [world.readings[0].truth(node, word) for word in (TRUE, FALSE)] for node in nodes}
        except (Uncountable, TooLarge):
            left.append(rule.id)
            continue
        seen = 0
        for _ in range(TRIED):
            cells = [chance.randrange(len(each.cells)) for each in world.variables]
            if seen == WANTED or not world.diagrams.holds(world.possible, cells):
                continue
            seen += 1
            case = example_case("random", world, cells)
            derived = base.derived(case)
            for node, (true, false) in truths.items():
                told = (
                    TRUE if world.diagrams.holds(true, cells) else FALSE if world.diagrams.holds(false, cells) else None
                )
                assert derived.get(node) == told, (rule.id, node, case)
        assert seen == WANTED, rule.id
        read += 1

    assert read > 4 * len(left), left
    assert not any(name.startswith("classification/acr") for name in left)


@pytest.mark.parametrize(
    ("rule", "policy"),
    [
        ("classification/acr-eular-2016", {"lone_biological_domain_opens_entry": "false"}),
        ("terminology/antibody/anti-ssa", {"ro52_alone_counts_as_ssa": "false"}),
    ],
)
def test_a_policy_is_read_as_the_engine_reads_it(kb: sjogren.KnowledgeBase, rule: str, policy: dict[str, str]) -> None:
    base = Base(kb.knowledge, policy)
    chance = random.Random(7)  # noqa: S311
    nodes = nodes_of(base.rules[rule])
    world = World([base.source], [nodes], base.knowledge.vocabulary, partial=False)
    for _ in range(40):
        cells = [chance.randrange(len(each.cells)) for each in world.variables]
        if world.diagrams.holds(world.possible, cells):
            derived = base.derived(example_case("random", world, cells))
            for node in nodes:
                true = world.diagrams.holds(world.readings[0].truth(node, TRUE), cells)
                assert (derived.get(node) == TRUE) is true


def test_a_rule_below_a_stated_level_is_read_through_its_findings_when_it_is_opened(kb: sjogren.KnowledgeBase) -> None:
    name = "activity/essdai/renal"
    nodes = nodes_of(kb.rules[name])
    stated = World([Base(kb.knowledge, {}).source], [nodes], kb.vocabulary, partial=False)
    opened = Base(kb.knowledge, {}, frozenset({name}))
    world = World([opened.source], [nodes], kb.vocabulary, partial=False)

    assert [each.key for each in stated.variables] == ["essdai.renal"]
    assert "essdai.renal" not in {each.key for each in world.variables}
    chance = random.Random(3)  # noqa: S311
    for _ in range(40):
        cells = [chance.randrange(len(each.cells)) for each in world.variables]
        case = example_case("random", world, cells)
        if world.diagrams.holds(world.possible, cells):
            derived = opened.derived(case)
            for node in nodes:
                assert (derived.get(node) == TRUE) is world.diagrams.holds(world.readings[0].truth(node, TRUE), cells)


def test_a_broader_antibody_is_never_absent_beside_a_narrower_one(base: Base) -> None:
    nodes = nodes_of(base.rules["terminology/antibody/anti-ssa"])
    world = World([base.source], [nodes], base.knowledge.vocabulary, partial=False)
    at = {each.key: position for position, each in enumerate(world.variables)}
    cells = [0] * len(world.variables)
    cells[at["anti_ro60"]] = 1

    assert not world.diagrams.holds(world.possible, cells)
    cells[at["anti_ssa_ro"]] = 1
    assert world.diagrams.holds(world.possible, cells)
