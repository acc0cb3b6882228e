"""The progress of `transcribe` on stderr: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from winasr_doctor.cli.console import progress
from winasr_doctor.transcripts.progress_words import sentence

if TYPE_CHECKING:
    from winasr_doctor.asr import TranscribeProgress

OnPiece = Callable[["TranscribeProgress"], None]

_STEP = 0.1
"""A log gets a line each time another tenth is done."""


@contextmanager
def until_ctrl_c() -> Iterator[threading.Event]:
    """Turn the first Ctrl+C within the block into an event; the second one is raised as usual.

    Yields:
        The event.
    """
    cancel = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield cancel
        return

    def on_signal(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        progress("Stopping after this piece ... (press Ctrl+C again to stop at once)")
        cancel.set()

    before = signal.signal(signal.SIGINT, on_signal)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def bar(*, quiet: bool) -> Iterator[OnPiece]:
    """Show progress for the block.

    Args:
        quiet: Whether to show nothing.

    Yields:
        A function to call after each piece.
    """
    if quiet:
        yield lambda _progress: None
    elif sys.stderr is not None and sys.stderr.isatty():
        with _rich_bar() as on_piece:
            yield on_piece
    else:
        yield _Lines()


@contextmanager
def _rich_bar() -> Iterator[OnPiece]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as shown:
        task = shown.add_task("starting", total=1.0)

        def on_piece(state: TranscribeProgress) -> None:
            shown.update(task, completed=state.share, description=sentence(state))

        yield on_piece


class _Lines:
    """Prints a line for each tenth."""

    def __init__(self) -> None:
        self._next = _STEP

    def __call__(self, state: TranscribeProgress) -> None:
        if state.share + 1e-9 < self._next:
            return
        self._next = state.share + _STEP
        progress(f"{state.share:.0%}: {sentence(state)}")
