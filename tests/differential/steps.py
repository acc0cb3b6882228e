"""Steps with files, and what carries them out: the same module on Linux and on Windows.

It needs nothing but Python's standard library. The paths of a sequence are relative to a folder of
its own.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import astuple, dataclass
from os import unlink as delete  # the real one, as a closed handle asks nobody
from pathlib import Path
from typing import IO, Any, Protocol


@dataclass(frozen=True)
class Step:
    """One operation.

    Attributes:
        operation: A name of `OPERATIONS`.
        path: What it is about.
        other: The target of a renaming, the mode of an opening.
        number: Which of what is held, counted from the oldest, modulo how many there are.
    """

    operation: str
    path: str = ""
    other: str = ""
    number: int = 0

    def __str__(self) -> str:
        named = [part for part in (self.path, self.other) if part]
        return " ".join([self.operation, *named, *([f"#{self.number}"] if self.number else [])])


Outcome = tuple[str, "int | None", "str | None"]
"""Name of the exception's class, `winerror`, name of the `errno`, whose number differs."""

OK: Outcome = ("ok", None, None)


class Other(Protocol):
    """Another process that takes steps."""

    def do(self, step: Step) -> Outcome:
        """Carry out one step there."""


@dataclass
class _Held:
    kind: str
    thing: Any
    close: Callable[[], object]


