"""Wording and finding details shared by the human-readable formats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from winasr_doctor.checks import FAMILIES
from winasr_doctor.findings import Evidence, Report, Result, Status, Verdict
from winasr_doctor.frameworks.guarded import NAMES
from winasr_doctor.report.escaping import one_line, plain

HEAD = (
    ("system", "Machine"),
    ("python", "Python"),
    ("torch", "torch"),
    ("nemo_toolkit", "NeMo"),
)
"""Keys of `Report.host` shown at the head of a report, and their labels."""

COUNTED = {
    "error": ("error", "errors"),
    "warning": ("warning", "warnings"),
    "info": ("note", "notes"),
    "crash": ("check crashed", "checks crashed"),
    "unknown": ("unknown", "unknown"),
    "pass": ("passed", "passed"),
    "skip": ("skipped", "skipped"),
}
"""Keys of `Report.counts`, worst first, in the singular and the plural."""

LABELS = {"info": "note"}
"""The displayed label of a severity or status, if it differs from its name."""

_VERDICTS = {
    Verdict.FAIL: "loading or transcribing will fail here until the errors are fixed",
    Verdict.WARN: "loading or transcribing may fail here under common conditions",
    Verdict.PASS: f"nothing found that would break {NAMES} speech recognition here",
}

_LOCATION = frozenset({"file", "line", "column"})
_TOLD_ELSEWHERE = _LOCATION | {"suppressed", "traceback", "needs", "reason"}
"""Evidence that a report shows in a separate place."""

_SHORT = 100
"""Maximum number of characters of a fact that is still easy to read in a line."""


class Location(Struct, frozen=True):
    """A place in a source file; line and column count from 1, `None` if unknown."""

    file: str
    line: int | None
    column: int | None

    def __str__(self) -> str:
        """Format it as compilers do: `file:line:column`."""
        return ":".join(
            str(part) for part in (self.file, self.line, self.column) if part is not None
        )


class CheckFamily(Struct, frozen=True):
    """The results of one family of checks."""

    name: str
    title: str
    results: tuple[Result, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Results by severity or status, worst first, without those that do not occur."""
        seen = Counter(level(result) for result in self.results)
        return {key: seen[key] for key in COUNTED if seen[key]}

    @property
    def worst(self) -> str:
        """The worst severity or status in the family."""
        return next(iter(self.counts))


def level(result: Result) -> str:
    """Return a result's severity if it has one, else its status."""
    found: str = (result.severity or result.status).value
    return found


def label(result: Result) -> str:
    """Return the displayed label of a result's severity or status."""
    return LABELS.get(level(result), level(result))


def families(report: Report) -> list[CheckFamily]:
    """Return the families of a report in order of first occurrence."""
    grouped: dict[str, list[Result]] = {}
    for result in report.results:
        grouped.setdefault(result.family, []).append(result)
    return [
        CheckFamily(name, FAMILIES.get(name, ""), tuple(found)) for name, found in grouped.items()
    ]


def head(report: Report) -> list[tuple[str, str]]:
    """Return the subject of the report: machine, Python, torch and NeMo, as far as known."""
    named = [(title, plain(report.host.get(key))) for key, title in HEAD]
    return [(title, one_line(str(value)) if value else "not found") for title, value in named]


def count_words(counts: dict[str, int]) -> list[str]:
    """Return `1 error`, `2 warnings` and so on, worst first, zeros left out."""
    return [
        f"{counts[key]} {many if counts[key] != 1 else one}"
        for key, (one, many) in COUNTED.items()
        if counts.get(key)
    ]


def verdict_words(report: Report) -> str:
    """Return the verdict as a sentence without a full stop."""
    counts = report.counts
    if not report.results:
        return "no check was run"
    words = _VERDICTS[report.verdict]
    if report.verdict is Verdict.WARN and not counts["warning"]:
        words = "no error or warning found, but a check crashed and could not decide"
    if counts["unknown"]:
        checks = "1 check" if counts["unknown"] == 1 else f"{counts['unknown']} checks"
        words += f"; {checks} could not decide"
    return words


def location(evidence: Evidence) -> Location | None:
    """Return the source location of a finding, if its evidence has one."""
    file = evidence.get("file")
    if not isinstance(file, str) or not file:
        return None
    line = _position(evidence.get("line"))
    return Location(file, line, _position(evidence.get("column")) if line else None)


def _position(value: object) -> int | None:
    good = isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 2**31
    return value if good and isinstance(value, int) else None


def suppression(evidence: Evidence) -> str | None:
    """Return why the source suppresses a finding, or `None` if it does not."""
    if not evidence.get("suppressed"):
        return None
    return str(plain(evidence.get("reason") or ""))


def needs(evidence: Evidence) -> str | None:
    """Return what is needed to determine an unknown result, if that is known."""
    needed = evidence.get("needs")
    return str(plain(needed)) if needed else None


def facts(result: Result) -> list[tuple[str, str]]:
    """Return the evidence that fits on a line and is not already in the summary."""
    found = []
    for name, value in result.evidence.items():
        if name in _TOLD_ELSEWHERE or value is None or value == "":
            continue
        words = fact_words(value)
        if words and words not in result.summary and len(words) <= _SHORT:
            found.append((str(name).replace("_", " "), words))
    return found


def fact_words(value: object) -> str:
    """Format a value of evidence for people; empty if that takes more than a line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (str, int, float)):
        return str(value)
    if isinstance(value, (list, tuple)) and all(isinstance(item, (str, int)) for item in value):
        return ", ".join(map(str, value))
    return ""


def failing(results: Iterable[Result]) -> list[Result]:
    """Return the failing results, worst first."""
    from winasr_doctor.scanning import worst_first

    return sorted((result for result in results if result.status is Status.FAIL), key=worst_first)


def silenced(results: Iterable[Result]) -> list[Result]:
    """Return the results that would have failed without a comment that suppresses them."""
    return [
        result
        for result in results
        if result.status is not Status.FAIL and suppression(result.evidence) is not None
    ]
