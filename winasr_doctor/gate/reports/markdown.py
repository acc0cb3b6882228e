"""Writes the gate as GitHub-flavoured Markdown, for a pull request or `$GITHUB_STEP_SUMMARY`."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor.findings import Verdict
from winasr_doctor.gate.accepted_findings import accepted_in
from winasr_doctor.gate.outcome import Case, Gate, GateStep, StepState
from winasr_doctor.gate.reports import words
from winasr_doctor.report import render as render_scan
from winasr_doctor.report.interface import RenderOptions
from winasr_doctor.report.markdown import bullets, cell, escape
from winasr_doctor.report.summaries import placed

_MARKS = {
    StepState.PASS: "✅ pass",
    StepState.SKIP: "➖ skip",
    StepState.WARN: "⚠️ warning",
    StepState.UNKNOWN: "❔ unknown",
    StepState.FAIL: "❌ fail",
}
_VERDICTS = {Verdict.PASS: "✅", Verdict.WARN: "⚠️", Verdict.FAIL: "❌"}


def render(gate: Gate, options: RenderOptions) -> str:
    """Write a gate's result as Markdown."""
    blocks = [
        f"# {_VERDICTS[gate.verdict]} The winasr\\_doctor gate {words.in_short(gate)}",
        _table(("Step", "", "Outcome", "Seconds"), map(_row, gate.steps)),
    ]
    for step in gate.steps:
        blocks += _notable(step)
    measured = [row for step in gate.steps for row in map(_measured, step.cases) if row]
    if measured:
        columns = ("Self-test", "Real-time factor", "Load", "Peak memory", "Injected")
        blocks += ["### Measured", _table(columns, measured)]
    if gate.report is not None and (accepted := accepted_in(gate.report)):
        found = (f"**{escape(each.code)}**: {escape(placed(each))}" for each in accepted)
        blocks += ["### Accepted", bullets(found)]
    if gate.notes:
        blocks += ["### Notes", bullets(map(escape, gate.notes))]
    rows = ((cell(name), cell(value)) for name, value in words.provenance(gate))
    tested = _table(("What", "Which"), rows)
    blocks.append(f"<details><summary>What was tested</summary>\n\n{tested}\n\n</details>")
    if gate.report is not None:
        blocks.append(render_scan(gate.report, "markdown", options).rstrip("\n"))
    return "\n\n".join(blocks) + "\n"


def _row(step: GateStep) -> tuple[str, ...]:
    state = _MARKS[StepState.FAIL if step.stops else step.state]
    return cell(step.name), state, cell(step.summary), f"{step.seconds:.1f}"


def _notable(step: GateStep) -> list[str]:
    cases = words.notable(step)
    if not cases:
        return []
    told = (
        f"{_MARKS[case.state]}: {escape(case.name)}"
        + (f": {escape(case.detail)}" if case.detail else "")
        for case in cases
    )
    return [f"### {escape(step.title)}", bullets(told)]


def _measured(case: Case) -> tuple[str, ...] | None:
    factor, load = case.facts.get("real_time_factor"), case.facts.get("load_seconds")
    peak, injected = case.facts.get("peak_memory"), case.facts.get("injected")
    if not isinstance(factor, float) or not isinstance(load, float):
        return None
    return (
        cell(case.name),
        f"{factor:.2f}",
        f"{load:.2f} s",
        f"{peak / 1e6:.0f} MB" if isinstance(peak, int) else "",
        str(sum(injected.values())) if isinstance(injected, dict) and injected else "",
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    columns = list(head)
    lines = [columns, ["---"] * len(columns), *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
