"""What a self-test came to, as frozen values."""

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
    """Every text is right and, under a plan, something was injected."""
    WRONG_TEXT = "wrong_text"
    FAILED = "failed"
    """Loading or transcribing failed, or took too long."""
    UNAVAILABLE = "unavailable"
    """It could not be tried: a package or the device is not there."""
    NOTHING_INJECTED = "nothing_injected"
    """Every text is right, but no fault of the plan ever fired, so nothing is proven."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One bundled recording.

    Attributes:
        file: Its name.
        expected: What is said in it.
        text: What was heard; `None` if it did not get that far.
    """

    file: str
    expected: str
    text: str | None = None

    @property
    def right(self) -> bool:
        """Whether every word was heard, and no other; case and punctuation do not count."""
        return self.text is not None and words(self.text) == words(self.expected)


@dataclass(frozen=True, slots=True)
class InjectedFaults:
    """One fault of the plan.

    Attributes:
        fault: As it was given.
        times: How often it fired.
    """

    fault: str
    times: int


@dataclass(frozen=True, slots=True)
class Peak:
    """The most memory in use at once, in bytes.

    Attributes:
        process: Of the whole process since its start (its resident set, or its working set on
            Windows).
        gpu: What torch had allocated on the GPU during the self-test; `None` on the CPU.
    """

    process: int | None = None
    gpu: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """What a self-test came to.

    Attributes:
        ending: How it ended.
        heard: One for each bundled recording.
        model: What was loaded, as `load_model` takes it.
        device: Where the model was, such as `cuda:0`; `None` if it did not get that far.
        device_name: What the device calls itself, such as `NVIDIA H200`.
        import_seconds: Importing torch and NeMo; about 0 if that was done before.
        load_seconds: Loading the model, cleaning up included, importing not.
        transcribe_seconds: Transcribing all recordings at once, cleaning up included.
        audio_seconds: The recordings' duration.
        peak: Memory.
        plan: The plan as it was given; empty for none.
        injected: What became of each fault of the plan.
        cleanups: Every temporary folder that was cleaned up.
        problems: What went wrong, for people; `None` if nothing did.
        versions: Of Python and of the packages that matter; those that are installed.
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
        """Seconds of transcribing for each second of audio; below 1 is faster than speech."""
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
        """What could not be removed while the plan was in force."""
        return tuple(failure for report in self.cleanups for failure in report.leftovers)

    @property
    def injections(self) -> int:
        """How many failures were injected."""
        return sum(each.times for each in self.injected)
