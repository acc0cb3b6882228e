"""Writes transcripts as files to download: text, subtitles (SRT, WebVTT) and JSON."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, count
from pathlib import Path, PureWindowsPath
from typing import NamedTuple

import msgspec

from winasr_doctor.asr.outcomes import Transcript
from winasr_doctor.report.escaping import utf8
from winasr_doctor.transcripts import document
from winasr_doctor.transcripts.segments import lines, said, text_of

LONGEST_CUE = 6.0
"""Maximum seconds that a subtitle stays."""

WIDEST_CUE = 84
"""Maximum number of characters of a subtitle: two lines of 42."""

FORMATS = ("txt", "srt", "vtt", "json")


class Cue(NamedTuple):
    """One subtitle, in seconds from the recording's start."""

    start: float
    end: float
    text: str
    speaker: str = ""


def name_of(transcript: Transcript) -> str:
    """Return the recording's file name, safe to display."""
    return document.name_of(transcript.source)


def cues(transcript: Transcript) -> tuple[Cue, ...]:
    """Split a transcript into subtitles, at pauses and before they get too long.

    Without word timestamps, the whole text is one subtitle.
    """
    if not transcript.words:
        text = transcript.text.strip()
        return (Cue(0.0, transcript.duration, text),) if text else ()
    return tuple(
        Cue(
            line[0].start,
            max(line[-1].end, line[0].start),
            " ".join(word.text for word in line),
            line[0].speaker,
        )
        for line in lines(transcript.words, longest=LONGEST_CUE, widest=WIDEST_CUE)
    )


def to_txt(transcripts: Sequence[Transcript]) -> str:
    """Write the texts, each with its recording's name above it if there are several."""
    if len(transcripts) == 1:
        return f"{utf8(text_of(transcripts[0]))}\n"
    return "\n".join(f"{name_of(each)}\n{utf8(text_of(each))}\n" for each in transcripts)


def to_srt(transcript: Transcript) -> str:
    """Write one transcript as SubRip subtitles."""
    return "\n".join(
        f"{number}\n{_time(cue.start, ',')} --> {_time(cue.end, ',')}\n"
        f"{_one_line(said(cue.speaker, cue.text))}\n"
        for number, cue in enumerate(cues(transcript), 1)
    )


def to_vtt(transcript: Transcript) -> str:
    """Write one transcript as subtitles (W3C, "WebVTT: The Web Video Text Tracks Format")."""
    blocks = (
        f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}\n"
        f"{_voice(cue.speaker)}{_markup(_one_line(cue.text))}\n"
        for cue in cues(transcript)
    )
    return "\n".join(("WEBVTT\n", *blocks))


def to_json(transcripts: Sequence[Transcript]) -> str:
    """Write all data as JSON; times in seconds."""
    values = msgspec.to_builtins(document.document(transcripts))
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def convert(transcript: Transcript, form: str) -> str:
    """Write one transcript in one of the `FORMATS`."""
    return _CONVERT[form](transcript)


_CONVERT: Mapping[str, Callable[[Transcript], str]] = {
    "txt": lambda transcript: to_txt([transcript]),
    "srt": to_srt,
    "vtt": to_vtt,
    "json": lambda transcript: to_json([transcript]),
}

_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
"""Source: Microsoft, "Naming Files, Paths, and Namespaces"."""


def stems(transcripts: Sequence[Transcript]) -> list[str]:
    """Return a file name without its suffix for each transcript: that of its recording.

    Of several recordings with one name, the later ones get a number.
    """
    found: list[str] = []
    taken: set[str] = set()
    for each in transcripts:
        stem = _NOT_IN_NAMES.sub("_", PureWindowsPath(name_of(each)).stem).rstrip(". ")
        ends = chain(("",), map("-{}".format, count(2)))
        names = (f"{stem or 'transcript'}{end}" for end in ends)
        found.append(next(name for name in names if name.casefold() not in taken))
        taken.add(found[-1].casefold())
    return found


def write_files(transcripts: Sequence[Transcript], folder: Path) -> dict[str, str]:
    """Write all formats into a folder, each file named after its recording.

    Args:
        transcripts: At least one.
        folder: An existing folder.

    Returns:
        Format to path. If there are several transcripts, `txt` and `json` hold all of them, each
        kind of subtitles is a zip archive, and `zip` is an archive of everything.

    Raises:
        OSError: A file cannot be written.
    """
    named = list(zip(stems(transcripts), transcripts, strict=True))
    if len(named) == 1:
        return {
            form: _write(folder / f"{named[0][0]}.{form}", convert(transcripts[0], form))
            for form in FORMATS
        }
    return {
        "txt": _write(folder / "transcripts.txt", to_txt(transcripts)),
        "json": _write(folder / "transcripts.json", to_json(transcripts)),
        "srt": _archive(folder / "transcripts-srt.zip", named, ("srt",)),
        "vtt": _archive(folder / "transcripts-vtt.zip", named, ("vtt",)),
        "zip": _archive(folder / "transcripts.zip", named, FORMATS),
    }


def _archive(path: Path, named: Sequence[tuple[str, Transcript]], forms: Sequence[str]) -> str:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for form in forms:
            for stem, each in named:
                target.writestr(f"{stem}.{form}", convert(each, form))
    return str(path)


def _write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8", newline="\n")
    return str(path)


def _time(seconds: float, point: str) -> str:
    milliseconds = max(0, round(seconds * 1000))
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"


def _one_line(text: str) -> str:
    """Return a cue's text on one line: an empty line would end the cue."""
    return " ".join(utf8(text).split())


def _voice(speaker: str) -> str:
    """Return a speaker as a voice tag (W3C, "WebVTT", 4.2.2 "WebVTT voice object")."""
    return f"<v {_markup(_one_line(speaker))}>" if speaker else ""


def _markup(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
