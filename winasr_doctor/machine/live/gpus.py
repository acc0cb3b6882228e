"""Reads the NVIDIA devices and their driver from `nvidia-smi`."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from winasr_doctor._util import bounded_child, programs
from winasr_doctor._util.safe_text import whole_number
from winasr_doctor.machine.base import Unreadable
from winasr_doctor.machine.model import Gpu, Gpus

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine

MIB = 1024**2

QUERY = ("--query-gpu=driver_version,memory.total,name", "--format=csv,noheader,nounits")
"""The name comes last because it is the only field that may contain a comma. Source: `nvidia-smi
--help-query-gpu`; memory is in MiB.
"""

NO_DEVICES = 6
"""`nvidia-smi` could not find a device. Source: its manual page, "RETURN VALUE"."""

_FIELDS = 3

_MOST_OUTPUT = 1024**2

Run = Callable[[Sequence[str]], tuple[int, str]]
"""Runs a program and returns its exit status and what it printed."""


def read(host: LiveMachine) -> Gpus:
    """Read the devices; without `nvidia-smi` there is no driver, so there are none."""
    program = _find()
    if program is None:
        return Gpus()

    def run(arguments: Sequence[str]) -> tuple[int, str]:
        return _run(arguments, host.timeout / 2)

    return ask(program, run)


def ask(program: str, run: Run) -> Gpus:
    """Ask `nvidia-smi` for the devices, then for the CUDA version in its banner.

    Args:
        program: The program's path.
        run: How to run the program.

    Raises:
        Unreadable: It cannot reach the driver, or prints something unexpected.
    """
    status, listing = run((program, *QUERY))
    if status == NO_DEVICES:
        return Gpus()
    if status:
        complaint = listing.strip().splitlines() or [f"exit status {status}"]
        raise Unreadable(f"nvidia-smi failed: {complaint[0].strip()}")
    rows = [
        [field.strip() for field in row.split(",", _FIELDS - 1)] for row in listing.splitlines()
    ]
    devices = [row for row in rows if len(row) == _FIELDS]
    if not devices:
        return Gpus()
    return Gpus(
        items=tuple(Gpu(name=name, memory=_memory(size)) for _driver, size, name in devices),
        driver=devices[0][0],
        cuda=_cuda(run((program,))[1]),
    )


def _memory(mebibytes: str) -> int | None:
    number = whole_number(mebibytes)
    return None if number is None else number * MIB


def _cuda(banner: str) -> str | None:
    match = re.search(r"CUDA[^|\n]*?Version\s*:\s*(\d+\.\d+)", banner)
    return match[1] if match else None


def _find() -> str | None:
    """Look on PATH, then where Windows drivers install it, in case PATH is damaged."""
    found = programs.find("nvidia-smi")
    places = (
        (os.environ.get("SYSTEMROOT"), r"System32\nvidia-smi.exe"),
        (os.environ.get("PROGRAMFILES"), r"NVIDIA Corporation\NVSMI\nvidia-smi.exe"),
    )
    usual = (Path(folder, file) for folder, file in places if folder)
    return found or next((str(path) for path in usual if path.is_file()), None)


def _run(arguments: Sequence[str], limit: float) -> tuple[int, str]:
    done = bounded_child.run(arguments, limit=limit, most=_MOST_OUTPUT, flood=_MOST_OUTPUT)
    if done.error is not None:
        raise Unreadable(f"nvidia-smi could not be started: {done.error.strerror}")
    if done.code is None:
        raise Unreadable(f"nvidia-smi did not answer within {limit:g} s")
    return done.code, (done.stdout + done.stderr).decode("utf-8", "replace")
