"""Builds the command line of the app's interpreter: this one, with its own options."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from winasr_doctor.run.launching import arguments_for
from winasr_doctor.run.target import TargetError

_WITH_VALUE = {"W", "X"}
_LAST = {"c", "m"}
"""Options after which all arguments belong to the program. Source: docs.python.org, "Command line
and environment".
"""


def reads_startup() -> bool:
    """Return whether this Python uses PYTHONPATH and imports a `sitecustomize` from there.

    It does not with -I, -E or -S, nor if a `._pth` file sets the path. Source: docs.python.org,
    "Command line and environment" and "Using Python on Windows".
    """
    flags = sys.flags
    return not (flags.isolated or flags.ignore_environment or flags.no_site)


def command_for(app: Sequence[str]) -> list[str]:
    """Return the command line that starts an app with the guard.

    Args:
        app: The app and its arguments, as for `python`.

    Raises:
        TargetError: Python does not know the path of its own executable.
    """
    if not sys.executable:
        raise TargetError("Python does not know its own path here, so no app can be started")
    arguments = list(app) if reads_startup() else arguments_for(app)
    return [sys.executable, *own_options(), *arguments]


def own_options(command: Sequence[str] | None = None) -> list[str]:
    """Return the options of this interpreter, such as `-O` or `-X utf8`, for the app's.

    Args:
        command: The command that started it; by default `sys.orig_argv`.
    """
    given = iter((sys.orig_argv if command is None else command)[1:])
    options: list[str] = []
    for argument in given:
        if not argument.startswith("-") or argument == "-":
            break
        if argument.startswith("--"):  # only --check-hash-based-pycs MODE
            options += [argument, *([next(given, "")] if "=" not in argument else [])]
            continue
        ends, needs_value = _read_cluster(argument[1:])
        if ends is not None:
            options += [f"-{argument[1 : 1 + ends]}"] if ends else []
            break
        options.append(argument)
        if needs_value:
            options.append(next(given, ""))
    return options


def _read_cluster(letters: str) -> tuple[int | None, bool]:
    """Find the program in option letters such as `Bm`; return where, and if a value follows."""
    for place, letter in enumerate(letters):
        if letter in _LAST:
            return place, False
        if letter in _WITH_VALUE:
            return None, place == len(letters) - 1
    return None, False
