"""``sjd report``: one case as a report, or several as a meeting pack, in the form that the file's ending names."""

from __future__ import annotations

import os
import secrets
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from sjogren.assess.knowledge_base import Assessment, KnowledgeBase, open_knowledge_base
from sjogren.cli.options import case_options, example, knowledge_options, settings
from sjogren.cli.safe import safe
from sjogren.errors import Finding, InputError, did_you_mean
from sjogren.facts import digest, read_case
from sjogren.model.case import Case

if TYPE_CHECKING:
    from sjogren.report.blocks import Report

STANDARD = "-"
ENDINGS = (".html", ".md", ".docx", ".pdf", ".json")
MASKED = "De-identified: dates are days since the first visit, ages above 89 are capped, free text was dropped."


class Job(NamedTuple):
    """What is written, where, and how."""

    out: str
    form: str
    template: Path | None
    key: bytes
    force: bool


@click.command(epilog=example("sjd report examples/moutsopoulos-2014-1.yaml -o report.html"))
@click.argument("cases", nargs=-1, required=True, type=click.Path(allow_dash=True), metavar="CASE...")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="OUT",
    type=click.Path(allow_dash=True),
    help="Write to this file, whose ending chooses the form: .html, .md, .docx, .pdf or .json; - prints Markdown.",
)
@click.option(
    "--template",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="For .docx: a document whose styles, headers and footers are used.",
)
@click.option("--deidentify", is_flag=True, help="Leave out what would tell whose case it is; needs --key-file.")
@click.option(
    "--key-file", type=click.Path(dir_okay=False, path_type=Path), help="The key that identifiers are hashed with."
)
@click.option("--make-key", is_flag=True, help="Make that key file first; it must not exist.")
@click.option("--force", is_flag=True, help="Replace OUT when it exists.")
@case_options
@knowledge_options
def report(
    cases: tuple[str, ...],
    output: str,
    template: Path | None,
    deidentify: bool,
    key_file: Path | None,
    make_key: bool,
    force: bool,
    assume: tuple[str, ...],
    policy: tuple[str, ...],
    rules: Path | None,
    ontology: Path | None,
) -> None:
    """Write a report of one CASE file (- reads standard input), or a meeting pack of several.

    The ending of OUT chooses the form. HTML, Markdown, DOCX and PDF say the same; .json holds the cases as they were
    read, the assessments and the versions, and `sjd replay` takes it. OUT is written whole or not at all.

    Exit codes: 0 written; 2 wrong usage; 3 a case was invalid: the errors of all are told, and nothing is written;
    4 the knowledge base is invalid; 5 the extra `report` is needed and not installed; 70 an internal fault.
    """
    if len(cases) > 1 and STANDARD in cases:
        raise click.UsageError("standard input (-) holds one case, so its report is written alone.")
    job = Job(output, _form(output, force), template, b"", force)
    if template is not None and job.form != ".docx":
        raise click.UsageError(f"--template is for .docx; {output!r} ends in {job.form}.")
    _check_key(deidentify, key_file, make_key)
    knowledge_base = open_knowledge_base(rules, ontology)
    vocabulary = knowledge_base.vocabulary
    assumed = settings(assume, vocabulary.assumptions, "assume")
    chosen = settings(policy, vocabulary.policies, "policy")
    read = [_settled(case, assumed, chosen) for case in _read(cases, knowledge_base)]
    if key_file is not None:
        job = job._replace(key=_key(key_file, make_key))
    assessed = _assessed(read, knowledge_base, job, ontology)
    command = _command(cases, job, template, assume, policy, rules, ontology)
    _write(job, _rendered(assessed, knowledge_base, job, command))


def _form(output: str, force: bool) -> str:
    """The ending that chooses the form, of a file that may be written."""
    if output == STANDARD:
        return ".md"
    out = Path(output)
    form = out.suffix.lower()
    if form not in ENDINGS:
        hint = did_you_mean(form, ENDINGS) if form else ""
        message = f"the ending of {output!r} chooses no form; it is to be one of {', '.join(ENDINGS)}. {hint}"
        raise click.UsageError(message.strip())
    if out.is_dir():
        raise click.UsageError(f"{output} is a folder.")
    if not out.parent.is_dir():
        raise click.UsageError(f"{output} cannot be written: there is no folder {str(out.parent)!r}.")
    if out.exists() and not force:
        raise click.UsageError(f"{output} exists; it is not overwritten. --force replaces it.")
    return form


def _check_key(deidentify: bool, key_file: Path | None, make: bool) -> None:
    """Whether the options about a key go together."""
    if not deidentify and (key_file is not None or make):
        raise click.UsageError("--key-file and --make-key go with --deidentify.")
    if deidentify and key_file is None:
        raise click.UsageError("--deidentify needs --key-file; --make-key makes one.")


def _key(key_file: Path, make: bool) -> bytes:
    """The key to hash identifiers with; made only now, when the cases are known to be valid."""
    from sjogren.report.deidentify import BadKey, make_key, read_key

    try:
        if make:
            make_key(key_file)
        return read_key(key_file)
    except BadKey as error:
        raise click.UsageError(f"--key-file: {error}") from None


