"""Keeps a lock on a downloaded file from ending the download or hiding why it failed."""

from __future__ import annotations

import functools
import logging
import os
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any, ParamSpec, TypeVar

from winasr_doctor._guard import session
from winasr_doctor._guard.events import DownloadOutcome, DownloadRescued
from winasr_doctor.frameworks.sites import DownloadSite
from winasr_doctor.locks import RetryPolicy, rmtree
from winasr_doctor.locks.ledger import default_ledger
from winasr_doctor.locks.sweeping import sweep_at_exit
from winasr_doctor.windows.errors import classify, number

log = logging.getLogger("winasr_doctor.guard")

P = ParamSpec("P")
T = TypeVar("T")

_NO_LINKS = frozenset({1, 1314})
"""ERROR_INVALID_FUNCTION, of a drive without links, and ERROR_PRIVILEGE_NOT_HELD. Source:
Microsoft, "System Error Codes"."""


def wrappers(site: DownloadSite, module: ModuleType) -> dict[str, object]:
    """Return what replaces a module's attributes, by their names.

    Args:
        site: What is known about the module.
        module: The module; a function that it does not have is left out.
    """
    ways: list[tuple[tuple[str, ...], Callable[[Any], Callable[..., Any]]]] = [
        (site.repeatable, repeated),
        (site.transfers, functools.partial(unmasked, site)),
        (site.links, functools.partial(linking, site, module)),
    ]
    return {
        name: wrap(vars(module)[name])
        for names, wrap in ways
        for name in names
        if callable(vars(module).get(name))
    }


def repeated(function: Callable[P, T]) -> Callable[P, T]:
    """Return the function wrapped so that it is called again if it meets a lock.

    The time it may take for that begins with the first error: the download may have taken hours.
    """

    @functools.wraps(function)
    def called(*args: P.args, **options: P.kwargs) -> T:
        return _persistent(lambda: function(*args, **options), _calm)

    return called


def _calm(policy: RetryPolicy) -> RetryPolicy:
    """Return a policy for something that asks a server each time."""
    return replace(policy, first=policy.longest)


def unmasked(site: DownloadSite, function: Callable[P, T]) -> Callable[P, T | None]:
    """Return the function wrapped so that a locked partial file does not replace its outcome.

    The function ends in `finally: partial.unlink()`. If only that fails, what happened before
    counts: the exception that it would have hidden, or the finished download.
    """

    @functools.wraps(function)
    def called(*args: P.args, **options: P.kwargs) -> T | None:
        around = sys.exc_info()[1]  # the context of everything that is raised from here on
        _thread.moved = set()
        try:
            return function(*args, **options)
        except OSError as error:
            before = error.__context__ if error.__context__ is not around else None
            path, label = _own_file(site, error), label_of(error)
            if path is None or (before is None and path not in (_thread.moved or ())):
                raise
        if before is None:  # the file is in its place
            return None
        _leave(path, label)
        _tell(path, label, DownloadOutcome.EXPOSED, type(before).__name__)
        context = before.__context__
        try:
            raise before
        finally:
            before.__context__ = context

    return called


def _own_file(site: DownloadSite, error: OSError) -> str | None:
    """Return the partial file that could not be deleted; `None` if the error is another."""
    path = error.filename
    is_path = isinstance(path, (str, os.PathLike)) and error.filename2 is None
    if not is_path or not _is_locked(error):
        return None
    name = os.fsdecode(path)
    return name if name.endswith(site.partial) else None


def linking(site: DownloadSite, module: ModuleType, function: Callable[P, T]) -> Callable[P, T]:
    """Return the function wrapped so that it copies where no link can be made."""

    @functools.wraps(function)
    def called(*args: P.args, **options: P.kwargs) -> T:
        try:
            return function(*args, **options)
        except OSError as error:
            link = error.filename2
            refused = number(error, "winerror") in _NO_LINKS and isinstance(link, str)
            if not refused or not site.forget_links(module, link):
                raise
            label = label_of(error)
        copied = function(*args, **options)
        _tell(link, label, DownloadOutcome.COPIED)
        return copied

    return called


