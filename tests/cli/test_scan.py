"""`scan` as a user or a script calls it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from winasr_doctor.checks import Check, registry
from winasr_doctor.findings import Documentation
from winasr_doctor.report import FORMATS


def test_a_healthy_machine_exits_with_0(run, healthy):
    outcome = run("scan", "--snapshot", healthy)
    assert (outcome.code, outcome.err) == (0, "")


def test_a_healthy_machine_fits_one_screen(run, healthy):
    lines = run("scan", "--snapshot", healthy).out.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80


def test_an_error_exits_with_3_and_names_the_code_and_the_path(run, sick):
    outcome = run("scan", "--snapshot", sick)
    assert outcome.code == 3
    assert "SYN001" in outcome.out


def test_scan_is_the_default_command(run, sick):
    assert run("--snapshot", sick) == run("scan", "--snapshot", sick)


def test_fail_on_never_always_exits_with_0(run, sick):
    assert run("scan", "--snapshot", sick, "--fail-on", "never").code == 0


def test_fail_on_warning_exits_with_4_when_warnings_are_the_worst(run, healthy):
    pinned = ("--revision", "nvidia/x@23995ab", "--select", "REV004")
    assert run("scan", "--snapshot", healthy, *pinned, "--fail-on", "warning").code == 4
    assert run("scan", "--snapshot", healthy, *pinned).code == 0


def test_json_goes_to_stdout_alone(run, sick):
    outcome = run("scan", "--snapshot", sick, "--format", "json")
    assert json.loads(outcome.out)["verdict"] == "fail"
    assert outcome.err == ""


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written_to_a_file(run, sick, tmp_path, name):
    outcome = run("scan", "--snapshot", sick, "--format", name, "--output", "report")
    assert outcome.code == 3
    assert outcome.out == ""
    assert (tmp_path / "report").stat().st_size > 50


def test_the_truncated_revision_is_named(run, healthy):
    outcome = run("scan", "--snapshot", healthy, "--revision", "2399591399e4e6438fa7804f2f1f660")
    assert outcome.code == 3
    assert "31 of 40" in " ".join(outcome.out.split())


def test_markdown_is_redacted_unless_told_otherwise(run, sick):
    arguments = ("scan", "--snapshot", sick, "--format", "markdown")
    assert "ada" not in run(*arguments).out
    assert "ada" in run(*arguments, "--no-redact").out


def test_list_checks_prints_codes_and_titles(run):
    lines = run("scan", "--list-checks").out.splitlines()
    assert any(line.startswith("SYN001  ") for line in lines)


@pytest.mark.parametrize(
    "arguments",
    [
        ("scan", "--snapshot", "missing.json"),
        ("scan", "--select", "NOPE"),
        ("scan", "--ignore", "tmp,NOPE"),
        ("scan", "--format", "yaml"),
        ("scan", "--fail-on", "info"),
        ("scan", "--app", "missing.py"),
        ("scan", "--config", "missing.toml"),
        ("nonsense",),
        ("scan", "--nonsense"),
        ("explain",),
        ("explain", "nonsense"),
        ("explain", "999999"),
        ("explain", "--traceback", "missing.txt"),
    ],
)
def test_bad_input_exits_with_2_and_no_traceback(run, arguments):
    outcome = run(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert "Error: " in outcome.err
    assert "Traceback" not in outcome.err


def test_a_broken_snapshot_is_one_sentence(run, tmp_path):
    (tmp_path / "bad.json").write_text("{")
    outcome = run("scan", "--snapshot", "bad.json")
    assert outcome.code == 2
    assert len(outcome.err.splitlines()) == 1


def test_an_unwritable_output_is_one_sentence(run, healthy):
    outcome = run("scan", "--snapshot", healthy, "--output", "no/such/folder/report")
    assert outcome.code == 2
    assert "cannot write the report" in outcome.err


def test_a_file_that_does_not_parse_exits_with_2_but_the_others_are_examined(
    run, healthy, tmp_path
):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "bad.py").write_text("def (:")
    (tmp_path / "app" / "good.py").write_text(
        'REVISION = "2399591399e4e6438fa7804f2f1f660"\n', encoding="utf-8"
    )
    outcome = run("scan", "--snapshot", healthy, "--app", "app")
    assert outcome.code == 2
    assert "bad.py" in outcome.err
    assert "REV001" in outcome.out


def test_defaults_come_from_pyproject(run, sick, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.winasr_doctor]\nfail_on = "never"\n')
    assert run("scan", "--snapshot", sick).code == 0
    assert run("scan", "--snapshot", sick, "--fail-on", "error").code == 3


@pytest.mark.parametrize("table", ["fail_on = 3", "nonsense = true", "app = 'x'", "= broken"])
def test_a_wrong_pyproject_is_one_sentence(run, healthy, tmp_path, table):
    (tmp_path / "pyproject.toml").write_text(f"[tool.winasr_doctor]\n{table}\n")
    outcome = run("scan", "--snapshot", healthy)
    assert outcome.code == 2
    assert "pyproject.toml" in outcome.err


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "winasr_doctor", *map(str, arguments)]


def test_a_closed_pipe_is_one_sentence(healthy):
    process = subprocess.Popen(
        command("scan", "--snapshot", healthy, "--format", "json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 2
    assert err.splitlines() == ["Error: the report could not be written: stdout is closed"]


def test_a_cp1252_console_shows_any_path(sick):
    finished = subprocess.run(
        command("scan", "--snapshot", sick),
        capture_output=True,
        check=False,
        env={"PYTHONIOENCODING": "cp1252", "PATH": "", "COLUMNS": "80"},
    )
    assert finished.returncode == 3, finished.stderr.decode()
    assert "SYN001" in finished.stdout.decode("cp1252")


def test_no_colour_without_a_terminal(run, sick):
    assert "\x1b" not in run("scan", "--snapshot", sick).out


def test_a_check_that_crashes_does_not_take_the_scan_down(run, healthy, monkeypatch):
    def explode(host):
        raise ZeroDivisionError

    bomb = Check("ZZZ901", Documentation("Something explodes"), (), False, explode)
    some = (bomb, *registry.own_checks()[:2])
    monkeypatch.setattr(registry, "own_checks", lambda **_: some)
    outcome = run("scan", "--snapshot", healthy, "--format", "json")
    results = json.loads(outcome.out)["results"]
    assert [r["status"] for r in results if r["code"] == "ZZZ901"] == ["crash"]
    assert "ZeroDivisionError" in results[0]["evidence"]["traceback"]
    assert len(results) >= 3


def test_an_example_is_scanned_by_its_name(run):
    outcome = run("scan", "--example", "temp-in-onedrive")
    assert outcome.code == 3
    assert "SYN001 error" in outcome.out
    assert "temp-in-onedrive\n" in run("scan", "--list-examples").out


def test_an_unknown_example_is_bad_input_with_the_names_there_are(run, healthy):
    outcome = run("scan", "--example", "hethy")
    assert outcome.code == 2
    assert "healthy" in outcome.err
    assert run("scan", "--example", "healthy", "--snapshot", healthy).code == 2


def test_quiet_shows_the_verdict_and_what_to_do_alone(run, sick):
    whole, quiet = run("scan", "--snapshot", sick), run("scan", "--snapshot", sick, "--quiet")
    assert quiet.code == whole.code
    assert "What to do" in quiet.out
    assert "SYN001 error" in whole.out
    assert "SYN001 error" not in quiet.out


ASKED = """
from winasr_doctor.appsource import reading
from winasr_doctor.{module} import main

reading.SMALL = reading.FEW = 0
reading._helpers = lambda _size: print("asked for other processes") or 0
main()
"""


@pytest.mark.parametrize(("module", "asks"), [("__main__", True), ("cli", False)])
@pytest.mark.parametrize("command", ["scan", "fix"])
def test_only_the_program_itself_asks_for_other_processes(module, asks, command, healthy, tmp_path):
    """They import the main module again, which may be a script without a guard."""
    (tmp_path / "app.py").write_text("import os\n")
    code = ASKED.format(module=module)
    given = (command, "--snapshot", healthy, "--app", tmp_path)
    ran = subprocess.run(
        [sys.executable, "-c", code, *given], stdout=subprocess.PIPE, text=True, check=True
    )
    assert ("asked for other processes" in ran.stdout) is asks
