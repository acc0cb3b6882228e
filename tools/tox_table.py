"""The table that `tox` prints at the end: what was tested where, what was skipped and why."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

RESULTS = "results*.xml"
"""The JUnit files that pytest writes into each environment's folder."""

ON_DEMAND = {
    "ansible": "the Ansible role, against twenty machines over SSH; root only",
    "bench": "writes the survival table and the speed table; an hour",
    "mutants": "random faults that a test should notice; an hour",
    "nemo22": "the guard and the loader on NeMo 2.2.1; gigabytes",
    "nemo23": "the guard and the loader on NeMo 2.3.2; gigabytes",
    "nemo24": "the guard and the loader on NeMo 2.4.1; gigabytes",
    "nemo25": "the guard and the loader on NeMo 2.5.3; gigabytes",
    "portable": "the portable folder for Windows; wine builds and tests it",
    "release": "builds what a release has; package tests the sdist and the wheel",
    "schedules": "a million schedules of locks, on one machine or on several",
    "soak": "a million schedules of locks, and long fuzzing; an hour",
    "wine-nemo": "the real NeMo on Windows' Python; 2 GB",
    "world": "other projects' tests under the sharing rules; an hour",
}
"""Environments that no label names, and why."""

_HEADINGS = ("environment", "passed", "failed", "skipped", "seconds", "")
_FAILED = ("failure", "error")


@dataclass(frozen=True)
class Tests:
    """What JUnit files say.

    Attributes:
        passed: How many tests passed.
        failed: How many failed, or broke before or after they ran.
        skipped: The reason of each test that was skipped or is known to fail.
        unsteady: The names of those that failed at first and then passed.
    """

    passed: int
    failed: int
    skipped: tuple[str, ...]
    unsteady: tuple[str, ...] = ()


@dataclass(frozen=True)
class Environment:
    """One environment that ran.

    Attributes:
        name: Its name in `tox.ini`.
        passed: Whether all of its commands succeeded.
        seconds: How long it took, with what was installed.
        tests: What its tests came to; `None` where it has none.
    """

    name: str
    passed: bool
    seconds: float
    tests: Tests | None


def read(*results: Path) -> Tests | None:
    """Read JUnit files.

    Args:
        results: Where they are, as written by `pytest --junit-xml`.

    Returns:
        What they say together; `None` where there is none.
    """
    if not results:
        return None
    written = (ET.parse(file) for file in results)  # noqa: S314 - by pytest
    cases = [case for each in written for case in each.iter("testcase")]
    reasons = [case.find("skipped") for case in cases]
    skipped = tuple(
        re.sub(r"\s+", " ", reason.get("message") or "no reason given").strip()
        for reason in reasons
        if reason is not None
    )
    failed = sum(map(_has_failed, cases))
    unsteady = tuple(
        each.get("value", "")
        for case in cases
        if not _has_failed(case)
        for each in case.iterfind("properties/property[@name='second try']")
    )
    return Tests(len(cases) - failed - len(skipped), failed, skipped, unsteady)


def _has_failed(case: ET.Element) -> bool:
    return any(case.find(kind) is not None for kind in _FAILED)


def table(ran: Sequence[Environment], seconds: float) -> Iterator[str]:
    """Yield the table's lines.

    Args:
        ran: The environments, in the order of the table.
        seconds: How long they took together; several can run at once.
    """
    rows = [_HEADINGS]
    reasons: dict[str, list[str]] = defaultdict(list)
    for environment in ran:
        tests = environment.tests
        counts = ("", "", "") if tests is None else _counts(tests)
        verdict = "ok" if environment.passed else "FAILED"
        rows.append((environment.name, *counts, f"{environment.seconds:.0f}", verdict))
        for reason in () if tests is None else tests.skipped:
            reasons[reason].append(environment.name)
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    for name, *numbers, verdict in rows:
        cells = [number.rjust(width) for number, width in zip(numbers, widths[1:], strict=False)]
        yield "  ".join([name.ljust(widths[0]), *cells, verdict]).rstrip()
    yield f"total: {seconds:.0f} s"
    if reasons:
        yield "skipped:"
    for reason, environments in sorted(reasons.items()):
        yield f"  {len(environments)} ({', '.join(dict.fromkeys(environments))}): {reason}"
    unsteady = [(each.name, test) for each in ran if each.tests for test in each.tests.unsteady]
    if unsteady:
        yield "passed only at the second try (a bug in the package or in the test):"
    for name, test in unsteady:
        yield f"  {name}: {test}"


def _counts(tests: Tests) -> tuple[str, str, str]:
    return str(tests.passed), str(tests.failed), str(len(tests.skipped))


def not_run(ran: Sequence[str], plain: Sequence[str], full: Sequence[str]) -> Iterator[str]:
    """Yield lines that name each environment that did not run, and how to run it.

    Args:
        ran: The environments that ran.
        plain: Those of a plain `tox`.
        full: Those of the label `full`.
    """
    asked = [*plain, *full] if set(ran) - set(plain) else list(plain)
    absent = [name for name in dict.fromkeys(asked) if name not in ran]
    others = [name for name in full if name not in ran and name not in absent]
    yield "not run:"
    if absent:
        yield f"  {', '.join(absent)}: its Python was not found, or it was left out on request"
    if others:
        yield f"  {', '.join(others)}: python -m tox run -m full"
    for name, why in ON_DEMAND.items():
        if name not in ran:
            yield f"  {name} ({why}): python -m tox run -e {name}"
