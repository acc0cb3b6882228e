"""A loader that makes and removes temporary folders as NeMo does, without NeMo."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from winasr_doctor._guard import guard
from winasr_doctor._guard.directory import guarded_for
from winasr_doctor._guard.events import Phase
from winasr_doctor._util import clock
from winasr_doctor.asr import jobs
from winasr_doctor.asr.outcomes import (
    LoadOutcome,
    LoadStatus,
    Message,
    TranscribeOutcome,
    TranscribeStatus,
    Transcript,
)
from winasr_doctor.faults import VirtualClock
from winasr_doctor.selftest import running
from winasr_doctor.selftest.bundled import recordings


@dataclass
class FakeLoader:
    """Stands for `load_model` and `transcribe`.

    Attributes:
        texts: What is heard, by file name; the right text where it is not said.
        folders: Where temporary folders were made.
        load_error: Loading fails with it.
        transcribe_error: Transcribing fails with it, after the first recording.
        options: What the last call of each was given.
    """

    texts: dict[str, str] = field(default_factory=dict)
    folders: list[Path] = field(default_factory=list)
    load_error: Exception | None = None
    transcribe_error: Exception | None = None
    options: dict[str, dict] = field(default_factory=dict)

    def load_model(self, name, **options):
        self.options["load"] = {"name": name, **options}
        reports = self._folder(Phase.LOADING, "model_weights.ckpt", options["policy"])
        told = LoadOutcome(
            status=LoadStatus.LOADED,
            name=name,
            model=SimpleNamespace(),
            device="cpu",
            cleanups=reports,
            message=Message("Loaded."),
        )
        if self.load_error is None:
            return told
        return replace(
            told,
            status=LoadStatus.LOAD_FAILED,
            model=None,
            error=self.load_error,
            message=Message(str(self.load_error)),
        )

    def transcribe(self, model, audio, **options):
        self.options["transcribe"] = options
        assert model is not None
        reports = self._folder(Phase.TRANSCRIBING, "manifest.json", options["policy"])
        right = {recording.path.name: recording.text for recording in recordings()}
        heard = tuple(
            Transcript(str(path), self.texts.get(path.name, right[path.name]), 2.0)
            for path in audio
        )
        failed = self.transcribe_error
        return TranscribeOutcome(
            status=TranscribeStatus.TRANSCRIBE_FAILED if failed else TranscribeStatus.TRANSCRIBED,
            transcripts=heard[:1] if failed else heard,
            error=failed,
            cleanups=reports,
            message=Message(str(failed) if failed else "Done."),
        )

    def _folder(self, phase, name, policy):
        with guard(policy) as session, guarded_for(phase)() as folder:
            self.folders.append(Path(folder))
            Path(folder, name).write_text("x", encoding="utf-8")
        return session.cleanups


@pytest.fixture
def loader(monkeypatch, tmp_path):
    """Put the fake in the loader's place; nothing waits, and TEMP is a folder of the test."""
    temp = tmp_path / "temp"
    temp.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temp))
    fake = FakeLoader()
    monkeypatch.setattr(running, "load_model", fake.load_model)
    monkeypatch.setattr(running, "transcribe", fake.transcribe)
    monkeypatch.setattr(jobs, "run", lambda work, timeout: None)
    with clock.using(VirtualClock()):
        yield fake
