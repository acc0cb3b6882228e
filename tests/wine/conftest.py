"""A Windows machine that tests may write to: its registry, its clients' files, its PowerShell.

Only Wine's is written to. A real Windows belongs to somebody.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from importlib import resources
from pathlib import Path
from types import SimpleNamespace

import pytest

from winasr_doctor.machine.live import powershell
from winasr_doctor.windows.win32 import wine_version

from . import registry

if os.name != "nt" or wine_version() is None:
    collect_ignore_glob = ["test_*.py"]

Put = Callable[[str, Mapping[str, object]], None]
Scan = Callable[..., dict[str, SimpleNamespace]]

FAKE = """
import os, sys, time
sys.stdout.reconfigure(encoding="utf-8")
assert sys.argv[1:5] == ["-NoLogo", "-NoProfile", "-NonInteractive", "-Command"], sys.argv
assert "MSFT_MpPreference" in sys.argv[5] and "\\n" in sys.argv[5], sys.argv
print({said!r})
sys.stdout.flush()
time.sleep({seconds})
sys.exit({code})
"""


@pytest.fixture
def put() -> Iterator[Put]:
    """Write a registry key with its values: `put(r"HKCU\\Software\\Dropbox", {"a": "b"})`.

    What was not there before is gone after the test.
    """
    with ExitStack() as stack:

        def write(key: str, values: Mapping[str, object]) -> None:
            registry.write(stack, key, values)

        yield write


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A profile of its own, with a space and letters beyond ASCII in its name."""
    profile = tmp_path / "Ada Łoś"
    local, roaming = profile / "AppData" / "Local", profile / "AppData" / "Roaming"
    temp = local / "Temp"
    for folder in (temp, roaming):
        folder.mkdir(parents=True)
    variables = {"USERPROFILE": profile, "LOCALAPPDATA": local, "APPDATA": roaming}
    for name, value in {**variables, "TEMP": temp, "TMP": temp}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("WINASR_DOCTOR_STATE", str(tmp_path / "state"))
    return SimpleNamespace(profile=profile, local=local, roaming=roaming, temp=temp)


@pytest.fixture
def scan(home: SimpleNamespace) -> Scan:
    """Scan this machine as a user does; return the results by code."""

    def start(*options: str, **variables: str) -> dict[str, SimpleNamespace]:
        finished = subprocess.run(
            [sys.executable, "-m", "winasr_doctor", "scan", "--format", "json", *options],
            env={**os.environ, **variables},
            cwd=home.profile,
            capture_output=True,
            encoding="utf-8",
            timeout=100,
            check=False,
        )
        assert finished.returncode in {0, 3}, finished.stderr
        results = json.loads(finished.stdout)["results"]
        return {result["code"]: SimpleNamespace(**result) for result in results}

    return start


def make_program(file: Path, source: str) -> None:
    """Make a real Windows program that runs Python source."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as packed:
        packed.writestr("__main__.py", source)
    launcher = (resources.files("distlib") / "t64.exe").read_bytes()
    file.write_bytes(launcher + f"#!{sys.executable}\r\n".encode() + body.getvalue())


@pytest.fixture
def fake_powershell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable]:
    """Put a `powershell.exe` first on PATH that prints something: a real Windows program."""
    powershell.forget()

    def make(said: str, *, code: int = 0, seconds: float = 0) -> Path:
        folder = tmp_path / "fake power shell"
        folder.mkdir()
        program = folder / "powershell.exe"
        make_program(program, FAKE.format(said=said, code=code, seconds=seconds))
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return program

    yield make
    powershell.forget()


@pytest.fixture
def hold() -> Iterator[Callable[[Path], subprocess.Popen[bytes]]]:
    """Let another process open a file until its standard input is closed."""
    code = "import sys; held = open(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with ExitStack() as stack:

        def start(path: Path) -> subprocess.Popen[bytes]:
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", code, str(path)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
            )
            assert process.stdout.readline().strip() == b"held"
            return process

        yield start


@pytest.fixture
def drive() -> Iterator[SimpleNamespace]:
    """Return a drive letter that stands for a folder, as `subst` makes it, and that folder."""
    names = SimpleNamespace(letter=Path("Q:\\"), folder=Path("C:\\substituted"))  # tools/wine
    yield names
    shutil.rmtree(names.folder)
    names.folder.mkdir()


@pytest.fixture
def isolated_python(tmp_path: Path) -> Path:
    """Copy Python as python.org's embeddable package is: a `._pth` file sets its path."""
    own, folder = Path(sys.executable).parent, tmp_path / "embedded"
    folder.mkdir()
    for file in own.iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    lines = ["python311.zip", ".", str(own / "Lib" / "site-packages"), "import site"]
    (folder / "python311._pth").write_text("\n".join(lines), encoding="utf-8")
    return folder / "python.exe"
