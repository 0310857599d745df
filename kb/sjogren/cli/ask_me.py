"""``sjd ask-me``: a case file in dialogue, asking only for what can still matter."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click

from sjogren.assess.knowledge_base import KnowledgeBase, open_knowledge_base
from sjogren.cli.dialogue import MANUAL, Advise, Dialogue, Stopped
from sjogren.cli.options import example, knowledge_options
from sjogren.cli.saving import Ending, Target, ended_like_ctrl_c, uninterrupted
from sjogren.cli.strip import LOOK
from sjogren.errors import InputError
from sjogren.facts.draft import draft_of
from sjogren.rules.english import VERDICTS

INTERRUPTED = 130


@click.command("ask-me", epilog=example("sjd ask-me examples/moutsopoulos-2014-1.yaml -o next.yaml"))
@click.argument("case", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Write the case to this file.")
@click.option("--force", is_flag=True, help="Overwrite the file if it exists.")
@knowledge_options
def ask_me(case: Path | None, output: Path, force: bool, rules: Path | None, ontology: Path | None) -> int:
    """Ask for what can still change a conclusion, the best question first, and write a case file.

    Without a CASE it begins with a new one; with a CASE it goes on with its last visit, and -o may name the same file.
    After each answer it is worked out anew what can still matter. An empty answer says that it is not known. It ends
    when nothing more can matter, at `stop`, at the end of the input, or at Ctrl-C; what was answered is saved each
    time. What was not known is asked again when the file is gone on with; what was not done is not.

    Exit codes: 0 ran; 2 wrong usage; 3 the CASE is invalid; 4 the knowledge base is invalid; 70 an internal fault; 130
    ended by Ctrl-C (what was answered is saved).
    """
    knowledge_base = open_knowledge_base(rules, ontology)
    if case is not None:
        knowledge_base.derived(knowledge_base.read(case))
    in_place = case is not None and _same(case, output)
    target = Target(output, replaces=force or in_place, instead=f"To go on with it: sjd ask-me {output} -o {output}")
    target.check()
    before = draft_of(case) if case is not None else ""
    with ended_like_ctrl_c() as ending:
        dialogue = Dialogue(knowledge_base, _advise(knowledge_base), partial(_ask, ending), _tell, str(output))
        if case is not None:
            dialogue.go_on_with(before)
        code = 0
        try:
            _run(dialogue)
        except (Stopped, EOFError):
            _tell("")
        except KeyboardInterrupt:
            code = INTERRUPTED
            _tell("")
        finally:
            with uninterrupted():
                if case is not None and in_place and not _unchanged(case, before):
                    target = Target(output, replaces=False)
                    _tell(f"{output} was changed by another program; it is not overwritten.")
                _save(dialogue, target, kept=before if in_place else "")
    return code


def _run(dialogue: Dialogue) -> None:
    """The dialogue from its manual to its verdicts."""
    _tell(click.style(MANUAL, dim=True))
    if not dialogue.states:
        dialogue.introduce()
    if sys.stderr.isatty():
        _tell(click.style("Working out what can still matter …", dim=True))
    dialogue.run()
    _tell("")
    for line in _ending(dialogue):
        click.echo(line)


def _advise(knowledge_base: KnowledgeBase) -> Advise:
    """What to find out next, the best test first."""
    from sjogren.advice import advise

    return lambda case: advise(knowledge_base, case).tests


def _same(case: Path, output: Path) -> bool:
    return output.exists() and output.samefile(case)


def _unchanged(case: Path, before: str) -> bool:
    """Whether a file still says what it said; one that is gone is no reason to write under another name."""
    try:
        return draft_of(case) == before
    except InputError:
        return not case.exists()


def _ask(ending: Ending, prompt: str) -> str:
    """The next line that is typed, without blanks around it; raises `EOFError` at the end of the input."""
    while True:
        click.echo(prompt, nl=False, err=True)
        if sys.stdin.isatty():
            ending.wait_for_line()
        try:
            return input().strip()
        except UnicodeDecodeError:
            _tell("  This is not text in UTF-8; type it again.")
        finally:
            if not sys.stdin.isatty():
                _tell("")


def _tell(text: str) -> None:
    click.echo(text, err=True)


def _ending(dialogue: Dialogue) -> Iterator[str]:
    """Why it ends, and the verdicts."""
    knowledge_base, case = dialogue.knowledge_base, dialogue.states[-1].case
    left = list(dict.fromkeys(fact.label for test in dialogue.advise(case) for fact in dialogue.facts(test)))
    if len(left) == 1:
        yield f"Nothing is left to ask: what could still change a conclusion is not known ({left[0]})."
    elif left:
        yield f"Nothing is left to ask: {len(left)} things that could still change a conclusion are not known."
    else:
        yield "Nothing is left to ask: nothing that is not known can change a conclusion any more."
    for name, value in knowledge_base.assess(case).conclusions().items():
        rule = knowledge_base.rules[name]
        verdict = value.get("verdict", "")
        if rule.standing != "research" and verdict and verdict != "entry_not_met":
            mark, colour = LOOK[verdict]
            yield f"  {click.style(f'{mark} {VERDICTS[verdict]}', fg=colour, bold=True)}   {rule.label}"


def _save(dialogue: Dialogue, target: Target, kept: str) -> None:
    """Save what was answered, and say where; where it cannot be saved, it is printed so that nothing is lost."""
    text = dialogue.text
    if not text:
        _tell("Nothing is saved: a case needs an identifier and an age.")
    elif text == kept:
        _tell(f"Nothing was answered; {target.shown} is as it was.")
    else:
        number = f"{dialogue.answers} answer{'s' if dialogue.answers != 1 else ''}"
        try:
            path = target.write(text)
        except OSError as error:
            click.echo(text, nl=False)
            reason = error.strerror or str(error)
            raise click.UsageError(f"{target.shown} cannot be written: {reason}; the case stands above.") from None
        _tell(f"saved {number} in {path}; then: sjd assess {path}, or go on: sjd ask-me {path} -o {path}")
