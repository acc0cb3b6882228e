"""A command of a remedy is shown for the shell and the interpreter of a known machine."""

from __future__ import annotations

import pytest
from powershell_grammar import problem

from winasr_doctor.catalogue import all_entries
from winasr_doctor.catalogue.commands import typed
from winasr_doctor.catalogue.schema import StepTemplate
from winasr_doctor.catalogue.templates import fitted

from .making import entry

PYTHON = r"C:\Jürgen's apps\.venv\Scripts\python.exe"


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (
            'python -m pip install "a<2"',
            r"""& 'C:\Jürgen''s apps\.venv\Scripts\python.exe' -m pip install "a<2" """.strip(),
        ),
        ("set HF_HUB_OFFLINE=1", "$env:HF_HUB_OFFLINE = '1'"),
        (r"set HF_HOME=%LOCALAPPDATA%\hf", r'$env:HF_HOME = "$env:LOCALAPPDATA\hf"'),
        (r"explorer %USERPROFILE%\.cache", r'explorer "$env:USERPROFILE\.cache"'),
        (r"%USERPROFILE%\v\Scripts\activate.bat", r'& "$env:USERPROFILE\v\Scripts\Activate.ps1"'),
        (r".venv\Scripts\activate.bat", r".venv\Scripts\Activate.ps1"),
        (r"cmd /k .venv\Scripts\activate.bat", r"cmd /k .venv\Scripts\activate.bat"),
        (r'takeown /f "%USERPROFILE%\.c" /r', r'takeown /f "$env:USERPROFILE\.c" /r'),
        ("cd /d %USERPROFILE%", 'cd "$env:USERPROFILE"'),
        ("net stop winnat & net start winnat", "net stop winnat; net start winnat"),
        ("winget install Gyan.FFmpeg", "winget install Gyan.FFmpeg"),
        ("py -3.12 -m venv .venv", "py -3.12 -m venv .venv"),
        ("pythonw app.py", "pythonw app.py"),
    ],
)
def test_powershell(command, shown):
    assert typed(command, "powershell", PYTHON) == shown


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("python -m pip check", "'/home/a b/bin/python' -m pip check"),
        ("set NAME=a b", "export NAME='a b'"),
        ("py -3.12 -m venv .venv", "python3.12 -m venv .venv"),
        ("nvidia-smi", "nvidia-smi"),
        (
            "python -V & python -m pip -V",
            "'/home/a b/bin/python' -V; '/home/a b/bin/python' -m pip -V",
        ),
    ],
)
def test_a_posix_shell(command, shown):
    assert typed(command, "posix", "/home/a b/bin/python") == shown


def test_where_the_machine_is_not_known_the_command_stays_as_it_is():
    assert typed("set A=1", None, PYTHON) == "set A=1"
    assert typed("python x.py", "powershell", None) == "python x.py"


REMEDIES = entry(
    remedies=[
        {"title": "First", "steps": [{"text": "one"}]},
        {
            "title": "Second",
            "steps": [
                {"text": "two", "when": {"version:x": ["present"]}},
                {"text": "three"},
            ],
            "first_when": {"belongs:torchcodec": ["no"]},
        },
        {"title": "Third", "steps": [{"text": "four", "when": {"os": ["linux"]}}]},
    ]
).remedies


@pytest.mark.parametrize(
    ("facts", "titles"),
    [
        ({}, ["First", "Second", "Third"]),
        ({"belongs:torchcodec": "no"}, ["Second", "First", "Third"]),
        ({"belongs:torchcodec": "yes"}, ["First", "Second", "Third"]),
        ({"os": "windows"}, ["First", "Second"]),
    ],
)
def test_a_remedy_comes_first_where_the_machine_calls_for_it(facts, titles):
    assert [remedy.title for remedy in fitted(REMEDIES, facts.get)] == titles


@pytest.mark.parametrize(
    ("facts", "steps"),
    [
        ({}, ["two", "three"]),
        ({"version:x": "1"}, ["two", "three"]),
        ({"absent:version:x": "yes"}, ["three"]),
    ],
)
def test_a_step_for_another_machine_is_dropped(facts, steps):
    second = fitted(REMEDIES, facts.get)[1]
    assert second.steps == tuple(StepTemplate(text) for text in steps)


@pytest.mark.parametrize("known", [True, False], ids=["facts known", "facts unknown"])
def test_every_command_of_the_catalogue_is_powershell(known):
    """Parse the commands as they are shown on Windows, with facts filled in and without."""

    def lookup(fact):
        shown = {"shell": "powershell", "python": PYTHON}
        return shown.get(fact) or ("1.2.3" if known and ":" not in fact else None)

    commands = {
        step.command
        for entry in all_entries().values()
        for remedy in fitted(entry.remedies, lookup)
        for step in remedy.steps
        if step.command
    }
    assert len(commands) > 100
    assert {command: problem(command) for command in commands if problem(command)} == {}
