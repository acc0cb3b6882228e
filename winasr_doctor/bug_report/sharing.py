"""Writes what goes into an issue: a Markdown block to paste, and an address that fills in the form.

GitHub refuses addresses of 8,192 bytes or more (cli/cli, issue 5796), and an issue's text above
65,536 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, metadata
from urllib.parse import urlencode

from winasr_doctor._util.installation import find_address
from winasr_doctor.bug_report.collecting import BugReport
from winasr_doctor.report import summaries
from winasr_doctor.report.escaping import one_line
from winasr_doctor.report.markdown import escape
from winasr_doctor.version import __version__

MOST_MARKDOWN = 4000
"""Characters of the Markdown block."""

MOST_ADDRESS = 7500
"""Bytes of the address."""

TEMPLATE, FIELD = "bug.yml", "report"
"""The issue form, and the id of its field for the Markdown block."""

_LONGEST_LINE = 300
_END = "\n\n</details>\n"


def markdown(report: BugReport, most: int = MOST_MARKDOWN) -> str:
    """Return the block to paste: verdict, versions, failing codes, and the log's cause.

    Args:
        report: The bug report.
        most: The largest allowed number of characters.
    """
    summary = _summary(report)  # our own words; HTML on this line, where Markdown is not read
    lines = list(_lines(report))
    head = f"<details><summary>{summary}</summary>\n\n"
    for count in range(len(lines), -1, -1):
        left_out = len(lines) - count
        more = [f"- ... {left_out} more in the attached file"] if left_out else []
        text = head + "\n".join([*lines[:count], *more]) + _END
        if len(text) <= most:
            return text
    return head.rstrip() + _END


def _summary(report: BugReport) -> str:
    counts = ", ".join(summaries.count_words(report.report.counts))
    return f"winasr_doctor {__version__}: {report.report.verdict.value} ({counts})"


def _lines(report: BugReport) -> Iterator[str]:
    for name, value in summaries.head(report.report):
        yield f"- **{escape(name)}**: {_cut(value)}"
    diagnosis = report.diagnosis
    if diagnosis is not None:
        yield f"- **Cause**: {_cut(diagnosis.cause)} ({escape(diagnosis.id or 'not known')})"
        if diagnosis.primary is not None:
            yield f"- **Error**: {_cut(f'{diagnosis.primary.kind}: {diagnosis.primary.message}')}"
    for result in report.report.failing:
        yield f"- **{escape(result.code)}** {summaries.label(result)}: {_cut(result.summary)}"


def _cut(text: str) -> str:
    line = one_line(text)
    return escape(line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]} ...")


def issue_address(report: BugReport) -> str | None:
    """Return the address of a new issue with the form filled in, below `MOST_ADDRESS` bytes.

    Args:
        report: The bug report.

    Returns:
        The address; just that of the issues if they are not on a host with GitHub's addresses;
        `None` if no place for issues is known.
    """
    tracker = issue_tracker()
    if tracker is None or not tracker.endswith("/issues"):
        return tracker
    most = MOST_MARKDOWN
    while True:
        fields = {"template": TEMPLATE, "title": _title(report), FIELD: markdown(report, most)}
        address = f"{tracker}/new?{urlencode(fields)}"
        if len(address) < MOST_ADDRESS or not most:
            return address
        most = max(0, most - 250)


def _title(report: BugReport) -> str:
    diagnosis = report.diagnosis
    if diagnosis is not None and diagnosis.id is not None:
        return f"{diagnosis.id}: "
    failing = report.report.failing
    return f"{failing[0].code}: " if failing else ""


def issue_tracker() -> str | None:
    """Return the address of the project's issues, without a trailing slash.

    The package's metadata (`project.urls`) names it. If they do not, but this installation came
    from a repository on GitHub, it is that repository's.

    Returns:
        The address; `None` if neither is so.
    """
    return _in_metadata() or _on_github(find_address())


_LABELS = frozenset(
    {"issues", "bugs", "issue", "tracker", "issuetracker", "bugtracker"},
)
"""The labels of an address for issues, without punctuation. Source: PyPA, "Well-known
Project URLs in Metadata".
"""


def _in_metadata() -> str | None:
    try:
        urls: Sequence[str] = metadata("winasr_doctor").get_all("Project-URL") or ()
    except PackageNotFoundError:
        return None
    named = (url.split(", ", 1) for url in urls if ", https://" in url)
    labelled = ((re.sub(r"[\W_]", "", label).lower(), address) for label, address in named)
    return next((address.rstrip("/") for label, address in labelled if label in _LABELS), None)


def _on_github(address: str | None) -> str | None:
    found = re.match(r"https://github\.com/[\w.-]+/[\w.-]+?(?=\.git$|/archive/|/?$)", address or "")
    return f"{found[0]}/issues" if found else None
