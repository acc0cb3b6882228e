"""Asks a Python process where its threads are, without its help.

On Linux, `faulthandler` writes the stacks when a signal arrives, even if the process is stuck in
native code. On Windows, a thread that Python does not list waits for somebody to open a named pipe,
and costs nothing until then. Elsewhere nobody can be asked.
"""

from __future__ import annotations

import faulthandler
import linecache
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SIGNAL = signal.SIGRTMAX - 9 if sys.platform == "linux" else 0
"""A signal that no program is known to use."""

_LOWEST_DESCRIPTOR = 200
"""Where our file is kept open: the app gets the low numbers that it is used to."""

_END = "# end\n"
_PAUSE = 0.05

_THREAD = re.compile(r"(?:Current thread|Thread) 0x([0-9a-f]+).*\(most recent call first\)")
_FRAME = re.compile(r'  File "(.*)", line (\d+)(?: in (.*))?')
_ESCAPED = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class StackFrame:
    """A function that a thread is in.

    Attributes:
        file: Its source file.
        line: The line that runs.
        function: Its name.
    """

    file: str
    line: int
    function: str

    @property
    def name(self) -> str:
        """The file's last two parts, written with `/`."""
        return "/".join(re.split(r"[\\/]+", self.file)[-2:])

    @property
    def text(self) -> str:
        """The line's source; empty if there is none."""
        return linecache.getline(self.file, self.line).strip()

    def __str__(self) -> str:
        return f"{self.name}:{self.line} in {self.function}"


@dataclass(frozen=True, slots=True)
class ThreadStack:
    """Where a thread is: its functions, the innermost first."""

    ident: int
    frames: tuple[StackFrame, ...]

    @property
    def is_main(self) -> bool:
        """Whether it began with the app itself, as the answer shows the stack.

        While a thread is running, `faulthandler` may show only its innermost functions.
        """
        first = self.frames[-1] if self.frames else None
        return first is not None and (first.function == "<module>" or "runpy" in first.file)


def listen(folder: str) -> None:
    """Let this process answer `ask`.

    Args:
        folder: Where the answers go.
    """
    with suppress(OSError, RuntimeError, AttributeError):
        if sys.platform == "win32":
            _serve_in_a_thread(folder)
        elif sys.platform == "linux":
            faulthandler.register(SIGNAL, file=_open_high(folder), all_threads=True)


def _open_high(folder: str) -> int:
    """Open this process's file under a high number; forked children share it."""
    import fcntl

    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    low = os.open(os.path.join(folder, f"stacks-{os.getpid()}.txt"), flags, 0o600)  # noqa: PTH118
    try:
        return fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, _LOWEST_DESCRIPTOR)
    finally:
        os.close(low)


def _pipe(folder: str, pid: int) -> str:
    return rf"\\.\pipe\winasr-{Path(folder).name}-{pid}"


def _serve_in_a_thread(folder: str) -> None:
    """Wait for questions in a thread that `threading` does not know: the app may join its own."""
    import _thread

    _thread.start_new_thread(_serve, (folder,))


def _serve(folder: str) -> None:
    if sys.platform == "win32":
        import _winapi

        name, wait = _pipe(folder, os.getpid()), _winapi.PIPE_WAIT
        with suppress(OSError):
            while True:
                pipe = _winapi.CreateNamedPipe(
                    name, _winapi.PIPE_ACCESS_INBOUND, wait, 1, 64, 64, 0, _winapi.NULL
                )
                with suppress(OSError):  # somebody has come and gone already
                    _winapi.ConnectNamedPipe(pipe, overlapped=False)
                with Path(folder, f"stacks-{os.getpid()}.txt").open("a", encoding="utf-8") as file:
                    faulthandler.dump_traceback(file, all_threads=True)
                    file.write(_END)
                _winapi.CloseHandle(pipe)


