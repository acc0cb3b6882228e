"""Data types for an exception and everything behind it, as a flat chain."""

from __future__ import annotations

from typing import NamedTuple

from winasr_doctor._util.lazy_patterns import lazy_pattern


class Frame(NamedTuple):
    """One line of a traceback.

    Attributes:
        file: The last part of the file's path.
        function: The function's name.
        path: The whole path as in the traceback; empty if it has none.
        line: The line number, from 1; `None` if unknown.
    """

    file: str
    function: str
    path: str = ""
    line: int | None = None


class ErrorNode(NamedTuple):
    """One exception of a chain.

    Attributes:
        kind: The class's name without its module; empty for a message without any exception.
        message: Its text.
        winerror: The Windows code, if any.
        errno: The C code, if any.
        path: The file it names, if any.
        frames: The frames it passed through, outermost first.
        module: The module of the class, such as `torch.cuda`; empty if unknown.
        log: The log lines just before it, oldest first.
        exception: The exception itself, if it is a live one.
    """

    kind: str
    message: str
    winerror: int | None = None
    errno: int | None = None
    path: str | None = None
    frames: tuple[Frame, ...] = ()
    module: str = ""
    log: tuple[str, ...] = ()
    exception: BaseException | None = None


Chain = tuple[ErrorNode, ...]
"""The exception that was reported first, then those it hides, outermost first."""


def last_part(path: str) -> str:
    """Return the last component of a Windows or POSIX path."""
    return path.replace("\\", "/").rpartition("/")[2]


_QUOTED = lazy_pattern(r"""(?:(?<!\w)|(?<=\b[brBR]))'((?:[^'\\]|\\.)*)'|"([^"]*)\"""")
"""A quoted text; an apostrophe between letters, as in the French "d'accès", does not start one."""

_LONGEST = 4_000
"""Maximum number of characters of a message that are searched for a path."""


def path_in(message: str) -> str | None:
    """Return the first quoted path in a message, with doubled backslashes undone."""
    for match in _QUOTED.finditer(message[:_LONGEST]):
        quoted = match[1] or match[2] or ""
        if "\\" in quoted or "/" in quoted:
            return quoted.replace("\\\\", "\\")
    return None
