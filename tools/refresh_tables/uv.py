"""Asks a package index through uv what would be installed on Windows."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

PURE_SOURCES = ("antlr4-python3-runtime", "docopt", "kaldi-python-io", "sox", "wget")
"""Published as pure-Python sources only: pip builds them anywhere, without a compiler."""

_NO_WHEEL = re.compile(r"Wheels are required for `([A-Za-z0-9._-]+)`")

Run = Callable[[list[str], str], "Answer"]
"""Runs a program with a text on its standard input."""


class Answer(NamedTuple):
    """What a program wrote."""

    ok: bool
    out: str
    err: str


class ResolutionError(RuntimeError):
    """The index could not be asked, or gave an answer of an unknown kind."""


def run(command: list[str], stdin: str) -> Answer:
    """Run a program; uv downloads no Python for it."""
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, env=environment, check=False
    )
    return Answer(done.returncode == 0, done.stdout, done.stderr)


def compile_command(python: str, overrides: str) -> list[str]:
    """Return the line that resolves for 64-bit Windows from wheels and pure-Python sources.

    Args:
        python: The Python version, such as `3.14`.
        overrides: A file of requirements that take the place of declared ones.
    """
    command = ["uv", "pip", "compile", "--python-platform", "x86_64-pc-windows-msvc"]
    command += ["--python-version", python, "--index-strategy", "unsafe-best-match"]
    command += ["--no-header", "--no-annotate", "--only-binary", ":all:"]
    for name in PURE_SOURCES:
        command += ["--no-binary", name]
    return [*command, "--overrides", overrides, "-"]


def without_wheels(requirement: str, python: str, ask: Run = run, most: int = 16) -> list[str]:
    """Return the distributions that keep a requirement from being installed from wheels.

    Each that is found is left out from then on, until the rest resolves. None is built.

    Args:
        requirement: Such as `nemo_toolkit[asr]==3.0.0`.
        python: The Python version, such as `3.14`.
        ask: Runs uv.
        most: How many times to ask.

    Raises:
        ResolutionError: It cannot be resolved for another reason, or not in so many times.
    """
    missing: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        overrides = Path(folder, "overrides.txt")
        for _ in range(most):
            left_out = (f"{name}; sys_platform == 'none'\n" for name in sorted(missing))
            overrides.write_text("".join(left_out), encoding="utf-8")
            answer = ask(compile_command(python, str(overrides)), requirement + "\n")
            if answer.ok:
                return sorted(missing)
            named = set(_NO_WHEEL.findall(answer.err)) - missing
            if not named:
                raise ResolutionError(answer.err.strip())
            missing |= named
    raise ResolutionError(f"{requirement} lacks more than {most} wheels")


def newest(distribution: str, ask: Run = run) -> str:
    """Return the newest release of a distribution that has a wheel or is pure Python.

    Args:
        distribution: Its name.
        ask: Runs uv.

    Raises:
        ResolutionError: The index does not know it.
    """
    command = ["uv", "pip", "compile", "--no-deps", "--no-header", "--no-annotate", "--quiet"]
    command += ["--python-version", "3.12", "--index-strategy", "unsafe-best-match"]
    answer = ask([*command, "-"], distribution + "\n")
    found = re.search(r"==([0-9][0-9A-Za-z.+!]*)", answer.out)
    if not answer.ok or found is None:
        raise ResolutionError(answer.err.strip() or f"no release of {distribution} was found")
    return found[1]


def requirements_of(distribution: str, version: str, ask: Run = run) -> list[str]:
    """Return a release's `Requires-Dist`, read from its installed metadata.

    Args:
        distribution: Its name.
        version: The release.
        ask: Runs uv.

    Raises:
        ResolutionError: It could not be installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = ["uv", "pip", "install", "--no-deps", "--target", folder]
        answer = ask([*command, f"{distribution}=={version}"], "")
        if not answer.ok:
            raise ResolutionError(answer.err.strip())
        found = next(Path(folder).glob("*.dist-info"))
        return metadata.Distribution.at(found).requires or []
