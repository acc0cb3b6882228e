"""Runs work in a child process that answers line by line and may crash or hang.

A child uses the same modules as its parent, wherever it is started. Its standard output carries
only its answers; whatever libraries print goes to its standard error.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import IO, Any

from winasr_doctor._util.bounded_child import end_family

Answer = Mapping[str, Any]

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    " from winasr_doctor.gate.child import answer; answer(sys.argv[2], json.loads(sys.argv[3]))"
)
_SAID = 2_000
"""The number of bytes at the end of a dead child's output to search for its last line."""

_PATIENCE = 30.0
"""Seconds that a child which has answered everything may take to end: it sweeps at exit."""


class ChildError(Exception):
    """A child ended, or was ended, before it had answered; the message says how."""


def answer(name: str, task: Any) -> None:  # noqa: ANN401 - any JSON
    """Run a task as a child process; the function sends answers through a callback.

    Args:
        name: `module:function`; it is called with the task and the callback for its answers.
        task: The task as JSON.
    """
    with os.fdopen(os.dup(1), "w", encoding="ascii", newline="\n") as lines:
        os.dup2(2, 1)

        def send(value: Answer) -> None:
            lines.write(json.dumps(value) + "\n")
            lines.flush()

        module, _, function = name.partition(":")
        getattr(import_module(module), function)(task, send)


class Child:
    """A running child process.

    Use it as a context manager; the child ends with the block.
    """

    def __init__(self, name: str, task: object) -> None:
        """Start the child.

        Args:
            name: `module:function`, as `answer` takes it.
            task: The task, as JSON values.

        Raises:
            OSError: It cannot be started.
        """
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        path = [entry or str(Path.cwd()) for entry in sys.path]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this very interpreter
                [sys.executable, "-c", _START, json.dumps(path), name, json.dumps(task)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=self._said,
                env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            )
        except BaseException:
            self._said.close()
            raise
        self._answers: queue.Queue[bytes] = queue.Queue()
        self._finished = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Child:  # noqa: PYI034 - nothing derives from it
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put(b"")

    def next(self, seconds: float) -> Answer:
        """Wait for the next answer.

        Args:
            seconds: How long to wait.

        Raises:
            ChildError: There was no answer: the child took too long, ended, or sent something else.
        """
        try:
            line = self._answers.get(timeout=seconds)
        except queue.Empty:
            said = self.last_words()
            raise ChildError(f"it did not end within {seconds:g} s{said}") from None
        if not line:
            self._answers.put(line)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_PATIENCE)
            raise ChildError(f"its process ended {self._how()}{self.last_words()}")
        try:
            answer = json.loads(line)
        except ValueError as error:
            raise ChildError(f"its answer cannot be read: {line[:80]!r}") from error
        if not isinstance(answer, dict):
            raise ChildError(f"its answer cannot be read: {line[:80]!r}")
        self._finished = bool(answer.get("end"))
        return answer

    def rest(self, seconds: float) -> Iterator[Answer]:
        """Yield answers until one is `{"end": true}`.

        Args:
            seconds: Time limit for all of them together.

        Raises:
            ChildError: The child did not send the end.
        """
        ends = monotonic() + seconds
        while True:
            try:
                answer = self.next(max(ends - monotonic(), 0.001))
            except ChildError as error:
                late = monotonic() >= ends
                raise ChildError(
                    f"it did not end within {seconds:g} s{self.last_words()}"
                    if late
                    else f"{error}"
                ) from error
            if answer.get("end"):
                return
            yield answer

    def _how(self) -> str:
        code = self._process.poll()
        if code is None:
            return "its output"
        return f"by signal {-code}" if code < 0 else f"with exit code {code}"

    def last_words(self) -> str:
        """Return the last line of its standard error, in brackets; empty if there is none."""
        self._said.seek(0, os.SEEK_END)
        self._said.seek(max(self._said.tell() - _SAID, 0))
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        return f" (it last said: {lines[-1].strip()})" if lines else ""

    def end(self) -> None:
        """End the child and every process it started."""
        if self._finished:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_PATIENCE)
        if self._process.poll() is None:
            end_family(self._process)
        self._reader.join(_PATIENCE)
        if not self._reader.is_alive() and self._process.stdout is not None:
            self._process.stdout.close()
        self._said.close()


Send = Callable[[Answer], None]
