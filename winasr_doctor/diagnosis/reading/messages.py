"""Recognises lines that report an error without naming an exception."""

from __future__ import annotations

import re

from winasr_doctor._util.lazy_patterns import lazy_pattern

_MARKERS = lazy_pattern(
    r"\berror|\bfailed\b"
    r"|\bfatal\b|failure|could ?n[o']t\b|\bcan ?not\b|can't|\bunable to\b|not found"
    r"|\bdenied\b|\brefused\b|no such file|not installed|not compiled|not supported|is required"
    r"|out of memory|not enough memory"
    r"|\bmissing\b|\bassertion\b|\bcrash|\baborted?\b|\btimed? ?out\b"
    r"|exception|has no attribute|not defined|not recognized|not callable|not in struct"
    r"|positional argument|can(?:no|')t decode|codec can|unable|unsupported|unknown|rejected"
    r"|faulting (?:application|module)|\bgated\b|unauthorized|forbidden|max retries|getaddrinfo"
    r"|was removed|no longer|not a valid|not available|deprecated and"
    r"|\[WinError|\[Errno|no module named|no kernel image|invalid|unexpected|incompatible"
    r"|no space left|too long|too small|must be|does not exist|doesn't exist|corrupt|mismatch"
    r"|unhandled|terminated|exit code|0xc0000",
    re.IGNORECASE,
)
_HARMLESS = lazy_pattern(
    r"\b(?:0|no) (?:errors?|failures?|failed)\b|without errors?|\berrors?[:=] ?(?:0|none|false)\b"
    r"|^\W*\d+ (?:failed|errors?) in \d|^collected \d+ items"
    r"|(?:^|[\s|\[])(?:INFO|DEBUG|TRACE)\b|Warning:|\[NeMo [IWD] ",
    re.IGNORECASE,
)
_LOG_LINE = lazy_pattern(
    r"\[?(?:\d{4}-\d\d-\d\d[T ]|\d\d:\d\d:\d\d)"
    r"|(?:INFO|DEBUG|WARNING|ERROR|CRITICAL|FATAL)\b ?[:|\]\-]"
    r"|\[(?:INFO|DEBUG|WARNING|ERROR|CRITICAL|FATAL)\]|\[NeMo [A-Z] |\[\d{2,7}\] |\[worker"
)
_END = lazy_pattern(
    r"(?:\(\w[\w. \-]{0,60}\) )?(?:PS )?[A-Za-z]:\\[^>\n]{0,200}>|```|\"\"\"|'''|-{20,}|={8,}|_{8,}"
    r"|['\"\]})>,;]{1,4}\s*$"
    r"|\[end of |!!! |\$ |Press any key|Process finished with exit code|\+[-+]{8,}|[╭╰┌└]"
    r"|Exception ignored in|Exception in thread|--- Logging error|Task exception was never"
    r"|View as a scrollable|Thread 0x"
)
_BEGINNING = lazy_pattern(
    r"(?:\w{1,30}: ){0,2}(?:fatal )?error\b|\[\w+ ?\w*\]|Could not|Failed", re.IGNORECASE
)
_FATAL = lazy_pattern(
    r"Windows fatal exception: |Fatal Python error: |OMP: Error|Could not load library |forrtl: "
    r"|Could not locate |terminate called|Assertion failed"
)
"""Output of native code before the process dies: faulthandler, OpenMP, cuDNN, Intel Fortran."""


def is_message(body: str) -> bool:
    """Return whether a line reports an error."""
    if not (_MARKERS.search(body) or is_fatal(body)):
        return False
    return _HARMLESS.search(body) is None and not (is_end(body) and "!!!" not in body)


def begins_message(body: str) -> bool:
    """Return whether a line that reports an error is the first of its message."""
    return is_log_line(body) or _BEGINNING.match(body.lstrip()) is not None


def is_log_line(body: str) -> bool:
    """Return whether a line begins like a log line: with a time or a level."""
    return _LOG_LINE.match(body) is not None


def is_end(body: str) -> bool:
    """Return whether a line cannot be part of a message: a prompt, a fence, a rule."""
    return _END.match(body.lstrip()) is not None


def is_fatal(body: str) -> bool:
    """Return whether a line is native code's last output."""
    return _FATAL.search(body) is not None
