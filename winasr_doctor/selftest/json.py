"""Describes a self-test as a JSON document; times are in seconds, sizes in bytes."""

from __future__ import annotations

from typing import Literal

import msgspec

from winasr_doctor.asr.outcomes import Message
from winasr_doctor.diagnosis.json import AdvicePart
from winasr_doctor.selftest.result import SelfTest


class RecordingPart(msgspec.Struct, frozen=True):
    """One bundled recording; `text` is `null` if it was not transcribed."""

    file: str
    expected: str
    text: str | None
    right: bool


class MemoryPart(msgspec.Struct, frozen=True):
    """Peak memory of the whole process, and of torch on the GPU."""

    process: int | None
    gpu: int | None


class InjectedPart(msgspec.Struct, frozen=True):
    """A fault of the plan, and how often it fired."""

    fault: str
    times: int


class SelfTestCleanupPart(msgspec.Struct, frozen=True):
    """How the temporary folders were removed."""

    folders: int
    attempts: int
    seconds: float | None
    left: tuple[str, ...]
    """Paths that could not be removed while the plan was active."""


class ProblemsPart(msgspec.Struct, frozen=True):
    """What went wrong."""

    headline: str
    details: tuple[str, ...]
    remedies: tuple[AdvicePart, ...]


class SelfTestDocument(msgspec.Struct, frozen=True):
    """What `selftest --format json` prints."""

    schema: Literal["winasr-doctor/selftest/1"]
    ending: Literal["passed", "wrong_text", "failed", "unavailable", "nothing_injected"]
    ok: bool
    model: str
    recordings: tuple[RecordingPart, ...]
    device: str | None
    device_name: str | None
    import_seconds: float | None
    load_seconds: float | None
    transcribe_seconds: float | None
    audio_seconds: float | None
    real_time_factor: float | None
    """Seconds of transcribing per second of audio."""
    peak_memory: MemoryPart
    plan: str | None
    injected: tuple[InjectedPart, ...]
    cleanup: SelfTestCleanupPart
    problems: ProblemsPart | None
    versions: dict[str, str]


def document(result: SelfTest) -> SelfTestDocument:
    """Return the result of a self-test as a JSON document."""
    return SelfTestDocument(
        schema="winasr-doctor/selftest/1",
        ending=result.ending.value,
        ok=result.ok,
        model=result.model,
        recordings=tuple(
            RecordingPart(file=each.file, expected=each.expected, text=each.text, right=each.right)
            for each in result.heard
        ),
        device=result.device,
        device_name=result.device_name,
        import_seconds=_rounded(result.import_seconds),
        load_seconds=_rounded(result.load_seconds),
        transcribe_seconds=_rounded(result.transcribe_seconds),
        audio_seconds=_rounded(result.audio_seconds),
        real_time_factor=_rounded(result.real_time_factor),
        peak_memory=MemoryPart(process=result.peak.process, gpu=result.peak.gpu),
        plan=result.plan or None,
        injected=tuple(InjectedPart(fault=e.fault, times=e.times) for e in result.injected),
        cleanup=SelfTestCleanupPart(
            folders=len(result.cleanups),
            attempts=len(result.attempts),
            seconds=_rounded(result.cleanup_seconds),
            left=tuple(failure.path for failure in result.leftovers),
        ),
        problems=None if result.problems is None else _problems(result.problems),
        versions=dict(result.versions),
    )


def _problems(problems: Message) -> ProblemsPart:
    remedies = (
        AdvicePart(title=remedy.title, steps=tuple(map(str, remedy.steps)))
        for remedy in problems.remedies
    )
    return ProblemsPart(
        headline=problems.headline, details=tuple(problems.details), remedies=tuple(remedies)
    )


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
