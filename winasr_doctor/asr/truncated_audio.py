"""Detects recordings that are shorter than their header says, such as interrupted copies.

libsndfile reads the existing data without an error (src/wav.c, "data chunk is truncated" only in
its log), so the end of the text would be missing silently. It does reject a truncated FLAC.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from winasr_doctor.asr.outcomes import Diarization, Transcript


class _Layout(NamedTuple):
    order: str
    data: bytes


_LAYOUTS = {
    (b"RIFF", b"WAVE"): _Layout("<", b"data"),
    (b"RIFX", b"WAVE"): _Layout(">", b"data"),
    (b"RF64", b"WAVE"): _Layout("<", b"data"),
    (b"BW64", b"WAVE"): _Layout("<", b"data"),
    (b"FORM", b"AIFF"): _Layout(">", b"SSND"),
    (b"FORM", b"AIFC"): _Layout(">", b"SSND"),
}
"""Byte order, and the chunk of the samples. Sources: Microsoft, "Multimedia Programming Interface
and Data Specifications 1.0"; EBU Tech 3306 (RF64); Apple, "AIFF 1.3"."""

_UNKNOWN = 0x7FFF_F000
"""Sizes from here on are written by programs that cannot go back to the header, such as ffmpeg
(0xFFFFFFFF) and SoX (0x7FFFF000 and a little) into a pipe."""

_MOST_CHUNKS = 1000


def share_missing(file: BinaryIO) -> float:
    """Return the missing share of a recording's samples, from 0 (nothing) to 1 (all).

    Args:
        file: A file open for reading, at any position; its position is not restored.

    Returns:
        The share; also 0 for other formats and if the header does not say.

    Raises:
        OSError: It cannot be read.
    """
    total = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(12)
    layout = _LAYOUTS.get((head[:4], head[8:12]))
    if layout is None:
        return 0.0
    long_size = None
    for name, size in _chunks(file, layout.order):
        if name == b"ds64":
            long_size = struct.unpack("<8xQ", file.read(16).ljust(16, b"\0"))[0]
        elif name == layout.data:
            announced = long_size or (size if size < _UNKNOWN else 0)
            missing = announced - (total - file.tell())
            return missing / announced if announced and missing > 0 else 0.0
    return 0.0


def _chunks(file: BinaryIO, order: str) -> Iterator[tuple[bytes, int]]:
    """Yield the name and size of each chunk, with the file at its contents."""
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:  # noqa: PLR2004 - a name and a size of four bytes each
            return
        name, size = struct.unpack(f"{order}4sI", head)
        place = file.tell()
        yield name, size
        file.seek(place + size + size % 2)


def note(result: Transcript | Diarization) -> str:
    """Say in one sentence for people that a recording is truncated."""
    there = result.duration
    return (
        f"{result.source} is cut short: it should last {there + result.missing:.2f} s, but"
        f" the last {max(result.missing, 0.01):.2f} s are not in the file. The result ends where"
        " the file ends; copy or record it again."
    )
