import sys
from types import SimpleNamespace

import pytest

from winasr_doctor.machine.live import LiveMachine, python


def test_the_interpreter_is_the_one_that_runs_this():
    read = python.read(LiveMachine())
    assert read.release == sys.version_info[:3]
    assert (read.executable, read.prefix) == (sys.executable, sys.prefix)
    assert read.bits == 64


def test_a_pre_release_says_so(monkeypatch):
    info = SimpleNamespace(major=3, minor=14, micro=0, releaselevel="candidate", serial=2)
    monkeypatch.setattr(sys, "version_info", info)
    assert python.read(LiveMachine()).version == "3.14.0rc2"


def test_python_without_a_console_has_no_encoding(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert python.read(LiveMachine()).stdout_encoding is None


@pytest.mark.parametrize(
    ("path", "store"),
    [
        (r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.12_3.12.2544.0", True),
        (
            r"C:\Users\ada\AppData\Local\Microsoft\WindowsApps\PythonSoftwareFoundation.Python"
            r".3.12_qbz5n2kfra8p0\python.exe",
            True,
        ),
        (r"C:\Python312\python.exe", False),
        (r"C:\Users\ada\AppData\Local\Microsoft\WindowsApps\other.exe", False),
    ],
)
def test_the_store_build_is_known_by_its_path(path, store):
    assert python.is_store_build(path) is store
