"""The plugin can become `pytest-windows-sharing` by moving folders."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("_util", "faults", "locks/holders", "windows")
"""What `docs/how-to/test-a-library.md` names."""

TESTS = """
import os, sys, tempfile

def test_leak(tmp_path):
    with open(tmp_path / "a", "w"):
        os.unlink(tmp_path / "a")

def test_sweep(fault_sweep, tmp_path):
    def action():
        (tmp_path / "b").touch()
        os.unlink(tmp_path / "b")
    fault_sweep(action, operations=["unlink"])

def test_nothing_was_left_behind():
    assert not [name for name in sys.modules if name.startswith("winasr_doctor")]
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows itself refuses there")
def test_the_folders_work_under_another_name(tmp_path):
    package = tmp_path / "pytest_windows_sharing"
    for folder in FOLDERS:
        skipping = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "winasr_doctor" / folder, package / folder, ignore=skipping)
    shutil.copy(ROOT / "winasr_doctor" / "pytest_plugin.py", package)
    for folder in (package, package / "locks"):
        (folder / "__init__.py").touch()
    for module in package.rglob("*.py"):
        text = module.read_text(encoding="utf-8").replace("winasr_doctor", package.name)
        module.write_text(text, encoding="utf-8")
    (tmp_path / "test_it.py").write_text(TESTS, encoding="utf-8")
    alone = {"PYTHONPATH": str(tmp_path), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    plugins = ["-p", f"{package.name}.pytest_plugin", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "--windows-sharing", "test_it.py"],
        cwd=tmp_path,
        env=os.environ | alone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert f"opened at {tmp_path / 'test_it.py'}" in done.stdout
