"""Lists this machine's Python environments, those with NeMo first."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from winasr_doctor._util.safe_text import without_surrogates
from winasr_doctor._util.workers import Budget, DeadlineTask, TooLateError
from winasr_doctor.machine.interpreters import layout, reading
from winasr_doctor.machine.interpreters.model import (
    FRAMEWORK,
    FoundEnvironment,
    FoundEnvironments,
    OutsideInterpreter,
)
from winasr_doctor.machine.interpreters.sources import FoundPath, Surroundings, candidates

if TYPE_CHECKING:
    import psutil

LIMIT = 15.0
"""Seconds that the whole search may take."""

_MOST_STEPS = 5000
_DIST_INFO = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)\.(?:dist|egg)-info", re.IGNORECASE)


def environments(
    app_paths: Sequence[str] = (),
    around: Surroundings | None = None,
    *,
    limit: float = LIMIT,
) -> FoundEnvironments:
    """Find the Python environments of this machine in the places where they usually are.

    Nothing is started, and no drive is searched.

    Args:
        app_paths: The app's files and folders, to look beside them too.
        around: Where to look; by default this machine.
        limit: Seconds that it may take; what was found by then is returned.

    Returns:
        The environments: with NeMo first, then with torch, each in the order in which it was found.
    """
    search = _Search(surroundings(app_paths) if around is None else around)
    try:
        complete = DeadlineTask(search.run, limit, "look for environments").result()
    except TooLateError:  # a dead network drive
        complete = False
    return FoundEnvironments(items=tuple(sorted(search.listed(), key=_rank)), complete=complete)


class _Search:
    """A search whose results so far can be read while it runs."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._found: dict[str, FoundEnvironment] = {}

    def run(self) -> bool:
        """Look at every candidate; return whether there was time for all."""
        budget = Budget(LIMIT, _MOST_STEPS)
        for candidate in candidates(self._around):
            if not budget.spend():
                return False
            with suppress(OSError, ValueError):
                self._look_at(candidate)
        return True

    def _look_at(self, candidate: FoundPath) -> None:
        located = _located(candidate.path)
        if located is None:
            return
        key = os.path.normcase(os.path.realpath(located.prefix))
        known = self._found.get(key) or described(located, self._around.variables)
        if candidate.found not in known.found:
            known = replace(known, found=(*known.found, candidate.found))
        self._found[key] = known

    def listed(self) -> list[FoundEnvironment]:
        """Return what was found so far."""
        return list(self._found.values())


def surroundings(app_paths: Sequence[str] = ()) -> Surroundings:
    """Return where to look on this machine.

    Args:
        app_paths: The app's files and folders.
    """
    starts = [(_folder_of(Path(os.path.abspath(path))), "the app") for path in app_paths]  # noqa: PTH100
    with suppress(OSError):  # the current folder may have been deleted
        starts.append((Path.cwd(), "the current folder"))
    registry = None
    drives: tuple[Path, ...] = ()
    if sys.platform == "win32":
        # lazy: only Windows has a registry
        from winasr_doctor.machine.live.registry import (
            WINDOWS_REGISTRY,
        )

        registry = WINDOWS_REGISTRY
        drives = _fixed_drives()
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - does not raise
    return Surroundings(home, os.environ, tuple(starts), registry, drives, running_pythons)


def _fixed_drives() -> tuple[Path, ...]:
    import psutil

    try:
        parts = psutil.disk_partitions(all=False)
    except (psutil.Error, OSError):
        return ()
    return tuple(Path(part.mountpoint) for part in parts if "fixed" in part.opts)


def _folder_of(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def running_pythons() -> Iterator[Path]:
    """Yield the executables of the running Python processes, as they were started."""
    import psutil

    for process in psutil.process_iter():
        for name in _programs_of(process) if process.pid != os.getpid() else ():
            path = Path(name)
            if path.is_absolute() and layout.is_python(path.name):
                yield path


def _programs_of(process: psutil.Process) -> list[str]:
    """Return a process's program; in a virtual environment on Windows only the arguments name it.

    psutil passes some of the system's own errors on.
    """
    import psutil

    found: list[str] = []
    with suppress(psutil.Error, OSError):
        found.append(process.exe())
    with suppress(psutil.Error, OSError):
        found += process.cmdline()[:1]
    return found


def _located(path: Path) -> layout.Located | None:
    if path.is_dir():
        return layout.environment_in(path)
    if path.is_file() and layout.is_python(path.name):
        return layout.locate(str(path))
    return None


def described(located: layout.Located, variables: Mapping[str, str]) -> FoundEnvironment:
    """Describe an environment from its files.

    Args:
        located: The environment.
        variables: The environment variables.
    """
    read = reading.read_static(located, _without_python_path(variables))
    versions = versions_of((FRAMEWORK, "torch"), read)
    problem = next((each.detail for each in read.problems), None)
    return FoundEnvironment(
        path=without_surrogates(located.prefix),
        executable=without_surrogates(located.executable),
        layout=located.layout,
        python=read.version,
        framework=versions.get(FRAMEWORK),
        torch=versions.get("torch"),
        problem=None if problem is None else without_surrogates(problem),
    )


def _without_python_path(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name.upper() != "PYTHONPATH"}


def versions_of(names: Iterable[str], read: OutsideInterpreter) -> dict[str, str]:
    """Return the versions of a few distributions, from the names of their folders.

    Source: the specification "Recording installed projects": `NAME-VERSION.dist-info`.

    Args:
        names: Normalised with underscores, such as `nemo_toolkit`.
        read: The environment.
    """
    wanted = set(names)
    found: dict[str, str] = {}
    for folder in read.search_path:
        for entry in _names(folder):
            match = _DIST_INFO.fullmatch(entry)
            name = re.sub(r"[-_.]+", "_", match["name"]).casefold() if match else None
            if match and name in wanted:
                found.setdefault(name, match["version"])
    return found


def _names(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.name.endswith("-info")]
    except OSError:
        return []


def _rank(found: FoundEnvironment) -> tuple[bool, bool, bool]:
    return found.framework is None, found.torch is None, found.problem is not None
