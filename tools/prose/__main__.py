"""Lints the project's English: `python tools/prose [FILE ...]`.

proselint's checks and the rules of `rules.py` read the documentation, the package's strings and
docstrings, and the known errors; what is generated from these is left out.
"""

from __future__ import annotations

import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

from texts import Prose

READ = (
    "*.md",
    "docs/**/*.md",
    "winasr_doctor/**/*.py",
    "winasr_doctor/catalogue/entries/**/*.toml",
)
LEFT_OUT = ("docs/checks", "docs/errors", "docs/reference/json.md")  # generated


def main() -> int:
    """Print what is found; return 1 if anything is."""
    if find_spec("proselint") is None:
        print(
            "Not checked: the English. proselint is not installed; it needs Python 3.14 or older."
        )
        return 0
    from judging import problems_of

    files = [Path(name) for name in sys.argv[1:]] or listed()
    problems = sorted(set(problems_of(Prose(files))))
    for file, line, name, message in problems:
        print(f"{file}:{line}: {name}: {message}")
    for name, count in Counter(name for _, _, name, _ in problems).most_common():
        print(f"{count:5} {name}")
    print(f"{len(problems)} problems in {len(files)} files")
    return int(bool(problems))


def listed() -> list[Path]:
    """Return the files of the repository that are read."""
    files = sorted(file for pattern in READ for file in Path().glob(pattern))
    return [file for file in files if not file.as_posix().startswith(LEFT_OUT)]


if __name__ == "__main__":
    sys.exit(main())
