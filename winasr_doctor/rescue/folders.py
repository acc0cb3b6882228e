"""Which temporary folders NeMo has made in this process, and which thread works in which."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from winasr_doctor.nemo_guard.directory import GuardedDirectory
from winasr_doctor.nemo_guard.patches import TARGETS
from winasr_doctor.private_names import GETFRAME

_getframe: Callable[[int], FrameType] = GETFRAME.get()

_PHASES = {target.module: target.phase for target in TARGETS}


@dataclass(frozen=True, slots=True)
class NemoFolder:
    """A temporary folder that NeMo works in.

    Attributes:
        path: Where it is.
        thread: The `ident` of the thread that made it.
        phase: What NeMo does: `loading`, `transcribing` or `saving`.
    """

    path: str
    thread: int
    phase: str


class NemoFolders:
    """The temporary folders that NeMo made in this process."""

    def __init__(self) -> None:
        """Start with none."""
        self.on_new: Callable[[], None] | None = None
        """Is called, in NeMo's thread, when there is a new one."""
        self._live: dict[int, NemoFolder] = {}
        self._spellings: set[str] = set()
        self._lock = threading.Lock()

    @property
    def live(self) -> tuple[NemoFolder, ...]:
        """Those that NeMo has not begun to remove yet."""
        with self._lock:
            return tuple(self._live.values())

    def contain(self, path: str) -> bool:
        """Tell whether a path is such a folder, removed or not, or lies in one."""
        if not self._spellings:
            return False
        path = _spelling(path)
        while True:
            if path in self._spellings:
                return True
            parent = os.path.dirname(path)  # noqa: PTH120 - a text, not a place
            if parent == path:
                return False
            path = parent

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Keep account until the block ends; the guard is to be entered inside."""
        begin, end = GuardedDirectory.__init__, GuardedDirectory.cleanup

        @functools.wraps(begin)
        def begin_and_tell(directory: GuardedDirectory, *args: Any, **options: Any) -> None:  # noqa: ANN401
            begin(directory, *args, **options)
            self._add(directory)

        @functools.wraps(end)
        def tell_and_end(directory: GuardedDirectory) -> None:
            with self._lock:
                self._live.pop(id(directory), None)
            end(directory)

        GuardedDirectory.__init__ = begin_and_tell  # type: ignore[method-assign, assignment]
        GuardedDirectory.cleanup = tell_and_end  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            GuardedDirectory.__init__ = begin  # type: ignore[method-assign]
            GuardedDirectory.cleanup = end  # type: ignore[method-assign]

    def start_anew(self) -> None:
        """Forget, in a forked child, the threads that have not come along."""
        self._lock = threading.Lock()
        here = threading.get_ident()
        self._live = {key: each for key, each in self._live.items() if each.thread == here}

    def _add(self, directory: GuardedDirectory) -> None:
        path = os.fsdecode(directory.name)
        frame = nemo_frame(_getframe(1))  # who makes it
        with self._lock:
            self._spellings.update((_spelling(path), _spelling(os.path.realpath(path))))
            self._live[id(directory)] = NemoFolder(path, threading.get_ident(), phase_of(frame))
        if self.on_new is not None:
            self.on_new()


def _spelling(path: str) -> str:
    return os.path.normcase(os.path.abspath(path))  # noqa: PTH100 - links are not followed


def nemo_frame(frame: FrameType | None) -> FrameType | None:
    """Return the innermost frame of NeMo's own that has a temporary folder, if any.

    Args:
        frame: Where to start, going outwards.
    """
    while frame is not None and frame.f_globals.get("__name__") not in _PHASES:
        frame = frame.f_back
    return frame


def phase_of(frame: FrameType | None) -> str:
    """Return what NeMo does in such a frame."""
    if frame is None:
        return "loading"
    if frame.f_code.co_name.lstrip("_").startswith("save"):
        return "saving"
    return _PHASES[str(frame.f_globals["__name__"])]
