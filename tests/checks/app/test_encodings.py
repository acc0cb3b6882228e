"""APP016: what decides whether text survives the code page, and how much it matters."""

from __future__ import annotations

import json

import pytest
from msgspec import structs

from winasr_doctor.appsource import read_application
from winasr_doctor.findings import Severity, Status
from winasr_doctor.testing import compute_check, healthy_sections, machine

PYTHON, SYSTEM = (healthy_sections()[name] for name in ("python", "system"))
WHISPER = "import whisper\nwhisper.load_model('tiny').transcribe('a.wav')\n"
LAUNCHER = "import subprocess, sys\nsubprocess.run([sys.executable, 'app/main.py'], {})\n"


@pytest.fixture
def examine(tmp_path):
    """Run the check on an app that prints a tick, with more source and on another machine."""

    def run(more="", other="", **sections):
        main = f"{WHISPER}print('✓ done')\n{more}"
        (tmp_path / "main.py").write_text(main, encoding="utf-8")
        (tmp_path / "other.py").write_text(other, encoding="utf-8")
        return compute_check("APP016", machine(read_application([tmp_path]), **sections))

    return run


def test_a_print_that_a_pipe_cannot_take_is_a_note(examine):
    (result,) = examine()
    assert result.severity is Severity.INFO
    assert "✓" in result.summary


@pytest.mark.parametrize("pipe", ["stdout=subprocess.PIPE", "capture_output=True"])
def test_a_print_of_a_script_whose_output_the_app_reads_is_a_warning(examine, pipe):
    (result,) = examine(other=LAUNCHER.format(pipe))
    assert result.severity is Severity.WARNING


def test_a_print_of_a_script_that_keeps_the_console_is_a_note(examine):
    (result,) = examine(other=LAUNCHER.format("stderr=subprocess.PIPE"))
    assert result.severity is Severity.INFO


@pytest.mark.parametrize(
    "setting",
    [
        "import sys\nsys.stdout.reconfigure(encoding='utf-8')",
        "import os\nos.environ['PYTHONIOENCODING'] = 'utf-8'",
        "import os\nos.environ['PYTHONUTF8'] = '1'",
    ],
)
def test_an_app_that_sets_the_encoding_of_its_output_is_silent(examine, setting):
    (result,) = examine(other=setting)
    assert result.status is Status.PASS


@pytest.mark.parametrize(
    "sections",
    [
        {"python": structs.replace(PYTHON, version="3.15.0")},
        {"python": structs.replace(PYTHON, utf8_mode=True)},
        {"system": structs.replace(SYSTEM, ansi_code_page=65001)},
    ],
    ids=["Python 3.15", "UTF-8 mode", "UTF-8 code page"],
)
def test_a_windows_whose_python_writes_utf8_is_silent(examine, sections):
    (result,) = examine("open('a.txt', 'w')\n", **sections)
    assert result.status is Status.PASS


def test_another_system_says_nothing_about_the_windows_that_the_app_will_run_on(examine):
    linux = structs.replace(SYSTEM, os="linux", ansi_code_page=None)
    (result,) = examine(system=linux, python=structs.replace(PYTHON, utf8_mode=True))
    assert result.severity is Severity.INFO


@pytest.mark.parametrize(
    "line",
    [
        "print('\\u2713')",
        "print(f'\\N{CHECK MARK} {1}')",
        "print('{} ✓'.format(1))",
        "print('✓ %s' % 1)",
        "print(1, sep='→')",
        "import sys\nsys.stdout.write('✓')",
        "import sys\nprint('✓', file=sys.stdout)",
    ],
)
def test_a_print_is_found_however_it_is_spelled(examine, line):
    (result,) = examine(line)
    assert "here: 2)" in result.summary


@pytest.mark.parametrize(
    "line",
    [
        "print('naïve €')",
        "import sys\nprint('✓', file=sys.stderr)",
        "print(table['✓'])",
        "print(name('✓'))",
        "def print_all(x): pass\nprint_all('✓')",
    ],
)
def test_what_a_pipe_can_take_is_silent(examine, line):
    (result,) = examine(line)
    assert "here: 1)" in result.summary


def test_a_notebook_writes_utf8(tmp_path):
    cell = {"cell_type": "code", "source": f"{WHISPER}print('✓')", "outputs": [], "metadata": {}}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "main.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    (result,) = compute_check("APP016", machine(read_application([tmp_path])))
    assert result.status is Status.PASS
