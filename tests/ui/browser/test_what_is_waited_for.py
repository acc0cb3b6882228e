"""While something runs: the bytes of a download, the turn of another job, a word twice a second."""

from __future__ import annotations

import pytest

from winasr_doctor.asr.jobs import JobState, JobStep
from winasr_doctor.models.model import KnownModel
from winasr_doctor.ui.models import Choice, ModelState

from ...asr.stand_in_hub import StandInHub, serving, use  # noqa: TID252 - two folders above
from ..fakes import until  # noqa: TID252 - a folder above
from .conftest import PATIENCE

REPO = "owner/stand-in"
MODEL = KnownModel("stand-in", REPO, "stand-in.nemo", 2_500_000, "EncDecRNNTBPEModel")


@pytest.fixture
def one_model(served, monkeypatch):
    """Offer a model that has to be downloaded, and no other."""
    # By the name that is chosen when the page is opened.
    choice = Choice("tiny", ModelState.DOWNLOAD, "", MODEL.download_bytes, repo_id=REPO)
    monkeypatch.setattr("winasr_doctor.models.known.KNOWN_MODELS", (MODEL,))
    monkeypatch.setattr(served.handler, "choices", {"tiny": choice})
    monkeypatch.setattr(served.handler, "_find", lambda: (choice,))


def test_the_bytes_of_a_download_are_read(
    open_tab, engine, one_model, monkeypatch, tmp_path, picture
):
    from winasr_doctor.asr import load_model

    engine.steps["load"] = lambda **options: load_model("stand-in", scan=False, **options)
    hub = StandInHub(b"no model" * 300_000, 1_200_000)
    with serving(hub) as address:
        use(monkeypatch, address, tmp_path)
        tab = open_tab()
        tab.transcribe()
        tab.sees("Downloading 1.2 of 2.5 MB (tiny)", "run")
        picture(tab, "downloading")
        hub.go_on.set()
        said = tab.sees("Failed to load", "error")
    assert "stand-in.nemo" in said
    assert hub.asked[-1].startswith(f"/{REPO}/resolve/")


def test_a_load_that_waits_for_an_abandoned_one_says_so(tab, engine, go_on):
    wait = JobState(
        JobStep.WAITING, "waiting because another call has it: stuck.py:3 in f", "", None
    )

    def load(on_start, **_options):
        on_start(lambda: wait)
        go_on.wait()

    engine.steps["load"] = load
    tab.transcribe()
    said = tab.sees("Waiting for another jo", "run")
    assert "stuck.py:3 in f" in said
    assert "Loading" not in said
    go_on.set()
    tab.sees("Transcribed", "ok")


def test_while_a_job_is_silent_the_status_moves_on(tab, engine, go_on):
    # That it moves twice a second is held by tests/ui/test_handler.py, without a clock.
    engine.steps["load"] = lambda **_options: go_on.wait() and None
    tab.transcribe()
    tab.sees("Loading tiny", "run")
    tab.page.evaluate(
        """() => {
          window.moved = 0;
          let last = "";
          setInterval(() => {
            const now = document.querySelector("#status_output .winasr-timer")?.textContent;
            if (now !== last) { last = now; window.moved += 1; }
          }, 20);
        }"""
    )
    tab.page.wait_for_function("window.moved > 5", timeout=PATIENCE)
    go_on.set()


def test_cancel_while_waiting_in_line_is_read_at_once(open_tab, engine, go_on):
    engine.steps["load"] = lambda **_options: go_on.wait() and None
    first, second = open_tab(), open_tab()
    first.transcribe()
    first.sees("Loading tiny", "run")
    second.transcribe()
    second.sees("waiting for another session's job", "run")
    second.page.click("#cancel:enabled")
    second.sees("Cancelled.", "warn")
    assert not go_on.is_set()
    go_on.set()
    first.sees("Transcribed", "ok")
    until(lambda: engine.calls.count("load") == 1)
