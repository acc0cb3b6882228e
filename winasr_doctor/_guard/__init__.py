"""The guard: NeMo's load and transcribe survive a failing cleanup of their temporary folders.

NeMo unpacks a model into one `tempfile.TemporaryDirectory` and writes the list of recordings
into another. When removing one fails, Python raises out of the `with` statement: the model or
the texts that were computed are lost, and the error that a failing load or transcription raised
is hidden behind a `PermissionError` (NeMo 3.0.0, save_restore_connector.py and transcription.py).
"""

from winasr_doctor._guard.core import guard
from winasr_doctor._guard.events import CleanupAttempted, FolderClosed, FolderOpened, Phase
from winasr_doctor._guard.session import GuardSession

__all__ = ["CleanupAttempted", "FolderClosed", "FolderOpened", "GuardSession", "Phase", "guard"]
