"""The account of a conclusion: what is said of five different cases, and that every sentence comes from the proof."""

from __future__ import annotations

import re
from typing import Any

import pytest

import sjogren

SET = "classification/acr-eular-2016"
EXCLUSIONS = (
    "head_neck_radiation",
    "hepatitis_c_rna",
    "aids",
    "sarcoidosis",
    "amyloidosis",
    "graft_versus_host_disease",
    "igg4_related_disease",
)
ABSENT: dict[str, Any] = dict.fromkeys(EXCLUSIONS, False)
SIDE = r"(?:(?:right|left) (?:eye|parotid|submandibular)|parotid|submandibular)"
CASES: dict[str, dict[str, Any]] = {
    "met": {
        "dry_eyes_over_3_months": True,
        "anti_ssa_ro": True,
        "schirmer_test": {"right": 4},
        "anticholinergic_drug": "none",
        **ABSENT,
    },
    "not_met": {
        "dry_eyes_over_3_months": True,
        "anti_ssa_ro": False,
        "anti_ro60": False,
        "anti_ro52": False,
        "focal_lymphocytic_sialadenitis": False,
        "unstimulated_whole_saliva_flow": 0.05,
        "anticholinergic_drug": "ongoing",
        **ABSENT,
    },
    "undetermined": {"dry_eyes_over_3_months": True, "anti_ssa_ro": True},
    "excluded": {"dry_mouth_over_3_months": True, "hepatitis_c_rna": True},
    "entry_not_met": {
        "dry_eyes_over_3_months": False,
        "sand_or_gravel_sensation": False,
        "tear_substitutes_over_3_daily": False,
        "dry_mouth_over_3_months": False,
        "liquids_to_swallow_dry_food": False,
        "essdai_unlisted_domains": "no",
    },
}
HEAD = re.compile(r"^ *[→•?≈Σ=] (?:\[[^\]]*\] )?")


@pytest.fixture(scope="module")
def kb() -> sjogren.KnowledgeBase:
    return sjogren.open()


AGAIN = re.compile(r"\d+ steps that another open answer above rests on, too|the same \d+ facts as above")
"""Lines that only point upwards, as "(shown above)" does."""


def assess(kb: sjogren.KnowledgeBase, facts: dict[str, Any], **more: Any) -> sjogren.Assessment:
    return kb.assess({"id": "a", "age": 50, "facts": facts, **more})


def why(kb: sjogren.KnowledgeBase, facts: dict[str, Any], conclusion: str = SET, **more: Any) -> str:
    return assess(kb, facts, **more).why(conclusion)


def joined(text: str) -> list[str]:
    """The lines of an account with wrapped ones put together."""
    lines: list[str] = []
    for line in text.splitlines():
        if HEAD.match(line) or not lines or not line.startswith(" "):
            lines.append(line)
        else:
            lines[-1] += f" {line.strip()}"
    return lines


@pytest.mark.parametrize("verdict", list(CASES))
def test_the_verdict_is_the_first_thing_that_is_explained(kb: sjogren.KnowledgeBase, verdict: str) -> None:
    assessment = assess(kb, CASES[verdict])
    assert assessment.verdict("acr-eular-2016") == verdict

    label = kb.rule(SET).label
    first = next(line for line in joined(assessment.why(SET)) if HEAD.match(line))
    words = f"? undecided: {label}" if verdict == "undetermined" else f"→ {label}: {verdict.replace('_', ' ')}"
    assert first.startswith(words)


@pytest.mark.parametrize("verdict", list(CASES))
def test_every_sentence_comes_from_a_node_of_the_proof(kb: sjogren.KnowledgeBase, verdict: str) -> None:
    """Each part of a line, without marks, points and brackets, is in the text of a node."""
    assessment = assess(kb, CASES[verdict], assume={"unrecorded_exclusions": "absent"} if verdict == "not_met" else {})
    for conclusion in assessment.conclusions():
        texts = " | ".join(node["text"] for node in assessment.visits[0]["justification"]["@graph"])
        rules = set(kb.rules)
        for line in joined(assessment.why(conclusion)):
            if not HEAD.match(line):
                continue
            said = re.sub(r" +\[[a-z][^\]]*\]$", "", HEAD.sub("", line)).replace(" (shown above)", "")
            if AGAIN.fullmatch(said):
                continue
            said = re.sub(r"^\d+ × ", "", said)
            said = re.sub(r"(?: \(\d+\))+(?=;|$)", "", said)
            said = re.sub(rf" \({SIDE}(?:, {SIDE})*\)", "", said)
            for part in re.split(r" ← |: |; ", said):
                word = part.removeprefix("undecided").removeprefix("assuming ").strip(" ,")
                named = all(each.split(" ")[0] in rules for each in word.split(", "))
                assert not word or named or word.rstrip(")") in texts, line


