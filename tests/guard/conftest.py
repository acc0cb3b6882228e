"""A made-up NeMo of the same shape, for what the real one cannot be asked to be."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from winasr_doctor.faults.removal import by_path

LOADING = "nemo.core.connectors.save_restore_connector"
MODEL = "nemo.core.classes.modelPT"
TRANSCRIBING = "nemo.collections.asr.parts.mixins.transcription"

SOURCES = {
    LOADING: """
import tempfile

def load(work):
    with tempfile.TemporaryDirectory() as folder:
        return work(folder)
""",
    TRANSCRIBING: """
import tempfile

def transcribe_generator(work):
    with tempfile.TemporaryDirectory() as folder:
        yield work(folder)

def transcribe(work):
    return list(transcribe_generator(work))
""",
    MODEL: """
class AppState:
    _instance = None

    def __new__(cls):
        if cls._instance is None:
            cls._instance = super().__new__(cls)
            cls._instance.is_model_being_restored = False
            cls._instance.nemo_file_folder = None
            cls._instance._all_model_restore_paths = []
        return cls._instance

class ModelPT:
    @classmethod
    def restore_from(cls, path, fail=None):
        state = AppState()
        state._all_model_restore_paths.append(path)
        state.is_model_being_restored = True
        state.nemo_file_folder = "folder"
        if fail is not None:
            raise fail
        state.is_model_being_restored = False
        state.nemo_file_folder = None
        return cls
""",
}

Write = Callable[..., None]
Import = Callable[[str], object]


@pytest.fixture
def write_nemo(tmp_path: Path) -> Iterator[Write]:
    """Return a function that writes a NeMo; an argument replaces (or, `None`, drops) a module."""
    place = tmp_path / "site-packages"

    def write(**changed: str | None) -> None:
        names = {"loading": LOADING, "transcribing": TRANSCRIBING, "model": MODEL}
        sources = dict(SOURCES)
        for key, source in changed.items():
            if source is None:
                del sources[names[key]]
            else:
                sources[names[key]] = source
        for name in (*SOURCES, "nemo.core.classes"):
            *packages, _ = name.split(".")
            for depth in range(1, len(packages) + 1):
                package = place.joinpath(*packages[:depth])
                package.mkdir(parents=True, exist_ok=True)
                (package / "__init__.py").write_text('__version__ = "9.9.9"\n')
        for name, source in sources.items():
            place.joinpath(*name.split(".")).with_suffix(".py").write_text(source)
        importlib.invalidate_caches()

    before = {name: module for name, module in sys.modules.items() if _is_nemo(name)}
    for name in before:
        del sys.modules[name]
    sys.path.insert(0, str(place))
    yield write
    sys.path.remove(str(place))
    for name in [name for name in sys.modules if _is_nemo(name)]:
        del sys.modules[name]
    sys.modules.update(before)


@pytest.fixture
def nemo(write_nemo: Write) -> Import:
    """Write the usual NeMo and return what imports a module of it."""
    write_nemo()
    return importlib.import_module


class Locks:
    """Files that cannot be deleted, as on Windows.

    Attributes:
        names: Names of files that somebody else has open, each with how often a deletion fails.
        tried: Every deletion that was refused.
    """

    def __init__(self) -> None:
        self.names: dict[str, float] = {}
        self.tried: list[str] = []

    def refuses(self, path: str) -> bool:
        if os.path.exists("/proc/self/fd"):
            for number in os.listdir("/proc/self/fd"):
                try:
                    held = os.readlink(f"/proc/self/fd/{number}")
                except OSError:
                    continue
                if held == os.path.realpath(path):
                    return True
        name = os.path.basename(path)
        if self.names.get(name, 0) <= 0:
            return False
        self.names[name] -= 1
        return True


@pytest.fixture
def locks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Locks]:
    """Let `os.unlink` fail as on Windows for open files and for those named."""
    locks = Locks()
    unlink = os.unlink

    def windows_unlink(path: str, **options: object) -> None:
        if locks.refuses(path):
            locks.tried.append(path)
            error = PermissionError(13, "in use", path)
            error.winerror = 32  # type: ignore[attr-defined]
            raise error
        unlink(path)

    monkeypatch.setattr("os.unlink", windows_unlink)
    with by_path():
        yield locks


def _is_nemo(name: str) -> bool:
    return name == "nemo" or name.startswith("nemo.")
