"""Listening, searching and changing the text, with the real tiny model and by keyboard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from winasr_doctor.ui.waveform import BARS, loudness

from ..fakes import until  # noqa: TID252 - a folder above
from .conftest import DATA, KLATT3, LONG, Tab

F3 = DATA / "f3.wav"


LISTEN = """() => {
  window.heard = [];
  const players = [...document.querySelectorAll("#players audio")];
  for (const player of players) {
    player.playbackRate = 0.25;
    player.addEventListener("play", () => window.heard.push(`play ${players.indexOf(player)}`));
  }
  const mark = ({ target }) => {
    if (target.hasAttribute("aria-current")) window.heard.push(target.textContent);
  };
  new MutationObserver((changes) => changes.forEach(mark))
    .observe(document.body, { subtree: true, attributeFilter: ["aria-current"] });
}"""
"""Records which players start and which words are marked, however briefly; slows the players."""


def heard(tab: Tab, *wanted: str) -> None:
    """Wait until players have started or words have been marked, and forget what was."""
    for each in wanted:
        tab.page.wait_for_function("(each) => window.heard.includes(each)", arg=each)
    tab.page.evaluate("window.heard = []")


def player(tab: Tab, number: int = 0) -> dict[str, Any]:
    """Return what a player does."""
    found: dict[str, Any] = tab.page.evaluate(
        """(number) => {
          const audio = document.querySelectorAll("#players audio")[number];
          return { paused: audio.paused, error: audio.error?.code,
            hidden: audio.closest("figure").hidden };
        }""",
        number,
    )
    return found


def downloaded(tab: Tab, form: str) -> str:
    """Return what a download holds."""
    with tab.page.expect_download() as download:
        tab.page.click(f"#download_{form}")
    return Path(download.value.path()).read_text(encoding="utf-8")


def words(tab: Tab) -> list[str]:
    """Return the words that can be played."""
    found: list[str] = tab.page.locator("#words [data-start]").all_inner_texts()
    return found


def test_a_recording_is_heard_searched_and_changed_by_keyboard(open_tab, real, served, picture):
    tab = open_tab(permissions=["clipboard-read", "clipboard-write"])
    page = tab.page
    tab.give(KLATT3)
    page.wait_for_selector("#players svg")  # before anything is transcribed
    page.click("#transcribe")
    tab.sees("Transcribed: 1 recording", "ok", within=LONG)
    assert words(tab) == ["stop", "zero", "four", "one"]

    page.wait_for_timeout(300)
    assert page.inner_text("#note").strip() == ""  # nobody has changed anything

    # A click seeks and plays, and the word that is spoken is marked.
    page.evaluate(LISTEN)
    page.locator("#words [data-start]", has_text="four").click()
    heard(tab, "play 0", "four", "one")
    assert player(tab)["error"] is None
    picture(tab, "listening")

    # The keyboard does the same, with one stop for all words.
    assert page.locator('#words [tabindex="0"]').all_inner_texts() == ["four"]
    page.evaluate("document.querySelector('#players audio').pause()")
    page.evaluate("window.heard = []")
    for key in ("Home", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    heard(tab, "play 0", "zero")
    assert page.evaluate("document.activeElement.textContent") == "zero"

    # Search marks places and goes from one to the next.
    page.fill("#search input", "Zero four")
    assert page.inner_text("#winasr-count") == "1 of 1 places"
    assert page.locator("#words .found.here").all_inner_texts() == ["zero", "four"]
    page.fill("#search input", "nowhere")
    assert page.inner_text("#winasr-count") == "Not found"

    # A change is in every file, and in the words, at once.
    page.locator("#transcript textarea").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type("Pleased ")
    page.locator("#note", has_text="Your changes are in the files").wait_for()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Backspace")  # for which Gradio has no event
    assert downloaded(tab, "srt").endswith("Please stop zero four one\n")
    assert downloaded(tab, "txt") == "Please stop zero four one\n"
    changed = json.loads(downloaded(tab, "json"))["transcripts"][0]["words"]
    assert [word["text"] for word in changed] == words(tab)
    assert all(0 <= word.get("confidence", 1) <= 1 for word in changed)
    assert "confidence" in changed[1]
    assert "confidence" not in changed[0]
    assert "Your changes are in the files" in page.inner_text("#note")
    assert page.inner_text("#announcer") == page.inner_text("#note")
    page.click("#transcript button")
    wanted = "Please stop zero four one"
    until(lambda: page.evaluate("navigator.clipboard.readText()") == wanted)
    assert tab.hosts == {served.url.split("/")[2]}


def test_a_word_plays_its_own_recording_and_the_others_are_silent(tab, real, tmp_path):
    aiff = tmp_path / "old.aiff"  # no browser but Safari plays these
    samples, rate = soundfile.read(F3)
    soundfile.write(aiff, samples, rate)
    tab.give(KLATT3, aiff)
    tab.page.wait_for_selector("#players select")
    tab.page.click("#transcribe")
    tab.sees("Transcribed: 2 recordings", "ok", within=LONG)
    tab.page.evaluate(LISTEN)
    tab.page.locator("#words section >> nth=0").get_by_text("zero").click()
    heard(tab, "play 0")
    tab.page.locator("#words section >> nth=1").get_by_text("nine").click()
    tab.page.wait_for_selector(".winasr-unplayable:visible")
    assert player(tab, 0)["paused"]
    assert player(tab, 0)["hidden"]
    tab.page.select_option("#players select", "0")
    assert not player(tab, 0)["hidden"]
    # Without its name, a text belongs to no recording.
    text = tab.text
    tab.page.fill("#transcript textarea", text.replace("old.aiff\n", ""))
    missing = "The line with the name old.aiff is missing"
    tab.page.locator("#note", has_text=missing).wait_for()
    assert "old.aiff" in downloaded(tab, "txt")


def test_what_a_model_takes_is_offered(tab, engine):
    page = tab.page
    assert not page.is_visible("#language")
    page.fill("#model input", "canary-1b-v2")
    page.keyboard.press("Enter")
    page.wait_for_selector("#language input")
    page.click("#language input")
    page.get_by_role("option", name="Ukrainian", exact=True).wait_for()
    page.keyboard.press("Escape")
    page.fill("#model input", "canary-qwen-2.5b")
    page.keyboard.press("Enter")
    page.wait_for_selector("#with_timestamps input:disabled")
    page.wait_for_selector("#language", state="hidden")


def test_a_waveform_is_loud_where_the_recording_is(tmp_path: Path):
    for seconds in (2, 200):
        samples = np.zeros(seconds * 8_000, np.float32)
        samples[len(samples) // 2 :] = 0.25
        soundfile.write(tmp_path / "a.wav", samples, 8_000)
        bars = loudness(str(tmp_path / "a.wav"))
        assert len(bars) == BARS
        assert max(bars[: BARS // 2 - 1]) == 0.0
        assert min(bars[BARS // 2 :]) == 1.0
