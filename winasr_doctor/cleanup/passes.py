"""One pass over a tree: remove everything that can be removed, say what cannot.

The walk is `shutil.rmtree`'s, which never follows a symbolic link or a junction out of the tree
and, where the system allows it, cannot be tricked into one either.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
from collections.abc import Callable
from typing import Any

from winasr_doctor.cleanup.report import Failure
from winasr_doctor.winerror import Classification, DeleteClass, classify

_ACCESS_DENIED = 5
_DIR_NOT_EMPTY = 145
_REFUSED = frozenset({errno.EACCES, errno.EPERM})
_REPARSE_POINT = 0x400


def is_gone(path: str) -> bool:
    """Tell whether there is nothing at a path.

    Unlike for `os.path.lexists`, an error is no answer: on Windows a file that is being deleted,
    or whose folder may not be read, is there but cannot be looked at.
    """
    try:
        os.lstat(path)
    except OSError as error:
        return classify(error).delete is DeleteClass.ALREADY_GONE
    except ValueError:  # no such name is possible
        return True
    return False


class Tree:
    """A tree that is being removed, over as many passes as it takes."""

    def __init__(self, path: str) -> None:
        """Start; nothing is touched yet.

        Args:
            path: The tree's root.
        """
        self.path = path
        self.made_writable = False
        """Whether the last pass cleared a read-only attribute, so that another may succeed."""
        self._cleared: set[str] = set()
        self._failures: list[tuple[Failure, Classification]] = []

    def remove(self) -> list[tuple[Failure, Classification]]:
        """Make one pass.

        Returns:
            What is still there, each with what its error means; empty when the tree is gone.
        """
        self._failures = []
        self.made_writable = False
        try:
            if sys.version_info >= (3, 12):
                shutil.rmtree(self.path, onexc=self._on_error)
            else:
                shutil.rmtree(self.path, onerror=self._on_error_info)
        except (OSError, RecursionError) as error:
            self._on_error(shutil.rmtree, getattr(error, "filename", None) or self.path, error)
        if self._failures and is_gone(self.path):  # an empty folder goes without being listed
            self._failures = []
        return self._failures

    def _on_error_info(self, function: Callable[..., Any], path: str, info: Any) -> None:  # noqa: ANN401
        self._on_error(function, path, info[1])

    def _on_error(self, function: Callable[..., Any], path: object, error: BaseException) -> None:
        path = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else self.path
        meaning = classify(error)
        if meaning.delete is DeleteClass.ALREADY_GONE and not os.path.lexists(path):
            return
        if self._is_consequence(path, meaning):
            return
        self._make_writable(path, meaning)
        operation = getattr(function, "__name__", str(function))
        failure = Failure(path, operation, error, meaning.delete, meaning.code)
        self._failures.append((failure, meaning))

    def _is_consequence(self, path: str, meaning: Classification) -> bool:
        """Tell whether a folder stays only because something in it does, or is not even known."""
        if meaning.code != _DIR_NOT_EMPTY and meaning.errno not in {
            errno.ENOTEMPTY,
            errno.EEXIST,
        }:
            return False
        inside = path.rstrip(os.sep) + os.sep
        return any(
            failure.path == path or failure.path.startswith(inside) for failure, _ in self._failures
        )

    def _make_writable(self, path: str, meaning: Classification) -> None:
        """Clear what makes a path read-only, once.

        On Windows that is the file's own attribute, elsewhere the rights on its folder.
        """
        if path in self._cleared:
            return
        if meaning.code == _ACCESS_DENIED:
            about = [path]
        elif meaning.code is None and meaning.errno in _REFUSED and os.name == "posix":
            about = [path, *([] if path == self.path else [os.path.dirname(path)])]
        else:
            return
        self._cleared.add(path)
        for target in about:
            self.made_writable |= add_write_right(target, files=meaning.code == _ACCESS_DENIED)


def add_write_right(path: str, *, files: bool) -> bool:
    """Let the owner write a folder (or a file, where asked); never through a link."""
    try:
        status = os.lstat(path)
        is_folder = stat.S_ISDIR(status.st_mode)
        if getattr(status, "st_file_attributes", 0) & _REPARSE_POINT:
            return False
        if not is_folder and not (files and stat.S_ISREG(status.st_mode)):
            return False
        wanted = status.st_mode | (stat.S_IRWXU if is_folder else stat.S_IWUSR)
        if wanted == status.st_mode:
            return False
        os.chmod(path, stat.S_IMODE(wanted))
    except OSError:
        return False
    return True
