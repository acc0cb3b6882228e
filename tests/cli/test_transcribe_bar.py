"""What `transcribe` shows on its way: a bar, lines, or nothing."""

from __future__ import annotations

import io
import signal

import pytest

from winasr_doctor.asr.transcribe_progress import TranscribeProgress
from winasr_doctor.cli.transcribe_bar import bar, until_ctrl_c


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def at(share: float) -> TranscribeProgress:
    return TranscribeProgress(0, 1, 1, 10, seconds_done=60 * share, seconds=60.0, elapsed=1.0)


@pytest.fixture
def shown(monkeypatch):
    """Return a function that shows some progress on a stream, and returns what stands there."""

    def show(stream: io.StringIO, *, quiet: bool = False) -> str:
        monkeypatch.setattr("sys.stderr", stream)
        monkeypatch.setenv("TERM", "xterm")  # on a dumb terminal, rich draws no bar
        with bar(quiet=quiet) as on_piece:
            for share in (0.05, 0.1, 0.15, 0.5, 0.55):
                on_piece(at(share))
        return stream.getvalue()

    return show


def test_a_log_gets_a_line_for_each_tenth(shown):
    assert [line.partition("%")[0] for line in shown(io.StringIO()).splitlines()] == ["10", "50"]


def test_a_terminal_gets_a_bar(shown):
    assert "55%" in shown(Terminal())


def test_quiet_shows_nothing(shown):
    assert shown(Terminal(), quiet=True) == ""


def test_the_first_ctrl_c_asks_for_an_end_and_the_second_one_is_as_usual(capsys):
    with until_ctrl_c() as cancel:
        signal.raise_signal(signal.SIGINT)
        assert cancel.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert "Stopping after this piece" in capsys.readouterr().err
