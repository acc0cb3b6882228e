"""Finds other programs, always by full path and never in the current folder.

On Windows `CreateProcess` looks for a bare name beside the running program and in the current
folder before it searches PATH, and `shutil.which` also searches the current folder first. Anyone
who can put a `git.exe` into an examined folder could have it run. Sources: Microsoft's
documentation of `CreateProcessW`, "lpApplicationName", and of `NeedCurrentDirectoryForExePathW`;
docs.python.org, `shutil.which`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

QUIET = {"NoDefaultCurrentDirectoryInExePath": "1"}
"""Environment variables for a program that may start others: on Windows they are not searched
for in the current folder then. Source: Microsoft, `NeedCurrentDirectoryForExePathW`."""


def find(
    name: str, environment: Mapping[str, str] | None = None, avoid: Sequence[str] = ()
) -> str | None:
    """Return the full path of a program on PATH.

    PATH entries that are empty or relative mean the current folder or one below it; they are
    skipped.

    Args:
        name: The program's name, without a folder and without `.exe`.
        environment: The environment variables; this process's by default.
        avoid: Folders to ignore, even if they are on PATH.

    Returns:
        The path; `None` if the program is not found.
    """
    file = f"{name}.exe" if os.name == "nt" else name  # what CreateProcess can start by itself
    avoided = {_same(folder) for folder in avoid}
    for folder in _folders(os.environ if environment is None else environment):
        path = os.path.join(folder, file)  # noqa: PTH118
        if _same(folder) in avoided or _same(os.path.dirname(os.path.realpath(path))) in avoided:  # noqa: PTH120
            continue
        if os.path.isfile(path) and os.access(path, os.X_OK):  # noqa: PTH113
            return path
    return None


def is_full(path: str) -> bool:
    r"""Return whether a path does not depend on where we are; `C:x` and `\x` on Windows do."""
    if not os.path.isabs(path):  # noqa: PTH117
        return False
    return os.name != "nt" or bool(os.path.splitdrive(path)[0])


def _folders(environment: Mapping[str, str]) -> list[str]:
    path = next((value for name, value in environment.items() if name.upper() == "PATH"), "")
    entries = (entry.strip().strip('"') for entry in path.split(os.pathsep))
    return [entry for entry in entries if is_full(entry)]


def _same(folder: str) -> str:
    return os.path.normcase(os.path.realpath(folder))
