"""Tries imports with an environment's own Python, each in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from winasr_doctor._util import bounded_child
from winasr_doctor.frameworks.nemo.imports import IMPORTS, ImportCandidate
from winasr_doctor.machine.base import NotApplicable, Unreadable
from winasr_doctor.machine.interpreters import rights
from winasr_doctor.machine.interpreters.model import ImportTrial, ImportTrials, ProblemKind

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine

LIMIT = 180.0
"""Seconds for one import: the first one of torch or NeMo takes a minute while a virus scanner reads
every file."""

_FATAL: tuple[ProblemKind, ...] = (
    "no-interpreter",
    "base-gone",
    "base-replaced",
    "store-stub",
    "python-2",
    "hang",
    "flood",
    "no-answer",
    "not-started",
)
_MOST_OUTPUT = 64 * 1024
_FLOOD = 16 * 1024**2
"""Bytes of output after which an import is ended."""

_NOT_FOR_ANOTHER = ("PYTHONHOME", "PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__")


def try_imports(
    host: LiveMachine, progress: Callable[[str], None], *, limit: float = LIMIT
) -> ImportTrials:
    """Import the packages of speech recognition that are installed, one after the other.

    Args:
        host: The machine; its own Python or the one that the scan is about is started.
        progress: Called with a line before each import.
        limit: Seconds for each.

    Raises:
        Unreadable: The packages are not known, or this account must not start that Python.
        NotApplicable: That Python cannot be used at all, which other checks report.
    """
    if host.outside is not None and host.interpreter.problem(*_FATAL):
        raise NotApplicable("no import was tried, because that Python cannot be used")
    python, packages = host.python, host.packages
    folders = host.interpreter.search_path if host.outside is not None else tuple(sys.path)
    refused = rights.refusal(host.account, python.executable, *_existing(folders))
    if refused is not None:
        raise Unreadable(f"no import was tried: {refused}", "a user without administrator rights")
    wanted = [each for each in IMPORTS if packages.version(each.distribution) is not None]
    if not _has_gpu(host):
        wanted = [each for each in wanted if not each.needs_gpu]
    variables = _variables(host.variables, another=host.outside is not None)
    trials = []
    for each in wanted:
        progress(f"Importing {each.name} with {python.executable} (at most {limit:g} s) ...")
        trials.append(_try(python.executable, each, variables, limit))
    return ImportTrials(items=tuple(trials), limit=limit)


def _existing(folders: tuple[str, ...]) -> Iterator[str]:
    return (folder for folder in folders if folder and Path(folder).exists())


def _has_gpu(host: LiveMachine) -> bool:
    torch = host.packages.torch
    try:
        return torch is not None and torch.cuda is not None and bool(host.gpus.items)
    except (Unreadable, NotApplicable):
        return False


def _variables(variables: Mapping[str, str], *, another: bool) -> dict[str, str]:
    """Return the environment in which an app would be started with that Python."""
    drop = _NOT_FOR_ANOTHER if another else ()
    kept = {name: value for name, value in variables.items() if name.upper() not in drop}
    kept["PYTHONIOENCODING"] = "utf-8:backslashreplace"
    return kept


def _try(
    python: str, each: ImportCandidate, variables: Mapping[str, str], limit: float
) -> ImportTrial:
    output = bounded_child.run(
        [python, "-B", "-X", "faulthandler", "-c", each.statement],
        limit=limit,
        most=_MOST_OUTPUT,
        flood=_FLOOD,
        environment=variables,
    )
    said = output.stderr.decode("utf-8", "replace")
    seconds = output.seconds
    if output.end == "not-started":
        said = str(output.error)
        return ImportTrial(name=each.name, seconds=seconds, state="not-started", output=said)
    if output.end == "late":
        return ImportTrial(name=each.name, seconds=seconds, state="late", output=said)
    state: Literal["imported", "failed"] = "imported" if output.code == 0 else "failed"
    return ImportTrial(name=each.name, seconds=seconds, state=state, code=output.code, output=said)
