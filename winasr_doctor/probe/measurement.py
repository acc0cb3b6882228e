"""Runs the probe: rounds that alternate between the folders, within limits of space and time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from winasr_doctor._util import clock
from winasr_doctor.probe.candidates import Candidate, made_if_missing
from winasr_doctor.probe.ranking import MOST_ROUNDS
from winasr_doctor.probe.result import MEBIBYTE, FolderResult, Round
from winasr_doctor.probe.trial import archive, play

SIZE = 32 * MEBIBYTE
"""Bytes unpacked in one round by default."""

MOST_BYTES = 64 * MEBIBYTE

RESERVE = 512 * MEBIBYTE
"""Bytes that must stay free on the disk during a round."""

SECONDS = 60.0
"""Seconds after which no further round is started, by default."""

OnProgress = Callable[[int, str], None]
"""Called before each round with its number, from 1, and the folder."""


@dataclass
class _Notes:
    candidate: Candidate
    rounds: list[Round] = field(default_factory=list)
    problem: str = ""

    def result(self) -> FolderResult:
        return FolderResult(
            folder=self.candidate.path,
            is_temp=self.candidate.is_temp,
            rounds=tuple(self.rounds),
            problem=self.problem,
            against=self.candidate.against,
        )


def probe(
    candidates: Sequence[Candidate],
    *,
    size: int = SIZE,
    rounds: int = MOST_ROUNDS,
    seconds: float = SECONDS,
    on_progress: OnProgress | None = None,
) -> tuple[FolderResult, ...]:
    """Measure how long new files stay locked in some folders.

    At most `size` bytes (and 200 KiB of small files) are on the disk at a time, in a folder of our
    own that is removed after each round, also after Ctrl+C. If something could not be deleted or
    written in a folder, it gets no further rounds.

    Args:
        candidates: The folders.
        size: Bytes to unpack in a round, 64 MiB at most.
        rounds: The number of rounds, at most `MOST_ROUNDS`.
        seconds: Seconds after which no further round is started. A running round may still wait up
            to ten seconds for locks; unpacking is also abandoned after this time.
        on_progress: Called with what is about to happen.

    Returns:
        The results, one for each candidate, in the same order.

    Raises:
        ValueError: A number is out of range.
    """
    _check(size, rounds, seconds)
    notes = [_Notes(candidate) for candidate in candidates]
    until = clock.current().monotonic() + seconds
    with ExitStack() as made:
        for each in notes:
            each.problem = each.candidate.problem or _made(each.candidate, made)
        for number in range(rounds):
            # The first folder changes each time, because the first may find the machine idle.
            turn = number % max(len(notes), 1)
            for each in (*notes[turn:], *notes[:turn]):
                if not each.problem and clock.current().monotonic() < until:
                    if on_progress is not None:
                        on_progress(number + 1, each.candidate.path)
                    _play(each, size, until)
    for each in notes:
        if not each.rounds and not each.problem:
            each.problem = "time ran out before its turn"
    return tuple(each.result() for each in notes)


def _check(size: int, rounds: int, seconds: float) -> None:
    if not 0 < size <= MOST_BYTES:
        raise ValueError(f"size must be 1 to {MOST_BYTES} bytes, not {size}")
    if not 1 <= rounds <= MOST_ROUNDS:
        raise ValueError(f"rounds must be 1 to {MOST_ROUNDS}, not {rounds}")
    if not seconds > 0:
        raise ValueError(f"seconds must be above 0, not {seconds:g}")


def _made(candidate: Candidate, made: ExitStack) -> str:
    """Create the folder if requested; return what is wrong with it, if anything."""
    try:
        return made.enter_context(made_if_missing(candidate))
    except OSError as error:
        return _said("it cannot be created", error)


def _play(notes: _Notes, size: int, until: float) -> None:
    try:
        free = shutil.disk_usage(notes.candidate.path).free
        if free < size + RESERVE:
            notes.problem = (
                f"only {free // MEBIBYTE} MiB are free there; {(size + RESERVE) // MEBIBYTE} MiB"
                " are needed, so that the disk cannot be filled"
            )
            return
        played = play(notes.candidate.path, archive(size), until)
    except OSError as error:
        notes.problem = _said("it could not be unpacked there", error)
        return
    notes.rounds.append(played)
    if played.left:
        notes.problem = (
            f"{played.left} path{'s' * (played.left != 1)} could not be deleted; no further round"
        )


def _said(what: str, error: OSError) -> str:
    return f"{what}: {error.strerror or type(error).__name__}"
