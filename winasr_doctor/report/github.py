"""Renders the report as annotations for GitHub Actions: workflow commands on stdout.

Each command is one line, `::error file=app.py,line=3,title=REV001::text`. In the text, `%`, CR and
LF are written as `%25`, `%0D` and `%0A`, in a property also `:` as `%3A` and `,` as `%2C`. Source:
docs.github.com, "Workflow commands for GitHub Actions"; actions/toolkit, `core/src/command.ts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from winasr_doctor.findings import Location, Report, Result, Status
from winasr_doctor.report import summaries
from winasr_doctor.report.escaping import visible
from winasr_doctor.report.interface import RenderOptions
from winasr_doctor.report.uris import artifact_uri

MOST = 10
"""Annotations of each kind that GitHub shows for a step; it drops the others silently.
Source: actions/toolkit, docs/problem-matchers.md, "Limitations".
"""

_KINDS = {"error": "error", "warning": "warning", "info": "notice", "crash": "warning"}
"""Our severities and statuses as GitHub's kinds."""

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


class Annotation(NamedTuple):
    """One workflow command."""

    kind: str
    title: str
    text: str
    location: Location | None = None

    def __str__(self) -> str:
        """Return the line to print."""
        properties = dict(self._place())
        properties["title"] = self.title
        named = ",".join(f"{name}={_escaped(v, _PROPERTY)}" for name, v in properties.items())
        return f"::{self.kind} {named}::{_escaped(self.text, _DATA)}"

    def _place(self) -> Iterator[tuple[str, str]]:
        where = self.location
        uri = "" if where is None else artifact_uri(where.file)
        if where is None or uri.startswith(("file:", "..")):
            return  # GitHub shows files of the repository only
        yield "file", unquote(uri)
        if where.line is not None:
            yield "line", str(where.line)
            if where.column is not None:
                yield "col", str(where.column)


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - one interface
    """Write a report as annotations, the worst first, then the verdict as a line of the log."""
    lines = [*map(str, annotations_of(report)), _last_line(report)]
    return "\n".join(lines) + "\n"


def _last_line(report: Report) -> str:
    (_, _machine), *versions = summaries.head(report)
    examined = ", ".join(f"{name} {version}" for name, version in versions)
    outside = f" for {examined}" if report.host.get("interpreter") else ""
    return f"winasr_doctor: {report.verdict.value.upper()}{outside}"


def annotations_of(report: Report) -> list[Annotation]:
    """Return the annotations that GitHub shows; the last one counts those that are left out.

    Args:
        report: The report.
    """
    found = [
        *(Annotation("error", "Not examined", sentence) for sentence in report.unreadable),
        *map(_annotation, report.failing),
        *(_annotation(each) for each in report.results if each.status is Status.CRASH),
    ]
    shown = [each for kind in ("error", "warning", "notice") for each in _of(kind, found)[:MOST]]
    if len(shown) == len(found):
        return shown
    notices = _of("notice", shown)
    if len(notices) == MOST:
        shown.remove(notices[-1])  # its place is needed for the count
    return [*shown, _left_out(found, shown)]


def _of(kind: str, found: list[Annotation]) -> list[Annotation]:
    return [each for each in found if each.kind == kind]


def _annotation(result: Result) -> Annotation:
    text = result.summary
    if result.remedies:
        text += f"\nDo: {result.remedies[0].title}"
    title = f"{result.code} {summaries.label(result)}"
    return Annotation(_KINDS[summaries.level(result)], title, text, result.location)


def _left_out(found: list[Annotation], shown: list[Annotation]) -> Annotation:
    counts = []
    for kind in ("error", "warning", "notice"):
        count = len(_of(kind, found)) - len(_of(kind, shown))
        if count:
            counts.append(f"{count} {kind}{'s' * (count != 1)}")
    text = f"{', '.join(counts)} more: GitHub shows {MOST} of each kind. See the whole report."
    return Annotation("notice", "winasr_doctor", text)


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(char, char) for char in visible(text))
