"""The result of a self-test, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from winasr_doctor.asr.outcomes import Message
from winasr_doctor.locks.cleanup_report import Attempt, CleanupReport, RemovalFailure
from winasr_doctor.selftest.bundled import MODEL
from winasr_doctor.selftest.comparing import words


class SelfTestOutcome(str, Enum):
    """How a self-test ended."""

    PASSED = "passed"
    """Every text is right and, if there was a plan, something was injected."""
    WRONG_TEXT = "wrong_text"
    FAILED = "failed"
    """Loading or transcribing failed, or took too long."""
    UNAVAILABLE = "unavailable"
    """It could not be tried: a package or the device is missing."""
    NOTHING_INJECTED = "nothing_injected"
    """Every text is right, but no fault of the plan fired, so nothing is proven."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One bundled recording.

    Attributes:
        file: Its name.
        expected: The known text.
        text: The transcript; `None` if it did not get that far.
    """

    file: str
    expected: str
    text: str | None = None

    @property
    def right(self) -> bool:
        """Whether exactly the right words were heard; case and punctuation do not count."""
        return self.text is not None and words(self.text) == words(self.expected)


@dataclass(frozen=True, slots=True)
class InjectedFaults:
    """One fault of the plan.

    Attributes:
        fault: The fault as it was given.
        times: How often it fired.
    """

    fault: str
    times: int


@dataclass(frozen=True, slots=True)
class Peak:
    """The most memory in use at once, in bytes.

    Attributes:
        process: That of the whole process since its start (resident set, or working set on
            Windows).
        gpu: What torch allocated on the GPU during the self-test; `None` on the CPU.
    """

    process: int | None = None
    gpu: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """The result of a self-test.

    Attributes:
        ending: How it ended.
        heard: One for each bundled recording.
        model: The model, as an argument of `load_model`.
        device: The model's device, such as `cuda:0`; `None` if it did not get that far.
        device_name: The device's name, such as `NVIDIA H200`.
        import_seconds: Time for importing torch and NeMo; about 0 if they were already imported.
        load_seconds: Time for loading the model, with cleaning up, but without importing.
        transcribe_seconds: Time for transcribing all recordings at once, with cleaning up.
        audio_seconds: Duration of the recordings.
        peak: Memory.
        plan: The plan as it was given; empty for none.
        injected: What happened with each fault of the plan.
        cleanups: Every temporary folder that was cleaned up.
        problems: What went wrong, in readable form; `None` if nothing did.
        versions: Versions of Python and of the relevant packages that are installed.
    """

    ending: SelfTestOutcome
    heard: tuple[Heard, ...]
    model: str = MODEL
    device: str | None = None
    device_name: str | None = None
    import_seconds: float = 0.0
    load_seconds: float | None = None
    transcribe_seconds: float | None = None
    audio_seconds: float = 0.0
    peak: Peak = field(default_factory=Peak)
    plan: str = ""
    injected: tuple[InjectedFaults, ...] = ()
    cleanups: tuple[CleanupReport, ...] = ()
    problems: Message | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it passed."""
        return self.ending is SelfTestOutcome.PASSED

    @property
    def real_time_factor(self) -> float | None:
        """Seconds of transcribing per second of audio; below 1 is faster than real time."""
        if self.transcribe_seconds is None or not self.audio_seconds:
            return None
        return self.transcribe_seconds / self.audio_seconds

    @property
    def cleanup_seconds(self) -> float:
        """Seconds that removing temporary folders took."""
        return sum(report.seconds for report in self.cleanups)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt at removing a temporary folder."""
        return tuple(attempt for report in self.cleanups for attempt in report.attempts)

    @property
    def leftovers(self) -> tuple[RemovalFailure, ...]:
        """What could not be removed while the plan was active."""
        return tuple(failure for report in self.cleanups for failure in report.leftovers)

    @property
    def injections(self) -> int:
        """How many failures were injected."""
        return sum(each.times for each in self.injected)
