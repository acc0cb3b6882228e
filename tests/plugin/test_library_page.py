"""The three examples on the page for maintainers of libraries do what the page says."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "test-a-library.md"
LEAK, LOCK, SWEEP = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.skipif(os.name == "nt", reason="Windows itself refuses there")
def test_the_leak_is_found_with_the_option_only(run):
    # In processes of their own: the file that stays open must not be closed in another test.
    run(LEAK, "-W", "ignore", subprocess=True).assert_outcomes(passed=1)
    options = ("-W", "ignore", "--windows-sharing=handles", "--windows-marks")
    result = run(LEAK, *options, subprocess=True)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["    opened at *.py:5 in load", "      called at * in test_load"])


@pytest.mark.parametrize("example", [LOCK, SWEEP])
def test_the_others_pass(run, example):
    run(example, "-W", "error").assert_outcomes(passed=1)
