"""A recording that ends before its header says is said to."""

from __future__ import annotations

import io
import struct
import wave

import pytest

from winasr_doctor.asr.outcomes import Transcript
from winasr_doctor.asr.truncated_audio import note, share_missing


def wav(frames=1000, channels=2) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(16_000)
        writer.writeframes(bytes(2 * channels * frames))
    return file.getvalue()


def share(content: bytes) -> float:
    return share_missing(io.BytesIO(content))


def chunk(name: bytes, content: bytes, size: int | None = None, order: str = "<") -> bytes:
    size = len(content) if size is None else size
    return struct.pack(f"{order}4sI", name, size) + content + bytes(len(content) % 2)


def file_of(kind: bytes, form: bytes, *chunks: bytes, order: str = "<") -> bytes:
    body = form + b"".join(chunks)
    return struct.pack(f"{order}4sI", kind, len(body)) + body


def test_a_whole_recording_lacks_nothing():
    assert share(wav()) == 0
    assert share(wav(frames=0)) == 0


@pytest.mark.parametrize("kept", [0.0, 0.25, 0.5, 0.999])
def test_how_much_of_it_is_missing_is_measured(kept):
    whole = wav()
    assert share(whole[: 44 + int(4000 * kept)]) == pytest.approx(1 - kept)


def test_a_single_frame_counts():
    assert share(wav()[:-4]) == pytest.approx(1 / 1000)


@pytest.mark.parametrize("size", [0xFFFF_FFFF, 0x7FFF_F000, 0x7FFF_FFFF, 0])
def test_a_header_that_could_not_know_the_length_says_nothing(size):
    content = file_of(b"RIFF", b"WAVE", chunk(b"fmt ", bytes(16)), chunk(b"data", b"1234", size))
    assert share(content) == 0


def test_what_stands_before_and_after_the_samples_does_not_count():
    data = chunk(b"data", bytes(101))
    between = (chunk(b"LIST", b"odd"), chunk(b"fmt ", bytes(16)))
    whole = file_of(b"RIFF", b"WAVE", *between, data, chunk(b"LIST", bytes(50)))
    assert share(whole) == 0
    assert share(file_of(b"RIFF", b"WAVE", *between, data)[:-1]) == 0  # only the pad byte


def test_a_large_recording_has_its_length_elsewhere():
    length = struct.pack("<QQQI", 0, 200, 0, 0)
    chunks = (chunk(b"ds64", length), chunk(b"data", bytes(100), 0xFFFF_FFFF))
    assert share(file_of(b"RF64", b"WAVE", *chunks)) == 0.5


@pytest.mark.parametrize(
    ("kind", "form", "name"),
    [
        (b"RIFX", b"WAVE", b"data"),
        (b"FORM", b"AIFF", b"SSND"),
        (b"FORM", b"AIFC", b"SSND"),
    ],
)
def test_other_byte_orders_are_read(kind, form, name):
    assert share(file_of(kind, form, chunk(name, bytes(100), 200, ">"), order=">")) == 0.5


@pytest.mark.parametrize(
    "content",
    [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEdata", b"fLaC" + bytes(50), bytes(100)],
)
def test_other_files_are_left_to_libsndfile(content):
    assert share(content) == 0


def test_many_chunks_end():
    assert share(file_of(b"RIFF", b"WAVE", *[chunk(b"junk", b"")] * 5000)) == 0


def test_it_is_said_in_plain_words():
    said = note(Transcript("speech.wav", "stop", 7.3, missing=5.2))
    assert said.startswith("speech.wav is cut short: it should last 12.50 s, but the last 5.20 s")
    assert "copy or record it again" in said
