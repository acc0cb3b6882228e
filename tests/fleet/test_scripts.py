"""The scripts for engines: plain ASCII, and nothing that Constrained Language Mode refuses."""

import re

import pytest
from click.testing import CliRunner
from powershell_grammar import WITHOUT_GRAMMAR, problem

from winasr_doctor.cli import cli
from winasr_doctor.fleet.reading import decode_digest
from winasr_doctor.fleet.scripts import ENGINES, ScriptValueError, script

MOST_BYTES = 200_000
"""What Intune takes. Source: learn.microsoft.com, "Remediations"."""


@pytest.mark.parametrize("engine", ENGINES)
def test_a_script_keeps_the_rules_of_its_engine(engine):
    text = script(engine, share=r"\\server\share")
    assert text.isascii()
    assert len(text) < MOST_BYTES
    assert "@" not in text
    code = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for refused in (
        r"New-Object",
        r"Add-Type",
        r"\[[\w.]+\]::",
        r"\breturn\b",
        r"Invoke-",
        r"class ",
    ):
        assert not re.search(refused, code), refused
    last, before = text.splitlines()[-1], text.splitlines()[-2]
    assert last.startswith("exit ")
    assert before.startswith(("Write-Output $line", "if ($code -eq 0)"))
    assert text.endswith("\r\n")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("share", ["", r"\\server\it's a share"])
def test_a_script_is_powershell(engine, share):
    assert problem(script(engine, share=share)) is None


@pytest.mark.skipif(WITHOUT_GRAMMAR, reason="tree-sitter has no wheels for this Python yet")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_script_without_its_last_bracket_is_not(engine):
    before, bracket, after = script(engine).rpartition(")")
    assert bracket
    assert problem(before + after) is not None


@pytest.mark.parametrize("engine", ENGINES)
def test_the_line_for_a_scan_that_failed_is_a_digest(engine):
    (line,) = re.findall(r"\$line = '(\{.*\})'", script(engine))
    assert decode_digest(line.encode()).s == "crash"


def test_paths_are_quoted_for_powershell():
    text = script("task", folder=r"C:\it's here", share="")
    assert r"$folder = 'C:\it''s here'" in text


@pytest.mark.parametrize("path", ["C:\\Müller", "C:\\a\nb"])
def test_a_path_that_no_engine_reads_right_is_refused(path):
    with pytest.raises(ScriptValueError, match="printable ASCII"):
        script("intune", folder=path)
    done = CliRunner().invoke(cli, ["fleet", "script", "intune", "--folder", path])
    assert done.exit_code == 2


def test_the_command_writes_the_script(tmp_path):
    file = tmp_path / "detect.ps1"
    done = CliRunner().invoke(cli, ["fleet", "script", "intune", "-o", str(file)])
    assert done.exit_code == 0
    assert file.read_bytes() == script("intune").encode()
