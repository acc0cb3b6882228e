import shutil
import tempfile
from pathlib import Path

import pytest


class Cache:
    """A cache that removes itself, and tries again when something is in the way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = folder / "index"
        folder.mkdir()
        self.index.write_text("1")

    def clear(self) -> None:
        for _ in range(3):
            try:
                return shutil.rmtree(self.folder)
            except PermissionError as error:
                last = error
        raise last


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


@pytest.fixture
def make_cache():
    return lambda: Cache(Path(tempfile.mkdtemp(), "cache"))


class App:
    """Writes a list of recordings, as NeMo does."""

    def transcribe(self, recording: str) -> None:
        folder = tempfile.mkdtemp()
        Path(folder, "manifest.json").write_text(recording)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def app():
    return App()
