"""Tracks the temporary folders that NeMo is using, and in which thread."""

from __future__ import annotations

import threading

from winasr_doctor._guard.events import FolderOpened, GuardEvent


class OpenFolders:
    """NeMo's open temporary folders, according to the guard's events."""

    def __init__(self) -> None:
        self._open: dict[str, FolderOpened] = {}
        self._lock = threading.Lock()

    @property
    def live(self) -> tuple[FolderOpened, ...]:
        """The folders for which no removal attempt has ended yet."""
        with self._lock:
            return tuple(self._open.values())

    def observe(self, event: GuardEvent) -> None:
        """Process an event of the guard."""
        with self._lock:
            if isinstance(event, FolderOpened):
                self._open[event.path] = event
            else:
                self._open.pop(event.path, None)

    def start_anew(self) -> None:
        """In a forked child, forget the threads that do not exist there."""
        self._lock = threading.Lock()
        here = threading.get_ident()
        self._open = {path: each for path, each in self._open.items() if each.thread == here}
