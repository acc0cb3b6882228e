"""Says which file of the cache stayed in use, and by whom."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from winasr_doctor.asr.errors import LockedFileError
from winasr_doctor.findings import Remedy
from winasr_doctor.locks.holders import holders_of
from winasr_doctor.windows.errors import DeleteClass, classify, number


@contextmanager
def locks_explained() -> Iterator[None]:
    """Say which file stayed in use, and by whom, instead of the bare error.

    Raises:
        LockedFileError: In the place of an `OSError` that speaks of a lock.
    """
    try:
        yield
    except OSError as error:
        path = getattr(error, "filename", None)
        locked = classify(error).delete is DeleteClass.TRANSIENT
        if not locked or not isinstance(path, str):
            raise
        raise _locked(path, error) from error


def _locked(path: str, error: OSError) -> LockedFileError:
    holding = holders_of(path)
    who = f"it is open in {holding}" if holding.holders else "another program has it open"
    code = number(error, "winerror")
    label = f"WinError {code}" if code is not None else type(error).__name__
    return LockedFileError(
        f"{path} cannot be used: {who} ({label}).",
        (
            Remedy(
                "Release the file",
                (
                    f'python -m winasr_doctor who "{path}" says who has it open',
                    "Close that program, or wait until it has scanned or copied the file",
                    "Then load the model again; complete files are not downloaded twice",
                ),
            ),
        ),
    )
