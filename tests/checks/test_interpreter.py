"""ENV017 to ENV026 and NEM001: environments from outside, and imports that fail."""

from __future__ import annotations

import pytest

from winasr_doctor.findings import Severity, Status, Step
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.interpreters.model import (
    FoundEnvironment,
    FoundEnvironments,
    ImportTrial,
    ImportTrials,
    InterpreterProblem,
    OutsideInterpreter,
    StartupCode,
)
from winasr_doctor.machine.model import Packages, Places, PythonRuntime
from winasr_doctor.testing import compute_check, machine, place

CODES = [f"ENV{number:03}" for number in range(17, 26)]


def interpreter(*kinds, **facts):
    problems = tuple(InterpreterProblem(kind=kind, detail="the detail") for kind in kinds)
    given = {
        "given": r"C:\app",
        "layout": "venv",
        "executable": r"C:\app\.venv\Scripts\python.exe",
        "prefix": r"C:\app\.venv",
        "version": "3.12.4",
        "problems": problems,
    }
    return OutsideInterpreter(**{**given, **facts})


def results(found):
    host = machine(interpreter=found)
    return {code: compute_check(code, host) for code in CODES}


@pytest.mark.parametrize("code", CODES)
def test_an_ordinary_scan_skips_them(code):
    (result,) = compute_check(code, machine())
    assert result.status is Status.SKIP


@pytest.mark.parametrize("code", CODES)
def test_a_good_environment_passes(code):
    (result,) = compute_check(code, machine(interpreter=interpreter(bits=64, processor="x64")))
    assert result.status is Status.PASS


@pytest.mark.parametrize(
    ("kind", "code", "severity"),
    [
        ("base-gone", "ENV017", Severity.ERROR),
        ("base-replaced", "ENV017", Severity.ERROR),
        ("no-interpreter", "ENV017", Severity.ERROR),
        ("store-stub", "ENV018", Severity.ERROR),
        ("python-2", "ENV019", Severity.ERROR),
        ("hang", "ENV021", Severity.ERROR),
        ("noise", "ENV022", Severity.INFO),
        ("flood", "ENV023", Severity.ERROR),
        ("no-answer", "ENV024", Severity.ERROR),
        ("not-started", "ENV024", Severity.ERROR),
        ("refused", "ENV024", Severity.INFO),
        ("unsafe", "ENV024", Severity.INFO),
    ],
)
def test_each_problem_is_one_finding_with_evidence_and_a_remedy(kind, code, severity):
    found = results(interpreter(kind, version=None))
    failing = [result for each in found.values() for result in each if result.severity]
    (result,) = failing
    assert (result.code, result.severity) == (code, severity)
    assert result.evidence["problem"] == kind
    assert result.remedies
    assert kind == "store-stub" or "the detail" in result.summary


def test_a_broken_environment_is_made_again_in_its_place():
    found = interpreter("base-gone", version="3.11.4")
    (result,) = compute_check("ENV017", machine(interpreter=found))
    commands = [getattr(step, "command", None) for step in result.remedies[0].steps]
    assert r"py -3.11 -m venv 'C:\app\.venv'" in commands


@pytest.mark.parametrize(
    ("facts", "severity"),
    [
        ({"bits": 32, "processor": "x86"}, Severity.ERROR),
        ({"bits": 64, "processor": "arm64"}, Severity.WARNING),
        ({"bits": 64, "processor": "arm64", "executable": "/opt/bin/python"}, None),
        ({"bits": None, "processor": None}, None),
    ],
)
def test_the_processor_that_it_is_built_for(facts, severity):
    (result,) = compute_check("ENV020", machine(interpreter=interpreter(**facts)))
    assert result.severity is severity


@pytest.mark.parametrize(("known", "severity"), [(True, None), (False, Severity.INFO)])
def test_code_at_every_start_is_reported_unless_it_is_known(known, severity):
    code = StartupCode(file=r"C:\s\x.pth", line=3, known=known, text="import x")
    (result,) = compute_check("ENV025", machine(interpreter=interpreter(startup=(code,))))
    assert result.severity is severity
    assert known or result.evidence["files"] == [r"C:\s\x.pth:3"]


def deep(monkeypatch, *trials):
    found = ImportTrials(items=trials, limit=180)
    monkeypatch.setattr(Machine, "imports", property(lambda _host: found))
    return compute_check("ENV026", machine())


def failed(name, output, **facts):
    return ImportTrial(
        **{"name": name, "seconds": 1.5, "state": "failed", "code": 1, "output": output, **facts}
    )


TORCH = (
    "Traceback (most recent call last):\n"
    '  File "<string>", line 1, in <module>\n'
    '  File "C:\\s\\site-packages\\torch\\__init__.py", line 270, in <module>\n'
    "    _load_dll_libraries()\n"
    "OSError: [WinError 126] The specified module could not be found. Error loading"
    ' "C:\\s\\site-packages\\torch\\lib\\fbgemm.dll" or one of its dependencies.\n'
)


