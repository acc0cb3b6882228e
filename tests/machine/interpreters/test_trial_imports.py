"""`--deep`: imports are tried by the environment's own Python, each in a process of its own."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from winasr_doctor.machine.base import NotApplicable, Unreadable
from winasr_doctor.machine.interpreters import imports
from winasr_doctor.machine.interpreters.imports import try_imports
from winasr_doctor.machine.interpreters.layout import locate
from winasr_doctor.machine.live import LiveMachine
from winasr_doctor.machine.model import Account, Gpu, Gpus, TorchBuild

from .trees import USER, installed, site_of, windows_venv, write


class Host(LiveMachine):
    """A machine whose account is an ordinary one."""

    account = USER
    gpus = Gpus()


@pytest.fixture
def host(environment):
    return Host(outside=locate(str(environment)), deep=True)


def package(environment, name, code, distribution=None):
    write(site_of(environment) / name / "__init__.py", code)
    installed(site_of(environment), **{distribution or name: "1.0"})


def test_only_what_is_installed_is_tried(host, environment):
    package(environment, "soundfile", "")
    lines = []
    trials = try_imports(host, lines.append)
    assert [(trial.name, trial.state) for trial in trials.items] == [("soundfile", "imported")]
    assert len(lines) == 1
    assert "soundfile" in lines[0]


def test_a_failing_import_keeps_its_traceback(host, environment):
    package(environment, "torch", "raise OSError('[WinError 126] shm.dll')")
    package(environment, "lhotse", "import torch")
    trials = try_imports(host, lambda _line: None)
    assert [trial.state for trial in trials.items] == ["failed", "failed"]
    assert "WinError 126" in trials.items[0].output
    assert trials.items[0].code == 1


def test_an_import_that_crashes_has_its_exit_code(host, environment):
    package(environment, "torch", "import os; os.abort()")
    (trial,) = try_imports(host, lambda _line: None).items
    assert (trial.state, trial.code) == ("failed", 3 if os.name == "nt" else -6)
    assert "Fatal Python error" in trial.output


def test_an_import_that_hangs_is_ended(host, environment):
    package(environment, "torch", "import threading; threading.Event().wait()")
    (trial,) = try_imports(host, lambda _line: None, limit=0.5).items
    assert (trial.state, trial.code) == ("late", None)


def test_an_import_that_prints_a_lot_keeps_only_the_end(host, environment):
    package(
        environment,
        "torch",
        "import sys; sys.stderr.write('x' * 10**6); raise ImportError('the end')",
    )
    (trial,) = try_imports(host, lambda _line: None).items
    assert len(trial.output) <= 64 * 1024
    assert trial.output.strip().endswith("ImportError: the end")


def test_nothing_is_written_into_the_environment(host, environment, monkeypatch):
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    package(environment, "torch", "")
    try_imports(host, lambda _line: None)
    assert not list(site_of(environment).rglob("*.pyc"))


def test_the_gpu_is_only_tried_where_there_is_one(host, environment, monkeypatch):
    package(environment, "torch", "def zeros(*a, **k): return N()\nclass N(int):\n  item = int")
    write(site_of(environment) / "torch" / "version.py", "__version__ = '2.6'\ncuda = '12.6'\n")
    assert host.packages.torch == TorchBuild(version="2.6", cuda="12.6")
    assert len(try_imports(host, lambda _line: None).items) == 1
    monkeypatch.setattr(Host, "gpus", Gpus(items=(Gpu(name="RTX"),)))
    names = [trial.name for trial in try_imports(host, lambda _line: None).items]
    assert names == ["torch", "torch.cuda"]


def test_the_system_account_imports_nothing(host, environment, monkeypatch):
    package(environment, "torch", "")
    monkeypatch.setattr(Host, "account", Account(kind="system"))
    with pytest.raises(Unreadable, match="system account"):
        try_imports(host, lambda _line: None)


def test_a_broken_environment_imports_nothing(tmp_path):
    folder = windows_venv(tmp_path / "venv", tmp_path / "gone")
    installed(folder / "Lib" / "site-packages", torch="2.6.0")
    with pytest.raises(NotApplicable, match="cannot be used"):
        try_imports(Host(outside=locate(str(folder))), lambda _line: None)


def test_imports_are_only_tried_when_asked_and_then_once(monkeypatch):
    with pytest.raises(NotApplicable):
        _ = LiveMachine().imports
    calls = []
    monkeypatch.setattr(imports, "try_imports", lambda *_: calls.append(1) or SimpleNamespace())
    deep = LiveMachine(deep=True)
    assert deep.imports is deep.imports
    assert calls == [1]


def test_another_python_does_not_get_the_home_of_this_one():
    given = {"PATH": "before", "PYTHONHOME": "x", "PYTHONPATH": "kept"}
    made = imports._variables(given, another=True)
    assert {name: made.get(name) for name in given} == {**given, "PYTHONHOME": None}
    assert imports._variables(given, another=False)["PYTHONHOME"] == "x"
