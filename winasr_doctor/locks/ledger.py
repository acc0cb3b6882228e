"""The ledger records what is left on the disk, so that a later sweep removes exactly that.

One small JSON file per entry, so that any number of processes can write, read and remove entries
without a lock, and a crash in the middle of writing one leaves the others whole.
"""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from winasr_doctor._util.state_files import state_folder
from winasr_doctor.locks.absolute_paths import absolute
from winasr_doctor.locks.cleanup_report import CleanupReport, CleanupStatus
from winasr_doctor.locks.identity import Identity, identify, same_folder
from winasr_doctor.locks.ledger_entry import EntryError, LedgerEntry, read, this_process, write
from winasr_doctor.locks.leftovers import items_below

__all__ = [
    "Ledger",
    "LedgerContents",
    "LedgerEntry",
    "default_ledger",
    "this_process",
]

log = logging.getLogger("winasr_doctor.cleanup")

_WRITE_TRIES = 5


class LedgerContents(NamedTuple):
    """The content of a ledger.

    Attributes:
        entries: Usable entries, including those that could not be written to the disk.
        set_aside: Files that are not usable entries, and why.
    """

    entries: list[LedgerEntry]
    set_aside: list[tuple[Path, str]]


class Ledger:
    """The entries in one folder.

    Args:
        folder: Where the entries are kept.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.left_here = False
        """Whether this process has left something that has not been swept yet."""
        self._unwritten: list[LedgerEntry] = []
        self._settled: set[Path] = set()
        """Finished entries whose files could not be deleted because a scanner, say, holds them."""
        self._lock = threading.Lock()

    def claim(self, path: str) -> LedgerEntry | None:
        """Record a private temporary folder of ours while it is in use.

        If this process dies, the next sweep removes the folder.

        Args:
            path: The folder, which was just made.

        Returns:
            The entry, to pass to `settle` once the folder is finished with; `None` if it cannot be
            examined.
        """
        path = absolute(path)
        try:
            identity = identify(path)
        except (OSError, ValueError):
            return None
        return self._write(LedgerEntry(path, identity, this_process(), whole=True, in_use=True))

    def settle(self, entry: LedgerEntry | None) -> None:
        """Forget an entry, if there is one: its folder is gone or no longer ours."""
        if entry is None:
            return
        with self._lock:
            self._unwritten = [other for other in self._unwritten if other != entry]
        if entry.file is not None and not _is_removed(entry.file):
            with self._lock:
                self._settled.add(entry.file)

    def leave(
        self, report: CleanupReport, claimed: LedgerEntry | None = None
    ) -> LedgerEntry | None:
        """Record what a deletion left behind.

        The ledger does not record a refused root, or a path where another folder now stands, so no
        sweep will ever delete it.

        Args:
            report: The result of the deletion.
            claimed: The entry that `claim` returned for the folder, if any.

        Returns:
            The entry by which a sweep will find it; `None` if there is none.
        """
        path = absolute(report.path)
        root = _folder(path, report.root, claimed)
        if report.status is CleanupStatus.REFUSED or root is None:
            return None
        reason = report.leftovers[0].label if report.leftovers else ""
        whole = claimed is not None and same_folder(root, claimed.identity)
        items, unlisted = ((), 0) if whole else items_below(path, root)
        entry = self._write(
            LedgerEntry(
                path, root, this_process(), whole, items=items, reason=reason, unlisted=unlisted
            )
        )
        self.settle(claimed)
        self.left_here = True
        return entry

    def leave_file(self, path: str, reason: str) -> LedgerEntry | None:
        """Record a single file that could not be deleted; its folder stays.

        Args:
            path: The file.
            reason: Why, such as `WinError 32`.

        Returns:
            The entry by which a sweep will find it; `None` if it cannot be examined.
        """
        folder, name = os.path.split(absolute(path))
        try:
            items = ((name, identify(os.path.join(folder, name))),)
            root = identify(folder)
        except (OSError, ValueError):
            return None
        self.left_here = True
        entry = LedgerEntry(
            folder, root, this_process(), whole=False, items=items, reason=reason, only_items=True
        )
        return self._write(entry)

    def entries(self) -> list[LedgerEntry]:
        """Return all entries, including those that could not be written to the disk."""
        return self.read().entries

    def read(self) -> LedgerContents:
        """Read all entries. An unusable file does not hide the others."""
        try:
            files = sorted(self.folder.glob("*.json"))
        except OSError:
            files = []
        found = LedgerContents([], [])
        with self._lock:
            self._settled = {file for file in self._settled if not _is_removed(file)}
            for file in files:
                if file not in self._settled:
                    _add(file, found)
            found.entries.extend(self._unwritten)
        return found

    def _write(self, entry: LedgerEntry) -> LedgerEntry:
        file = self.folder / f"{os.urandom(16).hex()}.json"
        problem: OSError | None = None
        for _ in range(_WRITE_TRIES):
            try:
                write(entry, file)
            except FileNotFoundError as error:  # the first entry, or a sweep removed the folder
                problem = self._make_folder() or error
            except OSError as error:  # a scanner may hold the file
                problem = error
            else:
                return replace(entry, file=file)
        with self._lock:
            self._unwritten.append(entry)
        log.warning("the ledger of leftovers cannot be written: %s", problem)
        return entry

    def _make_folder(self) -> OSError | None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return error
        return None


def _is_removed(file: Path) -> bool:
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def default_ledger() -> Ledger:
    """Return this account's ledger; the same object for the same folder."""
    place = os.path.join(state_folder(), "leftovers")
    with _ledgers_lock:
        return _ledgers.setdefault(place, Ledger(place))


_ledgers: dict[str, Ledger] = {}
_ledgers_lock = threading.Lock()


def _folder(path: str, expected: Identity | None, claimed: LedgerEntry | None) -> Identity | None:
    """Return the identity of a folder; `None` if it is not a folder, or not the expected one.

    If it cannot be examined now, it keeps the identity it had when it was claimed: a sweep checks
    again before it removes anything.
    """
    try:
        root = identify(path)
    except (OSError, ValueError):
        return None if claimed is None else claimed.identity
    if root.kind != "folder" or (expected is not None and not same_folder(root, expected)):
        return None
    return root


def _add(file: Path, found: LedgerContents) -> None:
    try:
        found.entries.append(read(file))
    except EntryError as error:
        found.set_aside.append((file, str(error)))
    except OSError as error:  # gone in the meantime, or held by a scanner: left to the next sweep
        log.debug("%s cannot be read now: %s", file, error)
