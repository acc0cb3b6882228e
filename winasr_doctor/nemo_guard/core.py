"""`guard()`: the patches on while any block is open, counted over the whole process."""

from __future__ import annotations

import gc
import importlib.util
import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from winasr_doctor.cleanup import RetryPolicy, sweep
from winasr_doctor.cleanup.deletion import DEFAULT_POLICY, OnAttempt
from winasr_doctor.cleanup.ledger import default_ledger
from winasr_doctor.nemo_guard import session
from winasr_doctor.nemo_guard.late_import import ImportWatcher
from winasr_doctor.nemo_guard.patches import TARGETS, Target, Undo, version_of_nemo
from winasr_doctor.nemo_guard.session import GuardSession
from winasr_doctor.private_names import INITIALIZING

log = logging.getLogger("winasr_doctor.guard")

_BETWEEN_SWEEPS = 30.0
"""Seconds between sweeps at the start of a block."""


@contextmanager
def guard(
    policy: RetryPolicy | None = None, on_attempt: OnAttempt | None = None
) -> Iterator[GuardSession]:
    """Let NeMo load and transcribe through failing cleanups while the block runs.

    NeMo's results are kept when a temporary folder cannot be removed, and its own errors come
    out as they are. Only temporary folders that NeMo makes for loading, saving and transcribing
    are touched; what stays of one is recorded and removed later (`winasr_doctor.sweep`).

    Blocks may be nested and open in several threads; the patches are process-wide and go with
    the last block. NeMo may be imported before or inside.

    Args:
        policy: How long to keep trying to remove a folder; an outer block's, or 3 s, by default.
        on_attempt: Is told about each attempt; an outer block's by default.

    Yields:
        The session, which tells what became of the folders, also after the block.
    """
    outer = session.here.get()
    if outer:
        policy = policy or outer[-1].policy
        on_attempt = on_attempt or outer[-1].on_attempt
    this = GuardSession(policy or DEFAULT_POLICY, on_attempt)
    session.here.set((*outer, this))
    _PATCHES.enter(this)
    try:
        yield this
    finally:
        _PATCHES.leave(this)
        # Not `reset`: a block in a generator may end in another context than it began in.
        session.here.set(tuple(each for each in session.here.get() if each is not this))


class _Patches:
    """The patches of the process."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._undo: dict[str, Undo] = {}
        self._problems: dict[str, str] = {}
        self._watcher = ImportWatcher({target.module for target in TARGETS}, self._loaded)
        self._swept_at: float | None = None

    def enter(self, this: GuardSession) -> None:
        with self._lock:
            first = not session.everywhere
            session.everywhere.append(this)
            if first:
                sys.meta_path.insert(0, self._watcher)
            for target in TARGETS:
                module = sys.modules.get(target.module)
                if module is not None:
                    self._apply(target, module, complete=not _is_loading(module))
            self._tell(this)
        if first:
            self._sweep_now_and_then()

    def leave(self, this: GuardSession) -> None:
        with self._lock:
            for target in TARGETS:
                self._miss(target)
            self._tell(this)
            session.everywhere.remove(this)
            if session.everywhere:
                return
            if self._watcher in sys.meta_path:
                sys.meta_path.remove(self._watcher)
            for undo in reversed(list(self._undo.values())):
                undo()
            self._undo.clear()
            self._problems.clear()

    def _loaded(self, module: ModuleType) -> None:
        with self._lock:
            if session.everywhere:
                target = next(each for each in TARGETS if each.module == module.__name__)
                self._undo.pop(target.module, None)  # of before it was reloaded
                self._apply(target, module, complete=True)

    def _apply(self, target: Target, module: ModuleType, *, complete: bool) -> None:
        if target.module in self._undo:
            return
        undo = target.patch(module)
        if undo is not None:
            self._undo[target.module] = undo
        elif complete:
            self._report(target, "its module has another shape now")

    def _miss(self, target: Target) -> None:
        """Notice a module that is not there although the rest of NeMo is."""
        if target.parent not in sys.modules or target.module in sys.modules:
            return
        try:
            missing = importlib.util.find_spec(target.module) is None
        except (ImportError, ValueError):
            missing = True
        if missing:
            self._report(target, "its module is not there any more")

    def _report(self, target: Target, why: str) -> None:
        if target.module in self._problems:
            return
        sentence = (
            f"NeMo {version_of_nemo()} does not let us guard {target.phase}: {why}"
            f" ({target.module}). Please update winasr_doctor."
        )
        self._problems[target.module] = sentence
        log.warning("%s", sentence)
        for each in session.everywhere:
            each.add_problem(sentence)

    def _tell(self, this: GuardSession) -> None:
        for sentence in self._problems.values():
            this.add_problem(sentence)

    def _sweep_now_and_then(self) -> None:
        """Remove what earlier processes, or earlier blocks of this one, had to leave behind."""
        now = time.monotonic()
        try:
            ledger = default_ledger()
            if self._swept_at is not None and (
                not ledger.left_here or now - self._swept_at < _BETWEEN_SWEEPS
            ):
                return
            self._swept_at = now
            if ledger.left_here:
                gc.collect()
            sweep(ledger)
        except Exception:
            log.exception("the sweep failed")


def _is_loading(module: ModuleType) -> bool:
    """Tell whether another thread is in the middle of importing a module."""
    INITIALIZING.of_or(__spec__, None)  # only what was imported has it, as this module was
    return bool(getattr(getattr(module, "__spec__", None), INITIALIZING.name, False))


_PATCHES = _Patches()
