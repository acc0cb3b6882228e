"""The ledger of what is left on the disk, so that a later sweep removes it and nothing else.

One small JSON file per entry, so that any number of processes can write, read and remove entries
without a lock, and a crash in the middle of writing one leaves the others whole.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import platform
import threading
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from winasr_doctor.cleanup.identity import Identity, identify, same_folder
from winasr_doctor.cleanup.report import CleanupReport

log = logging.getLogger("winasr_doctor.cleanup")

SCHEMA = "winasr-doctor/leftover/1"
STATE_VARIABLE = "WINASR_DOCTOR_STATE"
"""Environment variable with another folder for the ledger."""

MOST_ITEMS = 10_000
"""Paths that one entry lists; what is beyond them stays."""

_WRITE_TRIES = 5


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that made an entry.

    Attributes:
        pid: Its number.
        started: When it started, in seconds since 1970; 0 where that cannot be read.
        machine: The network name of its machine: a home folder may be shared by several.
    """

    pid: int
    started: float
    machine: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One folder that is to be removed.

    Attributes:
        path: The folder.
        identity: What it was when it was recorded.
        owner: Who recorded it.
        whole: Whether all of it is ours, a temporary folder that we made: it is removed with
            everything in it. Otherwise only the listed items are, and folders only when empty.
        in_use: Whether its owner still works in it; it is left alone while that process lives.
        items: Path relative to the folder and identity of each thing that stayed.
        reason: Why it stayed, such as `WinError 32`.
        file: The entry's own file; `None` if it could not be written.
    """

    path: str
    identity: Identity
    owner: Owner
    whole: bool
    in_use: bool = False
    items: tuple[tuple[str, Identity], ...] = ()
    reason: str = ""
    file: Path | None = field(default=None, compare=False)


class Ledger:
    """The entries in one folder."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        """Name the folder; it is made when the first entry is written.

        Args:
            folder: Where the entries are kept.
        """
        self.folder = Path(folder)
        self.left_here = False
        """Whether this process has left something that is not yet swept."""
        self._unwritten: list[Entry] = []
        self._settled: set[Path] = set()
        """Entries that are done with, in files that somebody holds: a scanner, for example."""
        self._lock = threading.Lock()

    def claim(self, path: str) -> Entry | None:
        """Record a private temporary folder of ours while it is in use.

        Should this process die, the next sweep removes the folder.

        Args:
            path: The folder, just made.

        Returns:
            The entry, to be settled when the folder is done with; `None` if it cannot be
            looked at.
        """
        try:
            identity = identify(path)
        except OSError:
            return None
        return self._write(Entry(path, identity, this_process(), whole=True, in_use=True))

    def settle(self, entry: Entry | None) -> None:
        """Forget an entry, if there is one: its folder is gone or not ours any more."""
        if entry is None:
            return
        with self._lock:
            self._unwritten = [other for other in self._unwritten if other != entry]
        if entry.file is not None and not _is_removed(entry.file):
            with self._lock:
                self._settled.add(entry.file)

    def leave(self, report: CleanupReport, claimed: Entry | None = None) -> bool:
        """Record what a deletion left behind.

        Args:
            report: What the deletion came to.
            claimed: The entry that `claim` returned for the folder, if any.

        Returns:
            Whether a sweep will find it.
        """
        try:
            root = identify(report.path)
        except OSError:
            return False
        reason = report.leftovers[0].label if report.leftovers else ""
        whole = claimed is not None and same_folder(root, claimed.identity)
        items = () if whole or root.kind != "folder" else tuple(_items_below(report.path))
        self._write(Entry(report.path, root, this_process(), whole, items=items, reason=reason))
        self.settle(claimed)
        self.left_here = True
        _sweep_at_exit(self)
        return True

    def entries(self) -> list[Entry]:
        """Return all entries, also those that could not be written to the disk."""
        try:
            files = sorted(self.folder.glob("*.json"))
        except OSError:
            files = []
        with self._lock:
            self._settled = {file for file in self._settled if not _is_removed(file)}
            read = [_read(file) for file in files if file not in self._settled]
            return [*(entry for entry in read if entry is not None), *self._unwritten]

    def _write(self, entry: Entry) -> Entry:
        file = self.folder / f"{uuid.uuid4().hex}.json"
        document = json.dumps(_as_json(entry), ensure_ascii=True).encode()
        problem: OSError | None = None
        for _ in range(_WRITE_TRIES):
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                _write_atomically(file, document)
            except OSError as error:  # a sweep may remove the folder, a scanner may hold the file
                problem = error
            else:
                return replace(entry, file=file)
        with self._lock:
            self._unwritten.append(entry)
        log.warning("the ledger of leftovers cannot be written: %s", problem)
        return entry


def _is_removed(file: Path) -> bool:
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def default_ledger() -> Ledger:
    """Return this account's ledger; the same object for the same folder."""
    folder = os.environ.get(STATE_VARIABLE)
    if not folder:
        from platformdirs import user_state_dir

        folder = user_state_dir("winasr_doctor", appauthor=False)
    place = os.path.join(folder, "leftovers")
    with _ledgers_lock:
        return _ledgers.setdefault(place, Ledger(place))


