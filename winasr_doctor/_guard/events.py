"""The events that the guard reports to its observers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from winasr_doctor.frameworks.sites import Phase
from winasr_doctor.locks.cleanup_report import Attempt, CleanupReport

__all__ = [
    "CleanupAttempted",
    "FolderClosed",
    "FolderOpened",
    "GuardEvent",
    "Observer",
    "Phase",
    "opened",
]


@dataclass(frozen=True, slots=True)
class FolderOpened:
    """A temporary folder has been made.

    Attributes:
        path: The folder.
        phase: What it is for.
        thread: The `ident` of the thread that made it.
    """

    path: str
    phase: Phase
    thread: int


@dataclass(frozen=True, slots=True)
class CleanupAttempted:
    """One attempt to remove a temporary folder has ended.

    Attributes:
        path: The folder.
        phase: What it was for.
        attempt: The attempt.
    """

    path: str
    phase: Phase
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class FolderClosed:
    """The cleanup of a temporary folder is over.

    Attributes:
        path: The folder.
        phase: What it was for.
        report: How it ended; `None` if the cleanup itself was interrupted or failed.
        error: The exception that leaves the folder's `with` statement. Its frames keep everything
            that the load or transcription had in memory alive, so do not store it.
    """

    path: str
    phase: Phase
    report: CleanupReport | None
    error: BaseException | None


GuardEvent = FolderOpened | CleanupAttempted | FolderClosed

Observer = Callable[[GuardEvent], None]
"""Called in the thread that works with the folder; exceptions it raises are logged."""


def opened(tell: Callable[[str], object]) -> Observer:
    """Return an observer that passes on the path of each opened folder.

    Args:
        tell: Called with the path.
    """

    def observe(event: GuardEvent) -> None:
        if isinstance(event, FolderOpened):
            tell(event.path)

    return observe
