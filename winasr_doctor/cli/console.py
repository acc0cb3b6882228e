"""Writes to a terminal, a pipe or a file, whatever its encoding."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable

import click

from winasr_doctor._util.input_error import InputError

_WIDEST = 100


class StreamClosedError(Exception):
    """The reader of our output has closed it, or the output cannot be written."""


COMPLETING = "_WINASR_DOCTOR_COMPLETE"
"""The environment variable in which a shell's script asks for completions."""


def stdout_encoding() -> str:
    """Return the encoding that the terminal or pipe behind stdout expects."""
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def stdout_width() -> int:
    """Return the columns to fill: the terminal's width, 80 without one, at most 100."""
    return min(_columns(), _WIDEST)


def _columns() -> int:
    """Return what `shutil.get_terminal_size` would; importing shutil takes 2 ms."""
    try:
        columns = int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        columns = 0
    try:
        stdout = sys.__stdout__
        return columns if columns > 0 else os.get_terminal_size(stdout.fileno()).columns or 80  # type: ignore[union-attr] # an AttributeError where there is no stdout
    except (AttributeError, ValueError, OSError):
        return 80


def wants_colour() -> bool:
    """Return whether stdout is a terminal that has not requested plain text (no-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout is not None and sys.stdout.isatty()


def write_report(text: str, output: str | None, *, encoding: str) -> None:
    """Write a report to a file or to stdout.

    Args:
        text: The report.
        output: The file to write; `None` or `-` for stdout.
        encoding: The encoding; a character that it lacks is written as an escape.

    Raises:
        InputError: The file cannot be written.
        StreamClosedError: stdout is closed, or its reader has closed it.
    """
    write_lines((text,), output, encoding=encoding)


def write_lines(lines: Iterable[str], output: str | None, *, encoding: str) -> None:
    """Write lines as they come; see `write_report`.

    Args:
        lines: The lines, with their line ends.
        output: The file to write; `None` or `-` for stdout.
        encoding: The encoding; a character that it lacks is written as an escape.

    Raises:
        InputError: The file cannot be written.
        StreamClosedError: stdout is closed, or its reader has closed it.
    """
    if output is None or output == "-":
        for line in lines:
            _write_to_stdout(line, encoding)
        return
    documents = (line.encode(encoding, "backslashreplace") for line in lines)
    try:
        with open(output, "wb") as file:  # noqa: PTH123 - pathlib takes 4 ms to import
            file.writelines(documents)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot write the report to {output}: {reason}") from error


def _write_to_stdout(text: str, encoding: str) -> None:
    try:
        stream = getattr(sys.stdout, "buffer", None)
        if stream is not None:
            stream.write(text.encode(encoding, "backslashreplace"))
        else:
            sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError) as error:
        raise StreamClosedError(f"the report could not be written: {_why(error)}") from error


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and not _is_closed_pipe(error):
        return f"stdout: {error.strerror or error}"
    return "stdout is closed"


def _is_closed_pipe(error: OSError) -> bool:
    """Return whether the reader is gone; Windows reports EINVAL. Source: CPython, bpo-35754."""
    return isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)


def abandon_stdout() -> None:
    """Keep the interpreter from reporting a closed stdout at exit."""
    try:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - until exit
    except OSError:
        sys.stdout = None  # Python itself uses this for "none"


def progress(line: str) -> None:
    """Print a line to stderr before a slow operation."""
    click.echo(line, err=True)
