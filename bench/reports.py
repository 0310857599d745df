"""How long a report takes in each form, and how large it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import process_time

import sjogren
from sjogren.report.bundle import bundle
from sjogren.report.content import build
from sjogren.report.docx import docx
from sjogren.report.html import html
from sjogren.report.markdown import markdown
from sjogren.report.pdf import pdf

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
CASES = ("moutsopoulos-2014-1", "synthetic-undetermined", "synthetic-response")
OFTEN, SELDOM = 5, 3


def reports(kb: sjogren.KnowledgeBase) -> Iterator[tuple[str, str, str, str]]:
    """Each form of some reports, from the case as read to the bytes: name, median time, size, aim."""
    for name in CASES:
        case = kb.read(EXAMPLES / f"{name}.yaml")

        def page(case: sjogren.Case = case) -> str:
            return html(build(kb, case, kb.assess(case), command="sjd report"))

        forms: dict[str, tuple[Callable[[], str | bytes], int, str]] = {
            "Markdown": (lambda case=case: markdown(build(kb, case, kb.assess(case))), OFTEN, "≤ 1 s"),
            "HTML": (page, OFTEN, "≤ 1 s"),
            "JSON": (lambda case=case: bundle(kb, [(case, kb.assess(case))]), OFTEN, "≤ 1 s"),
            "DOCX": (lambda case=case: docx(build(kb, case, kb.assess(case))), SELDOM, "≤ 3 s"),
            "PDF": (lambda page=page: pdf(page()), SELDOM, "≤ 3 s"),
        }
        for form, (make, times, aim) in forms.items():
            made = make()
            taken = []
            for _ in range(times):
                start = process_time()
                made = make()
                taken.append(process_time() - start)
            size = len(made if isinstance(made, bytes) else made.encode())
            yield f"{form} of {name}", f"{median(taken) * 1000:.0f} ms", f"{size / 1000:.0f} kB", aim
