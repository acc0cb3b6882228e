"""Writes the report for a terminal: the verdict, what to do, then what was found.

Everything fits one or two screens; `verbose` adds evidence, reasons, alternatives, notes and what
passed. The last lines are those that stay on the screen: the verdict again, and where to start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from winasr_doctor._util.blocks import Block, Command, Gap, Paragraph
from winasr_doctor.findings import (
    Remedy,
    RemedyPlan,
    Report,
    Result,
    Severity,
    Status,
    Step,
    plan_of,
)
from winasr_doctor.report import summaries
from winasr_doctor.report.interface import RenderOptions
from winasr_doctor.report.plan_blocks import plan_blocks, step_words
from winasr_doctor.report.text_layout import NARROWEST, render_blocks, shortened

_TITLES = 34
"""Columns for the titles of the families in their table."""

_HANG = 2
"""Columns before the second line of a finding."""

_BODY = 4
"""Columns before the parts of a finding."""

_STEPS = 6
"""Columns before a step."""

_ROWS = 3
"""Rows of a finding that is not shown in full."""

_SLACK = 6
"""Columns of a row that wrapping may leave empty."""

_ABOUT_SOURCE = frozenset({"APP", "REV"})
"""Families of checks that examine the app's source."""

_EXAMPLE = "python -m winasr_doctor scan --example temp-in-onedrive"

_CODES = 6
"""Maximum number of codes of one entry; beyond it they are counted."""

_PLACES = 8
"""Maximum number of lines of a file that a finding lists."""


def render(report: Report, options: RenderOptions) -> str:
    """Write a report for a terminal."""
    return render_blocks(_blocks(report, options), options)


def _blocks(report: Report, options: RenderOptions) -> Iterator[Block]:
    plan = plan_of(report)
    yield from _head(report)
    yield from plan_blocks(plan, every_step=options.verbose)
    if not options.quiet:
        yield Gap()
        yield from _findings(report, options)
        yield from _unread(report)
        yield from _listed(report, options) if options.verbose else _counted(report)
    yield from _end(report, plan)


def _head(report: Report) -> Iterator[Block]:
    (_, machine), *versions = summaries.head(report)
    parts = (machine, *(f"{name} {value}" for name, value in versions))
    yield Paragraph(", ".join(parts), lead=f"{report.tool.name} {report.tool.version}: ", hang=2)
    yield from _verdict(report)


def _verdict(report: Report) -> Iterator[Block]:
    verdict = report.verdict.value
    words = summaries.verdict_words(report)
    yield Paragraph(f"{words}.", lead=f"{verdict.upper()}: ", level=verdict)


def _findings(report: Report, options: RenderOptions) -> Iterator[Block]:
    shown = [*report.failing, *_undecided(report.results)]
    shown += summaries.silenced(report.results)
    if options.verbose:
        explained: set[str] = set()
        for result in shown:
            yield from _in_full(result, explained)
        return
    serious = [result for result in shown if result.severity is not Severity.INFO]
    for group in summaries.grouped(serious):
        yield _in_brief(group, options)


def _undecided(results: Iterable[Result]) -> list[Result]:
    order = (Status.CRASH, Status.UNKNOWN)
    found = (result for result in results if result.status in order)
    return sorted(found, key=lambda result: (order.index(result.status), result.code))


def _lead(group: list[Result]) -> str:
    first = group[0]
    codes = list(dict.fromkeys(result.code for result in group))
    times = f" x{len(group)}" if len(group) > 1 == len(codes) else ""
    named = ", ".join(codes) if len(codes) <= _CODES else _counted_checks(group, len(codes))
    if first.suppression is not None:
        return f"{named}{times} "
    return f"{named} {summaries.label(first)}{times}: "


def _counted_checks(group: list[Result], count: int) -> str:
    families = {result.family for result in group}
    return f"{count} {families.pop()} checks" if len(families) == 1 else f"{count} checks"


def _in_brief(group: list[Result], options: RenderOptions) -> Block:
    """Return findings of one kind as a paragraph: at most three lines of words, and places."""
    first, lead = group[0], _lead(group)
    same = len({result.summary for result in group}) == 1
    words = _with_needs(first) if same else first.title
    named = first.location is not None and first.location.file in words
    where = "" if named else summaries.places(group, _PLACES)
    tail = f"; at {where}" if where else ""
    room = _ROWS * (options.width - _HANG) - len(lead) - _SLACK * _ROWS
    words = shortened(" ".join(words.split()), max(room, NARROWEST))
    return Paragraph(words + tail, lead=lead, level=summaries.level(first), marked=True, hang=_HANG)


