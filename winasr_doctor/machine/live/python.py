"""Reads the Python interpreter that runs the app: the one of this process, or another one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from winasr_doctor.machine.base import Unreadable
from winasr_doctor.machine.live.packages import is_installed
from winasr_doctor.machine.model import PythonRuntime

if TYPE_CHECKING:
    from winasr_doctor.machine.interpreters.model import OutsideInterpreter
    from winasr_doctor.machine.live.machine import LiveMachine

_SUFFIXES = {"alpha": "a", "beta": "b", "candidate": "rc"}

_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}

_DOCTOR = "winasr_doctor"

_STORE_PACKAGE = "\\windowsapps\\pythonsoftwarefoundation.python."
"""Part of the path of every Python from the Microsoft Store. Source: docs.python.org, "Using Python
on Windows".
"""


def read(host: LiveMachine) -> PythonRuntime:
    """Read the interpreter that the scan is about."""
    if host.outside is None:
        return own()
    path = host.interpreter.search_path
    return of_another(host.interpreter, has_doctor=is_installed(_DOCTOR, path))


def of_another(found: OutsideInterpreter, *, has_doctor: bool = False) -> PythonRuntime:
    """Describe another interpreter.

    Its UTF-8 mode and the encoding of its console are not known.

    Args:
        found: What was read from outside.
        has_doctor: Whether the doctor is installed for it, too.

    Raises:
        Unreadable: Its version could not be read.
    """
    if found.version is None:
        reasons = [problem.detail for problem in found.problems]
        raise Unreadable(f"the version of {found.executable} is not known: {'; '.join(reasons)}")
    return PythonRuntime(
        version=found.version,
        implementation=found.implementation,
        bits=found.bits or 64,
        executable=found.executable,
        prefix=found.prefix,
        base_prefix=found.base_prefix or found.prefix,
        store_build=is_store_build(found.base_prefix or "", found.executable),
        doctor=None if has_doctor else sys.executable or None,
    )


def own() -> PythonRuntime:
    """Read the interpreter of this process."""
    info = sys.version_info
    suffix = f"{_SUFFIXES[info.releaselevel]}{info.serial}" if info.releaselevel != "final" else ""
    name = sys.implementation.name
    return PythonRuntime(
        version=f"{info.major}.{info.minor}.{info.micro}{suffix}",
        implementation=_IMPLEMENTATIONS.get(name, name),
        bits=64 if sys.maxsize > 2**32 else 32,
        executable=sys.executable or "",
        prefix=sys.prefix,
        base_prefix=sys.base_prefix,
        store_build=is_store_build(sys.base_prefix, sys.executable or ""),
        utf8_mode=bool(sys.flags.utf8_mode),
        stdout_encoding=getattr(sys.stdout, "encoding", None),
    )


def is_store_build(*paths: str) -> bool:
    """Return whether a Python comes from the Microsoft Store, by its paths.

    Args:
        paths: Its base prefix and its executable.
    """
    return any(_STORE_PACKAGE in path.replace("/", "\\").casefold() for path in paths)
