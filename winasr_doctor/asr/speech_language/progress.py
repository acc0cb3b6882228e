"""Tracks the progress of a download of several files."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any

from winasr_doctor.asr.downloads import Watch
from winasr_doctor.asr.jobs import AbandonedError, Downloaded, Job, JobStep
from winasr_doctor.checks.advice import gigabytes

QUIET = 3.0
"""Seconds without a byte after which the progress mentions it."""

_MEGABYTE = 1_000_000


class Progress:
    """A download of several files of one repository, observed from another thread."""

    def __init__(self, job: Job, repo_id: str, sizes: Mapping[str, int]) -> None:
        """Start tracking.

        Args:
            job: The downloading job; if it is abandoned, the download stops.
            repo_id: The repository.
            sizes: The size in bytes of each file to download, by name.
        """
        self._job, self._repo_id, self._sizes = job, repo_id, sizes
        self._complete = 0
        self._file = ""
        self._watch: Watch | None = None
        self._seen: int | None = None
        self._heard = monotonic()

    def at(self, name: str) -> None:
        """Set the next file."""
        self._file, self._seen, self._heard = name, None, monotonic()
        self._watch = Watch(self._repo_id, self._sizes.get(name))
        self._job.at(self.sentence, JobStep.DOWNLOADING, self.downloaded)

    def came(self, name: str) -> None:
        """Record that a file is complete."""
        self._watch = None
        self._complete += self._sizes.get(name, 0)

    def downloaded(self) -> Downloaded | None:
        """Return how many bytes have arrived; `None` before the first."""
        now = self._watch() if self._watch is not None else None
        done = self._complete + (now.done if now is not None else 0)
        if now is not None and now.done != self._seen:
            self._seen, self._heard = now.done, monotonic()
        return Downloaded(done, sum(self._sizes.values())) if done else None

    def sentence(self) -> str:
        """Describe the progress; the sentence stays the same while nothing arrives."""
        so_far = self.downloaded()
        done, total = (so_far.done if so_far else 0), sum(self._sizes.values())
        name = f"{self._file} of {self._repo_id}"
        text = f"downloading {name}: {size_of(done)} of {size_of(total)}"
        if monotonic() - self._heard < QUIET:
            return text
        if self._seen is not None:
            return f"{text}; nothing comes at the moment"
        return (
            f"{text}; waiting for the Hub, for another download of the same file, or for a program"
            " that has the cache's lock file open"
        )

    def bar(self) -> Any:  # noqa: ANN401 - a class
        """Return a class for huggingface_hub's `tqdm_class` that stops an abandoned download."""
        from huggingface_hub.utils import tqdm

        job = self._job

        class Bar(tqdm):  # type: ignore[misc,unused-ignore]
            """Checks the job at each chunk."""

            def update(self, n: float | None = 1) -> Any:  # noqa: ANN401 - tqdm's
                if job.abandoned:
                    raise AbandonedError
                return super().update(n)

        return Bar


def size_of(count: int) -> str:
    """Format a number of bytes for people."""
    return gigabytes(count) if count >= 100 * _MEGABYTE else f"{count / _MEGABYTE:.1f} MB"
