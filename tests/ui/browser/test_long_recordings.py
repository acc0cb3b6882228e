"""Ten minutes of audio on the page, with the real tiny model: what is seen while it works."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from .conftest import DATA, KLATT3, LONG

TEXTS = ("stop zero four one", "nine yes seven five")
RATE = 16_000
AS_MANY = """
    document.querySelectorAll("#words [data-start]").length
        === document.querySelector("#transcript textarea").value.split(" ").length
"""
"""Every word of the text can be clicked."""


@pytest.fixture(scope="module")
def long_recording(tmp_path_factory) -> Path:
    """Return ten minutes made from the bundled recordings."""
    clips = [soundfile.read(DATA / name, dtype="float32")[0] for name in ("klatt3.wav", "f3.wav")]
    pause = np.zeros(RATE // 2, np.float32)
    once = np.concatenate([clips[0], pause, clips[1], pause])
    path = tmp_path_factory.mktemp("long") / "meeting.flac"
    soundfile.write(path, np.resize(once, 600 * RATE), RATE)
    return path


def test_the_text_and_its_words_grow_until_a_cancel_which_keeps_them(
    tab, open_tab, long_recording, picture, pieces
):
    page = tab.page
    page.emulate_media(reduced_motion="reduce")
    tab.give(long_recording)
    page.click("#transcribe")
    tab.sees("x real time", "run", within=LONG)
    words = page.locator("#words [data-start]")
    words.nth(9).wait_for()
    page.wait_for_function(AS_MANY)
    first, count = len(tab.text), words.count()
    assert page.evaluate("document.querySelector('#transcript textarea').readOnly")
    # Somebody listens, searches and reads meanwhile.
    words.nth(6).click()
    page.wait_for_function("document.querySelector('#players audio').currentTime > 0")
    page.evaluate("document.querySelector('#players audio').pause()")
    page.fill("#search input", "zero")
    found = page.locator("#words .found").count()
    words.nth(7).focus()
    pieces.one()
    words.nth(count + 9).wait_for()
    page.wait_for_function(AS_MANY)
    assert len(tab.text) > first
    kept = "document.activeElement === document.querySelectorAll('#words [data-start]')[7]"
    page.wait_for_function(kept)
    page.wait_for_function(f"document.querySelectorAll('#words .found').length > {found}")
    said = tab.status
    assert re.search(r"[0-9]+%: [0-9:]+ of 10:00, [0-9.]+ x real time", said), said
    assert "meeting.flac, piece" in said
    assert "The worker is in" not in said
    assert tab.page.locator("#status_output progress").get_attribute("value") != "0"
    picture(tab, "long-recording")
    tab.page.click("#cancel:enabled")
    said = tab.sees("Cancelled.", "warn")
    assert "The text up to there is kept" in said
    pieces.all()
    assert page.locator("#search input").input_value() == "zero"
    page.wait_for_function(AS_MANY)
    kept = tab.text
    assert kept.startswith(" ".join(TEXTS))
    with tab.page.expect_download() as download:
        tab.page.click("#download_srt")
    assert download.value.suggested_filename == "meeting.srt"
    other = open_tab()  # the model is free for the next person
    other.transcribe()
    other.sees("Transcribed", "ok", within=LONG)


def test_one_bad_file_among_several_is_a_row_of_its_own(tab, real, tmp_path, picture):
    bad = tmp_path / "notes.wav"
    bad.write_bytes(b"no sound at all" * 99)
    tab.give(KLATT3, bad, DATA / "f3.wav")
    tab.page.click("#transcribe")
    said = tab.sees("notes.wav cannot be read as a recording", "warn", within=LONG)
    assert said.startswith("2 of 3 recordings transcribed; 1 failed.")
    assert said.count("2 of 3") == 1
    assert str(tmp_path) not in said
    assert not re.search("[0-9a-f]{64}", said)
    table = tab.page.locator("#recordings")
    table.get_by_text("done").first.wait_for()
    shown = table.inner_text()
    assert "klatt3.wav" in shown
    assert "notes.wav cannot be read" in shown
    assert tab.text == "klatt3.wav\nstop zero four one\n\nf3.wav\nnine yes seven five"
    picture(tab, "several-recordings")
    with tab.page.expect_download() as download:
        tab.page.click("#download_zip")
    with zipfile.ZipFile(download.value.path()) as archive:
        assert {"klatt3.txt", "f3.srt"} <= set(archive.namelist())


def test_a_typed_model_is_used_or_refused_but_never_replaced(tab, real, tmp_path, picture):
    own = tmp_path / "my own.nemo"
    own.write_bytes((DATA / "tiny-tdt.nemo").read_bytes())
    for name, words, state in (
        (str(own), "Transcribed: 1 recording", "ok"),
        (str(tmp_path / "not there.nemo"), "not there.nemo does not exist", "error"),
        ("unheard of", "There is no model 'unheard of'", "error"),
    ):
        tab.page.fill("#model input", name)
        tab.page.keyboard.press("Enter")
        tab.page.keyboard.press("Tab")
        assert tab.page.locator("#model input").input_value() == name
        tab.transcribe()
        tab.sees(words, state, within=LONG)
    picture(tab, "own-model")


def test_the_text_can_be_reached_by_tab(tab, engine):
    tab.transcribe()
    said = tab.sees("Transcribed", "ok")
    assert "knows 20 English words" in said
    tab.page.locator("#cancel, #transcribe").first.focus()
    for _ in range(16):
        tab.page.keyboard.press("Tab")
        if tab.page.evaluate("document.activeElement.matches('#transcript textarea')"):
            break
    else:
        raise AssertionError("not reached")
