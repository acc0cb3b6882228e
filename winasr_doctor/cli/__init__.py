"""The command line: its commands and the meaning of each exit code.

Each command is in the module of the same name and is imported when used.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

import click

from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli.console import COMPLETING, StreamClosedError, abandon_stdout
from winasr_doctor.cli.first_contact import unknown, with_command
from winasr_doctor.version import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PASSED, INTERNAL_ERROR, BAD_INPUT, FAILED, WARNED = range(5)
"""The exit codes."""

COMMANDS = {
    "scan": "Scan this machine (or a recorded one) for what will break. The default.",
    "explain": "Explain a traceback, a log, a message, a known error, a number or a check.",
    "envs": "List this machine's Python environments, those with NeMo first.",
    "snapshot": "Record this machine, redacted, for `scan --snapshot` elsewhere.",
    "who": "Show which other programs have these files or folders open.",
    "fix": "Show the remedies as exact steps; perform those that are safe and reversible.",
    "sweep": "Remove leftovers of earlier failed cleanups.",
    "run": "Run an unmodified app with a safe TEMP and the guard on.",
    "selftest": "Load the bundled model, transcribe the bundled recordings and check the text.",
    "transcribe": "Transcribe recordings of any length to text, subtitles or JSON.",
    "probe": "Measure how long new files stay locked in TEMP and in other folders.",
    "ui": "Open the transcription page in the browser.",
    "bug-report": "Make one redacted file for a bug report, and a text to paste.",
    "fleet": "Report about many machines; write scripts that collect from them.",
    "gate": "Scan, fault suite and self-test: one verdict for a release, one JUnit file.",
}

SHELLS = ("bash", "fish", "powershell", "zsh")
"""The shells that complete commands."""

_EPILOG = "Exit codes: 0 pass, 1 internal error, 2 bad input, 3 errors found, 4 warnings found."


class Commands(click.Group):
    """The commands, each imported when used; `scan` is the default."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names in the order of the help."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module and return its command."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"{__name__}.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)  # noqa: S101 - our own modules
        if ctx.resilient_parsing:
            from winasr_doctor.cli.completion import with_values

            return with_values(command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command in front that is meant by options or by a file."""
        own = {"--help", "-h", "--version", "--completion"}
        if not args and ctx.resilient_parsing:  # the first word is being completed
            return super().parse_args(ctx, args)
        if not args or (args[0].startswith("-") and args[0].partition("=")[0] not in own):
            args = ["scan", *args]
        return super().parse_args(ctx, with_command(args, COMMANDS))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the first word: a command, a file, or an option of ours or of `scan`."""
        from winasr_doctor.cli.completion import first_word

        scan = self.get_command(ctx, "scan")
        assert scan is not None  # noqa: S101 - it is one of ours
        own = click.Command.shell_complete(self, ctx, incomplete)
        return [*own, *first_word(scan, ctx, incomplete, COMMANDS)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say what may have been meant."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise InputError(unknown(args[0], COMMANDS))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any of them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_completion(ctx: click.Context, _option: click.Parameter, shell: str | None) -> None:
    if shell and not ctx.resilient_parsing:
        from winasr_doctor.cli.completion import script

        click.echo(script(cli, shell), nl=False)
        ctx.exit(PASSED)


@click.group(
    cls=Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="winasr_doctor")
@click.option(
    "--completion",
    type=click.Choice(SHELLS),
    is_eager=True,
    expose_value=False,
    callback=_print_completion,
    help="Print the script that lets a shell complete the commands of winasr-doctor.",
)
def cli() -> None:
    """Find, explain and survive Windows file locks around NVIDIA NeMo speech recognition."""


def main(arguments: Sequence[str] | None = None, *, in_processes: bool = False) -> None:
    """Run the command line and exit.

    Args:
        arguments: The arguments; by default from `sys.argv`.
        in_processes: Whether a long scan may use other processes. They import the main module
            again, so it must be `winasr_doctor.__main__` or one that may be imported, too.

    Raises:
        SystemExit: Always; its code is one of this module's exit codes.
    """
    if arguments is None and os.environ.get(COMPLETING):
        from winasr_doctor.cli.completion import answer

        sys.exit(answer(cli))
    try:
        code = cli.main(
            None if arguments is None else list(arguments),
            prog_name="python -m winasr_doctor",
            standalone_mode=False,
            obj=in_processes,
        )
    except click.exceptions.NoArgsIsHelpError as usage:
        usage.show()
        code = BAD_INPUT
    except click.ClickException as bad_input:
        bad_input.show()
        code = BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        code = INTERNAL_ERROR
    except StreamClosedError as closed:
        abandon_stdout()
        click.echo(f"Error: {closed}", err=True)
        code = BAD_INPUT
    except Exception:  # noqa: BLE001 - the outermost edge: say so, and how to report it
        import traceback

        traceback.print_exc()
        click.echo(
            "This is a bug in winasr_doctor. Please report it with the text above and, if you"
            " can, the file that this makes: python -m winasr_doctor bug-report",
            err=True,
        )
        code = INTERNAL_ERROR
    sys.exit(code or PASSED)
