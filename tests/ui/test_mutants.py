"""The tests of the page bite: each of these faults makes one of them fail."""

from __future__ import annotations

import pytest

from .mutants import failures


@pytest.mark.parametrize(
    ("module", "right", "wrong", "test"),
    [
        pytest.param(
            "ui/status.py",
            "return html.escape(clean(text))",
            "return clean(text)",
            "test_status.py",
            id="escaping removed",
        ),
        pytest.param(
            "ui/job.py",
            "except BaseException as error:",
            "except Exception as error:",
            "test_handler.py::test_whatever_is_raised_is_said",
            id="except Exception",
        ),
        pytest.param(
            "ui/handler.py",
            "job.news.wait(HEARTBEAT)",
            "job.news.wait()",
            "test_handler.py::test_while_something_runs_there_is_a_word_at_least_twice_a_second",
            id="heartbeats removed",
        ),
        pytest.param(
            "ui/handler.py",
            "                job.abandon()\n",
            "                pass\n",
            "test_handler.py::test_a_closed_tab_leaves_no_turn_taken",
            id="a closed tab keeps its job",
        ),
    ],
)
def test_a_mutant_is_noticed(tmp_path, module, right, wrong, test):
    assert "FAILED" in failures(tmp_path, module, right, wrong, test)
