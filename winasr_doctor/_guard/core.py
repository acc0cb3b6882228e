"""`guard()`: the patches on while any block is open, counted over the whole process."""

from __future__ import annotations

import functools
import gc
import importlib.util
import logging
import sys
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import ParamSpec, TypeVar

from winasr_doctor._guard import session
from winasr_doctor._guard.events import Observer
from winasr_doctor._guard.import_hook import ImportWatcher
from winasr_doctor._guard.mutex import Mutex
from winasr_doctor._guard.patches import Patch, PatchTarget, targets_of
from winasr_doctor._guard.session import GuardSession
from winasr_doctor._util.private_names import INITIALIZING
from winasr_doctor.frameworks.guarded import GUARDED
from winasr_doctor.locks import RetryPolicy, sweep
from winasr_doctor.locks.ledger import default_ledger
from winasr_doctor.locks.tree_removal import DEFAULT_POLICY, OnAttempt

log = logging.getLogger("winasr_doctor.guard")

P = ParamSpec("P")
T = TypeVar("T")

_BETWEEN_SWEEPS = 30.0
"""Seconds between sweeps at the start of a block."""


def guard(
    policy: RetryPolicy | None = None,
    on_attempt: OnAttempt | None = None,
    observer: Observer | None = None,
    *,
    whole_process: bool = False,
) -> _Block:
    """Let NeMo load and transcribe through failing cleanups while the block runs.

    NeMo's results are kept when a temporary folder cannot be removed, and its own errors come
    out as they are. Only temporary folders that NeMo makes for loading, saving and transcribing
    are touched; what stays of one is recorded and removed later (`winasr_doctor.sweep`).

    Blocks may be nested and open in several threads; the patches are process-wide and go with
    the last block. NeMo may be imported before or inside.

    Ctrl+C may strike while a block is entered or left; everything is restored then too. Python
    itself never calls the end of a block if it is interrupted just before the call or in its
    first bytecode. Everything is restored in that case as soon as nothing refers to the block
    any more, which is when the `KeyboardInterrupt` has been handled.

    Args:
        policy: How long to keep trying to remove a folder; an outer block's, or 3 s, by default.
        on_attempt: Is told about each attempt; an outer block's by default.
        observer: Is given a `FolderOpened`, a `CleanupAttempted` or a `FolderClosed` as it
            happens, for each folder that is made in this block or in a block inside it. What it
            raises is logged.
        whole_process: Whether the folders of every thread belong to this block, and not only
            those of its own context.

    Returns:
        A context manager, for one block at a time, or a decorator. Entering it gives the session,
        which tells what became of the folders, also after the block.
    """
    return _Block(
        functools.partial(
            _new_session, policy, on_attempt, observer=observer, whole_process=whole_process
        )
    )


class _Block:
    """One `with guard():` statement.

    Not `contextlib.contextmanager`: what a generator has still to do is lost if an interrupt
    strikes in its first bytecode after the block.
    """

    _undo: weakref.finalize[[GuardSession], _Block] | None = None
    """Closes the session: when called, when nothing refers to the block any more, which is all
    that can be done if an interrupt kept Python from calling `__exit__`, and at exit."""

    def __init__(self, new_session: Callable[[], GuardSession]) -> None:
        self._new_session = new_session

    def __call__(self, function: Callable[P, T]) -> Callable[P, T]:
        """Return the function with a block around each of its calls."""

        @functools.wraps(function)
        def guarded(*args: P.args, **options: P.kwargs) -> T:
            with _Block(self._new_session):
                return function(*args, **options)

        return guarded

    def __enter__(self) -> GuardSession:
        if self._undo is not None:
            raise RuntimeError("this guard() block is open already: call guard() once more")
        self._session = this = self._new_session()
        self._undo = weakref.finalize(self, _close, this)  # before there is anything to undo
        try:
            _open(this)
        except BaseException:
            self._leave()
            raise
        return this

    def __exit__(self, *_: object) -> None:
        try:
            _PATCHES.look_back(self._session)
        finally:
            try:
                self._leave()
            finally:
                self._leave()  # does nothing, unless an interrupt struck in the first

    def _leave(self) -> None:
        if self._undo is not None:
            _close(self._session)
            self._undo.detach()
            self._undo = None


def _open(this: GuardSession) -> None:
    session.here.set((*session.here.get(), this))
    if _PATCHES.enter(this):
        _PATCHES.sweep_now_and_then()


