"""The pre-commit hook: its manifest, and its command run as pre-commit runs it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BROKEN = """
from nemo.collections.asr.models import ASRModel
model = ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2", revision="d97e9cb")
"""


@pytest.fixture
def hook() -> dict[str, object]:
    (only,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return only


@pytest.fixture
def run(hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run the hook on files in an empty folder: its entry, then the files' names."""
    monkeypatch.chdir(tmp_path)
    path = os.pathsep.join(filter(None, sys.path))

    def run_hook(*files: str) -> subprocess.CompletedProcess[str]:
        script, *arguments = shlex.split(str(hook["entry"]))
        assert script == "winasr-doctor"  # which is this function: tests/test_packaging.py
        program = "from winasr_doctor.cli import main; main()"
        return subprocess.run(
            [sys.executable, "-c", program, *arguments, *files],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return run_hook


def test_the_manifest_has_what_pre_commit_needs(hook):
    assert {"id", "name", "entry", "language"} <= set(hook)
    assert hook["language"] == "python"
    assert hook["types"] == ["python"]
    assert hook["require_serial"] is True  # several files may be needed to understand one


def test_files_without_findings_pass(run, tmp_path: Path):
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("x = 1\n")
    ended = run("a.py", "b.py")
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_broken_pin_in_any_of_the_files_stops_the_commit(run, tmp_path: Path):
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "b.py").write_text(BROKEN)
    ended = run("a.py", "b.py")
    assert ended.returncode == 3
    assert "b.py" in ended.stdout


def test_only_the_changed_files_are_looked_at_whatever_the_configuration_says(run, tmp_path: Path):
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "b.py").write_text(BROKEN)
    (tmp_path / "pyproject.toml").write_text('[tool.winasr_doctor]\napp = ["b.py"]\n')
    assert run("a.py").returncode == 0
