"""Transcripts as text, subtitles and JSON."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import jsonschema
import msgspec
import pytest

from winasr_doctor import schemas
from winasr_doctor.asr.outcomes import Message, RefusedRecording, Transcript, Word
from winasr_doctor.findings import Remedy
from winasr_doctor.transcripts import exports
from winasr_doctor.transcripts.document import document

ONE = Transcript(
    "C:\\uploads\\one.wav",
    "stop zero four one",
    3.0,
    (
        Word("stop", 0.08, 0.4),
        Word("zero", 0.4, 0.7),
        Word("four", 1.6, 1.9),
        Word("one", 1.9, 2.25),
    ),
)
TWO = Transcript("/home/me/two.wav", "<yes> & no", 1.5)


def test_a_pause_ends_a_subtitle():
    assert [cue.text for cue in exports.cues(ONE)] == ["stop zero", "four one"]


def test_a_subtitle_stays_no_longer_than_it_may():
    words = tuple(Word("a", n * 0.5, n * 0.5 + 0.5) for n in range(100))
    cues = exports.cues(Transcript("x", "", 50.0, words))
    assert max(cue.end - cue.start for cue in cues) <= exports.LONGEST_CUE
    assert sum(len(cue.text.split()) for cue in cues) == 100


def test_a_subtitle_is_no_wider_than_it_may_be():
    words = tuple(Word("abcdefghij", n * 0.1, n * 0.1 + 0.1) for n in range(100))
    cues = exports.cues(Transcript("x", "", 50.0, words))
    assert max(len(cue.text) for cue in cues) <= exports.WIDEST_CUE


def test_without_word_times_the_text_is_one_subtitle():
    assert exports.cues(TWO) == (exports.Cue(0.0, 1.5, "<yes> & no"),)


def test_silence_has_no_subtitle():
    assert exports.cues(Transcript("x", " ", 1.0)) == ()


def test_srt():
    assert exports.to_srt(ONE) == (
        "1\n00:00:00,080 --> 00:00:00,700\nstop zero\n\n"
        "2\n00:00:01,600 --> 00:00:02,250\nfour one\n"
    )


def test_vtt_escapes_what_would_be_a_tag():
    assert exports.to_vtt(TWO) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n&lt;yes&gt; &amp; no\n"
    )


def test_times_beyond_an_hour_are_carried():
    cue = exports.to_srt(Transcript("x", "a", 3661.9996))
    assert "00:00:00,000 --> 01:01:02,000" in cue


def test_the_text_of_one_recording_stands_alone():
    assert exports.to_txt([ONE]) == "stop zero four one\n"


def test_the_texts_of_several_recordings_are_named():
    assert exports.to_txt([ONE, TWO]).startswith("one.wav\nstop zero four one\n\ntwo.wav\n")


def test_json_holds_everything_but_the_folder():
    document = json.loads(exports.to_json([ONE]))
    (transcript,) = document["transcripts"]
    assert transcript["source"] == "one.wav"
    assert transcript["words"][0] == {"text": "stop", "start": 0.08, "end": 0.4}


def test_one_recording_gives_a_file_of_each_format(tmp_path):
    written = exports.write_files([ONE], tmp_path)
    assert set(written) == set(exports.FORMATS)
    assert {path.name for path in tmp_path.iterdir()} == {
        f"one.{suffix}" for suffix in exports.FORMATS
    }


def test_subtitles_of_several_recordings_are_an_archive(tmp_path):
    written = exports.write_files([ONE, TWO], tmp_path)
    with zipfile.ZipFile(written["srt"]) as archive:
        assert archive.namelist() == ["one.srt", "two.srt"]


@pytest.mark.parametrize("name", ["../../evil.wav", "..\\..\\evil.wav", "C:\\x\\evil.wav"])
def test_no_name_leaves_the_archive(tmp_path, name):
    each = Transcript(name, "x", 1.0)
    written = exports.write_files([each, each], tmp_path)
    with zipfile.ZipFile(written["vtt"]) as archive:
        assert archive.namelist() == ["evil.vtt", "evil-2.vtt"]


def test_a_lone_surrogate_is_written_as_its_escape(tmp_path):
    each = Transcript("a\udc80.wav", "b\udc80", 1.0)
    written = exports.write_files([each, each], tmp_path)
    assert "a\\udc80.wav\nb\\udc80\n" in Path(written["txt"]).read_text(encoding="utf-8")


def test_an_archive_holds_everything_of_several_recordings(tmp_path):
    written = exports.write_files([ONE, TWO], tmp_path)
    with zipfile.ZipFile(written["zip"]) as archive:
        assert set(archive.namelist()) == {
            f"{stem}.{form}" for stem in ("one", "two") for form in exports.FORMATS
        }


@pytest.mark.parametrize(
    ("sources", "names"),
    [
        (["a.wav", "A.mp3", "b.wav"], ["a", "A-2", "b"]),
        (["what?.wav", "x. .wav"], ["what_", "x"]),
        (["array 0", ".wav"], ["array 0", ".wav"]),
    ],
)
def test_a_file_is_named_after_its_recording_as_windows_allows(sources, names):
    assert exports.stems([Transcript(source, "x", 1.0) for source in sources]) == names


def test_the_document_fits_its_schema():
    refused = RefusedRecording(
        "C:\\x\\bad.wav", Message("It is empty.", (), (Remedy("Do", ("it",)),))
    )
    made = msgspec.to_builtins(document([ONE, TWO], [refused], "tiny"))
    jsonschema.validate(json.loads(json.dumps(made)), schemas.load("transcript-1"))
    assert made["refused"][0]["source"] == "bad.wav"
