"""Starts the app so that it ends when `run` is killed.

On Windows a job object holds the app and all processes that it starts. On Linux the kernel sends
the app itself SIGTERM; the processes that it has started get none. Elsewhere the app
lives on.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from winasr_doctor.windows.jobs import CREATE_SUSPENDED, KillingJob

_PR_SET_PDEATHSIG = 1
"""Source: prctl(2)."""


@contextmanager
def started(
    command: list[str], variables: Mapping[str, str], *, detached: bool
) -> Iterator[subprocess.Popen[bytes]]:
    """Start an app; processes that it leaves behind live on when the block ends.

    Args:
        command: Its command line.
        variables: Its environment. It inherits stdin, stdout, stderr and everything else.
        detached: Whether it lives on if this process is killed.
    """
    start = _plain if detached else _STARTERS.get(sys.platform, _plain)
    with start(command, {"env": variables, "close_fds": False}) as app:
        yield app


@contextmanager
def _plain(command: list[str], options: dict[str, Any]) -> Iterator[subprocess.Popen[bytes]]:
    yield subprocess.Popen(command, **options)  # noqa: S603 - the user's


@contextmanager
def _in_a_job(command: list[str], options: dict[str, Any]) -> Iterator[subprocess.Popen[bytes]]:
    """Start an app in a job: suspended, so that no process of it can escape."""
    import psutil

    try:
        job = KillingJob()
    except OSError:
        yield subprocess.Popen(command, **options)  # noqa: S603 - the user's
        return
    try:
        app = subprocess.Popen(command, creationflags=CREATE_SUSPENDED, **options)  # noqa: S603
        with suppress(OSError):
            job.take(app.pid)
        try:
            psutil.Process(app.pid).resume()
        except BaseException:
            app.kill()
            raise
        yield app
    finally:
        with suppress(OSError):
            job.let_go()


@contextmanager
def _with_a_death_signal(
    command: list[str], options: dict[str, Any]
) -> Iterator[subprocess.Popen[bytes]]:
    yield subprocess.Popen(command, preexec_fn=_dying_with(os.getpid()), **options)  # noqa: PLW1509, S603


def _dying_with(parent: int) -> Callable[[], None]:
    """Return what a forked child calls to end with its parent.

    Args:
        parent: The parent's number: it may have been killed already when the child asks.
    """
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)

    return ask


_STARTERS = {"win32": _in_a_job, "linux": _with_a_death_signal}
