"""Renders the report as one short line, for engines that keep only a script's last line.

Intune keeps at most the last 2,048 characters of the last line and sends them through the OEM code
page; source: learn.microsoft.com, "Use Remediations to detect and fix support issues". So the line
is ASCII and has at most `MOST` characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from winasr_doctor.findings import Report, Severity, Status
from winasr_doctor.report.interface import RenderOptions

VERSION: Literal[1] = 1

MOST = 1_000
"""Maximum number of characters of a line."""

_MOST_CODES = 400
"""Maximum number of characters for codes of one kind; all else is shorter than 200."""


class DigestLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A report in one line; the names are short because the line must be."""

    v: Literal[1]
    """The version of this format."""
    t: str
    """The version of the tool."""
    s: Literal["pass", "warn", "fail", "crash"]
    """The verdict; a collecting script writes `crash` if the scan printed nothing."""
    e: int
    """Number of errors."""
    w: int
    """Number of warnings."""
    n: int = 0
    """Number of checks that could not decide or crashed."""
    c: str = ""
    """The codes of the checks that found errors, separated by spaces; `+3` if 3 do not fit."""
    d: str = ""
    """The codes of the checks that found warnings, in the same way."""
    x: str = ""
    """The kind of account: `user`, `service` or `system`."""
    k: str = ""
    """A pseudonym of the machine."""

    @property
    def errors(self) -> tuple[str, ...]:
        """The codes of errors."""
        return _split(self.c)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The codes of warnings."""
        return _split(self.d)


def _split(codes: str) -> tuple[str, ...]:
    return tuple(code for code in codes.split() if not code.startswith("+"))


def render(report: Report, options: RenderOptions) -> str:
    """Write a report as one line of JSON in ASCII."""
    counts = report.counts
    line = DigestLine(
        v=VERSION,
        t=_ascii(report.tool.version, 24),
        s=report.verdict.value,
        e=counts["error"],
        w=counts["warning"],
        n=counts["unknown"] + counts["crash"],
        c=_joined(_failed(report, Severity.ERROR)),
        d=_joined(_failed(report, Severity.WARNING)),
        x=_ascii(str(report.host.get("account") or ""), 16),
        k=_ascii(options.pseudonym, 32),
    )
    return msgspec.json.encode(line).decode("ascii") + "\n"


def decode_digest(line: bytes) -> DigestLine:
    """Read a line that `render` wrote.

    Args:
        line: One line of JSON.

    Raises:
        msgspec.DecodeError: It is not such a line.
    """
    return msgspec.json.decode(line, type=DigestLine)


def _failed(report: Report, severity: Severity) -> list[str]:
    failed = [each for each in report.results if each.status is Status.FAIL]
    return list(dict.fromkeys(each.code for each in failed if each.severity is severity))


def _joined(codes: Iterable[str]) -> str:
    words = [_ascii(code, 16) for code in codes]
    kept = words[:]
    while len(" ".join(kept)) > _MOST_CODES:
        kept.pop()
    left_out = len(words) - len(kept)
    return " ".join([*kept, f"+{left_out}"] if left_out else kept)


def _ascii(text: str, most: int) -> str:
    return re.sub(r"[^A-Za-z0-9._+-]", "", text)[:most]
