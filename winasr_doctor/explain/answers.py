"""The answers of `explain`, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from winasr_doctor.catalogue import KnownError
from winasr_doctor.catalogue.templates import Lookup
from winasr_doctor.checks.base import Check
from winasr_doctor.diagnosis import Diagnosis
from winasr_doctor.windows.errors import WindowsError


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """A check, by its code."""

    check: Check


@dataclass(frozen=True, slots=True)
class WindowsErrorAnswer:
    """A Windows error number, and what is known about it."""

    entry: WindowsError


@dataclass(frozen=True, slots=True)
class ExitCodeAnswer:
    """The exit code of a process that died without a message."""

    number: int
    meaning: str


@dataclass(frozen=True, slots=True)
class KnownErrorAnswer:
    """A known error, by its id.

    Attributes:
        entry: The known error.
        facts: Facts of the machine, for its remedies.
    """

    entry: KnownError
    facts: Lookup


@dataclass(frozen=True, slots=True)
class KnownErrorsAnswer:
    """A list of known errors."""

    entries: tuple[KnownError, ...]


@dataclass(frozen=True, slots=True)
class DiagnosisAnswer:
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
