"""The errors that the loader raises itself, each with one sentence for people and its remedies."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor.findings import Remedy


class ExplainedError(Exception):
    """An error whose text is one sentence that can be shown unchanged.

    Attributes:
        remedies: Ways to fix it, the best first.
        details: Further sentences.
    """

    def __init__(
        self, sentence: str, remedies: Iterable[Remedy] = (), details: Iterable[str] = ()
    ) -> None:
        """Make the error.

        Args:
            sentence: One sentence for people.
            remedies: Ways to fix it, the best first.
            details: Further sentences.
        """
        super().__init__(sentence)
        self.remedies = tuple(remedies)
        self.details = tuple(details)


class UnknownModelError(ExplainedError):
    """The name is not a known model, a Hub repository or a file."""


class RevisionError(ExplainedError):
    """No model can be loaded with this revision; nothing was downloaded."""


class HubError(ExplainedError):
    """The Hub did not provide the file; the library's own error is the `__cause__`."""


class LockedFileError(ExplainedError):
    """A file in the Hub's cache stayed in use; the system's error is the `__cause__`."""


class NoSpaceError(ExplainedError):
    """The cache's drive has no room for the download; nothing was downloaded."""


class ModelFileError(ExplainedError):
    """NeMo could not load this local model file, so it was not called."""


class MissingPackageError(ExplainedError):
    """A package is missing or broken; the import error is the `__cause__`."""


class DeviceError(ExplainedError):
    """The requested device does not exist."""


class CancelledError(ExplainedError):
    """The caller's `cancel` event was set."""


class DeadlineError(ExplainedError, TimeoutError):
    """The caller's `timeout` has passed."""


_CHECK_IT = Remedy(
    "Check the recording",
    (
        "Check that it is there and plays in a media player",
        "Record it again, or export it again as a 16 kHz mono wav",
    ),
)


class AudioError(ExplainedError, ValueError):
    """A recording cannot be read.

    Attributes:
        path: The file; `None` for an array.
    """

    def __init__(
        self,
        sentence: str,
        path: str | None = None,
        remedies: Iterable[Remedy] = (),
        details: Iterable[str] = (),
    ) -> None:
        """Make the error for a recording.

        Args:
            sentence: One sentence for people; it names the file.
            path: The file; `None` for an array.
            remedies: Ways to fix it, the best first; by default, to check the recording.
            details: Further sentences.
        """
        super().__init__(sentence, tuple(remedies) or (_CHECK_IT,), details)
        self.path = path
