"""`guard()`: patches the frameworks while any block in the process is open."""

from __future__ import annotations

import functools
import gc
import importlib.util
import logging
import re
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
from winasr_doctor._guard.patches import Patch, PatchTarget, makes_folders, targets_of
from winasr_doctor._guard.session import GuardSession
from winasr_doctor._util.private_names import INITIALIZING
from winasr_doctor.frameworks.guarded import DOWNLOADERS, GUARDED
from winasr_doctor.frameworks.sites import Framework
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
    """Keep NeMo's results and errors when a cleanup fails while the block runs.

    If a temporary folder cannot be removed, NeMo's result is still returned, and NeMo's own errors
    are raised unchanged. Only NeMo's own temporary folders are affected: those for loading, saving,
    transcribing, diarizing, comparing speakers and enhancing. Whatever remains of one is recorded
    and removed later (`winasr_doctor.sweep`).

    Downloads with huggingface_hub and torch.hub wait for a lock on their files, use a file that is
    complete, raise the error that broke a transfer off instead of the one about its partial file,
    and copy where links cannot be made.

    Blocks may be nested and may be open in several threads; the patches are process-wide and are
    removed with the last block. NeMo may be imported before or inside the block.

    If Ctrl+C interrupts entering or leaving a block, everything is restored too. Python does not
    run the end of a block if it is interrupted just before that call or in its first bytecode. In
    that case everything is restored once nothing refers to the block any more, that is, after the
    `KeyboardInterrupt` has been handled.

    Args:
        policy: How long to keep trying to remove a folder; by default as in the outer block, or 3
            s.
        on_attempt: Called after each attempt. Default: the outer block's callback.
        observer: Called with a `FolderOpened`, `CleanupAttempted` or `FolderClosed` as it happens,
            for each folder made in this block or a nested one, and with a `DownloadRescued` for
            each download that met a lock. Exceptions it raises are logged.
        whole_process: Whether the folders of every thread belong to this block, not only folders of
            its own context.

    Returns:
        A context manager for one block at a time, which also works as a decorator. Entering it
        returns the session, which reports what happened to the folders, also after the block.
    """
    return _Block(
        functools.partial(
            _new_session, policy, on_attempt, observer=observer, whole_process=whole_process
        )
    )


class _Block:
    """One `with guard():` statement.

    This is not a `contextlib.contextmanager`: if an interrupt arrives in a generator's first
    bytecode after the block, the rest of the generator never runs.
    """

    _undo: weakref.finalize[[GuardSession], _Block] | None = None
    """Closes the session: when called, when nothing refers to the block any more, which is all
    that can be done if an interrupt kept Python from calling `__exit__`, and at exit."""

    def __init__(self, new_session: Callable[[], GuardSession]) -> None:
        self._new_session = new_session

    def __call__(self, function: Callable[P, T]) -> Callable[P, T]:
        """Return the function wrapped so that each call runs in a block."""

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
                self._leave()  # does nothing, unless an interrupt arrived in the first

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
    """Undo everything that opening a session did or started; safe to repeat."""
    _PATCHES.leave(this)
    # Not `reset`: a block in a generator may end in a different context than it began in.
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

    Each step first records what it is about to do, then does it, and can be run again. If a step is
    interrupted, the next step completes it, whichever block runs that one.
    """

    def __init__(
        self, frameworks: Sequence[Framework], downloaders: Sequence[Framework] = ()
    ) -> None:
        self._frameworks = frameworks
        self._targets = targets = targets_of((*frameworks, *downloaders))
        self._lock = threading.RLock()
        self._mutex = Mutex(self._lock)
        self._undo: dict[str, Patch] = {}
        self._problems: dict[str, str] = {}
        self._watcher = ImportWatcher({target.module for target in targets}, self._loaded)
        self._swept_at: float | None = None
        self._inside = re.compile("|".join(rf"{each.package}\." for each in frameworks)).match
        self._modules_seen: set[str] = set()
        self._count_seen = 0
        self._new_places: dict[str, str] = {}
        """What was found in them, for every later session."""

    def enter(self, this: GuardSession) -> bool:
        """Open a session and return whether it is the only open one."""
        return self._mutex.run(self._enter, this)

    def _enter(self, this: GuardSession) -> bool:
        first = not session.everywhere
        session.everywhere.append(this)
        self._settle()
        self._tell(this)
        return first

    def look_back(self, this: GuardSession) -> None:
        """Record, at the end of a session, what could not be guarded in it."""
        self._mutex.run(self._look_back, this)

    def _look_back(self, this: GuardSession) -> None:
        for target in self._targets:
            self._miss(target)
        self._find_new_places()
        self._tell(this)

    def leave(self, this: GuardSession) -> None:
        """Close a session, open or not; closing the last one removes every patch."""
        self._mutex.run(self._leave, this)

    def _leave(self, this: GuardSession) -> None:
        if this in session.everywhere:
            session.everywhere.remove(this)
        self._settle()

    def _settle(self) -> None:
        """Apply the patches while a session is open, and remove them while none is."""
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
        elif complete and target.required:
            self._report(target, "its module has another shape now")

    def _miss(self, target: PatchTarget) -> None:
        """Record a module that is missing although the rest of its framework is present."""
        if target.site.parent not in sys.modules or target.module in sys.modules:
            return
        try:
            missing = importlib.util.find_spec(target.module) is None
        except (ImportError, ValueError):
            missing = True
        if missing:
            self._report(target, "its module no longer exists")

    def _find_new_places(self) -> None:
        """Find imported modules of a framework that make temporary folders and are not known.

        Choosing the new modules takes no bytecode for each of the thousands: there, an interrupt
        could strike.
        """
        count = len(sys.modules)
        if count != self._count_seen:  # comparing thousands of names takes 0.2 ms
            self._look_at_modules(sys.modules.keys() - self._modules_seen)
            self._count_seen = count
        for name, sentence in self._new_places.items():
            if name in sys.modules:
                self._report_problem(name, sentence)

    def _look_at_modules(self, new: set[str]) -> None:
        for name in filter(self._inside, new):
            module = sys.modules.get(name)
            (framework,) = [each for each in self._frameworks if name.startswith(each.package)]
            if module is not None and makes_folders(module) and not framework.knows(name):
                self._new_places[name] = (
                    f"{framework.name} {framework.version} makes temporary folders in {name},"
                    " which is not guarded. Please update winasr_doctor."
                )
        self._modules_seen |= new

    def _report(self, target: PatchTarget, why: str) -> None:
        name = target.framework.name
        self._report_problem(
            target.module,
            f"{name} {target.framework.version} does not let us guard {target.site.subject}: {why}"
            f" ({target.module}). Please update winasr_doctor.",
        )

    def _report_problem(self, module: str, sentence: str) -> None:
        if module in self._problems:
            return
        self._problems[module] = sentence
        log.warning("%s", sentence)
        for each in session.everywhere:
            each.add_problem(sentence)

    def _tell(self, this: GuardSession) -> None:
        for sentence in self._problems.values():
            this.add_problem(sentence)

    def sweep_now_and_then(self) -> None:
        """Remove what earlier processes, or earlier blocks of this one, left behind."""
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
    """Return whether another thread is in the middle of importing a module."""
    INITIALIZING.of_or(__spec__, None)  # only what was imported has it, as this module was
    return bool(getattr(getattr(module, "__spec__", None), INITIALIZING.name, False))


_PATCHES = _Patches(GUARDED, DOWNLOADERS)
