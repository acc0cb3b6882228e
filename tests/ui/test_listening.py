"""Players, words, changed texts, languages and speakers, without a browser."""

from __future__ import annotations

import pytest

from winasr_doctor.asr.outcomes import (
    Diarization,
    DiarizeOutcome,
    DiarizeStatus,
    Message,
    SpeakerSegment,
    TranscribeOutcome,
    TranscribeStatus,
    Transcript,
    Word,
)
from winasr_doctor.models.known import KNOWN_MODELS
from winasr_doctor.models.languages import name_of
from winasr_doctor.ui import listening
from winasr_doctor.ui.handler import TranscriptionRequest
from winasr_doctor.ui.models import choices
from winasr_doctor.ui.status import plain_text

from .fakes import WORDS, failed_load


def test_a_file_that_is_no_recording_has_a_player_without_a_waveform(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"no sound")
    shown = listening.players([str(tmp_path / "a.wav")], ["<b>.wav"], [None])
    assert "<svg" not in shown
    assert "<b>" not in shown
    assert 'src="gradio_api/file=' in shown


def test_words_are_escaped_and_the_unsure_ones_say_so():
    words = (Word("<i>", 0.1, 0.2, 0.41), Word("sure", 0.3, 0.4, 0.9), Word("so", 5.0, 5.1))
    shown = listening.words([Transcript("a.wav", "", 6.0, words)], ["a.wav"])
    assert "<i>" not in shown
    assert shown.count('class="unsure"') == 1
    assert 'title="The model is unsure: 41%"' in shown
    assert shown.count('tabindex="0"') == 1
    assert "<time>0:05</time>" in shown
    assert listening.words([Transcript("a.wav", "text", 6.0)], ["a.wav"]) == ""


def test_a_changed_text_is_in_every_file(make, wish):
    handler = make()
    assert handler.edit("tab", "too early") is None
    list(handler.run("tab", wish))
    edit = handler.edit("tab", "stop hero")
    assert edit.note == "Your changes are in the files to download."
    for form in ("txt", "srt", "vtt", "json"):
        with open(edit.files[form], encoding="utf-8") as file:  # noqa: PTH123
            assert "hero" in file.read()
    assert "as the model made it" in handler.edit("tab", "stop zero").note


def of_known(name):
    return next(each for each in choices(installed=lambda _name: True) if each.name == name)


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [
        ("canary-1b-v2", "de", {"source_lang": "de", "target_lang": "de", "timestamps": True}),
        (
            "nemotron-3.5-asr-streaming-0.6b",
            "pt-BR",
            {"target_lang": "pt-BR", "timestamps": True},
        ),
        ("parakeet-tdt-0.6b-v3", "de", {"timestamps": True}),
        ("canary-qwen-2.5b", "", {"timestamps": False}),
    ],
)
def test_a_model_is_told_what_it_takes(make, fake, recording, name, language, expected):
    told = {}

    def transcribe(**options):
        told.update(
            {key: options[key] for key in expected} if set(expected) <= set(options) else {}
        )
        told["languages"] = {key for key in options if key.endswith("_lang")}

    fake.steps["transcribe"] = transcribe
    handler = make()
    handler.choices[name] = of_known(name)
    list(handler.run("tab", TranscriptionRequest((recording,), name, language=language)))
    assert told.pop("languages") == {key for key in expected if key.endswith("_lang")}
    assert told == expected


def test_every_language_has_a_name():
    codes = {code for model in KNOWN_MODELS for code in model.languages}
    assert all(name_of(code)[:2] != code[:2] for code in codes)
    assert name_of("pt-BR") == "Portuguese (BR)"


def two_speakers(names, **_options):
    segments = (SpeakerSegment("speaker_0", 0.0, 0.4), SpeakerSegment("speaker_1", 0.4, 0.8))
    return DiarizeOutcome(
        message=Message("done"),
        status=DiarizeStatus.DIARIZED,
        diarizations=tuple(Diarization(each, segments, 1.0) for each in names),
    )


def named(names, words=WORDS, **_options):
    return TranscribeOutcome(
        message=Message("done"),
        status=TranscribeStatus.TRANSCRIBED,
        transcripts=tuple(Transcript(each, "stop zero", 1.0, words) for each in names),
    )


SPEAKERS = "diar_sortformer_4spk-v1"


def test_a_chosen_diarizer_says_who_says_what(make, fake, recording):
    fake.steps |= {"diarize": two_speakers, "transcribe": named}
    wish = TranscriptionRequest((recording,), "tiny", diarizer=SPEAKERS)
    *_, view = make().run("tab", wish)
    assert [word.speaker for word in view.transcripts[0].words] == ["Speaker 1", "Speaker 2"]
    assert fake.names == ["tiny", SPEAKERS]
    assert "<strong>Speaker 2</strong>" in listening.words(view.transcripts, view.names)


def test_speakers_that_cannot_be_told_apart_cost_no_text(make, fake, recording):
    def load(**_options):
        return failed_load() if fake.names[-1] == SPEAKERS else None

    fake.steps |= {"load": load, "transcribe": named}
    wish = TranscriptionRequest((recording,), "tiny", diarizer=SPEAKERS)
    *_, view = make().run("tab", wish)
    assert view.transcripts[0].text == "stop zero"
    said = plain_text(view.status)
    assert "The speakers could not be told apart: There is too little memory." in said
    assert "Close other programs" in said
    fake.steps["transcribe"] = lambda names, **_options: named(names, ())
    *_, view = make().run("other", wish)
    assert "does not say when a word was said" in plain_text(view.status)
