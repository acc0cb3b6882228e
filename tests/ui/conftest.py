"""What the page's tests share."""

from __future__ import annotations

import pytest

from winasr_doctor.ui.handler import Handler, TranscriptionRequest
from winasr_doctor.ui.sessions import Sessions

from .fakes import TINY, Fake


@pytest.fixture
def fake():
    return Fake()


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "speech.wav"
    path.write_bytes(b"RIFF")
    return str(path)


@pytest.fixture
def sessions(tmp_path, monkeypatch):
    sessions = Sessions(tmp_path / "page")
    yield sessions
    sessions.close()


@pytest.fixture
def make(fake, sessions):
    """Return a function that makes a handler around the fake engine."""
    return lambda **options: Handler(sessions, (TINY,), engine=fake.engine, **options)


@pytest.fixture
def wish(recording):
    return TranscriptionRequest((recording,), "tiny")
