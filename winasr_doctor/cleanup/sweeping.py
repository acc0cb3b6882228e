"""`sweep`: removes what earlier deletions left behind, and nothing else."""

from __future__ import annotations

import errno
import os
import platform
from dataclasses import dataclass

from winasr_doctor.cleanup.deletion import OnAttempt, rmtree
from winasr_doctor.cleanup.identity import Identity, identify, same_folder
from winasr_doctor.cleanup.ledger import Entry, Ledger, Owner, default_ledger, started, this_process
from winasr_doctor.cleanup.passes import add_write_right
from winasr_doctor.cleanup.policy import ONCE, RetryPolicy
from winasr_doctor.winerror import Classification, DeleteClass, classify

_SAME_START = 2.0
"""Seconds by which two readings of one process's start may differ."""

_ACCESS_DENIED, _DIR_NOT_EMPTY = 5, 145


@dataclass(frozen=True, slots=True)
class Kept:
    """A leftover that a sweep did not remove, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What a sweep came to.

    Attributes:
        removed: Folders that are gone now, also those that somebody else had removed.
        kept: Folders that are still there.
    """

    removed: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()


def sweep(
    ledger: Ledger | None = None,
    *,
    policy: RetryPolicy = ONCE,
    on_attempt: OnAttempt | None = None,
) -> SweepReport:
    """Remove the leftovers of earlier failed cleanups.

    Only what the ledger lists is removed, and only while it is still what it was then: a folder
    or file that something else has replaced is left alone and forgotten. What a living process
    still works in is left alone too.

    Args:
        ledger: Where leftovers are recorded; this account's by default.
        policy: How long to keep trying with each; by default one attempt.
        on_attempt: Is told about each attempt.
    """
    ledger = ledger or default_ledger()
    removed: list[str] = []
    kept: list[Kept] = []
    for entry in ledger.entries():
        if entry.owner.machine != platform.node():
            continue
        why, done = _handle(entry, ledger, policy, on_attempt)
        if why:
            kept.append(Kept(entry.path, why))
        else:
            removed.append(entry.path)
        if done:
            ledger.settle(entry)
    ledger.left_here = ledger.left_here and bool(kept)
    return SweepReport(tuple(removed), tuple(kept))


def pending(ledger: Ledger | None = None) -> tuple[Kept, ...]:
    """Return the leftovers that `sweep` would look at, and why each stayed; removes nothing.

    Args:
        ledger: Where leftovers are recorded; this account's by default.
    """
    entries = (ledger or default_ledger()).entries()
    return tuple(
        Kept(entry.path, _in_use(entry) or entry.reason or "its process ended before removing it")
        for entry in entries
        if entry.owner.machine == platform.node()
    )


_REPLACED = "it is not the folder that was left behind any more; it is forgotten now"

_OTHERS = "what is there now came later and is left alone; it is forgotten now"


def _in_use(entry: Entry) -> str:
    in_use = entry.in_use and _is_alive(entry.owner)
    return f"process {entry.owner.pid} is still using it" if in_use else ""


def _handle(
    entry: Entry, ledger: Ledger, policy: RetryPolicy, on_attempt: OnAttempt | None
) -> tuple[str, bool]:
    """Remove one leftover.

    Returns:
        Why it is still there, or nothing; and whether its entry is done with.
    """
    in_use = _in_use(entry)
    try:
        now = identify(entry.path)
    except OSError as error:
        gone = classify(error).delete is DeleteClass.ALREADY_GONE
        return ("", True) if gone else (in_use or f"it cannot be looked at: {error}", False)
    if in_use:
        return in_use, False
    if now != entry.identity:
        return _REPLACED, True
    if not entry.whole:
        return _remove_items(entry)
    report = rmtree(entry.path, policy, on_attempt=on_attempt, defer=False)
    if report.gone:
        return "", True
    ledger.leave(report, entry)  # as it is now that a part of it is gone
    return f"{report.leftovers[0].label} on {report.leftovers[0].path}", False


def _is_alive(owner: Owner) -> bool:
    if owner.pid == os.getpid():
        return owner == this_process()
    import psutil

    if not psutil.pid_exists(owner.pid):
        return False
    now = started(owner.pid)
    return not (now and owner.started) or abs(now - owner.started) <= _SAME_START


def _remove_items(entry: Entry) -> tuple[str, bool]:
    """Remove what an entry lists, contents before their folder, and folders if empty then.

    Returns:
        As `_handle`.
    """
    items = dict(entry.items)
    problem: str | None = None
    for name, identity in entry.items:
        if not _parents_are_same(entry.path, name, items):
            continue
        problem = _remove_item(os.path.join(entry.path, name), identity) or problem
    problem = problem or _remove_item(entry.path, entry.identity)
    if problem is None and os.path.lexists(entry.path):
        return _OTHERS, True
    return problem or "", problem is None


def _parents_are_same(root: str, name: str, items: dict[str, Identity]) -> bool:
    """Tell whether no folder between the root and an item was replaced, by a link for example."""
    parent = os.path.dirname(name)
    while parent:
        identity = items.get(parent)
        if identity is None or not _same(os.path.join(root, parent), identity):
            return False
        parent = os.path.dirname(parent)
    return True


def _same(path: str, identity: Identity) -> bool:
    try:
        now = identify(path)
    except OSError:
        return False
    if identity.kind == "folder":
        return same_folder(now, identity)
    return now == identity


def _remove_item(path: str, identity: Identity) -> str | None:
    if not _same(path, identity):
        return None  # gone, or somebody else's by now
    try:
        if identity.kind == "folder":
            os.rmdir(path)
        elif identity.kind == "file":
            _remove_file(path)
        else:
            _remove_link(path)
    except OSError as error:
        meaning = classify(error)
        if meaning.delete is DeleteClass.ALREADY_GONE:
            return None
        if identity.kind == "folder" and _is_not_empty(meaning):
            return None  # what is in it came later, and is not ours
        number = f"WinError {meaning.code}" if meaning.code else f"errno {error.errno}"
        return f"{number} on {path}"
    return None


def _is_not_empty(meaning: Classification) -> bool:
    return meaning.code == _DIR_NOT_EMPTY or meaning.errno in {errno.ENOTEMPTY, errno.EEXIST}


def _remove_file(path: str) -> None:
    try:
        os.unlink(path)
    except OSError as error:
        if classify(error).code != _ACCESS_DENIED or not add_write_right(path, files=True):
            raise
        os.unlink(path)  # it was read-only


def _remove_link(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        os.rmdir(path)  # a junction or a link to a folder, on Windows; it is never entered
