"""The plugin can become `pytest-windows-sharing` by moving folders."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.plugin.alone import run_alone

ROOT = Path(__file__).parents[2]
FOLDERS = ("_util", "faults", "locks/holders", "windows")
"""What `docs/how-to/test-a-library.md` names."""

NOTHING_LEFT = """
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
    printed = run_alone(
        *(sys.executable, tmp_path, "-p", f"{package.name}.pytest_plugin"),
        more=NOTHING_LEFT,
        PYTHONPATH=str(tmp_path),
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
    )
    assert "1 failed, 2 passed" in printed, printed
    assert f"opened at {tmp_path / 'test_it.py'}" in printed