_ledgers: dict[str, Ledger] = {}
_ledgers_lock = threading.Lock()
_to_sweep: list[Ledger] = []


def _sweep_at_exit(ledger: Ledger) -> None:
    with _ledgers_lock:
        if not _to_sweep:
            atexit.register(_sweep_all)
        if ledger not in _to_sweep:
            _to_sweep.append(ledger)


def _sweep_all() -> None:
    import gc

    from winasr_doctor.cleanup.sweeping import sweep

    gc.collect()
    for ledger in _to_sweep:
        try:
            sweep(ledger)
        except Exception:
            log.exception("the sweep at exit failed")


def this_process() -> Owner:
    """Return what identifies this process among all that ever had its number."""
    pid = os.getpid()
    if _owner_of_pid.get("pid") != pid:  # a forked child is another owner
        _owner_of_pid.clear()
        _owner_of_pid.update(pid=pid, owner=Owner(pid, started(pid), platform.node()))
    owner = _owner_of_pid["owner"]
    assert isinstance(owner, Owner)  # noqa: S101
    return owner


_owner_of_pid: dict[str, object] = {}


def started(pid: int) -> float:
    """Return when a process started, in seconds since 1970; 0 if that cannot be read."""
    import psutil

    try:
        return float(psutil.Process(pid).create_time())
    except (psutil.Error, OSError):  # under Wine psutil lets a bare OSError out
        return 0.0


def _items_below(root: str) -> Iterator[tuple[str, Identity]]:
    """List what is below a folder, a folder after its contents; links are not followed."""
    left = MOST_ITEMS
    for folder, names, files in os.walk(root, topdown=False, followlinks=False):
        for name in (*files, *names):
            path = os.path.join(folder, name)
            try:
                yield os.path.relpath(path, root), identify(path)
            except OSError:
                continue
            left -= 1
            if left <= 0:
                return


def _write_atomically(file: Path, document: bytes) -> None:
    unfinished = file.with_suffix(f".{os.getpid()}.tmp")
    try:
        unfinished.write_bytes(document)
        os.replace(unfinished, file)
    except OSError:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise


def _as_json(entry: Entry) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "path": entry.path,
        "identity": list(entry.identity),
        "owner": asdict(entry.owner),
        "whole": entry.whole,
        "in_use": entry.in_use,
        "items": [[path, list(identity)] for path, identity in entry.items],
        "reason": entry.reason,
    }


def _read(file: Path) -> Entry | None:
    """Read an entry; one that is damaged or of another version is left alone."""
    try:
        document = json.loads(file.read_bytes())
        if document["schema"] != SCHEMA:
            return None
        owner = document["owner"]
        return Entry(
            path=_text(document["path"]),
            identity=_identity(document["identity"]),
            owner=Owner(int(owner["pid"]), float(owner["started"]), _text(owner["machine"])),
            whole=document["whole"] is True,
            in_use=document["in_use"] is True,
            items=tuple((_text(path), _identity(of)) for path, of in document["items"]),
            reason=_text(document["reason"]),
            file=file,
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _identity(values: list[Any]) -> Identity:
    device, inode, kind, born, size, modified = values
    return Identity(int(device), int(inode), _text(kind), int(born), int(size), int(modified))
