"""Wording that the human-readable formats share."""

from __future__ import annotations

from collections.abc import Iterator

from winasr_doctor.findings import Verdict
from winasr_doctor.gate.outcome import Case, Gate, GateStep, StepState
from winasr_doctor.report.summaries import head

VERDICTS = {
    Verdict.PASS: "passed",
    Verdict.WARN: "passed, with warnings",
    Verdict.FAIL: "failed",
}

SHORT = 12
"""The number of characters of a hash shown to people; JSON has the whole hash."""


def notable(step: GateStep) -> list[Case]:
    """Return the cases that did not simply pass, the worst first."""
    order = [StepState.FAIL, StepState.UNKNOWN, StepState.WARN, StepState.SKIP]
    return sorted(
        (case for case in step.cases if case.state in order),
        key=lambda case: order.index(case.state),
    )


def provenance(gate: Gate) -> Iterator[tuple[str, str]]:
    """Yield the name and value of each version and hash, with hashes shortened.

    The suite and the self-test run in our own Python. If the scan was about another one, it is
    named first.
    """
    report, tested = gate.report, gate.tested
    if report is not None and report.host.get("interpreter"):
        yield "scanned from outside", ", ".join(" ".join(pair) for pair in head(report))
    for name, version in tested.versions.items():
        yield name, version or "not installed"
    for name, digest in tested.data.items():
        yield f"sha256 of {name}", digest[:SHORT]
    package, app = tested.package, tested.app
    if package is not None:
        what = "RECORD of the installed package" if package.installed else "package's files"
        yield f"sha256 of the {what}", package.sha256[:SHORT]
    if app is not None:
        files = f"{app.files} file{'s' * (app.files != 1)}"
        yield f"sha256 of the app ({files})", app.sha256[:SHORT]
        if app.commit is not None:
            changed = " and changed since" if app.dirty else ""
            yield "the app's commit", f"{app.commit[:SHORT]}{changed}"


def in_short(gate: Gate) -> str:
    """Return the verdict as a sentence without its full stop."""
    failed = ", ".join(step.name for step in gate.steps if step.stops)
    return f"{VERDICTS[gate.verdict]}: {failed}" if failed else VERDICTS[gate.verdict]
