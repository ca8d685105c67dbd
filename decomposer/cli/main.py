"""The entry point: a lazy table of commands, and every way to end.

Exit codes: 0 done; 1 the asked condition fails; 2 bad input or usage; 3 infeasible; 4 only a bound could be
proved; 101 an error of decomposer's own; 130 interrupted.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

import click

from decomposer import __version__
from decomposer.cli.common import Failure, discard_stdout, report_error, wants_json
from decomposer.errors import DecomposerError, Diagnostic
from decomposer.problem.suggest import suggest


class Entry(NamedTuple):
    """A command: its name, where it lives (``module:attribute``), and what it does in one line."""

    name: str
    home: str
    does: str


COMMANDS: tuple[Entry, ...] = (
    Entry("optimize", "decomposer.cli.optimize:optimize", "Find the design of least cost."),
    Entry("compare", "decomposer.cli.compare:compare", "Compare hand designs with the best one, or each other."),
    Entry("explain", "decomposer.cli.explain:explain", "Say why a design is the best, and what each fact is worth."),
    Entry("check", "decomposer.cli.check:check", "Check the proof of an answer independently."),
    Entry("claim", "decomposer.cli.claim:claim", "Prove or refute a claim about costs; repair a refuted one."),
    Entry("effort", "decomposer.cli.effort:effort", "Say what each agent adds, and how large it may be for free."),
    Entry("audit", "decomposer.cli.audit:audit", "Price each fact and assumption, and the facts that would pay."),
    Entry("map", "decomposer.cli.map:regime_map", "Say which design is best under which growth of the parameters."),
    Entry("front", "decomposer.cli.front:front", "List the designs none of which is better in both cost and span."),
    Entry("simulate", "decomposer.cli.simulate:simulate", "Run a design with dice: predicted against counted."),
    Entry("list", "decomposer.cli.list:list_problems", "List the problems shipped with decomposer."),
    Entry("init", "decomposer.cli.init:init", "Write a commented problem file to start from."),
    Entry("schema", "decomposer.cli.schema:schema", "Print the JSON Schema of problem files."),
    Entry("growth", "decomposer.cli.growth:growth", "Compare and simplify growths on their own."),
)
"""Every command, in the order of ``--help``. A module is imported when its command is run, not before."""

INTERNAL_ERROR = 101
INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the table."""
        return [entry.name for entry in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        for entry in COMMANDS:
            if entry.name == cmd_name:
                module, _, attribute = entry.home.partition(":")
                found = getattr(import_module(module), attribute)
                assert isinstance(found, click.Command)
                return found
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name; an unknown one gets a suggestion."""
        name = args[0]
        if not name.startswith("-") and name not in self.list_commands(ctx):
            hint = suggest(name, self.list_commands(ctx))
            raise Failure(Diagnostic(f"there is no command `{name}`", "unknown-command", hint=hint))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table; nothing is imported."""
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.does) for entry in COMMANDS])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: decomposer optimize debugging",
)
@click.version_option(__version__, prog_name="decomposer", message="%(prog)s %(version)s")
def cli() -> None:
    """Find the cheapest way to cut a job into pieces for language models.

    A problem file states what is to be done and what you vouch for; the answer is the design of least
    asymptotic cost, and what it saves against the designs that you drew.
    """


def run() -> int:
    """Run as a process of its own."""
    # A command lives briefly and makes few cycles: collecting them often costs a tenth of its time.
    gc.set_threshold(100_000)
    return main()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; every error is written to stderr.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name, by default those of the process.
    """
    args = list(sys.argv[1:] if argv is None else argv)
    as_json = wants_json(args)
    try:
        code = cli.main(args=args, prog_name="decomposer", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except DecomposerError as error:
        report_error(error.diagnostics, error.file, error.exit_code, as_json)
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except click.ClickException as error:
        report_error((_usage(error),), None, error.exit_code, as_json)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        report_error((Diagnostic("interrupted", "interrupted"),), None, INTERRUPTED, as_json)
        return INTERRUPTED
    except SystemExit:
        # So click ends where the reader of its help has gone.
        discard_stdout()
        return 0
    except Exception as error:
        report_error((_internal(error),), None, INTERNAL_ERROR, as_json)
        return INTERNAL_ERROR


def _usage(error: click.ClickException) -> Diagnostic:
    """Write a usage error: what is wrong, and where to read on."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"try: {context.command_path} --help" if context is not None else ""
    return Diagnostic(error.format_message().rstrip("."), "usage", hint=hint)


def _internal(error: Exception) -> Diagnostic:
    """Write an error that is not the user's; the traceback on request only."""
    if os.environ.get("DECOMPOSER_TRACEBACK") == "1":
        import traceback

        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
        hint = ""
    else:
        hint = "set DECOMPOSER_TRACEBACK=1 to see where; please report it with the input"
    return Diagnostic(f"internal error: {type(error).__name__}: {error}", "internal", hint=hint)
