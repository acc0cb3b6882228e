"""The report as JSON, for programs; its schema is `winasr_doctor/schemas/report-1.json`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from winasr_doctor.findings import (
    Location,
    PlanStep,
    Remedy,
    RemedyPlan,
    Report,
    Result,
    Severity,
    Status,
    Step,
    Suppression,
    Tool,
    plan_of,
)
from winasr_doctor.report.escaping import plain_mapping, utf8
from winasr_doctor.report.interface import RenderOptions

SCHEMA: Literal["winasr-doctor/report/1"] = "winasr-doctor/report/1"

Count = Annotated[int, Meta(ge=0)]
Position = Annotated[int, Meta(ge=1)]
Code = Annotated[str, Meta(pattern="^[A-Z]{3}[0-9]{3}$")]


class ReportError(ValueError):
    """A document that is not a report; the message is one sentence."""


class ReportPart(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of everything a report is made of."""


class ToolPart(ReportPart, frozen=True, kw_only=True):
    """Which program made a report."""

    name: str
    version: str


class RemedyPart(ReportPart, frozen=True, kw_only=True):
    """One way out of a finding."""

    title: str
    steps: tuple[str, ...]
    """Exact steps, in order."""
    automatic: bool
    """Whether `fix --apply` can perform it."""


class PlanStepPart(ReportPart, frozen=True, kw_only=True):
    """One step of the plan."""

    text: str
    """What to do, without the command."""
    command: str | UnsetType = UNSET
    """What to run, one command a line; missing if there is nothing to run."""
    needs_admin: bool
    """Whether only an administrator can do it."""


class PlanPart(ReportPart, frozen=True, kw_only=True):
    """One thing to do; it may cure several findings."""

    title: str
    steps: tuple[PlanStepPart, ...]
    """Exact steps, in order."""
    automatic: bool
    """Whether `fix --apply` can perform it."""
    cures: tuple[str, ...]
    """The codes of the findings that it cures."""


class LocationPart(ReportPart, frozen=True, kw_only=True):
    """A place in a source file."""

    file: str
    line: Position | None
    """From 1; `null` if it is not known."""
    column: Position | None
    """In characters, from 1; `null` if it is not known."""


class ResultPart(ReportPart, frozen=True, kw_only=True):
    """What one check says; a check may say several things."""

    code: Code
    family: str
    title: str
    status: Literal["pass", "fail", "skip", "unknown", "crash"]
    severity: Literal["error", "warning", "info"] | None
    """Set when, and only when, the status is `fail`."""
    summary: str
    location: LocationPart | UnsetType | None = UNSET
    """Where in the app's source it is; `null` if it is about the machine. Not in reports of 0.1."""
    evidence: dict[str, Any]
    remedies: tuple[RemedyPart, ...]
    url: str
    """The check's documentation, relative to the project's root."""


class CountsPart(ReportPart, frozen=True, kw_only=True, rename={"passed": "pass"}):
    """Results by severity for failures, by status for the rest."""

    error: Count
    warning: Count
    info: Count
    passed: Count
    skip: Count
    unknown: Count
    crash: Count


class ReportDocument(ReportPart, frozen=True, kw_only=True):
    """What winasr_doctor found out about a machine and an app."""

    schema: Literal["winasr-doctor/report/1"]
    tool: ToolPart
    host: dict[str, Any]
    """Data about the machine; `null` for values that could not be read."""
    plan: tuple[PlanPart, ...] | UnsetType = UNSET
    """What to do, in order, each once. Not in reports of 0.1."""
    results: tuple[ResultPart, ...]
    unreadable: tuple[str, ...]
    """Input that could not be examined, one sentence each."""
    counts: CountsPart
    verdict: Literal["pass", "warn", "fail"]


def document(report: Report) -> ReportDocument:
    """Return a report as the JSON document that describes it."""
    counts = report.counts
    return ReportDocument(
        schema=SCHEMA,
        tool=ToolPart(name=utf8(report.tool.name), version=utf8(report.tool.version)),
        host=plain_mapping(report.host),
        plan=tuple(map(_plan_part, plan_of(report).remedies)),
        results=tuple(map(_result_part, report.results)),
        unreadable=tuple(map(utf8, report.unreadable)),
        counts=CountsPart(passed=counts.pop("pass"), **counts),
        verdict=report.verdict.value,
    )


