"""What the loader itself refuses, each with one sentence for people and its remedies."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor.findings import Remedy


class ExplainedError(Exception):
    """An error whose text is one sentence that can be shown as it is.

    Attributes:
        remedies: Ways out, the best first.
        details: Further sentences.
    """

    def __init__(
        self, sentence: str, remedies: Iterable[Remedy] = (), details: Iterable[str] = ()
    ) -> None:
        """Say what happened.

        Args:
            sentence: For people.
            remedies: Ways out, the best first.
            details: Further sentences.
        """
        super().__init__(sentence)
        self.remedies = tuple(remedies)
        self.details = tuple(details)


class UnknownModelError(ExplainedError):
    """The name is neither a known model, nor a Hub repository, nor a file."""


class RevisionError(ExplainedError):
    """A revision that no model can be loaded by; nothing was downloaded."""


class HubError(ExplainedError):
    """The Hub did not give the file; the library's own error is the `__cause__`."""


class LockedFileError(ExplainedError):
    """A file of the Hub's cache is in use and stayed so; the system's error is the `__cause__`."""


class NoSpaceError(ExplainedError):
    """The drive of the cache has no room for a download; nothing was downloaded."""


class ModelFileError(ExplainedError):
    """A local model file that NeMo could not load; NeMo was not asked."""


class MissingPackageError(ExplainedError):
    """A package is missing or broken; the import error is the `__cause__`."""


class DeviceError(ExplainedError):
    """The device that was asked for is not there."""


class CancelledError(ExplainedError):
    """The caller's `cancel` event was set."""


class DeadlineError(ExplainedError, TimeoutError):
    """The caller's `timeout` has passed."""


class AudioError(ExplainedError, ValueError):
    """A recording that cannot be read.

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
        """Say what is wrong with which recording.

        Args:
            sentence: For people; names the file.
            path: The file; `None` for an array.
            remedies: Ways out, the best first.
            details: Further sentences.
        """
        super().__init__(sentence, remedies, details)
        self.path = path
