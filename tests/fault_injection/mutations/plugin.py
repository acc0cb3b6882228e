"""Runs pytest with one deliberate fault in the package: `plugin.py RECORD FAULT [ARGUMENT ...]`.

A script, since `python -m pytest` would put the current directory, and with it the sources, before
the package that is installed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

SOUND = "none"
"""The name of the fault that is none."""


class Faulty:
    """A plugin that puts the fault in place and writes down which tests failed, and where."""

    def __init__(self, record: Path, name: str) -> None:
        self._record = record
        self._name = name
        self._failed: list[tuple[str, str]] = []

    def pytest_sessionstart(self) -> None:
        """Put it in place, before any test is imported."""
        # Not before: pytest wants to see the package imported, which has a plugin in it.
        from mutations.mutations import MUTATIONS

        if self._name != SOUND:
            (mutation,) = [each for each in MUTATIONS if each.name == self._name]
            mutation.apply()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure of a test; not one of a fixture, which proves nothing."""
        if report.failed and report.when == "call":
            crash = getattr(report.longrepr, "reprcrash", None)
            self._failed.append((report.nodeid, str(getattr(crash, "path", ""))))

    def pytest_sessionfinish(self) -> None:
        """Write them down."""
        self._record.write_text(json.dumps(self._failed), encoding="utf-8")


if __name__ == "__main__":
    here = Path(__file__).parent  # a package of this name, not what is in it
    sys.path[:] = [*(path for path in sys.path if path != str(here)), str(here.parent)]
    record, name, *arguments = sys.argv[1:]
    sys.exit(pytest.main(arguments, plugins=[Faulty(Path(record), name)]))
