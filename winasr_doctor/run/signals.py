"""Signals while an app runs: the app gets each of them once, and the parent outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_FROM_THE_KEYBOARD = ("SIGINT", "SIGQUIT", "SIGBREAK")
"""What a terminal sends to every process in front of it, so that the app has it already."""

_OTHERS = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")

_SHELL_BASE = 128
"""What a shell adds to the number of the signal that ended a program."""

_SIGNED = 1 << 31


class Relay:
    """Passes on to the app what is sent to the parent."""

    def __init__(self) -> None:
        """Start without an app; what comes before there is one is kept."""
        self._app: subprocess.Popen[bytes] | None = None
        self._waiting: list[int] = []

    def attach(self, app: subprocess.Popen[bytes]) -> None:
        """Name the app, and pass on what has come already.

        Args:
            app: The process, just started.
        """
        self._app = app
        for number in self._waiting:
            self._send(number)

    def handle(self, number: int, _frame: FrameType | None) -> None:
        """Pass a signal on, unless the terminal has sent it to the app as well."""
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
    """Pass signals on instead of ending by them, until the block ends.

    A signal that this process was started to ignore (`nohup`) stays ignored, by the app as well.
    It is a handler and not `SIG_IGN` that is put in place: the app would inherit the latter.
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
    """Tell whether a key that ends programs reaches this process's whole group."""
    if os.name == "nt":
        return True  # the console asks all its processes
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
    """Return the exit code with which to pass on how an app ended.

    Args:
        returncode: `Popen.returncode`.

    Returns:
        The app's own; 128 and the number of the signal that ended it, as a shell reports it.
        An NTSTATUS of Windows, such as 0xC000013A for Ctrl+C, as the signed number that
        `sys.exit` takes for it.
    """
    if returncode < 0 and os.name != "nt":
        return _SHELL_BASE - returncode
    return returncode - 2 * _SIGNED if returncode >= _SIGNED else returncode
