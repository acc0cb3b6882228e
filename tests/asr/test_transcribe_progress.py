"""Progress reaches the app's function in the form it takes, and an error in it costs nothing."""

from __future__ import annotations

import pytest

from winasr_doctor.asr.transcribe_progress import Listener, TranscribeProgress

HALF = TranscribeProgress(1, 3, 2, 4, seconds_done=30.0, seconds=60.0, elapsed=5.0)
START = TranscribeProgress(0, 3, 0, 4, seconds_done=0.0, seconds=0.0, elapsed=0.0)


EACH, BATCHES = [HALF, HALF], [(1, 3)]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda calls: lambda progress: calls.append(progress) or calls, EACH),
        (lambda calls: lambda progress, more=0: calls.append(progress), EACH),
        (lambda calls: lambda done, total: calls.append((done, total)), BATCHES),
        (lambda calls: lambda *values: calls.append(values), BATCHES),
        (lambda calls: lambda *, progress: calls.append(progress), []),  # fails
    ],
)
def test_a_function_of_two_arguments_gets_finished_recordings_and_others_each_piece(make, told):
    calls: list[object] = []
    listener = Listener(make(calls))
    listener.after_piece(HALF)
    listener.after_batch(HALF)
    assert calls == told


def test_a_function_that_fails_costs_only_a_line_in_the_log(caplog):
    Listener(lambda _progress: 1 / 0).after_piece(HALF)
    assert "on_progress failed" in caplog.text
    Listener(None).after_piece(HALF)


def test_share_speed_and_the_rest_follow_from_the_seconds():
    assert (HALF.share, HALF.speed, HALF.remaining) == (0.5, 6.0, 5.0)
    assert (START.share, START.speed, START.remaining) == (0.0, None, None)
