"""Which temporary folders NeMo works in at the moment, and in which thread."""

from __future__ import annotations

import threading

from winasr_doctor._guard.events import FolderOpened, GuardEvent


class OpenFolders:
    """NeMo's temporary folders, kept by what the guard tells."""

    def __init__(self) -> None:
        """Start with none."""
        self._open: dict[str, FolderOpened] = {}
        self._lock = threading.Lock()

    @property
    def live(self) -> tuple[FolderOpened, ...]:
        """Those of which no attempt at a removal has ended yet."""
        with self._lock:
            return tuple(self._open.values())

    def observe(self, event: GuardEvent) -> None:
        """Take an event of the guard's."""
        with self._lock:
            if isinstance(event, FolderOpened):
                self._open[event.path] = event
            else:
                self._open.pop(event.path, None)

    def start_anew(self) -> None:
        """Forget, in a forked child, the threads that have not come along."""
        self._lock = threading.Lock()
        here = threading.get_ident()
        self._open = {path: each for path, each in self._open.items() if each.thread == here}
