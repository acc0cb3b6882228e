"""Completes commands in a shell: the script that `--completion` prints, and what that script asks.

Click has the scripts: those for bash, fish and zsh since 8.0, the one for PowerShell since 8.5. A
script starts `winasr-doctor` with the words typed so far in environment variables.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from copy import copy

import click
from click.shell_completion import CompletionItem, get_completion_class, shell_complete

from winasr_doctor._util.input_error import InputError
from winasr_doctor.cli.console import COMPLETING
from winasr_doctor.machine.examples import example_names

_PROGRAM = "winasr-doctor"
_PATHS = re.compile(r"\b(DIR|FILE|PATH|SCRIPT|SOURCE|what)")


def script(cli: click.Command, shell: str) -> str:
    """Return the script that makes a shell complete `winasr-doctor`.

    Args:
        cli: The command line.
        shell: The shell's name, as Click has it.

    Raises:
        InputError: The installed Click has no script for this shell.
    """
    found = get_completion_class(shell)
    if found is None:
        raise InputError(f"completion in {shell} needs Click 8.5 or newer (the package click)")
    return found(cli, {}, _PROGRAM, COMPLETING).source()


def answer(cli: click.Command) -> int:
    """Print what a shell's script asks for, and return the exit code.

    Nothing is said about an error: a shell would show it inside the line that is being typed.

    Args:
        cli: The command line.
    """
    try:
        return shell_complete(cli, {}, _PROGRAM, COMPLETING, os.environ[COMPLETING])
    except Exception:  # noqa: BLE001 - as above
        return 1


def first_word(
    scan: click.Command, ctx: click.Context, incomplete: str, commands: Mapping[str, str]
) -> Iterator[CompletionItem]:
    """Yield what the first word can be, beside the options of the command line itself.

    Args:
        scan: The default command, whose options may come first.
        ctx: The context of the command line.
        incomplete: What was typed of the word.
        commands: The commands' names, and what each does.
    """
    if incomplete.startswith("-"):
        yield from scan.shell_complete(click.Context(scan, parent=ctx), incomplete)
        return
    found = [name for name in commands if name.startswith(incomplete)]
    yield from (CompletionItem(name, help=commands[name]) for name in found)
    if not found and not _is_powershell():
        yield CompletionItem(incomplete, type="file")


def with_values(command: click.Command) -> click.Command:
    """Return a command that also completes paths, which `metavar` marks, and names of examples.

    Args:
        command: The command.
    """
    completed = copy(command)
    completed.params = [_with_values(copy(each)) for each in command.params]
    return completed


def _with_values(parameter: click.Parameter) -> click.Parameter:
    if parameter.type in (click.STRING, click.UNPROCESSED):
        if parameter.name in _VALUES:
            parameter.type = click.Choice(_VALUES[parameter.name]())
        elif _PATHS.search(parameter.metavar or str(parameter.name)) and not _is_powershell():
            parameter.type = click.Path()
    return parameter


_VALUES: dict[str, Callable[[], tuple[str, ...]]] = {"example": example_names}
"""Options with few values that are not choices, since a wrong one has a sentence of its own."""


def _is_powershell() -> bool:
    """Return whether PowerShell asks, which completes and quotes paths by itself if we do not."""
    return os.environ.get(COMPLETING, "").startswith("powershell")
