"""What a report holds of one case, looked at in cases made for one question each."""

from __future__ import annotations

from typing import Any

import pytest

import sjogren
from sjogren.report import english
from sjogren.report.blocks import Block, Bullets, Fold, Heading, Paragraph, Picture, Rows
from sjogren.report.content_advice import in_short
from sjogren.report.content_answers import Answers
from sjogren.report.content_basis import basis
from sjogren.report.content_evidence import evidence
from sjogren.report.content_followup import follow_up
from sjogren.report.content_page import dominance, endpoints, flags, patient
from sjogren.report.content_scores import falls, scores, verdicts
from sjogren.report.content_told import Told
from sjogren.report.html import html
from sjogren.report.markdown import markdown, plain

FACTS = {"dry_eyes_over_3_months": True, "anti_ssa_ro": "positive"}


def told(kb: sjogren.KnowledgeBase, **given: Any) -> Told:
    case = kb.read({"id": "c", "age": 50, "facts": FACTS, **given})
    return Told(kb, case, kb.assess(case), {})


def rows(blocks: list[Block], header: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return next((block.rows for block in blocks if isinstance(block, Rows) and block.header == header), ())


@pytest.mark.parametrize(
    ("age", "sex", "line"),
    [
        (54, "female", "Woman, 54 years; one visit, not dated."),
        (54, "male", "Man, 54 years; one visit, not dated."),
        (9, "female", "Girl, 9 years; one visit, not dated."),
        (9.9, "male", "Boy, 9 years; one visit, not dated."),
        (54, "unknown", "Patient, 54 years; one visit, not dated."),
        (9, "other", "Child, 9 years; one visit, not dated."),
        (0.25, "female", "Girl, 3 months; one visit, not dated."),
        (1, "female", "Girl, 1 year; one visit, not dated."),
    ],
)
def test_the_first_line_says_who_the_patient_is(kb: sjogren.KnowledgeBase, age: float, sex: str, line: str) -> None:
    assert patient(told(kb, age=age, sex=sex))[0] == line


def test_the_age_is_that_of_the_last_visit(kb: sjogren.KnowledgeBase) -> None:
    visits = [{"date": "2020-01-01", "facts": FACTS}, {"date": "2022-06-01", "facts": {}}]
    case = kb.read({"id": "c", "age": 50, "sex": "female", "visits": visits})
    first = patient(Told(kb, case, kb.assess(case), {}))[0]
    assert first == "Woman, 52 years; 2 visits, 2020-01-01 to 2022-06-01; this report is about the last."


def test_the_settings_are_told_in_one_line(kb: sjogren.KnowledgeBase) -> None:
    assert patient(told(kb))[2] == "No assumption is made; every policy is the default."
    given = told(kb, assume={"unrecorded_exclusions": "absent"}, policy={"aecg_reading": "as_tested"})
    line = "Assuming that unrecorded exclusions are absent; policy reading of the 2002 items: as tested."
    assert patient(given)[2] == line


def test_the_strip_shows_the_sets_made_for_the_age(kb: sjogren.KnowledgeBase) -> None:
    own, others = told(kb).sets()
    assert own[0] == "classification/acr-eular-2016"
    assert others == ["paediatric/bartunkova-1999"]
    child = told(kb, age=9)
    assert child.sets() == (others, own)
    assert verdicts(child, others).text[0].startswith("1999 Bartůňková: ")


def test_flags_stand_in_their_order_with_their_reasons(kb: sjogren.KnowledgeBase) -> None:
    facts = {
        "essdai": {"lymphadenopathy": "high"}, "palpable_purpura": True,
        "unstimulated_whole_saliva_flow": 0.4, "stimulated_whole_saliva_flow": 0.2,
    }  # fmt: skip
    view = told(kb, age=9, facts=facts)
    assert {"systemic_first", "implausible_flow", "paediatric"} <= set(view.visit["flags"])
    lines = list(flags(view, Answers(view)))
    heads = ["Systemic disease comes first", "Findings that predict lymphoma: found:", "Implausible pair of flows"]
    places = [next(at for at, line in enumerate(lines) if line.startswith(head)) for head in heads]
    places.append(next(at for at, line in enumerate(lines) if line.startswith("Below 18 years at the visit")))
    assert places == sorted(places)
    assert "palpable purpura" in lines[places[1]]


def test_competing_values_are_told_with_the_reason_and_mere_age_apart(kb: sjogren.KnowledgeBase) -> None:
    flow = [
        {"value": 0.3, "status": "preliminary", "date": "2026-01-02"},
        {"value": 0.05, "date": "2026-01-02"},
    ]
    visits = [
        {"date": "2025-12-02", "facts": {**FACTS, "focus_score": 2, "esspri": {"pain": 3}}},
        {"date": "2026-01-02", "facts": {"unstimulated_whole_saliva_flow": flow, "esspri": {"pain": 4}}},
    ]
    case = kb.read({"id": "c", "age": 50, "visits": visits})
    blocks = list(basis(Told(kb, case, kb.assess(case), {})))
    competing = rows(blocks, english.CONFLICT_ROWS)
    flows = [row for row in competing if row[0] == "unstimulated whole saliva flow"]
    assert flows == [
        (
            "unstimulated whole saliva flow",
            "0.05 mL/min (2026-01-02)",
            "0.3 (2026-01-02)",
            english.REASONS["preliminary"],
        )
    ]
    assert not any(row[0] == "ESSPRI pain" for row in competing)
    assert any(isinstance(block, Paragraph) and "ESSPRI pain" in block.text for block in blocks)


def test_a_case_without_competing_values_says_so(kb: sjogren.KnowledgeBase) -> None:
    assert Paragraph(english.NO_CONFLICTS) in list(basis(told(kb)))


def test_assumptions_name_what_nobody_recorded(kb: sjogren.KnowledgeBase) -> None:
    blocks = list(basis(told(kb, assume={"unrecorded_exclusions": "absent"})))
    ((label, value, names),) = rows(blocks, english.ASSUMED_ROWS)
    assert (label, value) == ("unrecorded exclusions", "absent")
    assert "sarcoidosis" in names
    assert not rows(list(basis(told(kb))), english.ASSUMED_ROWS)


def test_the_items_of_a_waterfall_account_for_the_whole_interval(kb: sjogren.KnowledgeBase) -> None:
    view = told(kb)
    picture = falls(view, Answers(view), "classification/acr-eular-2016")
    assert picture is not None
    assert any("Anti-SSA/Ro" in line and "3" in line for line in picture.text)
    aecg = view.conclusions["classification/aecg-2002"]
    assert aecg["count"] is None
    assert falls(view, Answers(view), "classification/aecg-2002") is None


def test_a_domain_that_nobody_rated_is_not_rated_and_not_no(kb: sjogren.KnowledgeBase) -> None:
    view = told(kb, facts={"essdai": {"articular": "low", "renal": "no"}})
    (picture,) = [block for block in scores(view, Answers(view), []) if isinstance(block, Picture)]
    lines = {line.partition(" domain")[0]: line for line in picture.text}
    assert "not rated" in lines["ESSDAI, muscular"]
    assert "not rated" not in lines["ESSDAI, renal"]
    assert "low" in lines["ESSDAI, articular"]


def test_a_profile_without_endpoints_says_why(kb: sjogren.KnowledgeBase) -> None:
    lymphoma = told(kb, facts={"b_cell_lymphoma_current": True})
    (block,) = endpoints(lymphoma, Answers(lymphoma))
    assert isinstance(block, Paragraph)
    assert "haemato-oncology first" in block.text
    open_ = told(kb)
    (block,) = endpoints(open_, Answers(open_))
    assert block == Paragraph(english.sentence(english.NOT_YET))


def test_an_open_dominance_is_not_told_as_none(kb: sjogren.KnowledgeBase) -> None:
    nothing, something = told(kb), told(kb, facts={"essdai": {"articular": "low"}})
    for view, phrase in ((nothing, "There is no evidence that"), (something, "It may be that")):
        assert view.conclusions["axis/dominance"]["axes"] == []
        assert dominance(view, Answers(view)).startswith(f"{phrase} one axis or another dominates")


def test_evidence_stands_on_both_sides(kb: sjogren.KnowledgeBase) -> None:
    case = kb.read("examples/profile-codominant_1_3.yaml")
    folds = [block for block in evidence(Told(kb, case, kb.assess(case), {})) if isinstance(block, Fold)]
    first = folds[0]
    assert first.summary.startswith("Change in ESSDAI (week 24), primary: ")
    sides = [block.text for block in first.blocks if isinstance(block, Paragraph)]
    assert sides[1:] == [english.FOR + ":", english.AGAINST + ":"]
    lists = [block for block in first.blocks if isinstance(block, Bullets)]
    assert all(lists[0].items)
    endpoint = kb.assess(case).conclusions()["endpoint/hierarchy"]["primary"][0]
    assert [len(each.items) for each in lists] == [len(endpoint["supports"]), len(endpoint["contradicts"])]


def test_follow_up_is_for_who_was_seen_again(kb: sjogren.KnowledgeBase) -> None:
    once = told(kb)
    assert list(follow_up(once, Answers(once))) == []
    case = kb.read("examples/synthetic-two-visits.yaml")
    view = Told(kb, case, kb.assess(case), {})
    blocks = list(follow_up(view, Answers(view)))
    assert [row[0] for row in rows(blocks, english.VISIT_ROWS)] == [
        "2025-03-04, baseline (day 0)",
        "2026-01-13, ten months (day 315)",
    ]
    changed = {row[0]: row[1:] for row in rows(blocks, english.CHANGED_ROWS)}
    set_2016 = kb.rules["classification/acr-eular-2016"].label
    assert changed[set_2016] == ("met, 4 points, 4 needed", "undetermined, 3 to 4 points, 4 needed")
    folds = [block.summary for block in blocks if isinstance(block, Fold)]
    assert any(summary.startswith(f"{set_2016}, at 2025-03-04, baseline: met") for summary in folds)


def test_page_one_says_what_would_decide_an_open_set(kb: sjogren.KnowledgeBase) -> None:
    from sjogren.advice import advise

    case = kb.read("examples/synthetic-undetermined.yaml")
    assessment = kb.assess(case)
    table = next(block for block in in_short(Told(kb, case, assessment, {}), advise(kb, case, assessment))
                 if isinstance(block, Rows))  # fmt: skip
    first = table.rows[0]
    assert first[0] == "2016 ACR/EULAR"
    assert "unstimulated whole saliva flow at most 0.1 mL/min" in first[1]
    assert "unstimulated whole saliva flow above 0.1 mL/min" in first[2]


@pytest.mark.parametrize(
    ("text", "told_as"),
    [
        ("<b>", "\\<b\\>"), ("a|b", "a\\|b"), ("[x](http://y)", "\\[x\\](http\\://y)"), ("# h", "\\# h"),
        ("- a", "\\- a"), ("3. a", "3\\. a"), ("www.x.org", "www\\.x.org"), ("me@x.org", "me\\@x.org"),
        ("&lt;", "\\&lt;"), ("a\n# b", "a # b"), ("=x", "=x"), ("--- a", "\\--- a"), ("`a`", "\\`a\\`"),
        ("$x$", "\\$x\\$"), ("HTTPS://x", "HTTPS\\://x"),
    ],
)  # fmt: skip
def test_no_text_is_markup_in_markdown(text: str, told_as: str) -> None:
    assert plain(text) == told_as


def test_a_page_holds_no_script_and_asks_for_nothing(kb: sjogren.KnowledgeBase) -> None:
    from sjogren.report.content import build

    case = kb.read({"id": "<script>alert(1)</script>", "age": 50, "facts": FACTS})
    report = build(kb, case, kb.assess(case), command="sjd report '</style><script>' -o x.html")
    page = html(report)
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert page.count("<style>") == page.count("</style>") == 1
    assert " src=" not in page
    assert "<script" not in markdown(report).replace("\\<", "")
    heads = [block.text for block in report.blocks if isinstance(block, Heading) and block.level == 1]
    assert heads == ["Case <script>alert(1)</script>"]
