"""Tracks the users of the page: each browser tab has its own job, folder and uploads."""

from __future__ import annotations

import logging
import os
import tempfile
import threading
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from winasr_doctor.locks import RetryPolicy, rmtree
from winasr_doctor.locks.debris import make_folder
from winasr_doctor.locks.ledger import LedgerEntry, default_ledger
from winasr_doctor.ui.job import TranscriptionJob
from winasr_doctor.ui.job_request import JobResult
from winasr_doctor.ui.uploads import Unclaimed

log = logging.getLogger("winasr_doctor.ui")

POLICY = RetryPolicy(total=2.0)
"""How long to try to remove a session's files; the ledger records the rest."""


class Session:
    """One browser tab.

    Attributes:
        folder: The folder with its files to download.
        job: The last job.
        result: What it ended with.
        uploads: Folders with the tab's uploads.
        trouble: The last error outside a job, such as one in Gradio itself.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.job: TranscriptionJob | None = None
        self.result: JobResult | None = None
        self._edits: list[str] = []
        self.uploads: set[str] = set()
        self.trouble: BaseException | None = None
        self.lock = threading.Lock()

    def begin(self, job: TranscriptionJob) -> None:
        """Take over a new job; what is left of the last one is forgotten."""
        self.job, self.result = job, None
        self._edits.clear()

    def folder_of_edits(self) -> Path:
        """Make a folder for files with changes; older ones go, except the one before.

        Raises:
            OSError: It cannot be created.
        """
        self._edits.append(tempfile.mkdtemp(dir=self.folder))
        while len(self._edits) > 2:  # noqa: PLR2004 - somebody may be downloading the last one
            _remove(self._edits.pop(0))
        return Path(self._edits[-1])


class Sessions:
    """All tabs, and the folders they share."""

    def __init__(self, root: Path | None = None) -> None:
        """Make the folders.

        Args:
            root: Their parent; by default a new temporary folder.

        Raises:
            OSError: They cannot be created.
        """
        self.root = Path(make_folder("page")) if root is None else root
        # If this process is killed, the next sweep removes what it left.
        self._claim = default_ledger().claim(str(self.root)) if root is None else None
        self.results = self.root / "results"
        self.uploads = self.root / "uploads"
        self.results.mkdir(parents=True)
        self.uploads.mkdir()
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._in_use: Counter[str] = Counter()
        self.unclaimed = Unclaimed(self.uploads, self.claimed)

    def of(self, name: str) -> Session:
        """Return a tab's session, which is created on first use."""
        with self._lock:
            session = self._sessions.get(name)
            if session is None:
                # The folder is created with the first job, so a late message from a closed tab
                # creates none.
                session = self._sessions[name] = Session(self.results / uuid.uuid4().hex)
            return session

    def all(self) -> list[Session]:
        """Return all sessions."""
        with self._lock:
            return list(self._sessions.values())

    def uploaded(self, name: str, paths: Iterable[str]) -> None:
        """Record a tab's uploads, so that they are removed with it."""
        session = self.of(name)
        with self._lock:
            session.uploads |= self._folders(paths)

    @contextmanager
    def using(self, paths: Iterable[str]) -> Iterator[None]:
        """Keep uploads while they are in use, whether they belong to a tab or not."""
        folders = self._folders(paths)
        with self._lock:
            self._in_use.update(folders)
        try:
            yield
        finally:
            with self._lock:
                self._in_use.subtract(folders)

    def _folders(self, paths: Iterable[str]) -> set[str]:
        """Return the folders of uploaded files."""
        folders = {os.path.dirname(os.path.abspath(path)) for path in paths}  # noqa: PTH100, PTH120
        root = str(self.uploads) + os.sep
        return {folder for folder in folders if folder.startswith(root)}

    def claimed(self) -> set[str]:
        """Return the folders of uploads that belong to a tab or are in use."""
        with self._lock:
            owned = {each for session in self._sessions.values() for each in session.uploads}
            return owned | set(+self._in_use)

    def end(self, name: str) -> None:
        """Forget a tab: its job is cancelled, its files are removed. Never raises."""
        with self._lock:
            session = self._sessions.pop(name, None)
            if session is None:
                return
            # Gradio stores the same recording from two tabs only once.
            others = {each for other in self._sessions.values() for each in other.uploads}
        if session.job is not None:
            session.job.abandon()
        for folder in (str(session.folder), *(session.uploads - others)):
            _remove(folder)

    def close(self) -> None:
        """Forget all tabs and remove every folder. Never raises."""
        with self._lock:
            names = list(self._sessions)
        for name in names:
            self.end(name)
        _remove(str(self.root), self._claim)


def _remove(folder: str, claim: LedgerEntry | None = None) -> None:
    try:
        rmtree(folder, POLICY, claim=claim)
    except Exception:
        log.exception("could not remove %s", folder)
