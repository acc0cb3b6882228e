"""What is said of the loader's part of a job: its step, its bytes, where it stands."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace

import pytest

from winasr_doctor.asr.jobs import Downloaded, JobState, JobStep
from winasr_doctor.ui import status_messages
from winasr_doctor.ui.handler import Handler
from winasr_doctor.ui.models import ModelState
from winasr_doctor.ui.status import StatusKind, plain_text

from .fakes import TINY

GB, MB = 10**9, 10**6


@pytest.mark.parametrize(
    ("downloaded", "words"),
    [
        (None, ""),
        (Downloaded(1_240 * MB, 2_509 * MB), "1.2 of 2.5 GB"),
        (Downloaded(0, 737 * MB), "0.0 of 737.0 MB"),
        (Downloaded(2_511 * MB, 2_509 * MB), "2.5 of 2.5 GB"),
        (Downloaded(1_240 * MB, None), "1.2 GB so far"),
        (Downloaded(40_000, None), "40.0 kB so far"),
        (Downloaded(7, None), "0.0 kB so far"),
    ],
)
def test_bytes_are_told_in_words(downloaded, words):
    assert status_messages.of_download(downloaded) == words


def runs(handler, wish, fake, look, until):
    """Have the loader be in a state, and return what is shown once `until` is in it."""
    release = threading.Event()

    def load(on_start, **_options):
        on_start(look)
        release.wait(60)

    fake.steps["load"] = load
    seen = ""
    for view in handler.run("tab", wish):
        if until in plain_text(view.status) and not release.is_set():
            seen = plain_text(view.status)
            release.set()
    return seen


def state(step, stage="doing it", where="", downloaded=None):
    return lambda: JobState(step, stage, where, downloaded)


def test_a_download_is_told_with_its_bytes(make, wish, fake):
    look = state(JobStep.DOWNLOADING, downloaded=Downloaded(1_240 * MB, 2_509 * MB))
    assert runs(make(), wish, fake, look, "Downloading 1.2 of 2.5 GB (tiny)")


def test_before_the_first_byte_the_hub_is_asked(make, wish, fake):
    assert runs(make(), wish, fake, state(JobStep.DOWNLOADING), "asking the Hub")


def test_what_is_being_done_and_with_which_file_is_told(make, wish, fake):
    look = state(JobStep.WORKING, "looking at C:/m/tiny.nemo")
    seen = runs(make(), wish, fake, look, "looking at")
    assert seen.startswith("Loading tiny\nlooking at C:/m/tiny.nemo")


def test_a_job_that_waits_for_another_does_not_claim_to_load(make, wish, fake):
    seen = runs(
        make(), wish, fake, state(JobStep.WAITING, "waiting because"), "Waiting for another"
    )
    assert "Loading" not in seen


def test_bytes_that_come_are_news(make, wish, fake, monkeypatch):
    # Time passes with each look at the clock: a machine that pauses does not make a quiet spell.
    clock = itertools.count(0, 0.1)
    monkeypatch.setattr("winasr_doctor.ui.job.monotonic", lambda: next(clock))
    count = itertools.count(1)

    def look():
        done = next(count)
        return JobState(JobStep.DOWNLOADING, "", "", Downloaded(done * MB, GB))

    release = threading.Event()
    handler = make(quiet=0.7)

    def load(on_start, **_options):
        on_start(look)
        release.wait(60)

    fake.steps["load"] = load
    for number, view in enumerate(handler.run("tab", wish)):
        assert "No progress" not in plain_text(view.status)
        if number == 6:
            release.set()


def test_a_wait_that_only_counts_its_seconds_is_no_news(make, wish, fake):
    count = itertools.count(1)

    def look():
        return JobState(JobStep.WAITING, f"for {next(count)} s", "stuck.py:3 in f", None)

    seen = runs(make(quiet=0.5), wish, fake, look, "No progress for")
    assert "stuck.py:3 in f" in seen


def test_where_the_loader_stands_is_told_after_the_deadline(make, wish, fake, sessions):
    release = threading.Event()

    def load(on_start, **_options):
        on_start(state(JobStep.WORKING, where="nemo/stuck.py:3 in f"))
        sessions.of("tab").job.deadline = 0.0
        release.wait(60)

    fake.steps["load"] = load
    *_, view = make().run("tab", wish)
    release.set()
    assert "nemo/stuck.py:3 in f" in plain_text(view.status)


def test_after_a_download_the_list_says_that_the_model_is_here(fake, sessions, wish):
    distant = replace(TINY, state=ModelState.DOWNLOAD, download_bytes=GB)
    handler = Handler(sessions, (distant,), engine=fake.engine, find=lambda: (TINY,))
    *_, view = handler.run("tab", wish)
    assert view.status.state is StatusKind.OK
    assert handler.choices["tiny"].state is ModelState.READY