def test_what_several_open_answers_rest_on_is_told_once(kb: sjogren.KnowledgeBase) -> None:
    """The open answers of the hierarchy lack the same facts; the first names them, the others count them."""
    lines = joined(assess(kb, {}).why("endpoint/hierarchy"))
    heads = [at for at, line in enumerate(lines) if line.startswith("   ? undecided: ")]
    named = [line for line in lines[: heads[1]] if line.startswith("      ? nothing is recorded: ")]
    facts = re.sub(r"ESSDAI, |ESSPRI, ", "", named[-1].partition(": ")[2]).split("; ")
    count = sum(1 + fact.partition(" (")[2].count(",") for fact in facts)
    again = [int(found[1]) for line in lines if (found := re.search(r"the same (\d+) facts as above$", line))]

    assert len(again) > 3
    assert set(again) == {count}
    assert sum(named[-1] == line for line in lines) == 1


@pytest.mark.parametrize("verdict", list(CASES))
def test_every_step_names_rule_clause_and_a_source_that_is_listed(kb: sjogren.KnowledgeBase, verdict: str) -> None:
    lines = joined(why(kb, CASES[verdict]))
    cited = {int(number) for line in lines if HEAD.match(line) for number in re.findall(r"[ ,]\((\d+)\)", line)}
    listed = {int(found.group(1)) for line in lines if (found := re.match(r"\((\d+)\) \S+, .+", line))}

    assert cited == listed
    for line in lines:
        if HEAD.match(line) and line.strip().startswith("→") and "(shown above)" not in line:
            assert re.search(r"\[[a-z_]+[^\]]*\]$| \(\d+\)$", line), line


def test_the_items_stand_with_their_points_against_the_threshold(kb: sjogren.KnowledgeBase) -> None:
    text = why(kb, CASES["met"])

    assert "Σ 4 to 9 points, 4 needed" in text
    assert "→ [+3] Anti-SSA/Ro positive: met" in text
    assert "→ [+1] Schirmer's test ≤ 5 mm/5 min in at least one eye: met" in text
    assert "? [0 or 3] undecided: Labial salivary gland" in text


def test_a_value_stands_with_its_date_its_document_and_what_it_was_preferred_to(kb: sjogren.KnowledgeBase) -> None:
    flow = [
        {"value": 0.05, "date": "2025-03-01", "source": "clinic letter"},
        {"value": 0.3, "date": "2024-03-01", "source": "older letter"},
    ]
    visits = [{"date": "2025-03-02", "facts": {"unstimulated_whole_saliva_flow": flow}}]
    assessment = kb.assess({"id": "a", "age": 50, "visits": visits})
    text = " ".join(assessment.why(f"{SET}/saliva-flow").split())

    assert "0.05 mL/min (2025-03-01), from clinic letter; not used: 0.3" in text


def test_assumptions_that_share_a_reason_share_a_line(kb: sjogren.KnowledgeBase) -> None:
    text = why(kb, {"dry_eyes_over_3_months": True, "anti_ssa_ro": True}, assume={"unrecorded_exclusions": "absent"})
    lines = [line for line in joined(text) if "≈ assuming absent, because nothing is recorded" in line]

    assert "head and neck radiation; hepatitis C virus RNA" in lines[0]
    assert [line for line in lines[1:] if "radiation" in line or "hepatitis" in line] == []


def test_missing_tests_are_named_with_their_sides_once(kb: sjogren.KnowledgeBase) -> None:
    text = " ".join(why(kb, CASES["undetermined"]).split())

    assert "ocular staining score (right eye, left eye); van Bijsterveld score (right eye, left eye)" in text
    assert text.count("focal lymphocytic sialadenitis; focus score") == 1


def test_a_step_that_this_project_read_on_its_own_is_named(kb: sjogren.KnowledgeBase) -> None:
    text = why(kb, {"esspri": {"dryness": 7, "fatigue": 6, "pain": 3.5}}, "activity/esspri")

    assert "This project's own reading, not validated: ESSPRI category (activity/esspri/category)." in text


def test_unrated_domains_of_a_score_share_a_line(kb: sjogren.KnowledgeBase) -> None:
    lines = joined(why(kb, {"essdai": {"articular": "low"}}, "activity/essdai"))

    assert len([line for line in lines if "nothing is recorded" in line]) == 1
    assert any("→ 2 × ESSDAI, articular domain: low ←" in line for line in lines)


def test_an_unknown_conclusion_is_answered_with_the_nearest(kb: sjogren.KnowledgeBase) -> None:
    with pytest.raises(LookupError, match="Did you mean 'activity/essdai'"):
        why(kb, {}, "activity/esdai")
    with pytest.raises(LookupError, match="There are: "):
        why(kb, {}, "qqq")


@pytest.mark.parametrize("verdict", list(CASES))
def test_no_line_is_wider_than_a_page(kb: sjogren.KnowledgeBase, verdict: str) -> None:
    assert max(map(len, why(kb, CASES[verdict]).splitlines())) <= 100
