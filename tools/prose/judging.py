"""Holds English against proselint's checks and the rules of `rules.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from proselint.checks import __register__ as of_proselint
from proselint.registry.checks import Check
from proselint.registry.checks.engine import Fancy, RegexOptions
from proselint.registry.checks.types import ExistenceSimple
from rules import OFF, RULES
from texts import Prose

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


def problems_of(prose: Prose) -> Iterator[tuple[Path, int, str, str]]:
    """Yield file, line, rule and message of each problem."""
    text = f"\n{prose.text}\n"  # some checks of proselint look at the characters beside a word
    for check in CHECKS:
        for result in check.check_with_flags(text):
            start = result.span[0]
            start += len(text[start:]) - len(text[start:].lstrip())
            file, line = prose.place(start - 1)
            yield file, line, result.check_path, " ".join(result.message.split())
