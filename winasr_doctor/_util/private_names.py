"""All private names of the standard library that this package relies on, in one table.

Python's documentation guarantees none of these, so any release may drop or change one. A test
checks each in the running Python. If one is missing at run time, `MissingNameError` names it.
"""

from __future__ import annotations

import functools
import sys
import weakref
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple

Version = tuple[int, int]


class MissingNameError(RuntimeError):
    """This Python lacks a private name, or has something else under it; the message says so."""


class PrivateName(NamedTuple):
    """A private name in CPython.

    Attributes:
        owner: The module, or `module.Class` for an attribute that instances have.
        name: The attribute.
        without: What does not work without it; completes "without it, ...".
        is_usable: Returns whether a value is what we expect.
        source: Where CPython defines it.
        first: The first Python that has it.
        last: The last one; `None` while the newest has it.
    """

    owner: str
    name: str
    without: str
    is_usable: Callable[[Any], bool]
    source: str
    first: Version = (3, 10)
    last: Version | None = None

    def __str__(self) -> str:
        return f"{self.owner}.{self.name}"

    @property
    def is_expected(self) -> bool:
        """Whether the running Python should have it."""
        here = sys.version_info[:2]
        return self.first <= here and (self.last is None or here <= self.last)

    def of(self, owner: object) -> Any:  # noqa: ANN401 - whatever the name stands for
        """Return the value that an object has under this name.

        Args:
            owner: The module or the instance.

        Raises:
            MissingNameError: The name is missing, or its value is not what we expect.
        """
        try:
            value = getattr(owner, self.name)
        except AttributeError:
            value = self
        if value is self or not self.is_usable(value):
            python = ".".join(map(str, sys.version_info[:3]))
            change = "no" if value is self else "another"
            raise MissingNameError(
                f"Python {python} has {change} {self}; without the one this version of"
                f" winasr_doctor knows, {self.without}. Please update winasr_doctor."
            )
        return value

    def of_or(self, owner: object, otherwise: Any) -> Any:  # noqa: ANN401
        """Return what `of` returns; if the name is missing, log that once and return a fallback.

        Args:
            owner: The module or the instance.
            otherwise: The fallback.
        """
        try:
            return self.of(owner)
        except MissingNameError as missing:
            _say(str(missing))
            return otherwise

    def get(self) -> Any:  # noqa: ANN401
        """Return the value that the module has under this name; see `of`."""
        return self.of(import_module(self.owner))


@functools.cache
def _say(sentence: str) -> None:
    import logging

    logging.getLogger("winasr_doctor").warning("%s", sentence)


def _takes(*parameters: str) -> Callable[[Any], bool]:
    def is_usable(value: Any) -> bool:  # noqa: ANN401
        code = getattr(value, "__code__", None)
        return code is not None and code.co_varnames[: code.co_argcount] == parameters

    return is_usable


_REMOVAL = "injected faults cannot fail the deletion of a folder as Windows does"

