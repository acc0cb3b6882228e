"""The callback for Transcribe: a generator that yields regular updates and never raises."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from winasr_doctor.asr.errors import UnknownModelError
from winasr_doctor.asr.outcomes import Transcript
from winasr_doctor.findings import Remedy
from winasr_doctor.models.model import KnownModel
from winasr_doctor.transcripts import editing, exports
from winasr_doctor.ui import status_messages, texts
from winasr_doctor.ui.engine import Engine
from winasr_doctor.ui.job import TranscriptionJob
from winasr_doctor.ui.job_progress import RecordingRow
from winasr_doctor.ui.job_request import JobResult, Models, Request
from winasr_doctor.ui.job_slot import JobSlot
from winasr_doctor.ui.models import Choice, diarizers, read_cache, typed
from winasr_doctor.ui.sessions import Session, Sessions
from winasr_doctor.ui.status import PageStatus, StatusKind

HEARTBEAT = 0.4
"""Maximum seconds between two updates of a job."""

SHORTEST = 0.05
"""Minimum seconds between two updates: hundreds of attempts a second would flood the page."""

QUIET = 10.0
"""Seconds without progress after which the page reports this, and where the worker is."""

GRACE = 0.6
"""Seconds that the worker has to end by itself after it was cancelled or timed out."""


@dataclass(frozen=True, slots=True)
class PageView:
    """What the page shows.

    Attributes:
        status: The current status.
        running: Whether a job is running.
        transcripts: The texts so far; while the job runs, only if there is something new.
        rows: A line for each recording.
        files: Format to path of the files to download.
        blocked: Whether to offer `Load anyway`.
        names: What the recordings are called.
    """

    status: PageStatus
    running: bool = False
    transcripts: tuple[Transcript, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    blocked: bool = False
    rows: tuple[RecordingRow, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EditView:
    """What the page shows after somebody changed the text.

    Attributes:
        transcripts: The transcripts with the changes.
        names: What the recordings are called.
        files: Format to path of the files to download.
        note: What to say.
    """

    transcripts: tuple[Transcript, ...]
    names: tuple[str, ...]
    files: dict[str, str]
    note: str


@dataclass(frozen=True, slots=True)
class TranscriptionRequest:
    """The input on the page.

    Attributes:
        audio: Paths of the recordings.
        model: The chosen model's name.
        device: The device, as an argument of `load_model`.
        timestamps: Whether to compute word timestamps.
        language: The language that is spoken; empty for the model's default.
        diarizer: The model that tells speakers apart; empty for none.
        anyway: Whether to load in spite of the doctor's findings.
    """

    audio: tuple[str, ...]
    model: str | None
    device: str = "auto"
    timestamps: bool = True
    language: str = ""
    diarizer: str = ""
    anyway: bool = False


class Handler:
    """The state shared by all tabs: the engine, the job slot, the loaded model.

    Args:
        sessions: The tabs.
        choices: The models on offer.
        engine: The back end; by default the real one.
        find: Finds the models again, after a download.
        deadline: Seconds after which a job is abandoned.
        quiet: Seconds without progress after which the page reports this.
    """

    def __init__(
        self,
        sessions: Sessions,
        choices: Sequence[Choice],
        *,
        engine: Engine | None = None,
        find: Callable[[], Sequence[Choice]] | None = None,
        deadline: float = 3600.0,
        quiet: float = QUIET,
    ) -> None:
        self.sessions = sessions
        self.choices = {choice.name: choice for choice in choices}
        self.engine = engine or Engine()
        self._find = find
        self.deadline = deadline
        self.quiet = quiet
        self.diarizers = {each.name: each for each in diarizers(cache=read_cache())}
        self._slot, self._models, self._speaker_models = JobSlot(), Models(), Models()

    def refresh(self) -> None:
        """Update what is needed to use each model."""
        if self._find is not None:
            self.choices = {choice.name: choice for choice in self._find()}

    def run(self, name: str, wish: TranscriptionRequest) -> Iterator[PageView]:
        """Run a tab's request, with an update at least twice a second.

        Args:
            name: The tab.
            wish: The input.

        Yields:
            What to show. The last one has `running` unset. Never raises; closing the generator
            frees everything.
        """
        job = None
        try:
            refusal, job = self._begin(name, wish)
            if job is None:
                yield PageView(refusal)
                return
            yield self._running(job)
            while (ending := self._wait(job)) is None:
                yield self._running(job)
            self.sessions.of(name).result = ending
            yield _ended(ending, job)
            if job.request.choice.download_bytes:
                self.refresh()
        except GeneratorExit:  # the tab was closed
            raise
        except BaseException as error:  # noqa: BLE001 - nothing may leave: see the module
            yield PageView(status_messages.of_error(texts.FAILED_ELSEWHERE, error))
        finally:
            if job is not None:
                job.abandon()

    def cancel(self, name: str) -> PageStatus | None:
        """Ask a tab's job to stop.

        Returns:
            What to show; `None` if the job's own status will show it.
        """
        job = self.sessions.of(name).job
        if job is None or job.ending is not None or job.cancel.is_set():
            return PageStatus(StatusKind.OK, texts.NOTHING_TO_CANCEL)
        job.cancel.set()
        job.news.set()
        return None

    def edit(self, name: str, text: str) -> EditView | None:
        """Take over a text that somebody changed, and write the files to download again.

        Args:
            name: The tab.
            text: The whole text.

        Returns:
            What to show; `None` if there is no text to change.
        """
        session = self.sessions.of(name)
        job, result = session.job, session.result
        if job is None or result is None or not result.transcripts or job.active:
            return None
        names = job.progress.names
        try:
            with session.lock:
                found = editing.all_edited(result.transcripts, text, named=len(names) > 1)
                files = exports.write_files(found, session.folder_of_edits())
        except editing.HeadingMissingError as error:
            note = texts.HEADING_MISSING.format(name=error.name)
            return EditView(result.transcripts, names, {}, note)
        except OSError as error:
            return EditView(result.transcripts, names, {}, f"{texts.EXPORT_FAILED}: {error}")
        same = found == result.transcripts
        return EditView(found, names, files, texts.UNCHANGED if same else texts.EDITED)

    def known(self, model: str | None) -> KnownModel | None:
        """Return what is known of a model that somebody chose or typed."""
        try:
            return typed(model or "", self.choices).known
        except UnknownModelError:
            return None

    def trouble(self, name: str) -> PageStatus:
        """Show what went wrong outside the job, such as in Gradio."""
        session = self.sessions.of(name)
        error, session.trouble = session.trouble, None
        if error is None:  # it did not get as far as a callback
            remedy = Remedy(texts.REFUSED_TITLE, texts.REFUSED_STEPS)
            return PageStatus(StatusKind.ERROR, f"{texts.REFUSED}.", (), (remedy,))
        return status_messages.of_error(texts.FAILED_ELSEWHERE, error)

    def _begin(
        self, name: str, wish: TranscriptionRequest
    ) -> tuple[PageStatus, TranscriptionJob | None]:
        session = self.sessions.of(name)
        session.trouble = None
        wanted = (wish.model or "").strip()
        for wrong, sentence in ((not wish.audio, texts.NO_RECORDING), (not wanted, texts.NO_MODEL)):
            if wrong:
                return PageStatus(StatusKind.WARN, sentence), None
        try:
            choice = typed(wanted, self.choices)
            diarizer = typed(wish.diarizer, self.diarizers) if wish.diarizer else None
        except UnknownModelError as error:
            return PageStatus(StatusKind.ERROR, str(error), (), error.remedies), None
        gone = [path for path in wish.audio if not Path(path).is_file()]
        if gone:
            sentence = texts.MISSING_UPLOAD.format(name=Path(gone[0]).name)
            return PageStatus(StatusKind.ERROR, sentence), None
        return self._start(session, wish, choice, diarizer)

    def _start(
        self,
        session: Session,
        wish: TranscriptionRequest,
        choice: Choice,
        diarizer: Choice | None,
    ) -> tuple[PageStatus, TranscriptionJob | None]:
        with session.lock:
            if session.job is not None and session.job.active:
                return PageStatus(StatusKind.WARN, texts.BUSY), None
            session.folder.mkdir(mode=0o700, exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=session.folder))
            request = Request(
                wish.audio,
                choice,
                wish.device,
                wish.timestamps,
                wish.anyway,
                folder,
                wish.language,
                diarizer,
            )
            models = self._models, self._speaker_models
            job = TranscriptionJob(request, self.engine, self._slot, models, self.deadline)
            session.begin(job)
            job.start()
        return PageStatus(StatusKind.RUN, ""), job

    def _wait(self, job: TranscriptionJob) -> JobResult | None:
        """Wait briefly for progress; decide when the wait is over."""
        job.news.wait(HEARTBEAT)
        time.sleep(SHORTEST)
        job.news.clear()
        if job.ending is not None:
            return job.ending
        if job.cancel.is_set():
            return self._stopped(job, status_messages.of_cancel)
        if job.elapsed > job.deadline + GRACE:
            seconds = job.elapsed
            return self._stopped(
                job, lambda phase, where: status_messages.of_deadline(seconds, phase, where)
            )
        return None

    def _stopped(self, job: TranscriptionJob, tell: Callable[[str, str], PageStatus]) -> JobResult:
        """Give the worker a moment to end by itself, then continue without it."""
        until = time.monotonic() + GRACE
        while time.monotonic() < until:
            if (ending := job.ending) is not None:
                return ending
            time.sleep(SHORTEST)
        where = job.where
        phase = job.phase
        job.abandon()
        return job.with_what_is_done(tell(phase, where))

    def _running(self, job: TranscriptionJob) -> PageView:
        now = job.snapshot()
        lines, technical = now.lines, ""
        if now.quiet >= self.quiet:
            quiet = texts.TAKES if job.is_transcribing else f"{texts.QUIET}."
            lines = (*lines, quiet.format(seconds=now.quiet))
            technical = f"{texts.STANDS.format(where=job.where or texts.NOWHERE)}."
        share = job.progress.share if job.is_transcribing else None
        return PageView(
            PageStatus(
                StatusKind.RUN,
                now.phase,
                lines,
                technical=technical,
                elapsed=now.elapsed,
                share=share,
            ),
            running=True,
            transcripts=job.progress.news(),
            rows=job.progress.rows(),
            names=job.progress.names,
        )


def _ended(ending: JobResult, job: TranscriptionJob) -> PageView:
    return PageView(
        ending.status,
        transcripts=ending.transcripts,
        files=ending.files,
        blocked=ending.blocked,
        rows=job.progress.rows(),
        names=job.progress.names,
    )
