"""Writes the report for a terminal: worst first, one screen for a healthy machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from winasr_doctor._util.blocks import Block, Gap, Paragraph
from winasr_doctor.findings import Remedy, Report, Result, Severity, Status
from winasr_doctor.report import digest
from winasr_doctor.report.interface import RenderOptions
from winasr_doctor.report.text_layout import render_blocks

_TITLES = 34
"""Columns for the titles of the families in their table."""

_BODY = 4
"""Columns before the parts of a finding."""

_STEPS = 6
"""Columns before a step."""


def render(report: Report, options: RenderOptions) -> str:
    """Write a report for a terminal."""
    return render_blocks(_blocks(report, options), options)


def _blocks(report: Report, options: RenderOptions) -> Iterator[Block]:
    yield from _head(report)
    yield from _families(report, options)
    yield from _findings(report, options)
    yield from _listings(report, options)
    yield from _verdict(report)


def _head(report: Report) -> Iterator[Block]:
    machine, *versions = digest.head(report)
    yield Paragraph(machine[1], lead=f"{report.tool.name} {report.tool.version}: ", bold=True)
    yield Paragraph(", ".join(f"{name} {value}" for name, value in versions))
    yield Gap()


def _families(report: Report, options: RenderOptions) -> Iterator[Block]:
    width = _TITLES if options.width >= 2 * _TITLES else 0  # a narrow terminal gets no table
    for family in digest.families(report):
        lead = f"{family.name}  {family.title:<{width}}  "
        counts = ", ".join(digest.count_words(family.counts))
        yield Paragraph(counts, lead=lead, level=family.worst, marked=True)
    yield Gap()


def _findings(report: Report, options: RenderOptions) -> Iterator[Block]:
    explained: set[str] = set()
    for result in digest.failing(report.results):
        lead = f"{result.code} {digest.label(result)}: "
        yield Paragraph(result.summary, lead=lead, level=digest.level(result), marked=True)
        if result.severity is Severity.INFO and not options.verbose:
            continue  # a note takes one line, so that a healthy machine fits on one screen
        if result.code not in explained:
            explained.add(result.code)
            yield Paragraph(_why(result), lead="Why: ", indent=_BODY)
        where = result.location
        if where is not None:
            yield Paragraph(str(where), lead="At:  ", indent=_BODY)
        yield from _facts(result, options)
        yield from _remedies(result.remedies)
        yield Gap()
    yield Gap()


def _why(result: Result) -> str:
    """Return why a finding matters: the check's documentation, or its title if there is none."""
    from winasr_doctor.report.documentation import documentation_of  # lazy: only findings need it

    return documentation_of(result.code).why or result.title


def _facts(result: Result, options: RenderOptions) -> Iterator[Block]:
    if options.verbose:
        for name, value in result.evidence.items():
            words = digest.fact_words(value) or str(value)
            yield Paragraph(words, lead=f"{str(name).replace('_', ' ')}: ", indent=_BODY)
        return
    found = digest.facts(result)
    if found:
        words = "; ".join(f"{name}: {value}" for name, value in found)
        yield Paragraph(words, lead="Evidence: ", indent=_BODY)


def _remedies(remedies: tuple[Remedy, ...]) -> Iterator[Block]:
    for rank, remedy in enumerate(remedies):
        automatic = " (`fix --apply` can do it)" if remedy.automatic else ""
        lead = "Or:  " if rank else "Do:  "
        yield Paragraph(remedy.title + automatic, lead=lead, indent=_BODY, bold=True)
        for number, step in enumerate(remedy.steps, 1):
            yield Paragraph(step, lead=f"{number}. ", indent=_STEPS)


def _listings(report: Report, options: RenderOptions) -> Iterator[Block]:
    shown = [Status.CRASH, Status.UNKNOWN]
    if options.verbose:
        shown += [Status.SKIP, Status.PASS]
    for status in shown:
        yield from _each(report.results, status, options)
    if not options.verbose:
        for result in digest.silenced(report.results):
            yield Paragraph(result.summary, lead=f"{result.code} ", level="skip", marked=True)
    yield Gap()
    for sentence in report.unreadable:
        yield Paragraph(sentence, lead="Not examined: ", level="warning")
    yield Gap()


def _each(results: Iterable[Result], status: Status, options: RenderOptions) -> Iterator[Block]:
    for result in sorted(
        (one for one in results if one.status is status), key=lambda one: one.code
    ):
        words = result.summary
        needed = digest.needs(result.evidence)
        if needed and needed not in words:
            words += f" (needs {needed})"
        lead = f"{result.code} {status.value}: "
        yield Paragraph(words, lead=lead, level=status.value, marked=True)
        for remedy in result.remedies:
            steps = " ".join(remedy.steps)
            words = f"{remedy.title}: {steps}" if steps else remedy.title
            yield Paragraph(words, indent=_BODY)
        if options.verbose and status is not Status.PASS:
            yield from _facts(result, options)


def _verdict(report: Report) -> Iterator[Block]:
    counts = ", ".join(digest.count_words(report.counts))
    verdict = report.verdict.value
    words = digest.verdict_words(report)
    yield Paragraph(f"{words}.", lead=f"{verdict.upper()}: ", level=verdict)
    if counts:
        yield Paragraph(f"{counts}.")
    worth = [
        *digest.failing(report.results),
        *(one for one in report.results if one.status in {Status.CRASH, Status.UNKNOWN}),
    ]
    if worth:
        yield Paragraph(f"python -m winasr_doctor explain {worth[0].code}", lead="More on a code: ")
