"""`transcribe`: its formats and files, its exit codes, and a stdout that is the text's alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema
import pytest

from winasr_doctor import schemas
from winasr_doctor.asr import MissingPackageError, TranscribeProgress, UnknownModelError
from winasr_doctor.asr.outcomes import (
    Diarization,
    DiarizeOutcome,
    DiarizeStatus,
    LoadOutcome,
    LoadStatus,
    Message,
    RefusedRecording,
    SpeakerSegment,
    TranscribeOutcome,
    TranscribeStatus,
    Transcript,
    Word,
)
from winasr_doctor.transcripts.progress_words import clock

WORDS = (Word("stop", 0.1, 0.4), Word("zero", 0.4, 0.7))


class Engine:
    """Stands for NeMo: every recording says `stop zero`, unless a test wants something else."""

    def __init__(self) -> None:
        self.options: list[dict] = []
        self.error: BaseException | None = None
        self.outcome: TranscribeOutcome | None = None

    def load_model(self, name, **_options):
        sys.stdout.write("NeMo says something\n")
        status = LoadStatus.LOADED if self.error is None else LoadStatus.LOAD_FAILED
        message = Message("loaded" if self.error is None else str(self.error))
        return LoadOutcome(message=message, error=self.error, status=status, name=name, model=1)

    def transcribe(self, _model, files, **options):
        sys.stdout.write("NeMo says more\n")
        self.options.append(options)
        for done in (1, 2, 3):
            options["on_progress"](TranscribeProgress(0, 1, done, 3, done * 60.0, 180.0, done))
        return self.outcome or TranscribeOutcome(
            message=Message("done"),
            status=TranscribeStatus.TRANSCRIBED,
            transcripts=tuple(Transcript(each, "stop zero", 1.0, WORDS) for each in files),
        )


@pytest.fixture
def engine(monkeypatch):
    engine = Engine()
    monkeypatch.setattr("winasr_doctor.asr.load_model", engine.load_model)
    monkeypatch.setattr("winasr_doctor.asr.transcribe", engine.transcribe)
    return engine


@pytest.fixture
def recordings(run):
    """Put two recordings into the current folder."""
    for name in ("talk.wav", "b.wav"):
        Path(name).write_bytes(b"RIFF")
    return ("talk.wav", "b.wav")


def test_the_text_alone_is_on_stdout(run, engine, recordings):
    outcome = run("transcribe", "talk.wav", "--model", "tiny")
    assert (outcome.code, outcome.out) == (0, "stop zero\n")
    assert "knows 20 English words" in outcome.err
    assert "67%: 2:00 of 3:00, 60.0 x real time, 0:01 left" in outcome.err
    assert not engine.options[0]["timestamps"]


def test_speakers_stand_before_what_they_say(run, engine, recordings, monkeypatch):
    def diarize(_model, files, names):
        assert files == names == list(recordings)
        segments = (SpeakerSegment("a", 0.0, 0.4), SpeakerSegment("b", 0.4, 1.0))
        return DiarizeOutcome(
            message=Message("b.wav cannot be read"),
            status=DiarizeStatus.DIARIZE_FAILED,
            diarizations=(Diarization(names[0], segments, 1.0),),
        )

    monkeypatch.setattr("winasr_doctor.asr.diarize", diarize)
    outcome = run("transcribe", *recordings, "--speakers", "sortformer", "--model", "x")
    assert outcome.out == ("talk.wav\nSpeaker 1: stop\nSpeaker 2: zero\n\nb.wav\nstop zero\n")
    assert "b.wav cannot be read" in outcome.err
    assert engine.options[0]["timestamps"]


@pytest.mark.parametrize(
    ("model", "language", "words"),
    [
        ("canary-flash", "it", "canary-flash knows en, de, es, fr"),
        ("parakeet", "de", "parakeet takes no language"),
        ("me/mine", "de", "me/mine takes no language"),
    ],
)
def test_a_language_that_a_model_does_not_take_is_refused(
    run, engine, recordings, model, language, words
):
    outcome = run("transcribe", "talk.wav", "--model", model, "--language", language)
    assert outcome.code == 2
    assert words in outcome.err
    assert not engine.options


def test_a_model_is_told_the_language(run, engine, recordings):
    assert run("transcribe", "talk.wav", "--model", "canary", "--language", "de").code == 0
    told = engine.options[0]
    assert (told["source_lang"], told["target_lang"]) == ("de", "de")


def test_quiet_shows_no_progress(run, engine, recordings):
    assert "real time" not in run("transcribe", "talk.wav", "-q", "--model", "x").err


@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_subtitles_are_written_to_a_file(run, engine, recordings, form):
    outcome = run("transcribe", "talk.wav", "--format", form, "-o", f"x.{form}")
    assert (outcome.code, outcome.out) == (0, "")
    assert "00:00:00" in Path(f"x.{form}").read_text(encoding="utf-8")
    assert engine.options[0]["timestamps"]


def test_json_fits_its_schema_and_names_what_was_refused(run, engine, recordings):
    outcome = run("transcribe", "talk.wav", "no.wav", "--format", "json", "--model", "tiny")
    assert outcome.code == 2
    document = json.loads(outcome.out)
    jsonschema.validate(document, schemas.load("transcript-1"))
    assert document["model"] == "tiny"
    assert document["transcripts"][0]["words"][0] == {"text": "stop", "start": 0.1, "end": 0.4}
    assert document["refused"] == [
        {"source": "no.wav", "problem": "no.wav does not exist.", "remedies": []}
    ]


def test_a_folder_gets_a_file_of_each_format_for_each_recording(run, engine, recordings):
    assert run("transcribe", *recordings, "--format", "txt,srt", "-o", "texts/").code == 0
    names = {path.name for path in Path("texts").iterdir()}
    assert names == {"talk.txt", "talk.srt", "b.txt", "b.srt"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("talk.wav", "--format", "pdf"), "'pdf' is none of txt, srt, vtt, json"),
        (("talk.wav", "--format", "srt,vtt"), "several formats need a folder"),
        (("talk.wav", "b.wav", "--format", "srt"), "give a folder for several"),
        (("no.wav", "."), "no.wav does not exist. . is a folder, not a recording."),
        ((), "Missing argument"),
    ],
)
def test_bad_input_is_one_sentence_before_any_work(run, engine, recordings, arguments, words):
    outcome = run("transcribe", *arguments)
    assert outcome.code == 2
    assert words in outcome.err
    assert engine.options == []


@pytest.mark.parametrize(
    ("error", "code"),
    [(UnknownModelError("no"), 2), (MissingPackageError("no"), 2), (RuntimeError("no"), 3)],
)
def test_a_model_that_cannot_be_loaded(run, engine, recordings, error, code):
    engine.error = error
    outcome = run("transcribe", "talk.wav", "--model", "x")
    assert (outcome.code, outcome.out) == (code, "")
    assert "no" in outcome.err


def failed(*, refused=(), error=None):
    return TranscribeOutcome(
        message=Message("b.wav is empty."),
        error=error or RuntimeError("x"),
        status=TranscribeStatus.TRANSCRIBE_FAILED,
        transcripts=(Transcript("talk.wav", "stop", 1.0),),
        unfinished=(Transcript("b.wav", "zero", 9.0, untranscribed=4.0),),
        refused=refused,
    )


def test_what_was_done_before_a_failure_is_written(run, engine, recordings):
    engine.outcome = failed()
    outcome = run("transcribe", *recordings)
    assert outcome.code == 3
    assert outcome.out == "talk.wav\nstop\n\nb.wav\nzero\n"
    assert "b.wav is empty." in outcome.err


def test_one_bad_file_does_not_hide_the_others(run, engine, recordings):
    bad = RefusedRecording("b.wav", Message("b.wav is empty."))
    engine.outcome = failed(refused=(bad,), error=MissingPackageError("b.wav is empty."))
    outcome = run("transcribe", *recordings)
    assert outcome.code == 2
    assert "stop" in outcome.out
    assert outcome.err.count("b.wav is empty.") == 1


def test_ctrl_c_ends_the_work_with_what_is_done(run, engine, recordings, monkeypatch):
    import signal

    def transcribe(_model, files, cancel, **_options):
        signal.raise_signal(signal.SIGINT)
        assert cancel.is_set()
        return failed()

    monkeypatch.setattr("winasr_doctor.asr.transcribe", transcribe)
    before = signal.getsignal(signal.SIGINT)
    outcome = run("transcribe", *recordings)
    assert outcome.code == 1
    assert "zero" in outcome.out
    assert "Stopping after this piece" in outcome.err
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (59.6, "1:00"), (125, "2:05"), (3_725, "1:02:05")]
)
def test_times_are_shown_as_on_a_clock(seconds, shown):
    assert clock(seconds) == shown
