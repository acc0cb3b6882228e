"""Recognises the line of a traceback that names the exception, and parses its message."""

from __future__ import annotations

import builtins
import re
from enum import IntEnum
from typing import NamedTuple

from winasr_doctor._util.lazy_patterns import lazy_pattern
from winasr_doctor.diagnosis.nodes import ErrorNode, Frame, path_in
from winasr_doctor.windows.errors import CODES

_NAME = r"(?:[A-Za-z_]\w{0,80}\.){0,12}[A-Za-z_]\w{0,100}"
_ENDING = lazy_pattern(rf"(?P<kind>{_NAME})(?: ?: ?(?P<message>.*)|:?)\s*$", re.DOTALL)
_SUFFIX = r"(?:Error|Exception|Interrupt|Exit|ExceptionGroup|Timeout|NotFound|Errors)"
_ANYWHERE = lazy_pattern(
    rf"(?:(?<=[\s|│>:\]('\"])|^)(?P<kind>(?:[A-Za-z_]\w{{0,80}}\.){{0,12}}_?[A-Z]\w{{0,100}}?{_SUFFIX})"
    r"(?: ?: (?P<message>.*)|:?\s*$)",
    re.DOTALL,
)
_STRONG = lazy_pattern(rf"_?[A-Z]\w*{_SUFFIX}$|(?:Base)?ExceptionGroup$")
_HUMPS = lazy_pattern(r"_?[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+$|_?[A-Z]{2,}[a-z]\w*$")
_SOURCE = lazy_pattern(
    r"\b(?:raise|except|import|class|return|isinstance|assert)\b|^\s*(?:e|err|exc) = "
)
_NO_CLASSES = frozenset(
    {
        "INFO", "WARNING", "WARN", "ERROR", "DEBUG", "CRITICAL", "FATAL", "TRACE", "NOTE", "NOTICE",
        "SUCCESS", "Message", "Arguments", "Note", "Hint", "Warning", "Transcribing",
        "Downloading", "Loading", "Fetching", "Epoch", "Line", "StackTrace", "CategoryInfo",
        "FullyQualifiedErrorId", "PowerShell", "GitHub", "YouTube", "JavaScript", "TypeScript",
        "MoviePy",
    }
)  # fmt: skip
_BUILTINS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)
_WINERROR = lazy_pattern(
    r"\[W[il1]n ?Error (-?\d[\d ]{0,9})\]|\bError code (\d{1,5})\b|\(os error (\d{1,5})\)"
)
_ERRNO = lazy_pattern(r"\[Errno (-?\d[\d ]{0,9})\]")
_PLACEHOLDER = lazy_pattern(r"%1 |The process cannot access the file ")
"""The start of a text, left out: .NET writes the path into it."""
_ENGLISH = {
    _PLACEHOLDER.sub("", CODES[code].text).casefold(): code
    for code in (2, 3, 32, 33, 112, 126, 127, 145, 193, 206, 1114, 1314, 1455)
}
"""Windows' English texts: the only trace of the number in a line that an app has written itself.
Texts in other languages are never compared.
"""
_LONGEST_MESSAGE = 8_000


class Strength(IntEnum):
    """How sure it is that a line names an exception."""

    NO = 0
    WEAK = 1
    """It may be any `Word: text`; it only counts below the frames of a traceback."""
    STRONG = 2


class ErrorLine(NamedTuple):
    """The line that names the exception.

    Attributes:
        kind: The class without its module.
        module: The module; empty if the form has none.
        message: The rest of this line.
        strength: How sure it is.
    """

    kind: str
    module: str
    message: str
    strength: Strength

    def is_word(self) -> bool:
        """Return whether it could just as well be the first word of an ordinary line."""
        return not self.module and self.kind in ("Error", "error", "Timeout")


def ending_in(body: str, expected: str | None = None) -> ErrorLine | None:
    """Return the exception that a whole line names.

    Args:
        body: A line without its prefix, from its first column on.
        expected: The class announced by the traceback's heading, as in IPython.
    """
    if body[:1] in " \t" or not body:
        return None
    match = _ENDING.match(body)
    if match is None:
        return None
    module, _, kind = match["kind"].rpartition(".")
    message = (match["message"] or "").strip()
    strength = _strength(kind, module, bare=not message and not body.rstrip().endswith(":"))
    if kind == expected:
        strength = Strength.STRONG
    if strength is Strength.NO:
        return None
    return ErrorLine(kind, module, message, strength)


def _strength(kind: str, module: str, *, bare: bool) -> Strength:
    if kind in _NO_CLASSES or (kind.endswith("Warning") and not module and bare):
        return Strength.NO
    if kind in _BUILTINS or _STRONG.match(kind):
        return Strength.STRONG
    if module and (kind[0].isupper() or kind[0] == "_" or kind.endswith(("error", "timeout"))):
        return Strength.WEAK if bare else Strength.STRONG
    if kind in ("Error", "Exception", "Timeout") or (kind == "error" and not bare):
        return Strength.WEAK
    return Strength.WEAK if _HUMPS.match(kind) else Strength.NO


def ending_within(body: str) -> ErrorLine | None:
    """Return the exception that a line names anywhere, as in `ERROR app: ValueError: text`."""
    match = _ANYWHERE.search(body)
    if match is None or _SOURCE.search(body[: match.start("kind")]):
        return None
    module, _, kind = match["kind"].rpartition(".")
    return ErrorLine(kind, module, (match["message"] or "").strip(), Strength.STRONG)


def node_from(kind: str, module: str, message: str, frames: tuple[Frame, ...] = ()) -> ErrorNode:
    """Return an exception as a node, with the code and the path from its message.

    Args:
        kind: The class; empty for a message without an exception.
        module: The class's module.
        message: Its text, of any number of lines.
        frames: The frames it passed through.
    """
    text = message.strip()[:_LONGEST_MESSAGE]
    flat = text.replace("\n", "") if "\n" in text else text
    path = path_in(text)
    return ErrorNode(
        kind=kind,
        message=text,
        winerror=_winerror(text, flat),
        errno=_code(_ERRNO, flat),
        path=None if path is None else path.replace("\n", ""),
        frames=frames,
        module=module,
    )


def _winerror(text: str, flat: str) -> int | None:
    for form in (text, flat):
        code = _code(_WINERROR, form)
        if code is not None:
            return code
    return _english(flat)


def _code(pattern: re.Pattern[str], text: str) -> int | None:
    match = pattern.search(text)
    if match is None:
        return None
    if "os error" in match[0] and ":\\" not in text:
        return None  # Rust shows the system's number; without a Windows path it may be an errno
    digits = next(group for group in match.groups() if group)
    return int(digits.replace(" ", "")[:9])


def _english(text: str) -> int | None:
    if "the " not in text and "The " not in text and "Win32" not in text:
        return None
    folded = text.casefold()
    return next((code for words, code in _ENGLISH.items() if words in folded), None)
