"""Reads an environment: first its files, then, only where they leave a gap, its interpreter."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from winasr_doctor.machine.interpreters import (
    binary,
    layout,
    path_files,
    rights,
    store,
    versions,
)
from winasr_doctor.machine.interpreters.layout import Located, NoInterpreterError
from winasr_doctor.machine.interpreters.model import (
    InterpreterProblem,
    OutsideInterpreter,
    ProblemKind,
)
from winasr_doctor.machine.interpreters.probe import Probed, ask
from winasr_doctor.machine.interpreters.search_path import Prefixes, search_path
from winasr_doctor.machine.model import Account

Ask = Callable[[str], Probed]

_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}
_LEVELS = {"alpha": "a", "beta": "b", "candidate": "rc"}
_HOPELESS: tuple[ProblemKind, ...] = ("store-stub", "base-gone", "no-interpreter", "python-2")
"""With these problems, nothing is gained by starting the interpreter."""


class _Base(NamedTuple):
    """The installation that an environment belongs to."""

    prefix: Path | None
    program: Path


def read_static(located: Located, variables: Mapping[str, str] = os.environ) -> OutsideInterpreter:
    """Read an environment from its files; nothing is started.

    Args:
        located: The environment.
        variables: The environment variables that its Python would be started with.
    """
    base = _base_of(located)
    problems = tuple(_problems(located, base))
    stated = _version(located, base)
    number = versions.minor(stated.version if stated else None) or (
        None if base.prefix is None else versions.minor_of(base.prefix, located.windows)
    )
    if number is not None and number.startswith("2."):
        problems += (_problem("python-2", f"its files are those of Python {number}"),)
    head = binary.header(base.program) or binary.header(located.executable)
    read = OutsideInterpreter(
        given=located.given,
        layout=located.layout,
        executable=located.executable,
        prefix=located.prefix,
        base_prefix=None if base.prefix is None else str(base.prefix),
        version=stated.version if stated else None,
        version_source=stated.source if stated else None,
        bits=None if head is None else (32 if head.bits == 32 else 64),  # noqa: PLR2004
        processor=None if head is None else head.processor,
        problems=problems,
    )
    return _with_path(read, located, number or _minor_of_venv(located), variables)


def read(
    located: Located,
    account: Account,
    variables: Mapping[str, str] = os.environ,
    ask_it: Ask = ask,
) -> OutsideInterpreter:
    """Read an environment; ask its interpreter where the files do not say enough.

    Args:
        located: The environment.
        account: The account of this process; one with elevated rights starts nothing that others
            can write.
        variables: The environment variables that its Python would be started with.
        ask_it: Asks an interpreter; tests replace it.
    """
    found = read_static(located, variables)
    if not _has_gap(found) or found.problem(*_HOPELESS):
        return found
    base = _base_of(located).program
    override = path_files.beside(located.executable, str(base))
    if override is not None:
        detail = f"{override} can make it run code of its environment, whatever its options are"
        return _with_problem(found, "unsafe", detail)
    refused = rights.refusal(account, located.executable)
    if refused is not None:
        return _with_problem(found, "refused", refused)
    return _merged(found, located, ask_it(located.executable), variables)


def _has_gap(found: OutsideInterpreter) -> bool:
    return found.version is None or found.base_prefix is None or not found.search_path


def _base_of(located: Located) -> _Base:
    program = Path(located.executable)
    if located.config is None:
        known = located.layout != "unknown" and program.exists()
        return _Base(Path(located.prefix) if known else None, program)
    home = located.config.home
    named = located.config.executable
    names = (
        [Path(home, program.name), Path(home, "python.exe"), Path(home, "python3")] if home else []
    )
    candidates = [*([Path(named)] if named else []), *names]
    chosen = next((each for each in candidates if each.is_file()), program)
    if not chosen.exists() or chosen == program:
        return _Base(None, chosen)
    if located.windows:
        return _Base(chosen.parent, chosen)
    return _Base(next(layout.landmarks(Path(os.path.realpath(chosen))), None), chosen)


def _problems(located: Located, base: _Base) -> list[InterpreterProblem]:
    if store.is_stub(located.executable):
        return [_problem("store-stub", f"{located.executable} is an alias without a Python")]
    config = located.config
    if config is not None and (gone := _gone(located)):
        return [_problem("base-gone", gone)]
    if not Path(located.executable).exists():
        return [_problem("no-interpreter", f"{located.executable} does not exist")]
    if config is not None and base.prefix is not None:
        return list(_replaced(located, base.prefix))
    return []


def _gone(located: Located) -> str | None:
    """Return what is missing of the Python that a virtual environment was made with."""
    assert located.config is not None  # noqa: S101 - the caller has looked
    home = located.config.home
    if home is None:
        return f"{Path(located.prefix, 'pyvenv.cfg')} does not say which Python it belongs to"
    if not Path(home).is_dir():
        return f"the Python it was made with is gone: {home} does not exist"
    names = ("python.exe",) if located.windows else (Path(located.executable).name, "python3")
    real = not located.windows and Path(located.executable).exists()
    if real or any(Path(home, name).exists() for name in names):
        return None
    return f"the Python it was made with is gone: there is no {names[0]} in {home}"


def _replaced(located: Located, base: Path) -> list[InterpreterProblem]:
    """Find an environment whose base has become another minor version."""
    now = versions.minor_of(base, located.windows)
    then = _minor_of_venv(located)
    if now is None or then is None or now == then or _has_library(base, then, located.windows):
        return []
    detail = f"it was made with Python {then}, and {base} now has Python {now}"
    return [_problem("base-replaced", detail)]


def _has_library(base: Path, minor: str, windows: bool) -> bool:
    return not windows and minor in layout.library_versions(base)


def _minor_of_venv(located: Located) -> str | None:
    """Return the version that a virtual environment was made with, such as `3.12`."""
    if located.config is None:
        return None
    return versions.minor(located.config.version)


def _version(located: Located, base: _Base) -> versions.StatedVersion | None:
    then = _minor_of_venv(located)
    if base.prefix is not None:
        stated = versions.of_base(base.prefix, located.windows)
        if stated and (then is None or located.windows or versions.minor(stated.version) == then):
            return stated
    if located.config is None:
        return None
    if base.prefix is None and not _gone(located):
        return None
    return versions.of_venv(located.config, base.program if base.prefix else None)


def _with_path(
    found: OutsideInterpreter, located: Located, minor: str | None, variables: Mapping[str, str]
) -> OutsideInterpreter:
    if minor is None:
        return found
    config = located.config
    where = Prefixes(
        executable=found.executable,
        prefix=found.prefix,
        base=found.base_prefix or found.prefix,
        minor=minor,
        windows=located.windows,
        venv=config is not None,
        system_packages=config is not None and config.system_packages,
    )
    path = search_path(where, variables)
    return replace(found, search_path=path.folders, startup=path.startup)


def _merged(
    found: OutsideInterpreter, located: Located, probed: Probed, variables: Mapping[str, str]
) -> OutsideInterpreter:
    """Add an interpreter's answer to what its files say."""
    found = replace(found, problems=(*found.problems, *probed.problems))
    answer = probed.answer
    if answer is None:
        return found
    info = answer.version_info
    level = _LEVELS.get(info[3], "")
    number = f"{info[0]}.{info[1]}"
    venv = located.config is not None
    real = located if venv or located.layout != "unknown" else _real(located, answer.executable)
    venv = real.config is not None
    found = replace(
        found,
        layout=real.layout if real.layout != "unknown" else "installed",
        executable=real.executable,
        prefix=real.prefix if venv else answer.prefix,
        base_prefix=answer.base_prefix,
        version=f"{number}.{info[2]}" + (f"{level}{info[4]}" if level else ""),
        version_source="the interpreter itself",
        implementation=_IMPLEMENTATIONS.get(answer.implementation, answer.implementation),
        bits=64 if answer.wide else 32,
        asked=True,
    )
    complete = _with_path(found, real, number, variables)
    path = dict.fromkeys([*answer.path, *complete.search_path])
    return replace(complete, search_path=tuple(entry for entry in path if entry))


def _real(located: Located, executable: str) -> Located:
    """Follow a launcher or a script, such as pyenv's, to the Python that it starts."""
    try:
        return layout.locate(executable)._replace(given=located.given)
    except NoInterpreterError:
        return located


def _problem(kind: ProblemKind, detail: str) -> InterpreterProblem:
    return InterpreterProblem(kind=kind, detail=detail)


def _with_problem(found: OutsideInterpreter, kind: ProblemKind, detail: str) -> OutsideInterpreter:
    return replace(found, problems=(*found.problems, _problem(kind, detail)))
