"""Says in words how far a transcription is."""

from __future__ import annotations

from winasr_doctor.asr.transcribe_progress import TranscribeProgress


def sentence(state: TranscribeProgress) -> str:
    """Describe progress, such as `2:05 of 60:00, 12.5 x real time, 0:46 left`."""
    parts = [f"{clock(state.seconds_done)} of {clock(state.seconds)}"]
    if state.speed is not None:
        parts.append(f"{state.speed:.1f} x real time")
    if state.remaining:
        parts.append(f"{clock(state.remaining)} left")
    return ", ".join(parts)


def clock(seconds: float) -> str:
    """Write seconds as `M:SS` or `H:MM:SS`."""
    minutes, second = divmod(round(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02d}:{second:02d}" if hour else f"{minute}:{second:02d}"
