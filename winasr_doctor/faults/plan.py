"""Parses fault plans such as `unlink:32*2@*.json; rmdir:145~0.5`."""

from __future__ import annotations

import fnmatch
import math
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from winasr_doctor.windows.errors import CODES

__tracebackhide__ = True  # pytest then shows the line with the plan, not how it is read

ALIASES = {"remove": "unlink"}
OPERATIONS = (
    "rmtree",
    "unlink",
    "rmdir",
    "rename",
    "replace",
    "scandir",
    "listdir",
    "stat",
    "lstat",
    "chmod",
    "open",
    "write",
    "mkdir",
    "symlink",
    "link",
    "truncate",
    "fsync",
    "copyfile",
    "connect",
)
"""The operations that can fail. `unlink` is also `os.remove`; `open` means opening for reading and
`write` opening to change or to create a file."""

FOREVER = math.inf

LONGEST_GLOB = 1_000
"""Characters of a pattern; the time to match one grows with it."""

_SHOWN = 60
"""The number of characters of a long plan that a message shows before and after an error."""

_SEPARATOR = ";"


class PlanError(ValueError):
    """The text of a plan is invalid.

    Attributes:
        reason: What is wrong.
        text: The whole plan.
        column: The column of the error, from 1.
    """

    def __init__(self, reason: str, text: str, column: int) -> None:
        super().__init__(reason, text, column)
        self.reason = reason
        self.text = text
        self.column = column

    def __str__(self) -> str:
        first = max(self.column - 1 - _SHOWN, 0) if len(self.text) > 2 * _SHOWN else 0
        shown = self.text[first : first + 2 * _SHOWN]
        line = "".join(character if character.isprintable() else "?" for character in shown)
        caret = " " * (self.column - 1 - first) + "^"
        return f"{self.reason} (column {self.column})\n  {line}\n  {caret}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a plan.

    Attributes:
        operation: One of `OPERATIONS`.
        code: The Windows error code.
        times: The largest number of times that it fires; `FOREVER` for no limit. `None` means once,
            or without a limit while `seconds` last.
        seconds: How long it keeps firing after the first time; `None` for no limit.
        start: The first matching call at which it fires, counted from 1.
        glob: The paths it applies to, case-insensitive. A pattern without a separator matches
            names, one with a separator matches whole paths. `None` for every path.

    Raises:
        ValueError: A value is out of range.
    """

    operation: str
    code: int
    times: float | None = None
    seconds: float | None = None
    start: int = 1
    glob: str | None = None

    def __post_init__(self) -> None:
        if self.operation not in OPERATIONS:
            raise ValueError(
                f"{self.operation!r} is not an operation; use one of " + ", ".join(OPERATIONS)
            )
        if self.code not in CODES:
            raise ValueError(f"{self.code} is not a known Windows error code")
        if self.times is not None and self.times != FOREVER and self.times != int(self.times):
            raise ValueError("times must be a whole number or FOREVER")
        if self.times is not None and not self.times >= 1:
            raise ValueError("times must be at least 1")
        if self.seconds is not None and not 0 < self.seconds < FOREVER:
            raise ValueError("seconds must be above 0")
        if self.start < 1:
            raise ValueError("start must be at least 1")
        if self.glob is not None and (
            not self.glob or self.glob != self.glob.strip() or _SEPARATOR in self.glob
        ):
            raise ValueError("glob must not be empty, have blanks around it, or contain ';'")

    @property
    def limit(self) -> float:
        """The largest number of times that it fires."""
        if self.times is None:
            return 1 if self.seconds is None else FOREVER
        return self.times

    def matches(self, path: str) -> bool:
        """Return whether the fault applies to a path.

        Args:
            path: The path as passed to the operation.
        """
        return self.glob is None or _matcher(self.glob)(path)

    def __str__(self) -> str:
        parts = [f"{self.operation}:{self.code}"]
        if self.start > 1:
            parts.append(f"#{self.start}")
        if self.times == FOREVER:
            parts.append("*inf")
        elif self.times is not None:
            parts.append(f"*{int(self.times)}")
        if self.seconds is not None:
            parts.append(f"~{_plain(self.seconds)}")
        if self.glob is not None:
            parts.append(f"@{self.glob}")
        return "".join(parts)


def _plain(seconds: float) -> str:
    """Format a number as the parser reads it: digits and a point, no exponent."""
    text = repr(seconds)
    if "e" not in text:
        return text.removesuffix(".0")

    return format(Decimal(text), "f")


@lru_cache(maxsize=256)
def _matcher(glob: str) -> Callable[[str], bool]:
    whole_path = "/" in glob or "\\" in glob
    expression = re.compile(fnmatch.translate(glob.replace("\\", "/")), re.IGNORECASE)

    def matches(path: str) -> bool:
        if whole_path:
            subject = os.path.abspath(path)
        else:
            subject = os.path.basename(path.rstrip("/" + os.sep))
        return expression.match(subject.replace(os.sep, "/")) is not None

    return matches


@dataclass(frozen=True, slots=True)
class Plan:
    """Several faults; if several are due at a call, the first one fires.

    Attributes:
        faults: The faults in the order of the text. Each counts its own matching calls, so
            `rmtree:32*2;rmtree:5` fails with 32 twice and then with 5.
    """

    faults: tuple[Fault, ...]

    @classmethod
    def parse(cls, text: str) -> Plan:
        """Parse a plan.

        Args:
            text: Faults joined by `;`, each `OPERATION:CODE`, then in any order `#START`, `*TIMES`
                or `*inf`, `~SECONDS`, and finally `@GLOB`. Spaces around a fault are ignored.

        Returns:
            The plan.

        Raises:
            PlanError: The text is not a valid plan.
        """
        return cls(tuple(_Reader(text).faults()))

    def __str__(self) -> str:
        return "; ".join(str(fault) for fault in self.faults)


_WORD = re.compile(r"[a-z]+", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?|\.[0-9]+", re.ASCII)
_BLANKS = re.compile(r"\s*")
_LIMITS = {"#": "start", "*": "times", "~": "seconds"}


class _Reader:
    """Reads a plan from left to right, so that each error knows its column."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def faults(self) -> Iterator[Fault]:
        while True:
            self._skip_blanks()
            yield self._fault()
            if self._at == len(self._text):
                return
            self._at += 1  # the separator

    def _fault(self) -> Fault:
        operation = self._operation()
        if not self._take(":"):
            raise self._error("expected ':' and a Windows error code")
        code = self._code()
        given: dict[str, float | int] = {}
        while self._at < len(self._text) and self._text[self._at] in _LIMITS:
            self._limit(given)
        glob = self._glob() if self._take("@") else None
        self._skip_blanks()
        if self._at < len(self._text) and self._text[self._at] != _SEPARATOR:
            raise self._error("expected '#', '*', '~', '@', ';' or the end")
        return Fault(
            operation,
            code,
            times=given.get("times"),
            seconds=given.get("seconds"),
            start=int(given.get("start", 1)),
            glob=glob,
        )

    def _operation(self) -> str:
        begin = self._at
        name = self._match(_WORD) or ""
        name = ALIASES.get(name, name)
        if name not in OPERATIONS:
            raise self._error(f"expected an operation, one of {', '.join(OPERATIONS)}", begin)
        return name

    def _code(self) -> int:
        begin = self._at
        digits = self._match(_WHOLE)
        if digits is None:
            raise self._error("expected a Windows error code, such as 32")
        if int(digits) not in CODES:
            raise self._error(f"{digits} is not a known Windows error code", begin)
        return int(digits)

    def _limit(self, given: dict[str, float | int]) -> None:
        begin = self._at
        sign = self._text[begin]
        name = _LIMITS[sign]
        if name in given:
            raise self._error(f"a second {sign!r}", begin)
        self._at += 1
        value = self._seconds() if sign == "~" else self._count(or_forever=sign == "*")
        given[name] = value

    def _count(self, *, or_forever: bool) -> float:
        if or_forever and self._text.startswith("inf", self._at):
            self._at += len("inf")
            return FOREVER
        begin = self._at
        digits = self._match(_WHOLE)
        if digits is None:
            expected = "a whole number or 'inf'" if or_forever else "a whole number"
            raise self._error(f"expected {expected}")
        if int(digits) == 0:
            raise self._error("expected 1 or more", begin)
        return int(digits)

    def _seconds(self) -> float:
        begin = self._at
        digits = self._match(_DECIMAL)
        if digits is None:
            raise self._error("expected seconds, such as 0.5")
        if not 0 < float(digits) < FOREVER:
            raise self._error("expected more than 0 seconds", begin)
        return float(digits)

    def _glob(self) -> str:
        end = self._text.find(_SEPARATOR, self._at)
        end = len(self._text) if end < 0 else end
        glob = self._text[self._at : end].strip()
        if not glob:
            raise self._error("expected a pattern for paths, such as *.json")
        if len(glob) > LONGEST_GLOB:
            raise self._error(f"a pattern has {LONGEST_GLOB} characters at most")
        self._at = end
        return glob

    def _match(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        return found.group()

    def _take(self, character: str) -> bool:
        if self._text.startswith(character, self._at):
            self._at += 1
            return True
        return False

    def _skip_blanks(self) -> None:
        self._match(_BLANKS)

    def _error(self, reason: str, at: int | None = None) -> PlanError:
        return PlanError(reason, self._text, (self._at if at is None else at) + 1)
