"""Writes the gate's JSON report; `winasr_doctor/schemas/gate-1.json` is its schema."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from winasr_doctor.gate.accepted_findings import accepted_in
from winasr_doctor.gate.outcome import Case, Gate, GateStep
from winasr_doctor.gate.provenance import App, Package, Provenance
from winasr_doctor.report.escaping import plain_mapping, utf8
from winasr_doctor.report.interface import RenderOptions
from winasr_doctor.report.json import Code, ReportDocument, ReportPart, ToolPart, dump
from winasr_doctor.report.json import document as scan_document
from winasr_doctor.version import __version__

SCHEMA: Literal["winasr-doctor/gate/1"] = "winasr-doctor/gate/1"

Seconds = Annotated[float, Meta(ge=0)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
StateName = Literal["pass", "skip", "warn", "unknown", "fail"]


class CasePart(ReportPart, frozen=True, kw_only=True):
    """One thing that was tried."""

    name: str
    state: StateName
    detail: str
    seconds: Seconds
    facts: dict[str, Any]
    """Measured values, and how often each injected fault fired."""


class GateStepPart(ReportPart, frozen=True, kw_only=True):
    """One part of the gate."""

    name: Literal["scan", "suite", "selftest", "tests", "tested"]
    title: str
    state: StateName
    required: bool
    """Whether the gate fails when the step is `unknown`."""
    summary: str
    seconds: Seconds
    cases: tuple[CasePart, ...]


class AcceptedPart(ReportPart, frozen=True, kw_only=True):
    """A finding that was accepted; it stands in `scan` as skipped."""

    code: Code
    was: Literal["error", "warning", "crash"]
    until: str
    """The last day on which the acceptance counts, as YYYY-MM-DD."""
    reason: str


class PackagePart(ReportPart, frozen=True, kw_only=True):
    """The winasr_doctor that ran."""

    installed: bool
    """Whether it was installed from a wheel; else it ran from its sources."""
    sha256: Sha256
    """Of its RECORD if it was installed, else of its files."""
    changed: tuple[str, ...]
    """Files that are not what RECORD says, the first few."""


class AppPart(ReportPart, frozen=True, kw_only=True):
    """The app's source files that were examined."""

    files: Annotated[int, Meta(ge=1)]
    sha256: Sha256
    """Of lines `SHA256  NAME`, one for each file, by name."""
    commit: str | None
    dirty: bool | None


class TestedPart(ReportPart, frozen=True, kw_only=True):
    """Versions and hashes of what was tested."""

    versions: dict[str, str | None]
    """`null` for what is not installed."""
    data: dict[str, Sha256]
    """SHA-256 of the bundled model and recordings."""
    package: PackagePart | None
    app: AppPart | None


class GateDocument(ReportPart, frozen=True, kw_only=True):
    """What the gate of winasr_doctor came to."""

    schema: Literal["winasr-doctor/gate/1"]
    tool: ToolPart
    verdict: Literal["pass", "warn", "fail"]
    seconds: Seconds
    steps: tuple[GateStepPart, ...]
    accepted: tuple[AcceptedPart, ...]
    notes: tuple[str, ...]
    """Acceptances that are over, or that nothing needed, one sentence each."""
    tested: TestedPart
    scan: ReportDocument | None


def document(gate: Gate) -> GateDocument:
    """Return the JSON document that describes a gate's result."""
    report = gate.report
    return GateDocument(
        schema=SCHEMA,
        tool=ToolPart(name="winasr_doctor", version=__version__),
        verdict=gate.verdict.value,
        seconds=round(gate.seconds, 3),
        steps=tuple(map(_step, gate.steps)),
        accepted=() if report is None else tuple(_accepted(report)),
        notes=tuple(map(utf8, gate.notes)),
        tested=_tested(gate.tested),
        scan=None if report is None else scan_document(report),
    )


def _step(step: GateStep) -> GateStepPart:
    name: Any = step.name
    return GateStepPart(
        name=name,
        title=utf8(step.title),
        state=step.state.value,
        required=step.required,
        summary=utf8(step.summary),
        seconds=round(step.seconds, 3),
        cases=tuple(map(_case, step.cases)),
    )


def _case(case: Case) -> CasePart:
    return CasePart(
        name=utf8(case.name),
        state=case.state.value,
        detail=utf8(case.detail),
        seconds=round(case.seconds, 3),
        facts=plain_mapping(case.facts),
    )


def _accepted(report: Any) -> list[AcceptedPart]:  # noqa: ANN401 - evidence is JSON values
    parts = []
    for result in accepted_in(report):
        by = result.evidence["accepted"]
        assert isinstance(by, dict)  # noqa: S101 - `accept` wrote it
        reason = utf8(by["reason"])
        parts.append(
            AcceptedPart(code=result.code, was=by["was"], until=by["until"], reason=reason)
        )
    return parts


def _tested(tested: Provenance) -> TestedPart:
    return TestedPart(
        versions={
            name: None if version is None else utf8(version)
            for name, version in tested.versions.items()
        },
        data={utf8(name): digest for name, digest in tested.data.items()},
        package=None if tested.package is None else _package(tested.package),
        app=None if tested.app is None else _app(tested.app),
    )


def _package(package: Package) -> PackagePart:
    changed = tuple(map(utf8, package.changed))
    return PackagePart(installed=package.installed, sha256=package.sha256, changed=changed)


def _app(app: App) -> AppPart:
    return AppPart(files=app.files, sha256=app.sha256, commit=app.commit, dirty=app.dirty)


def render(gate: Gate, options: RenderOptions) -> str:  # noqa: ARG001 - one interface
    """Write a gate's result as JSON."""
    return dump(document(gate)) + "\n"
