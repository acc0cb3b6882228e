"""What must be the same after a test: the process, a folder outside TEMP, and all other files."""

from __future__ import annotations

import builtins
import gc
import os
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple

from winasr_doctor._util import clock
from winasr_doctor._util.private_names import RMTREE_SWITCH, RMTREE_WAY

_PATIENCE = 60.0
"""Seconds for threads to end that have already done their work."""

_SWITCHES = [each.name for each in (RMTREE_SWITCH, RMTREE_WAY) if each.is_expected]

_PATCHABLE = (
    *((os, name) for name in ("unlink", "remove", "rmdir", "scandir", "replace", "rename", "open")),
    *((os, name) for name in ("stat", "lstat", "listdir", "chmod", "chdir")),
    *((shutil, name) for name in ("rmtree", *_SWITCHES)),
    *((tempfile, name) for name in ("TemporaryDirectory", "mkdtemp", "tempdir")),
    *((time, name) for name in ("sleep", "monotonic", "perf_counter")),
    (builtins, "open"),
    (clock, "_active"),
    (threading, "excepthook"),
)
"""What the package, its test harness or NeMo could replace and forget to put back."""

_NEMO = (
    ("nemo.core.connectors.save_restore_connector", "tempfile"),
    ("nemo.collections.asr.parts.mixins.transcription", "tempfile"),
)


@dataclass(frozen=True)
class Process:
    """The process's global state.

    Attributes:
        folder: The current directory.
        environment: The environment, without pytest's own variable.
        finders: What imports go through.
        functions: What stands in the places that could be patched.
        restoring: What NeMo believes to be restoring.
        files: Regular files and folders that are open, with how often.
        threads: The names of the living threads.
    """

    folder: str
    environment: dict[str, str]
    finders: list[Any]
    functions: dict[str, Any]
    restoring: dict[str, Any]
    files: Counter[str]
    threads: Counter[str]

    @classmethod
    def now(cls) -> Process:
        """Look."""
        environment = dict(os.environ)
        environment.pop("PYTEST_CURRENT_TEST", None)
        return cls(
            folder=os.getcwd(),
            environment=environment,
            finders=list(sys.meta_path),
            functions=_functions(),
            restoring=_restoring(),
            files=_open_files(),
            threads=Counter(thread.name for thread in threading.enumerate()),
        )

    def assert_same(self) -> None:
        """Fail unless the process is now as it was then, or is so soon."""
        end = time.monotonic() + _PATIENCE
        while (differences := self._differences()) and time.monotonic() < end:
            gc.collect()
            time.sleep(0.05)
        assert differences == {}

    def _differences(self) -> dict[str, tuple[Any, Any]]:
        now = Process.now()
        found = {}
        for field in fields(self):
            before, after = getattr(self, field.name), getattr(now, field.name)
            if isinstance(before, Counter):
                before, after = Counter(), after - before  # what has gone is no matter
            if before != after:
                found[field.name] = before, after
        return found


def _functions() -> dict[str, Any]:
    found = {f"{owner.__name__}.{name}": getattr(owner, name) for owner, name in _PATCHABLE}
    for module, name in _NEMO:
        found[f"{module}.{name}"] = getattr(sys.modules[module], name)
    model = sys.modules["nemo.core.classes.modelPT"].ModelPT
    found["ModelPT.restore_from"] = vars(model)["restore_from"]
    return found


def _restoring() -> dict[str, Any]:
    from nemo.utils.app_state import AppState

    state = AppState()
    return {name: getattr(state, name) for name in ("is_model_being_restored", "nemo_file_folder")}


def _open_files() -> Counter[str]:
    """Count what is open by name, except what is no file: pipes, sockets, devices."""
    found: Counter[str] = Counter()
    if sys.platform != "linux":
        return found
    for number in os.listdir("/proc/self/fd"):
        try:
            name = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue  # the one that lists
        if name.startswith("/") and not name.startswith(("/dev/", "/proc/")):
            found[name] += 1
    return found


class Tree(NamedTuple):
    """A folder's contents."""

    entries: tuple[tuple[str, int, int, bytes], ...]

    @classmethod
    def of(cls, root: Path) -> Tree:
        """Look: names, modes, times of the last change, and contents."""
        entries = []
        for path in [root, *sorted(root.rglob("*"))]:
            status = path.lstat()
            content = path.read_bytes() if path.is_file() else b""
            entries.append((str(path), status.st_mode, status.st_mtime_ns, content))
        return cls(tuple(entries))


class Destruction(NamedTuple):
    """One path that Python deleted, renamed or changed."""

    event: str
    path: str

    def is_below(self, *roots: Path) -> bool:
        """Tell whether it was below one of these folders, or one of Python's own caches."""
        return "__pycache__" in self.path or any(
            self.path.startswith(f"{root}{os.sep}") or self.path == str(root) for root in roots
        )


_EVENTS = {
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.rename": ((0, 2), (1, 3)),
    "os.chmod": ((0, 2),),
    "os.truncate": ((0, None),),
    "shutil.rmtree": ((0, 1),),
}
"""Which arguments of an audit event are a path and the folder it is relative to.

Source: docs.python.org, "Audit events table".
"""

_listening: list[list[Destruction]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _listening or event not in _EVENTS:
        return
    for at, folder_at in _EVENTS[event]:
        path = arguments[at]
        if isinstance(path, int):
            path = os.readlink(f"/proc/self/fd/{path}")
        path = os.fsdecode(path)
        folder = (
            arguments[folder_at] if folder_at is not None and folder_at < len(arguments) else -1
        )
        if isinstance(folder, int) and folder >= 0:
            path = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), path)
        for heard in _listening:
            heard.append(Destruction(event, os.path.abspath(path)))


sys.addaudithook(_hear)


@contextmanager
def destructions() -> Iterator[list[Destruction]]:
    """Collect what is deleted, renamed or changed by name, by anybody in this process."""
    heard: list[Destruction] = []
    _listening.append(heard)
    try:
        yield heard
    finally:
        _listening[:] = [each for each in _listening if each is not heard]
