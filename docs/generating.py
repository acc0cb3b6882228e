"""What the scripts that write parts of the documentation share: each has a `--check`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

DOCS = Path(__file__).resolve().parent


def main(folder: Path, wanted: Mapping[str, str], pattern: str = "*.md") -> int:
    """Write files; with `--check`, only say which are not up to date.

    Args:
        folder: Where they lie.
        wanted: File name to content of everything that is generated there.
        pattern: Which files of the folder are generated; one that is not wanted is out of date.

    Returns:
        The exit code: 1 if a file is not up to date, else 0.
    """
    if "--check" not in sys.argv[1:]:
        folder.mkdir(exist_ok=True)
        for name, content in wanted.items():
            (folder / name).write_text(content, encoding="utf-8", newline="\n")
        return 0
    present = {file.name: file.read_text(encoding="utf-8") for file in folder.glob(pattern)}
    stale = [n for n in sorted(wanted.keys() | present) if wanted.get(n) != present.get(n)]
    for name in stale:
        sys.stderr.write(f"{name} is not what {Path(sys.argv[0]).name} makes\n")
    return int(bool(stale))