def _plan_part(planned: PlanStep) -> PlanPart:
    return PlanPart(
        title=utf8(planned.title),
        steps=tuple(
            PlanStepPart(
                text=utf8(step.words),
                command=utf8(step.command) if step.command else UNSET,
                needs_admin=step.needs_admin,
            )
            for step in planned.steps
        ),
        automatic=planned.automatic,
        cures=tuple(map(utf8, planned.cures)),
    )


def _result_part(result: Result) -> ResultPart:
    return ResultPart(
        code=utf8(result.code),
        family=utf8(result.family),
        title=utf8(result.title),
        status=result.status.value,
        severity=None if result.severity is None else result.severity.value,
        summary=utf8(result.summary),
        location=None if result.location is None else _location_part(result.location),
        evidence=plain_mapping(result.evidence),
        remedies=tuple(
            RemedyPart(
                title=utf8(remedy.title),
                steps=tuple(map(utf8, remedy.steps)),
                automatic=remedy.automatic,
            )
            for remedy in result.remedies
        ),
        url=utf8(result.url),
    )


def _location_part(location: Location) -> LocationPart:
    return LocationPart(file=utf8(location.file), line=location.line, column=location.column)


def dump(value: object) -> str:
    """Write plain values as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - one interface
    """Write a report as JSON."""
    return dump(document(report)) + "\n"


def decode_report(document: bytes) -> Report:
    """Read a report that `render` wrote.

    Args:
        document: UTF-8 JSON; a byte-order mark is tolerated.

    Returns:
        The report; counts and verdict follow from its results.

    Raises:
        ReportError: It is not JSON, or not a report of this schema.
    """
    try:
        read = msgspec.json.decode(document.removeprefix(b"\xef\xbb\xbf"), type=ReportDocument)
    except msgspec.ValidationError as error:
        raise ReportError(f"the report does not fit the schema {SCHEMA}: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReportError(f"the report is not valid JSON: {error}") from error
    for part in read.results:
        if (part.status == "fail") != (part.severity is not None):
            raise ReportError(f"{part.code} must have a severity when, and only when, it fails")
    return Report(
        tool=Tool(read.tool.name, read.tool.version),
        host=read.host,
        results=tuple(map(_result, read.results)),
        unreadable=read.unreadable,
        plan=None if read.plan is UNSET else RemedyPlan(tuple(map(_planned, read.plan))),
    )


def _planned(part: PlanPart) -> PlanStep:
    steps = (
        Step(s.text, "" if s.command is UNSET else s.command, needs_admin=s.needs_admin)
        for s in part.steps
    )
    return PlanStep(part.title, tuple(steps), part.automatic, part.cures)


def _result(part: ResultPart) -> Result:
    return Result(
        code=part.code,
        family=part.family,
        title=part.title,
        status=Status(part.status),
        severity=None if part.severity is None else Severity(part.severity),
        summary=part.summary,
        evidence=part.evidence,
        remedies=tuple(Remedy(r.title, r.steps, r.automatic) for r in part.remedies),
        url=part.url,
        location=_location(part),
        suppression=_suppression(part.evidence),
    )


def _location(part: ResultPart) -> Location | None:
    found = part.location
    if found is UNSET:  # a report of 0.1 has it in the evidence alone
        found = _convert({name: part.evidence.get(name) for name in ("file", "line", "column")})
    return Location(found.file, found.line, found.column) if found else None


def _convert(evidence: dict[str, Any]) -> LocationPart | None:
    try:
        return msgspec.convert(evidence, LocationPart)
    except msgspec.ValidationError:
        return None


def _suppression(evidence: dict[str, Any]) -> Suppression | None:
    """Return what silences a result; the document has it in the evidence alone."""
    if evidence.get("suppressed") is not True:
        return None
    return Suppression(str(evidence.get("reason") or ""))