def test_a_failing_import_has_the_catalogues_cause_and_remedies(monkeypatch):
    (result,) = deep(monkeypatch, failed("torch", TORCH))
    assert result.severity is Severity.ERROR
    assert result.evidence["known_error"] is not None
    assert result.summary.startswith("import torch fails: ")
    assert result.remedies
    assert "fbgemm.dll" in result.evidence["traceback"]


def test_imports_that_fail_for_one_reason_are_one_finding(monkeypatch):
    trials = failed("torch", TORCH), failed("lhotse", f"Traceback\nx\n{TORCH}")
    (result,) = deep(monkeypatch, *trials, failed("soundfile", "Traceback\nOSError: other"))[:1]
    assert "and lhotse for the same reason" in result.summary
    assert result.evidence["imports"] == ["torch", "lhotse"]


def test_a_crash_without_a_traceback_is_explained_by_its_exit_code(monkeypatch):
    (result,) = deep(monkeypatch, failed("torch", "", code=3221225477))
    assert result.evidence["known_error"] is not None


def test_a_late_import_is_a_warning(monkeypatch):
    (result,) = deep(monkeypatch, failed("torch", "", state="late", code=None))
    assert (result.severity, "180 s" in result.summary) == (Severity.WARNING, True)


def test_imports_that_work_pass(monkeypatch):
    (result,) = deep(monkeypatch, failed("torch", "", state="imported", code=0))
    assert result.status is Status.PASS
    (result,) = deep(monkeypatch)
    assert result.status is Status.SKIP


def environment(path, nemo):
    return FoundEnvironment(path=path, executable=path, layout="venv", framework=nemo)


def test_a_scan_without_nemo_names_the_environment_that_has_it(monkeypatch):
    found = FoundEnvironments(
        items=(environment(r"D:\my app\.venv", "2.3.0"), environment(r"D:\x", None))
    )
    monkeypatch.setattr(Machine, "neighbours", property(lambda _host: found))
    (result,) = compute_check("NEM001", machine(packages=Packages()))
    assert r"D:\my app\.venv has NeMo 2.3.0" in result.summary
    steps = result.remedies[0].steps
    assert [step.command for step in steps] == [
        rf"& '{machine().python.executable}' -m winasr_doctor scan --python 'D:\my app\.venv'"
    ]


def test_other_environments_are_not_searched_where_nemo_is_installed(monkeypatch):
    def searched(_host):
        raise AssertionError

    monkeypatch.setattr(Machine, "neighbours", property(searched))
    (result,) = compute_check("NEM001", machine())
    assert result.status is Status.PASS


def test_what_a_machine_without_another_interpreter_records_is_unchanged():
    from winasr_doctor.machine.recorded import record

    host = machine()
    snapshot = record(host)
    assert "interpreter" not in snapshot.not_applicable
    assert "interpreter" not in snapshot.unreadable


DOCTOR = r"C:\tools\doctor\python.exe"
OUTSIDE = PythonRuntime(
    version="3.12.4",
    executable=r"C:\app\python.exe",
    prefix=r"C:\app",
    base_prefix=r"C:\app",
    doctor=DOCTOR,
)


def commands_of(result):
    steps = [Step.of(step) for remedy in result.remedies for step in remedy.steps]
    return [step.command for step in steps if step.command]


def test_without_a_doctor_there_temp_is_set_by_hand_first():
    """`run` needs the doctor in the app's environment, and installing it is a step, too."""
    places = Places(items=tuple(place(role, r"\\nas\t") for role in ("TEMP", "TMP", "tempfile")))
    (result, *_) = compute_check("TMP004", machine(places=places, python=OUTSIDE))
    by_hand, run = result.remedies
    assert by_hand.title.startswith("Give the app its own scratch folder")
    assert run.steps[0] == "Install winasr_doctor for that Python, too"
    (result, *_) = compute_check("TMP004", machine(places=places))
    assert "winasr_doctor run" in result.remedies[0].steps[0]


def test_the_doctor_is_started_from_where_it_is(monkeypatch):
    found = FoundEnvironments(items=(environment(r"C:\asr", "3.0.0"),))
    monkeypatch.setattr(Machine, "neighbours", property(lambda _host: found))
    (result,) = compute_check("NEM001", machine(packages=Packages(), python=OUTSIDE))
    assert commands_of(result)[0] == rf"& '{DOCTOR}' -m winasr_doctor scan --python 'C:\asr'"
    (result,) = compute_check(
        "ENV019", machine(interpreter=interpreter("python-2"), python=OUTSIDE)
    )
    assert commands_of(result)[-1] == f"& '{DOCTOR}' -m winasr_doctor envs"
