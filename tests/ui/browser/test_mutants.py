"""What Gradio does by itself when Cancel has `cancels=`: a test notices it."""

from __future__ import annotations

from ..mutants import failures  # noqa: TID252 - a folder above


def test_gradios_own_cancel_is_noticed(tmp_path):
    found = failures(
        tmp_path,
        "ui/page.py",
        "event.failure(",
        "cancel.click(None, cancels=[event]); event.failure(",
        "browser/test_errors_in_the_page.py::test_cancel_is_read_within_a_second",
    )
    assert "test_cancel_is_read_within_a_second" in found
