"""Writes transcripts as files to download: text, subtitles (SRT, WebVTT) and JSON."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PureWindowsPath
from typing import NamedTuple

from winasr_doctor.asr.outcomes import Transcript, Word
from winasr_doctor.report.escaping import utf8, visible

SCHEMA = "winasr-doctor/transcript/1"

LONGEST_CUE = 6.0
"""Maximum seconds that a subtitle stays."""

WIDEST_CUE = 84
"""Maximum number of characters of a subtitle: two lines of 42."""

PAUSE = 0.8
"""Seconds of silence that end a subtitle."""

FORMATS = ("txt", "srt", "vtt", "json")


class Cue(NamedTuple):
    """One subtitle, in seconds from the recording's start."""

    start: float
    end: float
    text: str


def name_of(transcript: Transcript) -> str:
    """Return the recording's file name, safe to display."""
    return visible(PureWindowsPath(transcript.source).name or transcript.source)


def cues(transcript: Transcript) -> tuple[Cue, ...]:
    """Split a transcript into subtitles, at pauses and before they get too long.

    Without word timestamps, the whole text is one subtitle.
    """
    if not transcript.words:
        text = transcript.text.strip()
        return (Cue(0.0, transcript.duration, text),) if text else ()
    return tuple(
        Cue(group[0].start, max(group[-1].end, group[0].start), " ".join(w.text for w in group))
        for group in _groups(transcript.words)
    )


def _groups(words: Sequence[Word]) -> Iterator[list[Word]]:
    group: list[Word] = []
    for word in words:
        if group and _ends_before(group, word):
            yield group
            group = []
        group.append(word)
    yield group


def _ends_before(group: Sequence[Word], word: Word) -> bool:
    width = sum(len(each.text) + 1 for each in group) + len(word.text)
    return (
        word.start - group[-1].end >= PAUSE
        or word.end - group[0].start > LONGEST_CUE
        or width > WIDEST_CUE
    )


def to_txt(transcripts: Sequence[Transcript]) -> str:
    """Write the texts, each with its recording's name above it if there are several."""
    if len(transcripts) == 1:
        return f"{utf8(transcripts[0].text)}\n"
    return "\n".join(f"{name_of(each)}\n{utf8(each.text)}\n" for each in transcripts)


def to_srt(transcript: Transcript) -> str:
    """Write one transcript as SubRip subtitles."""
    return "\n".join(
        f"{number}\n{_time(cue.start, ',')} --> {_time(cue.end, ',')}\n{_cue_text(cue)}\n"
        for number, cue in enumerate(cues(transcript), 1)
    )


def to_vtt(transcript: Transcript) -> str:
    """Write one transcript as subtitles (W3C, "WebVTT: The Web Video Text Tracks Format")."""
    blocks = (
        f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}\n{_markup(_cue_text(cue))}\n"
        for cue in cues(transcript)
    )
    return "\n".join(("WEBVTT\n", *blocks))


def to_json(transcripts: Sequence[Transcript]) -> str:
    """Write all data as JSON; times in seconds."""
    document = {
        "schema": SCHEMA,
        "transcripts": [
            {
                "source": name_of(each),
                "text": utf8(each.text),
                "duration": each.duration,
                "words": [
                    {"text": utf8(word.text), "start": word.start, "end": word.end}
                    for word in each.words
                ],
            }
            for each in transcripts
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write_files(transcripts: Sequence[Transcript], folder: Path) -> dict[str, str]:
    """Write all formats into a folder.

    Args:
        transcripts: At least one.
        folder: An existing folder.

    Returns:
        Format to path. Subtitles of several recordings are in one zip archive, one file each.

    Raises:
        OSError: A file cannot be written.
    """
    written = {
        "txt": _write(folder / "transcript.txt", to_txt(transcripts)),
        "json": _write(folder / "transcript.json", to_json(transcripts)),
    }
    subtitles: Mapping[str, Callable[[Transcript], str]] = {"srt": to_srt, "vtt": to_vtt}
    for suffix, convert in subtitles.items():
        if len(transcripts) == 1:
            path = folder / f"transcript.{suffix}"
            written[suffix] = _write(path, convert(transcripts[0]))
        else:
            archive = folder / f"transcript-{suffix}.zip"
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
                for number, each in enumerate(transcripts, 1):
                    member = f"{number:02d}-{Path(name_of(each)).stem}.{suffix}"
                    target.writestr(member, convert(each))
            written[suffix] = str(archive)
    return written


def _write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8", newline="\n")
    return str(path)


def _time(seconds: float, point: str) -> str:
    milliseconds = max(0, round(seconds * 1000))
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"


def _cue_text(cue: Cue) -> str:
    """Return a cue's text on one line: an empty line would end the cue."""
    return " ".join(utf8(cue.text).split())


def _markup(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
