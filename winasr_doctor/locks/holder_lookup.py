"""Asks who holds a path, without making the deletion wait for the answer."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from winasr_doctor._util.clock import Clock
from winasr_doctor._util.workers import DeadlineTask, TooLateError

if TYPE_CHECKING:
    from winasr_doctor.locks.holders import Holder, Holding

PATIENCE = 3.0
"""Seconds that the answer of the system is waited for."""


def ours(tree: str, paths: Iterable[str], *, maps: bool) -> dict[str, Holding]:
    """Return which of these paths this process itself holds; quick enough for every attempt.

    Args:
        tree: The folder that is being removed.
        paths: Files or folders of it that could not be removed.
        maps: Whether memory maps without an open file count, too.

    Returns:
        An answer for each path that this process has open; the others are left out.
    """
    # lazy: only a lock needs it
    from winasr_doctor.locks.holders import Holding, held_by_ourselves

    paths = tuple(paths)
    maps = maps and any(map(_may_be_mapped, paths))
    if not held_by_ourselves(
        tree, maps=maps
    ):  # one question for all of them is nearly always enough
        return {}
    return {
        path: Holding(path, (_this_process(path),))
        for path in paths
        if held_by_ourselves(path, maps=maps)
    }


def _may_be_mapped(path: str) -> bool:
    """Return whether a path may be mapped by a process: a file with content.

    Windows does not map empty files, and does not let a mapped one become empty. Source:
    learn.microsoft.com, "CreateFileMappingW" (ERROR_FILE_INVALID) and "System Error Codes", 1224.
    """
    try:
        status = os.lstat(path)
        if stat.S_ISDIR(status.st_mode):
            with os.scandir(path) as entries:
                return next(entries, None) is not None
    except OSError:
        return True
    return status.st_size > 0


def _this_process(path: str) -> Holder:
    from winasr_doctor.locks.holders import Holder, Who

    how = "this process's own handles"
    return Holder(Who.OURSELVES, os.getpid(), "python", path, "open handle", how)


class HolderQuestion:
    """The full question, put to the system in the background, once per path.

    Under a virtual clock nothing is asked: background work would make a deterministic run depend on
    real time.
    """

    def __init__(self, clock: Clock) -> None:
        self._enabled = not clock.virtual
        self._tasks: dict[str, DeadlineTask[Holding]] = {}

    def ask(self, path: str) -> None:
        """Ask about a path, unless that was done already or another question is open."""
        if self._enabled and path not in self._tasks and not self._is_open():
            self._tasks[path] = DeadlineTask(partial(_holding_of, path), PATIENCE, "winasr-holders")

    def answers(self, *, wait: bool = False) -> dict[str, Holding]:
        """Return the answers so far, by path.

        Args:
            wait: Whether to wait for the open question, too, up to `PATIENCE` after it was asked.
        """
        answers = {}
        for path, task in self._tasks.items():
            if wait or task.finished_within(0):
                # no answer: it came too late, or the system has no thread left
                with suppress(TooLateError, RuntimeError):
                    answers[path] = task.result()
        return answers

    def _is_open(self) -> bool:
        return not all(task.finished_within(0) for task in self._tasks.values())


def _holding_of(path: str) -> Holding:
    from winasr_doctor.locks.holders import holders_of

    return holders_of(path, timeout=PATIENCE * 2 / 3)  # leaves time to import it
