"""The report of every recorded machine: short, in order, and with commands that can be pasted."""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from click.testing import CliRunner
from hidden_commands import hidden_commands
from packaging.requirements import Requirement
from powershell_grammar import WITHOUT_GRAMMAR, problem
from rich.cells import cell_len

from winasr_doctor.cli import cli
from winasr_doctor.findings import Report, Step, plan_of
from winasr_doctor.machine import RecordedMachine, load_snapshot
from winasr_doctor.report import RenderOptions, render
from winasr_doctor.scanning import scan

MACHINES = sorted((Path(__file__).parents[2] / "examples" / "machines").glob("*.json"))
each_machine = pytest.mark.parametrize("file", MACHINES, ids=[file.stem for file in MACHINES])
LINES, COLUMNS = 50, 80


@cache
def report_of(file: Path) -> Report:
    with patch("winasr_doctor._util.dated.today", lambda: dt.date(2026, 11, 29)):
        return scan(RecordedMachine(load_snapshot(str(file))))


def steps_of(report: Report) -> list[Step]:
    return [Step.of(s) for r in report.results for remedy in r.remedies for s in remedy.steps]


@each_machine
def test_the_report_fits_fifty_lines_of_eighty_columns(file):
    report = report_of(file)
    lines = render(report, "text", RenderOptions(width=COLUMNS)).splitlines()
    commands = {line for step in plan_of(report).commands for line in step.command.split("\n")}
    assert sum(-(-cell_len(line) // COLUMNS) or 1 for line in lines) <= LINES
    assert all(cell_len(line) <= COLUMNS for line in lines if line.strip() not in commands)


@each_machine
def test_each_command_of_the_plan_is_a_line_of_the_report(file):
    report = report_of(file)
    lines = {line.strip() for line in render(report, "text").splitlines()}
    commands = {line for step in plan_of(report).commands for line in step.command.split("\n")}
    assert commands <= lines


@each_machine
def test_no_words_of_a_step_hide_a_command(file):
    assert not hidden_commands(m for r in report_of(file).results for m in r.remedies)


@each_machine
def test_a_remedy_stands_once_in_the_plan(file):
    plan = plan_of(report_of(file))
    commands = [line for step in plan.commands for line in step.command.split("\n")]
    assert len({each.title for each in plan.remedies}) == len(plan.remedies)
    assert len(set(commands)) == len(commands)


@each_machine
def test_every_error_and_warning_with_a_remedy_is_in_the_plan(file):
    report = report_of(file)
    serious = {
        result.code
        for result in report.results
        if result.remedies and result.severity in ("error", "warning")
    }
    assert serious <= {code for each in plan_of(report).remedies for code in each.cures}


@each_machine
def test_every_command_is_right_for_its_shell(file):
    for step in steps_of(report_of(file)):
        for line in step.command.split("\n") if step.shell != "python" else [step.command]:
            CHECKED[step.shell](line)


@each_machine
def test_every_python_command_of_the_plan_runs(file):
    """`-c` with torch replaced, `-m winasr_doctor` as far as its options, `-m pip` as it parses."""
    for command in plan_of(report_of(file)).commands:
        for line in command.command.split("\n"):
            program, _, given = line.partition("python.exe")
            if program.startswith(("& '", '"')):
                run_python(shlex.split(given[1:]))


def run_python(arguments: list[str]) -> None:
    """Run what Python is given, but install nothing and scan nothing."""
    if arguments[0] == "-c":
        torch = SimpleNamespace(__version__="2.13.0", cuda=SimpleNamespace(is_available=bool))
        with patch.dict(sys.modules, torch=torch):
            exec(arguments[1], {})
    elif arguments[:2] == ["-m", "winasr_doctor"]:
        options = arguments[2 : arguments.index("--")] if "--" in arguments else arguments[2:]
        done = CliRunner().invoke(cli, [*options, "--help"])
        assert done.exit_code == 0, done.output
    else:
        assert arguments[:3] == ["-m", "pip", "install"]
        for requirement in arguments[3:]:
            if not requirement.startswith(("-", "https://")):
                Requirement(requirement)


def parse_powershell(line: str) -> None:
    """Parse a line as PowerShell."""
    assert problem(line) is None, (line, problem(line))


def parse_sh(line: str) -> None:
    """Let bash read a line without running it."""
    bash = shutil.which("bash")
    if bash:
        subprocess.run([bash, "-n", "-c", line], check=True)


def parse_cmd(line: str) -> None:
    """Check what differs in cmd: `set` with its quotes around the whole assignment."""
    assert re.fullmatch(r'set "\w+=[^"]+"', line), line


def parse_anywhere(line: str) -> None:
    """Check that no shell reads anything special in a line."""
    assert not re.search(r"[$`;|<>]", line), line


CHECKED = {
    "powershell": parse_powershell,
    "sh": parse_sh,
    "cmd": parse_cmd,
    "python": lambda text: compile(text, "step", "exec"),
    "": parse_anywhere,
}


@pytest.mark.skipif(WITHOUT_GRAMMAR, reason="tree-sitter has no wheels for Python 3.15 yet")
@pytest.mark.parametrize(
    "line",
    ["Get-Item (", "& 'C:\\x.exe", '$a = "b', "if (1) {", "'C:\\x.exe' -m pip", "a && b"],
)
def test_what_powershell_refuses_is_noticed(line):
    assert problem(line) is not None


GOLDEN = Path(__file__).parent / "golden"
SHOWN = ("healthy", "service-account", "cpu-torch-on-gpu", "google-drive-mirror")
RENEW = "WINASR_RENEW=1 python -m pytest tests/report/test_machines.py"


@pytest.mark.parametrize("name", SHOWN)
def test_the_report_is_the_recorded_one(name):
    """Compare with `golden/NAME.txt`, which the command in `RENEW` writes anew."""
    (file,) = [file for file in MACHINES if file.stem == name]
    text = render(report_of(file), "text", RenderOptions(width=COLUMNS))
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("WINASR_RENEW"):
        golden.write_text(text, encoding="utf-8", newline="\n")
    assert text == golden.read_text(encoding="utf-8"), f"if this is better, run: {RENEW}"


def test_no_golden_report_is_left_over():
    assert {file.stem for file in GOLDEN.glob("*.txt")} == set(SHOWN)
