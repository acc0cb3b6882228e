"""Retries while another program has a file of the cache open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from winasr_doctor._util.clock import current
from winasr_doctor.asr import machine_advice
from winasr_doctor.asr.errors import LockedFileError
from winasr_doctor.findings import Remedy
from winasr_doctor.locks import RetryPolicy
from winasr_doctor.windows.errors import DeleteClass, classify, number

T = TypeVar("T")

PRIVILEGE_NOT_HELD = 1314


def patiently(
    policy: RetryPolicy,
    action: Callable[[], T],
    on_error: Callable[[Exception], bool] | None = None,
) -> T:
    """Retry an action while it fails because of a temporary lock.

    Args:
        policy: How long to retry.
        action: The function to call.
        on_error: Called with each error; returns whether to retry at once.

    Returns:
        The action's return value.

    Raises:
        Exception: The action's last exception.
    """
    clock = current()
    began = clock.monotonic()
    while True:
        try:
            return action()
        except Exception as error:
            if on_error is not None and on_error(error):
                continue
            waited = clock.monotonic() - began
            delay = policy.delay(waited) if _is_passing(error, waited) else None
            if delay is None:
                raise
        clock.sleep(delay)


@contextmanager
def locks_explained() -> Iterator[None]:
    """Report which file stayed in use, and by whom, instead of the bare error.

    Raises:
        LockedFileError: Replaces an `OSError` that is caused by a lock.
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
    holding = machine_advice.holding_of(path)
    known = holding is not None and holding.holders
    who = f"it is open in {holding}" if known else "another program has it open"
    code = number(error, "winerror")
    label = f"WinError {code}" if code is not None else type(error).__name__
    return LockedFileError(
        f"{path} cannot be used: {who} ({label}).",
        (
            Remedy(
                "Let go of the file",
                (
                    f'python -m winasr_doctor who "{path}" says who has it open',
                    "Close that program, or wait until it has scanned or copied the file",
                    "Then load the model again: what is complete is kept",
                ),
            ),
        ),
    )


def _is_passing(error: BaseException, waited: float) -> bool:
    """Return whether another program has a file open for a moment.

    The Hub's own errors are `OSError`s too, but not temporary ones.
    """
    if not isinstance(error, OSError):
        return False
    meaning = classify(error)
    in_time = meaning.grace is None or waited < meaning.grace
    return meaning.delete is DeleteClass.TRANSIENT and in_time
