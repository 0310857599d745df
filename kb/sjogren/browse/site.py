"""Writes the site: pages from templates, a search index, the ontology's own files; all of it or nothing."""

from __future__ import annotations

import json
import shutil
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sjogren._resources import data
from sjogren.browse.coverage import Coverage
from sjogren.browse.kinds import OTHERS
from sjogren.browse.matrix import matrix
from sjogren.browse.record import Page, Record
from sjogren.compare.contrast import Base
from sjogren.compare.document import fragment
from sjogren.compare.sets import compare_sets
from sjogren.errors import MissingExtra
from sjogren.model.rule import Rule
from sjogren.ontology.graph import SJD
from sjogren.ontology.works import DOI, PUBMED
from sjogren.program.store import Knowledge
from sjogren.rules.english import headed, narrate, status_words
from sjogren.rules.rdf import RULE
from sjogren.rules.written import as_written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jinja2 import Environment

HERE = Path(__file__).parent
LINES = 6
"""Lines of patterns for each difference of two criteria sets."""
MARK = "sjd-site.txt"
"""A file of every site: a folder that has it may be written anew."""
USED = (("Facts it reads", "fact"), ("Rules it reads", "rule"), ("Endpoints", "endpoint"), ("Statements", "statement"))
"""What a rule's page lists of the things that it refers to."""


class NotASite(Exception):
    """The folder holds something that this command did not write."""


def write_site(out: Path, knowledge: Knowledge, rules: Path | None = None, ontology: Path | None = None) -> int:
    """Write the site of a knowledge base to a folder, and give the number of pages.

    The folder is made; one that holds a site is replaced. Everything is written beside it first, so that a failure
    leaves nothing half-written.

    Raises `NotASite` for a folder that holds anything else, and `MissingExtra` without Jinja.
    """
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / MARK).exists())):
        raise NotASite(str(out))
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as beside:
        new = Path(beside) / out.name
        new.mkdir()
        count = _Site(new, knowledge, rules or data("rules"), ontology or data("ontology")).write()
        if out.exists():
            shutil.rmtree(out)
        new.rename(out)
    return count


class _Site:
    def __init__(self, out: Path, knowledge: Knowledge, rules: Path, ontology: Path) -> None:
        self.out, self.knowledge, self.folder, self.ontology = out, knowledge, rules, ontology
        self.rules = knowledge.rules.rules
        self.record = Record(rules, ontology)
        self.kinds = list(dict.fromkeys(page.kind for page in self.record.pages.values() if page.kind != OTHERS))
        self.templates, self.markdown = _environment(), _markdown()
        self.count = 0

    def write(self) -> int:
        """Write everything; gives the number of pages."""
        for page in self.record.pages.values():
            self._entity(page)
        for kind in (*self.kinds, OTHERS):
            self._render("list.html", f"{kind.folder}/index.html", kind=kind, pages=self.record.of_kind(kind.folder))
        self._overviews()
        for file in sorted((HERE / "static").iterdir()):
            shutil.copy(file, self.out / file.name)
        self._search_index()
        graph = self.record.merged()
        for name, form in (("sjd.ttl", "turtle"), ("sjd.jsonld", "json-ld")):
            graph.serialize(self.out / name, format=form, encoding="utf-8")
        (self.out / MARK).write_text(f"sjogren-kb {self.knowledge.program.version}\n", encoding="utf-8")
        return self.count

    def _overviews(self) -> None:
        counts = {kind: len(self.record.of_kind(kind.folder)) for kind in (*self.kinds, OTHERS)}
        self._render("index.html", "index.html", counts=counts, program=self.knowledge.program)
        found = matrix(self.rules)
        works = {work: self.record.pages[_iri(work)] for work in found.works}
        by_rule = {rule: self.record.pages[RULE + rule] for rule in self.rules}
        self._render("map.html", "map.html", matrix=found, works=works, pages=by_rule)
        self._comparisons()
        markdown = Coverage(self.folder, self.ontology).document()
        self._render("coverage.html", "coverage.html", body=self.markdown(markdown))
        self._render("search.html", "search.html")
        self._render("ontology.html", "ontology.html", others=self.record.of_kind(OTHERS.folder))

    def _comparisons(self) -> None:
        """The official criteria sets of a family, two by two: as they are written, and over all possible patients."""
        base = Base(self.knowledge, {})
        sets = [rule for rule in self.rules.values() if rule.kind == "CriteriaSet" and not rule.standing]
        pairs = [
            (f"compare/{_last(one)}-{_last(other)}.html", one, other)
            for one, other in combinations(sets, 2)
            if one.id.partition("/")[0] == other.id.partition("/")[0]
        ]
        for path, one, other in pairs:
            blocks = compare_sets(base, [one.id, other.id], LINES).blocks
            self._render("compare.html", path, body=fragment(blocks), one=one, other=other)
        self._render("compared.html", "compare/index.html", pairs=pairs)

    def _entity(self, page: Page) -> None:
        if page.kind.folder != "rule":
            self._render("entity.html", page.path, page=page)
            return
        rule = self.rules[page.iri.removeprefix(RULE)]
        self._render(
            "rule.html",
            page.path,
            page=page,
            rule=rule,
            status=status_words(rule),
            body=list(self._body(rule)),
            sources=[(self.record.pages.get(_iri(each.work)), each) for each in rule.source],
            parts=[self.record.pages[RULE + name] for name, part in self.rules.items() if part.parent == rule.id],
            above=self.record.pages.get(RULE + rule.parent) if rule.parent else None,
            uses={name: self.record.uses(page.iri, folder) for name, folder in USED},
            written=as_written(rule, self.folder),
        )

    def _body(self, rule: Rule) -> Iterator[tuple[str, str]]:
        """What the rule says, line by line, as a name and a sentence."""
        skipped = {"identifier", "kind", "status", "why", "note", "source", "written"}
        for line in narrate(rule, self.knowledge.vocabulary, self.rules)[1:]:
            name, text = headed(line)
            if name.split(" ")[0] not in skipped:
                yield name, text

    def _search_index(self) -> None:
        rows = [
            [page.name, " ".join((page.iri.removeprefix(RULE), *page.other_names)), page.kind.plural, page.path]
            for page in self.record.pages.values()
        ]
        text = f"const INDEX = {json.dumps(rows, ensure_ascii=False)};\n"
        (self.out / "search-index.js").write_text(text, encoding="utf-8")

    def _render(self, template: str, path: str, **values: Any) -> None:
        target = self.out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        top = "../" * path.count("/")
        page = self.templates.get_template(template).render(top=top, here=path, kinds=self.kinds, **values)
        target.write_text(page, encoding="utf-8")
        self.count += 1


def _last(rule: Rule) -> str:
    return rule.id.rpartition("/")[2]


def _iri(work: str) -> str:
    """The IRI of a work by its CURIE, as the rules' JSON-LD context expands it."""
    prefix, _, name = work.partition(":")
    return {"doi": DOI, "pmid": PUBMED, "sjd": SJD}[prefix] + name


def _environment() -> Environment:
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise MissingExtra("Jinja", "browse") from None
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _markdown() -> Callable[[str], str]:
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        raise MissingExtra("markdown-it-py", "browse") from None
    render: Callable[[str], str] = MarkdownIt("commonmark").enable("table").render
    return render
