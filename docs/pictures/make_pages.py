"""Makes the pictures of HTML reports: `python docs/pictures/make_pages.py NAME [ROOT]`.

It writes `NAME.png`, what a browser's window shows of the report of one recorded machine. ROOT is
a checkout of the version that makes the report, by default this one. It needs playwright, Pillow
and chromium.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
MACHINE = "examples/machines/service-account.json"
SIZE = {"width": 800, "height": 900}
_COLOURS = 64  # enough for letters and lines, and a third of the bytes


def report(root: Path, file: Path) -> None:
    """Write the report of the recorded machine."""
    command = ["scan", "--snapshot", MACHINE, "--format", "html", "--output", str(file)]
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "winasr_doctor", *command, "--fail-on", "never"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=True,
    )


def photograph(page: Path, picture: Path) -> None:
    """Write what a window shows of a page."""
    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        window = browser.new_page(viewport=SIZE)
        window.goto(page.as_uri())
        window.screenshot(path=str(picture))
        browser.close()
    save(picture, picture.stem)


def save(picture: Path, name: str) -> None:
    """Keep a picture under a name here, with few colours."""
    with Image.open(picture) as image:
        few = image.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    few.save(HERE / f"{name}.png", optimize=True)


def main() -> None:
    """Make one picture."""
    name, *root = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "report.html")
        report(Path(root[0] if root else HERE.parents[1]).resolve(), page)
        photograph(page, HERE / f"{name}.png")


if __name__ == "__main__":
    main()
