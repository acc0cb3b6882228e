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
    Verdict.PASS: f"nothing found in settings and versions that would break {NAMES} speech"
    " recognition here",
}

_TOLD_ELSEWHERE = frozenset(
    {"file", "line", "column", "suppressed", "traceback", "needs", "reason"}
)
"""Evidence that has a place of its own in a report."""

_SHORT = 100
"""Maximum number of characters of a fact that is still easy to read in a line."""


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
    if any(result.code == "ENV026" and result.status is Status.SKIP for result in report.results):
        words += "; `--deep` also tries the imports" * (report.verdict is Verdict.PASS)
    if counts["unknown"]:
        checks = "1 check" if counts["unknown"] == 1 else f"{counts['unknown']} checks"
        words += f"; {checks} could not decide"
    return words


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
        if result.status is not Status.FAIL and result.suppression is not None
    ]
