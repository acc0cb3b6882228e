"""Shows a finished bug report: what is in it, what to look at, and what to paste."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from winasr_doctor._util.blocks import Block, Command, Gap, Paragraph, Table
from winasr_doctor._util.installation import find_address
from winasr_doctor.bug_report.collecting import BugReport
from winasr_doctor.bug_report.manifest import Manifest, replaced_words
from winasr_doctor.bug_report.sharing import issue_address, markdown


class BugReportDocument(msgspec.Struct, frozen=True):
    """What `bug-report --format json` prints."""

    schema: Literal["winasr-doctor/bug-report-written/1"]
    file: str
    manifest: Manifest
    markdown: str
    """The block to paste into an issue."""
    address: str | None
    """A new issue with the form filled in; `null` if no place for issues is known."""
    origin: str | None = None
    """The https address that this installation came from; `null` if it has none."""


def document(report: BugReport, file: str) -> BugReportDocument:
    """Return the JSON document that describes a finished bug report.

    Args:
        report: The bug report.
        file: Where it was written.
    """
    return BugReportDocument(
        schema="winasr-doctor/bug-report-written/1",
        file=file,
        manifest=report.manifest,
        markdown=markdown(report),
        address=issue_address(report),
        origin=find_address(),
    )


def show(report: BugReport, file: str) -> Iterator[Block]:
    """Yield what `bug-report` prints.

    Args:
        report: The bug report.
        file: Where it was written.
    """
    yield Paragraph("", lead="Wrote this file; nothing was sent:", bold=True)
    yield Command(file, indent=2)
    yield Gap()
    files = report.manifest.files
    yield Table(
        tuple((part.name, f"{part.what}, {part.bytes:,} bytes") for part in files), indent=2
    )
    yield Gap()
    yield Paragraph(f"{replaced_words(report.manifest)}.", lead="Replaced names: ")
    yield Paragraph(
        "No list of names is complete. Open the file and look at it before you share it."
    )
    yield Gap()
    yield Paragraph("", lead="Paste this into the issue, and attach the file:", bold=True)
    yield Gap()
    yield Command(markdown(report).rstrip("\n"))
    yield Gap()
    yield from _where(issue_address(report), find_address())


def _where(address: str | None, origin: str | None) -> Iterator[Block]:
    """Yield where the issue can be reported."""
    if address is not None:
        filled = ", which fills in the form" if "?" in address else ""
        yield Paragraph("", lead=f"Or open this address{filled}:", bold=True)
        yield Command(address)
    elif origin is not None:
        yield Paragraph("", lead="Report it where this installation came from:", bold=True)
        yield Command(origin)
    else:
        yield Paragraph(
            "This package has no address for issues: report it where you got winasr_doctor."
        )
