"""Shows the gate for a terminal: causes first, then what was tested, the verdict last."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from winasr_doctor._util.blocks import Block, Command, Gap, Paragraph, Table, heading
from winasr_doctor.findings import Verdict
from winasr_doctor.gate.accepted_findings import accepted_in
from winasr_doctor.gate.outcome import Gate, GateStep, StepState
from winasr_doctor.gate.reports import words
from winasr_doctor.report import render as render_scan
from winasr_doctor.report.escaping import one_line
from winasr_doctor.report.interface import RenderOptions
from winasr_doctor.report.summaries import placed
from winasr_doctor.report.text_layout import render_blocks

_LABELS = {
    StepState.PASS: "pass",
    StepState.SKIP: "skip",
    StepState.WARN: "WARN",
    StepState.UNKNOWN: "UNKNOWN",
    StepState.FAIL: "FAIL",
}
_LEVELS = {StepState.WARN: "warning", StepState.FAIL: "fail"}
_WIDEST = max(map(len, _LABELS.values()))


def render(gate: Gate, options: RenderOptions) -> str:
    """Write a gate's result as text."""
    return render_blocks(show(gate, options), options)


def show(gate: Gate, options: RenderOptions) -> Iterator[Block]:
    """Yield what `gate` prints.

    Args:
        gate: The gate's result.
        options: Whether to list what passed as well, and how to lay out the scan's own report.
    """
    for step in gate.steps:
        yield from _step(step, verbose=options.verbose)
    yield Gap()
    report = gate.report
    if report is not None and (report.verdict is not Verdict.PASS or report.unreadable):
        yield Paragraph("", lead="The scan:", bold=True)
        yield Gap()
        plain = replace(options, colour=False)  # escape sequences in a block would be shown
        yield Command(render_scan(report, "text", plain).rstrip("\n"))
        yield Gap()
    for result in () if report is None else accepted_in(report):
        yield Paragraph(one_line(placed(result)), lead=f"Accepted: {result.code}: ")
    for note in gate.notes:
        yield Paragraph(note, lead="Note: ")
    yield from heading("Tested:")
    rows = words.provenance(gate)
    yield Table(tuple((name, one_line(value)) for name, value in rows), indent=2)
    yield Gap()
    lead = f"Gate {words.in_short(gate)} "
    yield Paragraph(f"({gate.seconds:.0f} s)", lead=lead, level=gate.verdict.value)


def _step(step: GateStep, *, verbose: bool) -> Iterator[Block]:
    label = f"{_LABELS[step.state]:<{_WIDEST}}"
    yield Paragraph(step.summary, lead=f"{label} {step.name}: ", level=_level(step.state))
    for case in step.cases if verbose else words.notable(step):
        in_full = case.state is StepState.FAIL or verbose
        detail = case.detail if in_full else one_line(case.detail)
        name = f"{_LABELS[case.state]} {one_line(case.name)}"
        if detail:
            yield Paragraph(detail, lead=f"- {name}: ", indent=2, level=_level(case.state))
        else:
            yield Paragraph(name, lead="- ", indent=2)


def _level(state: StepState) -> str:
    return _LEVELS.get(state, state.value)
