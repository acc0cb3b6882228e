"""Summaries of a report and of its results, for the formats that people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from winasr_doctor.findings import (
    FAMILIES,
    Evidence,
    Report,
    Result,
    Severity,
    Stage,
    Status,
    Verdict,
)
from winasr_doctor.frameworks.names import NAMES
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
    """Return the subject of the report: machine, Python, torch and NeMo, as far as known.

    A Python that was examined from outside is named with its path.
    """
    named = [(key, title, plain(report.host.get(key))) for key, title in HEAD]
    words = {key: one_line(str(value)) if value else "not found" for key, _, value in named}
    outside = plain(report.host.get("interpreter"))
    if outside:
        words["python"] += f" ({one_line(str(outside))})"
    return [(title, words[key]) for key, title, _ in named]


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
    warned = [result for result in report.results if result.severity is Severity.WARNING]
    if report.verdict is Verdict.WARN and not counts["warning"]:
        words = "no error or warning found, but a check crashed and could not decide"
    elif report.verdict is Verdict.WARN and all(map(about_security, warned)):
        words = f"{_VERDICTS[Verdict.PASS]}; the warnings are about the machine's security"
    if report.verdict is Verdict.PASS:
        words = "; ".join([words, *dict.fromkeys(r.hint for r in report.results if r.hint)])
    if counts["unknown"]:
        checks = "1 check" if counts["unknown"] == 1 else f"{counts['unknown']} checks"
        words += f"; {checks} could not decide"
    return words


def needs(evidence: Evidence) -> str | None:
    """Return what is needed to determine an unknown result, if that is known."""
    needed = evidence.get("needs")
    return str(plain(needed)) if needed else None


def fact_words(value: object) -> str:
    """Format a value of evidence for people; empty if that takes more than a line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (str, int, float)):
        return str(value)
    if isinstance(value, (list, tuple)) and all(isinstance(item, (str, int)) for item in value):
        return ", ".join(map(str, value))
    return ""


def first_step(result: Result) -> str:
    """Return one line that names the first step of the recommended remedy; empty without one."""
    if not result.remedies:
        return ""
    remedy = result.remedies[0]
    return one_line(": ".join(["To do", remedy.title, *remedy.steps[:1]]))


def grouped(results: Iterable[Result]) -> list[list[Result]]:
    """Group results that say the same, and those of one check that have the same severity."""
    groups: dict[tuple[str, ...], list[Result]] = {}
    by_summary: dict[tuple[str, str], tuple[str, ...]] = {}
    for result in results:
        kind = level(result), str(result.suppression is not None)
        same = by_summary.setdefault((kind[0], result.summary), (*kind, result.code))
        groups.setdefault(same, []).append(result)
    return list(groups.values())


def placed(result: Result) -> str:
    """Return a finding's summary with its place in front, unless it names the file itself."""
    if result.location is None or result.location.file in result.summary:
        return result.summary
    return f"{places([result], 1)}: {result.summary}"


def places(results: Iterable[Result], most: int) -> str:
    """Return the places of findings by file, such as `app.py lines 3, 5`.

    Args:
        results: The findings. In a notebook their evidence counts the line from the cell's start.
        most: Maximum number of lines to name for each file.
    """
    lines: dict[str, list[int]] = {}
    for result in results:
        if result.location is not None:
            file, line = result.location.file, result.location.line
            cell, below = result.evidence.get("cell"), result.evidence.get("cell_line")
            if isinstance(cell, int) and isinstance(below, int):
                file, line = f"{file} cell {cell}", below
            lines.setdefault(file, []).extend([line] if line else [])
    return "; ".join(_in_file(file, sorted(set(found)), most) for file, found in lines.items())


def _in_file(file: str, lines: list[int], most: int) -> str:
    if not lines:
        return file
    if len(lines) == 1:
        return f"{file} line {lines[0]}"
    more = ", ..." if len(lines) > most else ""
    return f"{file} lines {', '.join(map(str, lines[:most]))}{more}"


def about_security(result: Result) -> bool:
    """Return whether a finding is a matter of security, not of speech recognition."""
    changes = [remedy.change for remedy in result.remedies]
    return bool(changes) and all(c is not None and c.stage is Stage.SECURITY for c in changes)


def silenced(results: Iterable[Result]) -> list[Result]:
    """Return the results that would have failed without a comment that suppresses them."""
    return [
        result
        for result in results
        if result.status is not Status.FAIL and result.suppression is not None
    ]
