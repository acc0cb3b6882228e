"""The watchdog: if NeMo makes no progress for a long time, it reports where each thread is.

Its thread runs only while NeMo has a temporary folder: forking is safer without threads.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType

from winasr_doctor._guard.events import FolderOpened, GuardEvent
from winasr_doctor._util.private_names import CURRENT_FRAMES
from winasr_doctor.frameworks.guarded import GUARDED, NAMES
from winasr_doctor.run.folders import OpenFolders

_current_frames: Callable[[], dict[int, FrameType]] = CURRENT_FRAMES.get()

NAME = "winasr-watchdog"
_DEEPEST = 64
"""Number of stack frames that are compared."""

_LONGEST_PAUSE = 1.0
"""Seconds between two checks."""

_PACKAGES = frozenset(framework.package for framework in GUARDED)

Stack = tuple[tuple[int, int], ...]


@dataclass(slots=True)
class _Spell:
    """How long a thread has been at the same place."""

    stack: Stack
    since: float
    told: bool = False


class Watchdog:
    """Observes the threads that are inside NeMo.

    Args:
        folders: NeMo's temporary folders.
        silence: Seconds without progress after which it reports.
        speak: Called with the report, once per silent period, and the folder it is about.
    """

    def __init__(
        self, folders: OpenFolders, silence: float, speak: Callable[[str, FolderOpened], None]
    ) -> None:
        self._folders = folders
        self._silence = silence
        self._speak = speak
        self._spells: dict[FolderOpened, _Spell] = {}
        self._lock = threading.Lock()
        self._running = False

    def observe(self, event: GuardEvent) -> None:
        """Watch as long as there is a folder."""
        if isinstance(event, FolderOpened):
            self.wake()

    def wake(self) -> None:
        """Start watching, unless it already runs."""
        with self._lock:
            if self._running:
                return
            self._running = True
        try:
            threading.Thread(target=self._run, name=NAME, daemon=True).start()
        except RuntimeError:  # the system has no thread left
            self._running = False

    def start_anew(self) -> None:
        """In a forked child, forget the watching thread, which does not exist there."""
        self._lock = threading.Lock()
        self._running = False
        self._spells = {}

    def look(self, now: float) -> None:
        """Compare every thread in NeMo with the last check.

        Args:
            now: The time, in seconds.
        """
        frames = _current_frames()
        spells: dict[FolderOpened, _Spell] = {}
        for folder in self._folders.live:
            stack = _stack(frames.get(folder.thread))
            if not stack:
                continue
            spell = self._spells.get(folder)
            if spell is None or spell.stack != stack:
                spell = _Spell(stack, now)
            spells[folder] = spell
            if not spell.told and now - spell.since >= self._silence:
                spell.told = True
                self._speak(report(folder, now - spell.since), folder)
        self._spells = spells

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(min(_LONGEST_PAUSE, self._silence / 4))
            with self._lock:
                if not self._folders.live:
                    self._running = False
                    self._spells = {}
                    return
            self.look(time.monotonic())


def _stack(frame: FrameType | None) -> Stack:
    """Return where a thread is; nothing if it is not inside NeMo."""
    stack: list[tuple[int, int]] = []
    inside = False
    while frame is not None:
        inside = inside or str(frame.f_globals.get("__name__")).partition(".")[0] in _PACKAGES
        if len(stack) < _DEEPEST:
            stack.append((id(frame.f_code), frame.f_lasti))
        frame = frame.f_back
    return tuple(stack) if inside else ()


def report(folder: FolderOpened, seconds: float) -> str:
    """Report where every thread is and who holds which file.

    Args:
        folder: NeMo's temporary folder.
        seconds: How long there has been no progress.
    """
    return "\n".join(_lines(folder, seconds)) + "\n"


def _lines(folder: FolderOpened, seconds: float) -> Iterator[str]:
    from winasr_doctor.asr.jobs import where_is
    from winasr_doctor.locks.holders import holders_of

    yield (
        f"winasr_doctor: process {os.getpid()}: nothing has moved in {NAMES}'s {folder.phase.label}"
        f" for {seconds:.0f} s"
    )
    for thread in sorted(threading.enumerate(), key=lambda each: each.ident != folder.thread):
        if thread.ident == threading.get_ident():
            continue
        here = f" (in {NAMES})" if thread.ident == folder.thread else ""
        yield f"  thread {thread.name}{here}: {where_is(thread.ident) or 'has ended'}"
    holding = holders_of(folder.path)
    yield f"  {folder.path}:"
    for holder in holding.holders:
        yield f"    {holder}: {holder.path}"
    if not holding.holders and not holding.undetermined:
        yield "    nobody has anything open in it"
    for sentence in holding.undetermined:
        yield f"    not checked: {sentence}"
