"""One verdict of many steps."""

from __future__ import annotations

import datetime as dt

import pytest

from winasr_doctor.checks import UnknownCodeError
from winasr_doctor.findings import Verdict
from winasr_doctor.gate import Acceptance, Gate, GateSettings, StepState
from winasr_doctor.gate.provenance import Package, Provenance
from winasr_doctor.gate.steps import Steps, gate, provenance_step
from winasr_doctor.testing import machine

from .conftest import SHA, TESTED, step, steps

LITTLE_MEMORY = "ENV010"


def by_name(outcome: Gate, name: str):
    return next(each for each in outcome.steps if each.name == name)


def test_when_every_step_passes_the_gate_passes(passed: Gate):
    assert passed.verdict is Verdict.PASS
    assert [each.name for each in passed.steps] == ["scan", "suite", "selftest", "tested"]


@pytest.mark.parametrize("name", ["suite", "selftest"])
@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (StepState.FAIL, Verdict.FAIL),
        (StepState.UNKNOWN, Verdict.FAIL),
        (StepState.WARN, Verdict.WARN),
        (StepState.SKIP, Verdict.PASS),
    ],
)
def test_the_worst_case_decides(name: str, state: StepState, verdict: Verdict):
    given = {name: step(name, StepState.PASS, state)}
    assert gate(machine(), steps=steps(**given)).verdict is verdict


def test_an_unknown_step_that_is_not_required_does_not_fail_the_gate():
    unknown = step("selftest", StepState.UNKNOWN, required=False)
    assert gate(machine(), steps=steps(selftest=unknown)).verdict is Verdict.PASS


def test_a_step_that_breaks_down_fails_and_the_others_are_taken():
    def broken(_settings: GateSettings) -> None:
        raise RuntimeError("out of luck")

    whole = steps()
    outcome = gate(machine(), steps=Steps(broken, whole.selftest, whole.tests, whole.tested))
    assert outcome.verdict is Verdict.FAIL
    assert "out of luck" in by_name(outcome, "suite").summary
    assert by_name(outcome, "selftest").state is StepState.PASS


def test_a_self_test_that_is_left_out_is_told(passed: Gate):
    outcome = gate(
        machine(), selftest=False, steps=steps(selftest=step("selftest", StepState.FAIL))
    )
    assert by_name(outcome, "selftest").state is StepState.SKIP
    assert "on request" in by_name(outcome, "selftest").summary


def test_own_tests_are_a_step_when_asked_for():
    failing = steps(tests=step("tests", StepState.FAIL))
    assert gate(machine(), steps=failing).verdict is Verdict.PASS
    assert gate(machine(), GateSettings(tests=("tests",)), steps=failing).verdict is Verdict.FAIL


def test_a_finding_fails_the_gate_and_an_acceptance_lets_it_pass():
    from winasr_doctor.machine.model import Memory

    sick = machine(memory=Memory(total=4 * 2**30, available=2**30))
    plain = gate(sick, steps=steps())
    assert plain.verdict is not Verdict.PASS
    codes = {r.code for r in plain.report.results if r.severity in ("error", "warning")}
    known = tuple(Acceptance(code, dt.date(2027, 1, 1), "a small machine") for code in codes)
    settings = GateSettings(accept=known)
    assert gate(sick, settings, today=dt.date(2027, 1, 1), steps=steps()).verdict is Verdict.PASS
    late = gate(sick, settings, today=dt.date(2027, 1, 2), steps=steps())
    assert late.verdict is plain.verdict
    assert late.notes


def test_an_unknown_code_is_not_taken_for_none():
    with pytest.raises(UnknownCodeError):
        gate(machine(), select=["XYZ"], steps=steps())


def test_input_that_could_not_be_examined_fails_the_scan(tmp_path):
    from winasr_doctor.appsource import read_application

    (tmp_path / "app.py").write_text("def broken(:\n")
    host = machine()
    host.app = read_application([tmp_path])
    outcome = gate(host, steps=steps())
    assert by_name(outcome, "scan").state is StepState.FAIL
    assert len(outcome.unreadable) == 1


def test_an_installation_that_was_changed_is_a_warning():
    changed = Provenance(TESTED.versions, {}, Package(True, SHA, ("winasr_doctor/cli/gate.py",)))
    assert provenance_step(changed).state is StepState.WARN
    assert "cli/gate.py" in provenance_step(changed).cases[0].detail
    assert provenance_step(Provenance({})).state is StepState.FAIL


def test_progress_is_told():
    said: list[str] = []
    gate(machine(), steps=steps(), progress=said.append)
    assert len(said) == 2
