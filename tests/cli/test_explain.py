"""`explain`: codes, numbers and tracebacks."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import jsonschema
import pytest

from winasr_doctor import schemas
from winasr_doctor.machine.model import Gpu, Gpus, Packages, TorchBuild
from winasr_doctor.machine.recorded import encode_snapshot
from winasr_doctor.testing import machine

LAST_LINE = (
    "PermissionError: [WinError 32] Der Prozess kann nicht auf die Datei zugreifen, da sie von"
    " einem anderen Prozess verwendet wird:"
    r" 'C:\\Users\\x\\AppData\\Local\\Temp\\tmp0SSjzum\\manifest.json'"
)


def test_a_known_error_that_is_named_after_a_number_is_explained(run):
    outcome = run("explain", "winerror-5")
    assert outcome.code == 0
    assert outcome.out.startswith("winerror-5: ")


def test_a_check_is_explained_by_its_documentation(run):
    outcome = run("explain", "syn001")
    assert outcome.code == 0
    assert outcome.out.startswith("SYN001: ")
    assert "How it decides:" in outcome.out
    assert "**" not in outcome.out


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


OOM = "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB"


@pytest.mark.parametrize("what", ["gpu-out-of-memory", "GPU-out-of-memory "])
def test_a_known_error_is_explained_by_its_id(run, what):
    outcome = run("explain", what)
    assert outcome.code == 0
    assert "Cause: The GPU ran out of memory" in outcome.out
    assert "What to do\n1. " in outcome.out
    assert "Source: " in run("explain", what, "-v").out


def test_the_known_errors_are_listed_all_or_those_with_a_word(run):
    everything = run("explain", "--list").out
    assert "  gpu-out-of-memory " in everything
    assert "  stereo " in everything
    some = run("explain", "--list", "hub").out
    assert "  hub-gated " in some
    assert "stereo" not in some
    assert "nemo-hub-asked-offline" not in some
    assert "winerror-1455" in run("explain", "--list", "paging file").out
    assert run("explain", "--list", "xyzzy").code == 2


def test_a_quoted_message_is_explained(run):
    outcome = run("explain", "job 3 failed: CUDA out of memory")
    assert outcome.code == 0
    assert "Known as: gpu-out-of-memory" in outcome.out


def test_words_that_no_message_has_lead_to_known_errors(run):
    outcome = run("explain", "pyannote terms gated token")
    assert outcome.code == 0
    assert "pa-gated: " in outcome.out
    values = json.loads(run("explain", "pyannote terms gated token", "--format", "json").out)
    assert "pa-gated" in values["suggestions"]


def test_an_unknown_message_gets_an_honest_answer(run):
    outcome = run("explain", "acme.OddError: the flux has failed")
    assert outcome.code == 0
    assert "Cause: unknown." in outcome.out
    assert "What to do\n1. " in outcome.out


@pytest.mark.parametrize("arguments", [["explain", "log.txt"], ["explain", "-"]])
def test_a_file_or_stdin_needs_no_option(run, tmp_path, monkeypatch, arguments):
    (tmp_path / "log.txt").write_text(OOM, encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(OOM.encode())))
    assert "Known as: gpu-out-of-memory" in run(*arguments).out


@pytest.mark.parametrize(
    "what",
    [
        "nonsense",
        "nonsense phrase",
        "the quick brown fox",
        "ENV 9",
        "missing.txt",
        "C:\\logs\\today",
    ],
)
@pytest.mark.parametrize("format_", ["text", "json"])
def test_what_is_nothing_of_all_that_is_one_sentence(run, what, format_):
    outcome = run("explain", what, "--format", format_)
    assert (outcome.code, outcome.out, len(outcome.err.splitlines())) == (2, "", 1)


@pytest.mark.parametrize(
    "what",
    [
        "Traceback (most recent call last):\n  File 'a.py', line 3, in f\nacme.Odd: flux",
        "acme.OddError: flux",
        "the export has failed",
        "PermissionError",
    ],
)
def test_an_error_that_nobody_knows_is_no_bad_usage(run, what):
    assert run("explain", what).code == 0


def test_a_log_without_an_error_is_no_bad_usage(run, tmp_path):
    (tmp_path / "log.txt").write_text("all is well\n")
    outcome = run("explain", "log.txt")
    assert outcome.code == 0
    assert "There is no exception in this text." in outcome.out


@pytest.mark.parametrize(
    ("what", "key", "schema"),
    [
        ("SYN001", "code", "check-1"),
        ("32", "winerror", "windows-error-1"),
        ("0xC0000005", "exit_code", "exit-code-1"),
        ("stereo", "remedies", "known-error-1"),
        (OOM, "confidence", "diagnosis-1"),
    ],
)
def test_everything_has_a_json_form_and_a_schema(run, what, key, schema):
    values = json.loads(run("explain", what, "--format", "json").out)
    assert key in values
    jsonschema.validate(values, schemas.load(schema))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("SYN01", "SYN001"), ("syn1", "SYN001"), ("hub-gatd", "hub-gated")],
)
def test_a_name_that_is_nearly_right_is_suggested(run, typed, meant):
    outcome = run("explain", typed)
    assert (outcome.code, outcome.out, len(outcome.err.splitlines())) == (2, "", 1)
    assert f"nothing is called '{typed}'; did you mean" in outcome.err
    assert meant in outcome.err


@pytest.mark.parametrize("what", ["3221225477", "0xC0000005", "-- -1073741819"])
def test_an_exit_code_is_explained(run, what):
    outcome = run("explain", *what.split())
    assert outcome.code == 0
    assert "access violation" in outcome.out


def test_the_list_has_a_json_form(run):
    values = json.loads(run("explain", "--list", "--format", "json").out)
    assert {"schema", "id", "family", "title", "cause"} == set(values[0])
    jsonschema.validate(values[0], schemas.load("known-error-title-1"))


def test_the_gpu_is_asked_for_only_when_a_remedy_needs_it(run, monkeypatch):
    from winasr_doctor.explain import facts

    asked = []
    gpus = Gpus(items=(Gpu(name="NVIDIA GeForce RTX 5090"),))
    monkeypatch.setattr(facts, "_this_machine", lambda: asked.append(1) or machine(gpus=gpus))
    assert "HF_HOME" in run("explain", "hub-not-cached").out
    assert asked == []
    run("explain", "torch-cpu-build")
    assert asked


@pytest.fixture
def recorded(tmp_path):
    """Return what writes a machine with these packages to a file."""

    def write(torch, gpu, **versions):
        packages = Packages(
            versions={"torch": torch, **versions}, torch=TorchBuild(version=torch, cuda="12.6")
        )
        gpus = Gpus(items=(Gpu(name=gpu),), driver="576.80", cuda="12.9")
        file = tmp_path / "machine.json"
        host = machine(packages=packages, gpus=gpus)
        file.write_bytes(encode_snapshot(host.snapshot))
        return str(file)

    return write


NO_KERNEL = "RuntimeError: CUDA error: no kernel image is available for execution on the device"
COMMAND = (
    r"& 'C:\asr\.venv\Scripts\python.exe' -m pip install --force-reinstall --no-deps torch==2.7.1"
    " --index-url https://download.pytorch.org/whl/cu128"
)


@pytest.mark.parametrize("how", ["id", "message", "file", "traceback", "stdin"])
def test_remedies_fit_a_recorded_machine(run, recorded, tmp_path, monkeypatch, how):
    log = tmp_path / "log.txt"
    log.write_text(f"Traceback (most recent call last):\n{NO_KERNEL}\n", encoding="utf-8")
    arguments = {
        "id": ["cuda-no-kernel"],
        "message": [NO_KERNEL],
        "file": [str(log)],
        "traceback": ["--traceback", str(log)],
        "stdin": ["-"],
    }[how]
    file = recorded("2.7.1+cu126", "NVIDIA GeForce RTX 5090")
    stdin = io.TextIOWrapper(io.BytesIO(log.read_bytes()), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", stdin)
    outcome = run("explain", *arguments, "--snapshot", file)
    assert outcome.code == 0
    assert COMMAND in outcome.out
    assert "torchaudio" not in outcome.out.partition("What to do")[2].partition("\n2.")[0]


def test_the_json_has_the_facts_of_the_recorded_machine(run, recorded):
    file = recorded("2.7.1+cu126", "NVIDIA GeForce RTX 5090", torchaudio="2.7.1+cu126")
    values = json.loads(run("explain", NO_KERNEL, "--snapshot", file, "--format", "json").out)
    commands = [step.get("command") for step in values["remedies"][0]["steps"]]
    assert commands[0] == COMMAND
    assert "torchaudio==2.7.* --index-url https://download.pytorch.org/whl/cu128" in commands[1]
    assert values["facts"]["gpu"] == "NVIDIA GeForce RTX 5090"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot read the snapshot"),
        (b"\x00\x01", "is not valid JSON"),
        (b'{"schema": "other/1"}', "does not fit the schema"),
    ],
)
def test_a_bad_snapshot_is_one_sentence(run, tmp_path, content, words):
    file = tmp_path / "bad.json"
    if content is not None:
        file.write_bytes(content)
    outcome = run("explain", "cuda-no-kernel", "--snapshot", str(file))
    assert outcome.code == 2
    assert words in outcome.err
    assert len(outcome.err.strip().splitlines()) == 1


def test_what_a_scan_reports_beforehand_is_named(run):
    assert "A scan reports it as: ENV014" in run("explain", "torchaudio-pair", "-v").out
