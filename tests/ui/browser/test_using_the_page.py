"""The page as people use it: clicks, the keyboard, two at once, narrow and dark."""

from __future__ import annotations

import http.client
import itertools
import json
import shutil
from pathlib import Path

import pytest

from winasr_doctor.asr.outcomes import Transcript
from winasr_doctor.asr.transcribe_progress import TranscribeProgress
from winasr_doctor.findings import Remedy, Report, Result, Severity, Status, Tool
from winasr_doctor.ui.preflight import Blocker

from ..fakes import WORDS, until  # noqa: TID252 - a folder above
from .conftest import DATA, KLATT3, LONG

WIDTHS = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 400, "height": 800}}


def bad_machine():
    remedy = Remedy("Use a folder of its own", ("setx TEMP C:\\winasr-scratch",))
    found = Result(
        "SYN001", "SYN", "", Status.FAIL, Severity.ERROR, "TEMP is synced", {}, (remedy,), ""
    )
    return Report(Tool("winasr_doctor", "0"), {}, (found,))


def test_clicks_alone_end_with_the_right_text(tab, real, picture):
    tab.transcribe()
    tab.sees("Transcribed: 1 recording", "ok", within=LONG)
    assert tab.text == "stop zero four one"
    picture(tab, "transcribed")


def test_several_recordings_are_transcribed_by_the_real_model(tab, real):
    tab.give(KLATT3, DATA / "f3.wav")
    tab.page.click("#transcribe")
    tab.sees("Transcribed: 2 recordings", "ok", within=LONG)
    assert tab.text == "klatt3.wav\nstop zero four one\n\nf3.wav\nnine yes seven five"


@pytest.mark.parametrize("form", ["txt", "srt", "vtt", "json"])
def test_each_format_can_be_downloaded(tab, engine, form):
    tab.transcribe()
    tab.sees("Transcribed", "ok")
    with tab.page.expect_download() as download:
        tab.page.click(f"#download_{form}")
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert "stop zero" in text
    assert download.value.suggested_filename == f"klatt3.{form}"
    if form == "json":
        assert json.loads(text)["transcripts"][0]["words"][0]["text"] == "stop"


def test_without_a_recording_the_page_says_what_to_do(tab):
    tab.page.click("#transcribe")
    tab.sees("There is no recording yet", "warn")


def test_the_keyboard_is_enough(tab):
    tab.give(KLATT3)
    tab.page.locator("#device input").focus()
    for _ in range(6):
        tab.page.keyboard.press("Tab")
        if tab.page.evaluate("document.activeElement.id") == "transcribe":
            break
    tab.page.keyboard.press("Enter")
    tab.sees("Transcribed", "ok")


def test_two_people_see_only_their_own_job(open_tab, engine, go_on):
    engine.steps["load"] = lambda **_options: go_on.wait() and None
    first, second = open_tab(), open_tab()
    first.transcribe()
    first.sees("Loading tiny", "run")
    second.transcribe(DATA / "f3.wav")
    second.sees("waiting for another session's job", "run")
    assert "another session" not in first.status
    go_on.set()
    first.sees("Transcribed", "ok")
    second.sees("Transcribed", "ok")
    assert engine.most == 1


def test_a_finding_stops_the_load_until_it_is_overruled(tab, engine, picture):
    engine.steps["blockers"] = lambda **_options: (Blocker("TMP005", "C: is full"),)
    tab.transcribe()
    tab.sees("C: is full", "error")
    assert "load" not in engine.calls
    picture(tab, "blocked")
    tab.page.click("#anyway:visible")
    tab.sees("Transcribed", "ok")


def test_examining_again_shows_what_was_found(tab, engine):
    engine.steps["scan"] = bad_machine
    tab.page.click("#rescan")
    panel = tab.page.locator("#findings", has_text="TEMP is synced")
    panel.wait_for()
    assert "setx TEMP" in panel.inner_text()


def test_the_report_can_be_copied(open_tab, engine):
    tab = open_tab(permissions=["clipboard-read", "clipboard-write"])

    def load(**_options):
        raise ValueError("the reason")

    engine.steps["load"] = load
    tab.transcribe()
    tab.sees("the reason", "error")
    tab.page.click("#status_output .winasr-copy")
    tab.page.locator(".winasr-copy", has_text="Copied").wait_for()
    assert "Traceback" in tab.page.evaluate("navigator.clipboard.readText()")


def test_nothing_outside_is_asked(tab, real, served, asked):
    asked.clear()
    tab.transcribe()
    tab.sees("Transcribed", "ok", within=LONG)
    tab.page.click("#rescan")
    tab.page.locator("#findings .winasr-finding").first.wait_for()
    assert tab.hosts == {served.url.split("/")[2]}
    assert asked == set()


