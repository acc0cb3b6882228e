"""The bundled model's word error rate is what its facts say, measured anew on held-out voices."""

from __future__ import annotations

import importlib
import json
import shutil
from pathlib import Path

import pytest

from .conftest import DATA, NEMO_FILE

TOOLS = Path(__file__).resolve().parents[2] / "tools" / "tiny_model"


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
@pytest.mark.usefixtures("asr_model")
def test_the_word_error_rate_on_unseen_voices_is_as_stated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.syspath_prepend(str(TOOLS))
    speech = importlib.import_module("speech")
    evaluate = importlib.import_module("evaluate")
    stated = json.loads((DATA / "tiny-tdt.json").read_text(encoding="utf-8"))
    copy = Path(shutil.copy(NEMO_FILE, tmp_path))
    measured = evaluate.measure(copy, speech.draw(200, speech.HELD_OUT_VARIANTS, 20_262))
    # espeak-ng's releases pronounce a little differently.
    assert measured["held_out_word_error_rate"] == pytest.approx(
        stated["held_out_word_error_rate"], abs=0.02
    )
    assert measured["held_out_word_error_rate"] < 0.06
