"""Whatever happens behind the page, its status says so; and nothing is left taken."""

from __future__ import annotations

import math
import threading
import time
from pathlib import Path

import pytest

from winasr_doctor.asr.errors import CancelledError, DeadlineError
from winasr_doctor.asr.outcomes import LoadOutcome, LoadStatus, Message, TranscribeStatus
from winasr_doctor.ui.handler import TranscriptionRequest
from winasr_doctor.ui.preflight import Blocker
from winasr_doctor.ui.status import StatusKind, plain_text

from .fakes import attempt, failed_load, heard, left_behind, until


class SilentError(Exception):
    def __str__(self):
        raise ValueError("no text")


def raising(error):
    def step(**_options):
        raise error

    return step


def last(handler, wish, name="tab"):
    *_, view = handler.run(name, wish)
    return view


def words(view):
    return plain_text(view.status)


def test_a_recording_is_transcribed(make, wish):
    view = last(make(), wish)
    assert view.status.state is StatusKind.OK
    assert [each.text for each in view.transcripts] == ["stop zero"]
    assert set(view.files) == {"txt", "srt", "vtt", "json"}


def test_only_the_last_view_is_not_running(make, wish):
    *before, end = make().run("tab", wish)
    assert before
    assert all(view.running for view in before)
    assert not end.running


def test_the_steps_come_in_order(make, wish, fake):
    last(make(), wish)
    assert fake.calls == ["duration", "blockers", "prepare", "load", "transcribe"]


def test_a_model_is_loaded_once(make, wish, fake):
    handler = make()
    last(handler, wish)
    last(handler, wish, "another tab")
    assert fake.calls.count("load") == 1
    assert fake.calls.count("transcribe") == 2


