"""The callback behind Transcribe: a generator that always has something to say and never raises."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from winasr_doctor.asr.outcomes import Transcript
from winasr_doctor.findings import Remedy
from winasr_doctor.ui import status_messages, texts
from winasr_doctor.ui.engine import Engine
from winasr_doctor.ui.job import JobResult, Models, Request, TranscriptionJob
from winasr_doctor.ui.job_slot import JobSlot
from winasr_doctor.ui.models import Choice
from winasr_doctor.ui.sessions import Session, Sessions
from winasr_doctor.ui.status import PageStatus, StatusKind

HEARTBEAT = 0.4
"""Seconds between two words about a job, at most."""

SHORTEST = 0.05
"""Seconds between two words, at least: hundreds of attempts a second would drown the page."""

QUIET = 10.0
"""Seconds without news after which the page says so, and where the worker stands."""

GRACE = 0.6
"""Seconds that the worker has to end by itself once it was cancelled or is late."""


@dataclass(frozen=True, slots=True)
class PageView:
    """What the page shows.

    Attributes:
        status: How things stand.
        running: Whether a job runs.
        transcripts: The texts so far.
        files: Format to path of the files to download.
        blocked: Whether `Load anyway` is of use.
    """

    status: PageStatus
    running: bool = False
    transcripts: tuple[Transcript, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class TranscriptionRequest:
    """What is filled in on the page.

    Attributes:
        audio: Paths of the recordings.
        model: The chosen model's name.
        device: As `load_model` takes it.
        timestamps: Whether to find out when each word was said.
        anyway: Whether to load in spite of what the doctor says.
    """

    audio: tuple[str, ...]
    model: str | None
    device: str = "auto"
    timestamps: bool = True
    anyway: bool = False


class Handler:
    """What all tabs share: the engine, the desk, the loaded model."""

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
        """Get ready.

        Args:
            sessions: The tabs.
            choices: The models that may be chosen.
            engine: What does the work; the real one by default.
            find: Finds the models once more, after a download.
            deadline: Seconds after which a job is given up.
            quiet: Seconds without news after which the page says so.
        """
        self.sessions = sessions
        self.choices = {choice.name: choice for choice in choices}
        self.engine = engine or Engine()
        self._find = find
        self.deadline = deadline
        self.quiet = quiet
        self._desk, self._models = JobSlot(), Models()

    def refresh(self) -> None:
        """Find out again what it takes to use each model."""
        if self._find is not None:
            self.choices = {choice.name: choice for choice in self._find()}

    def run(self, name: str, wish: TranscriptionRequest) -> Iterator[PageView]:
        """Do what a tab asks for, telling how it goes at least twice a second.

        Args:
            name: The tab.
            wish: What is filled in.

        Yields:
            What to show. The last one has `running` unset. Nothing is raised; closing the
            generator frees everything.
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
            yield _ended(ending)
            if job.request.choice.download_bytes:
                self.refresh()
        except GeneratorExit:  # the tab is closed
            raise
        except BaseException as error:  # noqa: BLE001 - nothing may leave: see the module
            yield PageView(status_messages.of_error(texts.FAILED_ELSEWHERE, error))
        finally:
            if job is not None:
                job.abandon()

    def cancel(self, name: str) -> PageStatus | None:
        """Ask a tab's job to stop.

        Returns:
            What to show; `None` when the job's own status will say it.
        """
        job = self.sessions.of(name).job
        if job is None or job.ending is not None or job.cancel.is_set():
            return PageStatus(StatusKind.OK, texts.NOTHING_TO_CANCEL)
        job.cancel.set()
        job.news.set()
        return None

    def trouble(self, name: str) -> PageStatus:
        """Say what went wrong outside of the job, such as in Gradio."""
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
        choice = self.choices.get(wish.model or "")
        for wrong, sentence in (
            (not wish.audio, texts.NO_RECORDING),
            (choice is None, texts.NO_MODEL),
        ):
            if wrong:
                return PageStatus(StatusKind.WARN, sentence), None
        gone = [path for path in wish.audio if not Path(path).is_file()]
        if gone:
            sentence = texts.MISSING_UPLOAD.format(name=Path(gone[0]).name)
            return PageStatus(StatusKind.ERROR, sentence), None
        assert choice is not None  # noqa: S101 - see above
        return self._start(session, wish, choice)

    def _start(
        self, session: Session, wish: TranscriptionRequest, choice: Choice
    ) -> tuple[PageStatus, TranscriptionJob | None]:
        with session.lock:
            if session.job is not None and session.job.active:
                return PageStatus(StatusKind.WARN, texts.BUSY), None
            session.folder.mkdir(mode=0o700, exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=session.folder))
            request = Request(wish.audio, choice, wish.device, wish.timestamps, wish.anyway, folder)
            job = TranscriptionJob(request, self.engine, self._desk, self._models, self.deadline)
            session.job = job
            job.start()
        return PageStatus(StatusKind.RUN, ""), job

    def _wait(self, job: TranscriptionJob) -> JobResult | None:
        """Wait for news, but not for long; decide when the wait is over."""
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
        """Give the worker a moment to end by itself, then go on without it."""
        until = time.monotonic() + GRACE
        while time.monotonic() < until:
            if (ending := job.ending) is not None:
                return ending
            time.sleep(SHORTEST)
        where = job.where
        phase = job.phase
        job.abandon()
        return JobResult(tell(phase, where))

    def _running(self, job: TranscriptionJob) -> PageView:
        sight = job.sight()
        lines = sight.lines
        if sight.quiet >= self.quiet:
            where = texts.STANDS.format(where=job.where or texts.NOWHERE)
            lines = (*lines, f"{texts.QUIET.format(seconds=sight.quiet)}. {where}")
        return PageView(
            PageStatus(StatusKind.RUN, sight.phase, lines, elapsed=sight.elapsed),
            running=True,
        )


def _ended(ending: JobResult) -> PageView:
    return PageView(
        ending.status,
        transcripts=ending.transcripts,
        files=ending.files,
        blocked=ending.blocked,
    )
