import tempfile
from pathlib import Path

import pytest

import winasr_doctor


class App:
    """Writes a list of recordings, as NeMo does, and survives that it cannot be removed."""

    def transcribe(self, recording: str) -> str:
        folder = Path(tempfile.mkdtemp())
        (folder / "manifest.json").write_text(recording)
        winasr_doctor.rmtree(folder)
        return "text"


@pytest.fixture
def app(virtual_clock):
    return App()
