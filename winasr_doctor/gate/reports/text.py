"""Writes the gate's report for a terminal; plain ASCII except for text from the machine."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from winasr_doctor.findings import Verdict
from winasr_doctor.gate.accepted_findings import accepted_in
from winasr_doctor.gate.outcome import Gate, GateStep, StepState
from winasr_doctor.gate.reports import words
from winasr_doctor.report import render as render_scan
from winasr_doctor.report.escaping import one_line, visible
from winasr_doctor.report.interface import RenderOptions

_LABELS = {
    StepState.PASS: "pass",
    StepState.SKIP: "skip",
    StepState.WARN: "WARN",
    StepState.UNKNOWN: "UNKNOWN",
    StepState.FAIL: "FAIL",
}
_WIDEST = max(map(len, _LABELS.values()))


def render(gate: Gate, options: RenderOptions) -> str:
    """Write a gate's result as text."""
    lines = [f"Gate {words.in_short(gate)} ({gate.seconds:.0f} s)", ""]
    for step in gate.steps:
        lines += _step(step, options)
    accepted = () if gate.report is None else accepted_in(gate.report)
    for result in accepted:
        lines += _wrapped(f"Accepted: {result.code}: {one_line(result.summary)}", "", options)
    lines += [line for note in gate.notes for line in _wrapped(f"Note: {note}", "", options)]
    lines += ["", "Tested:"]
    lines += [f"  {name}: {one_line(value)}" for name, value in words.provenance(gate.tested)]
    report = gate.report
    if report is not None and (report.verdict is not Verdict.PASS or report.unreadable):
        lines += ["", "The scan:", "", render_scan(report, "text", options).rstrip("\n")]
    return "\n".join(lines) + "\n"


def _step(step: GateStep, options: RenderOptions) -> Iterator[str]:
    yield from _wrapped(
        f"{_LABELS[step.state]:<{_WIDEST}} {step.name}: {visible(step.summary)}",
        " " * (_WIDEST + 1),
        options,
    )
    for case in step.cases if options.verbose else words.notable(step):
        said = (
            case.detail
            if case.state is StepState.FAIL or options.verbose
            else one_line(case.detail)
        )
        colon = ": " if said else ""
        text = f"  - {_LABELS[case.state]} {one_line(case.name)}{colon}{visible(said)}"
        yield from _wrapped(text, "    ", options)


def _wrapped(text: str, indent: str, options: RenderOptions) -> Iterator[str]:
    start = ""
    for line in text.split("\n"):
        yield from textwrap.wrap(
            line,
            options.width,
            initial_indent=start,
            subsequent_indent=indent,
            break_on_hyphens=False,
            break_long_words=False,
            replace_whitespace=False,
        ) or [""]
        start = indent
