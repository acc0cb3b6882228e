"""Runs one job: a thread that loads and transcribes, and whose progress can be observed.

Gradio stops waiting for a callback that raises anything but an `Exception`, and a `SystemExit` ends
its server. So nothing is raised here: the thread catches everything, and every outcome becomes a
`JobResult`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from winasr_doctor.asr.errors import AudioError
from winasr_doctor.asr.jobs import Downloaded, JobState, JobStep, where_is
from winasr_doctor.asr.models import TINY, TINY_KNOWS
from winasr_doctor.asr.outcomes import LoadOutcome, Transcript
from winasr_doctor.asr.transcribe_progress import TranscribeProgress
from winasr_doctor.findings import Remedy
from winasr_doctor.locks.cleanup_report import Attempt
from winasr_doctor.transcripts import exports
from winasr_doctor.transcripts.speakers import with_speakers
from winasr_doctor.ui import status_messages, texts
from winasr_doctor.ui.engine import Engine
from winasr_doctor.ui.job_progress import JobProgress, display_names
from winasr_doctor.ui.job_request import JobResult, Models, Request
from winasr_doctor.ui.job_slot import JobSlot
from winasr_doctor.ui.models import Choice
from winasr_doctor.ui.preflight import Blocker
from winasr_doctor.ui.status import PageStatus, StatusKind, plain_text

log = logging.getLogger("winasr_doctor.ui")

MOST_HOURS = 4.0
"""Maximum number of hours of audio in one job."""


@dataclass(frozen=True, slots=True)
class JobSnapshot:
    """The observable state of a running job.

    Attributes:
        phase: What it is doing, in readable form.
        elapsed: Seconds since it began.
        quiet: Seconds since its last progress.
        lines: Other messages: which job it is waiting for, the last attempt.
    """

    phase: str
    elapsed: float
    quiet: float
    lines: tuple[str, ...]


class StoppedError(Exception):
    """Nobody is waiting for the job any more."""


class TranscriptionJob:
    """A request and the thread that works on it.

    Args:
        request: What to do.
        engine: The back end.
        slot: Where it waits for its turn.
        models: Where the loaded model is kept, and the one that tells speakers apart.
        deadline: Seconds until it is abandoned.
    """

    def __init__(
        self,
        request: Request,
        engine: Engine,
        slot: JobSlot,
        models: tuple[Models, Models],
        deadline: float,
    ) -> None:
        self.request = request
        self.deadline = deadline
        self.cancel = threading.Event()
        self.news = threading.Event()
        self._engine, self._slot = engine, slot
        self._models, self._diarizers = models
        self.progress = JobProgress(display_names(request.audio))
        self._phase, self._attempt = "queued", ""
        self._started = self._heard = monotonic()
        self._look: Callable[[], JobState] | None = None
        self._last_look: tuple[JobStep, str, Downloaded | None] | None = None
        self._lock = threading.Lock()
        self._ending: JobResult | None = None
        self._abandoned = False
        self._thread = threading.Thread(target=self._run, name="winasr-page", daemon=True)

    def start(self) -> None:
        """Start the thread; if the system cannot start one, the job ends with that result."""
        try:
            self._thread.start()
        except RuntimeError as error:
            self._settle(JobResult(status_messages.of_error(texts.WORKER_DIED, error)))

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return monotonic() - self._started

    @property
    def ending(self) -> JobResult | None:
        """The result; `None` while it runs."""
        dead = self._thread.ident is not None and not self._thread.is_alive()
        with self._lock:  # after `dead`: a thread ends only after it has set its result
            if self._ending is None and dead:
                return JobResult(
                    PageStatus(StatusKind.ERROR, f"{texts.WORKER_DIED}: {self.phase}.")
                )
            return self._ending

    @property
    def active(self) -> bool:
        """Whether somebody is waiting for it."""
        return not self._abandoned and self.ending is None

    @property
    def is_transcribing(self) -> bool:
        """Whether the model is at work on the recordings."""
        return self._phase == "transcribing"

    @property
    def phase(self) -> str:
        """What it is doing, in readable form."""
        return self._phase_in(self._inner())

    @property
    def where(self) -> str:
        """Where its innermost thread is, as described by `jobs.where_is`."""
        inner = self._inner()
        return (inner.where if inner is not None else "") or where_is(self._thread.ident)

    def snapshot(self) -> JobSnapshot:
        """Return its current state, from any thread."""
        inner = self._inner()
        self._hear(inner)
        waiting = self._slot.busy if self._phase == "queued" else ""
        stage = inner.stage if inner is not None else ""
        lines = tuple(line for line in (waiting, self.progress.line, stage, self._attempt) if line)
        return JobSnapshot(self._phase_in(inner), self.elapsed, monotonic() - self._heard, lines)

    def _inner(self) -> JobState | None:
        """Return the state of the loader's part, while there is one."""
        look = self._look
        return look() if look is not None else None

    def _phase_in(self, inner: JobState | None) -> str:
        phase, amount = self._phase, ""
        if inner is not None and inner.step is JobStep.WAITING:
            phase = "waiting"
        elif inner is not None and inner.step is JobStep.DOWNLOADING:
            phase = "asking" if inner.downloaded is None else "downloading"
            amount = status_messages.of_download(inner.downloaded)
        choice = self.request.choice
        if self._phase == "loading_diarizer":
            choice = self.request.diarizer or choice
            phase = "loading" if phase == self._phase else phase
        return texts.PHASES[phase].format(model=choice.name, amount=amount)

    def _hear(self, inner: JobState | None) -> None:
        """Count another step or more bytes as progress. A wait only counts seconds: no progress."""
        if inner is None:
            return
        stage = "" if inner.step is JobStep.WAITING else inner.stage
        seen = (inner.step, stage, inner.downloaded)
        if seen != self._last_look:
            self._last_look, self._heard = seen, monotonic()

    def abandon(self) -> None:
        """Stop waiting for it: the next job gets its turn, and its late result is dropped."""
        with self._lock:
            self._abandoned = True
        self.cancel.set()
        self._slot.give_back(self)

    def _stopped(self) -> bool:
        return self.cancel.is_set() or self.elapsed > self.deadline

    def _at(self, phase: str) -> None:
        if self.cancel.is_set():
            raise StoppedError
        self._look = None
        self._phase = phase
        self._tell()

    def _tell(self) -> None:
        self._heard = monotonic()
        self.news.set()

    def _settle(self, ending: JobResult) -> None:
        with self._lock:
            if self._abandoned:
                return
            self._ending = ending
        self.news.set()
        level = logging.INFO if ending.status.state is StatusKind.OK else logging.WARNING
        log.log(level, "%s", plain_text(ending.status))

    def _run(self) -> None:
        try:
            if not self._slot.take(self, self._stopped):
                self._settle(self._not_begun())
                return
            try:
                ending = self._work()
            finally:
                self._slot.give_back(self)
        except StoppedError:
            ending = JobResult(status_messages.of_cancel(self.phase, ""))
        except BaseException as error:  # noqa: BLE001 - SystemExit too: all of it must be seen
            ending = JobResult(
                status_messages.of_error(_WHAT.get(self._phase, texts.FAILED_ELSEWHERE), error)
            )
        self._settle(ending)

    def _not_begun(self) -> JobResult:
        if self.cancel.is_set():
            return JobResult(status_messages.of_cancel(self.phase, ""))
        phase = f"{self.phase}: {self._slot.busy}"
        return JobResult(status_messages.of_deadline(self.elapsed, phase, ""))

    def _work(self) -> JobResult:
        request = self.request
        too_long = self._too_long()
        if too_long is not None:
            return JobResult(too_long)
        key = (request.choice.name, request.device)
        kept, loaded = self._models.get(key), None
        if kept is None:
            found = self._blockers()
            if found:
                return JobResult(status_messages.of_blockers(found), blocked=True)
            self._at("preparing")
            self._engine.prepare()
            kept = loaded = self._load()
            if not loaded.ok:
                return JobResult(status_messages.of_failure(texts.FAILED_TO_LOAD, loaded))
            self._keep(self._models, key, loaded)
        return self._transcribe(kept, loaded)

    def _too_long(self) -> PageStatus | None:
        self._at("reading")
        lengths = tuple(self._engine.duration(path) for path in self.request.audio)
        self.progress.lengths = lengths
        hours = sum(length for length in lengths if length is not None) / 3600
        if hours <= MOST_HOURS:
            return None
        sentence = texts.TOO_LONG.format(hours=hours, most=MOST_HOURS)
        return PageStatus(StatusKind.ERROR, sentence, (), (Remedy("Give less", texts.SHORTEN),))

    def _blockers(self) -> tuple[Blocker, ...]:
        if self.request.anyway:
            return ()
        self._at("checking")
        return self._engine.blockers(self.request.choice)

    def _load(self) -> LoadOutcome:
        self._at("loading")
        self._models.forget()
        return self._engine.load(
            self.request.choice.name, device=self.request.device, **self._options()
        )

    def _keep(self, models: Models, key: tuple[str, str], loaded: LoadOutcome) -> None:
        """Keep the model for the next job, unless another job may have loaded its own by now."""
        with self._lock:
            if self._abandoned:
                raise StoppedError
            models.put(key, loaded)

    def _transcribe(self, kept: LoadOutcome, loaded: LoadOutcome | None) -> JobResult:
        self._at("transcribing")
        heard = self._engine.transcribe(
            kept.model,
            list(self.request.audio),
            names=self.progress.names,
            on_progress=self._on_progress,
            **self.request.options,
            **self._options(),
        )
        self.progress.end(heard)
        transcripts = (*heard.transcripts, *heard.unfinished)
        note = TINY_KNOWS if self.request.choice.name == TINY else ""
        # All were tried, and only what cannot be read is lacking.
        some = bool(heard.transcripts) and isinstance(heard.error, AudioError)
        if heard.ok or some:
            status = (
                status_messages.of_some(heard, note)
                if some
                else status_messages.of_success(loaded, heard, note)
            )
            if self.request.diarizer is not None:
                status, transcripts = self._with_speakers(
                    status, transcripts, self.request.diarizer
                )
        else:
            status = status_messages.of_failure(texts.TRANSCRIPTION_FAILED, heard)
            if not transcripts:
                return JobResult(status)
        self._look, self._phase = None, "exporting"
        return self._exported(status, transcripts)

    def _with_speakers(
        self, status: PageStatus, transcripts: tuple[Transcript, ...], choice: Choice
    ) -> tuple[PageStatus, tuple[Transcript, ...]]:
        """Say of each word who says it; a failure costs only the speakers."""
        if not any(each.words for each in transcripts):
            return status_messages.with_note(status, texts.NO_TIMES_NO_SPEAKERS), transcripts
        self._at("loading_diarizer")
        key = (choice.name, self.request.device)
        kept = self._diarizers.get(key)
        if kept is None:
            self._diarizers.forget()
            kept = self._engine.load(choice.name, device=self.request.device, **self._options())
            if not kept.ok:
                return status_messages.without_speakers(status, kept), transcripts
            self._keep(self._diarizers, key, kept)
        self._at("diarizing")
        texts_of = {each.source for each in transcripts}
        pairs = zip(self.request.audio, self.progress.names, strict=True)
        readable = {name: path for path, name in pairs if name in texts_of}
        found = self._engine.diarize(
            kept.model, list(readable.values()), names=list(readable), **self._options()
        )
        if not found.ok:
            status = status_messages.without_speakers(status, found)
        who = {each.source: each for each in found.diarizations}
        known = (
            with_speakers(each, who[each.source]) if each.source in who else each
            for each in transcripts
        )
        return status, tuple(known)

    def with_what_is_done(self, status: PageStatus) -> JobResult:
        """Return a result with the texts so far, for a job whose worker is not waited for.

        Args:
            status: Why the job was given up.
        """
        transcripts = self.progress.transcripts
        if not transcripts:
            return JobResult(status)
        kept = replace(status, details=(texts.KEPT, *status.details))
        return self._exported(kept, transcripts)

    def _exported(self, status: PageStatus, transcripts: tuple[Transcript, ...]) -> JobResult:
        try:
            files = exports.write_files(transcripts, self.request.folder)
        except OSError as error:
            if status.state is not StatusKind.ERROR:
                status = status_messages.of_error(texts.EXPORT_FAILED, error)
            files = {}
        return JobResult(status, transcripts, files)

    def _options(self) -> dict[str, Any]:
        left = max(0.1, self.deadline - self.elapsed)
        return {
            "timeout": left,
            "cancel": self.cancel,
            "on_attempt": self._on_attempt,
            "on_start": self._on_start,
        }

    def _on_start(self, look: Callable[[], JobState]) -> None:
        self._look = look

    def _on_attempt(self, attempt: Attempt) -> None:
        line = status_messages.of_attempt(attempt)
        if line:
            self._attempt = line
            self._tell()

    def _on_progress(self, progress: TranscribeProgress) -> None:
        self.progress.add(progress)
        self._tell()


_WHAT = {
    "checking": texts.FAILED_TO_PREPARE,
    "preparing": texts.FAILED_TO_PREPARE,
    "loading": texts.FAILED_TO_LOAD,
    "reading": texts.TRANSCRIPTION_FAILED,
    "transcribing": texts.TRANSCRIPTION_FAILED,
    "loading_diarizer": texts.NO_SPEAKERS,
    "diarizing": texts.NO_SPEAKERS,
    "exporting": texts.EXPORT_FAILED,
}
"""Phase to the description of its failure."""
