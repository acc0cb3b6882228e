"""Keeps what is known of a running job: the texts so far, and a row for each recording."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple

from winasr_doctor.asr.outcomes import TranscribeOutcome, Transcript
from winasr_doctor.asr.transcribe_progress import TranscribeProgress
from winasr_doctor.transcripts.progress_words import clock, sentence
from winasr_doctor.ui import texts

_PAUSE = 1.0
"""Seconds between two versions of the texts."""


class RecordingRow(NamedTuple):
    """One line of the table of recordings."""

    name: str
    length: str
    state: str
    words: str


class JobProgress:
    """The progress of a job on some recordings; the worker writes it, the page reads it.

    Args:
        names: The recordings' names, each only once.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.lengths: tuple[float | None, ...] = (None,) * len(names)
        self.latest: TranscribeProgress | None = None
        self._transcripts: dict[str, Transcript] = {}
        self._refused: dict[str, str] = {}
        self._told: TranscribeProgress | None = None
        self._told_at = monotonic() - _PAUSE

    def add(self, progress: TranscribeProgress) -> None:
        """Record the progress after a piece."""
        if progress.transcript is not None:
            self._transcripts[progress.transcript.source] = progress.transcript
        self.latest = progress

    def end(self, outcome: TranscribeOutcome) -> None:
        """Record how the transcription ended."""
        found = (*outcome.unfinished, *outcome.transcripts)
        self._transcripts = {each.source: each for each in found}
        self._refused = {each.source: each.message.headline for each in outcome.refused}

    @property
    def share(self) -> float | None:
        """The share that is done; `None` before the first piece."""
        return None if self.latest is None else self.latest.share

    @property
    def line(self) -> str:
        """The progress in words; empty before the first piece."""
        latest = self.latest
        return "" if latest is None else f"{latest.share:.0%}: {sentence(latest)}"

    def news(self) -> tuple[Transcript, ...]:
        """Return the texts so far, if there is more than when they were last returned.

        All of them are sent each time, so this happens once a second at most.
        """
        now = monotonic()
        if self.latest is self._told or now < self._told_at + _PAUSE:
            return ()
        self._told, self._told_at = self.latest, now
        return self.transcripts

    @property
    def transcripts(self) -> tuple[Transcript, ...]:
        """The texts so far, finished or not, in the order of the recordings."""
        found = self._transcripts.copy()
        return tuple(found[name] for name in self.names if name in found)

    def rows(self) -> tuple[RecordingRow, ...]:
        """Return a row for each recording."""
        return tuple(map(self._row, self.names, self.lengths))

    def _row(self, name: str, length: float | None) -> RecordingRow:
        transcript = self._transcripts.get(name)
        shown = "" if length is None else clock(length)
        if transcript is None:
            return RecordingRow(name, shown, self._refused.get(name, texts.ROW_WAITING), "")
        done = transcript.duration - transcript.untranscribed
        share = done / transcript.duration if transcript.duration else 1.0
        state = texts.ROW_PART.format(share=share) if transcript.untranscribed else texts.ROW_DONE
        state = self._refused.get(name, state)
        return RecordingRow(
            name, clock(transcript.duration), state, str(len(transcript.text.split()))
        )


def display_names(paths: Sequence[str]) -> list[str]:
    """Return what users call their recordings: the files' names, each only once."""
    names: list[str] = []
    for path in paths:
        name = path.replace("\\", "/").rpartition("/")[2]
        stem, dot, suffix = name.rpartition(".")
        number = 2
        while name in names:
            name = f"{stem} ({number}){dot}{suffix}" if dot else f"{suffix} ({number})"
            number += 1
        names.append(name)
    return names
