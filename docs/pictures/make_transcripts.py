"""Makes the pictures of the transcription page: `python docs/pictures/make_transcripts.py`.

Each shows a state that happened: the page runs with the bundled model and recordings made from the
bundled ones. It needs NeMo, Gradio, playwright, Pillow and chromium.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
import soundfile
from make_pages import save
from playwright.sync_api import Page, sync_playwright

DATA = Path(str(files("winasr_doctor"))) / "data"
RATE = 16_000
WIDE = {"width": 1100, "height": 820}
FLAGS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]


def recording(path: Path, seconds: float, noise: float = 0.0) -> Path:
    """Write the bundled recordings again and again, with pauses and noise."""
    random = np.random.default_rng(7)
    parts, count = [], 0
    while count < seconds * RATE:
        name = ("klatt3", "f3", "m3")[len(parts) % 3]
        clip, _ = soundfile.read(DATA / f"{name}.wav", dtype="float32")
        pause = np.zeros(int(RATE * random.choice([0.5, 0.6, 1.7])), np.float32)
        parts.append(np.concatenate((clip, pause)))
        count += len(parts[-1])
    whole = np.concatenate(parts)
    hiss = random.standard_normal(len(whole)).astype(np.float32) * noise
    soundfile.write(path, whole + hiss, RATE)
    return path


def long_recording(page: Page, folder: Path) -> None:
    """A recording of an hour, some of which is transcribed."""
    give(page, recording(folder / "interview.flac", 3600))
    page.click("#transcribe")
    page.wait_for_function("document.querySelector('#transcript textarea').value.length > 900")


def listening(page: Page, folder: Path) -> None:
    """A result while it is played, with a search; the noise makes the model unsure."""
    give(page, recording(folder / "meeting.wav", 40, noise=0.13))
    page.click("#transcribe")
    page.wait_for_selector('#status_output [data-state="ok"]', timeout=90_000)
    page.fill("#search input", "seven")
    page.locator("#words [data-start]").nth(9).click()
    page.wait_for_selector("#words [aria-current]")
    page.evaluate("document.querySelector('#players audio').pause()")
    page.evaluate("document.activeElement.blur()")


def several(page: Page, folder: Path) -> None:
    """Several recordings, one of which is none."""
    (folder / "notes.wav").write_bytes(b"no sound at all" * 99)
    monday = recording(folder / "monday.wav", 12)
    give(page, monday, folder / "notes.wav", recording(folder / "tuesday.flac", 20))
    page.click("#transcribe")
    page.get_by_text("done").nth(1).wait_for(timeout=90_000)


def own_model(page: Page, folder: Path) -> None:
    """A model of somebody's own that cannot be used."""
    own = folder / "my-model.nemo"
    own.write_bytes((DATA / "tiny-tdt.nemo").read_bytes()[:200_000])
    page.fill("#model input", str(own))
    page.keyboard.press("Enter")
    give(page, recording(folder / "talk.wav", 8))
    page.click("#transcribe")
    page.wait_for_selector('#status_output [data-state="error"]', timeout=90_000)


STATES: tuple[tuple[str, Callable[[Page, Path], None], bool], ...] = (
    ("long-recording", long_recording, False),
    ("listening", listening, False),
    ("several-recordings", several, True),
    ("own-model-refused", own_model, False),
)
"""The pictures' names, what happens in them, and whether they are dark."""


def give(page: Page, *paths: Path) -> None:
    """Upload recordings, and wait for their players."""
    page.set_input_files("#audio input[type=file]", [str(path) for path in paths])
    page.wait_for_selector("#players audio", timeout=60_000)


def main() -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.environ["WINASR_DOCTOR_STATE"] = str(Path(folder, "state"))
        from winasr_doctor.ui import server

        running = server.start()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, happen, dark in STATES:
            page = browser.new_page(viewport=WIDE)
            page.set_default_timeout(150_000)
            page.goto(running.url + ("?__theme=dark" if dark else ""))
            page.wait_for_selector("#transcribe:visible")
            happen(page, Path(folder))
            page.wait_for_timeout(700)
            picture = Path(folder, f"{name}.png")
            page.evaluate("scrollTo(0, 0)")
            box = page.locator("#columns").bounding_box() or {"y": 0, "height": 0}
            clip = {"x": 0, "y": 0, "width": WIDE["width"], "height": box["y"] + box["height"] + 16}
            page.screenshot(path=str(picture), full_page=True, clip=clip)
            save(picture, name)
            page.close()
        browser.close()
        running.stop()


if __name__ == "__main__":
    main()
