"""Small apps with known traps: every trap is found at its line, and nothing else is.

A comment `# expect: CODE` marks a trap's line. A file is an app; so is a folder.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from winasr_doctor.appsource import read_application
from winasr_doctor.scanning import scan
from winasr_doctor.testing import machine

CORPUS = Path(__file__).parent / "corpus"
EXPECTED = re.compile(r"# expect: ([A-Z]{3}\d{3}(?:, [A-Z]{3}\d{3})*)")
APPS = sorted(path for path in CORPUS.iterdir() if path.suffix == ".py" or path.is_dir())


def marked(app: Path) -> set[tuple[str, str, int]]:
    """Return the expected findings of an app: file, code and line."""
    files = [app] if app.is_file() else sorted(app.glob("*.py"))
    return {
        (file.name, code, number)
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1)
        for match in EXPECTED.finditer(line)
        for code in match[1].split(", ")
    }


def found(app: Path) -> set[tuple[str, str, int]]:
    """Return the findings of an app: file, code and line."""
    report = scan(machine(read_application([app])), select=["APP"])
    return {
        (Path(result.location.file).name, result.code, result.location.line)
        for result in report.results
        if result.severity is not None
    }


@pytest.fixture(scope="module")
def outcomes() -> dict[Path, tuple[set[tuple[str, str, int]], set[tuple[str, str, int]]]]:
    """What is marked and what is found, by app."""
    return {app: (marked(app), found(app)) for app in APPS}


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.stem)
def test_each_trap_of_an_app_is_found_and_nothing_else(app, outcomes):
    expected, actual = outcomes[app]
    assert actual == expected


def test_recall_and_precision_are_complete(outcomes):
    right = sum(len(expected & actual) for expected, actual in outcomes.values())
    traps = sum(len(expected) for expected, _ in outcomes.values())
    findings = sum(len(actual) for _, actual in outcomes.values())
    figures = (
        f"{len(APPS)} apps, {traps} traps, recall {right}/{traps}, precision {right}/{findings}"
    )
    print(figures)  # noqa: T201 - what the corpus is for
    assert right == traps == findings


def test_the_corpus_has_traps_of_every_kind_and_enough_apps(outcomes):
    codes = {code for expected, _ in outcomes.values() for _, code, _ in expected}
    assert codes == {f"APP{number:03}" for number in range(1, 21)} - {"APP018"}
    assert len(APPS) >= 60
    assert sum(not expected for expected, _ in outcomes.values()) >= 25
