"""What the documentation shows that needs NeMo works as it is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from code_blocks import PAGES, How, blocks_of
from page_runner import Page

from .conftest import KLATT3, NEMO_FILE

BLOCKS = [block for page in PAGES for block in blocks_of(page)]
WITH_NEMO = sorted({block.page for block in BLOCKS if block.how is How.NEMO})


@pytest.mark.parametrize("name", WITH_NEMO)
def test_the_blocks_of_a_page_that_need_nemo_work(name: str, asr_model: type, tmp_path: Path):
    import winasr_doctor

    page = Page(name, tmp_path / "page")
    shutil.copy(NEMO_FILE, page.folder / "model.nemo")
    shutil.copy(KLATT3[0], page.folder / "speech.wav")
    if name == "README.md":  # it shows one line around what an app has already
        page.space |= {"winasr_doctor": winasr_doctor, "ASRModel": asr_model}
    page.try_blocks((block for block in BLOCKS if block.page == name), nemo=True)
    for text in page.space.get("texts", ()):
        assert text.text == KLATT3[1]
