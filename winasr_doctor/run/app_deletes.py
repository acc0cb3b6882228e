"""Keeps the app's own deletions of temporary files from failing while another program holds them.

Many apps delete a recording's copy right after transcribing it, and lose the text if a scanner has
the copy open at that moment. Below the private TEMP of the run, which is removed when the app ends,
such a deletion is tried again and then put off. Everything else is left alone: other places, other
errors than a lock, renaming, opening, links, and folders of classes derived from
`TemporaryDirectory`.
"""

from __future__ import annotations

import errno
import functools
import gc
import inspect
import logging
import os
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from winasr_doctor._util.private_names import FINALIZER, PATHLIB_ACCESSOR
from winasr_doctor.locks import CleanupReport, RetryPolicy, rmtree
from winasr_doctor.locks.identity import Identity, identify
from winasr_doctor.locks.ledger import default_ledger
from winasr_doctor.run.events import PutOff

log = logging.getLogger("winasr_doctor.rescue")

LOCKED = frozenset({32, 33})
"""ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION. Source: Microsoft, "System Error Codes"."""

NOT_EMPTY = 145
"""ERROR_DIR_NOT_EMPTY."""

PATIENCE = RetryPolicy(total=1.0)
"""How long a deletion is tried again."""

HURRIED = RetryPolicy(total=0.05)
"""The same in a thread with a running event loop, which serves others too."""

MOST_FILES = 100
MOST_BYTES = 1 << 30
"""Limits to what is put off; beyond them, the app gets the error."""

BETWEEN_TRIES = 30.0
"""Seconds between attempts to delete what was put off."""

Delete = Callable[..., None]


