"""Runs many scripts under `run`, each in a process of its own, after one import of NeMo.

A server is forked as soon as NeMo is imported, before anything computes. For each script it forks
what `run` would have started as `python script.py`; everything else is done by `run` itself.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from winasr_doctor._util import clock
from winasr_doctor.faults import VirtualClock
from winasr_doctor.run import launching


class ForkedApp:
    """What `run` needs of `subprocess.Popen`."""

    def __init__(self, server: AppServer, pid: int) -> None:
        self._server = server
        self.pid = pid

    def wait(self) -> int:
        return int(self._server.receive()["code"])

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)


class AppServer:
    """The process that forks the apps; NeMo must be imported, and nothing may have been computed.

    Args:
        folder: Where it may write.
    """

    def __init__(self, folder: Path) -> None:
        self._output = [folder / "stdout.txt", folder / "stderr.txt"]
        ours, theirs = socket.socketpair()
        self._pid = os.fork()
        if not self._pid:
            ours.close()
            _serve(theirs.makefile("rw"))
        theirs.close()
        self._ours, self._stream = ours, ours.makefile("rw")

    @contextmanager
    def started(
        self, command: list[str], variables: Mapping[str, str], *, detached: bool
    ) -> Iterator[ForkedApp]:
        """Stand in for `winasr_doctor.run.tying.started`."""
        del detached
        app = [each for each in command[1:] if not each.startswith("-")]
        order = {"app": app, "variables": dict(variables), "folder": os.getcwd()}
        self._stream.write(json.dumps({**order, "output": [*map(str, self._output)]}) + "\n")
        self._stream.flush()
        yield ForkedApp(self, self.receive()["pid"])

    def receive(self) -> dict[str, Any]:
        """Return the server's next answer."""
        return dict(json.loads(self._stream.readline()))

    @property
    def output(self) -> tuple[str, str]:
        """What the last app wrote to stdout and stderr."""
        out, err = (file.read_text(errors="replace") for file in self._output)
        return out, err

    def stop(self) -> None:
        """End it."""
        self._stream.close()
        self._ours.close()
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _serve(stream: Any) -> None:
    """Fork an app for each line, until the other end is closed."""
    importlib.import_module("librosa.core")  # it would otherwise be imported by each app
    for line in iter(stream.readline, ""):
        pid = os.fork()
        if not pid:
            stream.close()
            _become(**json.loads(line))
        stream.write(json.dumps({"pid": pid}) + "\n")
        stream.flush()
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        stream.write(json.dumps({"code": code}) + "\n")
        stream.flush()
    os._exit(0)


def _become(app: list[str], variables: dict[str, str], folder: str, output: list[str]) -> None:
    """Be the app from now on: its environment, output and end, with time that passes at once."""
    code = 1
    try:
        for number, file in enumerate(output, 1):
            os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        sys.stdout = sys.__stdout__ = os.fdopen(1, "w", closefd=False)
        sys.stderr = sys.__stderr__ = os.fdopen(2, "w", closefd=False)
        atexit._clear()
        os.environ.clear()
        os.environ.update(variables)
        os.chdir(folder)
        tempfile.tempdir = None
        with clock.using(VirtualClock()):
            code = _run(app)
            atexit._run_exitfuncs()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _run(app: list[str]) -> int:
    try:
        launching.launch(app)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0
