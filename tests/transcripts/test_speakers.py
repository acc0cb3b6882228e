"""Who says which word, and how this is written."""

from __future__ import annotations

from winasr_doctor.asr.outcomes import Diarization, SpeakerSegment, Transcript, Word
from winasr_doctor.transcripts import exports
from winasr_doctor.transcripts.speakers import with_speakers

WORDS = tuple(Word(text, n, n + 0.5) for n, text in enumerate(["stop", "zero", "four", "<one>"]))
HEARD = Transcript("a.wav", "stop zero four <one>", 20.0, (*WORDS, Word("up", 15.0, 15.5)))


def said_by(*segments):
    found = Diarization("a.wav", tuple(SpeakerSegment(*each) for each in segments), 20.0)
    return with_speakers(HEARD, found)


TWO = said_by(("speaker_3", 1.8, 3.2), ("speaker_0", 0.0, 1.3), ("speaker_0", 3.1, 3.2))


def test_a_word_belongs_to_whoever_talks_longest_during_it_or_nearest_to_it():
    assert [word.speaker for word in TWO.words] == [
        *("Speaker 1", "Speaker 1", "Speaker 2", "Speaker 2"),
        "",  # nobody is near
    ]


def test_a_long_segment_that_began_long_ago_counts():
    one = said_by(("a", 0.0, 18.0), ("b", 1.0, 1.2), ("b", 2.0, 2.1))
    assert {word.speaker for word in one.words} == {"Speaker 1"}


def test_nobody_found_changes_nothing():
    assert said_by() is HEARD


def test_every_format_names_the_speakers():
    assert exports.to_txt([TWO]) == "Speaker 1: stop zero\nSpeaker 2: four <one>\nup\n"
    assert "\nSpeaker 1: stop zero\n" in exports.to_srt(TWO)
    assert "\n<v Speaker 2>four &lt;one&gt;\n" in exports.to_vtt(TWO)
    assert '"speaker": "Speaker 2"' in exports.to_json([TWO])