class AppDeletes:
    """The deletions of one process.

    Args:
        temp: The private TEMP of the run.
        tell: Called with what was put off.
        retry_in: Folders outside TEMP in which a deletion is tried again and then fails as usual.
    """

    def __init__(
        self, temp: str, tell: Callable[[PutOff], None], retry_in: Sequence[str] = ()
    ) -> None:
        self._temp = _Place(temp)
        self._retry_in = [_Place(each) for each in retry_in]
        self._tell = tell
        self._delete: Mapping[str, Delete] = {"file": os.unlink, "folder": os.rmdir}
        self.start_anew()

    def start_anew(self) -> None:
        """In a forked child, leave what the parent put off to the parent."""
        self._lock = threading.RLock()
        self._waiting: dict[str, Identity] = {}
        self._thread: threading.Thread | None = None
        self._over = threading.Event()

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Replace the functions that delete, until the block ends.

        Faults must be injected before: what is replaced here calls the function that was there.
        """
        self._delete = {"file": os.unlink, "folder": os.rmdir}
        with ExitStack() as undo:
            for owner, name, answer in self._replacements():
                before = vars(owner)[name]
                ours = _answered(before, answer)
                setattr(owner, name, staticmethod(ours) if isinstance(owner, type) else ours)
                undo.callback(setattr, owner, name, before)
            kept = tempfile.TemporaryDirectory.cleanup
            tempfile.TemporaryDirectory.cleanup = self._cleanup(kept)  # type: ignore[method-assign]
            undo.callback(setattr, tempfile.TemporaryDirectory, "cleanup", kept)
            undo.callback(self._end)
            yield

    def _end(self) -> None:
        self._over.set()
        self.try_again()

    def _replacements(self) -> Iterator[tuple[Any, str, _Answer]]:
        yield os, "unlink", self._file
        yield os, "remove", self._file
        yield os, "rmdir", self._folder
        if PATHLIB_ACCESSOR.is_expected and "pathlib" in sys.modules:
            accessor = PATHLIB_ACCESSOR.of_or(sys.modules["pathlib"], object)
            for name, answer in (("unlink", self._file), ("rmdir", self._folder)):
                if name in vars(accessor):
                    yield accessor, name, answer

    def _file(self, error: OSError, delete: Callable[[], None], path: str) -> bool:
        """Return whether a deletion that failed can count as done."""
        if getattr(error, "winerror", None) not in LOCKED or not _is_file(path):
            return False
        ours = self._temp.contains(path)
        if not ours and not any(each.contains(path) for each in self._retry_in):
            return False
        if os.path.normcase(path) in self._waiting:
            return False  # the app was told that it is deleted, and deletes it once more
        if _is_deleted(delete):
            return True
        return ours and self._put_off(path, error)

    def _put_off(self, path: str, error: OSError) -> bool:
        try:
            identity = identify(path)
        except OSError:
            return False
        with self._lock:
            total = sum(each.size for each in self._waiting.values()) + identity.size
            if len(self._waiting) >= MOST_FILES or total > MOST_BYTES:
                return False
            self._waiting[os.path.normcase(path)] = identity
            self._start_thread()
        code = getattr(error, "winerror", None)
        holder = "" if _serves_others() else _holders(path)
        by = f", held by {holder}" if holder else ""
        log.warning("put off deleting %s: WinError %s%s", path, code, by)
        self._tell(PutOff(path, identity.size, f"WinError {code}", holder))
        return True

    def _folder(self, error: OSError, delete: Callable[[], None], path: str) -> bool:
        """Return whether a folder goes with the files in it that were put off."""
        del delete
        not_empty = error.errno == errno.ENOTEMPTY or getattr(error, "winerror", 0) == NOT_EMPTY
        if not not_empty or not self._temp.contains(path) or not self._all_put_off(path):
            return False
        with suppress(OSError), self._lock:
            self._waiting[os.path.normcase(path)] = identify(path)
            return True
        return False

    def _all_put_off(self, folder: str) -> bool:
        try:
            paths = [entry.path for entry in os.scandir(folder)]
        except OSError:
            return False
        return all(self._stands(os.path.normcase(path)) for path in paths)

    def _stands(self, path: str) -> bool:
        """Return whether what was put off under this name is still there."""
        before = self._waiting.get(path)
        with suppress(OSError):
            return before is not None and _same(before, identify(path))
        return False

    def _cleanup(self, original: Delete) -> Delete:
        @functools.wraps(original)
        def cleanup(directory: tempfile.TemporaryDirectory[str]) -> None:
            path = os.fsdecode(directory.name)
            if type(directory) is not tempfile.TemporaryDirectory or not self._temp.contains(path):
                original(directory)
                return
            finalizer = FINALIZER.of_or(directory, None)
            if (finalizer and finalizer.detach()) or Path(path).exists():
                policy = HURRIED if _serves_others() else PATIENCE
                self._say_what_stays(rmtree(path, policy, claim=default_ledger().claim(path)))

        return cleanup

    def _say_what_stays(self, report: CleanupReport) -> None:
        if not report.gone and report.leftovers:
            self._tell(PutOff(report.path, 0, report.leftovers[0].label, ""))

    def _start_thread(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(
                target=self._keep_trying, name="winasr_doctor-deletes", daemon=True
            )
            self._thread.start()

    def _keep_trying(self) -> None:
        while self._waiting and not self._over.wait(BETWEEN_TRIES):
            self.try_again()

    def try_again(self) -> None:
        """Delete what was put off, unless something else stands in its place by now."""
        with self._lock:  # the app's threads and the one that keeps trying may be here at once
            waiting = dict(self._waiting)
        for path in sorted(waiting, key=len, reverse=True):  # files before their folder
            kind = "folder" if waiting[path].kind == "folder" else "file"
            if self._stands(path):
                try:
                    self._delete[kind](path)
                except OSError:
                    continue
            with self._lock:
                self._waiting.pop(path, None)


_Answer = Callable[[OSError, Callable[[], None], str], bool]


def _answered(original: Delete, answer: _Answer) -> Delete:
    """Return a function that asks what to do about an error of the original."""

    @functools.wraps(original)
    def delete(path: Any, *, dir_fd: int | None = None) -> None:  # noqa: ANN401 - as the original
        try:
            if dir_fd is not None:
                original(path, dir_fd=dir_fd)
                return
            original(path)
        except OSError as error:
            if dir_fd is not None or _is_ours(inspect.currentframe()):
                raise
            again = functools.partial(original, path)
            if not answer(error, again, _absolute(path)):
                raise

    return delete


def _is_ours(frame: FrameType | None) -> bool:
    """Return whether the guard or the sweep deletes: they must see the error."""
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).startswith("winasr_doctor.locks."):
            return True
        frame = frame.f_back
    return False


def _absolute(path: str | bytes | os.PathLike[str]) -> str:
    return os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - resolve() follows a last link


def _holders(path: str) -> str:
    from winasr_doctor.locks.holders import holders_of

    return "; ".join(map(str, holders_of(path).holders))


def _is_deleted(delete: Callable[[], None]) -> bool:
    """Try again for a while and return whether it worked."""
    served = _serves_others()
    if not served:
        gc.collect()  # an unreachable file object of the app's own may be the holder
    try:
        (HURRIED if served else PATIENCE).call(delete, retry_if=_is_locked)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _is_locked(error: Exception) -> bool:
    return getattr(error, "winerror", None) in LOCKED


def _serves_others() -> bool:
    """Return whether an event loop runs in this thread."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _is_file(path: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def _same(before: Identity, now: Identity) -> bool:
    """Compare identities; of a folder only what cannot change with its content."""
    if before.kind == "folder":
        return before[:3] == now[:3]
    return before == now


class _Place:
    """A folder, by its real path."""

    def __init__(self, path: str) -> None:
        self._real = os.path.normcase(os.path.realpath(path))

    def contains(self, path: str) -> bool:
        """Return whether a path is in it; links on the way there are followed."""
        parent, name = os.path.split(path)
        real = os.path.realpath(parent) + os.sep + name
        return os.path.normcase(real).startswith(self._real + os.sep)
