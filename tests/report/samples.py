"""Pictures and a report made by hand, with texts that try to be something else."""

from __future__ import annotations

from functools import cache

from sjogren.proof.steps import Basis, Source, Step
from sjogren.report.blocks import (
    Block,
    Bullets,
    Field,
    Fold,
    Form,
    Heading,
    NewPage,
    Paragraph,
    Picture,
    Report,
    Rows,
    Sources,
    Steps,
)
from sjogren.report.pictures import (
    Axis,
    Bar,
    Curve,
    Dot,
    Point,
    Share,
    Verdict,
    axis_profile,
    domains,
    strip,
    timeline,
    tree,
    waterfall,
)

HOSTILE = (
    "<script>alert(1)</script>",
    "</text></svg><img src=x onerror=alert(1)>",
    "]]><!ENTITY x SYSTEM 'file:///etc/hostname'>&x;",
    "=HYPERLINK('https://example.org','x')",
    "@import url(https://example.org/x.css)",
    "{ INCLUDEPICTURE https://example.org/x.png }",
    "{{7*7}} ${7*7} <%= 7*7 %>",
    "../../etc/passwd",
    "\x1b[2J\x00\x07 bell \u202egnp.exe \ud800",
    '" onload="alert(1)',
)
STEPS = (
    Step("firing", "The set: met", 0, Basis("some/set", "met when", (1,))),
    Step("aggregate", "5 to 6 points", 1),
    Step("firing", "[+3] antibody ← positive", 2, Basis("some/antibody", "item 1", (1, 2), unverified=True)),
    Step("missing", "focus score: nothing is recorded", 2),
    Step("fact", "right eye: 4.9 mm/5 min", 2),
    Step("assumption", "assuming absent, because nothing is recorded: hepatitis C", 1),
    Step("reads", "5 to 6 points (shown above)", 1),
)
AT_ONCE = ("; ".join(HOSTILE), HOSTILE[1], HOSTILE[3])
"""All of them in one text, and two that must stand at its beginning: for forms that take long."""
LONG = "An extraordinarily long name of a set of criteria that no column of any picture holds on one single line"


@cache
def pictures(label: str, prefix: str = "") -> dict[str, Picture]:
    """One picture of each kind, in which a label is given for every text."""
    verdicts = [
        Verdict(label, verdict, verdict.replace("_", " "), low, high, needed, "points", label)
        for verdict, low, high, needed in (
            ("met", 5, 6, 4),
            ("not_met", 1, 1, 2),
            ("undetermined", None, 3, 2),
            ("excluded", 2, None, 5),
            ("entry_not_met", None, None, None),
            ("responder", -4.5, -3, -3),
            ("non_responder", 0, 0, 3),
            ("not_evaluable", None, None, None),
        )
    ]
    shares = [Share(label, 3, 3, label), Share(label, 0, 1), Share(label, 0, 0), Share(label, 1, None)]
    axes = [
        Axis(label, 1, 3, dominant=False),
        Axis(label, 2, 2, dominant=True, note=label),
        Axis(label, None, None, False),
    ]
    levels = ("none", "some", label)
    dots = [Dot(label, 0, 0, levels), Dot(label, 1, 2, levels, label), Dot(label, None, None, levels[:2])]
    visits = [Point(0, label, (label,)), Point(9, label), Point(180, label, ("ESSDAI 6", "responder"))]
    bars = [Bar(label, -400, 0), Bar(label, 14, None), Bar(label, None, 90)]
    curves = [Curve(label, ((0, 14, 14), (9, 2, 6.5), (180, None, None)))]
    steps = [step._replace(text=f"{label} {step.text}") for step in STEPS]
    found = (
        strip(f"{prefix}strip", verdicts),
        waterfall(f"{prefix}waterfall", label, shares, 4, "points", total=(4, None)),
        axis_profile(f"{prefix}axes", axes),
        domains(f"{prefix}domains", label, dots),
        timeline(f"{prefix}timeline", visits, bars, curves),
        tree(f"{prefix}tree", label, steps),
    )
    return {picture.name.removeprefix(prefix): picture for picture in found}


def report(label: str, *, language: str = "en") -> Report:
    """A report with every block, in which a label is given for every text."""
    blocks: tuple[Block, ...] = (
        Heading(1, label),
        Paragraph(label),
        Bullets((label, label)),
        *pictures(label).values(),
        Rows(("Set", label), ((label, "met"), ("second", label))),
        Heading(2, "Proofs"),
        Fold(
            f"The set: met. {label}",
            (Paragraph(label), Steps("proof-1", tuple(s._replace(text=f"{label} {s.text}") for s in STEPS))),
        ),
        NewPage(),
        Heading(2, "Decision"),
        Form("The board decides", (Field(label, 3), Field("Choice", choices=("yes", label)), Field("Signed"))),
        Sources((Source(label, "table 3"), Source("doi:10.1000/x", label))),
    )
    return Report(label, language, blocks, (label, "not a diagnosis"))
