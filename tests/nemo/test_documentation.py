"""The Python of the documentation that needs NeMo runs as it is written."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from .conftest import KLATT3, NEMO_FILE

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(
    r"```python\n(.*?)```", (ROOT / "docs" / "survive.md").read_text(encoding="utf-8"), re.DOTALL
)


@pytest.fixture(autouse=True)
def files(asr_model: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the files that the examples name into the current directory."""
    shutil.copy(NEMO_FILE, tmp_path / "model.nemo")
    shutil.copy(KLATT3[0], tmp_path / "speech.wav")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("block", BLOCKS, ids=["guard", "loader", "rmtree"])
def test_an_example_of_the_guide_runs(block: str):
    exec(compile(block, "survive.md", "exec"), {})


def test_the_guard_of_the_readme_runs():
    import winasr_doctor

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(with winasr_doctor.guard.*?)```", readme, re.DOTALL)
    from nemo.collections.asr.models import ASRModel

    space: dict[str, object] = {"winasr_doctor": winasr_doctor, "ASRModel": ASRModel}
    exec(compile(block, "README.md", "exec"), space)
    assert [each.text for each in space["texts"]] == [KLATT3[1]]
