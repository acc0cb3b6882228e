"""Fixtures that tests of several folders share, and where the tests on the real NeMo can run."""

from __future__ import annotations

import importlib.util
import itertools
import logging
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from winasr_doctor.locks.ledger import STATE_VARIABLE, Ledger, default_ledger

HERE = Path(__file__).parent
DATA = Path(str(files("winasr_doctor") / "data"))

REAL_NEMO = {
    "nemo": ("nemo",),
    "fault_injection/nemo": ("nemo",),
    "gpu": ("nemo",),
    "canary": ("nemo", "peft", "accelerate"),
    "wine_nemo": (),
    "hub": ("huggingface_hub",),
    "torch_hub": ("torch",),
}
"""Folders of tests on the real NeMo, or the real clients of hubs, each with the modules without
which it is not collected."""

FILTERS = {
    "fault_injection/nemo": (
        "default",
        "error::pytest.PytestUnraisableExceptionWarning",
        "error::pytest.PytestUnhandledThreadExceptionWarning",
    ),
}
"""What is done with warnings there, where it is not "default": an error of a thread counts."""

_numbers = itertools.count()


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out tests on what is not installed; the report's header says so."""
    if not collection_path.match("test_*.py"):
        return None
    needed = REAL_NEMO.get(_folder_of(collection_path), ())
    return True if any(importlib.util.find_spec(name) is None for name in needed) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let warnings of NeMo and its dependencies be warnings."""
    for item in items:
        folder = _folder_of(item.path)
        if folder in REAL_NEMO:
            item.add_marker(pytest.mark.filterwarnings(*FILTERS.get(folder, ("default",))))


def _folder_of(file: Path) -> str:
    return file.parent.relative_to(HERE).as_posix() if file.is_relative_to(HERE) else ""


@pytest.fixture(scope="session")
def _states(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("states")


@pytest.fixture(autouse=True)
def state_folder(_states: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the test's ledger and journal are, not in this account; it is not made yet."""
    folder = _states / str(next(_numbers))
    monkeypatch.setenv(STATE_VARIABLE, str(folder))
    return folder


@pytest.fixture
def ledger(state_folder: Path) -> Ledger:
    """Return the ledger that everything in the test uses."""
    return default_ledger()


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the test's TEMP; nothing else is in it."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    return folder


@pytest.fixture
def fast_folder(tmp_path: Path) -> Iterator[Path]:
    """Return an empty folder, in memory where there is one: thousands of trees come and go."""
    memory = "/dev/shm"  # noqa: S108 - a folder of our own is made in it
    if os.name != "posix" or not os.access(memory, os.W_OK):
        yield tmp_path
        return
    folder = tempfile.mkdtemp(dir=memory)
    yield Path(folder)
    subprocess.run(["rm", "-rf", folder], check=True)  # up to Python 3.12 shutil recurses


@pytest.fixture(scope="session")
def quiet_nemo() -> None:
    """Import NeMo without its log; it takes seconds, so once."""
    importlib.import_module("nemo.collections.asr.models")
    importlib.import_module("nemo.utils").logging.setLevel(logging.CRITICAL)


@pytest.fixture(scope="session")
def asr_model(quiet_nemo: None) -> type:
    """Return NeMo's `ASRModel`."""
    from nemo.collections.asr.models import ASRModel

    return ASRModel


@pytest.fixture(scope="session")
def restore(asr_model: Any) -> Callable[[], Any]:
    """Return a function that restores the bundled model as an app does."""
    return lambda: asr_model.restore_from(str(DATA / "tiny-tdt.nemo"), map_location="cpu")
