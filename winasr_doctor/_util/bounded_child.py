"""Runs another program with a limit on its time and on its output, and ends all that it starts."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import IO, Literal, NamedTuple

from winasr_doctor._util.programs import QUIET

_STEP = 0.05
"""Seconds between two looks at the child."""

_PATIENCE = 2.0
"""Seconds that the ends of the pipes may take after the child has ended."""

_CHUNK = 64 * 1024

End = Literal["ended", "late", "flood", "not-started"]


class ChildOutput(NamedTuple):
    """What a child did.

    Attributes:
        end: Whether it ended by itself, took too long, printed too much, or could not be started.
        code: The exit code; negative for a signal; `None` if it did not end by itself.
        stdout: What it printed, at most the given number of bytes.
        stderr: The same for its standard error; here the last bytes are kept, not the first.
        seconds: How long it ran.
        error: Why it could not be started.
    """

    end: End
    code: int | None
    stdout: bytes
    stderr: bytes
    seconds: float
    error: OSError | None = None


class _Stream(threading.Thread):
    """Reads a pipe to its end, and keeps only a part of it."""

    def __init__(self, pipe: IO[bytes], most: int, *, start: bool) -> None:
        super().__init__(daemon=True)
        self.kept = bytearray()
        self.total = 0
        self._pipe = pipe
        self._most = most
        self._start = start
        self.start()

    def run(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while chunk := os.read(self._pipe.fileno(), _CHUNK):
                self.total += len(chunk)
                if self._start:
                    self.kept += chunk[: max(self._most - len(self.kept), 0)]
                else:
                    self.kept += chunk
                    del self.kept[: -self._most]


def run(
    command: Sequence[str],
    *,
    limit: float,
    most: int,
    flood: int,
    environment: Mapping[str, str] | None = None,
) -> ChildOutput:
    """Run a program to its end, without input, in a neutral folder.

    Args:
        command: The program's full path and its arguments.
        limit: Seconds after which it is ended.
        most: Bytes to keep of each of its outputs.
        flood: Bytes of output after which it is ended.
        environment: Its environment variables; this process's by default.
    """
    began = monotonic()
    environment = os.environ if environment is None else environment
    try:
        process = subprocess.Popen(  # noqa: S603 - a full path, no shell
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**environment, **QUIET},
            cwd=neutral_folder(environment),
            start_new_session=os.name != "nt",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        return ChildOutput("not-started", None, b"", b"", monotonic() - began, error)
    assert process.stdout is not None and process.stderr is not None  # noqa: PT018, S101 - pipes
    streams = (
        _Stream(process.stdout, most, start=True),
        _Stream(process.stderr, most, start=False),
    )
    end = _watch(process, streams, began + limit, flood)
    seconds = monotonic() - began
    _end(process, keep_code=end == "ended")
    for stream in streams:
        stream.join(_PATIENCE)
    _close(process, streams)
    if end == "ended" and _printed(streams) > flood:
        end = "flood"
    code = process.returncode if end in ("ended", "flood") else None
    return ChildOutput(end, code, bytes(streams[0].kept), bytes(streams[1].kept), seconds)


def neutral_folder(environment: Mapping[str, str]) -> str:
    """Return a folder in which only an administrator can put files."""
    if os.name != "nt":
        return "/"
    root = environment.get("SystemRoot") or environment.get("SYSTEMROOT") or "C:\\Windows"
    return f"{root}\\System32"


def _printed(streams: Sequence[_Stream]) -> int:
    return sum(stream.total for stream in streams)


def _watch(
    process: subprocess.Popen[bytes], streams: Sequence[_Stream], deadline: float, flood: int
) -> End:
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STEP)
            return "ended"
        if _printed(streams) > flood:
            return "flood"
        if monotonic() >= deadline:
            return "late"


def _end(process: subprocess.Popen[bytes], *, keep_code: bool) -> None:
    """End the program, and on Linux and macOS everything that is left of its session."""
    if not keep_code:
        end_family(process)
    if sys.platform != "win32":
        import signal  # lazy: only a child that is ended needs it

        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)


def end_family(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it started, which would otherwise keep its output open."""
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        for each in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error, OSError):
                each.kill()
    process.kill()
    process.wait()


def _close(process: subprocess.Popen[bytes], streams: Sequence[_Stream]) -> None:
    """Close the pipes whose readers have ended; the others belong to a process that still runs."""
    for pipe, stream in zip((process.stdout, process.stderr), streams, strict=True):
        if pipe is not None and not stream.is_alive():
            pipe.close()
