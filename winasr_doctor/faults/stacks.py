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
_getframe: Callable[[int], FrameType] = GETFRAME.get()
DEEPEST = 24
"""The most frames to keep of a stack."""


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


def calling_lines(limit: int = DEEPEST) -> tuple[SourceLine, ...]:
    """Return the lines being executed in this thread, innermost first.

    Args:
        limit: The maximum number of lines.

    Returns:
        The lines, without those of the fault injection itself.
    """
    lines: list[SourceLine] = []
    frame: FrameType | None = _getframe(1)  # the only way that costs nothing
    while frame is not None and len(lines) < limit:
        code = frame.f_code
        if not code.co_filename.startswith(_OWN):
            lines.append(SourceLine(code.co_filename, frame.f_lineno, code.co_name))
        frame = frame.f_back
    return tuple(lines)


def first_outside_library(lines: tuple[SourceLine, ...]) -> SourceLine | None:
    """Return the innermost line outside Python itself, or the innermost one if there is none."""
    return next((line for line in lines if not line.in_standard_library), next(iter(lines), None))
