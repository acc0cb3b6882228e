"""The interpreter that an app is started with: this one, with the options it was started with."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from winasr_doctor.run.launching import arguments_for
from winasr_doctor.run.target import TargetError

_WITH_VALUE = {"W", "X"}
_LAST = {"c", "m"}
"""Options after which everything belongs to the program.
Source: docs.python.org, "Command line and environment"."""


def reads_startup() -> bool:
    """Tell whether this Python looks at PYTHONPATH and imports a `sitecustomize` from there.

    Not with -I, -E or -S, and not where a `._pth` file sets the path. Source: docs.python.org,
    "Command line and environment" and "Using Python on Windows".
    """
    flags = sys.flags
    return not (flags.isolated or flags.ignore_environment or flags.no_site)


def command_for(app: Sequence[str]) -> list[str]:
    """Return the command line that starts an app guarded.

    Args:
        app: The app and its arguments, as `python` takes them.

    Raises:
        TargetError: Python does not know where it is itself.
    """
    if not sys.executable:
        raise TargetError("Python does not know its own path here, so no app can be started")
    arguments = list(app) if reads_startup() else arguments_for(app)
    return [sys.executable, *own_options(), *arguments]


def own_options(command: Sequence[str] | None = None) -> list[str]:
    """Return the options of the interpreter, such as `-O` or `-X utf8`, for the app's too.

    Args:
        command: How it was started; `sys.orig_argv` by default.
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
    """Return where the program begins among letters such as `Bm`, and whether a value follows."""
    for place, letter in enumerate(letters):
        if letter in _LAST:
            return place, False
        if letter in _WITH_VALUE:
            return None, place == len(letters) - 1
    return None, False
