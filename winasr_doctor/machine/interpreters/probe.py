"""Asks an interpreter about itself, without letting it run any code of its environment.

`-I` alone is not enough: `.pth` files and `sitecustomize` still run. With `-S` they do not, but
then `sys.prefix` of a virtual environment is that of its base. Tried with CPython 3.10 to 3.13.
A `._pth` file overrides even `-S`; see `path_files`, and do not ask such an interpreter.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from winasr_doctor._util.bounded_child import ChildOutput, run
from winasr_doctor.machine.interpreters.model import InterpreterProblem, ProblemKind

LIMIT = 15.0
"""Seconds. Store aliases, lost network drives and virus scanners block for minutes otherwise.
Source: python-environment-tools, issue 463."""

MOST_OUTPUT = 64 * 1024
"""Bytes; a real answer has about one thousand."""

_SAID = 200

_SCRIPT = """
import os, sys
show = getattr(__builtins__, "ascii", repr)
kind = getattr(sys, "implementation", None)
answer = (
    list(sys.version_info), getattr(kind, "name", "cpython"), sys.maxsize > 2 ** 32,
    sys.executable or "", sys.prefix, getattr(sys, "base_prefix", sys.prefix), list(sys.path),
)
sys.stdout.write("\\n" + sys.argv[1] + show(answer) + sys.argv[1] + "\\n")
sys.stdout.flush()
os._exit(0)
"""
"""Valid in Python 2 as well, so that an old interpreter can say what it is."""

_ISOLATED = ("-I", "-S", "-B", "-c")
_BEFORE_3_4 = ("-E", "-s", "-S", "-B", "-c")
"""Python 2 has no `-I`. Source: docs.python.org, "Command line and environment"."""

_NO_ISOLATION = b"Unknown option: -I"
_USAGE = 2
_STUB = 9009
"""The exit code of the Store's alias, which is cmd's for a program that was not found."""


class ProbeAnswer(msgspec.Struct, frozen=True, array_like=True):
    """What an interpreter says about itself."""

    version_info: tuple[int, int, int, str, int]
    implementation: str
    wide: bool
    """Whether it is a 64-bit program."""
    executable: str
    prefix: str
    base_prefix: str
    path: tuple[str, ...]


class Probed(NamedTuple):
    """The outcome of asking an interpreter."""

    answer: ProbeAnswer | None
    problems: tuple[InterpreterProblem, ...]


def ask(program: str, *, limit: float = LIMIT) -> Probed:
    """Ask an interpreter for its version, its prefixes and its path.

    Args:
        program: The full path of the interpreter.
        limit: Seconds that it may take.

    Returns:
        The answer, if it can be used, and everything that was wrong.
    """
    output, sentinel = _run(program, _ISOLATED, limit)
    said = output.stderr
    if output.end == "ended" and output.code == _USAGE and sentinel not in output.stdout:
        output, sentinel = _run(program, _BEFORE_3_4, limit)
    answer, noise = _read(output.stdout, sentinel)
    found = _problem(output, answer, noise, limit)
    if answer is None and _NO_ISOLATION in said:
        found = ("python-2", "it does not know the option -I, which every Python since 3.4 has")
    problems = () if found is None else (InterpreterProblem(kind=found[0], detail=found[1]),)
    return Probed(answer, problems)


def _run(program: str, options: tuple[str, ...], limit: float) -> tuple[ChildOutput, bytes]:
    sentinel = f"<{os.urandom(16).hex()}>"
    output = run(
        [program, *options, _SCRIPT, sentinel],
        limit=limit,
        most=MOST_OUTPUT,
        flood=MOST_OUTPUT,
        environment=neutral(os.environ),
    )
    return output, sentinel.encode()


def neutral(variables: Mapping[str, str]) -> dict[str, str]:
    """Return environment variables without those that change how Python starts."""
    return {
        name: value
        for name, value in variables.items()
        if not name.upper().startswith("PYTHON") and name != "__PYVENV_LAUNCHER__"
    }


def _read(stdout: bytes, sentinel: bytes) -> tuple[ProbeAnswer | None, str]:
    """Return the answer between the sentinels, and what was printed before it."""
    before, _, rest = stdout.partition(sentinel)
    text, closed, _ = rest.partition(sentinel)
    noise = before.decode("utf-8", "replace").strip()
    if not closed:
        return None, noise
    try:
        value: Any = ast.literal_eval(text.decode("ascii"))
        return msgspec.convert(value, ProbeAnswer), noise
    except (ValueError, SyntaxError, RecursionError, MemoryError, msgspec.ValidationError):
        return None, noise


def _problem(
    output: ChildOutput, answer: ProbeAnswer | None, noise: str, limit: float
) -> tuple[ProblemKind, str] | None:
    """Return what was wrong, and a sentence about it without its full stop."""
    if output.end == "not-started":
        return "not-started", f"it cannot be started: {_reason(output.error)}"
    if output.end == "late":
        return "hang", f"it did not answer within {limit:g} s and was ended"
    if output.end == "flood":
        return "flood", f"it printed more than {MOST_OUTPUT // 1024} KiB and was ended"
    return _problem_of_answer(output, answer, noise)


def _problem_of_answer(
    output: ChildOutput, answer: ProbeAnswer | None, noise: str
) -> tuple[ProblemKind, str] | None:
    if answer is None:
        kind: ProblemKind = "store-stub" if output.code == _STUB else "no-answer"
        return kind, f"it ended with exit code {output.code} and {_words(output, noise)}"
    if answer.version_info[0] < 3:  # noqa: PLR2004 - Python 3
        return "python-2", "it says so itself"
    return ("noise", f"before it answered, it printed: {noise[:_SAID]}") if noise else None


def _reason(error: OSError | None) -> str:
    if error is None:
        return "for an unknown reason"
    code = getattr(error, "winerror", None)
    return f"{error.strerror or error}" + (f" [WinError {code}]" if code else "")


def _words(output: ChildOutput, noise: str) -> str:
    lines = (output.stderr.decode("utf-8", "replace").strip() or noise).splitlines()
    return f"printed: {lines[-1].strip()[:_SAID]}" if lines else "without an answer"
