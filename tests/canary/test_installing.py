"""The extra `[canary]` resolves, for Windows from wheels."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from winasr_doctor.models.known import CANARY_REQUIREMENTS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
EXTRA = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]["canary"]

FROM_SOURCE = "antlr4-python3-runtime"
"""The one package without a wheel; it is pure Python and needs no compiler."""


def test_the_extra_holds_what_the_doctor_names():
    for requirement in CANARY_REQUIREMENTS.values():
        assert any(each.startswith(requirement.strip('"')) for each in EXTRA)


@pytest.fixture
def uv() -> list[str]:
    """Return the command of uv, which tox installs here."""
    program = shutil.which("uv")
    if program is not None:
        return [program]
    assert importlib.util.find_spec("uv"), "uv is missing: tox -e canary installs it"
    return [sys.executable, "-m", "uv"]


@pytest.mark.parametrize("python", ["3.11", "3.12"])
def test_it_resolves_for_windows_from_wheels(uv: list[str], python: str, tmp_path: Path):
    given = tmp_path / "canary.in"
    given.write_text("\n".join(EXTRA), "utf-8")
    command = [
        *uv,
        "pip",
        "compile",
        str(given),
        "--python-platform=x86_64-pc-windows-msvc",
        f"--python-version={python}",
        "--only-binary=:all:",
        f"--no-binary={FROM_SOURCE}",
        "--no-header",
        "--no-annotate",
    ]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert finished.returncode == 0, finished.stderr
    names = {line.partition("==")[0] for line in finished.stdout.splitlines()}
    assert {"nemo-toolkit", "torch", "peft", "accelerate"} <= names
    assert not names & {"pynini", "pyopenjtalk", "cdifflib", "jieba", "wget"}