class Sequence:
    """Carries out steps in a folder, and lets go of everything at its end."""

    def __init__(self, folder: str, other: Other | None, view: Callable[[str], Any]) -> None:
        """Start in a folder.

        Args:
            folder: Its folder.
            other: Does what another process shall do.
            view: Maps a file without keeping a handle, and returns what ends that.
        """
        self._folder = folder
        self._home = str(Path(folder).parent)
        self._other = other
        self._view = view
        self._held: list[_Held] = []
        names = (f"t{number}" for number in range(1 << 30))
        tempfile._name_sequence = names  # type: ignore[attr-defined]

    def do(self, step: Step) -> Outcome:
        """Carry out a step; return how it ended."""
        try:
            if step.operation.startswith("other "):
                assert self._other is not None
                here = step.operation.removeprefix("other ")
                return self._other.do(Step(here, self._path(step.path), *astuple(step)[2:]))
            OPERATIONS[step.operation](self, step)
        except OSError as error:
            name = errno.errorcode.get(error.errno or 0)
            return type(error).__name__, getattr(error, "winerror", None), name
        except (ValueError, RecursionError, sqlite3.Error) as error:
            return type(error).__name__, None, None
        return OK

    def finish(self) -> None:
        """Close and end everything, so that nothing is held."""
        os.chdir(self._home)
        if self._other is not None:
            self._other.do(Step("finish", self._home))
        while self._held:
            self._close(-1)

    # What the steps need.

    def _path(self, name: str) -> str:
        return name if os.path.isabs(name) else os.path.join(self._folder, *name.split("/"))

    def _hold(self, kind: str, thing: Any, close: Callable[[], object]) -> None:
        self._held.append(_Held(kind, thing, close))

    def _close(self, index: int) -> None:
        held = self._held.pop(index)  # stays alive until it is closed
        held.close()

    def _of_kind(self, kind: str, number: int) -> int | None:
        found = [index for index, held in enumerate(self._held) if held.kind == kind]
        return found[number % len(found)] if found else None

    # The steps.

    def _open(self, step: Step) -> IO[bytes]:
        file = open(self._path(step.path), step.other + "b")  # noqa: SIM115 - it may be kept
        try:
            if step.other[0] in "wax":
                file.write(b"12345")
                file.flush()
        except OSError:
            file.close()
            raise
        return file

    def _keep(self, step: Step) -> None:
        file = self._open(step)
        self._hold("file", file, file.close)

    def _keep_descriptor(self, step: Step) -> None:
        path = self._path(step.path)
        if not os.path.isdir(path):  # Linux opens a folder, which has no counterpart on Windows
            number = os.open(path, _FLAGS[step.other] | getattr(os, "O_BINARY", 0))
            self._hold("descriptor", number, lambda: os.close(number))

    def _touch(self, step: Step) -> None:
        self._open(step).close()

    def _map(self, step: Step) -> None:
        access = mmap.ACCESS_WRITE if step.other == "r+" else mmap.ACCESS_READ
        with open(self._path(step.path), step.other + "b") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=access)
        self._hold("map", mapped, mapped.close)

    def _map_view(self, step: Step) -> None:
        self._hold("view", None, self._view(self._path(step.path)))

    def _connect(self, step: Step) -> None:
        connection = sqlite3.connect(self._path(step.path))
        try:
            connection.execute("select count(*) from sqlite_master").fetchall()
        except sqlite3.Error:
            connection.close()
            raise
        self._hold("connection", connection, connection.close)

    def _with_temporary(self, step: Step) -> None:
        """Do something to an open temporary file; `other` says what, and of which kind it is."""
        kind, act, *target = step.other.split()
        targets = [*map(self._path, target)]
        if kind == "made":
            number, name = tempfile.mkstemp(prefix="", dir=self._path(step.path))
            try:
                _ACTS[act](name, *targets)
            finally:
                os.close(number)
            return
        file = tempfile.NamedTemporaryFile(  # noqa: SIM115 - how it is closed is the point
            prefix="", dir=self._path(step.path), delete=kind == "deleted"
        )
        try:
            _ACTS[act](file.name, *targets)
            done = targets
        except OSError:
            done = []
            raise
        finally:
            _close_temporary(file, done)

    def _scan(self, step: Step) -> None:
        entries = os.scandir(self._path(step.path))
        next(entries, None)
        self._hold("scan", entries, entries.close)

    def _let_go(self, kind: str, step: Step) -> None:
        index = self._of_kind(kind, step.number)
        if index is not None:
            self._close(index)

    def _chdir(self, step: Step) -> None:
        os.chdir(self._path(step.path))

    def _chdir_back(self, step: Step) -> None:
        del step
        os.chdir(self._home)

    def _start_child(self, step: Step) -> None:
        """Start a child in a folder, if it is there; the child inherits one of the open files."""
        index = self._of_kind("file", step.number)
        files = [] if index is None else [self._held[index].thing.fileno()]
        folder = self._path(step.path) if step.path else None
        if folder is not None and not os.path.isdir(folder):
            return  # subprocess reports this differently on each system
        child = _start(
            [sys.executable, "-I", "-S", "-c", "print(flush=True); input()"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            **_inheriting(files),
        )

        child.stdout.readline()  # only a running process holds its current directory

        def end() -> None:
            child.kill()
            child.communicate()

        self._hold("child", child, end)

    def _mkdir(self, step: Step) -> None:
        os.mkdir(self._path(step.path))

    def _read_only(self, step: Step) -> None:
        os.chmod(self._path(step.path), stat.S_IREAD | stat.S_IEXEC)

    def _writable(self, step: Step) -> None:
        os.chmod(self._path(step.path), stat.S_IRWXU)

    def _rename(self, step: Step) -> None:
        os.rename(self._path(step.path), self._path(step.other))

    def _replace(self, step: Step) -> None:
        os.replace(self._path(step.path), self._path(step.other))

    def _unlink(self, step: Step) -> None:
        os.unlink(self._path(step.path))

    def _rmdir(self, step: Step) -> None:
        os.rmdir(self._path(step.path))

    def _rmtree(self, step: Step) -> None:
        shutil.rmtree(self._path(step.path))

    def _listdir(self, step: Step) -> None:
        os.listdir(self._path(step.path))

    def _temporary(self, step: Step) -> None:
        made = tempfile.TemporaryDirectory(prefix="", dir=self._path(step.path))
        self._hold("temporary", made, made._finalizer.detach)  # type: ignore[attr-defined]

    def _cleanup(self, step: Step) -> None:
        index = self._of_kind("temporary", step.number)
        if index is not None:
            self._held[index].thing.cleanup()

    def _finish(self, step: Step) -> None:
        os.chdir(step.path)
        while self._held:
            self._close(-1)


_FLAGS = {
    "r": os.O_RDONLY,
    "r+": os.O_RDWR,
    "w": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    "a": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
    "x": os.O_WRONLY | os.O_CREAT | os.O_EXCL,
}

_ACTS: dict[str, Callable[..., object]] = {
    "read": lambda name: open(name, "rb").close(),
    "write": lambda name: open(name, "r+b").close(),
    "unlink": os.unlink,
    "rename": os.rename,
    "replace": os.replace,
}


def _close_temporary(file: Any, renamed: list[str]) -> None:
    """Close a temporary file; one that Windows deletes is gone then, whatever its name is now.

    Python on Linux deletes the name that it had, which the documentation says. So does Wine;
    Windows deletes the file.
    """
    if not file.delete:
        file.close()
        return
    file._closer.delete = False
    file.close()
    for name in renamed or [file.name]:
        with contextlib.suppress(FileNotFoundError):
            delete(name)


def _start(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
    """Start a process, and once more if Wine fails to: on a busy machine it sometimes does."""
    internal_error = 1359
    try:
        return subprocess.Popen(*arguments, **options)
    except OSError as error:
        if getattr(error, "winerror", None) != internal_error:
            raise
        return subprocess.Popen(*arguments, **options)


def _inheriting(descriptors: list[int]) -> dict[str, Any]:
    """Return the arguments of Popen that let a child inherit exactly these."""
    if sys.platform != "win32":
        return {"pass_fds": descriptors}
    import msvcrt

    handles = [msvcrt.get_osfhandle(descriptor) for descriptor in descriptors]
    for handle in handles:
        os.set_handle_inheritable(handle, True)
    return {"startupinfo": subprocess.STARTUPINFO(lpAttributeList={"handle_list": handles})}


def _letting_go(kind: str) -> Callable[[Sequence, Step], None]:
    return lambda sequence, step: sequence._let_go(kind, step)


OPERATIONS: dict[str, Callable[[Sequence, Step], None]] = {
    "keep open": Sequence._keep,
    "keep descriptor": Sequence._keep_descriptor,
    "close descriptor": _letting_go("descriptor"),
    "open and close": Sequence._touch,
    "close": _letting_go("file"),
    "map": Sequence._map,
    "unmap": _letting_go("map"),
    "map without handle": Sequence._map_view,
    "unmap without handle": _letting_go("view"),
    "connect": Sequence._connect,
    "disconnect": _letting_go("connection"),
    "with temporary": Sequence._with_temporary,
    "scan": Sequence._scan,
    "end scan": _letting_go("scan"),
    "chdir": Sequence._chdir,
    "chdir back": Sequence._chdir_back,
    "start child": Sequence._start_child,
    "end child": _letting_go("child"),
    "mkdir": Sequence._mkdir,
    "read-only": Sequence._read_only,
    "writable": Sequence._writable,
    "rename": Sequence._rename,
    "replace": Sequence._replace,
    "unlink": Sequence._unlink,
    "rmdir": Sequence._rmdir,
    "rmtree": Sequence._rmtree,
    "listdir": Sequence._listdir,
    "temporary": Sequence._temporary,
    "clean up": Sequence._cleanup,
    "finish": Sequence._finish,
}
"""Each may be preceded by `other `: then another process does it."""
