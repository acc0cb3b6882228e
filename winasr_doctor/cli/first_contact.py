"""Finds the command that is meant by a file name, or by a mistyped name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

_SOURCE = (".py", ".pyw", ".ipynb")
_REPORT = ".zip"
_SNAPSHOT = b'"winasr-doctor/snapshot/'
_HEAD = 4096
"""Bytes in which a recorded machine names its schema."""


def with_command(arguments: Sequence[str], commands: Iterable[str]) -> list[str]:
    """Return the arguments with the command that is meant in front.

    A file or folder of source is scanned, a recorded machine or a bug report too; any other file is
    a log, which is explained.

    Args:
        arguments: What was typed.
        commands: The names of the commands; they win over files of the same name.
    """
    first = arguments[0]
    if first in commands or first.startswith("-") or not os.path.exists(first):  # noqa: PTH110
        return list(arguments)
    if os.path.isdir(first) or first.lower().endswith(_SOURCE):  # noqa: PTH112
        return ["scan", *arguments]
    if first.lower().endswith(_REPORT) or _is_snapshot(first):
        return ["scan", "--snapshot", *arguments]
    return ["explain", *arguments]


def _is_snapshot(file: str) -> bool:
    if not file.lower().endswith(".json"):
        return False
    try:
        with open(file, "rb") as stream:  # noqa: PTH123 - pathlib takes 4 ms to import
            return _SNAPSHOT in stream.read(_HEAD)
    except OSError:
        return False


def unknown(name: str, commands: Iterable[str]) -> str:
    """Return the sentence about a name that is neither a command nor a file.

    Args:
        name: What was typed.
        commands: The names of the commands.
    """
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), list(commands), 2, 0.6)
    if near:
        return f"there is no command or file called {name!r}; did you mean {' or '.join(near)}?"
    return (
        f"there is no command or file called {name!r}; --help lists the commands, and"
        " `explain` takes codes, numbers and messages"
    )