RMTREE_SWITCH = PrivateName(
    "shutil", "_use_fd_functions", _REMOVAL,
    lambda value: isinstance(value, bool),
    "Lib/shutil.py; `rmtree` reads it at each call", last=(3, 13),
)  # fmt: skip
RMTREE_WAY = PrivateName(
    "shutil", "_rmtree_impl", _REMOVAL, _takes("path", "dir_fd", "onexc"),
    "Lib/shutil.py; chosen at import, called by `rmtree`", first=(3, 14),
)  # fmt: skip
RMTREE_BY_PATH = PrivateName(
    "shutil", "_rmtree_unsafe", _REMOVAL, _takes("path", "dir_fd", "onexc"),
    "Lib/shutil.py; what `rmtree` calls on Windows", first=(3, 14),
)  # fmt: skip
CHOOSING_TEMP = PrivateName(
    "tempfile", "_get_default_tempdir", "faults may be injected while Python looks for TEMP",
    callable, "Lib/tempfile.py",
)  # fmt: skip
CHOOSING_NAME = PrivateName(
    "tempfile", "_mkstemp_inner", "faults may be injected while Python chooses a temporary name",
    callable, "Lib/tempfile.py; on Windows a refusal makes it try again (gh-66305)",
)  # fmt: skip
FINALIZER = PrivateName(
    "tempfile.TemporaryDirectory", "_finalizer",
    "Python may also delete a temporary folder that the guard leaves to a later sweep",
    lambda value: isinstance(value, weakref.finalize), "Lib/tempfile.py",
)  # fmt: skip
TAR_OPEN = PrivateName(
    "tarfile", "bltn_open", "no fault is injected when an archive is opened",
    callable, "Lib/tarfile.py; `builtins.open` as it was at import",
)  # fmt: skip
PATHLIB_ACCESSOR = PrivateName(
    "pathlib", "_NormalAccessor", "no fault is injected into pathlib's operations",
    lambda value: isinstance(value, type) and callable(getattr(value, "unlink", None)),
    "Lib/pathlib.py; keeps the functions of `os` as they were at import", last=(3, 10),
)  # fmt: skip
INITIALIZING = PrivateName(
    "importlib.machinery.ModuleSpec", "_initializing",
    "the guard cannot see whether another thread is still importing a framework",
    lambda value: isinstance(value, bool), "Lib/importlib/_bootstrap.py, `_load_unlocked`",
)  # fmt: skip
CHILDREN = PrivateName(
    "multiprocessing.process", "_children", "workers of multiprocessing are named as programs",
    lambda value: isinstance(value, set), "Lib/multiprocessing/process.py",
)  # fmt: skip
RUN_AS_MAIN = PrivateName(
    "runpy", "_run_module_as_main", "an app given as a module or a folder cannot be started",
    _takes("mod_name", "alter_argv"), "Lib/runpy.py; what `python -m` calls",
)  # fmt: skip
GETFRAME = PrivateName(
    "sys", "_getframe", "nobody can see which code is running", callable,
    "documentation of `sys`: an implementation detail of CPython",
)  # fmt: skip
CURRENT_FRAMES = PrivateName(
    "sys", "_current_frames", "nobody can see where another thread is", callable,
    "documentation of `sys`: for internal and specialized purposes only",
)  # fmt: skip
TYPE_FLAGS = PrivateName(
    "builtins.type", "__flags__", "it takes longer to find the objects that hold a file",
    lambda value: isinstance(value, int),
    "Objects/typeobject.c; bit 14 is Py_TPFLAGS_HAVE_GC (Include/object.h)",
)  # fmt: skip

TABLE = (
    *(RMTREE_SWITCH, RMTREE_WAY, RMTREE_BY_PATH, CHOOSING_TEMP, CHOOSING_NAME, FINALIZER, TAR_OPEN),
    *(PATHLIB_ACCESSOR, INITIALIZING, CHILDREN, RUN_AS_MAIN, GETFRAME, CURRENT_FRAMES, TYPE_FLAGS),
)

CLEANUP_FUNCTIONS: Mapping[str, frozenset[str]] = {
    "tempfile.py": frozenset(
        (
            *("cleanup", "__exit__", "_rmtree", "_cleanup", "onerror", "onexc"),
            *("resetperms", "_resetperms", "_resetperms_at", "_resetperms_fd"),
        )
    ),
    "shutil.py": frozenset(
        (
            *("rmtree", "_rmtree_unsafe", "_rmtree_safe_fd", "_rmtree_safe_fd_step"),
            *("_rmtree_islink", "_rmtree_isdir", "onerror", "onexc"),
        )
    ),
}
"""Functions that a traceback shows while a folder is deleted, by file: those of Lib/shutil.py and
Lib/tempfile.py in CPython 3.10 to 3.15. Several exist in some of these versions only."""
