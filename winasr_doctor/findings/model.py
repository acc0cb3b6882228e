"""The results of a scan as frozen values: findings, remedies, results and the report.

This module does not know where a finding comes from or how it is displayed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cached_property
from types import MappingProxyType
from typing import Any, Union

from msgspec import Struct, structs

from winasr_doctor._util.dated import Dated
from winasr_doctor.findings.actions import Action
from winasr_doctor.findings.changes import Change
from winasr_doctor.findings.documentation import Documentation
from winasr_doctor.findings.plan import RemedyPlan

JSONValue = Union[None, bool, int, float, str, "list[JSONValue]", "dict[str, JSONValue]"]
"""What evidence may hold, so that every report format can show it."""

Evidence = Mapping[str, object]
"""Named facts behind a finding; every value is a `JSONValue`."""

NO_EVIDENCE: Evidence = MappingProxyType({})


class Severity(str, Enum):
    """How much a finding matters."""

    ERROR = "error"
    """Loading or transcribing will fail, or a result will be lost."""
    WARNING = "warning"
    """It will fail under common conditions."""
    INFO = "info"
    """Worth knowing when something else goes wrong."""


class Status(str, Enum):
    """How a check ended."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    SKIP = "skip"
    """The check does not apply to this machine or this scan."""
    UNKNOWN = "unknown"
    """The check could not read what it needs; neither safe nor broken."""
    CRASH = "crash"
    """The check itself failed; the scan continued."""


class Verdict(str, Enum):
    """The overall result of a scan."""

    PASS = "pass"  # noqa: S105 - not a password
    WARN = "warn"
    FAIL = "fail"


class Location(Struct, frozen=True):
    """A place in a source file.

    Attributes:
        file: As it is shown to the user.
        line: From 1; `None` if it is not known.
        column: In characters, from 1; `None` if it is not known.
    """

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """Write it as compilers do: `file:line:column`."""
        return ":".join(str(part) for part in structs.astuple(self) if part is not None)


class Suppression(Struct, frozen=True):
    """The app's author has silenced a finding.

    Attributes:
        reason: In the author's words; empty if there is none.
    """

    reason: str


class Remedy(Struct, frozen=True):
    """One way to fix a finding.

    Attributes:
        title: What it achieves, as a short imperative.
        steps: Exact steps in order, with this machine's paths filled in; a `Step` where it is
            known what must be run and by whom.
        automatic: Whether `fix --apply` can perform it: safe and reversible.
        action: The part that `fix --apply` performs; all of it when `automatic`. Not part of a
            report.
        change: What it changes, for a plan; `None` if that is not known. Not part of a report.
    """

    title: str
    steps: tuple[str, ...]
    automatic: bool = False
    action: Action | None = None
    change: Change | None = None

    def __eq__(self, other: object) -> bool:
        """Compare what a report shows; the action and the change are not part of that."""
        if not isinstance(other, Remedy):
            return NotImplemented
        return (self.title, self.steps, self.automatic) == (
            other.title,
            other.steps,
            other.automatic,
        )

    def __hash__(self) -> int:
        return hash((self.title, self.steps, self.automatic))


class Finding(Struct, frozen=True):
    """One thing that a check found.

    Attributes:
        status: Pass, fail, skip or unknown; only the engine uses `crash`.
        severity: Set when, and only when, the status is `FAIL`.
        summary: One sentence for the person whose machine this is.
        evidence: The facts behind the summary; JSON values only.
        remedies: Ways to fix it, the recommended one first.
        tables: The dated tables it relies on; see `resting_on`.
        location: Where in the app's source it is; `None` if it is about the machine.
        suppression: Set if a comment in the source silences it; the status is then `SKIP`.
        hint: What else could be examined and how, if the check was skipped for lack of an option.
    """

    status: Status
    summary: str
    severity: Severity | None = None
    evidence: Evidence = {}
    remedies: tuple[Remedy, ...] = ()
    tables: tuple[Dated[Any], ...] = ()
    location: Location | None = None
    suppression: Suppression | None = None
    hint: str = ""

    def __post_init__(self) -> None:
        if (self.status is Status.FAIL) != (self.severity is not None):
            raise ValueError("a finding has a severity when, and only when, its status is fail")

    def at(self, location: Location | None) -> Finding:
        """Return the finding with its place in the source."""
        return structs.replace(self, location=location)

    @property
    def reported_evidence(self) -> Evidence:
        """The evidence as reports carry it: the location and the suppression are keys of it too."""
        place = {} if self.location is None else structs.asdict(self.location)
        silenced: dict[str, object] = {}
        if self.suppression is not None:
            silenced = {"suppressed": True, "reason": self.suppression.reason}
        known = {name: value for name, value in place.items() if value is not None}
        return {**known, **self.evidence, **silenced}


def _failed(
    severity: Severity, summary: str, evidence: Mapping[str, object], remedies: Iterable[Remedy]
) -> Finding:
    return Finding(Status.FAIL, summary, severity, dict(evidence), tuple(remedies))


def error(
    summary: str, evidence: Evidence = NO_EVIDENCE, remedies: Iterable[Remedy] = ()
) -> Finding:
    """Make a finding about something that will break loading or transcription."""
    return _failed(Severity.ERROR, summary, evidence, remedies)