def _close(this: GuardSession) -> None:
    """Undo all that opening a session did or began to do; may be repeated."""
    _PATCHES.leave(this)
    # Not `reset`: a block in a generator may end in another context than it began in.
    session.here.set(tuple([each for each in session.here.get() if each is not this]))


def _new_session(
    policy: RetryPolicy | None,
    on_attempt: OnAttempt | None,
    *,
    observer: Observer | None,
    whole_process: bool,
) -> GuardSession:
    for outer in session.here.get()[-1:]:
        policy = policy or outer.policy
        on_attempt = on_attempt or outer.on_attempt
    return GuardSession(policy or DEFAULT_POLICY, on_attempt, observer, whole_process=whole_process)


class _Patches:
    """The patches of the process.

    Every step first notes what is to be done, then does it, and can be run again: a step that was
    interrupted is completed by the next one, whichever block that belongs to.
    """

    def __init__(self, targets: Sequence[PatchTarget]) -> None:
        self._targets = targets
        self._lock = threading.RLock()
        self._mutex = Mutex(self._lock)
        self._undo: dict[str, Patch] = {}
        self._problems: dict[str, str] = {}
        self._watcher = ImportWatcher({target.module for target in targets}, self._loaded)
        self._swept_at: float | None = None

    def enter(self, this: GuardSession) -> bool:
        """Open a session; returns whether it is the only one."""
        return self._mutex.run(self._enter, this)

    def _enter(self, this: GuardSession) -> bool:
        first = not session.everywhere
        session.everywhere.append(this)
        self._settle()
        self._tell(this)
        return first

    def look_back(self, this: GuardSession) -> None:
        """Note, at the end of a session, what could not be guarded in it."""
        self._mutex.run(self._look_back, this)

    def _look_back(self, this: GuardSession) -> None:
        for target in self._targets:
            self._miss(target)
        self._tell(this)

    def leave(self, this: GuardSession) -> None:
        """Close a session, open or not; nothing stays of the last one."""
        self._mutex.run(self._leave, this)

    def _leave(self, this: GuardSession) -> None:
        if this in session.everywhere:
            session.everywhere.remove(this)
        self._settle()

    def _settle(self) -> None:
        """Have the patches on while a session is open, and off while none is."""
        if session.everywhere:
            self._put_on()
        else:
            self._take_off()

    def _put_on(self) -> None:
        if self._watcher not in sys.meta_path:
            sys.meta_path.insert(0, self._watcher)
        for target in self._targets:
            module = sys.modules.get(target.module)
            if module is not None:
                self._apply(target, module, complete=not _is_loading(module))

    def _take_off(self) -> None:
        if self._watcher in sys.meta_path:
            sys.meta_path.remove(self._watcher)
        for patch in reversed(list(self._undo.values())):
            patch.undo()
        self._undo.clear()
        self._problems.clear()

    def _loaded(self, module: ModuleType) -> None:
        self._mutex.run(self._patch_anew, module)

    def _patch_anew(self, module: ModuleType) -> None:
        if session.everywhere:
            (target,) = [each for each in self._targets if each.module == module.__name__]
            earlier = self._undo.get(target.module, Patch())
            earlier.undo()  # of what was there while it was loading, or before it was reloaded
            self._undo.pop(target.module, None)
            self._apply(target, module, complete=True)

    def _apply(self, target: PatchTarget, module: ModuleType, *, complete: bool) -> None:
        patch = self._undo.get(target.module) or target.patch(module)
        if patch:
            self._undo[target.module] = patch
            patch.put()
        elif complete:
            self._report(target, "its module has another shape now")

    def _miss(self, target: PatchTarget) -> None:
        """Notice a module that is not there although the rest of its framework is."""
        if target.site.parent not in sys.modules or target.module in sys.modules:
            return
        try:
            missing = importlib.util.find_spec(target.module) is None
        except (ImportError, ValueError):
            missing = True
        if missing:
            self._report(target, "its module is not there any more")

    def _report(self, target: PatchTarget, why: str) -> None:
        if target.module in self._problems:
            return
        name = target.framework.name
        sentence = (
            f"{name} {target.framework.version} does not let us guard {target.site.subject}: {why}"
            f" ({target.module}). Please update winasr_doctor."
        )
        self._problems[target.module] = sentence
        log.warning("%s", sentence)
        for each in session.everywhere:
            each.add_problem(sentence)

    def _tell(self, this: GuardSession) -> None:
        for sentence in self._problems.values():
            this.add_problem(sentence)

    def sweep_now_and_then(self) -> None:
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


_PATCHES = _Patches(targets_of(GUARDED))
