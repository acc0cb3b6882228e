"""Renders the report as metrics for the textfile collector of Prometheus' exporters.

The format is OpenMetrics' predecessor, "Prometheus text-based format" (prometheus.io, "Exposition
formats"): each metric's comments stand before its lines, and the file ends in a line feed. The
collector reads `*.prom` and adds the file's time itself, so no metric holds a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from winasr_doctor.findings import Report, Status
from winasr_doctor.report.interface import RenderOptions

_VERDICTS = {"pass": 0, "warn": 1, "fail": 2}

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - one interface
    """Write a report as metrics."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield from _metric(
        "winasr_doctor_info",
        "The version of winasr_doctor, and what it examined.",
        [({"version": report.tool.version, **_known(report)}, 1)],
    )
    yield from _metric(
        "winasr_doctor_verdict",
        "The verdict: 0 pass, 1 warn, 2 fail.",
        [({}, _VERDICTS[report.verdict.value])],
    )
    yield from _metric(
        "winasr_doctor_results",
        "Results by severity, or by status where a check did not fail.",
        [({"level": level}, count) for level, count in report.counts.items()],
    )
    failed = Counter(
        (each.code, each.severity.value)
        for each in report.results
        if each.status is Status.FAIL and each.severity is not None
    )
    yield from _metric(
        "winasr_doctor_finding",
        "Findings of a check that failed.",
        [({"code": code, "level": level}, count) for (code, level), count in failed.items()],
    )


def _known(report: Report) -> dict[str, str]:
    return {name: str(value) for name, value in report.host.items() if isinstance(value, str)}


def _metric(name: str, help_: str, samples: Iterable[tuple[dict[str, str], int]]) -> Iterator[str]:
    yield f"# HELP {name} {help_}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{name}{{{inside}}} {value}" if inside else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8").translate(_ESCAPES)
