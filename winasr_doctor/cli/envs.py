"""`envs`: lists this machine's Python environments."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from winasr_doctor._util.shells import quoted_for_posix, quoted_for_powershell
from winasr_doctor.cli.console import progress, stdout_encoding, write_report
from winasr_doctor.report.escaping import visible

if TYPE_CHECKING:
    from winasr_doctor.machine.interpreters.model import FoundEnvironment, FoundEnvironments


@click.command("envs")
@click.option("--app", multiple=True, metavar="PATH", help="An app's folder, to look there first.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.option("--output", "-o", metavar="FILE", help="Where to write the list; stdout else.")
def command(app: Sequence[str], format_: str, output: str | None) -> None:
    """List this machine's Python environments, those with NeMo first.

    It looks beside the app and the current folder, in the lists of conda, the registry and other
    managers, in the usual folders, and at running programs. It starts nothing, imports nothing and
    searches no drive.
    """
    from winasr_doctor.machine.interpreters.document import encode
    from winasr_doctor.machine.interpreters.search import environments

    found = environments(app)
    text = encode(found) if format_ == "json" else "".join(map(_line, _lines(found)))
    to_file = output not in (None, "-")
    encoding = "utf-8" if to_file or format_ == "json" else stdout_encoding()
    write_report(text, output, encoding=encoding)
    if not found.complete:
        progress("The list is not complete: looking at everything would have taken too long.")


def _line(text: str) -> str:
    """Return one line for the terminal; a path may contain anything, also line ends."""
    return visible(text).replace("\n", "\\n") + "\n"


def _lines(found: FoundEnvironments) -> Iterator[str]:
    if not found.items:
        yield "No Python environment was found in the usual places."
        return
    for each in found.items:
        yield each.path
        yield f"  {_versions(each)}"
        yield f"  found: {'; '.join(each.found)}"
        if each.problem:
            yield f"  cannot be used: {each.problem}"
        elif each.nemo_toolkit:
            yield f"  scan it: python -m winasr_doctor scan --python {_quoted(each.path)}"
        yield ""
    with_nemo = sum(each.nemo_toolkit is not None for each in found.items)
    yield f"{len(found.items)} found, {with_nemo} with NeMo."


def _versions(each: FoundEnvironment) -> str:
    named = (("Python", each.python), ("NeMo", each.nemo_toolkit), ("torch", each.torch))
    words = [f"{name} {version}" if version else f"no {name}" for name, version in named[1:]]
    return ", ".join([f"Python {each.python or '(version not known)'}", *words])


def _quoted(path: str) -> str:
    return quoted_for_powershell(path) if os.name == "nt" else quoted_for_posix(path)
