"""`explain`: codes, numbers and tracebacks."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest

LAST_LINE = (
    "PermissionError: [WinError 32] Der Prozess kann nicht auf die Datei zugreifen, da sie von"
    " einem anderen Prozess verwendet wird:"
    r" 'C:\\Users\\x\\AppData\\Local\\Temp\\tmp0SSjzum\\manifest.json'"
)


def test_a_check_is_explained_by_its_documentation(run):
    outcome = run("explain", "syn001")
    assert outcome.code == 0
    assert outcome.out.startswith("SYN001: ")
    assert "Decided by." in outcome.out


@pytest.mark.parametrize("what", ["32", "WinError 32", "0x20", "0x80070020", "[WinError 32]"])
def test_an_error_number_is_explained_in_any_spelling(run, what):
    outcome = run("explain", what)
    assert outcome.code == 0
    assert "ERROR_SHARING_VIOLATION" in outcome.out


def test_a_pasted_last_line_names_the_phase_and_the_file(run, tmp_path):
    (tmp_path / "log.txt").write_text(LAST_LINE, encoding="utf-8")
    outcome = run("explain", "--traceback", "log.txt")
    assert outcome.code == 0
    assert "manifest.json" in outcome.out


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_log_in_any_windows_encoding_is_read(run, tmp_path, encoding):
    (tmp_path / "log.txt").write_text(LAST_LINE, encoding=encoding)
    outcome = run("explain", "--traceback", "log.txt", "--format", "json")
    assert json.loads(outcome.out)["phase"] == "transcribe"


def test_a_traceback_comes_from_stdin(run, monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(LAST_LINE.encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert "manifest.json" in run("explain", "--traceback", "-").out


def test_a_cp1252_console_shows_a_message_in_any_script(tmp_path):
    log = tmp_path / "log.txt"
    log.write_text("ValueError: 另一个程序正在使用此文件", encoding="utf-8")
    finished = subprocess.run(
        [sys.executable, "-m", "winasr_doctor", "explain", "--traceback", str(log)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
    )
    assert finished.returncode == 0, finished.stderr.decode()
    assert b"\\u53e6" in finished.stdout


def test_an_empty_traceback_is_one_sentence(run, tmp_path):
    (tmp_path / "log.txt").write_text(" \n")
    outcome = run("explain", "--traceback", "log.txt")
    assert (outcome.code, len(outcome.err.splitlines())) == (2, 1)
