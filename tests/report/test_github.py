"""Annotations for GitHub Actions: their form, their number, and that no text becomes a command."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from winasr_doctor.findings import Location, Remedy, Report, Result, Severity, Status, Tool
from winasr_doctor.report import render

COMMAND = re.compile(r"::(error|warning|notice) ((?:[a-z]+=[^,:\r\n]*,?)+)::([^\r\n]*)")


def found(severity=Severity.ERROR, where=None, summary="s", code="REV001", remedies=()):
    return Result(
        code, code[:3], "t", Status.FAIL, severity, summary, {}, remedies, "u", location=where
    )


def lines(*results, unreadable=()):
    report = Report(Tool("winasr_doctor", "0"), {}, tuple(results), unreadable=unreadable)
    *commands, verdict = render(report, "github").splitlines()
    assert re.fullmatch(r"winasr_doctor: (PASS|WARN|FAIL)", verdict)
    return commands


def test_a_finding_names_its_file_line_and_remedy(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    where = Location(str(tmp_path / "src" / "my app.py"), 3, 7)
    result = found(where=where, summary="50 % of a, b: c\nd", remedies=(Remedy("Pin it", ()),))
    assert lines(result) == [
        "::error file=src/my app.py,line=3,col=7,title=REV001 error::"
        "50 %25 of a, b: c%0Ad%0ADo: Pin it"
    ]


def test_a_property_is_escaped(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if os.name == "nt":
        pytest.skip("no such name on Windows")
    (line,) = lines(found(where=Location("a:b,c%.py", 1)))
    assert line.startswith("::error file=a%3Ab%2Cc%25.py,line=1,title=")


@pytest.mark.parametrize("where", [None, Location("/elsewhere/app.py", 1), Location("../x.py", 1)])
def test_what_is_not_in_the_repository_has_no_file(tmp_path, monkeypatch, where):
    monkeypatch.chdir(tmp_path)
    assert lines(found(where=where)) == ["::error title=REV001 error::s"]


def test_severities_become_kinds_the_worst_first():
    shown = lines(found(Severity.INFO), found(Severity.WARNING), found(), unreadable=("x: y",))
    kinds = [COMMAND.fullmatch(line)[1] for line in shown]
    assert kinds == ["error", "error", "warning", "notice"]
    assert shown[0] == "::error title=Not examined::x: y"


@pytest.mark.parametrize(
    ("errors", "warnings", "notes", "last"),
    [
        (10, 10, 10, None),
        (12, 3, 0, "2 errors more"),
        (0, 11, 10, "1 warning, 1 notice more"),
        (0, 0, 11, "2 notices more"),
    ],
)
def test_no_more_than_github_shows_and_the_rest_is_counted(errors, warnings, notes, last):
    shown = lines(
        *(found(Severity.ERROR, summary=f"e{n}") for n in range(errors)),
        *(found(Severity.WARNING, summary=f"w{n}") for n in range(warnings)),
        *(found(Severity.INFO, summary=f"n{n}") for n in range(notes)),
    )
    kinds = Counter(COMMAND.fullmatch(line)[1] for line in shown)
    assert max(kinds.values()) <= 10
    if last is None:
        assert len(shown) == errors + warnings + notes
    else:
        assert shown[-1].startswith("::notice title=winasr_doctor::" + last)


@pytest.mark.parametrize(
    "text", ["a\n::set-env name=X::y", "a\r::error::b", "\x1b[2J\u2028::stop-commands::x", "\udc80"]
)
def test_a_text_cannot_give_a_command(text):
    where = Location(text, 1)
    shown = lines(found(where=where, summary=text), unreadable=(text,))
    assert all(COMMAND.fullmatch(line) for line in shown)
    assert len(shown) == 2


def test_the_examples_are_rendered():
    from winasr_doctor.machine import RecordedMachine, load_snapshot
    from winasr_doctor.scanning import scan

    folder = Path(__file__).parents[2] / "examples" / "machines"
    for file in sorted(folder.glob("*.json")):
        text = render(scan(RecordedMachine(load_snapshot(file))), "github")
        assert all(COMMAND.fullmatch(line) for line in text.splitlines()[:-1])