def _with_needs(result: Result) -> str:
    needed = summaries.needs(result.evidence)
    if not needed or needed in result.summary:
        return result.summary
    return f"{result.summary} (needs {needed})"


def _in_full(result: Result, explained: set[str]) -> Iterator[Block]:
    lead = _lead([result])
    yield Paragraph(_with_needs(result), lead=lead, level=summaries.level(result), marked=True)
    if result.status is Status.FAIL and result.code not in explained:
        explained.add(result.code)
        yield Paragraph(_why(result), lead="Why: ", indent=_BODY)
    if result.location is not None:
        yield Paragraph(str(result.location), lead="At:  ", indent=_BODY)
    for name, value in result.evidence.items():
        fact = summaries.fact_words(value) or str(value)
        yield Paragraph(fact, lead=f"{str(name).replace('_', ' ')}: ", indent=_BODY)
    yield from _remedies(result.remedies)
    yield Gap()


def _why(result: Result) -> str:
    """Return why a finding matters: the check's documentation, or its title if there is none."""
    return result.documentation.why or result.title


def _remedies(remedies: tuple[Remedy, ...]) -> Iterator[Block]:
    for rank, remedy in enumerate(remedies):
        automatic = " (`fix --apply` can do it)" if remedy.automatic else ""
        lead = "Or:  " if rank else "Do:  "
        yield Paragraph(remedy.title + automatic, lead=lead, indent=_BODY, bold=True)
        for number, step in enumerate(map(Step.of, remedy.steps), 1):
            yield Paragraph(step_words(step, "powershell"), lead=f"{number}. ", indent=_STEPS)
            if step.command:
                yield Command(step.command, step.shell, indent=_STEPS)


def _unread(report: Report) -> Iterator[Block]:
    for sentence in report.unreadable:
        yield Paragraph(sentence, lead="Not examined: ", level="warning")


def _counted(report: Report) -> Iterator[Block]:
    counts = {key: report.counts[key] for key in ("info", "pass", "skip")}
    words = ", ".join(summaries.count_words(counts))
    if words:
        yield Gap()
        yield Paragraph(f"{words}; -v lists them, with reasons and evidence.")
    yield from _not_examined(report)
    worth = [*report.failing, *_undecided(report.results)]
    if worth and worth[0].severity is not Severity.INFO:
        yield Paragraph(f"python -m winasr_doctor explain {worth[0].code}", lead="More on a code: ")


def _not_examined(report: Report) -> Iterator[Block]:
    """Yield which families of checks had nothing to examine, and what to do about it."""
    skipped = [each for each in summaries.families(report) if set(each.counts) == {"skip"}]
    if any(each.name == "APP" for each in skipped):
        yield Paragraph("Your app's source was not examined; --app your_script.py adds it.")
    others = [f"{each.name} ({each.title})" for each in skipped if each.name not in _ABOUT_SOURCE]
    if others and report.host.get("os") not in (None, "windows"):
        yield Paragraph(f"This is not Windows, so these checks do not apply: {', '.join(others)}.")
        yield Paragraph(_EXAMPLE, lead="Try a Windows machine: ")


def _listed(report: Report, options: RenderOptions) -> Iterator[Block]:
    width = _TITLES if options.width >= 2 * _TITLES else 0  # a narrow terminal gets no table
    for status in (Status.SKIP, Status.PASS):
        silent = [r for r in report.results if r.status is status and r.suppression is None]
        for result in sorted(silent, key=lambda one: one.code):
            lead = f"{result.code} {status.value}: "
            yield Paragraph(result.summary, lead=lead, level=status.value, marked=True)
    yield Gap()
    for family in summaries.families(report):
        lead = f"{family.name}  {family.title:<{width}}  "
        counts = ", ".join(summaries.count_words(family.counts))
        yield Paragraph(counts, lead=lead, level=family.worst, marked=True)


def _end(report: Report, plan: RemedyPlan) -> Iterator[Block]:
    """Yield the last lines, which stay on the screen."""
    if not plan.remedies:
        return
    first = plan.remedies[0]
    step = next((step for step in first.steps if step.command), None)
    counts = {key: report.counts[key] for key in ("error", "warning", "crash", "unknown")}
    verdict = report.verdict.value
    counted = ", ".join(summaries.count_words(counts)) or "nothing serious"
    yield Gap()
    yield Paragraph(
        f"{counted}. Start with: {first.title}", lead=f"{verdict.upper()}: ", level=verdict, hang=2
    )
    if step is not None and step.shell != "python":
        yield Command(step.command.split("\n", 1)[0], step.shell)
