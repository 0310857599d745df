"""Pictures: well formed, inert, complete in words, and told apart without colour."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, fromstring

import pytest
from tests.report.samples import HOSTILE, LONG, pictures

from sjogren.proof.told import Step
from sjogren.report.pictures import Axis, Dot, Share, Verdict, axis_profile, domains, strip, tree, waterfall
from sjogren.report.pictures.svg import WIDTH, Sheet, measure, wrap
from sjogren.report.pictures.words import number

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("strip", "waterfall", "axes", "domains", "timeline", "tree")
MAY = {"svg", "title", "desc", "rect", "path", "circle", "text", "tspan"}
ATTRIBUTES = {
    "viewBox", "width", "height", "role", "aria-labelledby", "aria-describedby", "font-family", "id", "x", "y", "cx",
    "cy", "r", "d", "fill", "stroke", "stroke-width", "stroke-dasharray", "class", "font-size", "font-weight",
    "text-anchor",
}  # fmt: skip


def parsed(svg: str) -> Element:
    return fromstring(svg)  # noqa: S314 - our own picture


def drawn(svg: str) -> str:
    """All words that stand in the picture itself."""
    return " ".join("".join(text.itertext()) for text in parsed(svg).iter(f"{SVG}text"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("label", [*HOSTILE, LONG, "", "plain"])
def test_a_picture_is_well_formed_and_holds_nothing_that_runs_or_loads(name: str, label: str) -> None:
    picture = pictures(label)[name]
    for element in parsed(picture.svg).iter():
        assert element.tag.removeprefix(SVG) in MAY
        assert set(element.attrib) <= ATTRIBUTES
        assert not [value for value in element.attrib.values() if "url(" in value or "javascript:" in value]
    assert re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\ud800-\udfff]", picture.svg) is None
    assert "<script" not in picture.svg


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_an_image_with_a_title_and_a_description(name: str) -> None:
    picture = pictures("Label", "case2-")[name]
    root = parsed(picture.svg)
    ids = {element.get("id"): element for element in root.iter() if element.get("id")}
    assert root.get("role") == "img"
    assert ids[str(root.get("aria-labelledby"))].text == picture.title
    assert ids[str(root.get("aria-describedby"))].text == " ".join(picture.text)
    assert all(str(each).startswith("case2-") for each in ids)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_lies_outside_a_picture(name: str) -> None:
    root = parsed(pictures(LONG)[name].svg)
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    assert width == WIDTH
    for text in root.iter(f"{SVG}text"):
        x, broad = float(str(text.get("x"))), measure("".join(text.itertext()), float(str(text.get("font-size"))))
        left = {"start": x, "middle": x - broad / 2, "end": x - broad}[text.get("text-anchor", "start")]
        assert left >= 0
        assert left + broad <= width + 1, "".join(text.itertext())
        assert 0 < float(str(text.get("y"))) <= height
    for path in root.iter(f"{SVG}path"):
        for x, y in re.findall(r"[ML]([-\d.]+) ([-\d.]+)", str(path.get("d"))):
            assert 0 <= float(x) <= width
            assert 0 <= float(y) <= height


def test_the_words_hold_every_label_verdict_and_number_of_the_strip() -> None:
    told = strip(
        "s",
        [
            Verdict("First", "met", "met", 5, 6, 4, "points", "a note"),
            Verdict("Second", "excluded", "excluded", None, None, None, ""),
        ],
    )
    assert told.text == ("First: met; 5 to 6 points, 4 needed; a note.", "Second: excluded.")
    for word in ("First", "met", "5 to 6 points, 4 needed", "a note", "Second", "excluded"):
        assert word in drawn(told.svg)


def test_the_words_of_the_waterfall_give_each_share_and_the_total() -> None:
    told = waterfall("w", "Title", [Share("One", 3, 3), Share("Two", 0, 1, "why")], 4, "points")
    assert told.text == ("One: 3.", "Two: 0 to 1; why.", "Total: 3 to 4 points; 4 needed.")
    assert "3 to 4 points" in drawn(told.svg)


def test_the_words_of_the_timeline_give_each_visit_value_and_treatment() -> None:
    text = pictures("Label")["timeline"].text
    assert text[0] == "1. Label, day 0: Label."
    assert text[3] == "Label: day 0 14; day 9 2 to 6.5; day 180 no score."
    assert text[4:] == ("Label: day −400 to day 0.", "Label: day 14, ongoing.", "Label: start unknown to day 90.")


def test_the_words_of_the_axes_and_domains_say_what_is_not_rated() -> None:
    assert axis_profile("a", [Axis("A", None, None, dominant=False), Axis("B", 2, 2, dominant=True)]).text == (
        "A: not rated.",
        "B: 2; dominant.",
    )
    found = domains(
        "d", "T", [Dot("D", None, None, ("no", "low")), Dot("E", 0, 1, ("no", "low")), Dot("F", 1, 1, ("no", "low"))]
    )
    assert found.text == ("D: not rated.", "E: no to low.", "F: low.")


def test_verdicts_differ_without_colour() -> None:
    def shapes(verdict: str) -> str:
        svg = strip("s", [Verdict("L", verdict, "w", None, None, None, "")]).svg
        filled = re.sub(r'fill="(#[0-9a-f]+)"', lambda found: "paper" if found[1] == "#ffffff" else "ink", svg)
        return re.sub(r'stroke="[^"]*"', "", filled)

    kinds = ("met", "not_met", "undetermined", "excluded", "entry_not_met")
    assert len({shapes(kind) for kind in kinds}) == len(kinds)


def test_steps_of_a_proof_differ_without_colour() -> None:
    def shapes(kind: str) -> str:
        svg = tree("t", "T", [Step(kind, "x", 0)]).svg
        filled = re.sub(r'fill="(#[0-9a-f]+)"', lambda found: "paper" if found[1] == "#ffffff" else "ink", svg)
        return re.sub(r'stroke="[^"]*"|<(text|desc|title)[^>]*>[^<]*', "", filled)

    kinds = ("firing", "fact", "missing", "assumption", "aggregate", "reads")
    assert len({shapes(kind) for kind in kinds}) == len(kinds)


def test_what_is_possible_is_hatched_and_what_is_certain_is_not() -> None:
    certain = strip("s", [Verdict("L", "met", "met", 5, 5, 4, "points")]).svg
    possible = strip("s", [Verdict("L", "met", "met", 5, 6, 4, "points")]).svg
    assert "ghost" not in certain
    assert possible.count('class="ghost"') == 2, "the bar, and its sign in the key"


def test_a_set_without_a_score_has_no_bar_and_no_threshold() -> None:
    root = parsed(strip("s", [Verdict("L", "entry_not_met", "w", None, None, None, "")]).svg)
    assert len(list(root.iter(f"{SVG}rect"))) == 1, "the ground alone"
    assert not list(root.iter(f"{SVG}path"))


def test_no_dot_without_a_rating() -> None:
    assert "<circle" not in domains("d", "T", [Dot("D", None, None, ("no", "low"))]).svg
    assert domains("d", "T", [Dot("D", 0, 1, ("no", "low"))]).svg.count("<circle") == 2


def test_a_level_that_a_domain_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no levels from 1 to 2 among 2"):
        domains("d", "T", [Dot("D", 1, 2, ("no", "low"))])


def test_a_large_proof_is_cut_and_says_so() -> None:
    steps = [Step("firing", "root", 0), *(Step("fact", f"fact {at}", 1 + at % 3) for at in range(60))]
    picture = tree("t", "T", steps)
    assert picture.svg.count("<circle") <= 25
    assert "2 more steps below." in picture.text
    flat = tree("t", "T", [Step("fact", f"fact {at}", 0) for at in range(60)])
    assert flat.text[-1] == "36 more steps follow."


def test_a_picture_of_nothing_is_a_picture() -> None:
    for picture in (
        strip("s", []),
        waterfall("w", "T", [], None, ""),
        axis_profile("a", []),
        domains("d", "T", []),
        tree("t", "T", []),
    ):
        parsed(picture.svg)


def test_a_name_that_is_no_identifier_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Sheet('x" onload="', "T")


@pytest.mark.parametrize("text", [LONG, "x" * 200, "", "a b", "漢" * 50])
def test_wrapped_lines_fit_and_keep_the_words(text: str) -> None:
    lines = wrap(text, 120)
    assert all(measure(line) <= 120 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_numbers_are_said_as_a_person_writes_them() -> None:
    assert [number(each) for each in (0, -0.0, 12, 100, -1.5, 1 / 3)] == ["0", "0", "12", "100", "−1.5", "0.33"]
