"""Who cleans up, each by its own code: a table, and how each is called.

Each is used as its own documentation or its own callers use it, with its own defaults.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from survival.load import Load, install

PREFIX = "load-"

Call = Callable[[Load], str]


def _nothing() -> None:
    """Most have no second chance."""


class Way(NamedTuple):
    """What a contestant does.

    Attributes:
        call: Runs the load in the contestant's way.
        later: What it does by itself once the call is over: at the next start or at exit.
    """

    call: Call
    later: Callable[[], None] = _nothing


class Contestant(NamedTuple):
    """One row of the table.

    Attributes:
        name: The row's title.
        package: Whose code it is; `python` for Python's own.
        how: How it is used, as one phrase.
        prepare: Imports it and returns what it does.
        ours: Whether it belongs to this project.
    """

    name: str
    package: str
    how: str
    prepare: Callable[[], Way]
    ours: bool = False

    @property
    def version(self) -> str | None:
        """The version of its package; `None` if that is not installed."""
        if self.package == "python":
            return platform.python_version()
        try:
            return importlib.metadata.version(self.package)
        except importlib.metadata.PackageNotFoundError:
            if self.ours:
                from winasr_doctor.version import __version__

                return __version__
            return None


def _removed_by(remove: Callable[[str], object]) -> Way:
    """Use a function that removes a tree: `mkdtemp`, `try`, `finally`."""

    @contextmanager
    def directory() -> Iterator[str]:
        folder = tempfile.mkdtemp(prefix=PREFIX)
        try:
            yield folder
        finally:
            remove(folder)

    return Way(lambda load: load(directory))


def _shutil() -> Way:
    return _removed_by(shutil.rmtree)


def _shutil_ignoring() -> Way:
    return _removed_by(lambda folder: shutil.rmtree(folder, ignore_errors=True))


def _temporary_directory() -> Way:
    return Way(lambda load: load(lambda: tempfile.TemporaryDirectory(prefix=PREFIX)))


def _temporary_directory_ignoring() -> Way:
    return Way(
        lambda load: load(
            lambda: tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
        )
    )


def _pip() -> Way:
    from pip._internal.utils.misc import rmtree

    return _removed_by(rmtree)


def _pytest() -> Way:
    from _pytest.pathlib import cleanup_numbered_dir, make_numbered_dir, rm_rf

    @contextmanager
    def directory() -> Iterator[str]:
        folder = make_numbered_dir(root=Path(tempfile.gettempdir()), prefix=PREFIX)
        try:
            yield str(folder)
        finally:
            rm_rf(folder)

    def later() -> None:
        root = Path(tempfile.gettempdir())
        cleanup_numbered_dir(root, PREFIX, keep=0, consider_lock_dead_if_created_before=0)

    return Way(lambda load: load(directory), later)


def _huggingface() -> Way:
    from huggingface_hub.utils import SoftTemporaryDirectory

    return Way(lambda load: load(lambda: SoftTemporaryDirectory(prefix=PREFIX)))


def _test_support() -> Way:
    return _removed_by(os_helper_of_windows().rmtree)


def os_helper_of_windows() -> ModuleType:
    """Load a second copy of `test.support.os_helper` that takes Windows' branches.

    It chooses them by `sys.platform` when it is imported, so that says `win32` meanwhile.
    """
    from test.support import os_helper  # what it imports is imported by now

    if sys.platform == "win32":
        return os_helper
    specification = importlib.util.spec_from_file_location(
        "survival_os_helper", str(os_helper.__file__)
    )
    assert specification is not None and specification.loader is not None  # noqa: S101, PT018
    module = importlib.util.module_from_spec(specification)
    before, sys.platform = sys.platform, "win32"
    try:
        specification.loader.exec_module(module)
    finally:
        sys.platform = before
    return module


TENACITY_ATTEMPTS = 5
"""The rest is what `wait_exponential()` waits by itself: 1, 2, 4 and 8 s."""


def _tenacity() -> Way:
    from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

    @retry(
        retry=retry_if_exception_type(PermissionError),
        stop=stop_after_attempt(TENACITY_ATTEMPTS),
        wait=wait_exponential(),
        reraise=True,
    )
    def remove(folder: str) -> None:
        shutil.rmtree(folder)

    return _removed_by(remove)


PASTED_ATTEMPTS, PASTED_STEP = 3, 0.2


def _pasted() -> Way:
    plain = _temporary_directory()

    def call(load: Load) -> str:
        for attempt in range(1, PASTED_ATTEMPTS):
            try:
                return plain.call(load)
            except PermissionError:
                time.sleep(PASTED_STEP * attempt)
        return plain.call(load)

    return Way(call)


def _sweep() -> None:
    import winasr_doctor

    winasr_doctor.sweep()


def _policy() -> Any:  # noqa: ANN401 - imported late
    """Return the default policy, whose jitter is the same in each run."""
    from winasr_doctor import RetryPolicy

    return RetryPolicy(_random=random.Random(0))  # noqa: S311


def _our_rmtree() -> Way:
    import winasr_doctor

    return _removed_by(lambda folder: winasr_doctor.rmtree(folder, _policy()))._replace(
        later=_sweep
    )


def _our_guard() -> Way:
    import winasr_doctor

    nemo = install()

    def call(load: Load) -> str:
        with winasr_doctor.guard(_policy()):
            return load(lambda: nemo.tempfile.TemporaryDirectory(prefix=PREFIX))

    return Way(call, _sweep)


_OURS = "winasr_doctor"

CONTESTANTS = (
    Contestant("shutil.rmtree", "python", "in a `finally`", _shutil),
    Contestant("shutil.rmtree, ignore_errors", "python", "in a `finally`", _shutil_ignoring),
    Contestant(
        "TemporaryDirectory",
        "python",
        "as NeMo uses it: `with`, no arguments",
        _temporary_directory,
    ),
    Contestant(
        "TemporaryDirectory, ignore_cleanup_errors",
        "python",
        "`with TemporaryDirectory(ignore_cleanup_errors=True)`",
        _temporary_directory_ignoring,
    ),
    Contestant(
        "test.support rmtree", "python", "in a `finally`, its branch for Windows", _test_support
    ),
    Contestant("pip rmtree", "pip", "`pip._internal.utils.misc.rmtree` in a `finally`", _pip),
    Contestant(
        "pytest rm_rf",
        "pytest",
        "`make_numbered_dir`, then `rm_rf` in a `finally`; later `cleanup_numbered_dir`",
        _pytest,
    ),
    Contestant("SoftTemporaryDirectory", "huggingface_hub", "`with`, no arguments", _huggingface),
    Contestant(
        "tenacity",
        "tenacity",
        "around `shutil.rmtree` in a `finally`: on PermissionError, 5 attempts, "
        "`wait_exponential()`, `reraise=True`",
        _tenacity,
    ),
    Contestant(
        "pasted loop",
        "python",
        "around the whole load with `TemporaryDirectory`: on PermissionError, 3 attempts, "
        "0.2 and 0.4 s between",
        _pasted,
    ),
    Contestant(
        "winasr_doctor.rmtree", _OURS, "in a `finally`; later `sweep()`", _our_rmtree, ours=True
    ),
    Contestant(
        "winasr_doctor.guard",
        _OURS,
        "around the load with `TemporaryDirectory`; later `sweep()`",
        _our_guard,
        ours=True,
    ),
)
