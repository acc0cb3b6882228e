"""Provides a machine's facts to the remedies of known errors."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from winasr_doctor._util.archives import is_archive
from winasr_doctor._util.input_error import InputError
from winasr_doctor.catalogue.templates import Lookup

if TYPE_CHECKING:
    from winasr_doctor.machine import Machine


def reported_machine(file: str | None) -> str | None:
    """Return a file if it is a bug report, which has its own machine; `None` for anything else.

    Args:
        file: What to explain.
    """
    return file if file is not None and is_archive(file) else None


def of_machine(snapshot: str | None) -> Lookup:
    """Return a function that looks up facts of a recorded machine, or of this one.

    Args:
        snapshot: A file written by `snapshot`; `None` for this machine.

    Raises:
        InputError: It cannot be read or is not a snapshot.
    """
    if snapshot is None:
        return _of_this_machine
    from winasr_doctor.catalogue.machines import of_host
    from winasr_doctor.machine import RecordedMachine, SnapshotError, load_snapshot

    try:
        return of_host(RecordedMachine(load_snapshot(snapshot)))
    except SnapshotError as error:
        raise InputError(str(error)) from error


def _of_this_machine(name: str) -> str | None:
    """Return a fact about this interpreter or, if requested, the GPU."""
    from winasr_doctor.catalogue.deriving import derived

    return derived(_raw)(name)


def _raw(name: str) -> str | None:
    from winasr_doctor.diagnosis.facts import raw_of_interpreter

    if name in ("gpus", "driver", "driver_cuda"):
        from winasr_doctor.catalogue.machines import of_host

        return of_host(_this_machine())(name)
    return raw_of_interpreter(name)


@lru_cache(maxsize=1)
def _this_machine() -> Machine:
    from winasr_doctor.machine.live import LiveMachine

    return LiveMachine()
