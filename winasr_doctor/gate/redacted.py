"""Replaces names of people and machines in a gate's result that may be published."""

from __future__ import annotations

from dataclasses import replace

from winasr_doctor.gate.outcome import Case, Gate, GateStep
from winasr_doctor.machine import Machine
from winasr_doctor.machine.redaction import Redactor, redact_machine, redact_report, this_machine


def redacted(gate: Gate, host: Machine) -> Gate:
    """Return a gate's result without names.

    Args:
        gate: The gate's result.
        host: The scanned machine; its names get the same placeholders as in its snapshot.
    """
    redactor = Redactor(**this_machine())
    redact_machine(host, redactor)
    redactor.learn([[[case.detail, case.facts] for case in step.cases] for step in gate.steps])
    report = gate.report
    return replace(
        gate,
        report=None if report is None else redact_report(report, redactor),
        steps=tuple(_step(step, redactor) for step in gate.steps),
        notes=tuple(redactor.text(note, prose=True) for note in gate.notes),
    )


def _step(step: GateStep, redactor: Redactor) -> GateStep:
    def change(case: Case) -> Case:
        return replace(
            case,
            name=redactor.text(case.name, prose=True),
            detail=redactor.text(case.detail, prose=True),
            facts=redactor.values(case.facts),
        )

    summary = redactor.text(step.summary, prose=True)
    return replace(step, summary=summary, cases=tuple(map(change, step.cases)))
