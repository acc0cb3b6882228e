"""Every way in which Gradio loses an error: here its reason is read from the status."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr
import pytest

from winasr_doctor.asr.outcomes import TranscribeStatus

from ..fakes import attempt, failed_load, heard, left_behind, until  # noqa: TID252 - a folder above
from .conftest import DATA, KLATT3


class SilentError(Exception):
    def __str__(self):
        raise ValueError("no text")


def raising(error):
    def step(**_options):
        raise error

    return step


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("load", ValueError("the reason")),
        ("load", KeyboardInterrupt("the reason")),
        ("load", MemoryError("the reason")),
        ("load", RecursionError("the reason")),
        ("load", gr.Error("the reason")),
        ("prepare", SystemExit("the reason")),
        ("load", SystemExit("the reason")),
        ("transcribe", SystemExit("the reason")),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_a_callback_raises_is_read_in_the_status(tab, engine, served, step, error):
    engine.steps[step] = raising(error)
    tab.transcribe()
    assert type(error).__name__ in tab.sees("the reason", "error")
    assert tab.badges() == []
    assert served.alive


def test_after_a_system_exit_the_page_still_works(tab, engine):
    engine.steps["load"] = raising(SystemExit("the reason"))
    tab.transcribe()
    tab.sees("the reason", "error")
    engine.steps.clear()
    tab.page.click("#transcribe:enabled")
    tab.sees("Transcribed", "ok")


def test_an_error_whose_text_fails_is_read(tab, engine):
    engine.steps["load"] = raising(SilentError())
    tab.transcribe()
    tab.sees("SilentError", "error")


def test_a_lone_surrogate_is_read_as_its_escape(tab, engine):
    engine.steps["load"] = raising(OSError(2, "not there", "a\udc80.wav"))
    tab.transcribe()
    tab.sees("\\udc80", "error")


def test_a_lone_surrogate_in_a_recordings_name_does_not_stop_the_page(tab, engine):
    said = heard()
    named = replace(said.transcripts[0], source="a\udc80.wav")
    engine.steps["transcribe"] = lambda **_options: replace(said, transcripts=(named, named))
    tab.give(KLATT3, DATA / "f3.wav")
    tab.page.click("#transcribe")
    tab.sees("Transcribed: 2 recordings", "ok")
    assert "a\\udc80.wav" in tab.text


def test_markup_in_an_error_is_read_and_not_obeyed(tab, engine):
    engine.steps["load"] = raising(ValueError("<img src=x onerror=window.hacked=1>"))
    tab.transcribe()
    tab.sees("<img src=x onerror=window.hacked=1>", "error")
    assert tab.page.evaluate("window.hacked") is None


def test_markup_in_a_file_name_does_nothing(tab, engine, tmp_path):
    recording = tmp_path / "<img src=x onerror=window.hacked=1>.wav"
    recording.write_bytes(KLATT3.read_bytes())
    tab.transcribe(recording)
    tab.sees("Transcribed", "ok")
    assert tab.page.evaluate("window.hacked") is None


def test_an_error_after_the_first_words_is_read(tab, engine, go_on):
    def load(**_options):
        go_on.wait()
        raise ValueError("the reason")

    engine.steps["load"] = load
    tab.transcribe()
    tab.sees("Loading tiny", "run")
    go_on.set()
    tab.sees("the reason", "error")


def test_a_failed_load_has_the_cause_the_file_and_the_steps(tab, engine, picture):
    engine.steps["load"] = lambda **_options: failed_load()
    tab.transcribe()
    said = tab.sees("Failed to load: There is too little memory.", "error")
    assert "WinError 32" in said
    assert "Close the browser's other tabs" in said
    picture(tab, "failed-to-load")


def test_a_failed_cleanup_keeps_the_text(tab, engine, picture):
    status = TranscribeStatus.TRANSCRIBED_CLEANUP_FAILED
    engine.steps["transcribe"] = lambda **_options: heard(status, cleanups=(left_behind(),))
    tab.transcribe()
    tab.sees("Transcribed, but cleanup failed", "warn")
    assert tab.text == "stop zero"
    picture(tab, "cleanup-failed")


def test_retries_are_read_as_they_happen(tab, engine, go_on):
    def load(on_attempt, **_options):
        on_attempt(attempt(7))
        go_on.wait()

    engine.steps["load"] = load
    tab.transcribe()
    assert "WinError 32" in tab.sees("attempt 7", "run")
    go_on.set()
    tab.sees("Transcribed", "ok")


def test_a_wrong_number_of_outputs_is_read(tab, monkeypatch):
    monkeypatch.setattr("winasr_doctor.ui.page._shown", lambda view: ["too few"])
    tab.transcribe()
    assert "output" in tab.sees("The page itself failed", "error")


def test_a_system_exit_outside_of_the_handler_is_read(tab, served, monkeypatch):
    monkeypatch.setattr("winasr_doctor.ui.page._shown", raising_plainly(SystemExit("the reason")))
    tab.transcribe()
    tab.sees("the reason", "error")
    assert served.alive


def raising_plainly(error):
    def step(_view):
        raise error

    return step


def test_a_file_that_may_not_be_served_is_read(tab, monkeypatch):
    monkeypatch.setattr(
        "winasr_doctor.transcripts.exports.write_files",
        lambda *_args: dict.fromkeys(("txt", "srt", "vtt", "json"), "/etc/hostname"),
    )
    tab.transcribe()
    assert "hostname" in tab.sees("The page itself failed", "error")


def test_a_full_queue_is_read(tab, served, monkeypatch):
    tab.give(KLATT3)
    monkeypatch.setattr(served._page._queue, "max_size", 0)
    tab.page.click("#transcribe")
    tab.sees("ueue", "error")


def test_an_upload_that_is_too_large_is_read(tab, served, monkeypatch, tmp_path):
    large = tmp_path / "large.wav"
    large.write_bytes(bytes(200_000))
    monkeypatch.setattr(served._page, "max_file_size", 100_000)
    tab.page.set_input_files("#audio input[type=file]", str(large))
    tab.sees("The page reports", "error")


def test_a_missing_microphone_is_read(tab):
    tab.page.locator("#microphone button", has_text="Record").first.click()
    tab.sees("No microphone is available", "error")


def test_a_dead_worker_is_read(tab, monkeypatch):
    monkeypatch.setattr("winasr_doctor.ui.job.TranscriptionJob._run", lambda _self: None)
    tab.transcribe()
    tab.sees("The worker ended without an answer", "error")


def test_a_quiet_spell_is_read(tab, engine, served, monkeypatch, go_on):
    monkeypatch.setattr(served.handler, "quiet", 0.5)

    def stands_here(**_options):
        go_on.wait()

    engine.steps["load"] = stands_here
    tab.transcribe()
    assert "stands_here" not in tab.sees("No progress for", "run")
    assert "stands_here" in tab.page.locator("#status_output pre").text_content()
    go_on.set()


def test_the_deadline_is_read(tab, engine, served, picture, go_on):
    def stands_here(**_options):
        for session in served.handler.sessions.all():  # only now: it must have come as far as here
            if session.job is not None:
                session.job.deadline = 0.0
        go_on.wait()

    engine.steps["load"] = stands_here
    tab.transcribe()
    tab.sees("Gave up waiting", "error")
    assert "stands_here" in tab.page.locator("#status_output pre").text_content()
    picture(tab, "deadline")
    go_on.set()


def test_cancel_is_read_within_a_second(tab, engine, served, go_on):
    engine.steps["load"] = lambda **_options: go_on.wait() and None
    tab.transcribe()
    tab.sees("Loading tiny", "run")
    tab.page.click("#cancel:enabled")
    tab.sees("Cancelled.", "warn")
    engine.steps.clear()
    tab.page.click("#transcribe:enabled")
    tab.sees("Transcribed", "ok")
    go_on.set()


def test_a_closed_tab_frees_everything(tab, open_tab, engine, served):
    engine.steps["load"] = lambda cancel, **_options: cancel.wait() and None
    tab.transcribe()
    tab.sees("Loading tiny", "run")
    tab.page.close()
    engine.steps.clear()
    other = open_tab()
    other.transcribe()
    other.sees("Transcribed", "ok")
    until(lambda: len(list(served.handler.sessions.results.iterdir())) == 1)
