"""Limits the number and the age of uploads that no tab has claimed.

Gradio keeps everything sent to its upload route without notice; only the tab's next request shows
who owns it. A tab that is closed in between, or a program that only uploads, would fill the disk
until the page is stopped.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

from winasr_doctor.locks import RetryPolicy, rmtree

log = logging.getLogger("winasr_doctor.ui")

GRACE = 300.0
"""Seconds within which an upload must be claimed."""

MOST_UPLOADS = 200
MOST_BYTES = 4 * 1024**3
"""Limits for unclaimed and arriving uploads; the oldest are removed first."""

_AT_ONCE = RetryPolicy(total=0.2)


class _Found(NamedTuple):
    when: float
    path: str
    size: int


class Unclaimed:
    """The uploads in a folder that belong to no tab."""

    def __init__(
        self,
        root: Path,
        claimed: Callable[[], Collection[str]],
        now: Callable[[], float] = time.time,
    ) -> None:
        """Manage a folder.

        Args:
            root: The folder in which Gradio puts each upload into its own subfolder.
            claimed: Returns the subfolders that belong to a tab.
            now: Returns the time used by file systems, in seconds since 1970.
        """
        self._root = root
        self._claimed = claimed
        self._now = now
        self._coming = 0
        self._lock = threading.Lock()

    def admit(self, size: int) -> bool:
        """Make room for an upload; `ended` must be called when it has arrived or failed.

        Args:
            size: Bytes.

        Returns:
            Whether it is admitted; it is not while too much is already arriving.
        """
        with self._lock:
            if self._coming + size > MOST_BYTES:
                return False
            self._coming += size
        self.tidy()
        return True

    def ended(self, size: int) -> None:
        """Record that an upload has arrived or failed."""
        with self._lock:
            self._coming -= size

    def tidy(self) -> None:
        """Remove uploads that were not claimed in time, and the oldest of those over the limit."""
        found = sorted(self._unclaimed())
        number, size = len(found), sum(each.size for each in found) + self._coming
        for each in found:
            late = self._now() - each.when > GRACE
            if not late and number <= MOST_UPLOADS and size <= MOST_BYTES:
                return
            _remove(each.path)
            number, size = number - 1, size - each.size

    def _unclaimed(self) -> list[_Found]:
        claimed = set(self._claimed())
        try:
            entries = list(os.scandir(self._root))
        except OSError:
            return []
        return [
            _Found(when, each.path, size)
            for each in entries
            if each.path not in claimed
            for when, size in _measured(each)
        ]


def _measured(entry: os.DirEntry[str]) -> list[tuple[float, int]]:
    """Return when an upload was last written to and its size in bytes; nothing if it is gone.

    A file that is still arriving is in the root itself.
    """
    try:
        inside = list(os.scandir(entry.path)) if entry.is_dir(follow_symlinks=False) else []
        states = [each.stat(follow_symlinks=False) for each in (entry, *inside)]
    except OSError:
        return []
    return [(max(state.st_mtime for state in states), sum(state.st_size for state in states))]


def _remove(path: str) -> None:
    try:
        if os.path.isdir(path):  # noqa: PTH112 - as os.scandir gave it
            rmtree(path, _AT_ONCE)
        else:
            os.unlink(path)  # noqa: PTH108
    except FileNotFoundError:
        return
    except Exception:
        log.exception("could not remove %s", path)
