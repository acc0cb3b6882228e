"""Makes `scan.svg`, the picture of a real scan: `python docs/pictures/make_scan.py`.

What the picture shows was printed by `scan` on a recorded machine, in colour, and drawn by rich.
Nothing in it is fetched from elsewhere: rich's own template asks a server for a font, ours not.
"""

from __future__ import annotations

import html
import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PICTURE = HERE / "scan.svg"
COLUMNS = 88
COMMAND = ("scan", "--snapshot", "examples/machines/temp-in-onedrive.json")
LINES = 26
"""How much of the report is shown at most; a last line says so if there is more."""

THEME = TerminalTheme(
    (250, 250, 250),
    (0, 0, 0),
    [
        *((0, 0, 0), (176, 0, 32), (0, 110, 40), (138, 90, 0)),
        *((0, 80, 170), (120, 40, 140), (0, 105, 120), (90, 90, 90)),
    ],
)
"""Dark letters on light ground, each with a contrast of at least 4.5 to 1."""

TEMPLATE = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
    <title>A scan of a machine whose TEMP lies in OneDrive</title>
    <style>
    .{unique_id}-matrix {{
        font-family: Consolas, Menlo, "DejaVu Sans Mono", monospace;
        font-size: {char_height}px;
        line-height: {line_height}px;
        font-variant-east-asian: full-width;
    }}
    {styles}
    </style>
    <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
    </defs>
    <rect width="{width}" height="{height}" rx="8" fill="#fafafa" stroke="#c8c8c8"/>
    <g transform="translate({terminal_x}, {terminal_y})"
       clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
    </g>
</svg>
"""


def scan() -> str:
    """Run the scan and return what it prints on a terminal with colours."""
    variables = {
        "COLUMNS": str(COLUMNS),
        "FORCE_COLOR": "1",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    finished = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "winasr_doctor", *COMMAND],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if key != "NO_COLOR"} | variables,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return finished.stdout


def picture() -> str:
    """Draw the scan."""
    lines = scan().splitlines()
    shown = [
        f"$ python -m winasr_doctor {' '.join(COMMAND)}",
        "",
        *lines[:LINES],
        *["..."][: len(lines) > LINES],
    ]
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for line in shown:
        console.print(Text.from_ansi(line), soft_wrap=True, crop=True)
    drawn = console.export_svg(
        theme=THEME,
        code_format=TEMPLATE,
        unique_id="scan",
    )
    return re.sub(r"[ \t]+$", "", drawn, flags=re.MULTILINE)


def words(drawn: str) -> list[str]:
    """Return what a picture says, however this version of rich draws it."""
    return html.unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", drawn))).split()


def main() -> int:
    """Write the picture; with `--check`, only say whether it is up to date."""
    os.environ["TERM"] = "xterm-256color"  # on a dumb terminal rich knows no colours and no width
    wanted = picture()
    if "--check" in sys.argv[1:]:
        return int(words(PICTURE.read_text(encoding="utf-8")) != words(wanted))
    PICTURE.write_text(wanted, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
