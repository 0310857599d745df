"""Whatever stands in a free text of a case, or in the name of its file, is text in every form."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.report.reading import Page, markdown_page, word_parts, word_structure, word_text

import sjogren
from sjogren.report.blocks import Report
from sjogren.report.bundle import bundle, read_bundle, replay
from sjogren.report.content import build, build_pack
from sjogren.report.html import html
from sjogren.report.markdown import markdown

HOSTILE = [
    "<script>alert(1)</script>",
    "</main></body><img src=x onerror=alert(1)>",
    "--></style></title><svg onload=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "]]><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "&lt;b&gt; &#60;i&#62; &nbsp;",
    '=HYPERLINK("http://evil.example","x")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "{{7*7}} ${7*7} {% raw %} #{7*7} <%= 7*7 %> \\input{x} %n%s {0} {value}",
    "../../etc/passwd \\\\host\\share file:///etc/passwd",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png) <http://evil.example> [ref]: http://evil.example",
    "# heading **bold** _it_ ~~x~~ `code` | a | b | - item 1. item > quote --- ***",
    ".. raw:: html `x <http://evil.example>`_ :math:`x`",
    "$$x^2$$ \\(x\\) &copy; :smile: @everyone #1 www.evil.example http://evil.example",
    "W" * 190,
    "Iñtërnâtiônàlizætiøn \u4f8b \u05d0\u05d1\u05d2 \U0001f600 e\u0301\u200f\ufeff",
    " line one   line two ",
    "day 182 1000-01-01 None null {} []",
]
REFUSED = ["a\x1b[2Jb", "a\x00b", "a\x07b", "a\u202eb", "a\u2066b", "a\u2028b", "\x9b31m"]


STARTS = (0, 9)
"""Where the cases begin in the list; each field of a case takes the next text."""
ABSENT = (
    "dry_eyes_over_3_months", "sand_or_gravel_sensation", "dry_mouth_over_3_months", "swollen_salivary_glands_as_adult",
    "head_neck_radiation", "hepatitis_c_rna", "aids", "sarcoidosis", "amyloidosis", "graft_versus_host_disease",
    "igg4_related_disease", "pre_existing_lymphoma", "anti_ssb_la", "rheumatoid_factor", "cryoglobulins", "low_c4",
    "palpable_purpura", "splenomegaly", "b_cell_lymphoma_current", "focal_lymphocytic_sialadenitis",
)  # fmt: skip
"""Findings that some conclusion rests on, each with a source of its own."""


def case(texts: Sequence[str]) -> dict[str, Any]:
    """A case with a text in every field that takes one, from a list that begins again at its end."""
    following, hidden = cycle(texts), cycle(texts)

    def beside() -> dict[str, str]:
        return {"source": next(following), "note": next(hidden)}

    visits = []
    for day, igg in (("2020-01-01", 20), ("2020-07-01", 12)):
        facts = {
            **{name: {"value": False, **beside()} for name in ABSENT},
            "clinician_diagnosis": {"value": True, **beside()},
            "recorded_diagnosis": {"value": next(following), **beside()},
            "anti_ssa_ro": {"value": "positive", **beside()},
            "schirmer_test": {"value": {"right": 4, "left": 3}, **beside()},
            "igg": [{"value": igg, **beside()}, {"value": 15, "status": "entered_in_error", **beside()}],
            "organ_specific_autoimmune_diseases": [next(following), next(following)],
            "essdai": {"value": {"articular": "moderate", "biological": "low"}, **beside()},
            "systemic_autoimmune_diseases": [{"disease": "sle", "criteria_met": True, **beside()}],
            "treatments": [{"drug": next(following)[:200], "class": "other", "start": day}],
        }
        visits.append({"date": day, "label": next(following)[:200], "facts": facts})
    return {"id": next(following)[:200], "age": 50, "visits": visits}


def report(kb: sjogren.KnowledgeBase, texts: Sequence[str]) -> Report:
    read = kb.read(case(texts))
    return build(kb, read, kb.assess(read), command=f"sjd report {texts[0]} -o report.html")


class Pair(NamedTuple):
    """A report with hostile texts, and one with harmless words in their places."""

    hostile: Report
    plain: Report


@pytest.fixture(scope="module")
def pairs(kb: sjogren.KnowledgeBase) -> list[Pair]:
    harmless = [f"plain words {place}" for place in range(len(HOSTILE))]
    turned = [HOSTILE[start:] + HOSTILE[:start] for start in STARTS]
    return [Pair(report(kb, texts), report(kb, harmless)) for texts in turned]


def seen(text: str) -> str:
    """A text as it is seen: white space is one space, and what has no width, or stands for it, is not there."""
    return " ".join(re.sub("[\u200f\ufeff\ufffd]", "", unicodedata.normalize("NFC", text)).split())


def unseen(said: str) -> list[str]:
    shown = seen(said)
    return [text for text in HOSTILE if seen(text) not in shown]


def test_no_text_makes_a_tag_or_an_attribute_of_a_page(pairs: list[Pair]) -> None:
    said = ""
    for pair in pairs:
        page, plain = Page(html(pair.hostile)), Page(html(pair.plain))
        assert page.tags == plain.tags
        assert page.drawn <= plain.drawn
        assert [target for target in page.targets if not target.startswith("#")] == []
        said += page.text
    assert unseen(said) == []


def test_no_text_is_markup_of_markdown(pairs: list[Pair]) -> None:
    pytest.importorskip("markdown_it", reason="the extra `browse` is not installed")
    said = ""
    for pair in pairs:
        page = markdown_page(markdown(pair.hostile))
        assert page.tags == markdown_page(markdown(pair.plain)).tags
        assert page.targets == []
        said += page.text
    assert unseen(said) == []


def test_no_text_is_more_than_text_in_word(pairs: list[Pair]) -> None:
    pytest.importorskip("docx", reason="the extra `report` is not installed")
    from sjogren.report.docx import docx

    said, plain = "", docx(pairs[0].plain)
    for pair in pairs:
        data = docx(pair.hostile)
        whole = b"".join(word_parts(data).values())
        assert word_structure(data) == word_structure(plain)
        assert b'TargetMode="External"' not in whole
        fields = re.findall(rb"<w:instrText[^>]*>([^<]*)<|<w:fldSimple[^>]*w:instr=\"([^\"]*)\"", whole)
        assert {field.strip() for found in fields for field in found} <= {b"", b"PAGE", b"NUMPAGES"}
        said += word_text(data)
    assert unseen(said) == []


def test_all_texts_are_text_in_pdf(kb: sjogren.KnowledgeBase) -> None:
    pytest.importorskip("weasyprint", reason="the extra `report` is not installed")
    pypdf = pytest.importorskip("pypdf", reason="the package pypdf is not installed")
    from sjogren.report.pdf import pdf

    latin = [text for text in HOSTILE if not text.startswith("Iñ")]  # pypdf does not read the map of the other letters
    reader = pypdf.PdfReader(io.BytesIO(pdf(html(report(kb, latin)))))
    for page in reader.pages:
        for annotation in page.get("/Annots") or []:
            assert "/A" not in annotation.get_object() or annotation.get_object()["/A"].get("/S") == "/GoTo"
    catalogue = reader.trailer["/Root"]
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(catalogue)
    assert not {"/JavaScript", "/EmbeddedFiles"} & set(catalogue.get("/Names") or {})
    said = "".join("".join(page.extract_text().split()) for page in reader.pages)
    assert "<script>alert(1)</script>" in said
    assert "{{7*7}}" in said


def test_a_text_that_no_screen_shows_as_it_is_is_refused(kb: sjogren.KnowledgeBase) -> None:
    for text in REFUSED:
        with pytest.raises(sjogren.InputError) as caught:
            kb.read(case([text]))
        assert {finding.code for finding in caught.value.findings} == {"E133"}
        assert all(str(finding).isprintable() for finding in caught.value.findings)


def test_a_bundle_holds_every_text_and_replays(kb: sjogren.KnowledgeBase, tmp_path: Path) -> None:
    read = kb.read(case(HOSTILE))
    out = tmp_path / "report.json"
    out.write_text(bundle(kb, [(read, kb.assess(read))], command=HOSTILE[0]), encoding="utf-8")
    old = read_bundle(out)

    assert old.command == HOSTILE[0]
    assert [(done.case, done.differences) for done in replay(kb, old)] == [(read.id, ())]


def test_no_text_is_markup_of_the_agenda(kb: sjogren.KnowledgeBase) -> None:
    def tags(texts: Sequence[str]) -> list[object]:
        read = kb.read(case(texts))
        return [*Page(html(build_pack(kb, [(read, kb.assess(read))] * 2, command=texts[0]))).tags]

    assert tags(HOSTILE[9:]) == tags([f"plain words {place}" for place in range(len(HOSTILE[9:]))])
