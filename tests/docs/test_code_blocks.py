"""Every block of code in the documentation does what its page says."""

from __future__ import annotations

import sys
from collections import Counter

import pytest
from code_blocks import PAGES, Block, How, blocks_of, prints
from page_runner import Page

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the pages show what is printed on Linux"
)

BLOCKS = [block for page in PAGES for block in blocks_of(page)]
NOT_TRIED = {How.SHOWN, How.NOT_RUN, How.NEMO}
WITH_CODE = sorted({block.page for block in BLOCKS if block.how not in NOT_TRIED})


@pytest.mark.parametrize("page", WITH_CODE)
def test_the_blocks_of_a_page_work(page, tmp_path):
    Page(page, tmp_path).try_blocks(block for block in BLOCKS if block.page == page)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.where)
def test_a_block_that_is_not_run_says_why(block, request):
    request.node.user_properties.append(("block", (block.how.value, block.where, block.reason)))
    if block.how is How.NOT_RUN:
        assert block.reason, f"{block.where}: a block of {block.language} needs a mark"


def test_most_blocks_of_code_are_run():
    count = Counter(block.how for block in BLOCKS)
    code = len(BLOCKS) - count[How.SHOWN]
    assert count[How.NOT_RUN] <= code / 4, count


@pytest.mark.parametrize(
    ("pattern", "printed", "same"),
    [
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\n", "a\n", True),
        ("a\n...\nd\n", "a\nb\n", False),
        ("a\n", "a\nb\n", False),
        ("at .../x.py:3 in f\n", "at /tmp/x.py:3 in f\n", True),
        ("at .../x.py:3 in f\n", "at /tmp/x.py:4 in f\n", False),
        ("a.c\n", "abc\n", False),
    ],
)
def test_what_a_page_shows_is_compared_with_what_is_printed(pattern, printed, same):
    assert prints(pattern, printed) is same


@pytest.mark.parametrize(
    ("language", "text", "what"),
    [
        ("sh", "python -m winasr_doctor explain SYN999\n", "exit code 2"),
        ("python", "assert 1 == 2, 'wrong'\n", "wrong"),
        ("toml", "[tool.winasr_doctor]\nno_such_key = 1\n", "no_such_key"),
        ("yaml", "a: [\n", "x.md:7"),
        ("python", "def test_it():\n    assert 1 == 2\n", "1 failed"),
    ],
)
def test_a_block_that_does_not_work_fails_its_page(language, text, what, tmp_path):
    with pytest.raises(AssertionError, match=what):
        Page("x.md", tmp_path).try_blocks([Block("x.md", 7, language, text, {})])


def test_a_wrong_output_fails_its_page(tmp_path):
    blocks = [
        Block("x.md", 1, "python", "print(1)\n", {}),
        Block("x.md", 4, "text", "2\n", {"output": ""}),
    ]
    with pytest.raises(AssertionError, match="x.md:4"):
        Page("x.md", tmp_path).try_blocks(blocks)
