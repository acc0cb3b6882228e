"""The microphone: a recording made on the page, and what is said where none can be made."""

from __future__ import annotations

import pytest

SPOKEN = {"stop", "zero", "four", "one"}
REFUSING = (
    "MediaDevices.prototype.getUserMedia ="
    " () => Promise.reject(new DOMException('the reason', '{name}'));"
)


def record(tab, seconds):
    tab.page.locator("#microphone button", has_text="Record").first.click()
    stop = tab.page.locator("#microphone button", has_text="Stop").first
    stop.wait_for(timeout=20_000)
    tab.page.wait_for_timeout(seconds * 1000)
    stop.click()
    tab.page.wait_for_selector("#players svg", timeout=20_000)  # the server has it


def test_what_is_spoken_is_transcribed(open_tab, real):
    tab = open_tab(permissions=["microphone"])
    record(tab, 3)
    tab.page.click("#transcribe")
    tab.sees("Transcribed: 1 recording", "ok", within=90_000)
    assert len(SPOKEN & set(tab.text.split())) >= 2, tab.text  # it may begin within a word


@pytest.mark.parametrize("name", ["NotFoundError", "NotAllowedError", "NotReadableError"])
def test_a_microphone_that_cannot_be_used_is_one_sentence(open_tab, name):
    tab = open_tab(script=REFUSING.format(name=name))
    tab.page.locator("#microphone button", has_text="Record").first.click()
    tab.sees("No microphone is available", "error")
    said = tab.page.locator("#status_output .winasr-client").inner_text()
    assert said.count(".") == 1
    assert said.endswith(f"choose a file. ({name})")
