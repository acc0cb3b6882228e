"""What the tests on the real NeMo share: the bundled model and locks of the Windows kind.

They run where NeMo is installed, in tox's `nemo` environments; elsewhere the report's header
says that they did not.
"""

from __future__ import annotations

import fnmatch
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor._util.clock import current
from winasr_doctor.faults.removal import by_path

from .forked_apps import AppServer

DATA = Path(str(files("winasr_doctor") / "data"))
NEMO_FILE = DATA / "tiny-tdt.nemo"
KLATT3 = DATA / "klatt3.wav", "stop zero four one"
F3 = DATA / "f3.wav", "nine yes seven five"


@pytest.fixture(autouse=True)
def scratch(temp: Path) -> Path:
    """Return the folder that temporary folders are made in; nothing else is in it."""
    return temp


@pytest.fixture(scope="session", autouse=True)
def _first(request: pytest.FixtureRequest) -> None:
    """Start the server before anything else, if a test needs it."""
    if any("app_server" in getattr(each, "fixturenames", ()) for each in request.session.items):
        request.getfixturevalue("app_server")


@pytest.fixture(scope="session")
def app_server(tmp_path_factory: pytest.TempPathFactory, quiet_nemo: None) -> Iterator[AppServer]:
    """Return what forks apps."""
    server = AppServer(tmp_path_factory.mktemp("apps"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def model(restore: Callable[[], Any]) -> Any:
    """Return the bundled model, loaded once."""
    return restore()


def is_open_here(path: str) -> bool:
    """Tell whether this process has a file open."""
    if sys.platform != "linux":
        return False
    real = os.path.realpath(path)
    for number in os.listdir("/proc/self/fd"):
        try:
            if os.readlink(f"/proc/self/fd/{number}") == real:
                return True
        except OSError:
            continue
    return False


@dataclass
class Locks:
    """Files that cannot be deleted, as on Windows.

    Attributes:
        patterns: Names of files that somebody else has open, each with when that ends: the
            number of deletions that fail, or seconds from the first that fails if a float.
        refused: Every path whose deletion was refused, in order.
        since: When each lock that ends with time began.
        is_open: Tells whether a file is held; by default, whether this process has it open.
    """

    patterns: dict[str, float] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    since: dict[str, float] = field(default_factory=dict)
    is_open: Callable[[str], bool] = is_open_here

    def lock(self, pattern: str, *, times: int | None = None, seconds: float | None = None) -> None:
        """Lock what fits a pattern: for some deletions, for some time, or for ever."""
        if seconds is not None:
            self.patterns[pattern] = float(seconds)
        else:
            self.patterns[pattern] = 10**9 if times is None else times

    def release(self) -> None:
        """Unlock everything."""
        self.patterns.clear()

    def check(self, path: str) -> None:
        """Raise what Windows would raise if the path cannot be deleted."""
        if self.is_open(path) or self._locked(os.path.basename(path)):
            self.refused.append(path)
            error = PermissionError(13, "in use", path)
            error.winerror = 32  # type: ignore[attr-defined]
            raise error

    def _locked(self, name: str) -> bool:
        for pattern, end in self.patterns.items():
            if fnmatch.fnmatch(name, pattern):
                if isinstance(end, float):
                    now = current().monotonic()
                    return now < self.since.setdefault(pattern, now) + end
                self.patterns[pattern] = end - 1
                return end > 0
        return False


@pytest.fixture
def locks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Locks]:
    """Let deletions below the temporary folder fail for open files and for those locked."""
    locks = Locks()
    unlink, rmdir = os.unlink, os.rmdir

    def windows_unlink(path: Any, **options: Any) -> None:
        locks.check(os.fspath(path))
        unlink(path, **options)

    def windows_rmdir(path: Any, **options: Any) -> None:
        if not os.listdir(path):  # or there is another error already
            locks.check(os.fspath(path))
        rmdir(path, **options)

    with monkeypatch.context() as patch, by_path():
        patch.setattr("os.unlink", windows_unlink)
        patch.setattr("os.rmdir", windows_rmdir)
        yield locks
