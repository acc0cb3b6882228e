"""Says at the end which blocks of code were tried, and which were not, and why."""

from __future__ import annotations

from collections import Counter

import pytest

collect_ignore = ["pages"]  # files that the blocks of a page find beside them


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one line of counts and one for each block that was not run."""
    blocks = [
        value
        for report in terminalreporter.stats.get("passed", [])
        for name, value in report.user_properties
        if name == "block"
    ]
    if not blocks:
        return
    count = Counter(how for how, _, _ in blocks)
    told = ", ".join(f"{number} {how}" for how, number in count.most_common())
    terminalreporter.section(f"{len(blocks)} blocks of the documentation")
    terminalreporter.write_line(told)
    for how, where, reason in sorted(blocks):
        if how == "not run":
            terminalreporter.write_line(f"not run: {where}: {reason}")
