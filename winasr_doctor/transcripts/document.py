"""Describes transcripts as a JSON document; times are in seconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PureWindowsPath
from typing import Literal

import msgspec

from winasr_doctor.asr.outcomes import RefusedRecording, Transcript
from winasr_doctor.report.escaping import utf8, visible

SCHEMA = "winasr-doctor/transcript/1"


class TimedWordPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """A word with its times from the start of the recording."""

    text: str
    start: float
    end: float
    confidence: float | None = None
    """How sure the model is, from 0 to 1, if it says."""
    speaker: str = ""
    """Who says it, if speakers were told apart."""


class TranscriptPart(msgspec.Struct, frozen=True):
    """One recording."""

    source: str
    text: str
    duration: float
    words: tuple[TimedWordPart, ...]
    missing: float
    """Seconds that the file's header announces beyond those in the file."""
    untranscribed: float
    """Seconds at the end that were not transcribed."""


class RefusedRemedyPart(msgspec.Struct, frozen=True):
    """A remedy with its steps as sentences."""

    title: str
    steps: tuple[str, ...]


class RefusedPart(msgspec.Struct, frozen=True):
    """A recording that was not transcribed, and why."""

    source: str
    problem: str
    remedies: tuple[RefusedRemedyPart, ...]


class TranscriptDocument(msgspec.Struct, frozen=True):
    """What `transcribe --format json` prints, and the page offers to download."""

    schema: Literal["winasr-doctor/transcript/1"]
    transcripts: tuple[TranscriptPart, ...]
    model: str | None
    refused: tuple[RefusedPart, ...]
    """The recordings that were not transcribed."""


def name_of(source: str) -> str:
    """Return a recording's file name, safe to display."""
    return visible(PureWindowsPath(source).name or source)


def document(
    transcripts: Sequence[Transcript],
    refused: Iterable[RefusedRecording] = (),
    model: str | None = None,
) -> TranscriptDocument:
    """Return transcripts as a JSON document.

    Args:
        transcripts: Those that were made, finished or not.
        refused: The recordings that were not transcribed.
        model: The model's name, if known.
    """
    return TranscriptDocument(
        schema="winasr-doctor/transcript/1",
        transcripts=tuple(map(_transcript, transcripts)),
        model=model,
        refused=tuple(map(_refused, refused)),
    )


def _transcript(transcript: Transcript) -> TranscriptPart:
    return TranscriptPart(
        source=name_of(transcript.source),
        text=utf8(transcript.text),
        duration=transcript.duration,
        words=tuple(
            TimedWordPart(
                utf8(word.text), word.start, word.end, word.confidence, utf8(word.speaker)
            )
            for word in transcript.words
        ),
        missing=transcript.missing,
        untranscribed=transcript.untranscribed,
    )


def _refused(each: RefusedRecording) -> RefusedPart:
    message = each.message
    return RefusedPart(
        source=name_of(each.source),
        problem=utf8(message.headline),
        remedies=tuple(
            RefusedRemedyPart(utf8(remedy.title), tuple(utf8(str(step)) for step in remedy.steps))
            for remedy in message.remedies
        ),
    )
