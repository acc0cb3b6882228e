"""Lints the project's English: `python tools/prose [FILE ...]`.

proselint's checks and the rules of `rules.py` read the documentation, the package's strings and
docstrings, and the known errors; what is generated from these is left out.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from proselint.checks import __register__ as of_proselint
from proselint.registry.checks import Check
from proselint.registry.checks.engine import Fancy, RegexOptions
from proselint.registry.checks.types import ExistenceSimple
from rules import OFF, RULES
from texts import Prose

READ = (
    "*.md",
    "docs/**/*.md",
    "winasr_doctor/**/*.py",
    "winasr_doctor/catalogue/entries/**/*.toml",
)
LEFT_OUT = ("docs/checks", "docs/errors", "docs/reference/json.md")  # generated
_OPTIONS = RegexOptions(case_insensitive=True, multi_line=True)
CHECKS = [
    *(check for check in of_proselint if not any(map(check.matches_partial, OFF))),
    *(
        Check(
            path=f"words.{rule.name.replace(' ', '-')}",
            check_type=ExistenceSimple(pattern.replace(" ", r"\s+")),
            engine=Fancy(_OPTIONS),
            message=f"'{{}}': {rule.instead}",
        )
        for rule in RULES
        for pattern in rule.patterns
    ),
]


def main() -> int:
    """Print what is found; return 1 if anything is."""
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


def problems_of(prose: Prose) -> Iterator[tuple[Path, int, str, str]]:
    """Yield file, line, rule and message of each problem."""
    text = f"\n{prose.text}\n"  # some checks of proselint look at the characters beside a word
    for check in CHECKS:
        for result in check.check_with_flags(text):
            start = result.span[0]
            start += len(text[start:]) - len(text[start:].lstrip())
            file, line = prose.place(start - 1)
            yield file, line, result.check_path, " ".join(result.message.split())


if __name__ == "__main__":
    sys.exit(main())
