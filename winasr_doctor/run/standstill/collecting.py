"""Asks the processes of an app that hangs what they wait for."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from winasr_doctor.run.standstill.activity import answer
from winasr_doctor.run.standstill.kernel import kernel_waits
from winasr_doctor.run.standstill.native import native_stacks
from winasr_doctor.run.standstill.reading import Standing
from winasr_doctor.run.standstill.stacks import ask
from winasr_doctor.run.standstill.work import GuardedWork

_LARGE = 50_000_000
"""Bytes of a file that is named: a model, not a recording."""

_SECONDS = 0.5
"""How long to ask a process's handles for their paths: a pipe that is waiting does not answer."""

_MOST_COMMAND = 100
_MOST_PROCESSES = 20


def collect(
    processes: Iterable[psutil.Process], folder: str, work: Iterable[GuardedWork] = ()
) -> tuple[Standing, ...]:
    """Return what the processes of an app are doing.

    Args:
        processes: The processes, the app's own first.
        folder: Where they answer; see `stacks`.
        work: What the guarded framework is working at in them.
    """
    of = {process: tuple(each for each in work if each.pid == process.pid) for process in processes}
    return tuple(_standing(each, folder, of[each]) for each in list(of)[:_MOST_PROCESSES])


def _standing(process: psutil.Process, folder: str, work: tuple[GuardedWork, ...]) -> Standing:
    threads = ask(process.pid, folder)
    connections = list[Any](answer(partial(process.net_connections, "inet"), []))
    return Standing(
        process.pid,
        answer(process.ppid, 0),
        _command(answer(process.cmdline, [])),
        threads,
        kernel_waits(process.pid),
        ports=tuple(_address(c.laddr) for c in connections if c.status == psutil.CONN_LISTEN),
        peers=tuple(_address(c.raddr) for c in connections if c.raddr),
        files=tuple(_large_files(process)),
        work=work,
        native=native_stacks(process.pid),
    )


def _command(words: list[str]) -> str:
    program = re.split(r"[\\/]", words[0])[-1] if words else ""
    command = " ".join((program, *words[1:]))
    return command if len(command) <= _MOST_COMMAND else f"{command[: _MOST_COMMAND - 3]}..."


def _address(address: tuple[str, int]) -> str:
    return f"{address[0]}:{address[1]}"


def _large_files(process: psutil.Process) -> list[str]:
    return [path for path in dict.fromkeys(_open_files(process)) if _size(path) >= _LARGE]


def _open_files(process: psutil.Process) -> list[str]:
    if sys.platform == "win32":
        from winasr_doctor.locks.holders.windows import files_of

        return list[str](answer(partial(files_of, process.pid, seconds=_SECONDS), []))
    return [each.path for each in answer(process.open_files, [])]


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
