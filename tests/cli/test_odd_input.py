"""Odd input gets one sentence and exit code 2; nothing hangs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from winasr_doctor.cli import config

posix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")


def refused(outcome, *words):
    assert outcome.code == 2
    (line,) = outcome.err.splitlines()
    assert all(word in line for word in words), line
    return True


@posix
@pytest.mark.parametrize("option", ["--snapshot", "--config"])
def test_a_pipe_instead_of_a_file_is_refused(run, tmp_path, option):
    os.mkfifo(tmp_path / "pipe")
    assert refused(run("scan", option, "pipe"), "pipe", "it is a pipe, not a file")


@posix
def test_a_pipe_instead_of_a_traceback_names_the_way_to_give_one(run, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert refused(run("explain", "--traceback", "pipe"), "it is a pipe", "give - to read a pipe")


@posix
@pytest.mark.parametrize("command", [("scan", "--snapshot"), ("explain", "--traceback")])
def test_a_device_is_refused(run, command):
    assert refused(run(*command, "/dev/zero"), "/dev/zero", "it is a device, not a file")


@pytest.mark.parametrize(
    "command", [("scan", "--snapshot"), ("scan", "--config"), ("explain", "--traceback")]
)
def test_a_folder_is_refused(run, tmp_path, command):
    (tmp_path / "folder").mkdir()
    assert refused(run(*command, "folder"), "it is a folder")


@posix
def test_a_pipe_called_pyproject_is_passed_over(run, tmp_path, healthy):
    os.mkfifo(tmp_path / "pyproject.toml")
    assert run("scan", "--snapshot", healthy).code == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[tool.winasr_doctor]\nselect = " + "[" * 100_000, "nested too deeply"),
        ("[tool.winasr_doctor]\nx" + ".x" * 5_000 + " = 1", "a key has more than 50 parts"),
        ("[tool.winasr_doctor." + ".".join(["'a'"] * 5_000) + "]", "a key has more than 50 parts"),
        ("[tool.winasr_doctor]\nx = " + "9" * 5_000, "4300"),
        ("[tool.winasr_doctor]\nx = '\0'", "x00"),
        ("[tool.winasr_doctor]\nx = 2026-99-99", "line 2"),
        ("# tool.winasr_doctor\n" + "#" * config.MAX_BYTES, "larger than 1 MiB"),
    ],
)
def test_a_configuration_that_cannot_be_read_is_refused(run, tmp_path, text, reason):
    (tmp_path / "pyproject.toml").write_text(text)
    assert refused(run("scan"), "pyproject.toml", reason)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_configuration_in_utf_16_is_not_passed_over(run, tmp_path, encoding):
    text = "[tool.winasr_doctor]\n"
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    (tmp_path / "pyproject.toml").write_bytes((mark + text).encode(encoding))
    assert refused(run("scan"), "it is saved as UTF-16; save it as UTF-8")


def test_a_configuration_with_bytes_that_are_not_utf_8_is_refused(run, tmp_path):
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.winasr_doctor]\nx = '\xff'\n")
    assert refused(run("scan"), "line 2 is not valid UTF-8")


def test_a_byte_order_mark_and_dotted_versions_do_not_matter(run, tmp_path, healthy):
    text = "\ufeff[tool.winasr_doctor]\nselect = ['TMP']\n[a]\nb = '" + "1." * 200 + "'\n"
    (tmp_path / "pyproject.toml").write_text(text + f"c = [{'1.5, ' * 90}]\n", encoding="utf-8")
    assert run("scan", "--snapshot", healthy).code == 0


def test_a_tool_that_is_no_table_has_no_settings_for_us(run, tmp_path, healthy):
    (tmp_path / "pyproject.toml").write_text("tool = 1  # tool.winasr_doctor\n")
    assert run("scan", "--snapshot", healthy).code == 0


@pytest.mark.parametrize("what", ["9" * 5_000, "0x" + "f" * 5_000, "winerror " + "1" * 5_000])
def test_a_number_of_thousands_of_digits_is_not_an_error_number(run, what):
    outcome = run("explain", what)
    assert refused(outcome, "or a Windows error number")
    assert len(outcome.err) < 200


@pytest.mark.parametrize("version", ["3.12", "", "3.x", "3.12.x", "9" * 5_000 + ".1.1", "².1.1"])
def test_a_snapshot_with_an_odd_python_version_is_refused(run, healthy, version):
    document = json.loads(healthy.read_bytes())
    document["sections"]["python"]["version"] = version
    healthy.write_text(json.dumps(document))
    assert refused(
        run("scan", "--snapshot", healthy), "sections.python", "three numbers, as 3.12.4"
    )


@pytest.mark.parametrize("version", ["3.12.4", "3.15.0a1", "3.13.0+", "3.11.0rc2 (main)"])
def test_a_usual_python_version_is_accepted(run, healthy, version):
    document = json.loads(healthy.read_bytes())
    document["sections"]["python"]["version"] = version
    healthy.write_text(json.dumps(document))
    assert "three numbers" not in run("scan", "--snapshot", healthy).err


@pytest.mark.parametrize("columns", ["0", "-5", "1", "x", "9" * 5_000, "1e9", ""])
def test_odd_columns_do_not_matter(run, healthy, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    assert run("scan", "--snapshot", healthy).code == 0


def test_a_plan_far_too_long_is_shown_in_part(run, tmp_path):
    (tmp_path / "app.py").write_text("")
    outcome = run("run", "--inject", "unlink:32;" * 9_000 + "nonsense", "--", "app.py")
    assert outcome.code == 2
    assert "expected an operation" in outcome.err
    assert len(outcome.err) < 600


def in_a_shell(redirection, *arguments, **variables):
    command = [sys.executable, "-m", "winasr_doctor", *map(str, arguments)]
    return subprocess.run(
        ["sh", "-c", f'"$@" {redirection}', "sh", *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )


@posix
@pytest.mark.parametrize(
    ("redirection", "reason"),
    [(">&-", "stdout is closed"), (">/dev/full", "stdout: No space left on device")],
)
def test_a_stdout_that_takes_nothing_is_one_sentence(healthy, redirection, reason):
    if "/dev/full" in redirection and not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    done = in_a_shell(redirection, "scan", "--snapshot", healthy)
    assert done.returncode == 2
    assert done.stderr == f"Error: the report could not be written: {reason}\n"


@pytest.mark.skipif(sys.platform != "linux", reason="a variable is bytes on Linux")
def test_a_variable_that_is_not_utf_8_is_recorded_with_a_replacement(tmp_path):
    done = in_a_shell("", "snapshot", "-o", tmp_path / "machine.json", HF_HOME="/caches/\udcff")
    assert done.returncode == 0, done.stderr
    document = json.loads((tmp_path / "machine.json").read_bytes())
    assert document["sections"]["environment"]["variables"]["HF_HOME"] == "/caches/\ufffd"
