"""Runs checks against a machine and collects their results."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from winasr_doctor._util import dated
from winasr_doctor.checks import Check, select_checks
from winasr_doctor.findings import Finding, Report, Result, Status, Tool, skip, unknown
from winasr_doctor.machine import Machine, NotApplicable, Unreadable
from winasr_doctor.version import __version__

if TYPE_CHECKING:
    from winasr_doctor.machine.interpreters.model import FoundEnvironments, ImportTrials
    from winasr_doctor.models.hub import HubAnswers


class UndeclaredSectionError(LookupError):
    """A check read a section that it does not declare in `reads`."""


class _View(Machine):
    """A host reduced to the sections that a check declares, so that its `reads` stays correct."""

    def __init__(self, host: Machine, check: Check) -> None:
        self._host = host
        self._check = check
        self.app = host.app

    def read(self, name: str) -> Any:  # noqa: ANN401 - typed by the section that asks
        if name not in self._check.reads and name != "system":
            raise UndeclaredSectionError(f"{self._check.code} reads {name} without declaring it")
        return self._host.read(name)

    @property
    def hub_answers(self) -> HubAnswers:
        return self._host.hub_answers

    @property
    def imports(self) -> ImportTrials:
        return self._host.imports

    @property
    def neighbours(self) -> FoundEnvironments:
        return self._host.neighbours


def run_check(check: Check, host: Machine, *, today: dt.date | None = None) -> tuple[Result, ...]:
    """Run one check.

    Args:
        check: The check.
        host: The machine to run it on.
        today: The date for judging the age of tables; by default the current date.

    Returns:
        One result per finding and at least one: `pass` when the check found nothing, `skip` or
        `unknown` when a section was not available, `crash` when the check failed.
    """
    findings: list[Finding] = []
    try:
        if check.windows_only and host.system.os != "windows":
            findings.append(skip("only on Windows"))
        else:
            findings.extend(check.run(_View(host, check)))
    except NotApplicable as absent:
        findings.append(Finding(Status.SKIP, absent.reason, hint=absent.hint))
    except Unreadable as unread:
        needs = {"needs": unread.needs} if unread.needs else {}
        findings.append(unknown(unread.reason, {"reason": unread.reason, **needs}))
    except Exception as crash:  # noqa: BLE001 - a failing check never takes the scan down
        findings.append(_crashed(crash))
    if not findings:
        findings.append(Finding(Status.PASS, "nothing found"))
    day = dated.today() if today is None else today
    return tuple(_result(check, finding, day) for finding in findings)


def _crashed(crash: Exception) -> Finding:
    import traceback

    reason = "".join(traceback.format_exception_only(crash)).strip()
    evidence = {"traceback": "".join(traceback.format_exception(crash))}
    return Finding(Status.CRASH, f"the check itself failed: {reason}", None, evidence)


def _result(check: Check, finding: Finding, today: dt.date) -> Result:
    return Result(
        code=check.code,
        family=check.family,
        title=check.title,
        status=finding.status,
        severity=finding.severity,
        summary=finding.summary + dated.age_note(finding.tables, today),
        evidence=finding.reported_evidence,
        remedies=finding.remedies,
        url=check.url,
        location=finding.location,
        suppression=finding.suppression,
        hint=finding.hint,
        documentation=check.doc,
    )


def scan(
    host: Machine | None = None, *, select: Iterable[str] = (), ignore: Iterable[str] = ()
) -> Report:
    """Examine a machine and report what will break NeMo speech recognition on it.

    Args:
        host: The machine; by default this one.
        select: Codes or family prefixes of the checks to run; by default all.
        ignore: Codes or family prefixes to leave out.

    Returns:
        The report; it is complete even if a check crashed.

    Raises:
        UnknownCodeError: `select` or `ignore` contains an unknown code.
    """
    checks = select_checks(select, ignore, app=host is not None and host.app.is_given)
    if host is None:
        # lazy: a recorded machine does not need it
        from winasr_doctor.machine.live import LiveMachine

        host = LiveMachine()
    # lazy: only a scan with --app needs it
    if host.app.files:
        from winasr_doctor.appsource.paused_gc import collector_paused
        from winasr_doctor.checks.app.local import begin

        with collector_paused():
            begin(host.app, {check.code for check in checks})
            report = _scan(checks, host)
            host.app.forget()
            return report
    return _scan(checks, host)


def _scan(checks: Sequence[Check], host: Machine) -> Report:
    today = dated.today()
    host.prefetch({"system"}.union(*(check.reads for check in checks)))
    return Report(
        tool=Tool("winasr_doctor", __version__),
        host=host.describe(),
        results=tuple(result for check in checks for result in run_check(check, host, today=today)),
        unreadable=host.app.unexamined,
    )
