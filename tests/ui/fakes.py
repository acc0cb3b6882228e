"""An engine that needs neither NeMo nor Gradio, and does on demand what a real one does rarely."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from winasr_doctor.asr.outcomes import (
    LoadOutcome,
    LoadStatus,
    Message,
    TranscribeOutcome,
    TranscribeStatus,
    Transcript,
    Word,
)
from winasr_doctor.findings import Remedy, Report, Tool
from winasr_doctor.locks.cleanup_report import Attempt, CleanupReport, CleanupStatus, RemovalFailure
from winasr_doctor.ui.engine import Engine
from winasr_doctor.ui.models import Choice, ModelState
from winasr_doctor.windows.errors import DeleteClass

TINY = Choice("tiny", ModelState.READY, "ready")
WORDS = (Word("stop", 0.1, 0.4), Word("zero", 0.4, 0.7))


def locked(path="C:\\Temp\\tmpabc\\manifest.json"):
    error = PermissionError(13, "in use", path)
    error.winerror = 32
    return RemovalFailure(path, "os.unlink", error, DeleteClass.TRANSIENT, 32)


def attempt(number=1, delay=0.1):
    return Attempt(number, "C:\\Temp\\tmpabc", 0.1 * number, (locked(),), delay)


def left_behind():
    return CleanupReport(
        "C:\\Temp\\tmpabc", CleanupStatus.LEFT_BEHIND, (attempt(1, None),), (locked(),), True, 0.3
    )


@dataclass
class Fake:
    """An engine whose every step can be told what to do; it counts who is in it."""

    steps: dict[str, Any] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    together: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def _at(self, step, **options):
        self.calls.append(step)
        with self.lock:
            self.together += 1
            self.most = max(self.most, self.together)
        try:
            do = self.steps.get(step)
            return do(**options) if do is not None else None
        finally:
            with self.lock:
                self.together -= 1

    def prepare(self):
        self._at("prepare")

    def blockers(self, choice):
        return self._at("blockers", choice=choice) or ()

    def load(self, name, **options):
        self.names.append(name)
        found = self._at("load", **options)
        return found or LoadOutcome(
            message=Message("loaded"), status=LoadStatus.LOADED, name=name, model=object()
        )

    def transcribe(self, model, audio, **options):
        found = self._at("transcribe", **options)
        return found or TranscribeOutcome(
            message=Message("done"),
            status=TranscribeStatus.TRANSCRIBED,
            transcripts=tuple(Transcript(path, "stop zero", 1.0, WORDS) for path in audio),
        )

    def scan(self):
        return self._at("scan") or Report(Tool("winasr_doctor", "0"), {}, ())

    def duration(self, path):
        self.calls.append("duration")  # reads a file's header: the page asks it beside a job, too
        do = self.steps.get("duration")
        return (do(path=path) if do is not None else None) or 1.0

    def diarize(self, model, audio, **options):
        return self._at("diarize", **options)

    @property
    def engine(self):
        return Engine(
            *(self.prepare, self.blockers, self.load, self.transcribe, self.scan, self.duration),
            self.diarize,
        )


def failed_load(cause="There is too little memory.", error=None):
    return LoadOutcome(
        message=Message(
            cause,
            ("tiny was not loaded.", "C:\\Temp\\x could not be removed: WinError 32"),
            (Remedy("Close other programs", ("Close the browser's other tabs",)),),
        ),
        error=error or MemoryError(),
        status=LoadStatus.LOAD_FAILED,
        name="tiny",
    )


def heard(status=TranscribeStatus.TRANSCRIBED, text="stop zero", cleanups=(), **options):
    return TranscribeOutcome(
        message=Message("said", ("C:\\Temp\\tmpabc\\manifest.json: WinError 32",)),
        status=status,
        transcripts=(Transcript("a.wav", text, 1.0, WORDS),) if text is not None else (),
        cleanups=cleanups,
        **options,
    )


def until(true, seconds=300.0):
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
