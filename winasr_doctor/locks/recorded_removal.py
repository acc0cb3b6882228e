"""`rmtree` removes a folder, and records what stays so that a later sweep removes it."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from winasr_doctor.locks.absolute_paths import is_seen_to_be_gone
from winasr_doctor.locks.cleanup_report import CleanupReport, CleanupStatus
from winasr_doctor.locks.ledger import default_ledger
from winasr_doctor.locks.retry_policy import RetryPolicy
from winasr_doctor.locks.sweeping import sweep_at_exit
from winasr_doctor.locks.tree_removal import (
    DEFAULT_POLICY,
    OnAttempt,
    Release,
    collect_garbage,
    held_by,
    remove,
)

if TYPE_CHECKING:
    from winasr_doctor.locks.ledger import Ledger
    from winasr_doctor.locks.ledger_entry import LedgerEntry

log = logging.getLogger("winasr_doctor.cleanup")


def rmtree(
    path: str | os.PathLike[str],
    policy: RetryPolicy = DEFAULT_POLICY,
    *,
    on_attempt: OnAttempt | None = None,
    release: Release = collect_garbage,
    ledger: Ledger | None = None,
    claim: LedgerEntry | None = None,
    defer: bool = True,
) -> CleanupReport:
    """Remove a folder and everything in it, in spite of temporary locks.

    The first pass removes everything that can be removed. Only transient errors are retried (see
    `winasr_doctor.windows.errors`), and not while this process itself is the holder. Symbolic links
    and junctions are removed, never followed. A file, a link or a junction in the folder's place is
    refused, now and later, and so is another folder that replaces it in the meantime.

    Args:
        path: The folder; one that does not exist counts as gone.
        policy: How long to keep trying.
        on_attempt: Called with each attempt.
        release: Called to release files when this process holds what cannot be removed.
        ledger: Where leftovers are recorded; by default the account's ledger.
        claim: What `Ledger.claim` returned if the folder and all its contents are ours.
        defer: Whether to record what is left, so that a later `sweep` removes it.

    Returns:
        The result. No `OSError` is raised: paths that stay are in `leftovers`.
    """
    where = os.fsdecode(path)
    if claim is not None and not os.path.isabs(where):
        where = claim.path  # the current folder may have changed since
    report = remove(where, policy, on_attempt=on_attempt, release=release)
    if report.status is CleanupStatus.REFUSED:
        log.warning("did not remove %s: %s; it is left alone", report.path, report.refusal)
        return report
    if not defer or (report.gone and claim is None):
        return report

    ledger = ledger or default_ledger()
    if report.gone:
        if claim is not None and (
            report.status is CleanupStatus.REMOVED
            or is_seen_to_be_gone(claim.path, claim.identity, claim.owner.started)
        ):
            ledger.settle(claim)
        return report
    left = ledger.leave(report, claim)
    if left is not None:
        sweep_at_exit(ledger)
    report = replace(
        report, deferred=left is not None, unrecorded=0 if left is None else left.unlisted
    )
    _say_what_is_left(report)
    return report


def _say_what_is_left(report: CleanupReport) -> None:
    first, more = report.leftovers[0], len(report.leftovers) - 1
    log.warning(
        "left behind %s%s: %s%s (%s); %s",
        first.path,
        f" and {more:,} more" if more else "",
        first.label,
        held_by(first),
        report.attempts[-1].why_last,
        what_becomes_of_it(report),
    )


def what_becomes_of_it(report: CleanupReport) -> str:
    """Return a clause that says who removes what is left of a folder.

    Args:
        report: The report on a folder that is left behind.
    """
    if not report.deferred:
        return "it is safe to delete by hand"
    later = "it will be removed at exit, at the next start, or by `python -m winasr_doctor sweep`"
    if not report.unrecorded:
        return later
    return (
        f"{later}, except for {report.unrecorded:,} of the files and folders in it, which are too"
        " many to record; you can delete them by hand"
    )
