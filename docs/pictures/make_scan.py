"""Makes the pictures of real scans: `python docs/pictures/make_scan.py`.

What a picture shows was printed by `scan` on a recorded machine, in colour, and drawn by rich.
Nothing in it is fetched from elsewhere: rich's own template asks a server for a font, ours not.

`window-before.svg` shows what an older version printed. `make_scan.py --before FOLDER` makes it
from a checkout of that version.
"""

from __future__ import annotations

import html
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


class Picture(NamedTuple):
    """A picture of a scan.

    Attributes:
        file: Its name.
        title: What it shows, for those who cannot see it.
        machine: The recorded machine.
        columns: The width of the terminal.
        first: Maximum number of lines of the report; a last line says if there are more.
        last: Number of lines of a window in which the rest has scrolled away; 0 for no window.
    """

    file: str
    title: str
    machine: str
    columns: int = 88
    first: int = 0
    last: int = 0

    @property
    def command(self) -> tuple[str, ...]:
        """The arguments of the doctor."""
        return ("scan", "--snapshot", f"examples/machines/{self.machine}.json")


WINDOW = "The last 30 lines of a scan of a service on a full disk, {}"
PICTURES = (
    Picture(
        "scan.svg",
        "A scan of a machine whose TEMP is inside OneDrive",
        "temp-in-onedrive",
        first=26,
    ),
    Picture("window-after.svg", WINDOW.format("now"), "service-account", columns=80, last=30),
)
BEFORE = Picture(
    "window-before.svg", WINDOW.format("before"), "service-account", columns=80, last=30
)

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
    <title>TITLE</title>
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


def scan(picture: Picture, root: Path) -> str:
    """Run the scan and return what it prints on a terminal with colours."""
    variables = {
        "COLUMNS": str(picture.columns),
        "FORCE_COLOR": "1",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")]),
    }
    finished = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "winasr_doctor", *picture.command],
        cwd=root,
        env={key: value for key, value in os.environ.items() if key != "NO_COLOR"} | variables,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return finished.stdout


def shown(picture: Picture, printed: str) -> list[Text]:
    """Return the lines of a picture; those of a window are folded as a terminal folds them."""
    lines = [Text.from_ansi(line) for line in printed.splitlines()]
    if picture.last:
        columns = picture.columns
        rows = [row for line in lines for row in line.divide(range(columns, len(line), columns))]
        return [*rows[-picture.last :], Text(), Text("$")]
    command = Text(f"$ python -m winasr_doctor {' '.join(picture.command)}")
    more = [Text("...")][: len(lines) > picture.first]
    return [command, Text(), *lines[: picture.first], *more]


def drawn(picture: Picture, root: Path = ROOT) -> str:
    """Draw a scan."""
    console = Console(record=True, width=picture.columns, file=io.StringIO(), force_terminal=True)
    for line in shown(picture, scan(picture, root)):
        console.print(line, soft_wrap=True, crop=True)
    svg = console.export_svg(
        theme=THEME,
        code_format=TEMPLATE.replace("TITLE", picture.title),
        unique_id=picture.file.removesuffix(".svg"),
    )
    return re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE)


def words(drawn: str) -> list[str]:
    """Return what a picture says, however this version of rich draws it."""
    return html.unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", drawn))).split()


def write(picture: Picture, root: Path = ROOT) -> None:
    """Write a picture."""
    (HERE / picture.file).write_text(drawn(picture, root), encoding="utf-8", newline="\n")


def main() -> int:
    """Write the pictures; with `--check`, only say whether they are up to date."""
    os.environ["TERM"] = "xterm-256color"  # on a dumb terminal rich knows no colours and no width
    if sys.argv[1:2] == ["--before"]:
        write(BEFORE, Path(sys.argv[2]).resolve())
        return 0
    if "--check" in sys.argv[1:]:
        kept = {each: (HERE / each.file).read_text(encoding="utf-8") for each in PICTURES}
        return int(any(words(kept[each]) != words(drawn(each)) for each in PICTURES))
    for each in PICTURES:
        write(each)
    return 0


if __name__ == "__main__":
    sys.exit(main())
