"""The guard keeps NeMo's results when the cleanup of a temporary folder fails.

NeMo unpacks a model into one `tempfile.TemporaryDirectory` and writes the list of recordings into
another. If removing one fails, the `with` statement raises: the loaded model or the finished texts
are lost, and an error of the load or transcription itself is hidden behind a `PermissionError`
(NeMo 3.0.0, save_restore_connector.py and transcription.py).
"""

from winasr_doctor._guard.core import guard
from winasr_doctor._guard.events import (
    CleanupAttempted,
    DownloadOutcome,
    DownloadRescued,
    FolderClosed,
    FolderOpened,
    Phase,
)
from winasr_doctor._guard.session import GuardSession

__all__ = [
    "CleanupAttempted",
    "DownloadOutcome",
    "DownloadRescued",
    "FolderClosed",
    "FolderOpened",
    "GuardSession",
    "Phase",
    "guard",
]
