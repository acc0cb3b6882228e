"""An exception and everything behind it, as a flat chain; and how text becomes one."""

from __future__ import annotations

import re
from typing import NamedTuple


class Frame(NamedTuple):
    """One line of a traceback.

    Attributes:
        file: The last part of the file's path.
        function: The function's name.
        path: The whole path as the traceback gives it; empty where it gives none.
        line: The line's number, from 1; `None` where it is not known.
    """

    file: str
    function: str
    path: str = ""
    line: int | None = None


class ErrorNode(NamedTuple):
    """One exception of a chain.

    Attributes:
        kind: The class's name without its module.
        message: Its text.
        winerror: The Windows code, if any.
        errno: The C code, if any.
        path: The file it names, if any.
        frames: Where it passed, outermost first.
        module: The module of the class, such as `torch.cuda`; empty where it is not known.
        log: The lines of the log just before it, oldest first.
        exception: The exception itself, when it is a live one.
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
"""The exception that was reported first, then what it hides, outermost first."""


def last_part(path: str) -> str:
    """Return the last part of a path of Windows or POSIX."""
    return path.replace("\\", "/").rpartition("/")[2]


_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>[^\s|│]+))?')
_CHAINED = re.compile(
    r"(?:During handling of the above exception, another exception occurred"
    r"|The above exception was the direct cause of the following exception)"
)
_HEAD = "Traceback (most recent call last)"
_ERROR = re.compile(
    r"(?:^|[\s|│>:\]])(?P<kind>(?:[A-Za-z_]\w*\.)*"
    r"(?P<name>[A-Z]\w*(?:Error|Exception|Interrupt|Exit|ExceptionGroup|Timeout|NotFound)))"
    r"(?:: (?P<message>.*))?\s*$"
)
_SOURCE = re.compile(r"\b(?:raise|except|import|class|return|isinstance|assert)\b")
_WINERROR = re.compile(r"\[WinError (\d+)\]")
_ERRNO = re.compile(r"\[Errno (-?\d+)\]")
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"([^"]*)\"""")

LONGEST_LINE = 4_000
"""Characters of a line that are looked at; no traceback has longer ones, minified logs do."""


def path_in(message: str) -> str | None:
    """Return the first quoted path of a message, its doubled backslashes undone."""
    for match in _QUOTED.finditer(message[:LONGEST_LINE]):
        quoted = match[1] or match[2] or ""
        if "\\" in quoted or "/" in quoted:
            return quoted.replace("\\\\", "\\")
    return None


def chains_in(text: str) -> list[Chain]:  # noqa: C901 - one branch per element of a traceback
    """Find every exception, with what it hides, in a text such as a log.

    Args:
        text: Tracebacks with anything around and before them: log prefixes, quoting, colours.

    Returns:
        One chain per traceback, in the order of the text; also for a single last line.
    """
    chains: list[list[ErrorNode]] = []
    frames: list[Frame] = []
    log: list[str] = []
    linked = in_traceback = False
    saw_traceback = _HEAD in text
    lines = [line[:LONGEST_LINE] for line in _ANSI.sub("", text).splitlines()]
    for number, line in enumerate(lines):
        if _HEAD in line:
            in_traceback, frames = True, []
        elif _CHAINED.search(line):
            linked = True
        elif frame := _FRAME.search(line):
            in_traceback = True
            frames.append(_frame_from(frame))
        elif error := _ERROR.search(line):
            if _SOURCE.search(line[: error.start("kind")]):
                continue
            if not in_traceback and saw_traceback and not _has_code(line):
                continue
            message = (error["message"] or "") + _more_of(lines, number + 1)
            node = _node_from(error, message, tuple(frames))
            node = node._replace(log=tuple(log[-_LOG_LINES:]))
            if linked and chains:
                chains[-1].insert(0, node)
            elif not (chains and not in_traceback and _is_echo(chains[-1][0], node)):
                chains.append([node])
            linked = in_traceback = False
            frames, log = [], []
        elif not in_traceback:
            log.append(line)
    return [tuple(chain) for chain in chains]


_LOG_LINES = 30
_MESSAGE_LINES = 12


def _has_code(line: str) -> bool:
    return bool(_WINERROR.search(line) or _ERRNO.search(line))


def _is_echo(reported: ErrorNode, node: ErrorNode) -> bool:
    """Tell whether a log line only repeats the traceback above it."""
    return (reported.kind, reported.winerror, reported.path) == (
        node.kind,
        node.winerror,
        node.path,
    )


def _frame_from(match: re.Match[str]) -> Frame:
    path, function = match["file"], (match["function"] or "").rstrip(",")
    return Frame(last_part(path), function, path, int(match["line"][:9]))


def _more_of(lines: list[str], start: int) -> str:
    """Return the further lines of a message, up to an empty line or the next element."""
    more = []
    for line in lines[start : start + _MESSAGE_LINES]:
        element = _HEAD in line or _FRAME.search(line) or _ERROR.search(line)
        if not line.strip() or element or _CHAINED.search(line):
            break
        more.append("\n" + line)
    return "".join(more)


def _node_from(match: re.Match[str], message: str, frames: tuple[Frame, ...]) -> ErrorNode:
    winerror, errno = _WINERROR.search(message), _ERRNO.search(message)
    return ErrorNode(
        kind=match["name"],
        message=message.strip(),
        winerror=int(winerror[1][:9]) if winerror else None,
        errno=int(errno[1][:9]) if errno else None,
        path=path_in(message),
        frames=frames,
        module=match["kind"].rpartition(".")[0],
    )