def ask(pid: int, folder: str, patience: float = 2.0) -> tuple[ThreadStack, ...] | None:
    """Return where the threads of a process are.

    Args:
        pid: Its number.
        folder: The same as for `listen`.
        patience: Seconds to wait for the answer.

    Returns:
        Its threads; `None` if it does not answer: it is not Python, `run` did not prepare it, or on
        Windows it is stuck in native code that keeps the GIL.
    """
    question = _by_pipe if sys.platform == "win32" else _by_signal
    with suppress(OSError, ValueError):
        file = question(pid, folder)
        if file is not None:
            before = file.stat().st_size if file.exists() else 0
            busy = _blocking(pid)
            return _answer(
                file,
                before,
                patience,
                lambda: _knock(pid, folder),
                lambda: _blocking(pid) <= busy,
            )
    return None


def _by_pipe(pid: int, folder: str) -> Path | None:
    return Path(folder, f"stacks-{pid}.txt")


def _by_signal(pid: int, folder: str) -> Path | None:
    """Return the file that a process answers in, if it is sure to outlive the signal.

    A process that has started another program in its place has the default action for the signal,
    which is to end; one that has closed our file may have one of its own under that number.
    """
    if not SIGNAL or not _catches(pid):
        return None
    for number in os.listdir(f"/proc/{pid}/fd"):  # noqa: PTH208
        with suppress(OSError):
            target = Path(os.readlink(f"/proc/{pid}/fd/{number}"))  # noqa: PTH115
            is_ours = target.parent == Path(folder) and target.name.startswith("stacks-")
            if is_ours and int(number) >= _LOWEST_DESCRIPTOR:
                return target
    return None


def _catches(pid: int) -> bool:
    return _has_signal(Path(f"/proc/{pid}/status"), "SigCgt")


def _blocking(pid: int) -> frozenset[str]:
    """Return which threads block the signal: one that answers it does, until it has answered.

    Source: sigaction(2), `sa_mask` and `SA_NODEFER`, which `faulthandler.register` does not set.
    """
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir()) if SIGNAL else []
    except OSError:  # it has ended
        return frozenset()
    return frozenset(each.name for each in threads if _has_signal(each / "status", "SigBlk"))


def _has_signal(status: Path, field: str) -> bool:
    """Return whether one of the sets of signals that proc(5) shows has ours."""
    with suppress(OSError):  # a thread may end meanwhile
        for line in status.read_text(encoding="utf-8").splitlines():
            name, _, mask = line.partition(":")
            if name == field:
                return bool(int(mask, 16) >> (SIGNAL - 1) & 1)
    return False


def _knock(pid: int, folder: str) -> None:
    if sys.platform == "win32":
        with open(_pipe(folder, pid), "wb"):  # noqa: PTH123 - a pipe is no path
            return
    else:
        os.kill(pid, SIGNAL)


def _answer(
    file: Path,
    before: int,
    patience: float,
    knock: Callable[[], None],
    has_answered: Callable[[], bool],
) -> tuple[ThreadStack, ...] | None:
    """Knock, and read what comes until it is complete, or nobody writes any more."""
    knock()
    text, deadline = "", time.monotonic() + patience
    while time.monotonic() < deadline:
        time.sleep(_PAUSE)
        with suppress(OSError), file.open(encoding="utf-8", errors="replace") as stream:
            stream.seek(before)
            latest = stream.read()
            if latest and (latest.endswith(_END) or (latest == text and has_answered())):
                return tuple(parse(latest))
            text = latest
    return tuple(parse(text)) or None


def parse(text: str) -> Iterator[ThreadStack]:
    """Read what `faulthandler` has written; leave out threads of ours.

    Args:
        text: Its output: threads, and their functions, the innermost first.
    """
    for part in re.split(r"^(?=Current thread|Thread)", text, flags=re.MULTILINE):
        head = _THREAD.match(part)
        frames = tuple(
            StackFrame(_readable(file), int(line), function)
            for file, line, function in _FRAME.findall(part)
        )
        if head and frames and not any(each.file == __file__ for each in frames):
            yield ThreadStack(int(head[1], 16), frames)


def _readable(file: str) -> str:
    """Return a path in which `faulthandler` has escaped what is not ASCII."""
    if "\\" not in file or os.path.exists(file):  # noqa: PTH110
        return file
    return _ESCAPED.sub(lambda each: each[0].encode("ascii").decode("unicode_escape"), file)
