"""Handles signals while an app runs: the app gets each of them once, and the parent outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_FROM_THE_KEYBOARD = ("SIGINT", "SIGQUIT", "SIGBREAK")
"""Signals that a terminal sends to all foreground processes, so that the app gets them itself."""

_OTHERS = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")

_SHELL_BASE = 128
"""The number that a shell adds to that of the signal that ended a program."""

_SIGNED = 1 << 31


class Relay:
    """Passes signals that the parent receives on to the app."""

    def __init__(self) -> None:
        self._app: subprocess.Popen[bytes] | None = None
        self._waiting: list[int] = []

    def attach(self, app: subprocess.Popen[bytes]) -> None:
        """Set the app, and pass on signals that have already arrived.

        Args:
            app: The process, which was just started.
        """
        self._app = app
        for number in self._waiting:
            self._send(number)

    def handle(self, number: int, _frame: FrameType | None) -> None:
        """Pass on a signal, unless the terminal has also sent it to the app."""
        if self._app is None:
            self._waiting.append(number)
        elif not (signal.Signals(number).name in _FROM_THE_KEYBOARD and _in_the_foreground()):
            self._send(number)

    def _send(self, number: int) -> None:
        if self._app is not None:
            with suppress(OSError, ValueError):
                self._app.send_signal(number)


@contextmanager
def relaying() -> Iterator[Relay]:
    """Pass on signals instead of being ended by them, until the block ends.

    A signal that was ignored when this process started (`nohup`) stays ignored, also by the app.
    For the others, this installs a handler rather than `SIG_IGN`, which the app would inherit.
    """
    relay = Relay()
    before: dict[int, object] = {}
    for name in (*_FROM_THE_KEYBOARD, *_OTHERS):
        number = getattr(signal, name, None)
        if number is None or signal.getsignal(number) is signal.SIG_IGN:
            continue
        before[number] = signal.signal(number, relay.handle)
    try:
        yield relay
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what `signal` returned


def _in_the_foreground() -> bool:
    """Return whether Ctrl+C and the like reach this process's whole group."""
    if os.name == "nt":
        return True  # the console signals all its processes
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def exit_code(returncode: int) -> int:
    """Return the exit code that reports how an app ended.

    Args:
        returncode: `Popen.returncode`.

    Returns:
        The app's own exit code; 128 plus the number of the signal that ended it, as in a shell. An
        NTSTATUS of Windows, such as 0xC000013A for Ctrl+C, as the signed number that `sys.exit`
        takes for it.
    """
    if returncode < 0 and os.name != "nt":
        return _SHELL_BASE - returncode
    return returncode - 2 * _SIGNED if returncode >= _SIGNED else returncode