@pytest.mark.parametrize(
    ("step", "what"),
    [
        ("blockers", "NeMo could not be prepared"),
        ("prepare", "NeMo could not be prepared"),
        ("load", "Failed to load"),
        ("transcribe", "Transcription failed"),
    ],
)
@pytest.mark.parametrize(
    "error",
    [
        ValueError("the reason"),
        SystemExit("the reason"),
        KeyboardInterrupt("the reason"),
        MemoryError("the reason"),
        RecursionError("the reason"),
        GeneratorExit("the reason"),
        StopIteration("the reason"),
        OSError(28, "the reason", "a\udc80.wav"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_is_raised_is_said(make, wish, fake, step, what, error):
    fake.steps[step] = raising(error)
    view = last(make(), wish)
    assert view.status.state is StatusKind.ERROR
    assert view.status.headline.startswith(f"{what}: ")
    assert "the reason" in words(view)
    assert type(error).__name__ in words(view)
    words(view).encode("utf-8")


def test_an_error_whose_text_fails_is_said(make, wish, fake):
    fake.steps["load"] = raising(SilentError())
    assert "SilentError" in words(last(make(), wish))


def test_a_failed_load_says_the_cause_first_and_the_winerror_second(make, wish, fake):
    fake.steps["load"] = lambda **_options: failed_load()
    text = words(last(make(), wish))
    assert text.startswith("Failed to load: There is too little memory.")
    assert text.index("too little memory") < text.index("WinError 32")
    assert "1. Close other programs\n   - Close the browser's other tabs" in text


def test_a_failed_transcription_is_told_apart_from_a_failed_load(make, wish, fake):
    fake.steps["transcribe"] = lambda **_options: heard(TranscribeStatus.TRANSCRIBE_FAILED, None)
    assert last(make(), wish).status.headline == "Transcription failed: said"


def test_what_was_finished_before_a_failure_is_kept(make, wish, fake):
    fake.steps["transcribe"] = lambda **_options: heard(TranscribeStatus.TRANSCRIBE_FAILED)
    view = last(make(), wish)
    assert view.status.state is StatusKind.ERROR
    assert [each.text for each in view.transcripts] == ["stop zero"]
    assert view.files


def test_a_failed_cleanup_after_loading_is_a_warning_with_the_text(make, wish, fake):
    fake.steps["load"] = lambda **_options: LoadOutcome(
        message=Message("a folder is left"),
        status=LoadStatus.LOADED_CLEANUP_FAILED,
        name="tiny",
        model=object(),
        cleanups=(left_behind(),),
    )
    view = last(make(), wish)
    assert view.status.state is StatusKind.WARN
    assert view.status.headline.startswith("Loaded, but cleanup failed")
    assert "manifest.json (WinError 32)" in words(view)
    assert view.transcripts


def test_a_failed_cleanup_after_transcribing_is_a_warning_with_the_text(make, wish, fake):
    status = TranscribeStatus.TRANSCRIBED_CLEANUP_FAILED
    fake.steps["transcribe"] = lambda **_options: heard(status, cleanups=(left_behind(),))
    view = last(make(), wish)
    assert view.status.state is StatusKind.WARN
    assert view.status.headline.startswith("Transcribed, but cleanup failed")
    assert view.transcripts


def test_silence_is_said(make, wish, fake):
    fake.steps["transcribe"] = lambda **_options: heard(text=" ")
    assert "No speech was found" in words(last(make(), wish))


def test_a_failed_export_keeps_the_text(make, wish, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("winasr_doctor.transcripts.exports.write_files", full)
    view = last(make(), wish)
    assert "could not be written" in view.status.headline
    assert view.transcripts


def test_no_recording_is_said(make, fake):
    assert "There is no recording yet" in words(last(make(), TranscriptionRequest((), "tiny")))
    assert fake.calls == []


def test_no_model_is_said(make, recording):
    assert "No model is chosen" in words(last(make(), TranscriptionRequest((recording,), " ")))


def test_a_model_that_does_not_exist_is_refused_and_not_replaced(make, recording, fake):
    view = last(make(), TranscriptionRequest((recording,), "unheard of"))
    assert view.status.headline == "There is no model 'unheard of'."
    assert view.status.state is StatusKind.ERROR
    assert fake.calls == []


def test_a_typed_model_is_the_one_that_is_loaded(make, recording, fake):
    view = last(make(), TranscriptionRequest((recording,), '"/models/mine.nemo"'))
    assert view.status.state is StatusKind.OK
    assert fake.names == [str(Path("/models/mine.nemo").absolute())]
    last(make(), TranscriptionRequest((recording,), "me/my-model"))
    assert fake.names[1:] == ["me/my-model"]


def test_a_result_of_the_tiny_model_says_what_it_knows(make, wish):
    assert "knows 20 English words" in words(last(make(), wish))


def test_an_upload_that_is_gone_is_said(make):
    view = last(make(), TranscriptionRequest(("/nowhere/speech.wav",), "tiny"))
    assert "speech.wav is no longer there" in words(view)


def test_a_recording_that_is_too_long_is_refused(make, wish, fake):
    fake.steps["duration"] = lambda **_options: 5 * 3600
    assert "at most 4 hours" in words(last(make(), wish))
    assert "load" not in fake.calls


def test_a_finding_stops_the_load(make, wish, fake):
    fake.steps["blockers"] = lambda **_options: (Blocker("TMP005", "C: is full"),)
    view = last(make(), wish)
    assert view.blocked
    assert "C: is full" in view.status.headline
    assert "load" not in fake.calls


def test_a_finding_can_be_overruled(make, fake, recording):
    fake.steps["blockers"] = lambda **_options: (Blocker("TMP005", "C: is full"),)
    view = last(make(), TranscriptionRequest((recording,), "tiny", anyway=True))
    assert view.status.state is StatusKind.OK


def test_an_attempt_is_shown_while_it_runs(make, wish, fake):
    shown = threading.Event()

    def load(on_attempt, **_options):
        on_attempt(attempt(7))
        assert shown.wait(60)

    fake.steps["load"] = load
    for view in make().run("tab", wish):
        if "attempt 7" in words(view):
            assert "manifest.json (WinError 32)" in words(view)
            shown.set()
    assert shown.is_set()


@pytest.fixture
def waited(monkeypatch):
    """Return the seconds that this thread waits for by choice: what a machine adds is not ours."""
    here, spent = threading.get_ident(), []
    wait, sleep = threading.Event.wait, time.sleep

    def counted_wait(event, timeout=None):
        happened = wait(event, 15 if timeout is None else timeout)
        if threading.get_ident() == here and not happened:
            spent.append(math.inf if timeout is None else timeout)
        return happened

    def counted_sleep(seconds):
        if threading.get_ident() == here:
            spent.append(seconds)
        sleep(seconds)

    monkeypatch.setattr(threading.Event, "wait", counted_wait)
    monkeypatch.setattr(time, "sleep", counted_sleep)
    return spent


def test_while_something_runs_there_is_a_word_at_least_twice_a_second(make, wish, fake, waited):
    release = threading.Event()
    fake.steps["load"] = lambda **_options: release.wait(60) and None
    silences = []
    for view in make().run("tab", wish):
        silences.append(sum(waited))
        waited.clear()
        if view.running and (len(silences) > 5 or math.inf in silences):
            release.set()
    assert len(silences) > 5
    assert max(silences) <= 0.5


def test_after_a_quiet_spell_it_says_where_the_worker_stands(make, wish, fake):
    release = threading.Event()

    def stands_here(**_options):
        release.wait(60)

    fake.steps["load"] = stands_here
    for view in make(quiet=0.3).run("tab", wish):
        if "No progress for" in words(view):
            assert "stands_here" in words(view)
            release.set()
    assert release.is_set()


def test_after_the_deadline_it_gives_up_and_says_what_is_blocked(make, wish, fake, sessions):
    release = threading.Event()

    def stands_here(**_options):
        sessions.of("tab").job.deadline = 0.0  # only now: it must have come as far as here
        release.wait(60)

    fake.steps["load"] = stands_here
    view = last(make(), wish)
    release.set()
    assert view.status.state is StatusKind.ERROR
    assert view.status.headline.startswith("Gave up waiting after")
    assert "cannot be interrupted" in words(view)
    assert "stands_here" in words(view)


def test_a_deadline_that_the_loader_noticed_is_told_as_such(make, wish, fake):
    fake.steps["load"] = lambda **_options: failed_load("late", DeadlineError("late"))
    assert last(make(), wish).status.headline.startswith("Gave up waiting")


def test_a_cancel_that_the_loader_noticed_is_no_error(make, wish, fake):
    fake.steps["load"] = lambda **_options: failed_load("stopped", CancelledError("stopped"))
    view = last(make(), wish)
    assert (view.status.state, view.status.headline) == (StatusKind.WARN, "Cancelled.")


def test_cancel_works_within_a_second_even_when_the_worker_does_not_listen(
    make, wish, fake, waited
):
    release = threading.Event()
    fake.steps["load"] = lambda **_options: release.wait(60) and None
    handler = make()
    views = handler.run("tab", wish)
    until(lambda: next(views) and "load" in fake.calls)
    waited.clear()
    assert handler.cancel("tab") is None
    *_, view = views
    assert sum(waited) <= 1
    release.set()
    assert view.status.headline == "Cancelled."
    assert "cannot be interrupted" in words(view)


def test_a_cancelled_job_leaves_no_turn_taken(make, wish, fake):
    release = threading.Event()
    fake.steps["load"] = lambda **_options: release.wait(60) and None
    handler = make()
    views = handler.run("tab", wish)
    until(lambda: next(views) and "load" in fake.calls)
    handler.cancel("tab")
    list(views)
    fake.steps.clear()
    assert last(handler, wish).status.state is StatusKind.OK
    release.set()


def test_a_model_that_comes_after_its_job_was_cancelled_is_thrown_away(make, wish, fake):
    release, workers = threading.Event(), []

    def late(**_options):
        workers.append(threading.current_thread())
        release.wait(60)

    fake.steps["load"] = late
    handler = make()
    views = handler.run("tab", wish)
    until(lambda: next(views) and workers)
    handler.cancel("tab")
    list(views)
    release.set()
    workers[0].join(60)
    fake.steps.clear()
    assert last(handler, wish).status.state is StatusKind.OK
    assert fake.calls.count("load") == 2
    assert fake.calls.count("transcribe") == 1


def test_a_closed_tab_leaves_no_turn_taken(make, wish, fake):
    told = []
    fake.steps["load"] = lambda cancel, **_options: told.append(cancel.wait(60))
    handler = make()
    views = handler.run("tab", wish)
    until(lambda: next(views) and "load" in fake.calls)
    views.close()
    fake.steps.clear()
    assert last(handler, wish, "another").status.state is StatusKind.OK
    assert told == [True]


def test_nothing_to_cancel_is_said(make):
    assert "nothing to cancel" in make().cancel("tab").headline


def test_two_tabs_take_turns_and_the_second_sees_why(make, wish, fake):
    release = threading.Event()
    fake.steps["load"] = lambda **_options: release.wait(60) and None
    handler = make()
    first = handler.run("first", wish)
    until(lambda: next(first) and "load" in fake.calls)
    seen = []
    for view in handler.run("second", wish):
        seen.append(words(view))
        if "waiting for another session's job (Loading tiny" in seen[-1]:
            release.set()
    assert release.is_set()
    assert fake.most == 1
    list(first)


def test_a_tab_has_one_job_at_a_time(make, wish, fake):
    release = threading.Event()
    fake.steps["load"] = lambda **_options: release.wait(60) and None
    handler = make()
    views = handler.run("tab", wish)
    next(views)
    assert "still running" in words(last(handler, wish))
    release.set()
    assert list(views)[-1].status.state is StatusKind.OK


def test_a_tab_sees_only_its_own_trouble(make, sessions):
    handler = make()
    sessions.of("first").trouble = ValueError("mine")
    assert "mine" not in plain_text(handler.trouble("second"))
    assert "mine" in plain_text(handler.trouble("first"))


def test_a_system_without_threads_is_said(make, wish, monkeypatch):
    def start(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("threading.Thread.start", start)
    assert "can't start new thread" in words(last(make(), wish))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_worker_is_said(make, wish, monkeypatch):
    def dies(self):
        raise SystemError("not even the catching works")

    monkeypatch.setattr("winasr_doctor.ui.job.TranscriptionJob._run", dies)
    assert "The worker ended without an answer" in words(last(make(), wish))


@pytest.mark.parametrize(
    "error", [OSError(28, "disk full"), MemoryError(), SystemExit(3), KeyboardInterrupt()]
)
def test_what_goes_wrong_before_there_is_a_job_is_said_too(make, wish, monkeypatch, error):
    def no_folder(*_arguments, **_options):
        raise error

    monkeypatch.setattr("winasr_doctor.ui.handler.tempfile.mkdtemp", no_folder)
    view = last(make(), wish)
    assert view.status.state is StatusKind.ERROR
    assert type(error).__name__ in words(view)
    assert not view.running


@pytest.mark.parametrize("error", [RuntimeError("lost"), SystemExit(3)])
def test_what_goes_wrong_while_waiting_for_a_job_is_said_and_frees_it(
    make, wish, monkeypatch, error
):
    handler = make()

    def no_word(_job):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(handler, "_wait", no_word)
        view = last(handler, wish)
    assert view.status.state is StatusKind.ERROR
    assert not view.running
    until(lambda: not handler.sessions.of("tab").job.active)
    assert last(handler, wish).status.state is StatusKind.OK
