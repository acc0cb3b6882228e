"""Changed texts keep the times of their words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winasr_doctor.asr.outcomes import Transcript, Word
from winasr_doctor.transcripts import exports
from winasr_doctor.transcripts.editing import HeadingMissingError, all_edited, edited, page_text

WORDS = tuple(
    Word(text, n / 2, n / 2 + 0.4, 0.9)
    for n, text in enumerate(["stop", "zero", "four", "one", "nine", "yes"])
)
HEARD = Transcript("/up/talk.wav", "stop zero four one nine yes", 4.0, WORDS)
TEXTS = st.lists(
    st.sampled_from(["stop", "zero", "four", "one", "nine", "yes", "up", "go"]), max_size=12
)


def times(transcript):
    return {word.text: (word.start, word.end) for word in transcript.words}


def test_what_is_unchanged_stays_the_same_object():
    assert edited(HEARD, f" {HEARD.text}\n") is HEARD


def test_a_word_in_the_place_of_another_has_its_time():
    changed = edited(HEARD, "stop hero four one nine yes")
    assert times(changed)["hero"] == times(HEARD)["zero"]
    assert [word.confidence for word in changed.words] == [0.9, None, 0.9, 0.9, 0.9, 0.9]
    assert "hero" in exports.to_srt(changed)


def test_added_words_share_a_gap_and_removed_ones_leave_the_others():
    changed = edited(HEARD, "stop zero, well, yes please")
    assert times(changed)["yes"] == times(HEARD)["yes"]
    assert times(changed)["please"] == (2.9, 4.0)
    assert times(changed)["zero,"][0] == times(HEARD)["zero"][0]


def test_lines_that_somebody_made_stay_in_the_text():
    changed = edited(HEARD, "Stop zero.\n\nFour one nine yes")
    assert exports.to_txt([changed]) == "Stop zero.\n\nFour one nine yes\n"


def test_without_times_the_text_alone_changes():
    plain = Transcript("a.wav", "stop", 1.0)
    assert edited(plain, "go").text == "go"


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_any_change_has_its_words_in_order_within_the_recording(old, new):
    words = tuple(Word(text, n / 2, n / 2 + 0.5) for n, text in enumerate(old))
    before = Transcript("a.wav", " ".join(old), len(old) / 2 + 1, words)
    after = edited(before, " ".join(new))
    if old:
        assert [word.text for word in after.words] == new
    starts = [word.start for word in after.words]
    assert starts == sorted(starts)
    assert all(0 <= word.start <= word.end <= before.duration for word in after.words)


def test_a_line_begins_with_its_speaker_who_can_be_another():
    words = tuple(
        Word(w.text, w.start, w.end, None, f"Speaker {1 + n // 3}") for n, w in enumerate(WORDS)
    )
    heard = Transcript("a.wav", HEARD.text, 4.0, words)
    shown = page_text([heard], named=False)
    assert shown == "Speaker 1: stop zero four\nSpeaker 2: one nine yes"
    (same,) = all_edited([heard], shown, named=False)
    assert same is heard
    changed = edited(heard, "Anna: stop zero\nSpeaker 2: four one nine yes")
    assert [word.speaker for word in changed.words] == ["Anna"] * 2 + ["Speaker 2"] * 4
    assert exports.to_txt([changed]) == "Anna: stop zero\nSpeaker 2: four one nine yes\n"


def test_the_texts_of_several_recordings_are_told_apart_by_their_names():
    other = Transcript("b.wav", "up", 1.0)
    shown = page_text([HEARD, other], named=True)
    first, second = all_edited([HEARD, other], shown.replace("up", "down"), named=True)
    assert first is HEARD
    assert second.text == "down"
    with pytest.raises(HeadingMissingError) as caught:
        all_edited([HEARD, other], shown.replace("b.wav", ""), named=True)
    assert caught.value.name == "b.wav"
