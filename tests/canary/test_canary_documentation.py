"""The Python of the guide to Canary-Qwen runs as it is written."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from .conftest import COMMIT, KLATT3, Fill

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "canary.md").read_text("utf-8")


def test_the_example_of_the_guide_runs(
    fill: Fill,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    fill()
    shutil.copy(KLATT3[0], tmp_path / "speech.wav")
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    exec(compile(block, "canary.md", "exec"), {})
    assert f"{COMMIT} {KLATT3[1]}" in capsys.readouterr().out
