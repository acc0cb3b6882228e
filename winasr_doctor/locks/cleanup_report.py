"""The result of a deletion, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from winasr_doctor.locks.identity import Identity
from winasr_doctor.windows.errors import DeleteClass

if TYPE_CHECKING:
    from winasr_doctor.locks.holders.model import Holder, Holding


class CleanupStatus(str, Enum):
    """How a deletion ended.

    `refused`: the path is a file, a link or a junction, or another folder has replaced the one to
    delete. It is left alone, now and later.
    """

    REMOVED = "removed"
    ALREADY_GONE = "already_gone"
    LEFT_BEHIND = "left_behind"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RemovalFailure:
    """One path that could not be removed in one attempt.

    Attributes:
        path: The file or folder.
        operation: What failed on it, such as `os.unlink`.
        error: The exception.
        delete: What the error means for a delete.
        code: The Windows error code that applies (32 for a masked one); `None` off Windows.
        holding: Who has it open, if that was asked and answered in time.
    """

    path: str
    operation: str
    error: BaseException
    delete: DeleteClass
    code: int | None
    holding: Holding | None = None

    @property
    def label(self) -> str:
        """The error's number as text: `WinError 32`, `errno 13` or the exception's class."""
        if self.code is not None:
            return f"WinError {self.code}"
        number = getattr(self.error, "errno", None)
        return type(self.error).__name__ if number is None else f"errno {number}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One pass over the tree.

    Attributes:
        number: From 1.
        path: The tree.
        elapsed: Seconds from the first attempt to the end of this one.
        failures: Paths that could not be removed; empty if the tree is gone.
        next_delay: Seconds until the next attempt; `None` when this was the last.
        why_last: Why no further attempt is made, as a short phrase; empty while there is one.
    """

    number: int
    path: str
    elapsed: float
    failures: tuple[RemovalFailure, ...] = ()
    next_delay: float | None = None
    why_last: str = ""


@dataclass(frozen=True, slots=True)
class CleanupReport:
    """The result of a deletion.

    Attributes:
        path: The tree, absolute.
        status: How it ended.
        attempts: Every pass, in order; at least one.
        leftovers: Paths that are still there, with the last error on each.
        deferred: Whether it is recorded in the ledger, so that a later sweep removes it.
        seconds: How long it took in total.
        unrecorded: The number of remaining files and folders that did not fit into the ledger; a
            sweep will not remove them.
        root: The folder's identity, if it could be read.
    """

    path: str
    status: CleanupStatus
    attempts: tuple[Attempt, ...]
    leftovers: tuple[RemovalFailure, ...] = ()
    deferred: bool = False
    seconds: float = 0.0
    unrecorded: int = 0
    root: Identity | None = None

    @property
    def gone(self) -> bool:
        """Whether nothing is left at the path."""
        return self.status in {CleanupStatus.REMOVED, CleanupStatus.ALREADY_GONE}

    @property
    def refusal(self) -> str:
        """Why the path was refused, as a short phrase; empty if it was not."""
        return self.attempts[-1].why_last if self.status is CleanupStatus.REFUSED else ""

    @property
    def error(self) -> BaseException | None:
        """The exception of the first leftover."""
        return self.leftovers[0].error if self.leftovers else None

    @property
    def holders(self) -> tuple[Holder, ...]:
        """Whoever was found to have something in it open, attempt by attempt."""
        return tuple(
            holder
            for attempt in self.attempts
            for failure in attempt.failures
            if failure.holding is not None
            for holder in failure.holding.holders
        )

    @property
    def holding(self) -> Holding | None:
        """Who has it open, for the first leftover with a known holder."""
        known = (failure.holding for failure in self.leftovers)
        return next((holding for holding in known if holding is not None), None)