class PatientFiles:
    """`os` and `shutil` functions that wait for a lock, as a module that downloads sees them.

    Args:
        site: What is known about the module.
    """

    def __init__(self, site: DownloadSite) -> None:
        self._site = site

    @property
    def of_os(self) -> dict[str, object]:
        """What replaces functions of `os`."""
        return {
            "replace": _waiting("replace"),
            "rename": _waiting("rename"),
            "remove": self._remove,
            "unlink": self._remove,
        }

    @property
    def of_shutil(self) -> dict[str, object]:
        """What replaces functions of `shutil`."""
        return {"move": _move}

    def _remove(self, path: Any, **options: Any) -> None:  # noqa: ANN401 - as `os.remove`
        if options or not os.fsdecode(path).endswith(self._site.partial):
            _waiting("remove")(path, **options)
        else:
            _delete(os.fsdecode(path))


def _waiting(name: str) -> Callable[..., object]:
    def called(path: Any, *args: Any, **options: Any) -> object:  # noqa: ANN401 - as the original
        # Looked up here: faults may be injected while the guard is on.
        done = _persistent(lambda: getattr(os, name)(path, *args, **options))
        _has_moved(path)
        return done

    return called


def _move(src: Any, dst: Any, copy_function: Callable[..., object] = shutil.copy2) -> Any:  # noqa: ANN401
    """Move as `shutil.move` does, but wait for a lock before copying gigabytes.

    An original that cannot be deleted after the copy is left for later.
    """
    source, target = os.fsdecode(src), os.fsdecode(dst)
    if os.path.isdir(target) or os.path.islink(source):
        return shutil.move(src, dst, copy_function)
    try:
        _persistent(lambda: os.rename(source, target))
    except OSError as error:
        _copy(source, target, copy_function)
        _delete(source)
        if os.path.lexists(source):
            _tell(target, label_of(error), DownloadOutcome.KEPT)
    _has_moved(source)
    return dst


class _Thread(threading.local):
    moved: set[str] | None = None
    """What was moved, or copied, during the transfer under way."""


_thread = _Thread()


def _has_moved(path: object) -> None:
    if _thread.moved is not None and isinstance(path, (str, os.PathLike)):
        _thread.moved.add(os.fspath(path))


def _copy(source: str, target: str, copy_function: Callable[..., object]) -> None:
    """Copy a file or a folder, or leave nothing that could be taken for a complete copy."""
    there = os.path.lexists(target)
    try:
        if os.path.isdir(source):
            shutil.copytree(source, target, symlinks=True, copy_function=copy_function)
        else:
            _persistent(lambda: copy_function(source, target))
    except BaseException:
        if not there and os.path.isdir(target):
            rmtree(target, _policy())
        elif not there and os.path.lexists(target):
            _delete(target)
        raise


def _delete(path: str) -> None:
    """Delete a file or a folder; a locked one is left for later."""
    if os.path.isdir(path) and not os.path.islink(path):
        rmtree(path, _policy())
        return
    try:
        _persistent(lambda: os.remove(path))
    except OSError as error:
        if not _is_locked(error):
            raise
        label = label_of(error)
        _record(path, label)


def _leave(path: str, label: str) -> None:
    """Try once more to delete a file, for a while, and leave it for later if it stays locked."""
    try:
        _policy().call(lambda: os.remove(path))
    except FileNotFoundError:
        pass
    except OSError:
        _record(path, label)


def _record(path: str, label: str) -> None:
    log.warning("%s is left for later: %s", path, label)
    try:
        ledger = default_ledger()
        ledger.leave_file(path, label)
        sweep_at_exit(ledger)
    except Exception:  # the download matters more
        log.exception("recording %s failed", path)


def _persistent(
    operation: Callable[[], T], pace: Callable[[RetryPolicy], RetryPolicy] = lambda policy: policy
) -> T:
    """Call an operation, and once more for as long as a lock is in its way."""
    try:
        return operation()
    except OSError as error:
        if not _is_locked(error):
            raise
        path, label = error.filename, label_of(error)
    result = pace(_policy()).call(operation)
    _tell(path, label, DownloadOutcome.WAITED)
    return result


def _policy() -> RetryPolicy:
    return session.in_charge(session.concerned()).policy


def _is_locked(error: OSError) -> bool:
    return classify(error).may_pass(0.0)


def label_of(error: OSError) -> str:
    """Return an error's number, such as `WinError 32`."""
    code = number(error, "winerror")
    return f"errno {error.errno}" if code is None else f"WinError {code}"


def _tell(path: object, label: str, outcome: DownloadOutcome, error: str = "") -> None:
    name = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else ""
    log.info("%s: %s; %s%s", name, label, outcome.value, f", {error}" if error else "")
    session.tell(session.concerned(), DownloadRescued(name, label, outcome, error))
