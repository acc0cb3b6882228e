"""Records where in the program something happened, without keeping any frame alive."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import FrameType
from typing import NamedTuple

from winasr_doctor._util.private_names import GETFRAME

_OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep
_STANDARD_LIBRARY = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
_SITE = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)
_RUNNER = "_pytest.runner"
"""Below it there is only pytest, however deep."""
_PYTEST = ("_pytest.", "pluggy.", "winasr_doctor.pytest_plugin")
_getframe: Callable[[int], FrameType] = GETFRAME.get()
DEEPEST = 64
"""The most lines to keep of a stack."""


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
        if self.file.startswith("<") or not os.path.isabs(self.file):
            return True  # frozen, or from the archive of an embeddable Python
        return self.file.startswith(_STANDARD_LIBRARY) and not any(
            part in self.file for part in _SITE
        )

    def __str__(self) -> str:
        return f"{self.file}:{self.number} in {self.function}"


Stack = tuple[SourceLine, ...]


def calling_lines(limit: int = DEEPEST) -> Stack:
    """Return the lines being executed in this thread, innermost first.

    Args:
        limit: The maximum number of lines.

    Returns:
        The lines, without those of the fault injection itself and of pytest.
    """
    return lines_from(_getframe(1), limit)


def lines_from(frame: FrameType | None, limit: int = DEEPEST) -> Stack:
    """Return the lines being executed in a frame and its callers; see `calling_lines`.

    Args:
        frame: The innermost frame.
        limit: The maximum number of lines.
    """
    lines: list[SourceLine] = []
    while frame is not None and len(lines) < limit:
        module = str(frame.f_globals.get("__name__"))
        if module == _RUNNER:
            break
        code = frame.f_code
        if not code.co_filename.startswith(_OWN) and not module.startswith(_PYTEST):
            lines.append(SourceLine(code.co_filename, frame.f_lineno, code.co_name))
        frame = frame.f_back
    return tuple(lines)


def first_outside_library(lines: Stack) -> SourceLine | None:
    """Return the innermost line outside Python itself, or the innermost one if there is none."""
    return next((line for line in lines if not line.in_standard_library), next(iter(lines), None))
