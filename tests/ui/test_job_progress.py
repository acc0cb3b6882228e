"""Long recordings on the page: the share, the growing text, a row for each, what a cancel keeps."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from winasr_doctor.asr.errors import AudioError, CancelledError, DeadlineError
from winasr_doctor.asr.models import TINY_KNOWS
from winasr_doctor.asr.outcomes import (
    DiarizeOutcome,
    DiarizeStatus,
    Message,
    RefusedRecording,
    TranscribeOutcome,
    TranscribeStatus,
    Transcript,
)
from winasr_doctor.asr.transcribe_progress import TranscribeProgress
from winasr_doctor.findings import Remedy
from winasr_doctor.ui import status_messages, texts
from winasr_doctor.ui.handler import TranscriptionRequest
from winasr_doctor.ui.job_progress import JobProgress, display_names
from winasr_doctor.ui.status import StatusKind, plain_text

from .fakes import WORDS, heard, until


def begun(name):
    return Transcript(name, "stop zero", 120.0, untranscribed=90.0)


def test_a_long_job_shows_its_share_its_text_and_a_row_for_each_recording(
    make, recording, fake, tmp_path
):
    other = tmp_path / "x" / "speech.wav"
    other.parent.mkdir()
    other.touch()
    release = threading.Event()

    def transcribe(on_progress, names, **_options):
        assert names == ("speech.wav", "speech (2).wav")
        on_progress(TranscribeProgress(0, 2, 1, 8, 30.0, 240.0, 3.0, begun(names[0])))
        release.wait(60)
        refused = RefusedRecording(names[1], Message("speech (2).wav is empty."))
        whole = Transcript(names[0], "stop zero four", 120.0)
        return replace(heard(), transcripts=(whole,), refused=(refused,))

    fake.steps["transcribe"] = transcribe
    views = []
    for view in make().run("tab", TranscriptionRequest((recording, str(other)), "tiny")):
        views.append(view)
        if view.running and view.status.share:
            release.set()
    shown = next(view for view in views if view.status.share)
    assert shown.status.share == 0.125
    assert "12%: 0:30 of 4:00, 10.0 x real time, 0:21 left" in plain_text(shown.status)
    assert [view.transcripts[0].text for view in views if view.running and view.transcripts] == [
        "stop zero"
    ]
    assert shown.rows[0] == ("speech.wav", "2:00", "25% transcribed", "2")
    assert shown.rows[1].state == "waiting"
    assert views[-1].rows == (
        ("speech.wav", "2:00", "done", "3"),
        ("speech (2).wav", "0:01", "speech (2).wav is empty.", ""),
    )


def test_one_unreadable_recording_of_three_costs_the_others_neither_text_nor_speakers(
    make, fake, tmp_path
):
    paths = [tmp_path / name for name in ("a.wav", "notes.wav", "c.wav")]
    for path in paths:
        path.touch()
    why = "notes.wav is empty."
    told = []

    def transcribe(names, **_options):
        ended = Message(why, ("2 of 3 recordings transcribed.",), (Remedy("Record again", ()),))
        return TranscribeOutcome(
            message=ended,
            status=TranscribeStatus.TRANSCRIBE_FAILED,
            error=AudioError(why),
            transcripts=tuple(Transcript(names[n], "stop zero", 1.0, WORDS) for n in (0, 2)),
            refused=(RefusedRecording(names[1], Message(why)),),
        )

    def diarize(names, **_options):
        told.extend(names)
        return DiarizeOutcome(message=Message("done"), status=DiarizeStatus.DIARIZED)

    fake.steps |= {"transcribe": transcribe, "diarize": diarize}
    speakers = "diar_sortformer_4spk-v1"
    wish = TranscriptionRequest(tuple(map(str, paths)), "tiny", diarizer=speakers)
    *_, view = make().run("tab", wish)
    assert view.status.state is StatusKind.WARN
    assert view.status.headline == "2 of 3 recordings transcribed; 1 failed."
    assert view.status.details == (why, TINY_KNOWS)
    assert [each.title for each in view.status.remedies] == ["Record again"]
    assert [each.source for each in view.transcripts] == told == ["a.wav", "c.wav"]
    assert [row.state for row in view.rows] == ["done", why, "done"]


def test_a_cancel_offers_the_text_up_to_there(make, wish, fake, monkeypatch):
    monkeypatch.setattr("winasr_doctor.ui.handler.GRACE", 60)  # this worker does end by itself

    def transcribe(cancel, names, **_options):
        cancel.wait(60)
        failed = heard(TranscribeStatus.TRANSCRIBE_FAILED, None, error=CancelledError("stopped"))
        return replace(failed, unfinished=(begun(names[0]),))

    fake.steps["transcribe"] = transcribe
    handler = make()
    views = handler.run("tab", wish)
    until(lambda: next(views) and "transcribe" in fake.calls)
    handler.cancel("tab")
    *_, view = views
    assert view.status.headline == "Cancelled."
    assert "The text up to there is kept" in plain_text(view.status)
    assert [each.text for each in view.transcripts] == ["stop zero"]
    assert view.rows[0].state == "25% transcribed"
    assert Path(view.files["txt"]).name == "speech.txt"


def test_a_cancel_keeps_the_text_even_when_the_worker_does_not_listen(make, wish, fake):
    release = threading.Event()

    def transcribe(on_progress, names, **_options):
        on_progress(TranscribeProgress(0, 1, 1, 4, 30.0, 120.0, 3.0, begun(names[0])))
        release.wait(60)

    fake.steps["transcribe"] = transcribe
    handler = make()
    views = handler.run("tab", wish)
    until(lambda: next(views).status.share)
    handler.cancel("tab")
    *_, view = views
    release.set()
    assert "The text up to there is kept" in plain_text(view.status)
    assert [each.text for each in view.transcripts] == ["stop zero"]
    assert set(view.files) == {"txt", "srt", "vtt", "json"}


def test_a_piece_that_takes_long_is_no_cause_for_alarm(make, wish, fake):
    release = threading.Event()
    fake.steps["transcribe"] = lambda **_options: release.wait(60) and None
    said = ""
    for view in make(quiet=0.3).run("tab", wish):
        if "so far" in plain_text(view.status):
            said = view.status
            release.set()
    assert not any("No progress" in line or "The worker" in line for line in said.details)
    assert said.technical.startswith("The worker is in")


def test_the_texts_are_sent_once_a_second_at_most(monkeypatch):
    now = 100.0
    monkeypatch.setattr("winasr_doctor.ui.job_progress.monotonic", lambda: now)
    progress = JobProgress(("a.wav",))
    sent = []
    for _ in range(4):
        progress.add(TranscribeProgress(0, 1, 1, 4, 30.0, 120.0, 3.0, begun("a.wav")))
        sent += [len(progress.news()), len(progress.news())]
        now += 0.5
    assert sent == [1, 0, 0, 0, 1, 0, 0, 0]


@pytest.mark.parametrize("error", [CancelledError("stopped"), DeadlineError("late")])
def test_finished_texts_are_kept_when_a_job_is_stopped(error):
    stopped = heard(TranscribeStatus.TRANSCRIBE_FAILED, error=error)
    status = status_messages.of_failure(texts.TRANSCRIPTION_FAILED, stopped)
    assert status.details == (texts.KEPT, texts.LAST_STEP)


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["/up/1/a.wav", "/up/2/a.wav", "/up/3/b"], ["a.wav", "a (2).wav", "b"]),
        (["C:\\up\\a", "D:\\a", "/x/a"], ["a", "a (2)", "a (3)"]),
    ],
)
def test_a_recording_is_called_by_its_own_name(paths, names):
    assert display_names(paths) == names
