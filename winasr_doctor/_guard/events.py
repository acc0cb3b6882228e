"""The events that the guard reports to its observers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from winasr_doctor.frameworks.sites import Phase
from winasr_doctor.locks.cleanup_report import Attempt, CleanupReport

__all__ = [
    "CleanupAttempted",
    "DownloadOutcome",
    "DownloadRescued",
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


class DownloadOutcome(str, Enum):
    """How a download got past a lock or a missing right."""

    WAITED = "it waited for the lock"
    KEPT = "the finished file was used"
    EXPOSED = "the real error was raised"
    COPIED = "it was copied, not linked"


@dataclass(frozen=True, slots=True)
class DownloadRescued:
    """A file error that would have ended a download, or hidden why it failed, did not.

    Attributes:
        path: The file.
        label: The error, such as `WinError 32`.
        outcome: What was done about it.
        error: The class of the exception that the file error would have hidden; empty if none.
    """

    path: str
    label: str
    outcome: DownloadOutcome
    error: str = ""


GuardEvent = FolderOpened | CleanupAttempted | FolderClosed | DownloadRescued

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
