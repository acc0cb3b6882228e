"""`sweep` removes what earlier deletions left behind, and nothing else."""

from __future__ import annotations

import atexit
import gc
import logging
import os
import platform
import threading
from dataclasses import dataclass

from winasr_doctor.locks.absolute_paths import is_gone, is_seen_to_be_gone
from winasr_doctor.locks.cleanup_report import CleanupStatus
from winasr_doctor.locks.debris import remove_debris
from winasr_doctor.locks.identity import identify, same_folder
from winasr_doctor.locks.ledger import Ledger, LedgerContents, default_ledger
from winasr_doctor.locks.ledger_entry import LedgerEntry, Owner, started, this_process
from winasr_doctor.locks.leftovers import remove_items
from winasr_doctor.locks.retry_policy import ONCE, RetryPolicy
from winasr_doctor.locks.tree_removal import OnAttempt, remove
from winasr_doctor.windows.errors import DeleteClass, classify

log = logging.getLogger("winasr_doctor.cleanup")

_SAME_START = 2.0
"""Seconds by which two readings of one process's start may differ."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A leftover that a sweep did not remove, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class SweepReport:
    """The result of a sweep.

    Attributes:
        removed: Folders that are gone now, including those that somebody else had removed.
        kept: Folders that are still there.
        set_aside: Files in the ledger that are not usable entries; nothing is removed because of
            them, and they may be deleted by hand.
    """

    removed: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    set_aside: tuple[Kept, ...] = ()


def sweep(
    ledger: Ledger | None = None,
    *,
    policy: RetryPolicy = ONCE,
    on_attempt: OnAttempt | None = None,
) -> SweepReport:
    """Remove the leftovers of earlier failed cleanups.

    It removes only what the ledger lists, and only if it is still the same: a folder or file that
    something else has replaced is left alone and forgotten. Folders that a living process still
    works in are left alone too.

    Args:
        ledger: Where leftovers are recorded; by default this account's ledger.
        policy: How long to keep trying with each leftover; by default one attempt.
        on_attempt: Called with each attempt.
    """
    ledger = ledger or default_ledger()
    removed: list[str] = []
    kept: list[Kept] = []
    remove_debris(ledger)
    found = ledger.read()
    for entry in found.entries:
        if entry.owner.machine != platform.node():
            continue
        why, done = _handle_anything(entry, ledger, policy, on_attempt)
        if why:
            kept.append(Kept(entry.shown, why))
        else:
            removed.append(entry.shown)
        if done:
            ledger.settle(entry)
    ledger.left_here = ledger.left_here and bool(kept)
    return SweepReport(tuple(removed), tuple(kept), _set_aside(found))


_at_exit: list[Ledger] = []
_at_exit_lock = threading.Lock()


def sweep_at_exit(ledger: Ledger) -> None:
    """Sweep a ledger also when this process ends.

    Args:
        ledger: The ledger in which this process has recorded something.
    """
    with _at_exit_lock:
        if not _at_exit:
            atexit.register(_sweep_all)
        if ledger not in _at_exit:
            _at_exit.append(ledger)


def _sweep_all() -> None:
    gc.collect()
    for ledger in _at_exit:
        try:
            sweep(ledger)
        except Exception:
            log.exception("the sweep at exit failed")


def waiting(ledger: Ledger | None = None) -> SweepReport:
    """Return what `sweep` would examine or set aside, and why each stayed; removes nothing.

    Args:
        ledger: Where leftovers are recorded; by default this account's ledger.
    """
    found = (ledger or default_ledger()).read()
    here = [entry for entry in found.entries if entry.owner.machine == platform.node()]
    return SweepReport(
        kept=tuple(Kept(entry.shown, _why_it_waits(entry)) for entry in here),
        set_aside=_set_aside(found),
    )


def pending(ledger: Ledger | None = None) -> tuple[Kept, ...]:
    """Return the leftovers that `sweep` would examine, and why each stayed; removes nothing.

    Args:
        ledger: Where leftovers are recorded; by default this account's ledger.
    """
    return waiting(ledger).kept


def _why_it_waits(entry: LedgerEntry) -> str:
    return _in_use(entry) or entry.reason or "its process ended before removing it"


def _set_aside(found: LedgerContents) -> tuple[Kept, ...]:
    return tuple(Kept(str(file), why) for file, why in found.set_aside)


_REPLACED = "it is no longer the folder that was left behind; the ledger forgets the entry"

_OTHERS = "something newer is there, which stays; the ledger forgets the entry"

_AWAY = "its drive or share is not connected"


def _unlisted(entry: LedgerEntry) -> str:
    return (
        f"{entry.unlisted:,} of the files and folders in it were too many to record and stay;"
        " delete them by hand; the ledger forgets the entry"
    )


def _in_use(entry: LedgerEntry) -> str:
    in_use = entry.in_use and _is_alive(entry.owner)
    return f"process {entry.owner.pid} is still using it" if in_use else ""


def _handle_anything(
    entry: LedgerEntry, ledger: Ledger, policy: RetryPolicy, on_attempt: OnAttempt | None
) -> tuple[str, bool]:
    """Remove one leftover as `_handle` does; a failure does not stop the others."""
    try:
        return _handle(entry, ledger, policy, on_attempt)
    except Exception as error:
        log.exception("sweeping %s failed", entry.path)
        return f"{type(error).__name__}: {error}", False


def _handle(
    entry: LedgerEntry, ledger: Ledger, policy: RetryPolicy, on_attempt: OnAttempt | None
) -> tuple[str, bool]:
    """Remove one leftover.

    Returns:
        Why it is still there, or nothing; and whether its entry is finished.
    """
    in_use = _in_use(entry)
    try:
        now = identify(entry.path)
    except OSError as error:
        if is_seen_to_be_gone(entry.path, entry.identity, entry.owner.started):
            return "", True
        away = classify(error).delete is DeleteClass.ALREADY_GONE
        return in_use or (_AWAY if away else f"it cannot be examined: {error}"), False
    if in_use:
        return in_use, False
    # The folder of a single file is in use by others, and need not be as it was.
    same = same_folder(now, entry.identity) if entry.only_items else now == entry.identity
    if not same:
        return _REPLACED, True
    if entry.whole:
        return _remove_whole(entry, ledger, policy, on_attempt)
    return _remove_listed(entry)


def _remove_listed(entry: LedgerEntry) -> tuple[str, bool]:
    problem = remove_items(entry)
    if problem is not None:
        return problem, False
    if entry.only_items or is_gone(entry.path):
        return "", True
    return _unlisted(entry) if entry.unlisted else _OTHERS, True


def _remove_whole(
    entry: LedgerEntry, ledger: Ledger, policy: RetryPolicy, on_attempt: OnAttempt | None
) -> tuple[str, bool]:
    report = remove(entry.path, policy, on_attempt=on_attempt, identity=entry.identity)
    if report.gone:
        return "", True
    if report.status is CleanupStatus.REFUSED:
        return _REPLACED, True
    ledger.leave(report, entry)  # its identity after a part of it is gone
    sweep_at_exit(ledger)
    return f"{report.leftovers[0].label} on {report.leftovers[0].path}", False


def _is_alive(owner: Owner) -> bool:
    if owner.pid == os.getpid():
        return owner == this_process()
    import psutil

    if not psutil.pid_exists(owner.pid):
        return False
    now = started(owner.pid)
    return not (now and owner.started) or abs(now - owner.started) <= _SAME_START
