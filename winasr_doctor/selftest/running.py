"""Runs the self-test: loads a model, transcribes the bundled recordings and compares the texts."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from winasr_doctor._guard import guard
from winasr_doctor._guard.events import opened
from winasr_doctor._util.devices import parse_device
from winasr_doctor.asr import DeviceError, MissingPackageError, jobs, load_model, transcribe
from winasr_doctor.asr.outcomes import LoadOutcome, Message, TranscribeOutcome
from winasr_doctor.faults.injector import Injector, inject
from winasr_doctor.faults.plan import Plan
from winasr_doctor.faults.within import Folders, within
from winasr_doctor.frameworks.names import NAMES
from winasr_doctor.frameworks.nemo import calls, state
from winasr_doctor.locks import CleanupReport, RetryPolicy, rmtree
from winasr_doctor.locks.debris import make_folder
from winasr_doctor.locks.ledger import default_ledger
from winasr_doctor.selftest import facts
from winasr_doctor.selftest.bundled import MODEL, BundledRecording, recordings
from winasr_doctor.selftest.injection import counted
from winasr_doctor.selftest.result import Heard, InjectedFaults, Peak, SelfTest, SelfTestOutcome

log = logging.getLogger("winasr_doctor.selftest")

DEADLINE = 600.0
"""Seconds that a self-test may take by default: importing NeMo from a cold disk takes minutes."""

_SHORTEST = 0.001
"""Seconds left for a step after the deadline, so that the step itself reports the timeout."""


@dataclass
class _Notes:
    """The results so far."""

    import_seconds: float = 0.0
    loaded: LoadOutcome | None = None
    load_seconds: float | None = None
    transcribed: TranscribeOutcome | None = None
    transcribe_seconds: float | None = None
    peak: Peak = field(default_factory=Peak)
    device_name: str | None = None

    @property
    def cleanups(self) -> tuple[CleanupReport, ...]:
        outcomes = (self.loaded, self.transcribed)
        return tuple(report for each in outcomes if each is not None for report in each.cleanups)


def self_test(
    device: str = "auto",
    *,
    model: str = MODEL,
    plan: Plan | None = None,
    deadline: float = DEADLINE,
    policy: RetryPolicy | None = None,
) -> SelfTest:
    """Check that speech recognition works here, even with locked files.

    While it runs, all temporary folders of the process are made in a private folder, which is
    removed at the end, so do not run it alongside other work in the same process.

    Args:
        device: `auto`, `cpu`, `cuda`, `cuda:N` or `mps`.
        model: The model, as an argument of `load_model`; by default the bundled one.
        plan: Faults to inject while loading and transcribing; only in NeMo's temporary folders,
            unless a fault names paths itself.
        deadline: Seconds that the whole test may take.
        policy: How long to keep trying to remove a temporary folder; 3 s by default.

    Returns:
        The result. Errors in NeMo are not raised.

    Raises:
        OSError: No private folder could be created.
        ValueError: The device is not one of these, or the deadline is not above 0.
    """
    if not deadline > 0:
        raise ValueError(f"deadline must be above 0 seconds, not {deadline:g}")
    parse_device(device)
    ends = perf_counter() + deadline
    bundled, notes = recordings(), _Notes()
    injected: tuple[InjectedFaults, ...] = ()
    with _private_folder():
        notes.import_seconds = _import_framework(deadline)
        facts.start_measuring(device)
        with state.quiet(), _injecting(plan) as injector:
            _load_and_transcribe(model, device, bundled, notes, ends, policy)
        if plan is not None and injector is not None:
            injected = counted(plan, injector.plan, injector.injections)
        on = None if notes.loaded is None else notes.loaded.device
        notes.peak, notes.device_name = facts.peak(on), facts.name_of_device(on)
    return _result(model, bundled, notes, "" if plan is None else str(plan), injected)


@contextmanager
def _private_folder() -> Iterator[None]:
    """Create the folder for all temporary folders, and remove it with what is left in it."""
    before = tempfile.tempdir
    folder = make_folder("selftest")
    claim = default_ledger().claim(folder)
    tempfile.tempdir = folder
    try:
        yield
    finally:
        tempfile.tempdir = before
        rmtree(folder, claim=claim)


@contextmanager
def _injecting(plan: Plan | None) -> Iterator[Injector | None]:
    """Inject a plan; faults without a pattern only apply to the folders that NeMo makes."""
    if plan is None:
        yield None
        return
    folders = Folders()
    watching = guard(observer=opened(folders.add), whole_process=True)
    with watching, inject(within(plan, folders)) as injector:
        yield injector


def _import_framework(deadline: float) -> float:
    """Import NeMo before anything is measured; if that fails, loading will report it.

    Returns:
        How many seconds it took.
    """
    started = perf_counter()
    jobs.run(lambda _job: calls.import_asr_model(), timeout=deadline)
    return perf_counter() - started


def _load_and_transcribe(
    model: str,
    device: str,
    bundled: tuple[BundledRecording, ...],
    notes: _Notes,
    ends: float,
    policy: RetryPolicy | None,
) -> None:
    started = perf_counter()
    loaded = load_model(model, device=device, policy=policy, timeout=_left(ends), scan=False)
    notes.loaded, notes.load_seconds = loaded, perf_counter() - started
    if not loaded.ok:
        return
    started = perf_counter()
    notes.transcribed = transcribe(
        loaded.model,
        [recording.path for recording in bundled],
        batch_size=len(bundled),
        policy=policy,
        timeout=_left(ends),
        scan=False,
    )
    notes.transcribe_seconds = perf_counter() - started


def _left(ends: float) -> float:
    return max(ends - perf_counter(), _SHORTEST)


def _result(
    model: str,
    bundled: tuple[BundledRecording, ...],
    notes: _Notes,
    plan: str,
    injected: tuple[InjectedFaults, ...],
) -> SelfTest:
    transcripts = () if notes.transcribed is None else notes.transcribed.transcripts
    texts = {transcript.source: transcript.text for transcript in transcripts}
    heard = tuple(
        Heard(recording.path.name, recording.text, texts.get(str(recording.path)))
        for recording in bundled
    )
    ending, problems = _ending(notes, heard, plan, injected)
    return SelfTest(
        ending=ending,
        heard=heard,
        model=model,
        device=None if notes.loaded is None else notes.loaded.device,
        device_name=notes.device_name,
        import_seconds=notes.import_seconds,
        load_seconds=notes.load_seconds,
        transcribe_seconds=notes.transcribe_seconds,
        audio_seconds=sum(transcript.duration for transcript in transcripts),
        peak=notes.peak,
        plan=plan,
        injected=injected,
        cleanups=notes.cleanups,
        problems=problems,
        versions=facts.versions(),
    )


def _ending(
    notes: _Notes, heard: tuple[Heard, ...], plan: str, injected: tuple[InjectedFaults, ...]
) -> tuple[SelfTestOutcome, Message | None]:
    for outcome in (notes.loaded, notes.transcribed):
        if outcome is not None and not outcome.ok:
            missing = isinstance(outcome.error, (MissingPackageError, DeviceError))
            return (
                SelfTestOutcome.UNAVAILABLE if missing else SelfTestOutcome.FAILED,
                outcome.message,
            )
    wrong = sum(not each.right for each in heard)
    if wrong:
        return SelfTestOutcome.WRONG_TEXT, Message(f"{wrong} of {len(heard)} texts are wrong.")
    if plan and not any(each.times for each in injected):
        return SelfTestOutcome.NOTHING_INJECTED, Message(
            f"No fault of the plan {plan} ever fired, so the self-test proves nothing about it.",
            (f"Without @GLOB, faults are injected into {NAMES}'s temporary folders only.",),
        )
    return SelfTestOutcome.PASSED, None
