"""Records where in the program something happened, without keeping any frame alive."""

from __future__ import annotations

import functools
import os
import sys
import threading
from collections.abc import Callable
from itertools import repeat
from types import CodeType, FrameType
from typing import Any, NamedTuple

from winasr_doctor._util.private_names import GETFRAME

_OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep
_STANDARD_LIBRARY = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
_SITE = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)
_BELOW_A_TEST = ("_pytest.python", "_pytest.runner")
"""Below a function of these modules there is only pytest, however deep."""
_THREADS = vars(threading)
_PLUGIN = os.path.join(os.path.dirname(os.path.dirname(_OWN)), "pytest_plugin.py")
_getframe: Callable[[int], FrameType] = GETFRAME.get()
DEEPEST = 64
"""The most lines to show of a stack."""
_MOST_FRAMES = 128


class SourceLine(NamedTuple):
    """A line of code that was being executed.

    Attributes:
        file: Its source file.
        number: The line number, from 1.
        function: The function it belongs to.
    """

    file: str
    number: int
    function: str

    @property
    def in_standard_library(self) -> bool:
        """Whether it belongs to Python itself."""
        if self.file.startswith("<doctest "):
            return False
        if self.file.startswith("<") or not os.path.isabs(self.file):
            return True  # frozen, or from the archive of an embeddable Python
        return self.file.startswith(_STANDARD_LIBRARY) and not any(
            part in self.file for part in _SITE
        )

    def __str__(self) -> str:
        return f"{self.file}:{self.number} in {self.function}"


Stack = tuple[SourceLine, ...]
Places = tuple[tuple[CodeType, int], ...]
"""Code that was being executed, and which of its instructions: a stack whose lines nobody has
looked up yet. It costs a tenth of one with lines, and nearly none is ever shown."""


def calling_lines(limit: int = DEEPEST) -> Stack:
    """Return the lines being executed in this thread, innermost first.

    Args:
        limit: The maximum number of lines.

    Returns:
        The lines, without those of the fault injection itself and of pytest.
    """
    return lines_at(places_from(_getframe(1), sys.getrecursionlimit()), limit)


def places_from(frame: FrameType | None, most: int = _MOST_FRAMES) -> Places:
    """Return the places being executed in a frame and its callers, as far as a test's start.

    To read a frame's code is an audit event (Objects/frameobject.c). With a hook, this takes longer
    than all else here, so the frame's global names tell where the test starts.

    Args:
        frame: The innermost frame.
        most: The maximum number of places.
    """
    end, end2 = _names_below_a_test()
    places: list[tuple[CodeType, int]] = []
    for _ in repeat(None, most):
        if frame is None:
            break
        names = frame.f_globals
        if names is end or names is end2 or (names is _THREADS and places and _is_start(frame)):
            break
        places.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return tuple(places)


def _is_start(frame: FrameType | None) -> bool:
    """Return whether a frame and its callers are what `threading` runs a thread's function by."""
    while frame is not None and frame.f_globals is _THREADS:
        frame = frame.f_back
    return frame is None


@functools.cache
def _names_below_a_test() -> tuple[dict[str, Any], ...]:
    return tuple(vars(sys.modules[one]) if one in sys.modules else {} for one in _BELOW_A_TEST)


def lines_at(places: Places, limit: int = DEEPEST) -> Stack:
    """Return the lines at some places; see `calling_lines`.

    Args:
        places: The places.
        limit: The maximum number of lines; of more, the middle is left out.
    """
    left_out = _files_left_out()
    shown = [one for one in places if not one[0].co_filename.startswith(left_out)]
    if len(shown) > limit:
        shown[limit // 2 : limit // 2 - limit] = []
    return tuple(SourceLine(c.co_filename, _line_at(c, i), c.co_name) for c, i in shown)


def is_left_out(code: CodeType) -> bool:
    """Return whether some code belongs to the fault injection itself or to pytest."""
    return code.co_filename.startswith(_files_left_out())


def _files_left_out() -> tuple[str, ...]:
    modules = [sys.modules.get(name) for name in ("_pytest", "pluggy")]
    files = [one.__file__ for one in modules if one and one.__file__]
    return _OWN, _PLUGIN, *(os.path.dirname(file) + os.sep for file in files)


@functools.lru_cache(maxsize=4096)  # the same places are shown again and again
def _line_at(code: CodeType, instruction: int) -> int:
    for start, end, line in code.co_lines():
        if start <= instruction < end and line is not None:
            return line
    return code.co_firstlineno


def first_outside_library(lines: Stack) -> SourceLine | None:
    """Return the innermost line outside Python itself, or the innermost one if there is none."""
    return next((line for line in lines if not line.in_standard_library), next(iter(lines), None))
