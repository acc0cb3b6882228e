"""Runs the gate's steps in order and collects their results."""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from winasr_doctor.findings import Report, Severity, Status, Verdict
from winasr_doctor.gate import provenance, selftests, suites
from winasr_doctor.gate.accepted_findings import accept, accepted_in
from winasr_doctor.gate.outcome import Case, Gate, GateStep, StepState
from winasr_doctor.gate.settings import GateSettings
from winasr_doctor.scanning import scan

if TYPE_CHECKING:
    from winasr_doctor.machine import Machine

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Steps:
    """The functions that run the steps; tests replace them.

    Attributes:
        suite: Runs the fault suite.
        selftest: Runs the self-tests.
        tests: Runs the app's own tests.
        tested: Collects versions and hashes.
    """

    suite: Callable[[GateSettings], GateStep] = suites.fault_suite
    selftest: Callable[[GateSettings, Progress], GateStep] = selftests.selftests
    tests: Callable[[GateSettings], GateStep] = suites.own_tests
    tested: Callable[[Machine], provenance.Provenance] = field(default=provenance.provenance_of)


_STEPS = Steps()


def gate(
    host: Machine,
    settings: GateSettings | None = None,
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    selftest: bool = True,
    progress: Progress = lambda _line: None,
    today: dt.date | None = None,
    steps: Steps = _STEPS,
) -> Gate:
    """Run every step and return one verdict.

    Args:
        host: The machine, with the app.
        settings: Thresholds and accepted findings.
        select: Codes or families of the checks to run; all by default.
        ignore: Codes or families to leave out.
        selftest: Whether to run the self-test.
        progress: Called with a line before each slow operation.
        today: Today's local date, for acceptances.
        steps: The functions that run the steps.

    Returns:
        The result; a step that crashes counts as failed.

    Raises:
        UnknownCodeError: `select` or `ignore` names no check.
    """
    settings = settings or GateSettings()
    began = monotonic()
    progress("Scanning this machine and the app ...")
    report = scan(host, select=select, ignore=ignore)
    accepted = accept(report, settings.accept, today or dt.datetime.now().astimezone().date())
    taken = [scan_step(accepted.report, monotonic() - began)]
    progress("Running the fault suite ...")
    taken.append(_taken("suite", "Fault suite", lambda: steps.suite(settings)))
    if selftest:
        run = _taken("selftest", "Self-test", lambda: steps.selftest(settings, progress))
        taken.append(run)
    else:
        left_out = "left out on request: nothing is known about transcribing here"
        taken.append(GateStep("selftest", "Self-test", left_out, required=False))
    if settings.tests:
        progress("Running the app's own tests ...")
        taken.append(_taken("tests", "The app's own tests", lambda: steps.tests(settings)))
    what = _tested(host, steps)
    taken.append(provenance_step(what))
    return Gate(tuple(taken), accepted.report, what, accepted.notes, monotonic() - began)


def _taken(name: str, title: str, take: Callable[[], GateStep]) -> GateStep:
    try:
        return take()
    except Exception as error:  # noqa: BLE001 - one step never takes the gate down
        reason = "".join(traceback.format_exception_only(error)).strip()
        trace = "".join(traceback.format_exception(error))
        case = Case("The step comes to its end", StepState.FAIL, f"{reason}\n\n{trace}")
        return GateStep(name, title, f"the step itself failed: {reason}", (case,))


_OF_VERDICT = {
    Verdict.PASS: StepState.PASS,
    Verdict.WARN: StepState.WARN,
    Verdict.FAIL: StepState.FAIL,
}


def scan_step(report: Report, seconds: float) -> GateStep:
    """Judge a scan in which accepted findings are already skipped.

    Args:
        report: The scan's report.
        seconds: How long it took.
    """
    counts = report.counts
    words = [
        f"{counts[severity.value]} {severity.value}{'s' * (counts[severity.value] != 1)}"
        for severity in (Severity.ERROR, Severity.WARNING)
    ]
    for status, word in ((Status.CRASH, "crashed"), (Status.UNKNOWN, "could not decide")):
        if counts[status.value]:
            words.append(f"{counts[status.value]} checks {word}")
    accepted = len(accepted_in(report))
    if accepted:
        words.append(f"{accepted} accepted")
    if report.unreadable:
        words.append(f"{len(report.unreadable)} inputs could not be examined")
    state = StepState.FAIL if report.unreadable else _OF_VERDICT[report.verdict]
    return GateStep(
        "scan", "Scan of the machine and the app", ", ".join(words), seconds=seconds, own=state
    )


def _tested(host: Machine, steps: Steps) -> provenance.Provenance:
    try:
        return steps.tested(host)
    except OSError:
        return provenance.Provenance(provenance.versions())


def provenance_step(what: provenance.Provenance) -> GateStep:
    """Judge what was tested: an installed package must have its original files.

    Args:
        what: The versions and hashes.
    """
    title = "What was tested"
    if what.package is None:
        return GateStep(
            "tested", title, "the package cannot read its own files", own=StepState.FAIL
        )
    how = "installed" if what.package.installed else "from its sources"
    summary = f"winasr_doctor {what.versions.get('winasr_doctor')}, {how}"
    changed = what.package.changed
    if not changed:
        return GateStep("tested", title, summary, own=StepState.PASS)
    detail = f"These files differ from the installed ones: {', '.join(changed)}."
    case = Case("Installed files are unchanged", StepState.WARN, detail)
    return GateStep("tested", title, f"{summary}, with changed files", (case,))
