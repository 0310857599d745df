"""The top of the command: its groups, loaded only when asked for, and the one place where errors become exit codes."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NoReturn

import click

from sjogren.cli.options import example
from sjogren.errors import ISSUES, FindingsError, SjogrenError, did_you_mean

COMMANDS: Mapping[str, tuple[str, str]] = {
    "ask": ("sjogren.cli.ask:ask", "Ask a named question about rules, facts and evidence."),
    "ask-me": ("sjogren.cli.ask_me:ask_me", "Fill in a case file in dialogue, asking only what matters."),
    "assess": ("sjogren.cli.assess:assess", "Assess one case or several."),
    "browse": ("sjogren.cli.browse:browse", "Write the knowledge base as a static site."),
    "check": ("sjogren.cli.check:check", "Check the rules and the ontology."),
    "cite": ("sjogren.cli.rule:cite", "Print what a rule rests on, as a reference list."),
    "compare": ("sjogren.cli.compare:compare", "Compare criteria sets, side by side and over all patients."),
    "diff": ("sjogren.cli.diff:diff", "Tell what changed between two versions of the rules."),
    "explain": ("sjogren.cli.explain:explain", "Explain one conclusion of a case, step by step."),
    "lint": ("sjogren.cli.lint:lint", "Prove that the rules have no gaps, overlaps or dead parts."),
    "new": ("sjogren.cli.new:new", "Write a template to start from."),
    "replay": ("sjogren.cli.replay:replay", "Assess the cases of a report bundle again, and say what differs."),
    "report": ("sjogren.cli.report:report", "Write a report of one case, or a meeting pack of several."),
    "rule": ("sjogren.cli.rule:rule", "List the rules, or show one."),
    "sparql": ("sjogren.cli.ask:sparql", "Answer a query of your own in SPARQL."),
    "verify": ("sjogren.cli.verify:verify", "Check an assessment independently of what made it."),
    "whatif": ("sjogren.cli.whatif:whatif", "Change a rule, and see who would be treated otherwise."),
}
"""Each command with the place of its code and its short help, so that help needs no other import."""

INTERNAL = 70
INTERRUPTED = 130
EPILOG = example("sjd assess examples/moutsopoulos-2014-1.yaml")


class _Closed(Exception):
    """Standard output was closed by its reader (``sjd … | head``)."""


class Lazy(click.Group):
    """A group whose commands are imported when they run; unknown ones get the nearest name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature, as below
        """All commands, in order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, or say which one is nearest."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            hint = did_you_mean(name, COMMANDS) or f"Commands: {', '.join(sorted(COMMANDS))}."
            ctx.fail(f"there is no command {name!r}. {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, short) in sorted(COMMANDS.items())])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; click would give a closed pipe the exit code 1, which has a meaning of its own here."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise _Closed from None  # a signal to `main`, not an error


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001
    if value and not ctx.resilient_parsing:
        import sjogren

        click.echo(f"sjd {sjogren.__version__}")
        ctx.exit()


@click.group(
    cls=Lazy, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
def sjd() -> None:
    """Evaluate Sjögren disease (SjD) criteria and terminology on patient facts, with reasons.

    For research, guideline work and case review: it classifies, it does not diagnose.
    """


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command and leave with its exit code; every error ends here, in words and with a code of its own.

    An error that this package does not raise on purpose is a bug: it gets one line, and its traceback when the
    environment variable ``SJD_DEBUG`` is 1.
    """
    atexit.register(gc.freeze)  # a process that ends need not search for cycles through all that it read
    try:
        color = False if os.environ.get("NO_COLOR") else None
        code = sjd.main(args=arguments, prog_name="sjd", standalone_mode=False, color=color)
        sys.stdout.flush()
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        code = INTERRUPTED
    except (_Closed, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except SjogrenError as error:
        tell(error)
        code = error.exit_code
    except Exception as error:
        if os.environ.get("SJD_DEBUG") == "1":
            raise
        what = " ".join(f"{type(error).__name__}: {error}".split())
        click.echo(f"sjd: internal fault: {what}; please {ISSUES}. SJD_DEBUG=1 shows where it happened.", err=True)
        code = INTERNAL
    sys.exit(code if isinstance(code, int) else 0)


def tell(error: SjogrenError) -> None:
    """Print an error on standard error, one line for each finding."""
    if isinstance(error, FindingsError):
        for finding in error.findings:
            click.echo(str(finding), err=True)
        count = len(error.findings)
        click.echo(f"{count} {'problem' if count == 1 else 'problems'} found.", err=True)
    else:
        click.echo(f"sjd: {error}", err=True)