def warning(
    summary: str, evidence: Evidence = NO_EVIDENCE, remedies: Iterable[Remedy] = ()
) -> Finding:
    """Make a finding about something that breaks loading or transcription in common conditions."""
    return _failed(Severity.WARNING, summary, evidence, remedies)


def info(
    summary: str, evidence: Evidence = NO_EVIDENCE, remedies: Iterable[Remedy] = ()
) -> Finding:
    """Make a finding that helps when something else goes wrong."""
    return _failed(Severity.INFO, summary, evidence, remedies)


def ok(summary: str, evidence: Evidence = NO_EVIDENCE) -> Finding:
    """State what was checked and is in order."""
    return Finding(Status.PASS, summary, None, dict(evidence))


def skip(reason: str, evidence: Evidence = NO_EVIDENCE) -> Finding:
    """State why a check does not apply."""
    return Finding(Status.SKIP, reason, None, dict(evidence))


def unknown(
    reason: str, evidence: Evidence = NO_EVIDENCE, remedies: Iterable[Remedy] = ()
) -> Finding:
    """State what could not be read; the remedies say what is needed to read it."""
    return Finding(Status.UNKNOWN, reason, None, dict(evidence), tuple(remedies))


def resting_on(table: Dated[Any], finding: Finding, *, beyond: str | None = None) -> Finding:
    """Record which table a finding relies on; a scan adds a note if the table is old.

    Args:
        table: The table that the finding relies on.
        finding: The finding.
        beyond: Something newer than the table covers, such as `torch 2.16`: the finding then says
            so, and an error becomes a warning.
    """
    evidence = {**finding.evidence, "table_made": table.made.isoformat()}
    known = structs.replace(finding, evidence=evidence, tables=(*finding.tables, table))
    if beyond is None:
        return known
    severity = Severity.WARNING if known.severity is Severity.ERROR else known.severity
    note = f" ({beyond} is newer than the table this rests on, which dates from {table.made})"
    return structs.replace(known, severity=severity, summary=known.summary + note)


class Result(Struct, frozen=True):
    """A finding with the check that made it: one entry of a report.

    Attributes:
        code: The check's stable code, such as `TMP001`.
        family: The code's letters.
        title: What the check looks for, one line.
        status: How the check ended.
        severity: `None` unless the status is `FAIL`.
        summary: One sentence for the person whose machine this is.
        evidence: The facts behind the summary, with the keys of `location` (`file`, `line`,
            `column`) and of `suppression` (`suppressed`, `reason`) if there is one.
        remedies: Ways to fix it, the recommended one first.
        url: Where the check is documented, relative to the project's root.
        location: Where in the app's source it is; `None` if it is about the machine.
        suppression: Set if a comment in the source silences it.
        hint: As in the finding.
        documentation: The check's; without text in a report that was read from JSON.
    """

    code: str
    family: str
    title: str
    status: Status
    severity: Severity | None
    summary: str
    evidence: Evidence
    remedies: tuple[Remedy, ...]
    url: str
    location: Location | None = None
    suppression: Suppression | None = None
    hint: str = ""
    documentation: Documentation = Documentation("")


_RANK: dict[Severity | Status, int] = {
    Severity.ERROR: 0,
    Severity.WARNING: 1,
    Status.CRASH: 2,
    Status.UNKNOWN: 3,
    Severity.INFO: 4,
    Status.SKIP: 5,
    Status.PASS: 6,
}


def worst_first(result: Result) -> tuple[int, str]:
    """Sort key for readers: errors, warnings, crashes, unknowns, notes, skips, passes."""
    return _RANK[result.severity or result.status], result.code


class Tool(Struct, frozen=True):
    """The program that made a report or a snapshot."""

    name: str
    version: str


class Report(Struct, frozen=True, dict=True):
    """Everything that one scan found.

    Attributes:
        tool: The program and version that made it.
        host: The machine, described by a few JSON values; see `Machine.describe`.
        results: The results in the order of the checks; each check has at least one.
        unreadable: Input that could not be examined, one sentence each; everything else was
            examined.
        plan: What to do, as the document says that the report was read from; `None` to compute it
            from the results. See `plan_of`.
    """

    tool: Tool
    host: Evidence
    results: tuple[Result, ...]
    unreadable: tuple[str, ...] = ()
    plan: RemedyPlan | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Results by severity for failures (`error`, `warning`, `info`), by status for the rest."""
        return dict(self._counts)

    @cached_property
    def _counts(self) -> dict[str, int]:
        seen = Counter((r.severity or r.status).value for r in self.results)
        names = (*Severity, *(s for s in Status if s is not Status.FAIL))
        return {name.value: seen[name.value] for name in names}

    @property
    def failing(self) -> tuple[Result, ...]:
        """The failing results, worst first."""
        failed = (result for result in self.results if result.status is Status.FAIL)
        return tuple(sorted(failed, key=worst_first))

    @property
    def verdict(self) -> Verdict:
        """`FAIL` with any error, `WARN` with any warning or crashed check, else `PASS`."""
        counts = self.counts
        if counts["error"]:
            return Verdict.FAIL
        if counts["warning"] or counts["crash"]:
            return Verdict.WARN
        return Verdict.PASS
