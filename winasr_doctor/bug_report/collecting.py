"""Collects what a bug report needs, and replaces names and secrets in all of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from winasr_doctor.bug_report.archive import Member, packed
from winasr_doctor.bug_report.manifest import Manifest, manifest_of, readme
from winasr_doctor.catalogue.machines import of_host
from winasr_doctor.diagnosis import Diagnosis, diagnose
from winasr_doctor.diagnosis.json import as_json
from winasr_doctor.explain.reading import REPORTED_LOG
from winasr_doctor.findings import Report
from winasr_doctor.machine import Machine, RecordedMachine
from winasr_doctor.machine.recorded import REPORTED_MACHINE, Snapshot, encode_snapshot
from winasr_doctor.machine.redaction import Redactor, redact_machine, redact_report, this_machine
from winasr_doctor.report import render
from winasr_doctor.report.escaping import plain

_MOST_LOG = 200_000
"""Characters of a log that are kept: the first fifth and the last four."""


@dataclass(frozen=True, slots=True)
class BugReportOrder:
    """What to put into a bug report.

    Attributes:
        host: The machine.
        report: The result of its scan.
        log: A traceback or log; `None` for none.
        last_run: The verdict of the last `run` as JSON values; `None` if there is none.
        leftovers: What `sweep` would remove, as JSON values.
        now: When the report is made.
    """

    host: Machine
    report: Report
    log: str | None
    last_run: Mapping[str, Any] | None
    leftovers: Mapping[str, Any]
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class BugReport:
    """A bug report.

    Attributes:
        archive: The bytes of the ZIP file.
        manifest: What is in it.
        report: The redacted report of the scan.
        diagnosis: The diagnosis of the redacted log; `None` without a log.
    """

    archive: bytes
    manifest: Manifest
    report: Report
    diagnosis: Diagnosis | None


def collect(order: BugReportOrder) -> BugReport:
    """Redact everything, pack it, and search the finished file for names.

    Args:
        order: What to put in.

    Raises:
        LeakError: A known name is still in the finished file.
    """
    redactor = Redactor(**this_machine())
    redactor.learn([order.log or "", dict(order.last_run or {}), dict(order.leftovers)])
    snapshot = redact_machine(order.host, redactor)
    report = redact_report(order.report, redactor)
    log = None if order.log is None else redactor.text(shortened(order.log), prose=True)
    diagnosis = None if log is None else _diagnosed(log, snapshot)
    members = [*_of_machine(snapshot, report)]
    if log is not None and diagnosis is not None:
        members += _of_log(log, diagnosis)
    members += _of_state(order, redactor)
    manifest = manifest_of(members, redactor.counts, order.now)
    head = [
        Member("README.txt", "what is in this file", readme(manifest)),
        Member("manifest.json", "the same for programs", _json(manifest)),
    ]
    return BugReport(packed([*head, *members], redactor), manifest, report, diagnosis)


def shortened(log: str) -> str:
    """Return a log, or the beginning and the end of a long one.

    Args:
        log: The log.
    """
    if len(log) <= _MOST_LOG:
        return log
    first, last = _MOST_LOG // 5, _MOST_LOG * 4 // 5
    left_out = len(log) - first - last
    return f"{log[:first]}\n[... {left_out:,} characters left out ...]\n{log[-last:]}"


def _diagnosed(log: str, snapshot: Snapshot) -> Diagnosis:
    return diagnose(log, facts=of_host(RecordedMachine(snapshot)))


def _of_machine(snapshot: Snapshot, report: Report) -> Iterator[Member]:
    yield Member("report.md", "the scan's report", render(report, "markdown").encode())
    yield Member("report.json", "the scan's report for programs", render(report, "json").encode())
    described = "the recorded machine, for `scan --snapshot`"
    yield Member(REPORTED_MACHINE, described, encode_snapshot(snapshot))
    packages = snapshot.sections.packages
    versions = {} if packages is None else packages.versions
    lines = [f"{name} {version}\n" for name, version in sorted(versions.items())]
    yield Member("versions.txt", "installed packages", _utf8("".join(lines)))


def _of_log(log: str, diagnosis: Diagnosis) -> Iterator[Member]:
    yield Member(REPORTED_LOG, "the log, for `explain`", _utf8(log))
    yield Member("diagnosis.json", "the log's diagnosis", _json(as_json(diagnosis)))


def _of_state(order: BugReportOrder, redactor: Redactor) -> Iterator[Member]:
    leftovers = redactor.values(order.leftovers)
    yield Member("leftovers.json", "what `sweep` would remove", _json(leftovers))
    if order.last_run is not None:
        last_run = redactor.values(order.last_run)
        yield Member("last-run.json", "the verdict of the last `run`", _json(last_run))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _json(document: object) -> bytes:
    values = plain(msgspec.to_builtins(document))
    return msgspec.json.format(msgspec.json.encode(values), indent=2) + b"\n"
