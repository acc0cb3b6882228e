"""The measurements, as frozen values."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Wait:
    """One file or folder that could not be deleted at once.

    Attributes:
        seconds: From the first attempt, which failed, to the end of the successful one: it was
            locked for at most this long. If it was never deleted, to the end of the last attempt.
        label: The first error, such as `WinError 32`.
    """

    seconds: float
    label: str


@dataclass(frozen=True, slots=True)
class Round:
    """One unpacking and deletion.

    Attributes:
        size: Bytes that were unpacked.
        deletions: How many files and folders were to be deleted.
        unpack_seconds: Unpacking and reading everything once, as a load does.
        delete_seconds: Deleting everything, waiting included.
        waits: What could not be deleted at once.
        holders: Who had those open, if they were held long enough to find out.
        left: How many paths were still there at the end.
    """

    size: int
    deletions: int
    unpack_seconds: float
    delete_seconds: float
    waits: tuple[Wait, ...] = ()
    holders: tuple[str, ...] = ()
    left: int = 0

    @property
    def longest_wait(self) -> float:
        """Seconds until the last file could be deleted: one locked file makes a load fail."""
        return max((wait.seconds for wait in self.waits), default=0.0)

    @property
    def working_seconds(self) -> float:
        """Seconds of unpacking and deleting, without waiting for locks."""
        return self.unpack_seconds + max(self.delete_seconds - self.longest_wait, 0.0)


@dataclass(frozen=True, slots=True)
class FolderResult:
    """The measurements in one folder.

    Attributes:
        folder: Its path.
        is_temp: Whether temporary files go there now.
        rounds: Every round that was completed.
        problem: Why it was not measured, or not completely; empty if nothing went wrong.
        against: Reasons not to use it, however fast it is.
    """

    folder: str
    is_temp: bool = False
    rounds: tuple[Round, ...] = ()
    problem: str = ""
    against: tuple[str, ...] = ()

    @property
    def deletions(self) -> int:
        """How many files and folders were to be deleted."""
        return sum(each.deletions for each in self.rounds)

    @property
    def retried(self) -> int:
        """How many of the deletions failed at first."""
        return sum(len(each.waits) for each in self.rounds)

    @property
    def left(self) -> int:
        """How many paths could not be deleted at all."""
        return sum(each.left for each in self.rounds)

    @property
    def codes(self) -> Mapping[str, int]:
        """How many deletions failed at first, by error."""
        return Counter(wait.label for each in self.rounds for wait in each.waits)

    @property
    def holders(self) -> tuple[str, ...]:
        """Who had files open, without duplicates."""
        return tuple(dict.fromkeys(name for each in self.rounds for name in each.holders))

    def undeletable(self, fraction: float) -> float:
        """Return a quantile of how long a fresh file stayed undeletable.

        Args:
            fraction: 0.5 for the median, 1 for the worst.

        Returns:
            Seconds within which this fraction of all deletions succeeded (nearest rank).
        """
        waits = [wait.seconds for each in self.rounds for wait in each.waits]
        return quantile([0.0] * (self.deletions - len(waits)) + sorted(waits), fraction)

    @property
    def waits(self) -> list[float]:
        """Seconds until the last file could be deleted, by round."""
        return [each.longest_wait for each in self.rounds]

    @property
    def works(self) -> list[float]:
        """Seconds of work without waiting, by round."""
        return [each.working_seconds for each in self.rounds]

    @property
    def throughput(self) -> float | None:
        """MiB unpacked, read and deleted per second of work, in the median round."""
        works = [each for each in self.works if each > 0]
        return self.rounds[0].size / MEBIBYTE / median(works) if works else None


def quantile(ordered: Sequence[float], fraction: float) -> float:
    """Return a quantile by the nearest rank.

    Args:
        ordered: Values, ascending; 0 is returned if there are none.
        fraction: Above 0, 1 at most.
    """
    if not ordered:
        return 0.0
    return ordered[max(math.ceil(fraction * len(ordered)), 1) - 1]