@pytest.mark.parametrize("state", ["start", "error", "working", "done"])
def test_there_is_no_serious_violation_of_accessibility(
    tab, engine, picture, go_on, tmp_path, state
):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    tab.page.emulate_media(reduced_motion="reduce")
    begin = {"error": blocked, "working": several_at_work, "done": done}.get(state)
    if begin is not None:
        begin(tab, engine, go_on, tmp_path)
    serious = []
    for (width, viewport), dark in itertools.product(WIDTHS.items(), (False, True)):
        tab.page.set_viewport_size(viewport)
        tab.page.evaluate("dark => document.body.classList.toggle('dark', dark)", dark)
        tab.page.wait_for_timeout(200)
        name = f"{state}-{width}-{'dark' if dark else 'light'}"
        picture(tab, name)
        serious += [
            (name, each["id"], [node["html"][:120] for node in each["nodes"]])
            for each in axe.run(tab.page).response["violations"]
            if each["impact"] in ("serious", "critical")
        ]
        scrolled = tab.page.evaluate("document.documentElement.scrollWidth")
        assert scrolled <= viewport["width"], name
    assert serious == []


def blocked(tab, engine, _go_on, _folder):
    """Let the doctor refuse a model."""
    engine.steps["blockers"] = lambda **_options: (Blocker("TMP005", "C: is full"),)
    tab.transcribe()
    tab.sees("C: is full")


def several_at_work(tab, engine, go_on, folder):
    """Let a job on three recordings have come to the middle of the second, with a long name."""

    def transcribe(names, on_progress, **_options):
        for number, done in enumerate((1.0, 0.5)):
            said = Transcript(names[number], "stop zero", 1.0, WORDS, untranscribed=1 - done)
            on_progress(TranscribeProgress(number, 3, number, 3, number + done, 3.0, 1.0, said))
        go_on.wait()

    engine.steps["transcribe"] = transcribe
    long = folder / f"{'interview ' * 9}.wav"
    shutil.copy(KLATT3, long)
    tab.give(KLATT3, long, DATA / "f3.wav")
    tab.page.click("#transcribe")
    tab.sees("0:02 of 0:03", "run")
    tab.page.locator("#words section").nth(1).wait_for()
    tab.page.locator("#recordings", has_text="50% transcribed").wait_for()


def done(tab, _engine, _go_on, _folder):
    """Let a job have ended, and a text be searched and changed."""
    tab.transcribe()
    tab.sees("Transcribed")
    tab.page.fill("#search input", "zero")
    tab.page.fill("#transcript textarea", "stop hero")
    tab.page.locator("#note", has_text="Your changes").wait_for()


def test_a_screen_reader_is_told_each_phase_once(tab, engine, go_on):
    engine.steps["load"] = lambda **_options: go_on.wait() and None
    tab.page.evaluate(
        """() => {
          window.told = [];
          const announcer = document.querySelector("#announcer[role=status]");
          new MutationObserver(() => window.told.push(announcer.textContent))
            .observe(announcer, { childList: true });
        }"""
    )
    tab.transcribe()
    tab.sees("Loading tiny", "run")
    tab.page.wait_for_timeout(1_200)
    go_on.set()
    tab.sees("Transcribed", "ok")
    told = tab.page.evaluate("window.told")
    assert told.count("Loading tiny") == 1
    assert told[-1].startswith("Transcribed: 1 recording")


def test_the_page_can_be_opened_dark(open_tab, served):
    tab = open_tab(f"{served.url}?__theme=dark")
    assert tab.page.evaluate("document.body.classList.contains('dark')")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example"])
def test_a_foreign_host_header_is_refused(served, host):
    address = served.url.split("/")[2]
    connection = http.client.HTTPConnection(address, timeout=LONG / 1000)
    connection.request("GET", "/", headers={"Host": host})
    assert connection.getresponse().status == 400
    connection.close()


@pytest.mark.parametrize("path", ["/etc/hostname", str(Path(__file__)), str(DATA / "klatt3.wav")])
def test_only_results_are_servable(served, path):
    address = served.url.split("/")[2]
    connection = http.client.HTTPConnection(address, timeout=LONG / 1000)
    connection.request("GET", f"/gradio_api/file={path}")
    assert connection.getresponse().status in (403, 404)
    connection.close()


def test_the_api_gives_the_same_answers(served, engine):
    from gradio_client import Client, handle_file

    client = Client(served.url, verbose=False)
    job = client.submit(
        [handle_file(str(KLATT3))], None, "tiny", "auto", True, api_name="/transcribe"
    )
    *_, last = [*job, job.result()]
    assert 'data-state="ok"' in last[0]
    assert last[1] == "stop zero"


def test_the_files_of_a_tab_go_with_it(tab, engine, served):
    results = served.handler.sessions.results
    before = set(results.iterdir())
    tab.transcribe()
    tab.sees("Transcribed", "ok")
    assert set(results.iterdir()) - before
    tab.page.close()
    until(lambda: not set(results.iterdir()) - before, seconds=20)
