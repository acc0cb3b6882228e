"""Programs that lie in the current folder are not started, as Windows otherwise would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from .conftest import make_program

NAMES = ("git", "nvidia-smi", "ffmpeg", "ffprobe", "sox", "powershell", "pwsh")

MARK = """
import pathlib, sys
with open({mark!r}, "a") as file:
    file.write(pathlib.Path(sys.argv[0]).name + "\\n")
"""


@pytest.fixture
def examined(home: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A folder with an app and a program of every name that we look for."""
    folder, mark = home.profile / "examined", home.profile / "was started"
    folder.mkdir()
    (folder / "app.py").write_text("x = 1\n")
    for name in NAMES:
        make_program(folder / f"{name}.exe", MARK.format(mark=str(mark)))
    monkeypatch.delenv("NoDefaultCurrentDirectoryInExePath", raising=False)
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", *_usual_path()]))
    return SimpleNamespace(folder=folder, mark=mark)


def _usual_path() -> list[str]:
    return [entry for entry in os.environ["PATH"].split(os.pathsep) if Path(entry).is_absolute()]


def start(examined: SimpleNamespace, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=examined.folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_windows_itself_starts_one_there(examined):
    done = start(examined, "-c", "import subprocess; subprocess.run(['git'])")
    assert examined.mark.read_text().split() == ["git.exe"], done.stderr


def test_none_of_them_is_found(examined):
    names = f"import json; from winasr_doctor._util import programs; names = {NAMES!r};"
    done = start(examined, "-c", f"{names} print(json.dumps([*map(programs.find, names)]))")
    assert not [each for each in json.loads(done.stdout) if each and "examined" in each]


@pytest.mark.parametrize(
    "source",
    [
        "from winasr_doctor._util import git; git.head(Path('.').resolve())",
        "from winasr_doctor._util import git; git.uncommitted(str(Path('app.py').resolve()))",
        "from winasr_doctor.machine.live import LiveMachine, gpus; gpus.read(LiveMachine())",
        "from winasr_doctor.machine.live import powershell; powershell.ask()",
    ],
)
def test_none_of_them_is_started(examined, source):
    done = start(examined, "-c", f"from pathlib import Path; {source}")
    assert done.returncode == 0, done.stderr
    assert not examined.mark.exists()


def test_a_scan_of_the_folder_starts_none_of_them(examined):
    done = start(examined, "-m", "winasr_doctor", "scan", "--app", ".", "--fail-on", "never")
    assert done.returncode == 0, done.stderr
    assert not examined.mark.exists()
    assert "examined\\ffmpeg" not in done.stdout
