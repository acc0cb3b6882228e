"""What the guard tells its observers, as it happens."""

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
        report: What became of it; `None` if the cleanup itself was interrupted or failed.
        error: The exception that leaves the `with` statement of the folder. Its frames keep
            alive whatever the load or the transcription had in memory, so do not store it.
    """

    path: str
    phase: Phase
    report: CleanupReport | None
    error: BaseException | None


GuardEvent = FolderOpened | CleanupAttempted | FolderClosed

Observer = Callable[[GuardEvent], None]
"""Is called in the thread that works with the folder; what it raises is logged."""


def opened(tell: Callable[[str], object]) -> Observer:
    """Return an observer that passes on the path of each folder that is opened.

    Args:
        tell: Is given the path.
    """

    def observe(event: GuardEvent) -> None:
        if isinstance(event, FolderOpened):
            tell(event.path)

    return observe
