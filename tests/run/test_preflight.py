"""What `run` says before the app starts."""

from __future__ import annotations

import pytest

from winasr_doctor import scanning
from winasr_doctor.findings import Report, Result, Severity, Status, Tool
from winasr_doctor.machine import live
from winasr_doctor.report import RenderOptions
from winasr_doctor.report.text_layout import render_blocks
from winasr_doctor.run import preflight
from winasr_doctor.run.folder_advice import Judgement
from winasr_doctor.run.scratch import Scratch
from winasr_doctor.run.target import RunTarget
from winasr_doctor.testing import machine


def result(code: str, severity: Severity) -> Result:
    return Result(code, code[:3], "t", Status.FAIL, severity, f"{code} is wrong", {}, (), "u")


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Replace the scan; return the apps that it was asked about."""
    asked: list[object] = []
    results = [result("NEM001", Severity.WARNING), result("APP001", Severity.ERROR)]
    results += [result("REV001", Severity.INFO)]

    def scan(host: object, *, select: object) -> Report:
        assert select == preflight.CODES
        return Report(Tool("winasr_doctor", "0"), {}, tuple(results))

    monkeypatch.setattr(scanning, "scan", scan)
    monkeypatch.setattr(
        live, "LiveMachine", lambda *, app, timeout: asked.append(app) or machine(app)
    )
    return asked


def test_the_findings_are_errors_and_warnings_errors_first(found, tmp_path):
    script = tmp_path / "app.py"
    script.write_text("x = 1\n")
    assert [each.code for each in preflight.examine(RunTarget.parse([str(script)]))] == [
        "APP001",
        "NEM001",
    ]
    assert [file.path for file in found[0].files] == [str(script)]


@pytest.mark.parametrize(
    "target", [RunTarget(("-m", "json"), None), RunTarget(("nothing.py",), "nothing.py")]
)
def test_without_source_only_the_installation_is_examined(found, target):
    preflight.examine(target)
    assert found[0].files == ()


def test_the_summary_names_the_folder_the_faults_and_what_is_wrong(tmp_path):
    script = tmp_path / "app.py"
    script.write_text("x = 1\n")
    judgement = Judgement(str(tmp_path), (), "a local drive", writable=True)
    scratch = Scratch(str(tmp_path / "t"), str(tmp_path / "n"), judgement, True, (None, None))
    wrong = [result(f"APP00{n}", Severity.ERROR) for n in range(7)]
    blocks = preflight.show(RunTarget.parse([str(script)]), scratch, "unlink:32*1", wrong)
    text = render_blocks(blocks, RenderOptions(width=200))
    for words in ("as you asked", "a local drive", "unlink:32*1", "APP004 is wrong", "and 2 more"):
        assert words in text
    assert "APP005" not in text
    assert f"scan --app {script}" in text
