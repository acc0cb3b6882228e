"""The answers of `explain`, as frozen values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # each answer needs one of these, and they take long to import
    from winasr_doctor.catalogue import KnownError
    from winasr_doctor.catalogue.templates import Lookup
    from winasr_doctor.checks.base import Check
    from winasr_doctor.diagnosis import Diagnosis
    from winasr_doctor.windows.errors import WindowsError


class CheckAnswer(NamedTuple):
    """A check, by its code."""

    check: Check


class WindowsErrorAnswer(NamedTuple):
    """A Windows error number, and what is known about it."""

    entry: WindowsError


class ExitCodeAnswer(NamedTuple):
    """The exit code of a process that died without a message."""

    number: int
    meaning: str


class KnownErrorAnswer(NamedTuple):
    """A known error, by its id.

    Attributes:
        entry: The known error.
        facts: Facts of the machine, for its remedies.
    """

    entry: KnownError
    facts: Lookup


class KnownErrorsAnswer(NamedTuple):
    """A list of known errors."""

    entries: tuple[KnownError, ...]


class DiagnosisAnswer(NamedTuple):
    """The diagnosis of a log or a message.

    Attributes:
        diagnosis: The diagnosis.
        similar: Known errors with the same words, if none matches exactly.
    """

    diagnosis: Diagnosis
    similar: tuple[KnownError, ...] = ()


Answer = (
    CheckAnswer
    | WindowsErrorAnswer
    | ExitCodeAnswer
    | KnownErrorAnswer
    | KnownErrorsAnswer
    | DiagnosisAnswer
)