def _read(cases: Sequence[str], knowledge_base: KnowledgeBase) -> list[Case]:
    """All cases, or the errors of all."""
    found: list[Case] = []
    findings: list[Finding] = []
    for path in cases:
        try:
            if path == STANDARD:
                found.append(read_case(sys.stdin.buffer.read(), knowledge_base.vocabulary, "<standard input>"))
            else:
                found.append(knowledge_base.read(path))
        except InputError as error:
            findings += error.findings
    if findings:
        raise InputError(findings)
    return found


def _settled(case: Case, assume: Mapping[str, str], policy: Mapping[str, str]) -> Case:
    """The case with the assumptions and policies of the command line, which are part of what was read."""
    if not assume and not policy:
        return case
    settled = case._replace(assume={**case.assume, **assume}, policy={**case.policy, **policy})
    return settled._replace(digest=digest(settled))


def _assessed(
    cases: Iterable[Case], knowledge_base: KnowledgeBase, job: Job, ontology: Path | None
) -> list[tuple[Case, Assessment]]:
    """The cases with their assessments; de-identified ones are held against the assessment of the original."""
    found: list[tuple[Case, Assessment]] = []
    findings: list[Finding] = []
    drugs: Mapping[str, str] | None = None
    for case in cases:
        try:
            assessment = knowledge_base.assess(case)
            if job.key:
                from sjogren.ontology.drugs import read_drugs
                from sjogren.report.deidentify import deidentify, unchanged

                drugs = read_drugs(ontology) if drugs is None else drugs
                masked = deidentify(case, job.key, knowledge_base.vocabulary, drugs)
                original, assessment = assessment, knowledge_base.assess(masked)
                unchanged(case, original.data, assessment.data)
                case = masked  # noqa: PLW2901  # from here on nothing of the original is seen
        except InputError as error:
            findings += error.findings
        else:
            found.append((case, assessment))
    if findings:
        raise InputError(findings)
    return found


def _command(
    cases: Sequence[str],
    job: Job,
    template: Path | None,
    assume: Iterable[str],
    policy: Iterable[str],
    rules: Path | None,
    ontology: Path | None,
) -> str:
    """The command line for the footer. Of a de-identified report it names no file: names of files tell, too."""
    masked = bool(job.key)
    named = ["CASE" for _ in cases] if masked else [*cases]
    words = ["sjd", "report", *named, "-o", f"OUT{job.form}" if masked else job.out]
    words += ["--deidentify", "--key-file", "KEY"] if masked else []
    words += [word for each in assume for word in ("--assume", each)]
    words += [word for each in policy for word in ("--policy", each)]
    for option, path in (("--template", template), ("--rules", rules), ("--ontology", ontology)):
        if path is not None:
            words += [option, option.strip("-").upper() if masked else str(path)]
    return safe(shlex.join(words))


def _rendered(
    assessed: Sequence[tuple[Case, Assessment]], knowledge_base: KnowledgeBase, job: Job, command: str
) -> bytes:
    """The report in the form that was chosen."""
    if job.form == ".json":
        from sjogren.report.bundle import bundle

        return bundle(knowledge_base, assessed, command=command, deidentified=bool(job.key)).encode()
    content = _content(assessed, knowledge_base, job, command)
    if job.form == ".md":
        from sjogren.report.markdown import markdown

        return markdown(content).encode()
    if job.form == ".docx":
        from sjogren.report.docx import docx
        from sjogren.report.template import NotATemplate

        try:
            return docx(content, job.template)
        except NotATemplate as error:
            raise click.UsageError(f"--template: {error}") from None
    from sjogren.report.html import html

    page = html(content)
    if job.form == ".html":
        return page.encode()
    from sjogren.report.pdf import pdf

    return pdf(page)


def _content(
    assessed: Sequence[tuple[Case, Assessment]], knowledge_base: KnowledgeBase, job: Job, command: str
) -> Report:
    if len(assessed) == 1:
        from sjogren.report.content import build

        case, assessment = assessed[0]
        content = build(knowledge_base, case, assessment, command=command)
    else:
        from sjogren.report.content import build_pack

        content = build_pack(knowledge_base, assessed, command=command)
    if not job.key:
        return content
    from sjogren.report.days import as_days, days_of

    days = {day: words for case, _ in assessed for day, words in days_of(case).items()}
    masked: Report = as_days(content, days)
    return masked._replace(footer=(*masked.footer, MASKED))


def _write(job: Job, data: bytes) -> None:
    """Write all of it or nothing: beside OUT first, then under its name."""
    if job.out == STANDARD:
        sys.stdout.buffer.write(data)
        return
    out = Path(job.out)
    beside = out.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with beside.open("xb") as file:
            file.write(data)
        _name(beside, out, job.force)
    except FileExistsError:
        raise click.UsageError(f"{out} exists; it is not overwritten. --force replaces it.") from None
    except OSError as error:
        raise click.UsageError(f"{out} cannot be written: {error.strerror}.") from None
    finally:
        with suppress(OSError):
            beside.unlink()
    click.echo(f"wrote {out}", err=True)


def _name(beside: Path, out: Path, force: bool) -> None:
    """Give a finished file its name; without force, only if nothing has that name by now."""
    if force:
        beside.replace(out)
        return
    try:
        os.link(beside, out)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if out.exists():
            raise FileExistsError from None
        beside.replace(out)
