"""Recordings on their way: one made on the page, an upload, and where none can be made."""

from __future__ import annotations

import re

import pytest

from .conftest import KLATT3, LONG

SPOKEN = {"stop", "zero", "four", "one"}
REFUSING = (
    "MediaDevices.prototype.getUserMedia ="
    " () => Promise.reject(new DOMException('the reason', '{name}'));"
)


def record(tab, seconds=1):
    """Begin to record, and return the button that ends it when so many seconds are recorded."""
    tab.page.locator("#microphone button", has_text="Record").first.click()
    stop = tab.page.locator("#microphone button", has_text="Stop").first
    stop.wait_for()
    tab.page.locator("#microphone time", has_text=re.compile(f"0:0[{seconds}-9]")).wait_for()
    return stop


@pytest.fixture
def uploads():
    """Return a function that holds back a tab's uploads, and gives the list of them."""

    def hold(tab):
        held = []

        def keep(route):  # Playwright looks at its arguments, which `append` does not show
            held.append(route)

        tab.page.route("**/gradio_api/upload*", keep)
        return held

    return hold


def test_what_is_spoken_is_transcribed(open_tab, real):
    tab = open_tab(permissions=["microphone"])
    record(tab, 4).click()
    tab.page.click("#transcribe")
    tab.sees("Transcribed: 1 recording", "ok", within=LONG)
    assert len(SPOKEN & set(tab.text.split())) >= 2, tab.text  # it may begin within a word


@pytest.mark.parametrize("way", ["stopped", "running", "file"])
def test_a_click_on_transcribe_waits_for_a_recording_on_its_way(open_tab, engine, uploads, way):
    tab = open_tab(permissions=["microphone"])
    held = uploads(tab)
    if way == "file":
        tab.page.set_input_files("#audio input[type=file]", str(KLATT3))
        tab.page.wait_for_selector("#audio .uploading")
    else:
        stop = record(tab)
        if way == "stopped":
            stop.click()
    for _ in range(2):  # people click again
        tab.page.click("#transcribe")
        tab.sees("Waiting until the recording is uploaded", "run")
    until_held(tab, held)
    assert "transcribe" not in engine.calls
    for route in held:
        route.continue_()
    tab.sees("Transcribed: 1 recording", "ok")
    assert "Waiting" not in tab.status
    assert engine.calls.count("transcribe") == 1


def until_held(tab, held):
    """Wait until there is an upload."""
    for _ in range(1_500):
        if held:
            return
        tab.page.wait_for_timeout(20)
    raise AssertionError("nothing was uploaded")


@pytest.mark.parametrize("name", ["NotFoundError", "NotAllowedError", "NotReadableError"])
def test_a_microphone_that_cannot_be_used_is_one_sentence(open_tab, name):
    tab = open_tab(script=REFUSING.format(name=name))
    tab.page.locator("#microphone button", has_text="Record").first.click()
    tab.sees("No microphone is available", "error")
    said = tab.page.locator("#status_output .winasr-client").inner_text()
    assert said.count(".") == 1
    assert said.endswith(f"choose a file. ({name})")
