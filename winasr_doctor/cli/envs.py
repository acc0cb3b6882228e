"""`envs`: lists this machine's Python environments."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from winasr_doctor._util.shells import quoted_for_posix, quoted_for_powershell
from winasr_doctor.cli.console import progress, write_report
from winasr_doctor.cli.output import write_blocks


@click.command("envs")
@click.option("--app", multiple=True, metavar="PATH", help="An app's folder, to look there first.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.option("--output", "-o", metavar="FILE", help="Where to write the list; by default stdout.")
def command(app: Sequence[str], format_: str, output: str | None) -> None:
    """List this machine's Python environments, those with NeMo first.

    It looks beside the app and the current folder, in the lists of conda, the registry and other
    managers, in the usual folders, and at running programs. It starts nothing, imports nothing and
    searches no drive.
    """
    from winasr_doctor.machine.interpreters.document import encode
    from winasr_doctor.machine.interpreters.search import environments
    from winasr_doctor.machine.interpreters.showing import show

    found = environments(app)
    if format_ == "json":
        write_report(encode(found), output, encoding="utf-8")
    else:
        write_blocks(show(found, _quoted, _doctor()), output)
    if not found.complete:
        progress("The list is incomplete: a complete search would take too long.")


def _doctor() -> str:
    """Return the command that starts this doctor, wherever it is installed."""
    call = "& " if os.name == "nt" else ""
    return f"{call}{_quoted(sys.executable or 'python')} -m winasr_doctor"


def _quoted(path: str) -> str:
    return quoted_for_powershell(path) if os.name == "nt" else quoted_for_posix(path)
