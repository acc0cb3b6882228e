"""The two processes that carry out the same steps, seen from the tests."""

from __future__ import annotations

import importlib
import json
import os
import select
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from types import ModuleType

from .steps import Outcome, Step

PREPARED = {"d/e/": 0, "g/": 0, "a": 11, "b": 12, "d/a": 13, "d/e/a": 14}
"""Folders, and files with their sizes, all different."""

WORKER = Path(__file__).with_name("worker.py")

LIMIT = 60.0
"""Seconds for one sequence, on a busy machine too; it usually takes some milliseconds."""


class HungError(AssertionError):
    """A side took too long with a sequence."""


@dataclass(frozen=True)
class Answer:
    """What came of a sequence on one side.

    Attributes:
        outcomes: Of each step.
        situations: Of each step what the emulation found in the way first, if anything.
        left: What was on disk at the end.
    """

    outcomes: tuple[Outcome, ...]
    situations: tuple[str | None, ...]
    left: tuple[str, ...]


class Side:
    """A process that lives for many sequences; started again when it is needed and gone."""

    def __init__(
        self,
        name: str,
        home: Path,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare; `command` starts the worker, which works in `home`."""
        self.name = name
        self._home = home
        self._folder = home
        self._number = 0
        self._command = command
        self._environment = environment
        self._process: subprocess.Popen[str] | None = None
        self._pending = b""
        self.hello: dict[str, str] = {}

    def start(self) -> None:
        """Start the process and wait for its greeting."""
        self._pending = b""
        # Pipes only: a file as a standard stream ends Windows' Python under Wine.
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        self.hello = json.loads(self._line("its start"))

    def ask(self, steps: Sequence[Step]) -> None:
        """Send a sequence, for a fresh folder that holds `PREPARED`."""
        if self._process is None:
            self.start()
        self._number += 1
        self._folder = self._home / str(self._number)
        _prepare(self._folder)
        request = self._folder.name, [astuple(step) for step in steps]
        self._process.stdin.write(json.dumps(request).encode() + b"\n")

    def answer(self, steps: Sequence[Step]) -> Answer:
        """Return what came of the sequence that was sent, and remove its folder.

        Raises:
            HungError: It took longer than `LIMIT`; the process has been ended.
        """
        read = json.loads(self._line(", ".join(map(str, steps))))
        left = tuple(sorted(_listing(self._folder, "")))
        _remove(self._folder)
        outcomes, situations = zip(*read, strict=True) if steps else ((), ())
        return Answer(tuple(map(tuple, outcomes)), situations, left)

    def _line(self, what: str) -> bytes:
        stream = self._process.stdout
        while b"\n" not in self._pending:
            ready, _, _ = select.select([stream], [], [], LIMIT)
            chunk = os.read(stream.fileno(), 1 << 16) if ready else b""
            if not chunk:
                how = "ended" if ready else f"took more than {LIMIT:.0f} s"
                said = self.stop()
                raise HungError(f"{self.name} {how} during: {what}\n{said}")
            self._pending += chunk
        line, _, self._pending = self._pending.partition(b"\n")
        return line

    def stop(self) -> str:
        """End the process; return what it wrote to its standard error."""
        if self._process is None:
            return ""
        self._process.stdin.close()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        # Not to its end, which a process that it started may be holding open.
        stream = self._process.stderr
        ready, _, _ = select.select([stream], [], [], 1)
        said = os.read(stream.fileno(), 1 << 16).decode(errors="replace") if ready else ""
        self._process.stdout.close()
        self._process.stderr.close()
        self._process = None
        return said


def _prepare(folder: Path) -> None:
    """Make what every sequence finds: from here, as Wine takes ten times as long."""
    for name, size in PREPARED.items():
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True)
        else:
            path.write_bytes(b"." * size)


def _listing(folder: Path, prefix: str) -> Iterator[str]:
    for entry in os.scandir(folder):
        status = entry.stat(follow_symlinks=False)
        if entry.is_dir(follow_symlinks=False):
            # Without the read-only attribute, which Wine does not keep of folders.
            yield f"{prefix}{entry.name}/"
            yield from _listing(Path(entry), f"{prefix}{entry.name}/")
        else:
            writable = "" if status.st_mode & stat.S_IWUSR else " read-only"
            yield f"{prefix}{entry.name} {status.st_size}{writable}"


def _remove(folder: Path) -> None:
    for inside, _, _ in os.walk(folder):
        Path(inside).chmod(stat.S_IRWXU)
    shutil.rmtree(folder)


def linux(home: Path, library: Path | None = None, without: str = "") -> Side:
    """Return the side with the emulation.

    Args:
        home: An empty folder for it.
        library: The archive of a Windows Python's standard library, to use the same code.
        without: A mistake of `breaks.BREAKS`.
    """
    command = [sys.executable, str(WORKER), str(home), "--without", without]
    return Side("Linux", home, command + (["--library", str(library)] if library else []))


def windows(home: Path, python: Path) -> Side:
    """Return the side with Windows' Python, under Wine.

    Args:
        home: An empty folder for it.
        python: The `python.exe`.
    """
    wine = _tools().find()
    assert wine is not None, "Wine is not installed"
    prefix = _tools().Prefix(wine, _prefix(python), {"PYTHONDONTWRITEBYTECODE": "1"})
    command = [wine.program, str(python), _drive_z(WORKER), _drive_z(home)]
    return Side("Windows", home, command, prefix.environment())


def _prefix(python: Path) -> Path:
    """Return the folder of the Windows machine that a Python belongs to."""
    if "drive_c" not in python.parts:
        return Path(os.environ["WINEPREFIX"])
    return next(folder.parent for folder in python.parents if folder.name == "drive_c")


def _drive_z(path: Path) -> str:
    return "Z:" + str(path).replace("/", "\\")


def _tools() -> ModuleType:
    """Import the module that knows Wine."""
    sys.path.insert(0, str(WORKER.parents[2] / "tools" / "wine"))
    try:
        return importlib.import_module("wine")
    finally:
        del sys.path[0]
